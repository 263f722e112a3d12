"""Several processes on one hub: nobody misses a number, nobody waits for ever, nothing is half there."""

from __future__ import annotations

import contextlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from clerk_app import failpoints
from clerk_app.errors import PlatformUnreachable
from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from sync.engine import sync_once
from sync.hub import blobs as hub_blobs
from sync.hub import folder_shelf
from sync.hub import push as hub_push
from sync.hub.blobs import take_piece
from sync.hub.decide import Ruling, decide
from sync.hub.devices import Device, EnrolmentWish, enrol
from sync.hub.digest import digest
from sync.hub.folder_shelf import FolderShelf
from sync.hub.hub import HubSeams, open_hub
from sync.hub.schema import chains, entries, hub_facts, regions, verdicts
from sync.hub.service import HubService
from sync.hub.verify import verify_hub
from sync.lane import SyncLane
from sync.pieces import Piece
from sync.transport import HttpTransport
from tests.helpers.hub import RunningHub
from tests.helpers.proxy import missing_reason, running_proxy
from tests.sync.conftest import DirectLine
from tests.sync.fakes import SeededRng
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import case_number_of, logged_in, scan, taken_in

TOGETHER_S = 1.0
"""How long one of two waits for the other at a point that, with the lock in place, only one of them can reach."""


def meeting(monkeypatch, module, point):
    """Make the first two that pass `point` of `module` wait for each other; whoever finds nobody goes on alone."""
    barrier = threading.Barrier(2)
    original = module.failpoint

    def failpoint(name):
        original(name)
        if name == point:
            with contextlib.suppress(threading.BrokenBarrierError):
                barrier.wait(TOGETHER_S)

    monkeypatch.setattr(module, "failpoint", failpoint)


def at_once(*works):
    """Do all of it at the same time; raise what any of them raised."""
    with ThreadPoolExecutor(len(works)) as pool:
        return [done.result(50) for done in [pool.submit(work) for work in works]]


# ---- blobs --------------------------------------------------------------------------------------------------------


class NoBlobs(DirectLine):
    def send(self, request):
        if request.method == "PATCH":
            raise PlatformUnreachable
        return super().send(request)


def test_two_blobs_of_one_entry_that_end_at_once_complete_it(platform, monkeypatch):
    desk = platform.desk()
    number = case_number_of("001", 1)
    contents = [b"one", b"two"]
    blobs = [desk.put_blob(content) for content in contents]
    desk.append(f"case/{number}", "case.taken_in", taken_in(number, *map(scan, blobs)))
    sync_once(platform.lane(desk, NoBlobs(platform.service)))
    hubs = [platform.hub, platform.open_another(SeededRng("second"))]
    device = Device("999999", "001", desk.registration().device_public)
    meeting(monkeypatch, hub_blobs, "hub.blob.before_commit")

    def send(number):
        return take_piece(hubs[number], device, Piece(blobs[number].id, 0, 3, contents[number]))

    answers = at_once(lambda: send(0), lambda: send(1))
    assert [answer.complete for answer in answers] == [True, True]
    with platform.hub.store.reading() as connection:
        assert connection.execute(select(entries.c.blobs_complete)).scalars().all() == [True]
    assert sync_once(platform.lane(desk)).state == "done"


def test_nothing_is_written_into_a_file_that_has_become_a_blob(tmp_path, monkeypatch):
    import hashlib

    content = b"sealed bytes"
    blob = hashlib.sha256(content).hexdigest()
    first, second = FolderShelf(tmp_path), FolderShelf(tmp_path)
    assert first.append(blob, 0, content)
    meeting(monkeypatch, folder_shelf, "hub.blob.synced")

    def spoil():
        return second.append(blob, len(content), b"more") or second.append(blob, 0, b"other")

    finished, spoilt = at_once(lambda: first.finish(blob), spoil)
    # Whoever was first: a blob that is there is whole, and what spoilt it made it start again.
    assert (finished, second.is_whole(blob)) in {(True, True), (False, False)}
    assert not (finished and spoilt)


