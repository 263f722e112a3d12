"""The counter page from what the counter knows."""

from __future__ import annotations

from clerk_app.domain.form import Missing, visible_fields
from clerk_app.domain.notice_for import TITLES
from ui.presenters.check import check_view
from ui.presenters.counter_facts import CounterFacts, Preparing, comes_later, deferred_now, way_of
from ui.presenters.done import done_view, done_words, service_lines
from ui.presenters.form import count_text, questions, sections, short_sections
from ui.presenters.hints import hints_view
from ui.presenters.materials import material_views, produced_views
from ui.presenters.others import whose_view
from ui.presenters.outcome_words import citizen_words, effect_chip, expected_effect, main_paper
from ui.presenters.parked import parked_views
from ui.presenters.person import person_view
from ui.presenters.situations import child_views, situation_views, sizes_text
from ui.presenters.words import note_view
from ui.say import say
from ui.tokens import Tone
from ui.viewmodels.basic import ProblemView
from ui.viewmodels.counter_state import CounterState, MatterView, Stage
from ui.viewmodels.parts import NO_ACTION, NO_CHIP, ActionView, ChipView, MissingView, StepState, StepView

_STAGES: tuple[Stage, ...] = ("person", "matter", "situations", "materials", "form", "check", "done")
_OF_WORK: tuple[Stage, ...] = ("situations", "materials", "form", "check")


def counter_state(facts: CounterFacts, *, has_second_screen: bool) -> CounterState:
    """The whole page."""
    visit, around = facts.visit, facts.around
    work = visit.work if visit.stage in _OF_WORK else None
    short = work is not None and work.matter.is_short
    return CounterState(
        stage=visit.stage,
        is_short=short,
        person=person_view(visit, around.today),
        presence=visit.present,
        services=service_lines(visit),
        parked=parked_views(facts.parked, around.today),
        matter=_matter_view(work, facts) if work else None,
        steps=_steps(facts),
        count=count_text(facts, work) if work else "",
        sections=(short_sections(facts, work) if short else sections(facts, work)) if work else (),
        questions=questions(facts, work) if work and short else (),
        situations=situation_views(work) if work and visit.stage == "situations" else (),
        children=child_views(work, around) if work else (),
        sizes=sizes_text(work) if work and visit.stage == "situations" else "",
        missing=missing_views(facts, work) if work else (),
        materials=material_views(work, around) if work else (),
        produced=produced_views(work) if work else (),
        say=_say(facts, work),
        check=check_view(work, around, is_shown=has_second_screen, leaf=visit.leaf)
        if work and visit.stage == "check"
        else None,
        done=done_view(facts) if visit.stage == "done" else None,
        primary=_primary(facts, work),
        saved=facts.saved if work else "none",
        is_offline=not around.is_online,
        busy=say("请放身份证…") if facts.act == "reading" else "",
        problem=_problem(facts),
        hints=hints_view(facts),
        whose=whose_view(facts),
        consent=_to_consent(facts, work),
    )


def _to_consent(facts: CounterFacts, work: Preparing | None) -> tuple[str, ...]:
    """What to ask the person's consent for, while the form is at hand and nothing else is being done."""
    consent = work.draft.consent if work is not None else None
    if work is None or consent is None or not consent.is_open or facts.visit.stage != "form" or facts.act:
        return ()
    shown = visible_fields(work.matter, work.draft.values)
    return tuple(field.label for field in shown if field.code in consent.codes and field.code not in work.draft.values)


def missing_views(facts: CounterFacts, work: Preparing) -> tuple[MissingView, ...]:
    """What is still missing, each with where to jump: first what this stage is about, the rest in its order.

    Before the questions are answered nobody can say which papers and elements there are: then only they are missing.
    """
    here = {"situations": "situation", "materials": "material", "form": "field"}.get(facts.visit.stage, "")
    at_hand = (here, "document", "presence")
    lacking = (item for item in facts.missing if not comes_later(item, work, facts.around))
    ordered = sorted(lacking, key=lambda item: item.kind not in at_hand)
    if here == "situation":
        ordered = [item for item in ordered if item.kind in at_hand]
    return tuple(_missing_view(item, work) for item in ordered)


