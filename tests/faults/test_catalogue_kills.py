"""Killed anywhere while a catalogue is put in force, the desk has the old one or the new one, whole."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from clerk_app import failpoints
from clerk_app.catalogue.files import FolderFiles
from clerk_app.catalogue.loader import Reading, read_files
from clerk_app.catalogue.shelf import Shelf
from clerk_app.seams import SystemDisk
from clerk_app.services.shipped import shipped_catalogue
from tests.helpers.catalogues import FILES, write_catalogue
from tests.helpers.failpoints import names_of

POINTS = [(name, passes) for name in names_of("disk") for passes in (1, 2)]
POINTS += [(name, 1) for name in ("catalogue.kept", "catalogue.in_force")]


def reading(folder: Path, version: str) -> Reading:
    files = dict(FILES)
    files["catalogue.toml"] = files["catalogue.toml"].replace("2026-11-21", version)
    return read_files(FolderFiles(write_catalogue(folder / version, files)))


def shelf(folder: Path) -> Shelf:
    return Shelf(folder, SystemDisk(), shipped_catalogue)


@pytest.mark.parametrize(("name", "passes"), POINTS)
def test_a_kill_leaves_the_old_catalogue_or_the_new_one(tmp_path: Path, name: str, passes: int) -> None:
    shelf(tmp_path).put(reading(tmp_path, "1"), "imported")
    new = reading(tmp_path, "2")
    child = multiprocessing.get_context("fork").Process(target=_put, args=(tmp_path, new, name, passes))
    child.start()
    child.join(50)
    assert child.exitcode == -9
    found = shelf(tmp_path)
    is_new = (name, passes) in {("disk.replaced", 2), ("catalogue.in_force", 1)}
    assert found.current().version == ("2" if is_new else "1")
    assert [matter.code for matter in found.current().matters] == ["B04", "B05", "B06"]
    # Doing it again leads to the same, whatever the first try left behind.
    found.put(new, "imported")
    assert [kept.version for kept in shelf(tmp_path).kept] == ["1", "2"]
    assert shelf(tmp_path).current().version == "2"


def test_every_failpoint_of_a_catalogue_is_among_them() -> None:
    assert set(names_of("catalogue")) <= {name for name, _ in POINTS}


def _put(folder: Path, new: Reading, name: str, passes: int) -> None:
    failpoints.arm(name, passes)
    shelf(folder).put(new, "imported")
