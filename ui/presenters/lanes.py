"""The children of a package as lanes on one time scale."""

from __future__ import annotations

from datetime import date

from clerk_app.domain.case_state import CaseState
from clerk_app.domain.civil import civil_date
from clerk_app.services.cases import CaseView, ChildView
from ui.say import say
from ui.tokens import Tone
from ui.viewmodels.cases import LaneView, ScaleView
from ui.viewmodels.parts import ChipView


def lane_views(view: CaseView, today: date) -> tuple[LaneView, ...]:
    """One lane a child, in the order of the paper."""
    if not view.children:
        return ()
    first, last = _ends(view, today)
    return tuple(_lane(child, first, last, today) for child in view.children)


def scale_view(view: CaseView, today: date) -> ScaleView | None:
    """The scale all lanes share: from the intake to the last day that is promised or reached."""
    if not view.children:
        return None
    first, last = _ends(view, today)
    inside = first < today < last
    return ScaleView(_short(first), _short(last), _place(today, first, last) if inside else None)


def _ends(view: CaseView, today: date) -> tuple[date, date]:
    first = civil_date(view.received_at)
    known = [view.due_on, *(day for child in view.children for day in (child.due_on, child.ended_on))]
    days = [date.fromisoformat(day) for day in known if day]
    return first, max([*days, first, *([today] if not days else [])])


def _lane(child: ChildView, first: date, last: date, today: date) -> LaneView:
    begin = date.fromisoformat(child.accepted_on) if child.accepted_on else None
    ended = date.fromisoformat(child.ended_on) if child.ended_on else None
    due = date.fromisoformat(child.due_on) if child.due_on else None
    return LaneView(
        name=child.matter_name,
        chip=_chip(child),
        note=_note(child),
        begin=None if begin is None else _place(begin, first, last),
        reached=_place(ended or today, first, last),
        until=None if due is None else _place(due, first, last),
        ended=ended is not None,
        good=child.granted,
    )


def _chip(child: ChildView) -> ChipView:
    state = CaseState(child.state)
    if child.granted:
        return ChipView(say("{day} 已办结", day=_short_text(child.ended_on)), Tone.OK)
    if child.ended_on:
        return ChipView(say("{day} 不予批准", day=_short_text(child.ended_on)), Tone.BAD)
    if state is CaseState.RETURNED:
        return ChipView(say("已退回"), Tone.BAD)
    if state is CaseState.STOPPED:
        return ChipView(say("前序未通过"), Tone.WARN)
    if state is CaseState.ACCEPTED and child.due_on:
        return ChipView(say("最迟 {day}", day=_short_text(child.due_on)))
    return ChipView(child.state_label)


def _note(child: ChildView) -> str:
    if CaseState(child.state) is CaseState.WAITING:
        return say("等{names}办成后受理、计时", names="、".join(child.after))
    issued = " ".join(filter(None, (child.result.document, child.result.number))) if child.result else ""
    return "；".join(filter(None, (child.sentence if child.ended_on else "", issued)))


def _place(day: date, first: date, last: date) -> float:
    """Where a day stands between the first and the last, 0 to 1."""
    whole = (last - first).days
    return min(max((day - first).days / whole, 0.0), 1.0) if whole > 0 else 1.0


def _short(day: date) -> str:
    return f"{day.month:02}-{day.day:02}"


def _short_text(day: str | None) -> str:
    return day[5:] if day else ""
