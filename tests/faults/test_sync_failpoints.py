"""Killed anywhere, on either side, the next sync ends with everything on the hub once, and nothing untrue was told."""

from __future__ import annotations

import base64
import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest

from clerk_app import failpoints
from clerk_app.bootstrap import create_store, enrol_store, open_for_writing, open_sync_lane
from clerk_app.journal.exchange import NamedBlob
from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from clerk_app.store.folder import DataFolder
from clerk_app.store.store import Store
from clerk_app.store.verify import verify_store
from sync.engine import sync_once
from sync.hub.decide import Ruling, decide
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.digest import digest
from sync.hub.hub import Hub, HubSeams, open_hub
from sync.hub.service import HubService
from sync.hub.verify import verify_hub
from sync.lane import SyncLane
from sync.report import SyncReport
from sync.transport import HttpTransport
from tests.helpers.hub import RunningHub, clerk_hub
from tests.helpers.intake import CHEAP, CLERK, PASSWORD
from tests.helpers.source import failpoint_calls, product_files
from tests.sync.conftest import DirectLine
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import case_number_of, logged_in, scan, taken_in

KILLED = -9

SERVE_POINTS = (
    "hub.register.before_commit",
    "hub.register.after_commit",
    "hub.push.before_commit",
    "hub.push.after_commit",
    "hub.blob.appended",
    "hub.blob.synced",
    "hub.blob.renamed",
    "hub.blob.durable",
    "hub.blob.before_commit",
    "hub.blob.after_commit",
)
FOLLOW_POINTS = ("hub.copies.past_copied", "hub.follow.before_commit", "hub.follow.after_commit")
DECIDE_POINTS = ("hub.decide.before_commit", "hub.decide.after_commit")
ENROL_POINTS = ("hub.enrol.before_commit",)
DESK_POINTS = (
    "sync.registered",
    "sync.pushed",
    "sync.acks_verified",
    "sync.acks_taken",
    "sync.feed_verified",
    "sync.feed_taken",
    "sync.taken_up",
    "sync.piece_sent",
)


def test_every_failpoint_of_hub_and_sync_is_killed_here():
    named = {name for file in product_files() for _line, name in failpoint_calls(file.read_text(encoding="utf-8"))}
    ours = {name for name in named if name and name.startswith(("hub.", "sync."))}
    assert ours == {*SERVE_POINTS, *FOLLOW_POINTS, *DECIDE_POINTS, *ENROL_POINTS, *DESK_POINTS}


@pytest.fixture
def hub_folder(tmp_path: Path) -> Path:
    return tmp_path / "hub"


def open_beside(folder: Path) -> Hub:
    return open_hub(folder, HubSeams(SystemClock(), SystemDisk(), SystemRng()))


def enrolment(folder: Path, url: str = "http://127.0.0.1:9", hall: str = "999999") -> bytes:
    hub = open_beside(folder)
    try:
        return enrol(hub, EnrolmentWish(hall, "例州区政务服务中心", "x", url, url))
    finally:
        hub.close()


# ---- the hub dies -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point", SERVE_POINTS)
def test_a_hub_killed_while_it_serves(hub_folder, point):
    desk = MemoryDesk.from_bytes(enrolment(hub_folder), SystemClock(), SystemRng())
    number = case_number_of("001", 1)
    desk.append("session/1", "session.logged_in", logged_in())
    too_large_for_one_request = desk.put_blob(b"sealed" * 400_000)
    desk.append(f"case/{number}", "case.taken_in", taken_in(number, scan(too_large_for_one_request)))
    with RunningHub(hub_folder, failpoint=point) as hub:
        report = sync_over(desk, hub.url)
        assert hub.wait_killed() == KILLED
    assert report.state in ("offline", "partial")
    told = desk.uploaded()
    hub_now = open_beside(hub_folder)
    assert told <= {(desk.chains[0].chain, seq) for seq in range(1, digest(hub_now).entries + 1)}
    # The hub comes back on the same folder; this process serves it now, which spares a second start.
    report = sync_once(SyncLane(desk, DirectLine(HubService(hub_now)), SystemClock(), SystemRng()))
    assert (report.state, report.pending) == ("done", 0)
    found = digest(hub_now)
    assert (found.cases, found.entries, found.blobs) == (1, 2, 1)
    assert [chain.head for chain in found.chains] == [desk.chains[0].head.hex()]
    assert verify_hub(hub_now).first_fault is None
    hub_now.close()


def sync_over(desk: MemoryDesk, url: str) -> SyncReport:
    with HttpTransport(url) as line:
        return sync_once(SyncLane(desk, line, SystemClock(), SystemRng()))


@pytest.mark.parametrize("point", FOLLOW_POINTS)
def test_a_case_of_another_hall_is_followed_once_though_the_hub_died_while_it_was_taken_up(hub_folder, point):
    window3, window5 = (
        MemoryDesk.from_bytes(enrolment(hub_folder, hall=hall), SystemClock(), SystemRng())
        for hall in ("999999", "999998")
    )
    number = case_number_of("001", 1)
    window3.append(f"case/{number}", "case.taken_in", taken_in(number))
    window5.look_up(number)
    with RunningHub(hub_folder, failpoint=point) as hub:
        assert sync_over(window3, hub.url).state == "done"
        assert sync_over(window5, hub.url).state in ("offline", "partial")
        assert hub.wait_killed() == KILLED
    hub_now = open_beside(hub_folder)
    report = sync_once(SyncLane(window5, DirectLine(HubService(hub_now)), SystemClock(), SystemRng()))
    assert (report.state, report.pulled, list(window5.wanted())) == ("done", 1, [])
    assert verify_hub(hub_now).first_fault is None
    hub_now.close()