# ---- rows ---------------------------------------------------------------------------------------------------------


def test_the_first_batch_of_a_chain_that_comes_twice_at_once_is_stored_once(platform, monkeypatch):
    desk = platform.desk()
    desk.append("session/1", "session.logged_in", logged_in())
    requests = []

    class Keeps(DirectLine):
        def send(self, request):
            requests.append(request)
            return super().send(request)

    sync_once(platform.lane(desk, Keeps(platform.service)))
    [request] = [request for request in requests if request.route == "/v1/push"]
    with platform.hub.store.writing() as connection:
        for table in ("entries", "chains", "feed"):
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text("UPDATE regions SET last_hub_seq = 0"))
        connection.execute(text("UPDATE devices SET feed_hub_seq = 0"))
    second = HubService(platform.open_another(SeededRng("second")))
    meeting(monkeypatch, hub_push, "hub.push.before_commit")
    answers = at_once(lambda: platform.service.handle(request), lambda: second.handle(request))
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].body == answers[1].body
    assert digest(platform.hub).entries == 1


def test_no_number_is_seen_before_the_one_that_was_taken_before_it(platform, monkeypatch):
    """A writer stands still between its numbers and its commit: whoever writes to the region comes after it."""
    desks = [platform.desk("1 号窗口"), platform.desk("2 号窗口")]
    lanes = [
        platform.lane(desks[0]),
        platform.lane(desks[1], DirectLine(HubService(platform.open_another(platform.rng)))),
    ]
    for desk, lane in zip(desks, lanes, strict=True):
        sync_once(lane)
        desk.append("session/1", "session.logged_in", logged_in())
    reader = Reader(platform.hub)
    standing_still, second_is_done = threading.Event(), threading.Event()
    original = failpoints.failpoint

    def failpoint(name):
        original(name)
        if name == "hub.push.before_commit" and not standing_still.is_set():
            standing_still.set()
            second_is_done.wait(TOGETHER_S)

    def second():
        assert standing_still.wait(20)
        report = sync_once(lanes[1])
        reader.read()
        second_is_done.set()
        return report

    monkeypatch.setattr(hub_push, "failpoint", failpoint)
    reports = at_once(lambda: sync_once(lanes[0]), second)
    reader.read()
    assert [report.state for report in reports] == ["done", "done"]
    assert (reader.missed, reader.cursors["999999"]) == ([], 2)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_push_that_postgresql_ends_for_a_deadlock_is_done_again(platform):
    desk = platform.desk()
    desk.append("session/1", "session.logged_in", logged_in())
    lane = platform.lane(desk)
    sync_once(lane)
    desk.append("session/2", "session.logged_in", logged_in())
    other = platform.open_another(SeededRng("other"))
    with other.store.writing() as connection:
        # Whoever looks for a deadlock first is the one that is ended: that must be the push.
        connection.execute(text("SET LOCAL deadlock_timeout = '40s'"))
        connection.execute(regions.update().values(name="x"))
        thread = threading.Thread(target=lambda: sync_once(lane))
        thread.start()
        wait_until(lambda: waits_for_a_lock(platform.hub))
        connection.execute(select(chains.c.seq).with_for_update())
    thread.join(50)
    assert digest(platform.hub).entries == 2
    assert verify_hub(platform.hub).first_fault is None


def waits_for_a_lock(hub):
    with hub.store.reading() as connection:
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return connection.execute(waiting).scalar_one() > 0


def wait_until(holds, within_s=30):
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline


# ---- processes ----------------------------------------------------------------------------------------------------

HALLS = ("999999", "999998")
DESKS = 6
CASES = 4


@pytest.fixture
def two_hubs(tmp_path, database):
    """Two `serve` processes of one hub on one PostgreSQL, and the hub opened beside them."""
    folder = tmp_path / "hub"
    beside = open_hub(folder, HubSeams(SystemClock(), SystemDisk(), SystemRng()), database.url)
    with RunningHub(folder, "--db", database.url) as first, RunningHub(folder, "--db", database.url) as second:
        yield beside, first, second
    beside.close()


