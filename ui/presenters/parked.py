"""Visits that wait, with the digit that goes on with each."""

from __future__ import annotations

from datetime import date

from ui.presenters.counter_facts import ParkedVisit
from ui.presenters.words import clock_text, note_view
from ui.say import say
from ui.viewmodels.basic import ProblemView
from ui.viewmodels.counter_state import ParkedView

DIGITS = 9


def parked_views(parked: tuple[ParkedVisit, ...], today: date) -> tuple[ParkedView, ...]:
    """The visits that wait, oldest first; more than nine at once never wait."""
    return tuple(_view(digit, visit, today) for digit, visit in enumerate(parked[:DIGITS], 1))


def left_over_note(parked: tuple[ParkedVisit, ...]) -> ProblemView | None:
    """The offer to go on with what was not finished when the window closed."""
    for digit, visit in enumerate(parked[:DIGITS], 1):
        if visit.left_over:
            matters = "、".join(visit.matters)
            return note_view(
                say("上次没办完的草稿还在：{name}，{matters}。", name=visit.name, matters=matters),
                say("按 {digit} 接着办。", digit=digit),
            )
    return None


def _view(digit: int, visit: ParkedVisit, today: date) -> ParkedView:
    how = say("上次没办完") if visit.left_over else say("挂起")
    note = f"{how} {clock_text(visit.since_ms, today)}"
    return ParkedView(digit, visit.id, " · ".join(filter(None, (visit.name, "、".join(visit.matters)))), note)
