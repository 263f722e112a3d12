"""The storage of the hub fails: PostgreSQL ends at once, or a disk is full. What was acked stays, no more is said."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading

import pytest
from sqlalchemy import select

from clerk_app.seams import SystemDisk
from sync.blobs import named_blobs
from sync.engine import sync_once
from sync.hub import store as hub_store
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.digest import digest
from sync.hub.hub import HubSeams, open_hub
from sync.hub.schema import entries
from sync.hub.service import HubService
from sync.hub.verify import verify_hub
from sync.lane import SyncLane
from tests.helpers.postgresql import DURABLE, missing_reason, running_postgresql
from tests.sync.conftest import URL, DirectLine
from tests.sync.fakes import SeededRng, VirtualClock
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import HALL, case_number_of, logged_in, scan, taken_in

DESKS = 3
BEFORE_THE_END = 9
"""Syncs that have ended well before the power goes."""


class Site:
    """A hub on a database, with desks that work at once."""

    def __init__(self, folder, url, desks=DESKS):
        self.folder, self.url = folder, url
        self.clock, self.rng = VirtualClock(), SeededRng(11)
        self.open()
        wish = EnrolmentWish(HALL, "例州区政务服务中心", "窗口", URL, URL)
        self.desks = [
            MemoryDesk.from_bytes(enrol(self.hub, wish), self.clock, SeededRng(f"desk {number}"))
            for number in range(desks)
        ]
        self._synced = threading.Semaphore(0)

    def open(self):
        self.hub = open_hub(self.folder, HubSeams(self.clock, SystemDisk(), self.rng), self.url)

    def sync(self, desk):
        lane = SyncLane(desk, DirectLine(HubService(self.hub)), self.clock, SeededRng(desk.enrolment.device))
        report = sync_once(lane)
        if report.state == "done":
            self._synced.release()
        return report

    def wait_for_syncs(self, count):
        for _ in range(count):
            assert self._synced.acquire(timeout=20)

    def take_in(self, desk, size=3000):
        device, counter = desk.enrolment.device, len(desk.chains[0].entries) + 1
        number = case_number_of(device, counter)
        sealed = scan(desk.put_blob(f"{device}{counter}".encode() * (size // 4)))
        desk.append(f"case/{number}", "case.taken_in", taken_in(number, sealed))

    def told_but_not_there(self):
        """What some desk shows as uploaded and the hub does not have, byte for byte, with its blobs."""
        with self.hub.store.reading() as connection:
            rows = connection.execute(select(entries.c.chain, entries.c.seq, entries.c.hash)).fetchall()
        stored = {(row.chain, row.seq): bytes(row.hash) for row in rows}
        missing = []
        for desk in self.desks:
            for chain, seq in sorted(desk.uploaded()):
                entry = desk.chains[0].entries[seq - 1]
                whole = all(self.hub.shelf.is_whole(blob.id) for blob in named_blobs(entry.content))
                if stored.get((chain, seq)) != entry.hash or not whole:
                    missing.append((chain, seq))
        return missing

    def heal(self):
        for desk in self.desks:
            assert self.sync(desk).state == "done"
        assert digest(self.hub).entries == sum(len(desk.chains[0].entries) for desk in self.desks)
        assert verify_hub(self.hub).first_fault is None
        assert self.told_but_not_there() == []


def work_until_it_ends(site, server):
    """All desks write and sync at once; in the midst of it the server ends without a word."""
    ended = threading.Event()

    def work(desk):
        while not ended.is_set():
            site.take_in(desk)
            site.sync(desk)

    threads = [threading.Thread(target=work, args=(desk,)) for desk in site.desks]
    for thread in threads:
        thread.start()
    site.wait_for_syncs(BEFORE_THE_END)
    server.stop("immediate")
    ended.set()
    for thread in threads:
        thread.join(50)
    site.hub.close()


@pytest.fixture(scope="module")
def server():
    """One for all tests; whoever ends it starts it again."""
    if missing_reason():
        pytest.skip(missing_reason())
    # The log is written when a commit asks for it and hardly ever otherwise: what is not asked for is lost for certain.
    with running_postgresql({**DURABLE, "wal_writer_delay": "10s", "wal_writer_flush_after": "1GB"}) as server:
        yield server


def test_what_was_acked_is_there_after_postgresql_ended_at_once(server, tmp_path):
    site = Site(tmp_path / "hub", f"{server.url}/{server.create_database()}")
    for _ in range(2):
        work_until_it_ends(site, server)
        server.start()
        site.open()
        assert site.told_but_not_there() == []
    site.heal()
    site.hub.close()


def test_a_hub_goes_on_by_itself_when_postgresql_comes_back(server, tmp_path):
    site = Site(tmp_path / "hub", f"{server.url}/{server.create_database()}", desks=1)
    [desk] = site.desks
    site.take_in(desk)
    assert site.sync(desk).state == "done"
    server.stop("immediate")
    site.take_in(desk)
    while_away = site.sync(desk)
    assert (while_away.state, while_away.pending) == ("partial", 1)
    server.start()
    site.heal()
    site.hub.close()


def told_and_ended(site, server):
    """A desk is told that its entry is stored, and in that moment the server ends."""
    [desk] = site.desks
    desk.append("session/1", "session.logged_in", logged_in())
    assert site.sync(desk).state == "done"
    server.stop("immediate")
    site.hub.close()
    server.start()
    site.open()
    return site.told_but_not_there()


def test_an_entry_told_in_the_very_last_moment_is_there(server, tmp_path):
    site = Site(tmp_path / "hub", f"{server.url}/{server.create_database()}", desks=1)
    assert [told_and_ended(site, server) for _ in range(2)] == [[], []]
    site.hub.close()


def test_commits_that_do_not_wait_for_the_disk_are_caught(server, tmp_path, monkeypatch):
    """The negative control: the same end, with a hub that lets the server keep its commits to itself."""
    original = hub_store._ask_for_durable_commits

    def careless(connection):
        original(connection)
        connection.execute("SET synchronous_commit = off")
        connection.commit()

    monkeypatch.setattr(hub_store, "_ask_for_durable_commits", careless)
    site = Site(tmp_path / "hub", f"{server.url}/{server.create_database()}", desks=1)
    server.execute("CHECKPOINT")
    assert told_and_ended(site, server) or told_and_ended(site, server)
    site.hub.close()


# ---- full disks ---------------------------------------------------------------------------------------------------

needs_mount = pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() != 0, reason="needs root to mount a small tmpfs")


@pytest.fixture
def small_disk(tmp_path):
    """A function that mounts a disk of so many megabytes at a folder and returns a function that leaves little room."""
    mounted = []

    def mount(path, megabytes):
        path.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(path)]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            pytest.skip("this machine does not let root mount a tmpfs")
        mounted.append(path)

        def leave(free):
            ballast = path / "ballast"
            ballast.unlink(missing_ok=True)
            if free is not None:
                room = os.statvfs(path).f_bavail * os.statvfs(path).f_frsize
                ballast.write_bytes(bytes(max(0, room - free)))

        return leave

    yield mount
    for path in mounted:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def fill_up_and_heal(site, leave):
    """Work until the disk is full; nothing untrue is told; with room again all of it arrives."""
    [desk] = site.desks
    assert site.sync(desk).state == "done"
    leave(400_000)
    for _ in range(40):
        site.take_in(desk, size=60_000)
        report = site.sync(desk)
        assert site.told_but_not_there() == []
        if report.state != "done":
            break
    assert (report.state, report.retry_after_s) == ("partial", 60)
    assert report.pending > 0
    leave(None)
    site.heal()


@pytest.mark.root
@needs_mount
def test_a_full_disk_under_sqlite_and_blobs(tmp_path, small_disk):
    leave = small_disk(tmp_path / "disk", 12)
    site = Site(tmp_path / "disk" / "hub", None, desks=1)
    fill_up_and_heal(site, leave)
    site.hub.close()


@pytest.mark.root
@needs_mount
def test_a_full_disk_under_postgresqls_tables(server, tmp_path, small_disk):
    leave = small_disk(server.folder / "disk", 24)
    shutil.chown(server.folder / "disk", "postgres")
    (server.folder / "disk" / "tables").mkdir()
    shutil.chown(server.folder / "disk" / "tables", "postgres")
    server.execute(f"CREATE TABLESPACE small LOCATION '{server.folder / 'disk' / 'tables'}'")
    server.execute("CREATE DATABASE small TEMPLATE template0 TABLESPACE small")
    site = Site(tmp_path / "hub", f"{server.url}/small", desks=1)
    fill_up_and_heal(site, lambda free: leave(None if free is None else 100_000))
    site.hub.close()
