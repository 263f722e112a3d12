"""Another catalogue while a clerk works: said in one sentence, and nothing moves under anybody's hands."""

from __future__ import annotations

from dataclasses import replace
from threading import Thread

import pytest
from PySide6.QtCore import Qt

from clerk_app.catalogue.files import FolderFiles
from clerk_app.catalogue.loader import read_files
from clerk_app.catalogue.shelf import FOLDER, Shelf
from clerk_app.errors import BadPublished
from clerk_app.messages import describe
from clerk_app.seams import SystemDisk
from clerk_app.services.shipped import shipped_catalogue
from tests.helpers.catalogues import FILES, write_catalogue
from tests.qt.desk import WORKER
from tests.qt.hands import press, said, type_text
from tests.qt.test_window import choose, program, read_card, sign_in

__all__ = ["program"]

Key = Qt.Key


@pytest.fixture
def frame(qtbot, program):
    sign_in(qtbot, program)
    return program.models.frame


def synced(place, at_ms, **line):
    """A sync has ended at that time."""
    place.change(line=replace(place.line, phase="idle", is_online=True, last_sync_ms=at_ms, **line))


def elsewhere(act):
    """Do it as a sync would: not on the GUI thread."""
    worker = Thread(target=act)
    worker.start()
    worker.join()


def put_in_force(place, tmp_path, version):
    elsewhere(lambda: _put_in_force(place, tmp_path, version))


def _put_in_force(place, tmp_path, version):
    files = {path: text.replace("2026-11-21", version) for path, text in FILES.items()}
    reading = read_files(FolderFiles(write_catalogue(tmp_path / version, files)))
    Shelf(place.folder.path, SystemDisk(), shipped_catalogue).put(reading, "published", serial=1)


def test_a_catalogue_that_comes_while_a_form_is_typed_is_said_and_the_form_stays(
    qtbot, program, place, frame, tmp_path
):
    counter = program.models.counter
    read_card(qtbot, program, place, WORKER)
    choose(qtbot, program, "P31")
    before, version = counter.state, counter.visit.work.draft.matter_version
    old = frame.state.status.catalogue
    put_in_force(place, tmp_path, "2027-01-01")
    synced(place, 1_795_000_000_000)
    qtbot.waitUntil(lambda: frame.state.status.catalogue != old, timeout=10_000)
    assert frame.state.status.catalogue.startswith("目录 2027-01-01 版")
    assert "从下一件起用新目录" in said(program.window)
    now = counter.state
    assert (now.stage, now.sections, now.materials) == (before.stage, before.sections, before.materials)
    assert counter.visit.work.draft.matter_version == version
    assert counter.state.problem is None


def test_what_begins_after_it_begins_with_the_new_one(qtbot, program, place, frame, tmp_path):
    put_in_force(place, tmp_path, "2027-01-01")
    synced(place, 1_795_000_000_000)
    qtbot.waitUntil(lambda: frame.state.status.catalogue.startswith("目录 2027-01-01 版"), timeout=10_000)
    read_card(qtbot, program, place, WORKER)
    type_text("B05")
    qtbot.waitUntil(lambda: [hit.name for hit in program.models.matters.state.hits] == ["例事项B05"])
    press(Key.Key_Return)
    qtbot.waitUntil(lambda: program.models.counter.state.matter is not None)
    assert program.models.counter.visit.work.draft.matter_version == "2027-01-01"


def test_a_catalogue_that_was_not_taken_is_said_at_the_foot_until_it_is_mended(qtbot, program, place, frame):
    old = frame.state.status.catalogue
    problem = describe(BadPublished(version="9", reason="没有平台的签名，或签名不对"))
    synced(place, 1_795_000_000_000, problem=problem)
    qtbot.waitUntil(lambda: frame.state.status.note != "", timeout=10_000)
    assert "平台签发的新目录没有采用" in said(program.window)
    assert "现在用的目录没有变" in frame.state.status.note
    assert frame.state.status.catalogue == old
    synced(place, 1_795_000_060_000, problem=None)
    qtbot.waitUntil(lambda: frame.state.status.note == "", timeout=10_000)


def test_a_catalogue_damaged_on_the_disk_is_said_and_the_work_goes_on(qtbot, program, place, frame, tmp_path):
    counter = program.models.counter
    read_card(qtbot, program, place, WORKER)
    choose(qtbot, program, "P31")
    folder = place.folder.path / FOLDER

    def damage():
        folder.mkdir(exist_ok=True)
        (folder / "shelf.json").write_text("{")

    elsewhere(damage)
    synced(place, 1_795_000_000_000)
    qtbot.waitUntil(lambda: "目录" in frame.state.status.note, timeout=10_000)
    assert "坏了或不见了" in frame.state.status.note
    assert "草稿和办件都没有受影响" in frame.state.status.note
    assert counter.state.matter is not None
    elsewhere((folder / "shelf.json").unlink)
    synced(place, 1_795_000_060_000)
    qtbot.waitUntil(lambda: frame.state.status.note == "", timeout=10_000)
