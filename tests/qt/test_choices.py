from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from ui.components.choice_box import ChoiceBox
from ui.components.choice_row import ChoiceRow, YesNoRow
from ui.viewmodels.basic import Choice

BENEFITS = (Choice("a", "城乡居民"), Choice("b", "企业职工"), Choice("c", "机关事业"))


@pytest.fixture
def box(qtbot):
    made = ChoiceBox()
    qtbot.addWidget(made)
    made.offer(BENEFITS)
    made.show()
    made.setFocus()
    return made


@pytest.fixture
def row(qtbot):
    made = ChoiceRow("待遇类别")
    qtbot.addWidget(made)
    made.offer(BENEFITS)
    made.show()
    made.setFocus()
    return made


def test_nothing_is_chosen_at_first(box, row):
    assert box.value() == ""
    assert row.value() == ""


def test_a_digit_chooses_in_a_closed_box(qtbot, box):
    with qtbot.waitSignal(box.edited) as told:
        qtbot.keyClick(box, Qt.Key.Key_2)
    assert told.args == ["b"]
    assert box.value() == "b"


def test_a_digit_beyond_the_choices_does_nothing(qtbot, box, row):
    with qtbot.assertNotEmitted(box.edited):
        qtbot.keyClick(box, Qt.Key.Key_4)
    with qtbot.assertNotEmitted(row.edited):
        qtbot.keyClick(row, Qt.Key.Key_4)


def test_scrolling_over_a_box_never_changes_an_answer(box):
    box.show_value("a")
    wheel = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(0, -120),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, wheel)
    assert box.value() == "a"


def test_showing_an_answer_tells_nothing(qtbot, box, row):
    with qtbot.assertNotEmitted(box.edited), qtbot.assertNotEmitted(row.edited):
        box.show_value("c")
        row.show_value("c")
    assert box.value() == row.value() == "c"


def test_an_answer_that_is_not_offered_is_shown_as_none(box):
    box.show_value("z")
    assert box.value() == ""


def test_new_choices_keep_the_answer_if_it_is_among_them(box):
    box.show_value("b")
    box.offer((Choice("b", "企业职工"), Choice("d", "其他")))
    assert box.value() == "b"
    box.offer((Choice("d", "其他"),))
    assert box.value() == ""


@pytest.mark.parametrize(
    ("key", "modifier"),
    [
        (Qt.Key.Key_1, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_1, Qt.KeyboardModifier.KeypadModifier),
    ],
)
def test_digits_of_both_blocks_answer_a_row(qtbot, row, key, modifier):
    with qtbot.waitSignals([row.edited, row.answered_by_key]):
        qtbot.keyClick(row, key, modifier)
    assert row.value() == "a"


def test_a_digit_with_alt_is_not_an_answer(qtbot, row):
    with qtbot.assertNotEmitted(row.edited):
        qtbot.keyClick(row, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)


def test_arrows_walk_the_answers_and_stop_at_the_ends(qtbot, row):
    for _ in range(5):
        qtbot.keyClick(row, Qt.Key.Key_Right)
    assert row.value() == "c"
    for _ in range(5):
        qtbot.keyClick(row, Qt.Key.Key_Left)
    assert row.value() == "a"


def test_a_click_answers_too(qtbot, row):
    option = row.findChildren(type(row._options[0]))[1]
    qtbot.mouseClick(option, Qt.MouseButton.LeftButton)
    assert row.value() == "b"


def test_yes_and_no_are_two_keys_and_not_asked_is_neither(qtbot):
    asked = YesNoRow("本人在场吗？", "在", "不在")
    qtbot.addWidget(asked)
    asked.show()
    asked.setFocus()
    assert asked.answer() is None
    qtbot.keyClick(asked, Qt.Key.Key_Y)
    assert asked.answer() is True
    qtbot.keyClick(asked, Qt.Key.Key_N)
    assert asked.answer() is False
    asked.show_answer(None)
    assert asked.answer() is None


def test_an_input_method_cannot_swallow_the_answer_keys():
    assert not ChoiceRow("问").testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def test_a_row_says_its_question_answers_and_present_answer_aloud(row):
    row.show_value("b")
    assert row.accessibleName() == "待遇类别"
    assert "2 企业职工" in row.accessibleDescription()
    assert "现在：企业职工" in row.accessibleDescription()
