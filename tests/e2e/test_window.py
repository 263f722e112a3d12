"""The real window by keyboard alone: real bytes on ptys, the hub as a process, offline first and then synced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from clerk_app.catalogue.people import invented_person
from clerk_app.cli.demo_place import CLERK, PASSWORD, DemoPlace
from clerk_app.domain.identity import IdentityDocument
from tests.qt.hands import focus, press, type_text
from ui import fonts
from ui.app import WindowProgram
from ui.look import dress

Key = Qt.Key
TODAY = date(2026, 11, 23)
ELDER = invented_person(1, 2, TODAY, at_least=70)
ADDRESS = "例省例州市例州区例新街道例湖社区例湖路一百一十八号三栋五百零二室东侧"
WORKER = replace(invented_person(1, 3, TODAY), name="例𠮷𬱖", address=ADDRESS)
TYPED = {
    "g.P3.area": "例新街道例湖社区",
    "g.P3.detail": "例湖路 18 号 3 栋 502",
    "g.R2.since": "2026-04-01",
}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[DemoPlace]:
    with DemoPlace(tmp_path / "demo", enrolment=None, with_window=False) as place:
        yield place


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, place: DemoPlace, collected_here: None) -> Iterator[WindowProgram]:
    dress(qapp)
    fonts.load_rare_fonts()
    program = WindowProgram(place.workplace, mark="演示")
    program.begin(None)
    with qtbot.waitActive(program.window):
        program.window.activateWindow()
    yield program
    program.close()
    qtbot.waitUntil(lambda: not program.window.isVisible(), timeout=30_000)
    program.end()


def test_two_visits_from_card_to_rating_and_then_to_the_platform(
    qtbot: QtBot, place: DemoPlace, program: WindowProgram
) -> None:
    sign_in(qtbot, program)
    models = program.models
    assert models is not None

    # A pension check on the short page, without a line.
    read_card(qtbot, program, place, ELDER)
    choose(qtbot, program, "P14")
    assert models.counter.state.is_short
    answer_by_digits(program)
    place.visitors.will_rate("very_satisfied")
    press("Ctrl+Return")
    finish(qtbot, program)
    assert models.counter.state.done is not None
    elder_number = models.counter.state.done.number.replace(" ", "")
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: models.counter.state.stage == "idle", timeout=20_000)

    # A residence registration on the full counter: materials, one form, check and sign.
    read_card(qtbot, program, place, WORKER)
    choose(qtbot, program, "P31")
    receive_materials(qtbot, program)
    fill_form(program)
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: models.counter.state.stage == "check", timeout=10_000)
    place.visitors.will_rate("dissatisfied")
    press("Ctrl+Return")
    finish(qtbot, program)
    assert models.counter.state.done is not None
    worker_number = models.counter.state.done.number.replace(" ", "")

    # Nothing is called uploaded before the platform has signed for it.
    rows = {row.number: row for row in place.store.reads.cases()}
    assert set(rows) == {elder_number, worker_number}
    assert not any(row.uploaded for row in rows.values())
    assert (rows[elder_number].state, rows[worker_number].state) == ("received", "accepted")
    assert len(list(place.out.glob(f"{elder_number}-*.pdf"))) == 1
    assert len(list(place.out.glob(f"{worker_number}-*.pdf"))) == 2

    place.start_hub()
    press(Key.Key_F5)
    qtbot.waitUntil(lambda: all(row.uploaded for row in place.store.reads.cases()), timeout=40_000)
    assert place.hub is not None
    assert place.hub.digest()["cases"] == 2


def sign_in(qtbot: QtBot, program: WindowProgram) -> None:
    qtbot.waitUntil(lambda: program.is_furnished and program.sign_in.state.number == CLERK, timeout=20_000)
    assert isinstance(focus(), QLineEdit)
    if focus().objectName() == "clerk_number":
        press(Key.Key_Return)
    type_text(PASSWORD)
    press(Key.Key_Tab)
    press(Key.Key_Y)  # the seal is at hand
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: program.models is not None, timeout=30_000)
    models = program.models
    assert models is not None
    qtbot.waitUntil(lambda: models.frame.state.devices != (), timeout=20_000)


def read_card(qtbot: QtBot, program: WindowProgram, place: DemoPlace, person: IdentityDocument) -> None:
    models = program.models
    assert models is not None
    place.visitors.lay_card(person)
    press(Key.Key_F2)
    qtbot.waitUntil(lambda: models.counter.state.stage == "person", timeout=20_000)
    place.visitors.lift_card()
    assert models.counter.state.person is not None
    assert models.counter.state.person.name == person.name
    press(Key.Key_Y)
    qtbot.waitUntil(lambda: models.counter.state.stage == "matter", timeout=20_000)


def choose(qtbot: QtBot, program: WindowProgram, words: str) -> None:
    models = program.models
    assert models is not None
    type_text(words)
    qtbot.waitUntil(lambda: len(models.matters.state.hits) == 1, timeout=10_000)
    press(Key.Key_Return)
    qtbot.waitUntil(lambda: models.counter.state.matter is not None, timeout=20_000)


def answer_by_digits(program: WindowProgram) -> None:
    models = program.models
    assert models is not None
    while models.counter.state.missing:
        before = len(models.counter.state.missing)
        press("Alt+1")
        press(Key.Key_1)
        assert len(models.counter.state.missing) < before


def receive_materials(qtbot: QtBot, program: WindowProgram) -> None:
    models = program.models
    assert models is not None
    assert models.counter.state.stage == "materials"
    while any(item.chip.text == "还没有" for item in models.counter.state.materials):
        before = models.counter.state.materials
        press(Key.Key_1)
        assert models.counter.state.materials != before
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: models.counter.state.stage == "form", timeout=20_000)


def fill_form(program: WindowProgram) -> None:
    models = program.models
    assert models is not None
    while missing := models.counter.state.missing:
        press("Alt+1")
        text = TYPED.get(missing[0].anchor)
        if text is None:
            press(Key.Key_1)
        else:
            type_text(text)
        assert len(models.counter.state.missing) < len(missing), missing[0]


def finish(qtbot: QtBot, program: WindowProgram) -> None:
    models = program.models
    assert models is not None
    qtbot.waitUntil(lambda: models.counter.state.stage == "done", timeout=20_000)
    qtbot.waitUntil(
        lambda: models.counter.state.done is not None and models.counter.state.done.rating.text == "已完成",
        timeout=40_000,
    )
