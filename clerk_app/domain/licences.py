"""Electronic licences (电子证照) as the counter asks about them: one holder, one type, for one purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

LicencePurpose = Literal["exempt", "prefill"]
"""Why it is asked: to take the place of paper (免证办), or to fill a form."""
LicenceState = Literal["valid", "expired", "revoked", "none", "unavailable"]
"""`unavailable`: nobody could be asked. It is no answer, and nothing may be concluded from it."""


@dataclass(frozen=True, slots=True)
class LicenceQuestion:
    """Who asks about whom, and for what: the library logs every question.

    `holder` is a document number, `type` a material code, `clerk` a number, `visit` 16 hex digits.
    """

    holder: str
    type: str
    clerk: str
    purpose: LicencePurpose
    matter: str
    visit: str

    def __repr__(self) -> str:
        # Logs must never carry whose licence was asked for.
        return f"LicenceQuestion({self.type}, masked)"


@dataclass(frozen=True, slots=True)
class LicenceFinding:
    """What the library says today. Only a valid licence says more; dates are ISO, empty if unknown, or `long_term`."""

    state: LicenceState
    number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    issuer: str = ""
    valid_from: str = ""
    valid_until: str = ""
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)


UNAVAILABLE = LicenceFinding("unavailable")
_TEXTS = ("state", "number", "name", "issuer", "valid_from", "valid_until")


def said(finding: LicenceFinding, key: str) -> str:
    """What a licence says under a key of its kind: its own number and name, or one of its fields; empty if nothing."""
    own = {"number": finding.number, "name": finding.name, "issuer": finding.issuer, "valid_until": finding.valid_until}
    return finding.fields.get(key) or own.get(key, "")


def numbered_rows(finding: LicenceFinding) -> Mapping[int, Mapping[str, str]]:
    """What several licences of one holder say, a row each by its number: keys `plate.1`, `plate.2`.

    One licence without numbered keys is row 1; a licence that says nothing is none. Rows of one number belong
    together, also those of licences of another type.
    """
    rows: dict[int, dict[str, str]] = {}
    for name, value in finding.fields.items():
        key, _, number = name.partition(".")
        if number.isdecimal():
            rows.setdefault(int(number), {})[key] = value
    return rows or ({1: finding.fields} if finding.fields else {})


def rows_said(finding: LicenceFinding) -> tuple[Mapping[str, str], ...]:
    """Those rows in the order of their numbers."""
    rows = numbered_rows(finding)
    return tuple(rows[number] for number in sorted(rows))


def finding_body(finding: LicenceFinding) -> dict[str, Any]:
    """A good licence as it is written into a draft."""
    return {**asdict(replace(finding, fields={})), "fields": dict(finding.fields)}


def finding_from_body(body: Mapping[str, Any]) -> LicenceFinding:
    """Read `finding_body` back; raises `KeyError` for a malformed one."""
    return LicenceFinding(**{key: body[key] for key in (*_TEXTS, "fields")})
