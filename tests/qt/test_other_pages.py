from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from clerk_app.domain.ratings import GRADES
from tests.qt.hands import focus, press, said
from tests.qt.recording import RecordingModel
from ui.components.nav_rail import NavButton
from ui.keys import CommandKeys
from ui.pages.cases import CasesPage
from ui.pages.citizen import CitizenWindow, RatingButton
from ui.pages.devices import DevicesPage
from ui.pages.shell import Shell
from ui.samples import frames, lists
from ui.viewmodels.devices_state import DevicesState

pytestmark = pytest.mark.usefixtures("gui_never_waits")


def _opened(qtbot, page):
    qtbot.addWidget(page)
    CommandKeys(page, page.run)
    page.resize(1290, 690)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.enter()
    QApplication.processEvents()
    return page


# ---- the case list


def test_the_list_is_read_again_when_its_page_comes_to_the_front(qtbot):
    model = RecordingModel(lists.case_list())
    _opened(qtbot, CasesPage(model))
    assert model.acts == [("refresh",)]


def test_arrows_walk_the_cases_and_show_each(qtbot):
    model = RecordingModel(lists.case_list())
    _opened(qtbot, CasesPage(model))
    press(Qt.Key.Key_Down, times=2)
    assert model.acts[1:] == [
        ("select", lists.case_list().rows[1].number),
        ("select", lists.case_list().rows[2].number),
    ]


def test_left_and_right_walk_the_filters(qtbot):
    model = RecordingModel(lists.case_list())
    _opened(qtbot, CasesPage(model))
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Left)
    assert model.acts[1:] == [("filter_by", "owed"), ("filter_by", "todo")]


def test_a_new_list_keeps_the_chosen_case(qtbot):
    model = RecordingModel(lists.case_list())
    page = _opened(qtbot, CasesPage(model))
    model.acts.clear()
    model.show(
        replace(
            lists.case_list(), rows=(replace(lists.case_list().rows[0], due="今天到期"), *lists.case_list().rows[1:])
        )
    )
    assert page._table.currentIndex().row() == 0
    assert model.acts == []


def test_the_detail_tells_the_history_and_what_to_do(qtbot):
    page = _opened(qtbot, CasesPage(RecordingModel(lists.case_list())))
    words = said(page)
    assert "部门退回：租赁合同缺出租人签字" in words
    assert "受理，打印受理通知书 2 份" in words


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (lists.case_list_loading(), "正在读取办件…"),
        (lists.case_list_empty(), "还没有办件"),
        (lists.case_list_broken(), "办件没有读出来"),
        (replace(lists.case_list_empty(), current="todo"), "这里没有办件"),
    ],
)
def test_a_list_without_rows_says_why(qtbot, state, words):
    assert words in said(_opened(qtbot, CasesPage(RecordingModel(state))))


# ---- devices and sync


def test_sync_and_trying_a_device_are_asked_for(qtbot):
    model = RecordingModel(lists.devices_unplugged())
    page = _opened(qtbot, DevicesPage(model))
    model.acts.clear()
    press("F5")
    press("Ctrl+Return")
    page.findChild(QPushButton, "device:card_reader").click()
    assert model.acts == [("sync_now",), ("sync_now",), ("try_device", "card_reader")]


def test_while_syncing_no_second_sync_is_asked_for(qtbot):
    model = RecordingModel(lists.devices_syncing())
    _opened(qtbot, DevicesPage(model))
    model.acts.clear()
    press("F5")
    assert model.acts == []


@pytest.mark.parametrize("later", [lists.devices_practice(), lists.devices_syncing(), lists.devices_unplugged()])
def test_whatever_comes_and_goes_on_the_page_the_keys_stay_with_it(qtbot, later):
    model = RecordingModel(DevicesState())
    page = _opened(qtbot, DevicesPage(model))
    model.show(later)
    QApplication.processEvents()
    assert focus() is page


def test_a_button_that_goes_leaves_the_keys_to_its_page(qtbot):
    model = RecordingModel(lists.devices_unplugged())
    page = _opened(qtbot, DevicesPage(model))
    page.findChild(QPushButton, "device:card_reader").setFocus()
    model.show(lists.devices_practice())
    QApplication.processEvents()
    assert focus() is page


def test_the_details_for_a_maintainer_are_closed_until_asked_for(qtbot):
    page = _opened(qtbot, DevicesPage(RecordingModel(lists.devices_unplugged())))
    assert "设备号" not in said(page)
    page._details.click()
    assert "设备号" in said(page)


# ---- the frame


def test_a_section_is_chosen_by_a_click_and_tells_how_much_waits(qtbot):
    frame = RecordingModel(frames.online())
    shell = _opened(qtbot, Shell(frame))
    button = shell.findChild(NavButton, "section:cases")
    assert button.accessibleName() == "办件，2 件要处理"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert frame.acts == [("show_section", "cases")]


