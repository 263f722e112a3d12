"""What the person at the counter may be entitled to besides (可能还能办)."""

from __future__ import annotations

from clerk_app.domain.form import plain
from clerk_app.domain.hints import Hint, Told, hints, told
from clerk_app.domain.known import card_facts, form_facts, held_by_paper, licence_facts
from ui.presenters.counter_facts import CounterFacts, VisitFacts
from ui.say import say
from ui.viewmodels.counter_state import NO_HINTS, HintsView, HintView

MAX_DIGIT = 9


def hints_view(facts: CounterFacts) -> HintsView:
    """The hints to this person, from the moment they were met until their last matter has its outcome."""
    visit = facts.visit
    if visit.document is None or visit.present is None or visit.is_over or not visit.id:
        return NO_HINTS
    shown = _told(facts)
    beginning = [hint for hint in shown.open if hint.lead.kind != "benefit"]
    digits = {hint.code: digit for digit, hint in enumerate(beginning[:MAX_DIGIT], 1)}
    views = tuple(_view(hint, digits.get(hint.code, 0)) for hint in shown.open)
    return HintsView(views, shown.closed, facts.rules.label)


def closed_codes(facts: CounterFacts) -> frozenset[str]:
    """The codes of the hints that are still closed: for the journal, never for the screen."""
    opened = facts.visit.opened_hints
    return frozenset(hint.code for hint in _found(facts) if hint.sensitive and hint.code not in opened)


def visit_known(visit: VisitFacts) -> dict[str, str]:
    """What documents, licences, papers and answers of the visit have said so far."""
    known = card_facts(visit.document) if visit.document else {}
    for intake in (item.case.intake for item in visit.finished if item.case is not None):
        known |= plain(intake.fields) if intake is not None else {}
    for work in visit.preparing:
        for kind, finding in work.draft.licences.items():
            known |= licence_facts(kind, finding)
        known |= held_by_paper(work.matter, work.draft.materials)
        known |= form_facts(work.matter, work.draft.values)
    return known


def _told(facts: CounterFacts) -> Told:
    return told(_found(facts), facts.visit.opened_hints)


def _found(facts: CounterFacts) -> tuple[Hint, ...]:
    visit = facts.visit
    return hints(visit_known(visit), facts.rules.rules, facts.around.today, taken_up=_taken_up(visit))


def _taken_up(visit: VisitFacts) -> set[str]:
    """The matters and packages of the visit, and the children of these that take part."""
    codes = {work.draft.matter for work in visit.preparing}
    codes |= {step.matter.code for work in visit.preparing if work.one is not None for step in work.one.steps}
    for case in (item.case for item in visit.finished if item.case is not None):
        codes |= {child.matter.code for child in case.children}
        codes |= {case.intake.matter.code} if case.intake is not None else set()
    return codes


def _view(hint: Hint, digit: int) -> HintView:
    lead = hint.lead
    leads_to = {
        "matter": say("事项 {code} {name}", code=lead.code, name=lead.name),
        "package": say("一件事 {code} {name}", code=lead.code, name=lead.name),
        "benefit": say("不用申请：{name}，{where}", name=lead.name, where=lead.where),
    }[lead.kind]
    sources = say("依据 {sources}", sources="；".join(hint.sources)) if hint.sources else ""
    return HintView(digit, lead.code, hint.text, leads_to, hint.reason, sources, hint.sensitive)
