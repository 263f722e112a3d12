"""What the person may be entitled to besides: told in passing, closed while sensitive, begun by a digit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.licences import LicenceFinding
from clerk_app.services.workplace import SyncLine
from tests.qt.desk import ELDER, PENSION, WORKER
from tests.qt.hands import press, said
from ui.components.hints import HintCard
from ui.dialogs.hints import HintsSheet
from ui.keys import Command
from ui.tasks import LICENCE_LANE

CARED_FOR = {"g.D1.grade": "一级"}


def codes(still):
    return [hint.code for hint in still.counter.state.hints.hints]


def closed(still):
    return still.counter.state.hints.closed


def opened_in_journal(still):
    facts = still.opened.desk.journal.reads.facts(f"visit/{still.counter.visit.id}")
    return [fact.body["hints"] for fact in facts if fact.kind == "visit.hints_opened"]


@pytest.fixture
def cared_for(still):
    """林例秀 at P02, who has handed in her disability certificate for P09 before."""
    still.meet(ELDER)
    still.begin("P09", CARED_FOR)
    still.counter.set_material("M13", "received")
    still.settle()
    return still


def test_nothing_is_hinted_at_before_somebody_stands_here(still):
    assert still.counter.state.hints.count == 0
    still.place.cards.put(ELDER)
    still.counter.read_card()
    still.settle()
    assert still.counter.state.hints.count == 0


def test_the_card_alone_leads_to_hints_with_their_reasons(still):
    still.meet(ELDER)
    assert codes(still) == ["P02", "P01", "PK14"]
    first = still.counter.state.hints.hints[0]
    assert (first.digit, first.reason) == (1, "证件上满 80 周岁，户籍在本地")
    assert "老年人权益保障法" in first.sources
    assert still.counter.state.hints.label == "示例数据"


def test_a_young_person_is_told_nothing(still):
    still.meet(WORKER)
    assert still.counter.state.hints.count == 0


def test_what_is_begun_is_hinted_at_no_more(still):
    still.meet(ELDER)
    still.begin("P01")
    assert codes(still) == ["P02", "PK14"]


def test_the_answers_of_the_form_lead_to_hints_at_once(still):
    still.meet(replace(WORKER, address="远省远州市例县"))
    still.begin("P31")
    assert codes(still) == []
    still.counter.edit("g.R2.reason", "务工")
    assert codes(still) == ["PK15"]


def test_a_paper_that_is_only_to_be_rechecked_is_not_known(still):
    still.meet(ELDER)
    still.begin("P09")
    still.counter.set_material("M13", "exempt")
    assert closed(still) == 0


def test_a_licence_the_library_confirmed_is_known(still):
    still.place.library.known[(str(ELDER.number), "M13")] = LicenceFinding("valid")
    still.place.change(line=SyncLine(is_online=True))
    still.meet(ELDER)
    still.begin("P09")
    still.counter.set_material("M13", "exempt")
    still.settle_lane(LICENCE_LANE)
    assert closed(still) == 1


def test_a_sensitive_hint_is_counted_and_nothing_of_it_is_in_the_state(cared_for):
    assert (codes(cared_for), closed(cared_for)) == (["P02", "P01", "PK14"], 1)
    assert "残疾人服务" not in repr(cared_for.counter.state.hints)


def test_opening_is_recorded_before_it_is_shown(cared_for):
    cared_for.counter.open_hints()
    assert closed(cared_for) == 1
    cared_for.settle()
    assert opened_in_journal(cared_for) == [["h.disabled_service"]]
    assert (codes(cared_for), closed(cared_for)) == (["P02", "P01", "PK14", "PK09"], 0)


def test_opening_twice_is_recorded_once(cared_for):
    for _ in range(2):
        cared_for.counter.open_hints()
        cared_for.settle()
    assert len(opened_in_journal(cared_for)) == 1


def test_what_was_opened_stays_open_after_parking(cared_for):
    cared_for.counter.open_hints()
    cared_for.settle()
    cared_for.counter.park()
    cared_for.settle()
    cared_for.counter.resume(cared_for.counter.state.parked[0].visit)
    cared_for.settle()
    assert (closed(cared_for), "PK09" in codes(cared_for)) == (0, True)


def test_after_the_last_outcome_nothing_is_hinted_at_any_more(still):
    still.meet(ELDER)
    still.begin("P14", PENSION)
    assert still.counter.state.hints.count == 3
    still.counter.primary()
    still.settle()
    assert still.counter.state.stage == "done"
    assert still.counter.state.hints.count == 0


def test_an_answer_that_is_off_the_form_is_not_known(still):
    still.meet(ELDER)
    still.begin("P44", {"q.only_child": "有"})
    assert "P38" in codes(still)
    still.counter.edit("q.only_child", "没有")
    assert "P38" not in codes(still)


def test_a_package_is_begun_like_a_matter_and_its_matters_are_hinted_at_no_more(still):
    still.meet(ELDER)
    assert {"P02", "PK14"} <= set(codes(still))
    still.begin("PK14")
    children = {step.matter.code for step in still.counter.visit.work.one.steps}
    assert "P02" in children
    assert not {"PK14", *children} & set(codes(still))


# ---- by keys --------------------------------------------------------------------------------------------------------


@pytest.fixture
def sheet(qtbot, cared_for):
    made = HintsSheet(cared_for.counter)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    made.setFocus()
    qtbot.waitUntil(made.hasFocus)
    return made


def test_a_digit_begins_the_matter(qtbot, sheet, cared_for):
    with qtbot.waitSignal(sheet.chosen) as chosen:
        press(Qt.Key.Key_2)
    assert chosen.args == ["P01"]
    cared_for.counter.choose_matter("P01")
    cared_for.settle()
    assert cared_for.counter.state.matter.code == "P01"
    assert "P01" not in codes(cared_for)


def test_alt_and_a_digit_print_the_notice_of_what_is_hinted_at(qtbot, sheet, cared_for):
    with qtbot.waitSignal(sheet.notice_asked) as asked:
        assert sheet.run(Command.MISSING_2)
    assert asked.args == ["P01"]
    cared_for.models.notices.give_about(asked.args[0])
    cared_for.settle()
    assert len(cared_for.place.paper.sheets) == 2
    assert cared_for.counter.state.stage != "done"


def test_zero_opens_what_is_closed(sheet, cared_for):
    assert "残疾" not in said(sheet)
    assert "另有 1 项涉及隐私" in said(sheet)
    press(Qt.Key.Key_0)
    cared_for.settle()
    QApplication.processEvents()
    assert "可以办残疾人服务一件事" in said(sheet)
    assert "没有打开" not in said(sheet)


def test_what_lies_open_all_the_time_never_names_a_sensitive_hint(qtbot, cared_for):
    cared_for.counter.open_hints()
    cared_for.settle()
    card = HintCard()
    qtbot.addWidget(card)
    card.show_hints(cared_for.counter.state.hints)
    card.show()
    assert said(card).splitlines() == [
        "可能还能办 4 项", "Ctrl H", "可以申领高龄津贴", "可以申领敬老卡", "可以约高龄老人上门服务", "还有 1 项"
    ]  # fmt: skip


def test_another_persons_card_closes_what_was_opened(cared_for):
    cared_for.counter.open_hints()
    cared_for.settle()
    other: IdentityDocument = replace(ELDER, number="999999194102150066", name="陈例和")
    cared_for.counter.end_matter(8, "不办了")
    cared_for.settle()
    cared_for.meet(other)
    assert cared_for.counter.visit.opened_hints == frozenset()
