"""Elements of type `file` in the real window by keys alone: attached by F4 or Enter, replaced, taken out, taken in."""

from __future__ import annotations

from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from tests.helpers.catalogues import put_in_force, with_files
from tests.helpers.pdfs import pdf_of
from tests.qt.desk import WORKER
from tests.qt.hands import focus, press, said, type_text
from tests.qt.test_window import choose, program, read_card, sign_in

__all__ = ["program"]

# The list of names that Qt's dialog offers grabs the keyboard, which the offscreen platform cannot give it.
pytestmark = pytest.mark.qt_log_ignore("grabbing the keyboard")

Key = Qt.Key
LAYOUT, VIEW = "g.A1.layout", "g.A1.view"


@pytest.fixture
def place(place, tmp_path):
    """A workplace whose catalogue asks for files, and some files."""
    files = {"布局图.pdf": pdf_of(3), "改过的.png": b"\x89PNG", "坏.pdf": b"%PDF-1.7"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    put_in_force(place.folder, tmp_path / "catalogue", with_files())
    return place


@pytest.fixture
def counter(qtbot, program, place):
    sign_in(qtbot, program)
    read_card(qtbot, program, place, WORKER)
    choose(qtbot, program, "PK01")
    counter = program.models.counter
    press(Key.Key_1)
    press(Key.Key_1)
    press("Ctrl+Return")
    while focus().objectName().startswith("material:") and any(
        view.state == "" and focus().objectName().endswith(view.code) for view in counter.state.materials
    ):
        press(Key.Key_1)
    press("Ctrl+Return")
    assert counter.state.stage == "form"
    return counter


def dialog(qtbot) -> QFileDialog:
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QFileDialog))
    return cast("QFileDialog", QApplication.activeModalWidget())


def pick(qtbot, path):
    """Name a file in the dialog and press Enter."""
    line = cast("QLineEdit", dialog(qtbot).findChild(QLineEdit, "fileNameEdit"))
    qtbot.waitUntil(line.hasFocus)
    type_text(str(path))
    qtbot.waitUntil(lambda: line.text() == str(path))
    QTest.keyClick(line, Key.Key_Return)  # what it offers to complete has the focus by now
    qtbot.waitUntil(lambda: not isinstance(QApplication.activeModalWidget(), QFileDialog))


def attached(counter, code=LAYOUT):
    given = counter.visit.work.draft.values.get(code)
    return given.words if given is not None else None


def to(code):
    while focus().objectName() != f"field:{code}":
        press(Key.Key_Tab)


def test_a_file_is_attached_replaced_and_taken_out_by_keys(qtbot, counter, program, tmp_path):
    assert LAYOUT in [item.anchor for item in counter.state.missing]
    to(LAYOUT)
    press(Key.Key_Return)
    pick(qtbot, tmp_path / "布局图.pdf")
    qtbot.waitUntil(lambda: attached(counter) == "布局图.pdf，3 页")
    assert LAYOUT not in [item.anchor for item in counter.state.missing]
    qtbot.waitUntil(lambda: focus().objectName() == f"field:{LAYOUT}")
    assert focus().text().startswith("布局图.pdf，3 页，")
    assert "F4 换一份 · Delete 拿掉" in said(program.window)
    press(Key.Key_F4)
    pick(qtbot, tmp_path / "改过的.png")
    qtbot.waitUntil(lambda: attached(counter) == "改过的.png，1 页")
    press(Key.Key_Delete)
    assert attached(counter) is None
    assert LAYOUT in [item.anchor for item in counter.state.missing]


def test_f4_without_a_place_goes_to_the_first_file_that_is_missing(qtbot, counter, tmp_path):
    to("g.F1.area")
    press(Key.Key_F4)
    assert "场所布局图" in dialog(qtbot).windowTitle()
    pick(qtbot, tmp_path / "布局图.pdf")
    qtbot.waitUntil(lambda: attached(counter) is not None)


def test_a_file_that_cannot_be_taken_is_refused_by_name_and_the_one_before_stays(qtbot, counter, tmp_path):
    to(LAYOUT)
    press(Key.Key_F4)
    pick(qtbot, tmp_path / "布局图.pdf")
    qtbot.waitUntil(lambda: attached(counter) is not None)
    press(Key.Key_F4)
    pick(qtbot, tmp_path / "坏.pdf")
    qtbot.waitUntil(lambda: counter.state.problem is not None)
    assert "坏.pdf" in counter.state.problem.sentence
    assert attached(counter) == "布局图.pdf，3 页"


def test_a_package_with_a_file_is_taken_in_and_its_file_waits_to_be_sent(qtbot, counter, program, place, tmp_path):
    to(LAYOUT)
    press(Key.Key_F4)
    pick(qtbot, tmp_path / "布局图.pdf")
    qtbot.waitUntil(lambda: attached(counter) is not None)
    while missing := counter.state.missing:
        press("Alt+1")
        fields = {view.code: view for part in counter.state.sections for view in part.fields}
        view = fields[missing[0].anchor]
        if view.editor == "table":
            for column in view.columns:
                type_text("3" if column.editor == "number" else "例")
                press(Key.Key_Tab)
        else:
            type_text({"number": "120", "credit_code": "91999999MA0EXAMP0F"}.get(view.editor, "例店"))
        assert len(counter.state.missing) < len(missing), missing[0]
    press("Ctrl+Return")
    assert counter.state.stage == "check", counter.state.problem
    assert "布局图.pdf，3 页" in said(program.window)
    place.answers.put("satisfied")
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: counter.state.stage == "done", timeout=20_000)
    case = counter.visit.finished[-1].case
    assert case.intake.fields[LAYOUT].words == "布局图.pdf，3 页"
    assert [child.matter.code for child in case.children if LAYOUT in child.fields] == ["B05", "B06"]