def _missing_view(item: Missing, work: Preparing) -> MissingView:
    if item.severity == "should":
        return MissingView(item.anchor, item.label, item.hint, ChipView(say("受理前要补"), Tone.WARN))
    wrong = item.kind == "field" and item.anchor in work.draft.values
    return MissingView(item.anchor, item.label, item.hint, ChipView(say("要改"), Tone.BAD) if wrong else None)


def _matter_view(work: Preparing, facts: CounterFacts) -> MatterView:
    matter = work.matter
    if matter.is_short:
        limit = say("一页办")
    elif matter.kind == "at_once":
        limit = say("即办")
    else:
        limit = say("承诺 {limit}", limit=matter.promised.text)
    department = matter.department_short
    leads = say("{department}牵头", department=department) if work.one is not None else department
    chips = (ChipView(leads), ChipView(limit))
    effect = expected_effect(work, facts.around)
    # Of a package the children say what is in force; only what waits for the platform is true of the whole.
    says_effect = work.one is None or effect.when == "platform"
    return MatterView(matter.code, matter.name, chips, effect_chip(work, facts.around) if says_effect else NO_CHIP)


def _steps(facts: CounterFacts) -> tuple[StepView, ...]:
    visit = facts.visit
    if visit.stage == "idle":
        return ()
    shown: tuple[Stage, ...] = tuple(stage for stage in _STAGES if stage != "situations")
    if visit.stage == "done":
        shown = visit.finished[-1].way if visit.finished else ()
    elif visit.work is not None:
        shown = way_of(visit.work)
    return tuple(StepView(stage, _step_label(stage), _step_state(stage, visit.stage)) for stage in shown)


def _step_state(stage: Stage, current: Stage) -> StepState:
    if stage == current:
        return "done" if stage == "done" else "current"
    return "done" if _STAGES.index(stage) < _STAGES.index(current) else "ahead"


def _step_label(stage: Stage) -> str:
    return {
        "person": say("人"),
        "matter": say("事项"),
        "situations": say("情形"),
        "materials": say("材料"),
        "form": say("一张表"),
        "check": say("核对签字"),
        "done": say("办结"),
    }[stage]


def _say(facts: CounterFacts, work: Preparing | None) -> str:
    if work is not None and work.matter.presence == "in_person" and facts.visit.present is False:
        return say("这个事项要本人来办。人不方便来的，可以预约上门办理。")
    if work is not None:
        return citizen_words(expected_effect(work, facts.around), is_online=facts.around.is_online)
    return done_words(facts) if facts.visit.stage == "done" else ""


def _primary(facts: CounterFacts, work: Preparing | None) -> ActionView:
    busy = {"taking_in": say("正在办理…"), "ending": say("正在办理…"), "opening": say("正在记录…")}.get(facts.act, "")
    if facts.visit.stage == "idle":
        return ActionView(say("读证"), enabled=facts.act != "reading")
    if facts.visit.stage == "person":
        return ActionView(say("下一步：选事项"), enabled=facts.visit.present is not None, busy=busy)
    label = _primary_label(facts, work)
    return ActionView(label, busy=busy) if label else NO_ACTION


def _primary_label(facts: CounterFacts, work: Preparing | None) -> str:
    stage = facts.visit.stage
    if stage == "matter":
        return say("就办这项")
    if stage == "done":
        following = facts.visit.preparing[0].matter.name if facts.visit.preparing else ""
        return say("接着办：{matter}", matter=following) if following else say("办完了，请下一位")
    if work is None:
        return ""
    if stage == "situations":
        return say("下一步：看材料")
    if stage == "materials":
        return say("下一步：填表")
    if stage == "form" and not work.matter.is_short:
        return say("下一步：核对签字")
    return _take_in_label(facts, work)


def _take_in_label(facts: CounterFacts, work: Preparing) -> str:
    paper = TITLES[main_paper(work, facts.around)]
    if deferred_now(work, facts.around):
        return say("容缺受理并打印{paper}", paper=paper)
    if facts.around.power(work.matter) == "receive":
        return say("收件并打印{paper}", paper=paper)
    return say("受理并打印{paper}", paper=paper)


def _problem(facts: CounterFacts) -> ProblemView | None:
    if facts.problem is None and facts.act == "reading" and facts.visit.stage != "idle":
        return note_view(say("请放身份证…"), say("读完自动往下走；按 Esc 停止。"))
    return facts.problem
