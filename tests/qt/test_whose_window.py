"""Whose card is it: asked in the real window, answered by one digit, closed by Esc."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.qt.desk import ELDER, WORKER
from tests.qt.hands import press, said
from tests.qt.test_window import choose, program, read_card, sign_in
from ui.dialogs.whose import WhoseSheet

__all__ = ["program"]


def lay_down(qtbot, program, place, person):
    place.cards.put(person)
    press(Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: isinstance(program.view.shell.sheet, WhoseSheet))


def test_another_persons_card_is_asked_about_and_fills_what_is_asked_of_that_person(qtbot, program, place):
    sign_in(qtbot, program)
    read_card(qtbot, program, place, WORKER)
    choose(qtbot, program, "PK01")
    counter = program.models.counter
    lay_down(qtbot, program, place, ELDER)
    assert "林例秀" in said(program.window)
    assert "法定代表人" in said(program.window)
    press(Qt.Key.Key_Escape)
    assert program.view.shell.sheet is None
    assert counter.state.whose.choices == ()
    lay_down(qtbot, program, place, ELDER)
    press(Qt.Key.Key_1)
    assert program.view.shell.sheet is None
    facts = {fact.label: fact.value for section in counter.state.sections for fact in section.facts}
    assert facts["法定代表人证件类型"] == "居民身份证"
