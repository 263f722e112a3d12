"""`clerk case supply`: a deferred paper (容缺) taken in later by the real command, once."""

from contextlib import closing
from dataclasses import replace

import pytest

from clerk_app import bootstrap
from clerk_app.domain.outcomes import DEFERRED
from clerk_app.services import drafts
from clerk_app.services.take_in import take_in
from tests.helpers.intake import ready_draft, sign_in_clerk
from tests.helpers.pdfs import pdf_of
from tests.helpers.stores import clerk_at, desk_at
from tests.store.test_packages import PLACE


@pytest.fixture
def late(tmp_path):
    """A laptop with a case accepted without M17, and the number of the case."""
    laptop = desk_at(tmp_path)
    with closing(laptop.create()) as store:
        desk = replace(bootstrap.make_desk(store, is_online=lambda: True), place=lambda: PLACE)
        me = sign_in_clerk(desk, seal_at_hand=True)
        draft = drafts.receive_material(desk, me, ready_draft(desk, me, "P31"), "M17", "missing")
        return laptop, take_in(desk, me, draft, DEFERRED).number


def supply(late, *more, material="m17"):
    laptop, number = late
    return clerk_at(laptop, "case", "supply", number, "--material", material, *more)


def facts_of(late):
    laptop, number = late
    with closing(laptop.open()) as store:
        facts = store.reads.facts(f"case/{number}")
        return [fact.kind for fact in facts], store.reads.fold(f"case/{number}").state, store.reads.backlog().blobs


def test_the_paper_is_recorded_with_its_scan_and_the_clerk_is_told_in_one_line(late, tmp_path):
    scan = tmp_path / "劳动合同.pdf"
    scan.write_bytes(pdf_of(3))
    done = supply(late, "--scan", scan)
    assert (done.code, done.out, done.err) == (0, "已登记补交：劳动合同或就业协议。\n", "")
    kinds, case, blobs = facts_of(late)
    assert kinds == ["case.taken_in", "case.material_supplied"]
    assert (case.deferrals[0].supplied_on is not None, case.state.value, blobs) == (True, "accepted", 1)
    assert desk_at(tmp_path).inspect().first_fault is None


def test_the_same_again_is_refused_with_a_sentence_and_changes_nothing(late):
    first = supply(late, "--json")
    assert (first.code, first.json) == (
        0,
        {"number": late[1], "state": "accepted", "name": "劳动合同或就业协议", "left": []},
    )
    before = facts_of(late)
    again = supply(late, "--json")
    assert (again.code, again.json["error"]["code"]) == (1, "unlawful_step")
    assert again.json["error"]["message"].startswith("这份材料不在容缺清单里，或者已经补交。")
    assert facts_of(late) == before


@pytest.mark.parametrize(
    ("material", "more", "told"),
    [
        ("M10", (), "这份材料不在容缺清单里，或者已经补交。"),
        ("M17", ("--scan", "没有.pdf"), "没有.pdf 读不出来"),
        ("M17", ("--scan", "坏.docx"), "坏.docx 不是 PDF 或图片"),
    ],
)
def test_what_cannot_be_taken_in_leaves_the_case_as_it_was(late, material, more, told):
    before = facts_of(late)
    refused = supply(late, *more, material=material)
    assert (refused.code, refused.out) == (1, "")
    assert told in refused.err
    assert facts_of(late) == before


def test_a_case_that_is_not_here_and_a_wrong_use_are_told_apart_by_the_exit_code(late):
    laptop, _ = late
    unknown = clerk_at(laptop, "case", "supply", "0000", "--material", "M17")
    assert (unknown.code, unknown.err.count("\n")) == (1, 1)
    wrong = clerk_at(laptop, "case", "supply", late[1])
    assert wrong.code == 2
