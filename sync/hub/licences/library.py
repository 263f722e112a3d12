"""The licence library: the newest licence of each type that a holder has, and whether it is good on a day."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, delete, select

from clerk_app.domain.identity import LONG_TERM
from sync.hub.schema import licences
from sync.hub.store import AnyRow, insert_all

LicenceState = Literal["valid", "expired", "revoked", "none"]

_Date = Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
_Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


class Licence(BaseModel):
    """One licence. `holder` is a document number or credit code, `name` its holder's name.

    `type` is the code of the material it replaces; its kind, if it replaces none. Dates are ISO; an empty one is
    unknown, `long_term` never comes. `fields` is what the licence says, by its own keys; of several licences of one
    holder (the vehicles of a firm) each key ends in the number of its row: `plate.1`, `plate.2`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    holder: Annotated[str, Field(pattern=r"^[0-9A-Z]{6,40}$")]
    type: Annotated[str, Field(pattern=r"^([A-Z][0-9]{2}|[a-z][a-z_]{2,39})$")]
    number: _Text = ""
    name: _Text = ""
    issuer: _Text = ""
    valid_from: _Date = ""
    valid_until: _Date | Literal["long_term"] = ""
    revoked: bool = False
    fields: dict[_Text, _Text] = {}

    def state_on(self, day: date) -> LicenceState:
        """Whether it is good on a day. A revoked one is bad on every day: nobody knows since when."""
        if self.revoked:
            return "revoked"
        if self.valid_until in ("", LONG_TERM):
            return "valid"
        return "expired" if day > date.fromisoformat(self.valid_until) else "valid"


def put_licences(connection: Connection, region: str, found: Iterable[Licence], now_ms: int) -> int:
    """Put licences in place of older ones of the same holder and type; return how many."""
    count = 0
    for licence in found:
        mine = (licences.c.region == region, licences.c.holder == licence.holder, licences.c.type == licence.type)
        connection.execute(delete(licences).where(*mine))
        insert_all(connection, licences, [_row(region, licence, now_ms)])
        count += 1
    return count


def find_licence(connection: Connection, region: str, holder: str, kind: str) -> Licence | None:
    """The licence of this type that a holder has, whatever its state."""
    mine = (licences.c.region == region, licences.c.holder == holder, licences.c.type == kind)
    row = connection.execute(select(licences).where(*mine)).one_or_none()
    return None if row is None else licence_of(row)


def has_library(connection: Connection, region: str) -> bool:
    """Whether a region has a library at all; without one nothing can be concluded from what is not there."""
    statement = select(licences.c.holder).where(licences.c.region == region).limit(1)
    return connection.execute(statement).one_or_none() is not None


def licence_of(row: AnyRow) -> Licence:
    """From a row of the library."""
    return Licence(
        holder=row.holder,
        type=row.type,
        number=row.number,
        name=row.name,
        issuer=row.issuer,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        revoked=bool(row.revoked),
        fields=json.loads(row.fields),
    )


def _row(region: str, licence: Licence, now_ms: int) -> dict[str, Any]:
    values = licence.model_dump()
    fields = json.dumps(values.pop("fields"), ensure_ascii=False, sort_keys=True)
    return {"region": region, **values, "fields": fields, "updated_at": now_ms}
