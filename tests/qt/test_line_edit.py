from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from ui.components.date_edit import DateEdit
from ui.components.date_text import iso_date
from ui.components.line_edit import LineEdit
from ui.components.phone_edit import PhoneEdit, grouped_phone
from ui.keys import Command, CommandKeys


def _shown(qtbot, widget):
    window = QWidget()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(widget)
    window.show()
    window.activateWindow()
    widget.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    return window


def _compose(widget, preedit="", commit=""):
    event = QInputMethodEvent(preedit, [])
    if commit:
        event.setCommitString(commit)
    QApplication.sendEvent(widget, event)


def test_a_limit_counts_characters_and_not_utf16_units(qtbot):
    edit = LineEdit(limit=4)
    _shown(qtbot, edit)
    _compose(edit, commit="欧阳𬱖𬱖")
    assert edit.text() == "欧阳𬱖𬱖"
    _compose(edit, commit="𠮷")
    assert edit.text() == "欧阳𬱖𬱖"


def test_what_does_not_fit_is_taken_from_what_was_put_in(qtbot):
    edit = LineEdit(limit=5)
    _shown(qtbot, edit)
    edit.show_value("例州市")
    edit.setCursorPosition(0)
    with qtbot.waitSignal(edit.overflowed):
        _compose(edit, commit="甲𠮷丙丁")
    assert edit.text() == "甲𠮷例州市"


def test_composing_tells_nothing_until_it_is_committed(qtbot):
    edit = LineEdit()
    _shown(qtbot, edit)
    told: list[str] = []
    edit.edited.connect(told.append)
    _compose(edit, preedit="zhou")
    assert told == []
    _compose(edit, commit="周")
    assert told == ["周"]


def test_showing_the_same_value_leaves_a_running_composition_alone(qtbot):
    edit = LineEdit()
    _shown(qtbot, edit)
    _compose(edit, commit="周")
    _compose(edit, preedit="li")
    edit.show_value("周")
    _compose(edit, commit="例")
    assert edit.text() == "周例"


def test_a_fixed_value_can_be_copied_but_tab_passes_it_by(qtbot):
    edit = LineEdit()
    edit.set_fixed(fixed=True)
    assert edit.isReadOnly()
    assert not edit.focusPolicy() & Qt.FocusPolicy.TabFocus
    edit.set_fixed(fixed=False)
    assert edit.focusPolicy() & Qt.FocusPolicy.TabFocus


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("20260401", "2026-04-01"),
        ("2026-4-1", "2026-04-01"),
        ("2026.04.01", "2026-04-01"),
        ("2026/4/1", "2026-04-01"),
        ("2026年4月1日", "2026-04-01"),
        (" 2026-04-01 ", "2026-04-01"),
        ("2026-02-30", None),
        ("2026-04", None),
        ("明天", None),
        ("", None),
    ],
)
def test_a_date_is_understood_however_it_is_typed(typed, meant):
    assert iso_date(typed) == meant


def test_a_date_stays_as_typed_until_the_box_is_left(qtbot):
    edit, other = DateEdit(), LineEdit()
    window = _shown(qtbot, edit)
    window.layout().addWidget(other)
    told: list[str] = []
    edit.edited.connect(told.append)
    qtbot.keyClicks(edit, "20260401")
    edit.show_value("2026-04-01")
    assert edit.text() == "20260401"
    assert told[-1] == "2026-04-01"
    other.show()
    other.setFocus()
    assert edit.text() == "2026-04-01"


def test_no_phone_is_said_with_one_key(qtbot):
    phone = PhoneEdit(no_phone="无手机")
    _shown(qtbot, phone)
    told: list[str] = []
    phone.edited.connect(told.append)
    qtbot.keyClick(phone.line(), Qt.Key.Key_N)
    assert told == ["无手机"]
    assert phone.line().text() == "无手机"


def test_no_phone_is_understood_from_an_input_method_too(qtbot):
    phone = PhoneEdit(no_phone="无手机")
    _shown(qtbot, phone)
    told: list[str] = []
    phone.edited.connect(told.append)
    _compose(phone.line(), commit="无")
    assert told == ["无手机"]


def test_typing_a_number_replaces_no_phone(qtbot):
    phone = PhoneEdit(no_phone="无手机")
    _shown(qtbot, phone)
    phone.show_value("无手机")
    phone.line().deselect()
    qtbot.keyClicks(phone.line(), "130")
    assert phone.value() == "130"


def test_a_phone_without_that_answer_takes_letters_for_nothing(qtbot):
    phone = PhoneEdit()
    _shown(qtbot, phone)
    qtbot.keyClick(phone.line(), Qt.Key.Key_N)
    assert phone.value() == ""


def test_a_number_is_told_in_digits_and_shown_as_it_is_spoken(qtbot):
    phone, other = PhoneEdit(), LineEdit()
    window = _shown(qtbot, phone)
    window.layout().addWidget(other)
    qtbot.keyClicks(phone.line(), "130 0000 0001")
    assert phone.value() == "13000000001"
    other.show()
    other.setFocus()
    assert phone.line().text() == "130 0000 0001"


def test_only_a_mobile_number_is_grouped():
    assert grouped_phone("13000000001") == "130 0000 0001"
    assert grouped_phone("0571-00000000") == "0571-00000000"
    assert grouped_phone("1300") == "1300"


@pytest.mark.parametrize("command", list(Command), ids=lambda command: command.value)
def test_every_key_of_the_window_works_from_inside_a_text_box(qtbot, command):
    from ui import keys

    edit = LineEdit()
    window = _shown(qtbot, edit)
    edit.show_value("例州市例新街道")
    heard: list[Command] = []
    CommandKeys(window, heard.append)
    sequences = keys._KEYS[command].sequences
    for sequence in sequences:
        QTest.keySequence(edit, QKeySequence(sequence))
    assert heard == [command] * len(sequences)
    assert edit.text() == "例州市例新街道"


def test_no_two_commands_share_a_key():
    from ui import keys

    sequences = [sequence for key in keys._KEYS.values() for sequence in key.sequences]
    assert len(sequences) == len(set(sequences))
    assert set(keys._KEYS) == set(Command)
