from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.qt.hands import focus, press, said, type_text
from tests.qt.recording import RecordingModel
from ui.components.rows import ClickRow, TodoRow
from ui.keys import Command, CommandKeys
from ui.pages.counter import CounterPage
from ui.pages.shell import Shell
from ui.samples import counter as samples
from ui.samples import frames, lists

if TYPE_CHECKING:
    from ui.viewmodels.counter_state import CounterState

pytestmark = pytest.mark.usefixtures("gui_never_waits")


class Desk:
    """The counter in its shell, with the models it talks to."""

    def __init__(self, qtbot, state: CounterState, size=(1366, 768)):
        self.model = RecordingModel(state)
        self.search = RecordingModel(lists.two_matters())
        self.frame = RecordingModel(frames.online())
        self.page = CounterPage(self.model, self.search)
        self.shell = Shell(self.frame)
        self.shell.add_page("intake", self.page)
        self.asked: list[str] = []
        self.page.sheet_asked.connect(self.asked.append)
        qtbot.addWidget(self.shell)
        CommandKeys(self.shell, self.shell.run)
        self.shell.resize(*size)
        self.shell.show()
        self.shell.activateWindow()
        qtbot.waitUntil(self.shell.isActiveWindow)
        self.shell.enter()
        QApplication.processEvents()

    @property
    def acts(self):
        return self.model.acts


def _unanswered(state: CounterState):
    return tuple(
        replace(question, value="") if question.code.startswith("g.I6") else question for question in state.questions
    )


@pytest.fixture
def desk(qtbot):
    return lambda state, size=(1366, 768): Desk(qtbot, state, size)


@pytest.mark.parametrize("key", ["F2"])
def test_a_card_is_read_with_one_key_from_anywhere(desk, key):
    for state in (samples.idle(), samples.on_form(), samples.short()):
        counter = desk(state)
        press(key)
        assert counter.acts == [("read_card",)]


def test_reading_can_be_stopped(desk):
    counter = desk(samples.reading())
    press("Esc")
    assert counter.acts == [("stop_reading",)]


def test_a_parked_visit_is_resumed_by_its_digit(desk):
    counter = desk(samples.idle_parked())
    press(Qt.Key.Key_2)
    assert counter.acts == [("resume", "a2")]


def test_presence_is_one_key(desk):
    counter = desk(samples.asking())
    press(Qt.Key.Key_Y)
    press(Qt.Key.Key_N)
    assert counter.acts == [("answer_presence", True), ("answer_presence", False)]


def test_a_matter_is_found_by_typing_and_begun_with_the_primary_key(desk):
    counter = desk(samples.choosing())
    type_text("居住")
    assert counter.search.acts[-1] == ("search", "居住")
    press("Ctrl+Return")
    assert counter.acts == [("choose_matter", "P31")]


def test_the_materials_are_answered_one_key_a_line(desk):
    counter = desk(samples.on_materials())
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_2)
    press(Qt.Key.Key_1)
    assert counter.acts == [
        ("set_material", "M10", "received"),
        ("set_material", "M06", "exempt"),
        ("set_material", "M17", "received"),
    ]


def test_the_form_begins_at_the_first_thing_a_person_must_fill(desk):
    desk(samples.on_form())
    assert focus().objectName() == "field:g.R2.reason"


def test_what_is_typed_goes_to_the_view_model(desk):
    counter = desk(samples.on_form())
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Backspace)
    assert counter.acts[0] == ("edit", "g.R2.reason", "务工")
    assert counter.acts[-1] == ("edit", "g.R2.since", "")


@pytest.mark.parametrize(("digit", "where"), [(1, "field:g.R2.reason"), (2, "field:g.R2.since")])
def test_alt_and_a_digit_jump_to_a_missing_item(desk, digit, where):
    desk(samples.on_form())
    press(Qt.Key.Key_Tab, times=2)
    press(f"Alt+{digit}")
    assert focus().objectName() == where


def test_a_missing_material_is_looked_for_where_materials_are(desk):
    counter = desk(samples.on_form())
    press("Alt+3")
    assert counter.acts == [("go_to", "materials")]
    anchors = [item.anchor for item in samples.on_materials().missing]
    counter = desk(samples.on_materials())
    press(f"Alt+{anchors.index('M17') + 1}")
    assert focus().objectName() == "material:M17"


