"""容缺 at a counter with a real store: accepted without a paper that comes later, and what is granted waits for it."""

from datetime import date

import pytest

from clerk_app.domain.case_state import CaseState
from clerk_app.domain.outcomes import ACCEPTED, DEFERRED
from clerk_app.errors import Incomplete, UnlawfulStep
from clerk_app.services import drafts
from clerk_app.services.cases import show_case
from clerk_app.services.deferrals import supply_material
from clerk_app.services.papers import compose_notice
from clerk_app.services.scans import Scan
from clerk_app.services.take_in import take_in
from clerk_app.store.verify import verify_store
from tests.helpers.intake import ready_draft, ready_package
from tests.helpers.packages import COMPANY
from tests.helpers.stores import START_MS
from tests.store.test_packages import counter


def missing_paper(desk, me, draft, code):
    return drafts.receive_material(desk, me, draft, code, "missing")


def deferred(desk, me):
    """P31 accepted without M17, which the catalogue lets come later."""
    draft = missing_paper(desk, me, ready_draft(desk, me, "P31"), "M17")
    return take_in(desk, me, draft, DEFERRED).number


def case_of(desk, number):
    return desk.journal.reads.fold(f"case/{number}").state


def paper(desk, number, kind):
    return compose_notice(desk, number, kind, copy=1, reprint=False, printed_at=START_MS)


def test_a_case_is_accepted_without_a_paper_that_comes_by_a_day(tmp_path):
    with counter(tmp_path) as (desk, me):
        case = case_of(desk, deferred(desk, me))
        (known,) = case.deferrals
        assert (case.state, known.code, known.until) == (CaseState.ACCEPTED_DEFICIT, "M17", date(2026, 12, 4))
        assert case.running[0].end is None
        assert [document.kind for document in case.intake.documents] == ["deferral_notice", "deferral_promise"]


def test_the_last_day_is_never_after_the_promised_one(tmp_path):
    with counter(tmp_path) as (desk, me):
        case = case_of(desk, deferred(desk, me))
        assert all(known.until <= case.due.on for known in case.deferrals)


def test_what_may_not_come_later_stands_in_the_way(tmp_path):
    with counter(tmp_path) as (desk, me):
        draft = ready_draft(desk, me, "P31")
        strict = next(
            item
            for item in draft.materials
            if not need_of(desk, draft, item.code).deferrable and item.state == "received"
        )
        with pytest.raises(Incomplete):
            take_in(desk, me, missing_paper(desk, me, draft, strict.code), DEFERRED)


def need_of(desk, draft, code):
    need = drafts.matter_of(desk, draft).material(code)
    assert need is not None
    return need


def test_where_nothing_is_missing_nothing_is_deferred(tmp_path):
    with counter(tmp_path) as (desk, me):
        with pytest.raises(UnlawfulStep) as refused:
            take_in(desk, me, ready_draft(desk, me, "P31"), DEFERRED)
        assert refused.value.data["reason"] == "nothing_deferred"


def test_the_paper_settles_it_when_it_comes_and_its_scan_is_kept(tmp_path):
    with counter(tmp_path) as (desk, me):
        number = deferred(desk, me)
        supply_material(desk, me, number, "M17", scans=[Scan(b"scan" * 100, "image/jpeg", "m17.jpg")])
        case = case_of(desk, number)
        assert (case.state, case.deferrals[0].supplied_on) == (CaseState.ACCEPTED, date(2026, 11, 22))
        view = show_case(desk, number)
        assert [known.is_late for known in view.deferrals] == [False]
        assert any("补交容缺材料" in line.text for line in view.history)
        assert desk.journal.reads.backlog().blobs == 1
        assert verify_store(desk.journal).first_fault is None
        with pytest.raises(UnlawfulStep) as refused:
            supply_material(desk, me, number, "M17")
        assert refused.value.data["reason"] == "not_deferred"


