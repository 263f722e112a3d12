"""Killed while chains are cut or taken back, facts or entries given back: the next sync ends with all of it once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from clerk_app import failpoints
from clerk_app.bootstrap import create_store, enrol_store, open_for_reading, open_for_writing, recover_store
from clerk_app.errors import StoreRolledBack
from clerk_app.seams import SystemClock, SystemRng
from clerk_app.services.rows import Recovered
from clerk_app.store.folder import DataFolder
from clerk_app.store.repair import DAYS_CASES
from clerk_app.store.sync_state import StoreSyncState
from clerk_app.store.verify import verify_store
from sync.blobs import blobs_in
from sync.engine import sync_once
from sync.hub.decide import Ruling, decide
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.digest import digest
from sync.hub.service import HubService
from sync.hub.verify import verify_hub
from sync.lane import SyncLane
from sync.report import Repaired
from tests.faults.test_sync_failpoints import KILLED, enrolment, in_child, open_beside, sync_over, sync_place, write
from tests.helpers.failpoints import names_of
from tests.helpers.hub import RunningHub
from tests.helpers.intake import CHEAP, CLERK, PASSWORD
from tests.sync.conftest import DirectLine
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import case_number_of, logged_in, taken_in

HUB_POINTS = ("repair.facts_before_commit", "repair.facts_after_commit")
GIVEN_POINTS = ("repair.entries_before_commit", "repair.entries_after_commit")
OFFER, GIVEN = "repair.offered", "repair.entries_offered"
RECOVERED = "repair.recovered"
DESK_POINTS = [name for name in names_of("repair") if name not in (*HUB_POINTS, *GIVEN_POINTS, OFFER, GIVEN, RECOVERED)]
COMMIT_POINTS = ["append.intended", "append.committed", "append.witnessed"]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with RunningHub(tmp_path_factory.mktemp("hub") / "data") as hub:
        yield hub


@pytest.fixture
def forked(served, tmp_path) -> tuple[DataFolder, str, set[str]]:
    """A laptop on which an older copy was put back, with everything that could have told, and worked with since."""
    beside = open_beside(served.folder)
    content = enrol(beside, EnrolmentWish("999999", "例州区政务服务中心", "x", served.url, served.url))
    beside.close()
    (tmp_path / "file").write_bytes(content)
    folder = DataFolder(tmp_path / "desk" / "data", tmp_path / "desk" / "state")
    with create_store(folder, clerk=CLERK, name="王例", password=PASSWORD, practice=False, cost=CHEAP) as store:
        device = enrol_store(store, tmp_path / "file", clerk=CLERK).device
        write(store, f"session/{device}", "session.logged_in", logged_in())
    assert sync_place(folder).state == "done"
    shutil.copytree(tmp_path / "desk", tmp_path / "older")
    numbers = [case_number_of(device, counter) for counter in (1, 2, 3, 4)]
    take_in(folder, *numbers[:2])
    assert sync_place(folder).state == "done"
    shutil.rmtree(tmp_path / "desk")
    shutil.copytree(tmp_path / "older", tmp_path / "desk")
    take_in(folder, *numbers[2:])
    return folder, device, set(numbers)


def take_in(folder: DataFolder, *numbers: str) -> None:
    with open_for_writing(folder, CLERK, PASSWORD) as store:
        for number in numbers:
            write(store, f"case/{number}", "case.taken_in", taken_in(number))


def heads_at_hub(folder, chains):
    beside = open_beside(folder)
    found = {chain.chain: chain.head for chain in digest(beside).chains if chain.chain in chains}
    assert verify_hub(beside).first_fault is None
    beside.close()
    return found


@pytest.mark.parametrize("point", [*DESK_POINTS, *COMMIT_POINTS])
def test_a_desk_killed_while_it_puts_its_chains_right(served, forked, point):
    folder, _device, numbers = forked
    in_child(lambda: _sync_and_die(folder, point))
    report = sync_place(folder)
    assert (report.state, report.pending, report.parked, report.conflicts) == ("done", 0, 0, 0)
    with open_for_writing(folder, CLERK, PASSWORD) as store:
        assert verify_store(store).first_fault is None
        assert {case.number for case in store.reads.cases() if case.uploaded} == numbers
        assert [(row.reason, row.reappended, row.taken_back) for row in store.reads.repairs()] == [
            ("taken_back", 0, 2),
            ("fork", 2, 0),
        ]
        own = {chain.chain: chain.head.hex() for chain in StoreSyncState(store, blobs_in).own_chains()}
    assert heads_at_hub(served.folder, own) == own
    assert sync_place(folder).repaired == Repaired()


def _sync_and_die(folder: DataFolder, point: str) -> None:
    failpoints.arm(point)
    sync_place(folder)


# ---- facts of the hub ---------------------------------------------------------------------------------------------


@pytest.fixture
def put_back(tmp_path) -> tuple[MemoryDesk, str]:
    """A hub that lost a decision, and the desk that knows it."""
    folder = tmp_path / "hub"
    desk = MemoryDesk.from_bytes(enrolment(folder), SystemClock(), SystemRng())
    shutil.copytree(folder, tmp_path / "backup")
    number = case_number_of("001", 1)
    desk.append(f"case/{number}", "case.taken_in", taken_in(number))
    hub = open_beside(folder)
    lane = SyncLane(desk, DirectLine(HubService(hub)), SystemClock(), SystemRng())
    sync_once(lane)
    decide(hub, Ruling(number, "grant"))
    assert sync_once(lane).pulled == 1
    hub.close()
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "backup", folder)
    return desk, number


def heal(tmp_path, desk):
    hub = open_beside(tmp_path / "hub")
    report = sync_once(SyncLane(desk, DirectLine(HubService(hub)), SystemClock(), SystemRng()))
    assert (report.state, report.pending, len(desk.lost_facts())) == ("done", 0, 0)
    assert (digest(hub).hub_facts, digest(hub).cases, len(desk.fact_digests())) == (1, 1, 1)
    assert verify_hub(hub).first_fault is None
    hub.close()


@pytest.mark.parametrize("point", HUB_POINTS)
def test_a_hub_killed_while_it_takes_its_own_word_back(tmp_path, put_back, point):
    desk, _number = put_back
    with RunningHub(tmp_path / "hub", failpoint=point) as hub:
        assert sync_over(desk, hub.url).state in ("offline", "partial")
        assert hub.wait_killed() == KILLED
    heal(tmp_path, desk)


def test_a_desk_killed_before_it_takes_the_answer_asks_again(tmp_path, put_back):
    desk, _number = put_back
    die_at(OFFER, tmp_path / "hub", desk)
    heal(tmp_path, desk)


def die_at(point: str, folder: Path, desk: MemoryDesk) -> None:
    hub = open_beside(folder)

    class Killed(Exception):
        pass

    def kill(_name: str) -> None:
        raise Killed

    failpoints.arm(point, 1, kill)
    try:
        with pytest.raises(Killed):
            sync_once(SyncLane(desk, DirectLine(HubService(hub)), SystemClock(), SystemRng()))
    finally:
        failpoints.disarm()
        hub.close()


# ---- entries of another desk --------------------------------------------------------------------------------------


@pytest.fixture
def shown(tmp_path) -> tuple[MemoryDesk, MemoryDesk]:
    """A hub and a desk that were put back to before a case, and another desk that was shown it."""
    folder = tmp_path / "hub"
    writer, reader = (MemoryDesk.from_bytes(enrolment(folder), SystemClock(), SystemRng()) for _ in range(2))
    shutil.copytree(folder, tmp_path / "backup")
    image, number = writer.image(), case_number_of("001", 1)
    writer.append(f"case/{number}", "case.taken_in", taken_in(number))
    reader.look_up(number)
    hub = open_beside(folder)
    for desk in (writer, reader):
        sync_once(SyncLane(desk, DirectLine(HubService(hub)), SystemClock(), SystemRng()))
    hub.close()
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "backup", folder)
    writer.put_back(image)
    return writer, reader


def all_have_it_once(tmp_path, writer, reader):
    hub = open_beside(tmp_path / "hub")
    for desk in (reader, writer):
        report = sync_once(SyncLane(desk, DirectLine(HubService(hub)), SystemClock(), SystemRng()))
        assert (report.state, report.pending, list(desk.lost_entries()), len(desk.entries)) == ("done", 0, [], 1)
    assert (digest(hub).cases, digest(hub).entries) == (1, 0)
    assert verify_hub(hub).first_fault is None
    hub.close()


@pytest.mark.parametrize("point", GIVEN_POINTS)
def test_a_hub_killed_while_entries_are_given_back_to_it(tmp_path, shown, point):
    with RunningHub(tmp_path / "hub", failpoint=point) as hub:
        assert sync_over(shown[1], hub.url).state in ("offline", "partial")
        assert hub.wait_killed() == KILLED
    all_have_it_once(tmp_path, *shown)


def test_a_desk_killed_before_it_takes_the_answer_offers_them_again(tmp_path, shown):
    die_at(GIVEN, tmp_path / "hub", shown[1])
    all_have_it_once(tmp_path, *shown)


# ---- a store that was put back ------------------------------------------------------------------------------------


@pytest.fixture
def older(served, tmp_path) -> tuple[DataFolder, list[str]]:
    """A data folder put back to yesterday's copy: of three cases since, two were uploaded."""
    beside = open_beside(served.folder)
    content = enrol(beside, EnrolmentWish("999999", "例州区政务服务中心", "x", served.url, served.url))
    beside.close()
    (tmp_path / "file").write_bytes(content)
    folder = DataFolder(tmp_path / "data", tmp_path / "state")
    with create_store(folder, clerk=CLERK, name="王例", password=PASSWORD, practice=False, cost=CHEAP) as store:
        device = enrol_store(store, tmp_path / "file", clerk=CLERK).device
        number_case(store, device)
    assert sync_place(folder).state == "done"
    shutil.copytree(tmp_path / "data", tmp_path / "yesterday")
    with open_for_writing(folder, CLERK, PASSWORD) as store:
        uploaded = [number_case(store, device) for _ in range(2)]
    assert sync_place(folder).state == "done"
    with open_for_writing(folder, CLERK, PASSWORD) as store:
        number_case(store, device)
    shutil.rmtree(tmp_path / "data")
    shutil.copytree(tmp_path / "yesterday", tmp_path / "data")
    return folder, uploaded


