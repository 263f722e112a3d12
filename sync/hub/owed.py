"""What citizens still owe the cases of a hall, for a supervisor: papers to come (容缺) and promises (告知承诺)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from clerk_app.domain.case import Case
from clerk_app.domain.case_state import ENDED
from clerk_app.domain.civil import civil_date
from sync.hub.hub import Hub
from sync.hub.judge import fold_all
from sync.hub.schema import cases


@dataclass(frozen=True, slots=True)
class OwedItem:
    """One paper or promise of an open case; it names nobody.

    `kind` is `deferral` or `promise`; `until` is ISO, None of a promise; `late`: that day has passed.
    """

    number: str
    matter_name: str
    kind: str
    name: str
    until: str | None
    late: bool


def owed(hub: Hub, hall: str = "") -> list[OwedItem]:
    """Everything owed to the open cases of a hall, or of all; overdue first, and last what has no day."""
    today = civil_date(hub.clock.now_ms())
    open_cases = select(cases.c.region, cases.c.number).where(cases.c.state.not_in([state.value for state in ENDED]))
    if hall:
        open_cases = open_cases.where(cases.c.region == hall)
    with hub.store.reading() as connection:
        rows = [(region, f"case/{number}") for region, number in connection.execute(open_cases)]
        found = [item for folded in fold_all(connection, rows) for item in _items(folded.state, today)]
    return sorted(found, key=lambda item: (item.until is None, item.until or "", item.number, item.name))


def _items(case: Case, today: date) -> Iterator[OwedItem]:
    name = case.intake.matter.name if case.intake else ""
    for paper in case.owed.papers:
        yield OwedItem(case.number, name, "deferral", paper.name, paper.until.isoformat(), paper.is_late(today))
    for promise in case.owed.promises:
        yield OwedItem(case.number, name, "promise", promise, None, late=False)
