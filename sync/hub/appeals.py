"""The 办不成事 register of all desks, for a supervisor at the hub."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from clerk_app.domain.appeals import Appeal, AppealState
from clerk_app.domain.civil import civil_date
from sync.hub.hub import Hub
from sync.hub.judge import fold_all
from sync.hub.schema import entries


@dataclass(frozen=True, slots=True)
class AppealLine:
    """One record; the person stays on the desk's paper. `due_on` is ISO; `late`: its last day is over, unanswered."""

    number: str
    state: AppealState
    matter: str
    why: str
    unit: str
    due_on: str
    late: bool
    result: str


def appeals(hub: Hub, hall: str = "") -> list[AppealLine]:
    """Every record of a hall, or of all, those to be answered first, by their last day."""
    today = civil_date(hub.clock.now_ms()).isoformat()
    begun = select(entries.c.region, entries.c.stream).distinct().where(entries.c.kind == "appeal.recorded")
    if hall:
        begun = begun.where(entries.c.region == hall)
    with hub.store.reading() as connection:
        rows = [(region, stream) for region, stream in connection.execute(begun)]
        found = [line for folded in fold_all(connection, rows) if (line := _line(folded.state, today))]
    return sorted(found, key=lambda line: (line.state != "open", line.due_on, line.number))


def _line(appeal: Appeal, today: str) -> AppealLine | None:
    words = appeal.words
    if words is None:
        return None
    due_on = (appeal.due_on or words.due_on).isoformat()
    result = appeal.handlings[-1].result if appeal.handlings else ""
    late = appeal.state == "open" and due_on < today
    return AppealLine(appeal.number, appeal.state, words.matter, words.why, words.unit, due_on, late, result)
