from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from tests.qt.hands import focus, press, said, type_text
from tests.qt.recording import RecordingModel
from ui.components.sheet import Sheet, Veil
from ui.dialogs.counter_sheets import MatterSheet, MissingSheet
from ui.dialogs.keys_help import KeysSheet
from ui.dialogs.manual_entry import ManualEntrySheet
from ui.dialogs.outcome import OutcomeSheet
from ui.dialogs.supervisor import SupervisorSheet
from ui.keys import Command
from ui.samples import counter as samples
from ui.samples import lists
from ui.viewmodels.manual_entry import ManualEntry, manual_document, manual_faults
from ui.viewmodels.outcome_state import outcome_views

pytestmark = pytest.mark.usefixtures("gui_never_waits")


class Window(QWidget):
    def __init__(self):
        super().__init__()
        self.line = QLineEdit()
        QVBoxLayout(self).addWidget(self.line)
        self.veil = Veil(self)


@pytest.fixture
def window(qtbot):
    made = Window()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    made.activateWindow()
    made.line.setFocus()
    QApplication.processEvents()
    return made


def test_a_sheet_covers_the_window_and_gives_the_focus_back(window):
    window.veil.open(KeysSheet())
    assert window.veil.geometry() == window.rect()
    assert not window.line.hasFocus()
    window.resize(1000, 700)
    QApplication.processEvents()
    assert window.veil.geometry() == window.rect()
    window.veil.sheet.run(Command.CLOSE)
    assert window.veil.sheet is None
    assert window.line.hasFocus()


def test_tab_never_leaves_a_sheet(window):
    window.veil.open(ManualEntrySheet())
    seen = set()
    for _ in range(12):
        seen.add(focus().objectName())
        assert window.veil.isAncestorOf(focus())
        press(Qt.Key.Key_Tab)
    assert {"field:name", "field:number", "field:address", "field:valid_until"} <= seen


def test_a_second_sheet_takes_the_place_of_the_first(window):
    window.veil.open(KeysSheet())
    window.veil.open(Sheet("另一页"))
    window.veil.close_sheet()
    assert window.line.hasFocus()


def test_f1_lists_every_key_that_is_printed_on_a_button():
    sheet = KeysSheet()
    lines = said(sheet).splitlines()
    for key in ("Ctrl ⏎", *(f"F{number}" for number in range(1, 11)), "Ctrl K", "Ctrl N", "Ctrl P", "Alt 0", "Esc"):
        assert key in lines, key


def test_an_outcome_of_this_version_is_told_by_its_digit(qtbot, window):
    sheet = OutcomeSheet(outcome_views(), "居住登记及居住证申领")
    window.veil.open(sheet)
    with qtbot.waitSignal(sheet.chosen) as told:
        qtbot.keyClick(sheet, Qt.Key.Key_2)
    assert told.args == [2, ""]


@pytest.mark.parametrize("digit", [4, 5, 6])
def test_an_outcome_to_come_says_calmly_what_to_do_and_keeps_the_draft(qtbot, window, digit):
    sheet = OutcomeSheet(outcome_views(), "居住登记及居住证申领")
    window.veil.open(sheet)
    with qtbot.assertNotEmitted(sheet.chosen):
        qtbot.keyClick(sheet, Qt.Key(Qt.Key.Key_0 + digit))
    assert "本版还没有" in said(sheet)
    assert "草稿留着" in said(sheet)


def test_what_was_not_on_the_notice_takes_a_supervisor_and_a_reason(qtbot, window):
    sheet = SupervisorSheet(("残疾人证",))
    window.veil.open(sheet)
    assert "残疾人证" in said(sheet)
    with qtbot.assertNotEmitted(sheet.allowed):
        sheet.run(Command.PRIMARY)
    type_text("0001")
    QTest.keyClick(focus(), Qt.Key.Key_Tab)
    type_text("新目录要求")
    with qtbot.waitSignal(sheet.allowed) as told:
        sheet.run(Command.PRIMARY)
    assert told.args == ["0001", "新目录要求"]


