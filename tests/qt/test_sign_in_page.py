from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from tests.qt.hands import focus, press, said, type_text
from tests.qt.recording import RecordingModel
from ui.keys import Command, CommandKeys
from ui.pages.sign_in import LockPage, SignInPage
from ui.samples import frames
from ui.viewmodels.sign_in_state import LockState, SignInState

pytestmark = pytest.mark.usefixtures("gui_never_waits")


def _opened(qtbot, page):
    qtbot.addWidget(page)
    CommandKeys(page, page.run)
    page.resize(1366, 768)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.enter()
    return page


@pytest.fixture
def model():
    return RecordingModel(SignInState())


@pytest.fixture
def page(qtbot, model):
    return _opened(qtbot, SignInPage(model))


def test_the_first_page_takes_keys_before_anything_was_loaded(page, model):
    assert model.acts == []
    type_text("0312")
    press(Qt.Key.Key_Return)
    type_text("例州-Demo-2026")
    assert focus().text() == "例州-Demo-2026"


def test_signing_in_by_keyboard_alone(page, model):
    type_text("0312")
    press(Qt.Key.Key_Return)
    type_text("例州-Demo-2026")
    press(Qt.Key.Key_Return)
    assert model.acts == [("sign_in", "0312", "例州-Demo-2026", False)]


def test_the_seal_is_not_at_hand_unless_the_clerk_says_so(page, model):
    type_text("0312")
    press(Qt.Key.Key_Tab)
    type_text("例州-Demo-2026")
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Y)
    press("Ctrl+Return")
    assert model.acts == [("sign_in", "0312", "例州-Demo-2026", True)]


def test_a_password_is_never_shown_and_never_learnt_by_an_input_method(page):
    type_text("0312")
    press(Qt.Key.Key_Return)
    assert focus().echoMode() is QLineEdit.EchoMode.Password
    assert focus().inputMethodHints() & Qt.InputMethodHint.ImhHiddenText


def test_without_a_password_nothing_is_tried(page, model):
    type_text("0312")
    press("Ctrl+Return")
    assert model.acts == []
    assert focus().objectName() == "password"


def test_a_known_number_puts_the_cursor_into_the_password(qtbot):
    _opened(qtbot, SignInPage(RecordingModel(frames.sign_in())))
    assert focus().objectName() == "password"


def test_a_number_that_arrives_late_does_not_overwrite_what_was_typed(page, model):
    type_text("0555")
    model.show(frames.sign_in())
    assert focus().text() == "0555"


def test_while_locked_out_no_try_is_made_and_the_time_is_told(page, model):
    model.show(frames.sign_in_locked_out())
    press(Qt.Key.Key_Tab)
    type_text("例州-Demo-2026")
    press("Ctrl+Return")
    assert model.acts == []
    assert "还剩 14 分钟" in said(page)


def test_while_trying_a_second_try_is_not_made(page, model):
    type_text("0312")
    press(Qt.Key.Key_Return)
    type_text("例州-Demo-2026")
    model.show(replace(model.state, busy="正在打开…"))
    press("Ctrl+Return", times=3)
    assert model.acts == []


def test_a_wrong_password_is_said_with_the_next_step(page, model):
    model.show(frames.sign_in_wrong())
    assert "密码不对。" in said(page)
    assert "请重新输入" in said(page)


def test_a_store_that_was_put_back_is_told_with_what_comes_back_and_what_does_not(page, model):
    model.show(frames.sign_in_rolled_back())
    words = said(page)
    assert "旧的备份" in words
    assert "已上传的下次同步取回" in words
    assert "没上传的不在本机，请凭纸质材料补录" in words
    assert "恢复本机记录" in words.splitlines()
    assert "登录" not in words.splitlines()


def test_going_on_with_a_store_that_was_put_back_takes_one_key_and_the_password_just_typed(page, model):
    type_text("0312")
    press(Qt.Key.Key_Return)
    type_text("例州-Demo-2026")
    press(Qt.Key.Key_Return)
    model.show(frames.sign_in_rolled_back())
    press("Ctrl+Return")
    assert model.acts == [
        ("sign_in", "0312", "例州-Demo-2026", False),
        ("recover", "0312", "例州-Demo-2026", False),
    ]


def test_an_enter_out_of_habit_only_leads_to_the_key_that_goes_on(page, model):
    type_text("0312")
    press(Qt.Key.Key_Return)
    type_text("例州-Demo-2026")
    model.show(frames.sign_in_rolled_back())
    press(Qt.Key.Key_Return, times=3)
    assert model.acts == []
    press(Qt.Key.Key_Space)
    assert model.acts == [("recover", "0312", "例州-Demo-2026", False)]


def test_nothing_goes_on_without_a_password(page, model):
    model.show(frames.sign_in_rolled_back())
    press("Ctrl+Return")
    assert model.acts == []
    assert focus().objectName() == "password"


@pytest.mark.parametrize("state", [frames.sign_in_wrong(), frames.sign_in_locked_out(), frames.sign_in_no_store()])
def test_any_other_problem_offers_no_recovery(page, model, state):
    model.show(frames.sign_in_rolled_back())
    model.show(state)
    assert "恢复" not in said(page)
    assert "登录" in said(page).splitlines()


def test_the_lock_shows_nothing_of_the_visit_and_takes_only_the_password(qtbot):
    model = RecordingModel(LockState(clerk="王 例 · 工号 0312", drafts=2))
    page = _opened(qtbot, LockPage(model))
    for command in Command:
        assert page.run(command)
    assert model.acts == []
    assert "草稿都在" in said(page)
    type_text("例州-Demo-2026")
    press(Qt.Key.Key_Return)
    assert model.acts == [("unlock", "例州-Demo-2026")]
    assert focus().text() == ""


def test_at_a_revoked_device_nothing_is_asked_and_the_whole_sentence_is_there(qtbot):
    page = _opened(qtbot, SignInPage(RecordingModel(frames.sign_in_revoked())))
    words = said(page)
    for part in ("handover-999999031.parcel", "没有丢失", "请把这个文件交给平台管理员"):
        assert part in words
    assert "密码" not in words
    assert focus() is page
    press("Ctrl+Return")
    assert page._model.acts == []
