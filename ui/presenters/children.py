"""The children of a package (子事项): as the act would leave them, and as it left them."""

from __future__ import annotations

from clerk_app.domain.case import Case
from clerk_app.domain.child_case import ChildCase
from clerk_app.domain.matter import Power
from clerk_app.domain.one_thing import OneThing, Step
from clerk_app.domain.package_taking_in import children_in_order, saved_by
from ui.presenters.counter_facts import Preparing, Surroundings, deferred_now
from ui.presenters.outcome_words import powers_now
from ui.say import say
from ui.tokens import Tone
from ui.viewmodels.counter_state import ChildView
from ui.viewmodels.parts import ChipView


def expected_children(work: Preparing, around: Surroundings) -> tuple[ChildView, ...]:
    """What the act would do with each child here and now."""
    one = work.one
    if one is None:
        return ()
    powers = powers_now(one, around, deferred_now(work, around))
    return tuple(_expected(step, powers.get(step.matter.code), work, around) for step in children_in_order(one))


def taken_children(case: Case | None) -> tuple[ChildView, ...]:
    """What the act did with each child, each with its own clock."""
    children = case.children if case else ()
    names = {child.ordinal: child.matter.name for child in children}
    return tuple(_taken(child, [names[ordinal] for ordinal in child.after]) for child in children)


def saved_text(one: OneThing | None) -> str:
    """What the citizen is spared: 表单 163 → 60 项，材料 30 → 14 份，时限 38 → 13 天，跑动 8 → 1 次."""
    if one is None:
        return ""
    units = {
        "fields": say("表单 {before} → {after} 项"),
        "materials": say("材料 {before} → {after} 份"),
        "days": say("时限 {before} → {after} 天"),
        "visits": say("跑动 {before} → {after} 次"),
    }
    spared = ((key, count) for key, count in saved_by(one).items() if count.saved > 0)
    return "，".join(units[key].format(before=count.before, after=count.after) for key, count in spared)


def _expected(step: Step, power: Power | None, work: Preparing, around: Surroundings) -> ChildView:
    matter = step.matter
    if power is None:
        names = "、".join(work.names.get(code, "") for code in step.after)
        return ChildView(matter.name, _after_words(matter.department_short, names), ChipView(say("待前置")))
    if power == "accept":
        due = around.calendar.add(around.today, matter.promised).on.isoformat()
        return ChildView(matter.name, matter.department_short, ChipView(_accepted_word(due), Tone.INFO))
    return ChildView(matter.name, matter.department_short, power_chip(power))


def _taken(child: ChildCase, after: list[str]) -> ChildView:
    name, department = child.matter.name, child.department_short
    if child.waits:
        return ChildView(name, _after_words(department, "、".join(after)), ChipView(say("待前置")))
    if child.power == "accept" and child.due is not None:
        return ChildView(name, department, ChipView(_accepted_word(child.due.on.isoformat()), Tone.INFO))
    return ChildView(name, department, power_chip(child.power))


def power_chip(power: Power) -> ChipView:
    """A word for how far the window goes with a child."""
    return {
        "receive": ChipView(say("收件")),
        "accept": ChipView(say("受理"), Tone.INFO),
        "complete": ChipView(say("当场办结"), Tone.OK),
    }[power]


def _accepted_word(day: str) -> str:
    return say("受理 · 最迟 {day}", day=day[5:])


def _after_words(department: str, names: str) -> str:
    return say("{department} · 等{names}办成后受理、计时", department=department, names=names)
