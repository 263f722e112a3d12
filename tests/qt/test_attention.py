from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from tests.qt.hands import focus, press, said, type_text
from tests.qt.recording import RecordingModel
from ui.components.sheet import Veil
from ui.dialogs.attention import AttentionSheet
from ui.samples import attention as samples
from ui.viewmodels.attention_state import AttentionState

pytestmark = pytest.mark.usefixtures("gui_never_waits")
Key = Qt.Key


@pytest.fixture
def opened(qtbot):
    """The sheet over a window, with its recording model."""
    window = QWidget()
    QVBoxLayout(window)
    qtbot.addWidget(window)
    veil = Veil(window)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    model = RecordingModel(samples.conflict())
    sheet = AttentionSheet(model)
    veil.open(sheet)
    QApplication.processEvents()
    return sheet, model


def show(model, state):
    model.show(state)
    QApplication.processEvents()


def test_a_conflict_says_what_happened_that_nothing_is_lost_and_what_to_press(opened):
    sheet, _model = opened
    words = said(sheet)
    for part in ("先办了", "现在算数", "没有生效", "没有丢失", "以先办的为准", "请主管处理", "1 / 4"):
        assert part in words


@pytest.mark.parametrize("digit", [1, 2, 3])
def test_one_digit_decides(opened, digit):
    _sheet, model = opened
    press(Key(Key.Key_0 + digit))
    assert model.acts == [("choose", digit)]


def test_the_arrows_walk_and_nine_opens_the_case(opened):
    sheet, model = opened
    asked: list[str] = []
    sheet.case_asked.connect(asked.append)
    press(Key.Key_Right)
    press(Key.Key_Left)
    press(Key.Key_9)
    assert model.acts == [("walk", 1), ("walk", -1)]
    assert asked == [samples.conflict().items[0].number]


def test_what_only_waits_offers_no_choice_but_a_next_step(opened):
    sheet, model = opened
    show(model, samples.parked())
    words = said(sheet)
    assert "等平台" in words
    assert "不用再办" in words
    assert "以先办的为准" not in words


def test_while_a_choice_is_recorded_its_rows_rest(opened):
    sheet, model = opened
    show(model, replace(samples.conflict(), busy=True))
    [row] = [row for row in sheet.findChildren(QWidget, "attention:1") if row.isVisible()]
    assert not row.isEnabled()


def test_an_empty_list_says_so(opened):
    sheet, model = opened
    show(model, AttentionState(loading=False))
    assert "没有要处理的" in said(sheet)


def test_a_recheck_that_differs_says_what_to_do_and_is_settled_by_one_digit(opened):
    sheet, model = opened
    show(model, samples.recheck())
    words = said(sheet)
    for part in ("联网复核不符", "先按免提交收下", "没有丢失", "电话 130 0000 0001", "补交的纸质材料收到了"):
        assert part in words
    press(Key.Key_1)
    assert model.acts == [("choose", 1)]


def test_dealing_with_it_otherwise_takes_a_sentence(opened):
    sheet, model = opened
    show(model, samples.recheck())
    press(Key.Key_3)
    press(Key.Key_Return)
    assert model.acts == []  # nothing is written yet
    type_text("已请原发证机关补录 2")
    press(Key.Key_Return)
    assert model.acts == [("choose", 3, "已请原发证机关补录 2")]
    show(model, samples.parked())
    assert focus() is sheet


def test_what_only_a_newer_version_reads_waits_for_it(opened):
    sheet, model = opened
    show(model, samples.unreadable())
    assert "请告诉维护人员升级" in said(sheet)
