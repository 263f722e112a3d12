"""The 办不成事 register of all desks, for a supervisor at the hub."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from clerk_app.domain.appeals import Appeal, AppealState
from clerk_app.domain.civil import civil_date
from clerk_app.domain.kinds import fold_stream
from sync.hub.hub import Hub
from sync.hub.judge import load_facts
from sync.hub.schema import entries
from sync.hub.store import parts_of


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
    streams: dict[str, list[str]] = {}
    found: list[AppealLine] = []
    with hub.store.reading() as connection:
        for region, stream in connection.execute(begun):
            streams.setdefault(region, []).append(stream)
        for region, known in sorted(streams.items()):
            for part in parts_of(sorted(known)):
                facts = load_facts(connection, region, part)
                found += [line for stream in part if (line := _line(fold_stream(stream, facts[stream]).state, today))]
    return sorted(found, key=lambda line: (line.state != "open", line.due_on, line.number))


def _line(appeal: Appeal, today: str) -> AppealLine | None:
    words = appeal.words
    if words is None:
        return None
    due_on = (appeal.due_on or words.due_on).isoformat()
    result = appeal.handlings[-1].result if appeal.handlings else ""
    late = appeal.state == "open" and due_on < today
    return AppealLine(appeal.number, appeal.state, words.matter, words.why, words.unit, due_on, late, result)
