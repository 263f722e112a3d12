"""The clocks of a case: the promised limit, the time for notice, and deemed acceptance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from clerk_app.domain.case import Case
from clerk_app.domain.case_state import CaseState
from clerk_app.domain.procedure import PROCEDURES
from clerk_app.domain.workdays import Calendar, Due


@dataclass(frozen=True, slots=True)
class CaseClock:
    """A limit as the work list shows it, in working days: used of the whole, what remains (negative: overdue).

    `running` is false once the case is decided; `remaining` is then what was left on that day.
    """

    due: Due
    limit: int
    used: int
    remaining: int
    running: bool


def promised_clock(case: Case, calendar: Calendar, today: date) -> CaseClock | None:
    """The promised limit, or None where nothing was promised yet (收件) or the effect is immediate."""
    intake = case.intake
    if intake is None or case.due is None or not case.running:
        return None
    first, last = case.running[0], case.running[-1]
    now = last.end or today
    return CaseClock(
        due=case.due,
        limit=calendar.workdays_between(first.start, case.due.on),
        used=calendar.elapsed(case.running, today),
        remaining=calendar.remaining(now, case.due.on),
        running=last.end is None,
    )


def deemed_accepted_on(case: Case, today: date) -> date | None:
    """The day of acceptance by silence, or None.

    Licences only (行政许可法 art. 32): no word within the time for notice makes the day of receipt the day of
    acceptance.
    """
    intake = case.intake
    if intake is None or case.state is not CaseState.RECEIVED:
        return None
    silent = intake.notice_due is not None and today > intake.notice_due.on
    return intake.received_on if silent and PROCEDURES[intake.matter.procedure].deemed_acceptance else None
