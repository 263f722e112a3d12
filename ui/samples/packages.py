"""Sample states of the counter with a package: opening an eating house (开办餐饮店一件事)."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from clerk_app.domain.form import visible_fields
from ui.presenters.counter import counter_state
from ui.presenters.counter_facts import VisitFacts, way_of
from ui.samples import desk

if TYPE_CHECKING:
    from clerk_app.domain.draft import Draft
    from clerk_app.domain.elements import Field
    from ui.viewmodels.counter_state import CounterState, Stage

_TICKET = "A041"
ANSWERS = {
    "q.subject": "个体工商户",
    "q.signboard": "要挂",
    "q.area": "不是",
    "q.tobacco": "卖",
    "q.sewer": "不排入",
    "q.public_place": "不提供",
}
_FIRST = ("q.subject", "q.signboard", "q.area")


@cache
def asking() -> CounterState:
    """The first questions answered, three still open."""
    return _shown("situations", desk.draft_of("PK01", desk.WORKER, {code: ANSWERS[code] for code in _FIRST}))


@cache
def asked() -> CounterState:
    """Every question answered, the tobacco licence left out by choice."""
    return _shown("situations", replace(_begun(), without=("B11",)))


@cache
def on_materials() -> CounterState:
    """One paper in, one to be re-checked, one by promise, one deferred."""
    draft = desk.prepared(_begun()).draft
    draft = desk.with_material(draft, "N05", "received", "original_kept", copies=1, pages=4)
    draft = desk.with_licence(draft, "N10", "pending")
    draft = desk.with_material(draft, "N08", "promised")
    return _shown("materials", desk.with_material(draft, "N09", "deferred"))


@cache
def on_form() -> CounterState:
    """The one form of several departments."""
    return _shown("form", _begun())


@cache
def on_check() -> CounterState:
    """Everything there, to be checked and signed."""
    return _shown("check", whole())


@cache
def done() -> CounterState:
    """Taken in and printed: what was done at once, what was accepted, and until when."""
    draft = whole()
    case = desk.case_of(draft, 41, online=True)
    ended = desk.finished(draft, case, way_of(desk.prepared(draft)), online=True)
    visit = VisitFacts("done", "v1", draft.document, present=True, ticket=_TICKET, finished=(ended,))
    facts = replace(desk.facts(visit), prints=desk.jobs_of(case, "printed"), rating="invited", uploaded=True)
    return counter_state(facts, has_second_screen=True)


@cache
def whole() -> Draft:
    """A draft that lacks nothing."""
    work = desk.prepared(_begun())
    draft = work.draft
    for field in visible_fields(work.matter, draft.values):
        if field.code not in draft.values:
            draft = draft.typing(field.code, FORM.get(field.code) or _any_answer(field), desk.NOW)
    for item in draft.materials:
        if item.state == "missing":
            draft = desk.with_material(draft, item.code, "received", "original_kept", copies=1, pages=2)
    return draft


FORM = {
    "g.E1.name": "例州区例记小吃店（个体工商户）",
    "g.E1.scope": "餐饮服务",
    "g.E1.capital": "10",
    "g.E2.address": "例湖路 18 号",
    "g.E2.area": "120",
    "g.E2.owner": "吴例宁",
    "g.E3.name": "周例安",
    "g.E3.document_type": "居民身份证",
    "g.E3.document_number": "999999199202160010",
    "g.F2.manager": "周例安",
    "g.K1.size": "3 米 × 0.8 米",
    "g.K1.drawing": "例-01",
    "g.Y1.address": "例湖路 18 号",
}


def _any_answer(field: Field) -> str:
    """Something good for an element this sample has no words for."""
    if field.choices:
        return field.choices[0]
    return {"phone": "13000000001", "date": "2026-01-05"}.get(field.type, "30")


def _begun() -> Draft:
    return desk.draft_of("PK01", desk.WORKER, ANSWERS)


def _shown(stage: Stage, draft: Draft) -> CounterState:
    return counter_state(desk.facts(desk.at_work(stage, draft, ticket=_TICKET)), has_second_screen=True)
