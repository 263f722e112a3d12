"""办不成事 through the real window by keys: written down, printed, answered, asked about."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.qt.desk import WORKER
from tests.qt.hands import focus, press, said, type_text
from tests.qt.test_window import program, read_card, sign_in

__all__ = ["program"]

Key = Qt.Key


@pytest.fixture
def appeals(qtbot, program):
    sign_in(qtbot, program)
    return program.models.appeals


def go_to(qtbot, appeals):
    press("Ctrl+5")
    qtbot.waitUntil(lambda: appeals.state.filters != () and not appeals.state.loading)


def write_down(qtbot, program, appeals):
    press("Ctrl+N")
    sheet = program.view.shell.sheet
    sheet.fields["why"].focus_editor()
    type_text("两个部门互相推")
    press(Key.Key_Tab, 3)
    type_text("值班主任")
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: bool(appeals.state.rows) and appeals.state.detail is not None, timeout=10_000)


def test_who_got_nowhere_is_written_down_answered_and_asked_without_a_mouse(qtbot, program, place, appeals):
    go_to(qtbot, appeals)
    assert "按 Ctrl N 记下来，就有人管" in said(program.window)
    write_down(qtbot, program, appeals)
    qtbot.waitUntil(lambda: len(place.paper.sheets) == 1, timeout=10_000)
    assert "办不成事登记表" in place.paper.sheets[0]
    assert appeals.state.rows[0].status.text.endswith("前答复")
    press("Ctrl+Return")
    press("Ctrl+Return")
    assert "请填写" in said(program.view.shell.sheet)
    type_text("当天协调办好")
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: appeals.state.detail is not None and appeals.state.detail.step == "visit", timeout=10_000)
    press("Ctrl+Return")
    press(Key.Key_2)
    press("Ctrl+Return")
    assert "要写新的期限" in said(program.view.shell.sheet)
    program.view.shell.sheet.fields["solved"].focus_editor()
    press(Key.Key_1)
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: appeals.state.detail is not None and appeals.state.detail.step is None, timeout=10_000)
    assert "已经解决" in appeals.state.detail.events[0].text
    press("Ctrl+Return")
    assert program.view.shell.sheet is None


def test_who_stands_at_the_counter_need_not_be_typed_again(qtbot, program, place, appeals):
    read_card(qtbot, program, place, WORKER)
    go_to(qtbot, appeals)
    press("Ctrl+N")
    sheet = program.view.shell.sheet
    assert sheet.values["person"] == "周例安"
    assert focus() is sheet.fields["why"].editor
    press("Ctrl+Return")
    assert said(sheet).count("请填写") == 2
    press(Key.Key_Escape)
    assert program.view.shell.sheet is None
    assert appeals.state.rows == ()


def test_left_and_right_walk_the_kinds_of_records_also_past_those_of_which_there_are_none(qtbot, program, appeals):
    go_to(qtbot, appeals)
    write_down(qtbot, program, appeals)
    keys = [view.key for view in appeals.state.filters]
    assert appeals.state.current == keys[0]
    for key in (*keys[1:], keys[0]):
        press(Key.Key_Right)
        qtbot.waitUntil(lambda key=key: appeals.state.current == key and not appeals.state.loading)
    assert appeals.state.rows
    press(Key.Key_Left)
    qtbot.waitUntil(lambda: appeals.state.current == keys[-1])


def test_the_number_of_a_record_opens_it_where_the_register_is(qtbot, program, appeals):
    go_to(qtbot, appeals)
    write_down(qtbot, program, appeals)
    number = appeals.state.rows[0].number
    appeals.filter_by("closed")
    qtbot.waitUntil(lambda: appeals.state.rows == () and not appeals.state.loading)
    press("Ctrl+1")
    press("Ctrl+K")
    type_text(number)
    qtbot.waitUntil(lambda: [hit.key for hit in program.models.anything.state.hits] == [number])
    assert "在“诉求”（Ctrl 5）里" in program.models.anything.state.hits[0].note
    press(Key.Key_Return)
    qtbot.waitUntil(lambda: appeals.state.detail is not None and appeals.state.detail.number == number)
    assert program.models.frame.state.current == "appeals"
    assert [row.number for row in appeals.state.rows] == [number]