@pytest.mark.parametrize("point", DECIDE_POINTS)
def test_a_decision_killed_around_its_commit_is_there_or_not_and_comes_back_once(hub_folder, point):
    desk = MemoryDesk.from_bytes(enrolment(hub_folder), SystemClock(), SystemRng())
    number = case_number_of("001", 1)
    desk.append(f"case/{number}", "case.taken_in", taken_in(number))
    with RunningHub(hub_folder) as hub:
        assert sync_over(desk, hub.url).state == "done"
        arguments = ("decide", "--data", hub_folder, "--case", number, "--result", "grant")
        assert clerk_hub(*arguments, failpoint=point).returncode == KILLED
        again = clerk_hub(*arguments)
        assert again.returncode == (0 if point == "hub.decide.before_commit" else 1)
        assert sync_over(desk, hub.url).pulled == 1
    beside = open_beside(hub_folder)
    assert digest(beside).hub_facts == 1
    assert verify_hub(beside).first_fault is None
    beside.close()


def test_an_enrolment_killed_before_its_commit_gave_out_no_number(hub_folder, tmp_path):
    arguments = ("enrol", "--data", hub_folder, "--device", "x", "--hall", "999999", "--url", "http://127.0.0.1:9")
    assert clerk_hub(*arguments, "--out", tmp_path / "f", failpoint="hub.enrol.before_commit").returncode == KILLED
    assert not (tmp_path / "f").exists()
    desk = MemoryDesk.from_bytes(enrolment(hub_folder), SystemClock(), SystemRng())
    assert desk.enrolment.device == "001"


# ---- the desk dies ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with RunningHub(tmp_path_factory.mktemp("hub") / "data") as hub:
        yield hub


@pytest.fixture
def place(served, tmp_path) -> DataFolder:
    """An enrolled store with a session, a case with a scan, and another desk's case that was looked up."""
    other = MemoryDesk.from_bytes(enrolment(served.folder), SystemClock(), SystemRng())
    elsewhere = case_number_of(other.enrolment.device, 1)
    other.append(f"case/{elsewhere}", "case.taken_in", taken_in(elsewhere))
    assert sync_over(other, served.url).state == "done"
    beside = open_beside(served.folder)
    content = enrol(beside, EnrolmentWish("999999", "例州区政务服务中心", "x", served.url, served.url))
    (tmp_path / "file").write_bytes(content)
    folder = DataFolder(tmp_path / "data", tmp_path / "state")
    with create_store(folder, clerk=CLERK, name="王例", password=PASSWORD, practice=False, cost=CHEAP) as store:
        device = enrol_store(store, tmp_path / "file", clerk=CLERK).device
        write(store, f"session/{device}", "session.logged_in", logged_in())
        number = case_number_of(device, 2)
        sealed = store.vault.put(b"a scan" * 60_000)
        with store.write(CLERK) as unit:
            unit.keep_blob(sealed.id, sealed.size)
            unit.commit()
        key = base64.b64encode(sealed.key).decode()
        body = taken_in(number, scan(NamedBlob(sealed.id, sealed.size)) | {"key": key})
        write(store, f"case/{number}", "case.taken_in", body)
        with store.write(CLERK) as unit:
            unit.want_case(elsewhere)
            unit.commit()
    beside.close()
    return folder


def write(store: Store, stream: str, kind: str, body: dict[str, object]) -> None:
    with store.write(CLERK) as unit:
        unit.append(stream, kind, body)
        unit.commit()


def sync_place(folder: DataFolder) -> SyncReport:
    with open_for_writing(folder, CLERK, PASSWORD) as store, open_sync_lane(store) as lane:
        return sync_once(lane)


@pytest.mark.parametrize("point", DESK_POINTS)
def test_a_desk_killed_while_it_syncs(served, place, point):
    in_child(lambda: _sync_and_die(place, point))
    report = sync_place(place)
    assert (report.state, report.pending, report.parked) == ("done", 0, 0)
    with open_for_writing(place, CLERK, PASSWORD) as store:
        assert verify_store(store).first_fault is None
        found = store.reads.cases()
        assert [case.uploaded for case in found] == [True, True]
        number = next(case.number for case in found if case.own)
    beside = open_beside(served.folder)
    decide(beside, Ruling(number, "grant"))
    assert verify_hub(beside).first_fault is None
    beside.close()
    assert sync_place(place).pulled == 1
    assert sync_place(place).pulled == 0


def _sync_and_die(place: DataFolder, point: str) -> None:
    failpoints.arm(point)
    sync_place(place)


def in_child(work: Callable[[], None]) -> None:
    """Do `work` in a forked process and see that it was killed."""
    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    child.join(50)
    assert child.exitcode == KILLED