def test_a_digit_without_a_missing_item_does_nothing(desk):
    counter = desk(samples.on_form())
    before = focus()
    press("Alt+9")
    assert focus() is before
    assert counter.acts == []


@pytest.mark.parametrize(
    "state",
    [samples.idle(), samples.on_materials(), samples.on_form(), samples.on_check(), samples.done()],
)
def test_one_key_is_the_primary_action_of_every_stage(desk, state):
    counter = desk(state)
    press("Ctrl+Return")
    assert counter.acts == [("primary",)]


@pytest.mark.parametrize(
    ("key", "act"),
    [
        ("Alt+Left", "back"),
        ("Ctrl+N", "another_matter"),
        ("Ctrl+P", "park"),
        ("F8", "print_again"),
        ("F9", "invite_again"),
    ],
)
def test_the_other_acts_have_their_keys(desk, key, act):
    counter = desk(samples.done())
    press(key)
    assert counter.acts == [(act,)]


@pytest.mark.parametrize(
    ("key", "sheet"),
    [
        ("F3", "matter"),
        ("F7", "notice"),
        ("Shift+F7", "notice_large"),
        ("F10", "outcome"),
        ("Alt+0", "missing"),
    ],
)
def test_sheets_are_asked_for_by_key(desk, key, sheet):
    counter = desk(samples.on_form())
    press(key)
    assert counter.asked == [sheet]


@pytest.mark.parametrize(("key", "name"), [("F6", "叫号")])
def test_what_this_version_has_not_is_said_calmly_with_what_to_use(desk, key, name):
    counter = desk(samples.on_form())
    press(key)
    words = said(counter.shell)
    assert f"{name}：本版还没有" in words
    assert "请用" in words
    assert counter.acts == []


def test_f1_opens_the_keys_and_esc_gives_the_focus_back(desk):
    desk(samples.on_form())
    before = focus()
    press("F1")
    assert focus() is not before
    press("Esc")
    assert focus() is before


def test_under_a_sheet_the_page_hears_no_key(desk):
    counter = desk(samples.on_form())
    press("F1")
    press("F2")
    press("Ctrl+Return")
    assert counter.acts == []


def test_the_sections_of_the_rail_have_keys(desk):
    counter = desk(samples.on_form())
    press("Ctrl+2")
    press("Ctrl+7")
    assert counter.frame.acts == [("show_section", "cases"), ("show_section", "devices")]


def test_f5_syncs_from_any_page(desk):
    counter = desk(samples.on_form())
    press("F5")
    assert counter.frame.acts == [("sync_now",)]


def test_a_new_state_does_not_move_the_focus_within_a_stage(desk):
    counter = desk(samples.on_form())
    press(Qt.Key.Key_Tab)
    before = focus()
    counter.model.show(replace(samples.on_form(), saved="saving"))
    assert focus() is before


def test_a_new_stage_puts_the_hands_where_the_work_is(desk):
    counter = desk(samples.on_materials())
    assert focus().objectName() == "material:M10"
    counter.model.show(samples.on_form())
    assert focus().objectName() == "field:g.R2.reason"


def test_a_finished_step_can_be_clicked(desk, qtbot):
    counter = desk(samples.on_form())
    steps = counter.page._steps
    items = {item.key: item for item in steps.findChildren(type(steps.layout().itemAt(0).widget()))}
    qtbot.mouseClick(items["check"], Qt.MouseButton.LeftButton)
    assert counter.acts == []
    qtbot.mouseClick(items["materials"], Qt.MouseButton.LeftButton)
    assert counter.acts == [("go_to", "materials")]


def test_the_short_page_is_answered_without_the_mouse(desk):
    counter = desk(replace(samples.short(), questions=_unanswered(samples.short())))
    assert focus().objectName() == "question:g.I6.benefit"
    press(Qt.Key.Key_2)
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_1)
    press("Ctrl+Return")
    assert counter.acts == [
        ("edit", "g.I6.benefit", "企业职工"),
        ("edit", "g.I6.payment", "社保卡"),
        ("edit", "g.I6.method", "窗口核验"),
        ("primary",),
    ]


