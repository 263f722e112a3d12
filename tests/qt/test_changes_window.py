"""A value that a source filled, changed in the real window by keys alone: seen, explained, taken back, printed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.qt.desk import WORKER
from tests.qt.hands import focus, press, said, type_text
from tests.qt.test_window import choose, fill_missing, program, read_card, sign_in
from ui.dialogs.change import ChangeSheet

__all__ = ["program"]

Key = Qt.Key
ADDRESS = "g.P2.registered_address"
NEW = "例省例江县例村5号"


@pytest.fixture
def counter(qtbot, program, place):
    sign_in(qtbot, program)
    read_card(qtbot, program, place, WORKER)
    choose(qtbot, program, "P31")
    press(Key.Key_1)
    press(Key.Key_1)
    press("Ctrl+Return")
    assert program.models.counter.state.stage == "form"
    return program.models.counter


def walk_to(code):
    """Ctrl+E leads to the first filled element, the arrows on from there."""
    press("Ctrl+E")
    while focus().objectName() != f"fact:{code}":
        press(Key.Key_Right)


def change_address(program):
    walk_to(ADDRESS)
    press(Key.Key_Return)
    assert isinstance(program.view.shell.sheet, ChangeSheet)
    assert f"：{WORKER.address}" in said(program.view.shell.sheet)
    press("Ctrl+A")
    type_text(NEW)
    press(Key.Key_Tab)
    type_text("户口已迁")
    press("Ctrl+Return")


def value(counter):
    return counter.visit.work.draft.values[ADDRESS]


def test_a_filled_value_is_changed_with_a_reason_marked_and_taken_back(counter, program):
    change_address(program)
    assert program.view.shell.sheet is None
    assert (value(counter).value, value(counter).original, value(counter).reason) == (NEW, WORKER.address, "户口已迁")
    assert focus().objectName() == f"field:{ADDRESS}"
    assert f"已改，原值“{WORKER.address}” · 理由：户口已迁" in said(program.window)
    view = next(view for part in counter.state.sections for view in part.fields if view.code == ADDRESS)
    assert view.mark == "改"
    press("Ctrl+E")
    press("Alt+Left")
    assert (value(counter).value, value(counter).source) == (WORKER.address, "card")
    assert program.view.shell.sheet is None


def test_without_a_reason_the_sheet_stays_and_says_so(counter, program):
    walk_to(ADDRESS)
    press("Ctrl+E")
    press("Ctrl+A")
    type_text(NEW)
    press("Ctrl+Return")
    assert isinstance(program.view.shell.sheet, ChangeSheet)
    assert "要写明理由" in said(program.view.shell.sheet)
    press(Key.Key_Escape)
    assert value(counter).source == "card"


def test_a_name_from_the_chip_is_not_opened_and_the_clerk_is_told_why(counter, program):
    walk_to("g.P1.name")
    press(Key.Key_Return)
    assert program.view.shell.sheet is None
    assert "不能改" in counter.state.problem.sentence
    press(Key.Key_Escape)
    assert not focus().objectName().startswith("fact:")


def test_what_was_changed_is_on_the_page_to_check_in_the_entry_and_on_the_paper(qtbot, counter, program, place):
    change_address(program)
    fill_missing(
        program,
        {"街道/社区": "例新街道", "详细地址": "例湖路 18 号", "居住事由": "4", "居住起始": "20260401", "房屋类型": "1"},
    )
    press("Ctrl+Return")
    assert counter.state.stage == "check", counter.state.missing
    assert f"{NEW}（原值：{WORKER.address}）" in said(program.window)
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: counter.state.stage == "done" and len(place.paper.sheets) == 2, timeout=20_000)
    given = counter.visit.finished[-1].case.intake.fields[ADDRESS]
    assert (given.value, given.original, given.overrules, given.reason) == (NEW, WORKER.address, "card", "户口已迁")
