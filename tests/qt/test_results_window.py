"""The result of what was done at the counter, registered through the real window by its keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from tests.qt.desk import WORKER
from tests.qt.hands import press, said, type_text
from tests.qt.test_package_window import finish, in_detail
from tests.qt.test_window import choose, program, read_card, sign_in

__all__ = ["program"]

Key = Qt.Key
CODE = "91999999MA0EXAMP0F"


@pytest.fixture
def cases(qtbot, program, place):
    """The case list with a restaurant in detail whose registration was done at the counter, with a line."""
    place.line = replace(place.line, is_online=True)
    sign_in(qtbot, program)
    read_card(qtbot, program, place, WORKER)
    choose(qtbot, program, "PK01")
    return in_detail(qtbot, program, finish(qtbot, program.models.counter, place))


def sheet_of(program):
    return program.view.shell.sheet


def fact(cases, label):
    return next((row.value for row in cases.state.detail.facts if row.label == label), "")


def test_the_licence_handed_over_is_registered_once_and_everything_that_waits_has_it(qtbot, program, cases):
    assert "别的事项等着用证照上的内容" in cases.state.detail.task.sentence
    assert fact(cases, "结果带来") == "统一社会信用代码、成立日期（由前序事项产生）"
    press("Ctrl+Return")
    sheet = sheet_of(program)
    assert "个体工商户设立登记：登记营业执照" in said(sheet)
    type_text("91999999MA0EXAMP00")
    press("Ctrl+Return")
    assert "统一社会信用代码不对" in said(sheet)
    sheet.fields["credit_code"].editor.selectAll()
    type_text(CODE)
    press(Key.Key_Tab)
    type_text("20261102")
    press("Ctrl+Return")
    assert sheet_of(program) is None
    qtbot.waitUntil(lambda: cases.state.detail is not None and cases.state.detail.task is None, timeout=20_000)
    assert fact(cases, "结果带来") == f"统一社会信用代码 {CODE}；成立日期 2026-11-02"
    lane = next(lane for lane in cases.state.detail.lanes if lane.name == "个体工商户设立登记")
    assert lane.note == f"营业执照 {CODE}"
    press("Ctrl+Return")
    sheet = sheet_of(program)
    assert "个体工商户设立登记：更正营业执照" in said(sheet)
    assert sheet.values == {"credit_code": CODE, "established": "2026-11-02"}
    press(Key.Key_Tab)
    sheet.fields["established"].editor.selectAll()
    type_text("20261103")
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: "2026-11-03" in fact(cases, "结果带来"), timeout=20_000)
    assert any("更正结果" in event.text for event in cases.state.detail.events)


def test_a_result_of_which_nothing_is_typed_is_not_registered(program, cases):
    press("Ctrl+Return")
    sheet = sheet_of(program)
    press("Ctrl+Return")
    assert "请填写" in said(sheet)
    press(Key.Key_Escape)
    assert sheet_of(program) is None
    assert cases.state.detail.to_register