def number_case(store, device: str) -> str:
    with store.write(CLERK) as unit:
        number = case_number_of(device, unit.next_case_counter())
        unit.append(f"case/{number}", "case.taken_in", taken_in(number))
        unit.commit()
    return number


def test_a_store_that_was_put_back_can_be_looked_at_and_takes_nothing_in(older):
    folder, _uploaded = older
    with open_for_reading(folder, CLERK, PASSWORD) as store:
        assert isinstance(store.trouble, StoreRolledBack)
        assert len(store.reads.cases()) == 1
        with pytest.raises(StoreRolledBack), store.write(CLERK):
            pass
    with pytest.raises(StoreRolledBack), open_for_writing(folder, CLERK, PASSWORD):
        pass


@pytest.mark.parametrize("killed", [False, True])
def test_it_goes_on_without_giving_a_number_twice_and_gets_its_uploaded_work_back(served, older, killed):
    folder, uploaded = older
    if killed:
        in_child(lambda: _recover_and_die(folder))
    assert recover_store(folder, CLERK, PASSWORD) == Recovered(acts=3, cases=0 if killed else 3)
    assert recover_store(folder, CLERK, PASSWORD) == Recovered()
    with open_for_writing(folder, CLERK, PASSWORD) as store:
        device = uploaded[0][6:9]
        # The lost case that was never uploaded had the number after these.
        assert number_case(store, device) == case_number_of(device, 5)
    report = sync_place(folder)
    assert (report.state, report.pending, report.repaired) == ("done", 0, Repaired(taken_back=2))
    with open_for_writing(folder, CLERK, PASSWORD) as store:
        assert verify_store(store).first_fault is None
        found = {case.number for case in store.reads.cases() if case.uploaded}
        assert found == {case_number_of(device, counter) for counter in (1, 2, 3, 5)}
    assert sync_place(folder).repaired == Repaired()


def _recover_and_die(folder: DataFolder) -> None:
    failpoints.arm(RECOVERED)
    recover_store(folder, CLERK, PASSWORD)


def test_without_any_witness_the_numbers_go_on_beyond_a_days_worth(older):
    folder, uploaded = older
    folder.witness.unlink()
    shutil.rmtree(folder.state)
    recover_store(folder, CLERK, PASSWORD)
    with open_for_writing(folder, CLERK, PASSWORD) as store:
        device = uploaded[0][6:9]
        assert number_case(store, device) == case_number_of(device, 1 + DAYS_CASES + 1)
