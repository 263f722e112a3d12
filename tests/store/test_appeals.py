"""The 办不成事 register at a desk with a real store: written down, seen to, asked about, printed; no case changes."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest

from clerk_app.domain.appeals import AppealWords
from clerk_app.domain.outcomes import RECEIVED
from clerk_app.errors import NoSuchAppeal, UnlawfulStep
from clerk_app.services.appeals import handle_appeal, load_appeal, print_appeal, record_appeal, visit_appeal
from clerk_app.services.notices import add_to_notice, notify_once, opened
from clerk_app.services.papers import compose_appeal_form, render_document
from clerk_app.services.take_in import take_in
from clerk_app.store.verify import verify_store
from tests.helpers.intake import ready_draft
from tests.helpers.stores import START_MS
from tests.store.test_packages import counter

WORDS = AppealWords(
    why="三个部门互相推",
    unit="例州区政务服务中心",
    due_on=date(2026, 11, 27),
    person="吴例宁",
    phone="13000000001",
    matter="开办餐饮店",
    trips=3,
    demand="想知道先找谁",
)


@contextmanager
def refused(reason):
    with pytest.raises(UnlawfulStep) as found:
        yield
    assert found.value.data["reason"] == reason


def states(desk):
    return [(row.number, row.state, row.due_on) for row in desk.journal.reads.appeals()]


def test_who_got_nowhere_is_written_down_with_a_number_and_a_form(tmp_path):
    with counter(tmp_path) as (desk, me):
        number = record_appeal(desk, me, WORDS)
        appeal = load_appeal(desk, number)
        assert (appeal.words, appeal.state, appeal.clerk) == (WORDS, "open", me.clerk)
        assert [job.document for job in desk.journal.reads.print_jobs("queued")] == ["appeal_form"]
        form = compose_appeal_form(desk, number, reprint=False, printed_at=START_MS)
        facts = dict(form.facts)
        assert (facts["反映人"], facts["跑了几次"], facts["办理期限"]) == ("吴例宁", "3 次", "2026 年 11 月 27 日前")
        assert facts["为什么没办成"] == "三个部门互相推"
        assert form.number_name == "登记号"
        assert render_document(desk, number, "appeal_form").startswith(b"%PDF")
        assert len(print_appeal(desk, me, number)) == 1
    with pytest.raises(NoSuchAppeal):
        load_appeal(desk, "9" * 20)


def test_nobody_need_be_named_nor_a_matter(tmp_path):
    with counter(tmp_path) as (desk, me):
        words = AppealWords(why="排了两次队没有叫到号", unit="值班主任", due_on=date(2026, 11, 27))
        facts = dict(compose_appeal_form(desk, record_appeal(desk, me, words), reprint=False, printed_at=0).facts)
        assert (facts["反映人"], facts["事项"]) == ("没有留名", "没有说是哪一件")
        assert "办件编号" not in facts


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"why": " "}, "appeal_incomplete"),
        ({"unit": ""}, "appeal_incomplete"),
        ({"case": "123"}, "appeal_faulty"),
        ({"trips": 100}, "appeal_faulty"),
        ({"demand": "长" * 501}, "appeal_faulty"),
    ],
)
def test_what_says_too_little_or_makes_no_sense_is_refused(tmp_path, changed, reason):
    with counter(tmp_path) as (desk, me):
        with refused(reason):
            record_appeal(desk, me, replace(WORDS, **changed))
        assert desk.journal.reads.count_appeals() == 0


def test_it_is_handled_then_asked_about_and_goes_on_if_it_is_not_solved(tmp_path):
    with counter(tmp_path) as (desk, me):
        number = record_appeal(desk, me, WORDS)
        with refused("appeal_not_handled"):
            visit_appeal(desk, me, number, solved=True, said="")
        handle_appeal(desk, me, number, "已协调城管窗口受理")
        with refused("appeal_not_open"):
            handle_appeal(desk, me, number, "再写一次")
        with refused("appeal_incomplete"):
            visit_appeal(desk, me, number, solved=False, said="还没办")
        visit_appeal(desk, me, number, solved=False, said="还没办", due_on=date(2026, 12, 4))
        assert states(desk) == [(number, "open", "2026-12-04")]
        handle_appeal(desk, me, number, "当天办好")
        visit_appeal(desk, me, number, solved=True, said="满意")
        assert states(desk) == [(number, "closed", "2026-12-04")]
        form = dict(compose_appeal_form(desk, number, reprint=True, printed_at=START_MS).facts)
        assert (form["办理结果"], form["回访"]) == ("当天办好", "已经解决，满意")


def test_what_must_be_answered_first_stands_first_and_lateness_is_counted(tmp_path):
    with counter(tmp_path) as (desk, me):
        later = record_appeal(desk, me, WORDS)
        sooner = record_appeal(desk, me, replace(WORDS, due_on=date(2026, 11, 24)))
        done = record_appeal(desk, me, replace(WORDS, due_on=date(2026, 11, 20)))
        handle_appeal(desk, me, done, "已答复")
        reads = desk.journal.reads
        assert [row.number for row in reads.appeals()] == [sooner, later, done]
        assert [row.number for row in reads.appeals("handled")] == [done]
        assert reads.count_appeals("open") == 2
        assert reads.count_appeals("open", before="2026-11-25") == 1


def test_it_is_linked_to_a_case_and_changes_nothing_of_it(tmp_path):
    with counter(tmp_path) as (desk, me):
        case = take_in(desk, me, ready_draft(desk, me, "P31"), RECEIVED).number
        before = desk.journal.reads.fold(f"case/{case}")
        number = record_appeal(desk, me, replace(WORDS, case=f"{case[:6]} {case[6:]}"))
        words = load_appeal(desk, number).words
        assert words is not None
        assert words.case == case
        assert desk.journal.reads.fold(f"case/{case}") == before


def test_asking_for_what_was_not_on_the_notice_writes_a_record_for_the_supervisor(tmp_path):
    with counter(tmp_path) as (desk, me):
        told = notify_once(desk, me, "P31", {}, queued=False)
        given = desk.journal.reads.fold(f"notice/{told.number}").state
        one = opened(desk, replace(given, items=given.items[1:])).one
        assert one is not None
        fresh = next(item.need for item in one.materials if item.need.code == given.items[0].code)
        extra = replace(fresh, code="M99", name="例外的材料")
        add_to_notice(desk, me, told.number, [extra], reason="部门新规定", supervisor="0001")
        (row,) = desk.journal.reads.appeals()
        words = load_appeal(desk, row.number).words
        assert words is not None
        assert (row.kind, words.notice, words.supervisor) == ("added_item", told.number, "0001")
        assert words.why == "告知书上没有、又加要的材料：例外的材料。理由：部门新规定"
        assert words.due_on == date(2026, 11, 27)


def test_the_register_survives_a_rebuild_and_verifies(tmp_path):
    with counter(tmp_path) as (desk, me):
        number = record_appeal(desk, me, WORDS)
        handle_appeal(desk, me, number, "已答复")
        result = verify_store(desk.journal)
        assert (result.projections_ok, result.first_fault) == (True, None)
