"""The real window by its keys alone, over a real practice store with scripted devices."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from clerk_app.bootstrap import make_desk, open_for_reading, open_for_writing
from clerk_app.services.sign_in import sign_in as sign_in_at
from clerk_app.services.sign_in import sign_out
from clerk_app.settings import SecuritySettings
from clerk_app.store.store import Store
from tests.helpers.stores import CLERK, NAME, PASSWORD
from tests.qt.desk import ELDER, WORKER
from tests.qt.hands import focus, press, said, type_text
from ui import guard
from ui.app import WindowProgram

Key = Qt.Key


@pytest.fixture
def program(qtbot, place, collected_here):
    program = WindowProgram(place, mark="演示")
    with guard.watch(), guard.forbid(Store, "read", "store"), guard.forbid(Store, "write", "store"):
        program.begin(None)
        qtbot.waitActive(program.window).__enter__()
        program.window.activateWindow()
        yield program
        place.hurry()
        program.close()
        qtbot.waitUntil(lambda: place.is_closed)
        qtbot.waitUntil(lambda: not program.window.isVisible())
    program.end()


def sign_in(qtbot, program, *, seal=True):
    qtbot.waitUntil(lambda: program.is_furnished and program.sign_in.state.number == CLERK)
    assert isinstance(focus(), QLineEdit)
    if focus().objectName() == "clerk_number":
        press(Key.Key_Return)
    assert focus().objectName() == "password"
    type_text(PASSWORD)
    if seal:
        press(Key.Key_Tab)
        press(Key.Key_Y)
        assert program.sign_in.state.can_sign_in
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: program.models is not None, timeout=10_000)
    qtbot.waitUntil(lambda: program.models.frame.state.devices != ())


def read_card(qtbot, program, place, person):
    place.cards.put(person)
    press(Key.Key_F2)
    qtbot.waitUntil(lambda: program.models.counter.state.stage == "person")
    press(Key.Key_Y)
    qtbot.waitUntil(lambda: program.models.counter.state.stage == "matter")


def choose(qtbot, program, words):
    type_text(words)
    qtbot.waitUntil(lambda: len(program.models.matters.state.hits) == 1)
    press(Key.Key_Return)
    qtbot.waitUntil(lambda: program.models.counter.state.matter is not None)


def test_a_pension_check_needs_no_mouse(qtbot, program, place):
    sign_in(qtbot, program)
    counter = program.models.counter
    read_card(qtbot, program, place, ELDER)
    choose(qtbot, program, "P14")
    assert counter.state.is_short
    while counter.state.missing:
        before = len(counter.state.missing)
        press("Alt+1")
        press(Key.Key_1)
        assert len(counter.state.missing) < before
    place.answers.put("satisfied")
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: counter.state.stage == "done" and counter.state.done.rating.text == "已完成")
    assert len(place.paper.sheets) == 1
    press("Ctrl+Return")
    assert counter.state.stage == "idle"


def test_a_hint_is_followed_and_a_menu_filtered_without_a_mouse(qtbot, program, place):
    sign_in(qtbot, program)
    counter, matters = program.models.counter, program.models.matters
    read_card(qtbot, program, place, ELDER)
    qtbot.waitUntil(lambda: bool(matters.state.hits) and not matters.state.searching)
    everything = len(matters.state.hits)
    press("Alt+1")
    qtbot.waitUntil(lambda: not matters.state.searching and 0 < len(matters.state.hits) < everything)
    press("Ctrl+H")
    assert "证件上满 80 周岁，户籍在本地" in said(program.view.shell.sheet)
    press(Key.Key_1)
    qtbot.waitUntil(lambda: counter.state.matter is not None and counter.state.matter.code == "P02")
    assert program.view.shell.sheet is None


def test_a_residence_card_needs_no_mouse(qtbot, program, place):
    sign_in(qtbot, program)
    counter = program.models.counter
    read_card(qtbot, program, place, WORKER)
    choose(qtbot, program, "P31")
    assert counter.state.stage == "materials"
    press(Key.Key_1)  # the tenancy contract
    press(Key.Key_1)  # the photograph
    press("Ctrl+Return")
    assert counter.state.stage == "form"
    fill_missing(
        program,
        {"街道/社区": "例新街道", "详细地址": "例湖路 18 号", "居住事由": "4", "居住起始": "20260401", "房屋类型": "1"},
    )
    press("Ctrl+Return")
    assert counter.state.stage == "check", counter.state.missing
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: counter.state.stage == "done" and len(place.paper.sheets) == 2)
    assert counter.state.done.heading == "已受理"


def fill_missing(program, texts):
    counter = program.models.counter
    while counter.state.missing:
        before = counter.state.missing
        press("Alt+1")
        answer = texts.get(before[0].label, "1")
        if answer.isdigit() and len(answer) == 1:
            press(Key(Key.Key_0 + int(answer)))
        else:
            type_text(answer)
        assert len(counter.state.missing) < len(before), before[0]


def test_locking_covers_the_desk_and_only_the_password_opens_it(qtbot, program, place):
    sign_in(qtbot, program)
    read_card(qtbot, program, place, ELDER)
    press("Ctrl+L")
    assert program.window.stack.currentWidget() is program.view.lock
    type_text("wrong")
    press(Key.Key_Return)
    qtbot.waitUntil(lambda: program.models.lock.state.problem is not None)
    type_text(PASSWORD)
    press(Key.Key_Return)
    qtbot.waitUntil(lambda: program.window.stack.currentWidget() is program.view.shell)
    assert program.models.counter.state.stage == "matter"


def test_the_keyboard_never_reaches_the_second_screen(qtbot, program, place):
    sign_in(qtbot, program)
    program.view.screen.toggle()
    qtbot.waitUntil(lambda: program.models.screen.state)
    for key in (Key.Key_1, Key.Key_Return, Key.Key_Space, Key.Key_Tab):
        QTest.keyClick(program.view.screen.window, key)
    assert program.models.rating.state.word == "none"
    assert not program.view.screen.window.isActiveWindow()


def test_stopping_a_read_by_escape_lets_the_next_act_begin(qtbot, program, place):
    sign_in(qtbot, program)
    counter = program.models.counter
    press(Key.Key_F2)
    assert counter.state.busy
    press(Key.Key_Escape)
    assert not counter.state.busy
    read_card(qtbot, program, place, ELDER)
    assert counter.state.person.name == "林例秀"


def test_a_document_is_copied_by_hand_where_the_reader_fails(qtbot, program, place):
    sign_in(qtbot, program)
    program.view.counter.sheet_asked.emit("manual")
    for text in ("周例安", "999999199202160010", "例省例州市甲县", "20340508"):
        type_text(text)
        press(Key.Key_Tab)
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: program.models.counter.state.stage == "person")
    person = program.models.counter.state.person
    assert (person.name, person.line) == ("周例安", "男 · 34 岁")


def test_giving_up_is_one_digit_and_a_reason(qtbot, program, place):
    sign_in(qtbot, program)
    give_up_a_matter(qtbot, program, place)
    assert program.models.counter.state.done.heading == "已记录：本人自愿放弃"


def give_up_a_matter(qtbot, program, place):
    read_card(qtbot, program, place, ELDER)
    choose(qtbot, program, "P14")
    press(Key.Key_F10)
    press(Key.Key_8)
    type_text("改天再来")
    press(Key.Key_Return)
    qtbot.waitUntil(lambda: program.models.counter.state.stage == "done")


def test_parking_and_going_on_are_two_keys(qtbot, program, place):
    sign_in(qtbot, program)
    counter = program.models.counter
    read_card(qtbot, program, place, ELDER)
    choose(qtbot, program, "P14")
    press("Ctrl+P")
    qtbot.waitUntil(lambda: counter.state.stage == "idle")
    assert focus().objectName() == "idle"
    press(Key.Key_1)
    qtbot.waitUntil(lambda: counter.state.stage == "form")
    assert counter.state.person.name == "林例秀"


def test_anything_is_found_from_anywhere(qtbot, program, place):
    sign_in(qtbot, program)
    press("Ctrl+7")
    assert program.models.frame.state.current == "devices"
    press("Ctrl+K")
    type_text("养老 认证")
    qtbot.waitUntil(lambda: [hit.key for hit in program.models.anything.state.hits] == ["P14"])
    press(Key.Key_Return)
    assert program.models.frame.state.current == "intake"
    assert "先按 F2" in said(program.view.counter)


def test_a_notice_is_two_keys_and_its_number_opens_the_same_matter(qtbot, program, place):
    sign_in(qtbot, program)
    press(Key.Key_F7)
    choose_notice(qtbot, program, "P31")
    qtbot.waitUntil(lambda: len(place.printer().sheets) == 2)
    assert "一次性告知书正在打印" in said(program.view.shell)
    number = place.printer().sheets[0].split()[1]
    press("Ctrl+K")
    type_text(number)
    qtbot.waitUntil(lambda: [hit.kind for hit in program.models.anything.state.hits] == ["notice"])
    press(Key.Key_Return)
    qtbot.waitUntil(lambda: "请按 F2 读证" in said(program.view.shell))
    place.cards.put(WORKER)
    press(Key.Key_F2)
    qtbot.waitUntil(lambda: program.models.counter.state.stage == "person")
    press(Key.Key_Y)
    qtbot.waitUntil(lambda: program.models.counter.state.matter is not None)
    assert program.models.counter.state.matter.code == "P31"


def choose_notice(qtbot, program, words):
    type_text(words)
    qtbot.waitUntil(lambda: len(program.models.matters.state.hits) == 1)
    press(Key.Key_Return)


def test_a_case_that_is_not_here_is_asked_for_by_its_number_and_the_answer_is_plain(qtbot, program, place):
    sign_in(qtbot, program)
    press("Ctrl+K")
    type_text("9999990052611230000330")
    qtbot.waitUntil(lambda: [hit.kind for hit in program.models.anything.state.hits] == ["elsewhere"])
    press(Key.Key_Return)
    assert program.models.frame.state.current == "cases"
    qtbot.waitUntil(lambda: "这是练习用的记录" in said(program.view.shell))
    press("Ctrl+1")
    assert program.models.frame.state.current == "intake"


def test_on_the_device_page_f2_tries_the_reader(qtbot, program, place):
    sign_in(qtbot, program)
    press("Ctrl+7")
    place.cards.put(ELDER)
    press(Key.Key_F2)
    qtbot.waitUntil(lambda: "读卡器正常" in program.models.devices.state.devices[0].note)
    assert program.models.frame.state.current == "devices"
    assert program.models.counter.state.stage == "idle"


def test_hand_overs_are_one_key_away_from_anywhere_also_while_typing(qtbot, program, place):
    sign_in(qtbot, program)
    press("Ctrl+K")
    press(Key.Key_Escape)
    read_card(qtbot, program, place, ELDER)
    assert isinstance(focus(), QLineEdit)
    press("Ctrl+U")
    qtbot.waitUntil(lambda: "这是练习用的记录" in said(program.view.shell))
    press(Key.Key_Escape)
    assert isinstance(focus(), QLineEdit)


@pytest.mark.parametrize("section", range(1, 8))
def test_on_every_section_something_takes_the_keys(qtbot, program, place, section):
    sign_in(qtbot, program)
    press(f"Ctrl+{section}")
    qtbot.waitUntil(lambda: program.models.devices.state.rows != ())
    place.change(line=replace(place.line, phase="syncing"))
    qtbot.waitUntil(lambda: program.models.station.state.line.phase == "syncing")
    assert program.view.shell.isAncestorOf(focus())
    press("Ctrl+1")
    assert program.models.frame.state.current == "intake"


def test_a_desk_left_alone_locks_itself(qtbot, program, place):
    place.own_settings = replace(place.own_settings, security=SecuritySettings(idle_lock_minutes=1))
    sign_in(qtbot, program)
    program.idle.wait_minutes(0.001)
    qtbot.waitUntil(lambda: program.models.lock.is_locked)
    assert program.window.stack.currentWidget() is program.view.lock


def test_a_bug_in_the_window_is_one_sentence(qtbot, program, place, caplog):
    sign_in(qtbot, program)
    program.report(ZeroDivisionError("1/0"))
    assert "程序出错了" in said(program.view.shell)
    assert "ZeroDivisionError" in caplog.text


def test_a_store_that_was_put_back_goes_on_by_one_key(qtbot, program, place, tmp_path):
    with guard.pause():
        put_an_older_copy_back(place.folder, tmp_path / "older")
    qtbot.waitUntil(lambda: program.is_furnished and program.sign_in.state.number == CLERK)
    type_text(PASSWORD)
    press(Key.Key_Return)
    qtbot.waitUntil(lambda: program.sign_in.state.offers_recovery)
    assert not place.is_started
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: program.models is not None, timeout=10_000)
    assert "已恢复本机记录，缺 2 条（办件约 0 件）。" in said(program.view.shell)
    give_up_a_matter(qtbot, program, place)
    press("Ctrl+7")
    qtbot.waitUntil(lambda: len(program.models.devices.state.rows) == 2)  # it is a practice store
    assert "凭纸质材料补录" in program.models.devices.state.rows[1].note


def put_an_older_copy_back(folder, aside):
    shutil.copytree(folder.path, aside)
    with open_for_writing(folder, CLERK, PASSWORD) as store:
        desk = make_desk(store)
        sign_out(desk, sign_in_at(desk, clerk=CLERK, name=NAME, seal_at_hand=True))
    shutil.rmtree(folder.path)
    shutil.copytree(aside, folder.path)


def test_closing_ends_the_session_and_lets_go_of_the_folder(qtbot, program, place):
    sign_in(qtbot, program)
    stream = program.models.opened.me.stream
    read_card(qtbot, program, place, ELDER)
    choose(qtbot, program, "P14")
    program.models.counter.edit("g.P4.backup_name", "例明")
    program.window.close()
    qtbot.waitUntil(lambda: place.is_closed)
    with guard.pause(), open_for_reading(place.folder, CLERK, PASSWORD) as store:
        kinds = [fact.kind for fact in store.reads.facts(stream)]
        (draft,) = store.reads.drafts_of(CLERK)
    assert kinds == ["session.logged_in", "session.logged_out"]
    assert "例明" in draft.content.decode()