def test_offline_is_said_in_the_frame_in_violet_and_words(qtbot):
    shell = _opened(qtbot, Shell(RecordingModel(frames.offline())))
    words = said(shell)
    assert "离线办理 · 已存 7 件" in words
    assert "离线 2 小时 14 分" in words
    assert shell._top.property("offline") == "true"


def test_devices_that_are_well_fold_into_one_word_where_it_is_narrow(qtbot):
    shell = _opened(qtbot, Shell(RecordingModel(frames.online())))
    assert "评价器 就绪" in said(shell)
    shell.resize(911, 512)
    QApplication.processEvents()
    assert "设备就绪 2" in said(shell)
    assert "评价器 就绪" not in said(shell)
    assert "打印机 连不上" in said(shell)


def test_what_a_model_says_is_shown_over_the_page(qtbot):
    frame = RecordingModel(frames.online())
    shell = _opened(qtbot, Shell(frame))
    frame.said.emit("已排上补打", "纸出来后请核对。")
    assert "已排上补打" in said(shell)


def test_locking_and_finding_are_asked_for_by_key(qtbot):
    shell = _opened(qtbot, Shell(RecordingModel(frames.online())))
    shell.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    shell.setFocus()
    with qtbot.waitSignal(shell.lock_asked):
        press("Ctrl+L")
    with qtbot.waitSignal(shell.find_asked):
        press("Ctrl+K")


# ---- the second screen

CITIZEN = [lists.citizen_idle(), lists.citizen_check(), lists.citizen_rating(), lists.citizen_thanks()]


@pytest.fixture
def citizen(qtbot):
    window = CitizenWindow()
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    return window


@pytest.mark.parametrize("state", CITIZEN, ids=lambda state: state.page)
def test_nothing_on_the_second_screen_can_take_the_focus(citizen, state):
    citizen.render(state)
    for widget in (citizen, *citizen.findChildren(QWidget)):
        assert widget.focusPolicy() is Qt.FocusPolicy.NoFocus, widget
    assert citizen.windowFlags() & Qt.WindowType.WindowDoesNotAcceptFocus


def test_the_clerks_keyboard_never_reaches_the_second_screen(qtbot, citizen):
    citizen.render(lists.citizen_rating())
    with qtbot.assertNotEmitted(citizen.rated):
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Tab, Qt.Key.Key_1, Qt.Key.Key_5):
            QApplication.sendEvent(citizen, QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier))
            for button in citizen.findChildren(RatingButton):
                QTest.keyClick(button, key)
    assert QApplication.focusWidget() is None


def test_showing_the_second_screen_takes_no_key_from_the_clerk(qtbot, citizen):
    shell = _opened(qtbot, Shell(RecordingModel(frames.online())))
    shell.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    shell.setFocus()
    citizen.render(lists.citizen_rating())
    citizen.show()
    QApplication.processEvents()
    assert focus() is shell


def test_the_five_answers_are_equal_in_size_and_in_the_order_of_the_rules(citizen):
    citizen.render(lists.citizen_rating())
    QApplication.processEvents()
    buttons = citizen.findChildren(RatingButton)
    assert [button.grade for button in buttons] == list(GRADES)
    assert len({button.height() for button in buttons}) == 1
    widths = {button.width() for button in buttons}
    assert max(widths) - min(widths) <= 1
    assert len({button.styleSheet() for button in buttons}) == 1


@pytest.mark.parametrize("grade", GRADES)
def test_a_touch_tells_its_grade_once(qtbot, citizen, grade):
    citizen.render(lists.citizen_rating())
    told: list[str] = []
    citizen.rated.connect(told.append)
    qtbot.mouseClick(citizen.findChild(RatingButton, f"rating:{grade}"), Qt.MouseButton.LeftButton)
    assert told == [grade]


def test_a_touch_that_slides_away_is_no_answer(qtbot, citizen):
    citizen.render(lists.citizen_rating())
    button = citizen.findChildren(RatingButton)[0]
    with qtbot.assertNotEmitted(citizen.rated):
        qtbot.mousePress(button, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
        qtbot.mouseRelease(button, Qt.MouseButton.LeftButton, pos=QPoint(-40, 20))


def test_no_answer_is_said_to_be_no_praise(citizen):
    citizen.render(lists.citizen_rating())
    assert "60 秒没有选择记为“未评价”，不会当作好评" in said(citizen)
    citizen.render(lists.citizen_rating_long())
    assert "120 秒没有选择" in said(citizen)


def test_a_whole_number_of_a_person_never_stands_on_the_second_screen(citizen):
    citizen.render(lists.citizen_check())
    words = said(citizen)
    assert "999999********0010" in words
    assert "19920216" not in words


def test_the_screen_forgets_a_visit_when_the_next_page_comes(citizen):
    citizen.render(lists.citizen_check())
    citizen.render(lists.citizen_idle())
    assert "周例安" not in said(citizen)
