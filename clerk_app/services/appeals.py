"""The 办不成事 register at the desk: written down, seen to, asked about afterwards, printed."""

from __future__ import annotations

from datetime import date

from clerk_app.domain import notice_number
from clerk_app.domain.appeals import DAYS, Appeal, AppealWords, handled_body, recorded_body, visited_body
from clerk_app.domain.civil import civil_date
from clerk_app.domain.workdays import Limit
from clerk_app.errors import NoSuchAppeal, NotEnrolled
from clerk_app.services.acts import append_lawful
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.ports import Unit

FORM = "appeal_form"


def proposed_due(desk: Desk) -> date:
    """The last day that is proposed for a record made today."""
    return desk.calendar.add(civil_date(desk.clock.now_ms()), Limit(DAYS, "workday")).on


def record_appeal(desk: Desk, me: SignedIn, words: AppealWords) -> str:
    """Write down what could not be done and queue its form; return its number.

    Raises `NotEnrolled`, and what `domain.appeals.recorded_body` raises.
    """
    with desk.journal.write(me.clerk) as unit:
        number = append_appeal(desk, me, unit, words)
        unit.queue_print(number, FORM, copies=(1,), reprint=False)
        unit.commit()
    return number


def append_appeal(desk: Desk, me: SignedIn, unit: Unit, words: AppealWords) -> str:
    """The record inside a transaction, for those that write more in it; raises as `record_appeal` does."""
    place = desk.place()
    if place is None:
        raise NotEnrolled
    body = recorded_body(words, me.session)
    today = civil_date(desk.clock.now_ms())
    number = notice_number.make(place.hall, place.device, today, unit.next_case_counter())
    append_lawful(unit, f"appeal/{number}", "appeal.recorded", body)
    return number


def load_appeal(desk: Desk, number: str) -> Appeal:
    """One record; raise `NoSuchAppeal`."""
    appeal: Appeal = desk.journal.reads.fold(f"appeal/{number}").state
    if appeal.words is None:
        raise NoSuchAppeal
    return appeal


def handle_appeal(desk: Desk, me: SignedIn, number: str, result: str) -> None:
    """Write what came of it. Raises `NoSuchAppeal`, and `UnlawfulStep` where it is not open or nothing is said."""
    _append(desk, me, number, "appeal.handled", handled_body(result))


def visit_appeal(desk: Desk, me: SignedIn, number: str, *, solved: bool, said: str, due_on: date | None = None) -> None:
    """Write what the person said afterwards (回访); what is not solved is open again until `due_on`.

    Raises `NoSuchAppeal`, and `UnlawfulStep` where it was not handled yet or the new last day is missing.
    """
    _append(desk, me, number, "appeal.visited", visited_body(solved=solved, said=said, due_on=due_on))


def print_appeal(desk: Desk, me: SignedIn, number: str) -> list[int]:
    """Queue the form once more, marked 补打."""
    appeal = load_appeal(desk, number)
    with desk.journal.write(me.clerk) as unit:
        jobs = unit.queue_print(appeal.number, FORM, copies=(1,), reprint=True)
        unit.commit()
    return jobs


def _append(desk: Desk, me: SignedIn, number: str, kind: str, body: dict[str, object]) -> None:
    load_appeal(desk, number)
    with desk.journal.write(me.clerk) as unit:
        append_lawful(unit, f"appeal/{number}", kind, body)
        unit.commit()
