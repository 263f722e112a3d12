"""A package (一件事) at a counter with a real store: one act, one entry, one number, and a row for each child."""

from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from clerk_app import bootstrap
from clerk_app.domain.case import Case
from clerk_app.domain.case_number import child
from clerk_app.domain.case_state import CaseState
from clerk_app.domain.form import missing
from clerk_app.domain.outcomes import ACCEPTED, RECEIVED
from clerk_app.errors import Incomplete, UnlawfulStep
from clerk_app.services import drafts, visits
from clerk_app.services.cases import show_case
from clerk_app.services.desk import Place
from clerk_app.services.papers import compose_notice
from clerk_app.services.take_in import primary_outcome, take_in
from clerk_app.store.projections import snapshot
from clerk_app.store.verify import verify_store
from tests.helpers.intake import TODAY, ready_package, sign_in_clerk
from tests.helpers.stores import START_MS, desk_at

SHOP = {"q.subject": "个体工商户"}
COMPANY = {"q.subject": "公司"}
PLACE = Place("340399", "031", "例州区政务服务中心", "设备 031", "https://hub.example", b"")


@contextmanager
def counter(place, *, online=True, seal=True):
    laptop = desk_at(place)
    with closing(laptop.create()) as store:
        desk = bootstrap.make_desk(store, is_online=lambda: online)
        desk = replace(desk, place=lambda: PLACE)
        yield desk, sign_in_clerk(desk, seal_at_hand=seal)


def taken(desk, me, code, answers, without=(), outcome=None):
    draft = ready_package(desk, me, code, answers, without)
    done = take_in(desk, me, draft, outcome or primary_outcome(desk, me, draft))
    case = desk.journal.reads.fold(f"case/{done.number}").state
    assert isinstance(case, Case)
    return done, case


def states(case):
    return {one.matter.code: one.state for one in case.children}


def test_a_package_becomes_one_case_in_one_entry_with_numbers_for_its_children(tmp_path):
    with counter(tmp_path) as (desk, me):
        done, case = taken(desk, me, "PK01", SHOP)
        facts = desk.journal.reads.facts(f"case/{done.number}")
        assert [fact.kind for fact in facts] == ["case.package_taken_in"]
        assert [one.number for one in case.children] == [child(done.number, place) for place in range(1, 8)]
        assert case.intake.matter.code == "PK01"
        assert desk.journal.reads.drafts_of_visit(case.intake.visit) == []
        for number in (done.number, case.children[3].number):
            assert desk.journal.reads.case_stream(number) == f"case/{done.number}"
            assert [row.number for row in desk.journal.reads.cases(text=number)] == [done.number]


def test_what_is_done_at_the_counter_lets_those_begin_that_come_after_it(tmp_path):
    with counter(tmp_path) as (desk, me):
        _, case = taken(desk, me, "PK01", SHOP)
        assert states(case).pop("B04") is CaseState.CLOSED
        assert {state for code, state in states(case).items() if code != "B04"} == {CaseState.ACCEPTED}
        own_days = {one.matter.code: one.due.on.isoformat() for one in case.children if one.due}
        assert (own_days["B05"], own_days["B06"], own_days["B11"]) == ("2026-12-02", "2026-11-25", "2026-12-04")
        assert case.due.on.isoformat() == "2026-12-09"


def test_a_child_that_waits_for_a_result_has_no_acceptance_and_no_clock(tmp_path):
    with counter(tmp_path) as (desk, me):
        _, case = taken(desk, me, "PK01", COMPANY)
        first, *later = case.children
        assert (first.matter.code, first.state, first.accepted_on is not None) == ("B01", CaseState.ACCEPTED, True)
        assert {one.state for one in later} == {CaseState.WAITING}
        assert all(one.accepted_on is one.due is one.legal_due is None and one.running == () for one in later)
        assert all(one.after == (1,) for one in later)
        assert case.state is CaseState.ACCEPTED


def test_without_a_line_a_registration_is_accepted_and_what_comes_after_waits(tmp_path):
    with counter(tmp_path, online=False) as (desk, me):
        _, case = taken(desk, me, "PK01", SHOP)
        assert states(case).pop("B04") is CaseState.ACCEPTED
        assert set(states(case).values()) == {CaseState.ACCEPTED, CaseState.WAITING}


def test_a_child_the_window_cannot_accept_is_received_beside_one_that_is_accepted(tmp_path):
    with counter(tmp_path) as (desk, me):
        _, case = taken(desk, me, "PK03", {})
        assert states(case)["B22"] is CaseState.ACCEPTED
        assert states(case)["B18"] is CaseState.RECEIVED
        assert case.state is CaseState.ACCEPTED


def test_received_for_review_receives_every_child(tmp_path):
    with counter(tmp_path) as (desk, me):
        _, case = taken(desk, me, "PK03", {}, outcome=RECEIVED)
        assert set(states(case).values()) == {CaseState.RECEIVED}
        assert (case.state, case.due) == (CaseState.RECEIVED, None)
        assert [paper.kind for paper in case.intake.documents] == ["receipt"]


def test_without_the_seal_nothing_is_called_accepted_on_paper(tmp_path):
    with counter(tmp_path, seal=False) as (desk, me):
        draft = ready_package(desk, me, "PK01", COMPANY)
        assert primary_outcome(desk, me, draft) is RECEIVED
        with pytest.raises(UnlawfulStep) as refused:
            take_in(desk, me, draft, ACCEPTED)
        assert refused.value.data["reason"] == "seal_not_at_hand"
        done = take_in(desk, me, draft, RECEIVED)
        case = desk.journal.reads.fold(f"case/{done.number}").state
        assert [paper.kind for paper in case.intake.documents] == ["receipt"]
        assert "without_seal" in case.intake.remarks