def test_a_late_paper_is_taken_and_seen_to_be_late(tmp_path):
    with counter(tmp_path) as (desk, me):
        number = deferred(desk, me)
        desk.clock.wait(30 * 86_400)
        assert show_case(desk, number).deferrals[0].is_late
        supply_material(desk, me, number, "M17")
        assert show_case(desk, number).deferrals[0].is_late
        assert case_of(desk, number).state is CaseState.ACCEPTED


def test_the_papers_say_what_is_lacking_until_when_and_what_follows(tmp_path):
    with counter(tmp_path) as (desk, me):
        number = deferred(desk, me)
        notice, promise = paper(desk, number, "deferral_notice"), paper(desk, number, "deferral_promise")
        assert "2026 年 12 月 4 日前" in "".join(notice.paragraphs)
        assert "补齐以前不发办理结果" in "".join(notice.paragraphs)
        assert len(promise.materials) == 1
        assert "自愿选择容缺受理" in promise.paragraphs[0]
        assert promise.signatures[0] == "承诺人签名"
        assert notice.document_number != promise.document_number


def test_of_a_package_only_the_children_that_need_the_paper_lack_it(tmp_path):
    with counter(tmp_path) as (desk, me):
        draft = ready_package(desk, me, "PK01", {"q.subject": "个体工商户"})
        code = next(need.code for need in drafts.matter_of(desk, draft).materials if need.deferrable and need.required)
        number = take_in(desk, me, missing_paper(desk, me, draft, code), DEFERRED).number
        case = case_of(desk, number)
        lacking = {one.ordinal for one in case.children if code in one.materials}
        assert lacking
        assert {one.ordinal for one in case.children if one.state is CaseState.ACCEPTED_DEFICIT} == lacking
        assert case.state is CaseState.ACCEPTED_DEFICIT
        rows = paper(desk, number, "deferral_notice").children
        assert {int(row.number) for row in rows if row.standing == "容缺受理"} == lacking
        supply_material(desk, me, number, code)
        after = case_of(desk, number)
        assert CaseState.ACCEPTED_DEFICIT not in {one.state for one in after.children}
        assert after.state is CaseState.ACCEPTED


def test_a_promise_has_a_letter_of_its_own_with_conditions_check_and_consequences(tmp_path):
    with counter(tmp_path) as (desk, me):
        draft = ready_package(desk, me, "PK01", COMPANY)
        code = next(need.code for need in drafts.matter_of(desk, draft).materials if need.promise)
        draft = drafts.receive_material(desk, me, draft, code, "promised")
        number = take_in(desk, me, draft, ACCEPTED).number
        assert [known.kind for known in case_of(desk, number).intake.documents] == [
            "acceptance_notice",
            "promise_letter",
        ]
        letter = paper(desk, number, "promise_letter")
        text = "".join(letter.paragraphs)
        assert all(word in text for word in ("事项：", "条件：", "自愿选择", "承诺：", "核查：", "后果："))
        assert len(letter.materials) == 1


def test_what_is_owed_has_a_list_of_its_own_overdue_first_and_promises_last(tmp_path):
    with counter(tmp_path) as (desk, me):
        reads = desk.journal.reads
        draft = ready_package(desk, me, "PK01", {"q.subject": "个体工商户"})
        promised = drafts.receive_material(desk, me, draft, "N08", "promised")
        promise = take_in(desk, me, promised, ACCEPTED).number
        paper = deferred(desk, me)
        whole = take_in(desk, me, ready_draft(desk, me, "P31"), ACCEPTED).number
        assert [row.number for row in reads.cases(kind="owed")] == [paper, promise]
        assert (reads.count_cases("owed"), reads.count_cases()) == (2, 3)
        first, second = reads.cases(kind="owed")
        deferral = case_of(desk, paper).deferrals[0]
        assert (first.owed_papers, first.owed_until) == (1, deferral.until.isoformat())
        assert (second.owed_papers, second.owed_promises, second.owed_until) == (0, 1, None)
        assert whole not in [row.number for row in reads.cases(kind="owed")]
        supply_material(desk, me, paper, deferral.code)
        assert [row.number for row in reads.cases(kind="owed")] == [promise]