def test_enter_goes_to_the_next_question_of_the_short_page(desk):
    counter = desk(samples.short())
    counter.page.jump("g.P4.phone")
    press(Qt.Key.Key_Return)
    assert focus().objectName() == "field:g.P4.backup_name"
    press(Qt.Key.Key_Return)
    assert focus().objectName() == "field:g.P4.backup_phone"


def test_what_comes_to_be_missing_is_listed_at_once(desk):
    counter = desk(samples.on_check())
    counter.model.show(samples.on_form())
    QApplication.processEvents()
    rows = counter.page._right.findChildren(TodoRow)
    assert [row.anchor for row in rows if row.isVisible()] == ["g.R2.reason", "g.R2.since", "M17"]
    assert all(row.height() >= 30 for row in rows if row.isVisible())


def test_presence_on_the_short_page_is_an_answer_of_its_own(desk):
    counter = desk(samples.short())
    counter.page.jump("presence")
    assert focus().objectName() == "question:presence"
    press(Qt.Key.Key_N)
    assert counter.acts == [("answer_presence", False)]


def test_jumping_works_on_the_short_page_too(desk):
    desk(samples.short())
    assert samples.short().missing[0].anchor == "g.I6.method"
    press("Alt+1")
    assert focus().objectName() == "question:g.I6.method"


def test_at_150_percent_the_column_folds_and_the_primary_action_stays(desk):
    counter = desk(samples.on_form(), size=(911, 512))
    words = said(counter.shell)
    assert "还差 3 项" in words
    assert not counter.page._right.isVisible()
    button = counter.page._footer._primary
    assert button.isVisible()
    assert button.visibleRegion().boundingRect() == button.rect()


def test_the_column_comes_back_with_the_room(desk):
    counter = desk(samples.on_form(), size=(911, 512))
    counter.shell.resize(1366, 768)
    QApplication.processEvents()
    assert counter.page._right.isVisible()


def test_a_field_out_of_sight_is_scrolled_to(desk):
    counter = desk(samples.on_form(), size=(911, 512))
    press("Alt+2")
    assert not focus().visibleRegion().isEmpty()
    assert counter.acts == []


def test_every_command_is_understood_or_left_alone_in_every_stage(desk):
    for state in (samples.idle(), samples.asking(), samples.on_check(), samples.short()):
        counter = desk(state)
        for command in Command:
            counter.shell.run(command)
            counter.shell.close_sheet()


def test_alt_and_a_digit_filters_while_a_matter_is_chosen_and_jumps_where_one_is_filled_in(desk):
    counter = desk(samples.choosing())
    assert counter.search.acts[-1] == ("begin",)
    press("Alt+1")
    press("Alt+9")
    assert counter.search.acts[-2:] == [("toggle_filter", 1), ("toggle_filter", 9)]
    assert focus().objectName() == "picker"
    on_form = desk(samples.on_form())
    press("Alt+1")
    assert ("toggle_filter", 1) not in on_form.search.acts


def test_the_chosen_filters_are_told_and_a_menu_without_anything_says_how_to_go_on(desk):
    counter = desk(samples.choosing())
    counter.search.show(lists.matters_of_elders())
    rows = {row.objectName(): row.accessibleName() for row in counter.page.findChildren(ClickRow)}
    assert rows["filter:1"] == "Alt 1 老人 已选"
    assert rows["filter:2"] == "Alt 2 中年 未选"
    counter.search.show(replace(lists.matters_of_elders(), hits=()))
    assert "这样筛选没有找到。再按一次 Alt+数字就不筛选。" in said(counter.page)


def test_a_click_on_a_filter_is_its_key(desk, qtbot):
    counter = desk(samples.choosing())
    counter.search.show(lists.all_matters())
    QApplication.processEvents()
    row = next(row for row in counter.page.findChildren(ClickRow) if row.objectName() == "filter:6")
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert counter.search.acts[-1] == ("toggle_filter", 6)


def test_the_hints_are_asked_for_by_key_and_by_click_on_both_pages(desk, qtbot):
    for state, name in ((samples.with_hints(), "hints"), (samples.short(), "hint_line")):
        counter = desk(state)
        press("Ctrl+H")
        row = next(row for row in counter.page.findChildren(ClickRow) if row.objectName() == name)
        assert row.isVisible()
        qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
        assert counter.asked == ["hints", "hints"]
