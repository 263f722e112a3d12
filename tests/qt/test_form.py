from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from tests.qt.hands import focus, press, type_text
from ui.components.choice_box import ChoiceBox
from ui.components.field import Field
from ui.components.form_grid import FormGrid
from ui.components.line_edit import LineEdit
from ui.components.phone_edit import PhoneEdit
from ui.samples import counter as samples
from ui.viewmodels.basic import Choice
from ui.viewmodels.parts import FieldView, SectionView

SECTIONS = samples.on_form().sections
NAME = FieldView("name", "姓名", value="周例安", mark="身", mark_meaning="来自身份证", fixed=True)
EMPLOYER = FieldView("employer", "单位名称", optional=True, placeholder="可不填")
REASON = FieldView("reason", "居住事由", editor="choice", choices=(Choice("务工", "务工"), Choice("就学", "就学")))


def _shown(qtbot, widget):
    qtbot.addWidget(widget)
    widget.resize(700, 500)
    widget.show()
    widget.activateWindow()
    QApplication.processEvents()
    return widget


@pytest.fixture
def grid(qtbot):
    made = FormGrid()
    made.show_sections(SECTIONS)
    return _shown(qtbot, made)


def test_a_value_says_where_it_comes_from(qtbot):
    field = _shown(qtbot, Field(NAME))
    assert field._badge.text() == "身"
    assert field._badge.toolTip() == "来自身份证"
    assert "来自身份证" in field.editor.accessibleDescription()


def test_an_error_waits_until_the_box_is_left(qtbot):
    field = _shown(qtbot, Field(EMPLOYER))
    other = LineEdit(field)
    other.show()
    field.focus_editor()
    qtbot.keyClicks(field.editor, "x")
    field.show_view(replace(EMPLOYER, value="x", error="不对"))
    assert field.shown_error() == ""
    other.setFocus()
    assert field.shown_error() == "不对"
    assert field.editor.property("invalid") == "true"


def test_an_error_that_is_put_right_goes(qtbot):
    field = _shown(qtbot, Field(replace(EMPLOYER, error="不对")))
    assert field.shown_error() == "不对"
    field.show_view(EMPLOYER)
    assert field.shown_error() == ""
    assert field.editor.property("invalid") == "false"


def test_a_character_too_many_is_said_and_not_swallowed(qtbot):
    field = _shown(qtbot, Field(replace(EMPLOYER, value="例" * 200)))
    field.focus_editor()
    type_text("州")
    assert field.editor.value() == "例" * 200
    assert field.shown_error() == "最多 200 个字"


def test_an_optional_field_says_so_aloud(qtbot):
    field = _shown(qtbot, Field(EMPLOYER))
    assert field.editor.accessibleName() == "单位名称，可不填"


def test_every_editor_of_the_form_has_a_name_and_an_object_name(grid):
    for field in grid.findChildren(Field):
        target = field.editor.line() if isinstance(field.editor, PhoneEdit) else field.editor
        assert target.accessibleName(), field.code
        assert target.objectName() == f"field:{field.code}"


def test_tab_goes_in_the_order_of_the_paper_and_past_what_the_card_filled(qtbot, grid):
    wanted = [view.code for part in SECTIONS for view in part.fields if not view.fixed]
    grid.field(wanted[0]).focus_editor()
    walked = []
    for _ in wanted:
        walked.append(focus().objectName().removeprefix("field:"))
        press(Qt.Key.Key_Tab)
    assert walked == wanted


def test_enter_goes_on_like_tab(qtbot, grid):
    grid.field("g.P3.area").focus_editor()
    press(Qt.Key.Key_Return)
    assert focus().objectName() == "field:g.P3.detail"
    grid.field("g.P4.phone").focus_editor()
    press(Qt.Key.Key_Enter)
    assert focus().objectName() == "field:g.P4.backup_name"


def test_the_order_of_the_paper_holds_in_two_columns_too(qtbot, grid):
    grid.resize(500, 900)
    QApplication.processEvents()
    wanted = [view.code for part in SECTIONS for view in part.fields]
    placed = sorted(
        (grid.field(code) for code in wanted),
        key=lambda field: (field.mapTo(grid, field.rect().topLeft()).y(), field.x()),
    )
    assert [field.code for field in placed] == wanted


def test_a_new_state_takes_neither_the_cursor_nor_a_composition(qtbot, grid):
    edit = grid.field("g.P3.detail").editor
    edit.setFocus()
    edit.setCursorPosition(2)
    QApplication.sendEvent(edit, QInputMethodEvent("hao", []))
    grid.show_sections(SECTIONS)
    assert focus() is edit
    assert edit.cursorPosition() == 2
    type_text("号")
    assert edit.text().startswith("例湖号")


def test_a_field_that_appears_leaves_the_focus_where_it_was(qtbot, grid):
    grid.field("g.R2.reason").focus_editor()
    *before, living, after = SECTIONS
    longer = replace(living, fields=(*living.fields, EMPLOYER))
    grid.show_sections((*before, longer, after))
    assert grid.field("employer") is not None
    assert QApplication.focusWidget() is grid.field("g.R2.reason").editor


def test_what_the_clerk_types_is_told_with_its_code(qtbot, grid):
    with qtbot.waitSignal(grid.edited) as told:
        qtbot.keyClicks(grid.field("g.P4.backup_name").editor, "L")
    assert told.args == ["g.P4.backup_name", "L"]


def test_the_first_open_field_is_the_first_that_a_person_must_fill(grid):
    assert grid.first_open().code == "g.R2.reason"


def test_a_form_that_is_whole_has_no_open_field(qtbot):
    grid = _shown(qtbot, FormGrid())
    grid.show_sections((SectionView("本人", "", (NAME, EMPLOYER)),))
    assert grid.first_open() is None


def test_a_fixed_choice_cannot_be_changed(qtbot):
    field = _shown(qtbot, Field(replace(REASON, fixed=True, value="务工")))
    assert isinstance(field.editor, ChoiceBox)
    assert not field.editor.isEnabled()
    assert field.editor.value() == "务工"


def test_a_form_that_changes_under_a_table_leaves_the_cursor_in_its_cell(qtbot, grid):
    columns = (FieldView("name", "姓名"), FieldView("age", "年龄", editor="number"))
    table = FieldView("staff", "人员", editor="table", columns=columns)
    grid.show_sections((SectionView("例", "", (table, EMPLOYER)),))
    rows = '[{"name":"例","age":"3"}]'
    grid.field("staff").focus_editor()
    press(Qt.Key.Key_Tab)
    type_text("3")
    assert focus().objectName() == "cell:1:age"
    grid.show_sections((SectionView("例", "", (replace(table, value=rows, error="还没有填"),)),))
    assert (focus().objectName(), focus().cursorPosition()) == ("cell:1:age", 1)
    assert grid.field("staff").shown_error() == ""


def test_the_place_of_a_file_asks_for_one_by_enter_and_lets_it_go_by_delete(qtbot):
    view = FieldView("plan", "布局图", editor="file", placeholder="按 F4 附上 PDF 或图片")
    field = _shown(qtbot, Field(view))
    field.focus_editor()
    with qtbot.waitSignal(field.file_asked) as asked:
        press(Qt.Key.Key_Return)
    assert asked.args == ["plan"]
    type_text("例")
    assert field.editor.value() == ""
    field.show_view(replace(view, value="布局图.pdf，3 页"))
    with qtbot.waitSignal(field.edited) as edited:
        press(Qt.Key.Key_Delete)
    assert edited.args == ["plan", ""]
