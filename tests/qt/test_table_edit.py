"""A table of the form by keys alone."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from tests.qt.hands import focus, press, type_text
from ui.components.field import Field
from ui.viewmodels.basic import Choice
from ui.viewmodels.parts import FieldView

Key = Qt.Key
COLUMNS = (
    FieldView("name", "姓名"),
    FieldView("kind", "关系", "choice", choices=(Choice("本人", "本人"), Choice("配偶", "配偶"))),
    FieldView("income", "月收入（元）", "number", optional=True),
)
VIEW = FieldView("g.H2.members", "家庭成员", "table", columns=COLUMNS)


class Desk:
    def __init__(self, qtbot, view=VIEW):
        self.told: list[str] = []
        self.field = Field(view)
        self.field.edited.connect(lambda _code, value: self._take(view, value))
        qtbot.addWidget(self.field)
        self.field.resize(620, 300)
        self.field.show()
        self.field.activateWindow()
        qtbot.waitUntil(self.field.isActiveWindow)
        self.field.focus_editor()

    def _take(self, view, value):
        self.told.append(value)
        self.field.show_view(FieldView(view.code, view.label, "table", value, columns=view.columns))

    @property
    def rows(self):
        return json.loads(self.told[-1] or "[]")


@pytest.fixture
def desk(qtbot):
    return Desk(qtbot)


def test_a_row_is_typed_cell_by_cell_and_the_next_line_is_there_at_once(desk):
    type_text("例一")
    press(Key.Key_Tab)
    press(Key.Key_1)
    press(Key.Key_Tab)
    type_text("3000")
    press(Key.Key_Tab)
    assert focus().objectName() == "cell:2:name"
    type_text("例二")
    assert desk.rows == [{"name": "例一", "kind": "本人", "income": "3000"}, {"name": "例二"}]


def test_enter_goes_on_like_tab(desk):
    type_text("例一")
    press(Key.Key_Return)
    assert focus().objectName() == "cell:1:kind"


def test_the_cursor_stays_where_it_is_while_the_form_shows_what_was_typed(desk):
    type_text("例")
    type_text("一")
    assert focus().objectName() == "cell:1:name"
    assert desk.rows == [{"name": "例一"}]


def test_a_row_is_taken_out_by_a_key(desk):
    for name in ("例一", "例二", "例三"):
        type_text(name)
        press(Key.Key_Tab, times=3)
    press("Shift+Tab")
    while focus().objectName() != "cell:2:name":
        press("Shift+Tab")
    press("Ctrl+Delete")
    assert [row["name"] for row in desk.rows] == ["例一", "例三"]
    assert focus().objectName() == "cell:2:name"


def test_a_row_without_any_cell_is_no_row(desk):
    type_text("例")
    press(Key.Key_Backspace)
    assert desk.told[-1] == ""


def test_a_table_of_many_columns_has_a_block_a_row(qtbot):
    columns = tuple(FieldView(f"c{place}", f"第{place}栏") for place in range(9))
    wide = Desk(qtbot, FieldView("g.V1.vehicles", "车辆", "table", columns=columns))
    type_text("例A00001")
    press(Key.Key_Tab, times=9)
    assert focus().objectName() == "cell:2:c0"
    cells = [cell for cell in wide.field.findChildren(QWidget) if cell.objectName().startswith("cell")]
    assert max(cell.geometry().right() for cell in cells) <= wide.field.width()


def test_who_comes_to_the_table_comes_to_the_first_cell_that_is_open(qtbot):
    columns = tuple(FieldView(f"c{place}", f"列{place}", optional=place == 2) for place in range(7))
    rows = '[{"c0":"例","c1":"例","c3":"例"}]'
    Desk(qtbot, FieldView("t", "表", "table", rows, columns=columns))
    assert focus().objectName() == "cell:1:c4"
