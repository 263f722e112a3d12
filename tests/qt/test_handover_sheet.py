"""U 盘交接 by keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from tests.qt.hands import focus, press, said
from tests.qt.recording import RecordingModel
from ui.components.rows import ClickRow
from ui.components.sheet import Veil
from ui.dialogs.handover import HandoverSheet
from ui.keys import CommandKeys
from ui.samples import handover as samples

pytestmark = pytest.mark.usefixtures("gui_never_waits")
Key = Qt.Key


@pytest.fixture
def opened(qtbot):
    window = QWidget()
    QVBoxLayout(window)
    qtbot.addWidget(window)
    veil = Veil(window)
    CommandKeys(window, lambda command: veil.sheet.run(command) if veil.sheet else False)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    model = RecordingModel(samples.carrying())
    sheet = HandoverSheet(model)
    veil.open(sheet)
    QApplication.processEvents()
    return sheet, model


def show(model, state):
    model.show(state)
    QApplication.processEvents()


def test_every_act_is_one_digit_and_the_likely_one_the_main_key(opened):
    sheet, model = opened
    assert focus() is sheet
    model.acts.clear()
    for key in (Key.Key_1, Key.Key_2, Key.Key_5, "Ctrl+Return", Key.Key_Right, Key.Key_Left):
        press(key)
    assert model.acts == [("act", 1), ("act", 2), ("act", 5), ("primary",), ("walk", 1), ("walk", -1)]


def test_sticks_are_looked_for_only_while_the_sheet_is_open(opened):
    _sheet, model = opened
    assert model.acts == [("open",)]
    press(Key.Key_Escape)
    QApplication.processEvents()
    assert model.acts == [("open",), ("close",)]


def test_a_click_does_what_the_digit_does_and_what_makes_no_sense_now_rests(qtbot, opened):
    sheet, model = opened
    model.acts.clear()
    qtbot.mouseClick(sheet.findChild(ClickRow, "handover:2"), Qt.MouseButton.LeftButton)
    assert model.acts == [("act", 2)]
    assert not sheet.findChild(ClickRow, "handover:1").isEnabled()


def test_it_says_what_was_written_that_it_was_checked_and_what_to_do_next(opened):
    sheet, model = opened
    show(model, samples.written())
    words = said(sheet)
    for part in ("读回来核对无误", "带到联网的电脑", "平台签收之前，这里仍算待上传", "本机的交接文件"):
        assert part in words


def test_while_it_writes_it_says_not_to_pull_the_stick(opened):
    sheet, model = opened
    show(model, samples.writing())
    assert "请不要拔" in said(sheet)
    assert not any(row.isEnabled() for row in sheet.findChildren(ClickRow) if row.isVisible())


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (samples.full(), "U 盘满了，没有写成"),
        (samples.no_stick(), "没有找到 U 盘，请插上"),
        (samples.taken(), "联网后自动送到平台；本机打不开它"),
    ],
)
def test_each_end_is_one_plain_sentence(opened, state, words):
    sheet, model = opened
    show(model, state)
    assert words in said(sheet)