def test_giving_up_asks_for_the_reason_first(qtbot, window):
    sheet = OutcomeSheet(outcome_views(), "居住登记及居住证申领")
    window.veil.open(sheet)
    with qtbot.assertNotEmitted(sheet.chosen):
        qtbot.keyClick(sheet, Qt.Key.Key_8)
        sheet.run(Command.PRIMARY)
    assert focus().objectName() == "outcome_reason"
    type_text("没带合同")
    with qtbot.waitSignal(sheet.chosen) as told:
        sheet.run(Command.PRIMARY)
    assert told.args == [8, "没带合同"]


def test_a_digit_typed_into_the_reason_is_not_another_outcome(qtbot, window):
    sheet = OutcomeSheet(outcome_views(), "居住登记及居住证申领")
    window.veil.open(sheet)
    qtbot.keyClick(sheet, Qt.Key.Key_8)
    with qtbot.assertNotEmitted(sheet.chosen):
        type_text("2")
    assert focus().text() == "2"


def test_a_matter_is_chosen_with_arrows_and_enter_while_typing(qtbot, window):
    search = RecordingModel(lists.two_matters())
    sheet = MatterSheet(search)
    window.veil.open(sheet)
    line = focus()
    qtbot.keyClicks(line, "jz")
    assert search.acts[-1] == ("search", "jz")
    qtbot.keyClick(line, Qt.Key.Key_Down)
    with qtbot.waitSignal(sheet.chosen) as told:
        qtbot.keyClick(line, Qt.Key.Key_Return)
    assert told.args == ["P14"]


def test_the_primary_key_chooses_the_marked_matter(qtbot, window):
    sheet = MatterSheet(RecordingModel(lists.two_matters()))
    window.veil.open(sheet)
    with qtbot.waitSignal(sheet.chosen) as told:
        sheet.run(Command.PRIMARY)
    assert told.args == ["P31"]


def test_alt_and_a_digit_filters_the_matters(window):
    search = RecordingModel(lists.all_matters())
    sheet = MatterSheet(search)
    window.veil.open(sheet)
    assert search.acts == [("begin",)]
    assert sheet.run(Command.MISSING_4)
    assert search.acts[-1] == ("toggle_filter", 4)


def test_the_folded_column_jumps_by_digit(qtbot, window):
    sheet = MissingSheet(samples.on_form())
    window.veil.open(sheet)
    with qtbot.waitSignal(sheet.chosen) as told:
        qtbot.keyClick(sheet, Qt.Key.Key_2)
    assert told.args == ["g.R2.since"]
    with qtbot.waitSignal(sheet.chosen) as told:
        sheet.run(Command.MISSING_3)
    assert told.args == ["M17"]


def test_a_card_copied_by_hand_becomes_a_document():
    entry = ManualEntry(" 周例安 ", "999999 19920216 0010", "例省例州市", "长期")
    assert manual_faults(entry) == ()
    document = manual_document(entry)
    assert (document.name, document.number, document.sex) == ("周例安", "999999199202160010", "male")
    assert (document.birth_date, document.valid_until) == ("1992-02-16", "long_term")


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        (ManualEntry("", "999999199202160010", "", "2034-05-08"), ["name"]),
        (ManualEntry("周例安", "999999199202160011", "", "2034-05-08"), ["number"]),
        (ManualEntry("周例安", "999999199202160010", "", "以后"), ["valid_until"]),
        (ManualEntry("", "1", "", ""), ["name", "number", "valid_until"]),
    ],
)
def test_what_was_copied_wrong_is_named(entry, wrong):
    assert [fault.key for fault in manual_faults(entry)] == wrong


def test_the_sheet_for_copying_names_what_is_wrong_and_goes_there(qtbot, window):
    sheet = ManualEntrySheet()
    window.veil.open(sheet)
    type_text("周例安")
    with qtbot.assertNotEmitted(sheet.entered):
        sheet.run(Command.PRIMARY)
    assert focus().objectName() == "field:number"
    assert "号码不对，请照证件再核对一遍" in said(sheet)


def test_the_sheet_for_copying_tells_a_whole_entry(qtbot, window):
    sheet = ManualEntrySheet()
    window.veil.open(sheet)
    for text in ("周例安", "99999919920216001 0", "例省例州市甲县", "20340508"):
        type_text(text)
        press(Qt.Key.Key_Tab)
    with qtbot.waitSignal(sheet.entered) as told:
        sheet.run(Command.PRIMARY)
    assert told.args[0] == ManualEntry("周例安", "99999919920216001 0", "例省例州市甲县", "2034-05-08")
