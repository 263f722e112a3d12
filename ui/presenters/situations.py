"""Situations (情形) as the clerk asks them, the optional children of a package, and what the answers come to."""

from __future__ import annotations

from clerk_app.domain.conditions import applies
from clerk_app.domain.form import plain, visible_fields
from clerk_app.domain.materials import needed_materials
from clerk_app.domain.matter import Matter, Power
from clerk_app.domain.one_thing import Dropped, Step
from clerk_app.domain.package_taking_in import children_in_order
from clerk_app.domain.situations import Situation, asked_now
from ui.presenters.children import power_chip
from ui.presenters.counter_facts import Preparing, Surroundings
from ui.presenters.outcome_words import powers_now
from ui.say import say
from ui.viewmodels.basic import Choice
from ui.viewmodels.counter_state import ChildView, QuestionView
from ui.viewmodels.parts import ChipView

TAKEN, LEFT_OUT = "taken", "left_out"
"""The answers to whether an optional child is done along."""

_CHILD = "child:"


def child_of(code: str) -> str:
    """The child that a question is about; empty for a situation."""
    return code.removeprefix(_CHILD) if code.startswith(_CHILD) else ""


def situation_views(work: Preparing) -> tuple[QuestionView, ...]:
    """What is asked now, and which of the optional children that fit the answers are done along."""
    answers = plain(work.draft.values)
    asked = asked_now(work.matter.situations, answers)
    return (*(_question(item, answers.get(item.code, "")) for item in asked), *_choices(work))


def child_views(work: Preparing, around: Surroundings) -> tuple[ChildView, ...]:
    """The children of a package in the order of the paper, those that take no part last."""
    one = work.one
    if one is None:
        return ()
    powers = powers_now(one, around)
    return (
        *(_child(step, powers.get(step.matter.code), work) for step in children_in_order(one)),
        *(ChildView(work.names.get(item.matter, ""), _dropped_word(item), part=False) for item in one.dropped),
    )


def sizes_text(work: Preparing) -> str:
    """What the answers of now come to: 6 个事项 · 5 个部门 · 材料 12 份 · 一张表 48 项."""
    answers = plain(work.draft.values)
    parts = [
        say("材料 {count} 份", count=len(needed_materials(work.matter, answers))),
        say("一张表 {count} 项", count=sum(field.count for field in visible_fields(work.matter, work.draft.values))),
    ]
    if work.one is not None:
        whole = say("{count} 个事项", count=len(work.one.steps))
        parts = [whole, say("{count} 个部门", count=len(work.one.departments)), *parts]
    return " · ".join(parts)


def limit_word(matter: Matter) -> str:
    """How long a matter takes: 即办 or 10 工作日."""
    return say("即办") if matter.kind == "at_once" else matter.promised.text


def _question(situation: Situation, answer: str) -> QuestionView:
    return QuestionView(
        situation.code,
        situation.question,
        note=situation.why,
        value=answer,
        choices=tuple(Choice(choice, choice) for choice in situation.choices),
    )


def _choices(work: Preparing) -> tuple[QuestionView, ...]:
    """One question for each optional child that fits the answers."""
    one = work.one
    if one is None:
        return ()
    children = one.package.children
    optional = [child.matter for child in children if child.optional and applies(child.when, one.answers)]
    return tuple(
        QuestionView(
            f"{_CHILD}{code}",
            say("一并办{matter}吗？", matter=work.names.get(code, "")),
            note=say("自选，不办不影响别的"),
            value=LEFT_OUT if code in work.draft.without else TAKEN,
            choices=(Choice(TAKEN, say("办")), Choice(LEFT_OUT, say("不办"))),
        )
        for code in optional
    )


def _child(step: Step, power: Power | None, work: Preparing) -> ChildView:
    """Who waits says for whom; who waits only for what is done at the counter begins at once."""
    after = "" if power else _after_words(step, work)
    parts = (step.matter.department_short, limit_word(step.matter), after)
    note = " · ".join(filter(None, parts))
    if not step.certain:
        return ChildView(step.matter.name, note, ChipView(say("看回答")))
    return ChildView(step.matter.name, note, power_chip(power) if power else ChipView(say("待前置")))


def _after_words(step: Step, work: Preparing) -> str:
    names = "、".join(work.names.get(code, "") for code in step.after)
    return say("等{names}办成", names=names) if names else ""


def _dropped_word(item: Dropped) -> str:
    return {"situation": say("按回答不用办"), "choice": say("群众选了不办")}[item.reason]