def enrolled(hub, hall, url):
    content = enrol(hub, EnrolmentWish(hall, "例州区政务服务中心", "窗口", url, url))
    return MemoryDesk.from_bytes(content, SystemClock(), SystemRng())


def take_in(desk, counter):
    hall, device = desk.enrolment.hall, desk.enrolment.device
    number = case_number_of(device, counter, hall)
    blob = scan(desk.put_blob(f"{hall}{device}{counter}".encode() * 40_000))
    desk.append(f"case/{number}", "case.taken_in", taken_in(number, blob))
    return number


class Reader:
    """Reads every region's order from its cursor, over and over, and notes any number that came late."""

    def __init__(self, hub):
        self.cursors = dict.fromkeys(HALLS, 0)
        self.missed = []
        self._hub = hub
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._done.set()
        self._thread.join(50)

    def _run(self):
        while not self._done.is_set():
            self.read()

    def read(self):
        with self._hub.store.reading() as connection:
            for region, cursor in self.cursors.items():
                numbers = sorted(
                    number
                    for table in (entries, hub_facts, verdicts)
                    for number in connection.execute(
                        select(table.c.hub_seq).where(table.c.region == region, table.c.hub_seq > cursor)
                    ).scalars()
                )
                if numbers != list(range(cursor + 1, cursor + 1 + len(numbers))):
                    self.missed.append((region, cursor, numbers))
                self.cursors[region] = max([cursor, *numbers])


def work(desk, url, beside):
    """A desk's day: write, sync, and now and then a decision; the last sync must find everything equal."""
    with HttpTransport(url) as line:
        lane = SyncLane(desk, line, SystemClock(), SystemRng())
        for counter in range(1, CASES + 1):
            number = take_in(desk, counter)
            sync_once(lane)
            if counter == 1 and number[:6] in HALLS:
                sync_until_done(lane)
                decide(beside, Ruling(number, "grant"))
        return sync_until_done(lane)


def sync_until_done(lane, within_s=45):
    """As a desk does by itself, only without its pauses."""
    deadline = time.monotonic() + within_s
    while True:
        report = sync_once(lane)
        if report.state == "done" or time.monotonic() > deadline:
            return report


def all_is_there(beside, desks):
    found = digest(beside)
    expected = len(desks) * CASES
    assert (found.entries, found.cases, found.blobs, found.hub_facts) == (expected, expected, expected, len(desks))
    assert verify_hub(beside).first_fault is None


@pytest.mark.slow
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_reader_misses_no_number_while_processes_write_to_two_regions(two_hubs):
    beside, *hubs = two_hubs
    desks = [enrolled(beside, HALLS[number % 2], hubs[0].url) for number in range(DESKS)]
    with Reader(beside) as reader:
        reports = at_once(
            *(lambda desk=desk, n=n: work(desk, hubs[n // 2 % 2].url, beside) for n, desk in enumerate(desks))
        )
    reader.read()
    assert [report.state for report in reports] == ["done"] * DESKS
    assert reader.missed == []
    assert sum(reader.cursors.values()) >= DESKS * (CASES + 1)
    all_is_there(beside, desks)


@pytest.mark.slow
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_hub_process_killed_behind_the_proxy_stops_nobody(two_hubs, tmp_path):
    if missing_reason():
        pytest.skip(missing_reason())
    beside, *hubs = two_hubs
    with running_proxy(tmp_path, [hub.port for hub in hubs]) as url:
        desks = [enrolled(beside, HALLS[number % 2], url) for number in range(DESKS)]

        def kill():
            wait_until(lambda: digest(beside).entries >= DESKS)
            hubs[0].process.kill()

        *reports, _killed = at_once(*(lambda desk=desk: work(desk, url, beside) for desk in desks), kill)
    assert [report.state for report in reports] == ["done"] * DESKS
    all_is_there(beside, desks)
