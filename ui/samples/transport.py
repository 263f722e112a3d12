"""Sample states of opening a transport firm (开办运输企业一件事): tables wider than the page."""

from __future__ import annotations

from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING

from clerk_app.domain.draft import with_licence
from clerk_app.domain.form import visible_fields
from clerk_app.domain.form_tables import table_text
from clerk_app.domain.licences import LicenceFinding
from ui.presenters.counter import counter_state
from ui.samples import desk

if TYPE_CHECKING:
    from clerk_app.domain.draft import Draft
    from clerk_app.domain.elements import Column, Field
    from ui.viewmodels.counter_state import CounterState

_TICKET = "A052"
_VEHICLES = "g.V1.vehicles"
_OWNER = "例州例达运输有限公司"
_FIRST = {
    "plate": "例A99001",
    "type": "重型厢式货车",
    "owner": _OWNER,
    "use": "货运",
    "model": "例牌 LP5250",
    "vin": "LEXL999999A000001",
    "engine": "E0000001",
    "registered": "2026-08-03",
    "load": "14000",
    "gross": "25000",
    "kerb": "10870",
    "size": "12000×2550×3990 毫米",
    "inspected_until": "2027-08-03",
}
_SECOND = {
    **_FIRST,
    "plate": "例A99002",
    "type": "轻型厢式货车",
    "model": "例牌 LP5040",
    "vin": "LEXL999999A000002",
    "engine": "E0000002",
    "registered": "2026-08-10",
    "load": "1495",
    "gross": "4495",
    "kerb": "2870",
    "size": "5995×2200×3180 毫米",
    "inspected_until": "2027-08-10",
}
_LICENCE = LicenceFinding(
    "valid",
    name=_OWNER,
    fields={f"{key}.{place}": cell for place, row in enumerate((_FIRST, _SECOND), 1) for key, cell in row.items()},
)


@cache
def vehicles() -> CounterState:
    """The table of vehicles: what their licences say is there, the rest is to be typed."""
    draft = desk.draft_of("PK12", desk.WORKER, {})
    work = desk.prepared(draft)
    draft = with_licence(work.draft, work.matter, "vehicle_licence", _LICENCE, desk.NOW)
    draft = _answered_before(draft)
    return counter_state(desk.facts(desk.at_work("form", draft, ticket=_TICKET)), has_second_screen=True)


def _answered_before(draft: Draft) -> Draft:
    """The draft with everything typed that stands before the vehicles."""
    before = takewhile(lambda field: field.code != _VEHICLES, visible_fields(desk.prepared(draft).matter, draft.values))
    for field in before:
        if field.code not in draft.values:
            draft = draft.typing(field.code, _any_answer(field), desk.NOW)
    return draft


def _any_answer(field: Field) -> str:
    if field.columns:
        return table_text(field.columns, [{column.key: _cell(column) for column in field.columns}])
    return _cell(field)


def _cell(asked: Field | Column) -> str:
    typed = {"number": "3", "date": "2026-01-05", "id": str(desk.WORKER.number), "phone": "13000000001"}
    return asked.choices[0] if asked.choices else typed.get(asked.type, "例")
