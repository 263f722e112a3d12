"""Sample states of the counter with a package: opening an eating house (开办餐饮店一件事)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from clerk_app.domain import case_number
from clerk_app.domain.case_state import STATE_LABELS, CaseState
from clerk_app.domain.form import visible_fields
from clerk_app.services.cases import (
    CaseView,
    ChildView,
    DeferralView,
    HistoryItem,
    ProducedView,
    ResultView,
    ToRegisterView,
)
from clerk_app.services.results import ResultToRegister
from clerk_app.services.rows import CaseRow
from clerk_app.services.shipped import shipped_catalogue
from ui.presenters.cases import case_detail, case_line, filter_views
from ui.presenters.counter import counter_state
from ui.presenters.counter_facts import VisitFacts, way_of
from ui.samples import desk
from ui.viewmodels.cases import CasesState

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
    draft = desk.with_licence(draft, "N10", "confirmed")
    draft = desk.with_material(draft, "N08", "promised")
    return desk.with_material(draft, "N09", "deferred")


_BEGUN = date(2026, 11, 17)
_DRAWING = "部门退回：效果图没有标尺寸"


@cache
def package_case() -> CaseView:
    """A package of four children: done, running, sent back and waiting."""
    begun = _BEGUN
    number = case_number.make(desk.HALL, desk.DEVICE, begun, 39)
    package = desk.one_thing("PK01").package
    return CaseView(
        number=number,
        official_number=None,
        state=CaseState.RETURNED.value,
        state_label=STATE_LABELS[CaseState.RETURNED],
        matter=package.code,
        matter_name=package.name,
        department=package.lead,
        applicant="吴例宁",
        received_at=desk.at(10, 9, begun),
        accepted_on=begun.isoformat(),
        due_on="2026-12-04",
        due_estimated=False,
        in_force="今天当场办结 1 项、受理 2 项",
        not_yet="待前置 1 项，前面的事项办成后再受理、计时",
        returned_reason="",
        conflicts=(),
        read_only=False,
        history=(
            HistoryItem("受理，打印受理通知书 2 份，4 个子事项", "11-17 10:09", desk.at(10, 9, begun), desk.CLERK_NAME),
            HistoryItem(f"户外招牌设施设置：{_DRAWING}", "11-20 15:02", desk.at(15, 2, date(2026, 11, 20)), "平台"),
        ),
        children=(
            _child(1, "B04", CaseState.CLOSED, "2026-11-17", ended_on="2026-11-17", granted=True),
            _child(2, "B05", CaseState.ACCEPTED, "2026-11-17", "2026-11-27"),
            _child(3, "B06", CaseState.RETURNED, "2026-11-17", "2026-11-20", sentence=_DRAWING),
            _child(4, "B11", CaseState.WAITING, after=(desk.matter("B05").name,)),
        ),
        deferrals=(DeferralView("N09", "食品安全管理人员信息及考核合格证明", "2026-12-01", None, is_late=False),),
    )


_LICENCE = (
    ("g.E1.credit_code", "统一社会信用代码", "91999999MA0EXAMP0F"),
    ("g.E1.established", "成立日期", "2026-11-17"),
)


@cache
def case_list() -> CasesState:
    """A package in detail, its children on one time scale, the result of one of them registered."""
    view = package_case()
    licence = ResultView("营业执照", _LICENCE[0][2], tuple((label, value) for _, label, value in _LICENCE))
    done = replace(view.children[0], result=licence)
    produced = tuple(ProducedView(code, label, value, "果") for code, label, value in _LICENCE)
    return _list_of(replace(view, children=(done, *view.children[1:]), produced=produced))


@cache
def case_to_register() -> CasesState:
    """What was done at the counter has its licence, and others wait for what stands on it."""
    view = package_case()
    done, food, sign, tobacco = view.children
    accepted = replace(sign, state=CaseState.ACCEPTED.value, sentence="")
    produced = tuple(ProducedView(code, label, "由前序事项产生", "") for code, label, _ in _LICENCE)
    elements = {field.code: field for group in shipped_catalogue().groups for field in group.fields}
    fields = {code.rpartition(".")[2]: elements[code] for code, _, _ in _LICENCE}
    known = ResultToRegister(done.number, done.matter_name, "营业执照", fields, True, None)
    view = replace(
        view,
        state=CaseState.ACCEPTED.value,
        state_label=STATE_LABELS[CaseState.ACCEPTED],
        children=(done, food, accepted, tobacco),
        produced=produced,
        deferrals=(),
        to_register=(ToRegisterView(done.number, done.matter_name, True),),
    )
    return _list_of(view, known)


def _list_of(view: CaseView, *results: ResultToRegister) -> CasesState:
    number = view.number
    jobs = desk.jobs_of(desk.case_of(whole(), 39, online=True, on=_BEGUN), "printed")
    detail = case_detail(view, jobs, desk.TODAY, uploaded=True, is_online=True, results=results)
    row = CaseRow(
        number=number,
        official_number=None,
        state=view.state,
        matter=view.matter,
        matter_name=view.matter_name,
        department=view.department,
        applicant=view.applicant,
        taken_in_at=view.received_at,
        due_on=view.due_on,
        due_estimated=False,
        needs_clerk=view.state == CaseState.RETURNED.value,
        uploaded=True,
        visit="v1",
        device=desk.HALL + desk.DEVICE,
        own=True,
    )
    line = case_line(row, desk.around().calendar, desk.TODAY, is_online=True)
    return CasesState((line,), filter_views({"todo": 1, "open": 1}), selected=number, detail=detail)


def _child(
    place: int,
    code: str,
    state: CaseState,
    accepted_on: str | None = None,
    due_on: str | None = None,
    *,
    after: tuple[str, ...] = (),
    sentence: str = "",
    ended_on: str | None = None,
    granted: bool = False,
) -> ChildView:
    subject = desk.matter(code)
    return ChildView(
        number=f"{place:02}",
        state=state.value,
        state_label=STATE_LABELS[state],
        matter=code,
        matter_name=subject.name,
        department=subject.department,
        accepted_on=accepted_on,
        due_on=due_on,
        due_estimated=False,
        after=after,
        sentence=sentence,
        ended_on=ended_on,
        granted=granted,
    )


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
