"""A disk that is full at any moment: one sentence, nothing half, and all goes on once there is room again.

The disk is a small tmpfs, so these tests need root; elsewhere they are skipped.
"""

import os
import subprocess
from contextlib import suppress

import pytest

from clerk_app.errors import DiskFull
from clerk_app.store.verify import verify_store
from tests.helpers.stores import CLERK, append, clerk_at, desk_at, hashes

SIZE = 2 * 1024 * 1024
PAGE = 4096
ROOM = [0, 1, 2, 3, 5, 8, 13, 21, 34]  # free pages at the moment of the act

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() != 0, reason="needs root to mount a small tmpfs"),
]


class SmallDisk:
    """A disk of two megabytes that can be filled and emptied."""

    def __init__(self, path):
        self.path = path
        self._ballast = path / "ballast"

    def leave_pages(self, pages):
        """Fill the disk until only `pages` pages are free."""
        self.make_room()
        free = os.statvfs(self.path).f_bavail
        with self._ballast.open("wb") as file:
            file.write(bytes((free - pages) * PAGE))
        assert os.statvfs(self.path).f_bavail == pages

    def make_room(self):
        self._ballast.unlink(missing_ok=True)


@pytest.fixture
def disk(tmp_path):
    path = tmp_path / "disk"
    path.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", str(path)], capture_output=True, check=False
    )
    if mount.returncode != 0:
        pytest.skip("this machine does not let root mount a tmpfs")
    yield SmallDisk(path)
    subprocess.run(["umount", "--lazy", str(path)], check=True)


@pytest.fixture
def desk(disk, tmp_path):
    """A laptop whose data and state both lie on the small disk."""
    return desk_at(disk.path / "desk")


def until_full(act):
    """Act until the disk is full; what was told as done before that."""
    told = []
    for number in range(1_000):
        try:
            told.append(act(number))
        except DiskFull:
            return told
    raise AssertionError("the disk never was full")


def append_much(store, number):
    return append(store, f"visit/{number}", body={"session": "s" * 2_000, "ticket": None}).hash


def check(desk, told_entries):
    store = desk.open_settled()
    assert hashes(store) == told_entries
    assert verify_store(store).first_fault is None
    assert list(desk.folder.path.rglob("*.tmp")) == []
    told_entries.append(append(store, f"visit/after{len(told_entries)}").hash)
    store.close()


@pytest.mark.parametrize("pages", ROOM)
def test_acts_on_a_full_disk_did_not_happen_and_those_before_did(disk, desk, pages):
    store = desk.create()
    told = [append(store, "visit/first").hash]
    disk.leave_pages(pages)
    told += until_full(lambda number: append_much(store, number))
    assert hashes(store) == told  # reading goes on
    disk.make_room()
    told.append(append(store, "visit/same-store").hash)  # and so does the very same program
    store.close()
    check(desk, told)


@pytest.mark.parametrize("pages", ROOM)
def test_a_program_that_ends_while_the_disk_is_full_loses_nothing(disk, desk, pages):
    store = desk.create()
    disk.leave_pages(pages)
    told = until_full(lambda number: append_much(store, number))
    store.close()
    disk.make_room()
    check(desk, told)


@pytest.mark.parametrize("pages", ROOM)
def test_a_scan_that_finds_no_room_leaves_nothing_behind(disk, desk, pages):
    store = desk.create()
    told = [append(store, "visit/first").hash]
    disk.leave_pages(pages)
    before = {path for path in desk.folder.blobs.rglob("*") if path.is_file()}
    with pytest.raises(DiskFull):
        store.vault.put(bytes(PAGE * 40))
    assert {path for path in desk.folder.blobs.rglob("*") if path.is_file()} == before
    disk.make_room()
    blob = store.vault.put(b"scan")
    assert store.vault.get(blob.id, blob.key) == b"scan"
    store.close()
    check(desk, told)


@pytest.mark.parametrize("pages", ROOM)
def test_a_draft_that_finds_no_room_keeps_what_was_saved_before(disk, desk, pages):
    store = desk.create()
    disk.leave_pages(pages)
    saved = {}

    def save(number):
        content = f"{number}".encode() * 500
        with store.write(CLERK) as unit:
            unit.save_draft(f"{number}", visit="1", owner=CLERK, content=content)
            unit.commit()
        saved[f"{number}"] = content

    until_full(save)
    assert {row.id: row.content for row in store.reads.drafts_of(CLERK)} == saved
    disk.make_room()
    store.close()
    check(desk, [])


@pytest.mark.parametrize("pages", ROOM)
def test_a_store_that_finds_no_room_is_none_and_can_be_made_later(disk, desk, pages):
    disk.leave_pages(pages)
    with pytest.raises(DiskFull):
        desk.create()
    disk.make_room()
    desk.create().close()
    check(desk, [])


@pytest.mark.parametrize("pages", [0, 1, 2, 4, 8, 12])
def test_opening_on_a_full_disk_works_or_says_so_and_harms_nothing(disk, desk, pages):
    desk.create().close()
    disk.leave_pages(pages)
    with suppress(DiskFull):
        desk.open_settled().close()
    disk.make_room()
    check(desk, [])


def test_a_full_disk_is_one_sentence(disk, desk):
    disk.leave_pages(0)
    ran = clerk_at(desk, "init")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "磁盘满了，这一步没有办成，之前的都在。请腾出空间后再试。\n"