def test_an_open_question_of_a_package_stands_in_the_way(tmp_path):
    with counter(tmp_path) as (desk, me):
        visit = visits.open_visit(desk, me)
        draft = drafts.open_draft(desk, me, visit, "PK01")
        lacking = missing(drafts.matter_of(desk, draft), draft, TODAY)
        assert "q.subject" in [item.anchor for item in lacking if item.kind == "situation"]
        full = ready_package(desk, me, "PK01", SHOP)
        values = {code: value for code, value in full.values.items() if code != "q.tobacco"}
        with pytest.raises(Incomplete):
            take_in(desk, me, drafts.save_draft(desk, me, replace(full, values=values)), ACCEPTED)


def test_an_answer_changes_what_is_asked_and_what_was_handed_in_stays(tmp_path):
    with counter(tmp_path) as (desk, me):
        draft = ready_package(desk, me, "PK01", {**SHOP, "q.sewer": "排入"})
        sewer = {"N15", "N16", "N17"} & {item.code for item in draft.materials}
        codes = {item.code for item in draft.materials}
        dry = drafts.fill_fields(desk, me, draft, {"q.sewer": "不排"})
        one = drafts.one_thing_of(desk, dry)
        assert one is not None
        assert "B09" not in [step.matter.code for step in one.steps]
        assert {item.code for item in dry.materials} == codes  # all of it was handed in
        assert codes - {item.need.code for item in one.materials} or sewer == set()
        back = drafts.fill_fields(desk, me, dry, {"q.sewer": "排入"})
        assert {item.code: item.state for item in back.materials} == {item.code: item.state for item in draft.materials}


def test_only_an_optional_child_can_be_left_out(tmp_path):
    with counter(tmp_path) as (desk, me):
        done, case = taken(desk, me, "PK01", SHOP, without=("B11",))
        assert "B11" not in states(case)
        assert case.intake.package.without == ("B11",)
        draft = ready_package(desk, me, "PK01", SHOP)
        with pytest.raises(UnlawfulStep) as refused:
            drafts.leave_out(desk, me, draft, ("B05",))
        assert refused.value.data["reason"] == "child_not_optional"
        assert len(desk.journal.reads.cases(text=done.number)[0].children) == len(case.children)


def test_every_child_gets_its_part_of_the_one_form_and_the_one_set(tmp_path):
    with counter(tmp_path) as (desk, me):
        _, case = taken(desk, me, "PK01", SHOP)
        handed_in = {item.code for item in case.intake.materials}
        assert {code for one in case.children for code in one.materials} == handed_in
        assert {code for one in case.children for code in one.fields} >= set(case.intake.fields)


def test_the_paper_names_every_child_with_its_department_and_its_own_clock(tmp_path):
    with counter(tmp_path) as (desk, me):
        done, case = taken(desk, me, "PK01", COMPANY)
        notice = compose_notice(desk, done.number, "acceptance_notice", copy=1, reprint=False, printed_at=START_MS)
        assert [row.name for row in notice.children] == [one.matter.name for one in case.children]
        assert {row.standing for row in notice.children} == {"已受理", "待前置"}
        assert "内资公司设立登记" in notice.children[1].until or "等" in notice.children[1].until
        assert all(row.used_by for row in notice.materials)
        text = "".join(notice.paragraphs)
        assert "联合踏勘" in text
        assert "给您省了" in text
        assert "待前置的事项现在不受理、不计时" in text
        assert notice.seal


def test_a_paper_says_the_same_after_the_children_went_on(tmp_path):
    """What is printed again years later is what was promised that day."""
    with counter(tmp_path) as (desk, me):
        done, _ = taken(desk, me, "PK01", COMPANY)
        first = compose_notice(desk, done.number, "acceptance_notice", copy=1, reprint=False, printed_at=START_MS)
        again = compose_notice(desk, done.number, "acceptance_notice", copy=1, reprint=False, printed_at=START_MS)
        assert first == again


def test_the_view_and_the_list_show_the_package_with_its_children(tmp_path):
    with counter(tmp_path) as (desk, me):
        done, case = taken(desk, me, "PK01", COMPANY)
        view = show_case(desk, done.number)
        assert [(one.state_label, one.after) for one in view.children][:2] == [
            ("已受理", ()),
            ("待前置", (case.children[0].matter.name,)),
        ]
        row = desk.journal.reads.case_row(f"case/{done.number}")
        assert row is not None
        assert [one.state for one in row.children] == [one.state.value for one in case.children]
        assert "8 个子事项，其中 7 个待前置" in view.history[0].text or "待前置" in view.history[0].text


def test_the_rows_of_packages_are_the_fold_of_the_journal(tmp_path):
    laptop = desk_at(tmp_path)
    with closing(laptop.create()) as store:
        desk = replace(bootstrap.make_desk(store, is_online=lambda: True), place=lambda: PLACE)
        me = sign_in_clerk(desk, seal_at_hand=True)
        taken(desk, me, "PK02", {})
        with store.read() as connection:
            assert snapshot(connection)["p_child"]
        assert verify_store(store).first_fault is None
