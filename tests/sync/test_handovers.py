"""A mobile team without any line, a desk in the hall as its carrier, and the way back: journeys on real stores."""

from __future__ import annotations

import errno
import hashlib
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from clerk_app.errors import (
    BadFile,
    BadParcel,
    DiskFull,
    NoReturn,
    NoSuchCargo,
    StickFailed,
    StickFileTooLarge,
    StickFull,
    StickReadOnly,
    StickUnsound,
)
from clerk_app.seams import SystemDisk
from clerk_app.security.parcel import check_parcel
from clerk_app.services.handover import parcel_name
from sync.engine import sync_once
from sync.handover import carry
from sync.handover.counter import CounterHandovers
from sync.hub import carried
from sync.hub.decide import Ruling, decide
from sync.hub.digest import digest
from sync.hub.revoke import revoke
from sync.hub.unpack import open_handover, take_records
from sync.hub.verify import verify_hub
from sync.wire import Response
from tests.sync.conftest import Backup, DirectLine
from tests.sync.parcels import taken_by
from tests.sync.store_desk import StoreDesk
from tests.sync.test_pack import case_with_scan
from tests.sync.work import case_number_of

# Both databases meet hand-overs in `test_unpack.py`; here it is about the desks.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class Laptop(StoreDesk):
    """A desk with its hand-overs."""

    @property
    def handovers(self) -> CounterHandovers:
        return CounterHandovers(self, self.store.cargo, disk=self.store.disk, clock=self.clock, rng=self.rng)

    def sync(self, platform, line=None):
        lane = platform.lane(self, line)
        lane.cargo = self.store.cargo
        return sync_once(lane)


@pytest.fixture
def laptop(platform, tmp_path):
    made: list[Laptop] = []

    def make(name):
        folder = tmp_path / f"laptop{len(made)}"
        made.append(Laptop(folder, platform.enrol_content(name), platform.clock, platform.rng))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def team(laptop):
    team = laptop("流动办事厅")
    for counter in (1, 2, 3):
        case_with_scan(team, counter, bytes([counter]) * 200_000)
    return team


@pytest.fixture
def hall(laptop):
    return laptop("大厅 3 号窗口")


@pytest.fixture
def stick(tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def all_places(desk):
    return {(chain.chain, seq) for chain in desk.own_chains() for seq in range(1, chain.seq + 1)}


def has_all(platform, cases=3):
    found = digest(platform.hub)
    assert (found.cases, found.entries, found.blobs, found.parked) == (cases, cases, cases, 0)
    assert verify_hub(platform.hub).first_fault is None


class ChangedLine(DirectLine):
    """A line on which `change` may replace any answer, after the hub has given it."""

    def __init__(self, service, change):
        super().__init__(service)
        self._change = change

    def send(self, request):
        return self._change(request, super().send(request)) or Response(503)


# ---- the whole journey ------------------------------------------------------------------------------------------


def test_a_team_without_a_line_a_hall_that_carries_and_the_return_on_the_same_stick(platform, team, hall, stick):
    exported = team.handovers.export(stick / "a")
    assert (exported.entries, exported.blobs, exported.damaged) == (3, 3, 0)
    assert exported.size == (stick / "a").stat().st_size
    assert exported.id == hashlib.sha256((stick / "a").read_bytes()).hexdigest()

    taken = hall.handovers.take_in(stick / "a")
    assert (taken.is_new, taken.carried.state, taken.carried.device) == (True, "waiting", "999999001")
    (stick / "a").unlink()  # the stick goes home, or is lost

    report = hall.sync(platform)
    assert (report.state, report.cargo) == ("done", 0)
    has_all(platform)
    assert team.uploaded() == set()

    returned = hall.handovers.write_return(stick / "b")
    assert (returned.state, returned.device) == ("delivered", "999999001")
    answer = team.handovers.take_in(stick / "b").answer
    assert (answer.acked, answer.pending, answer.missing, answer.stopped) == (3, 0, 0, 0)
    assert team.uploaded() == all_places(team)


def test_decisions_reach_the_team_by_stick(platform, team, hall, stick):
    for round_ in (1, 2):
        platform.clock.advance(3600)
        team.handovers.export(stick / "a")
        hall.handovers.take_in(stick / "a")
        hall.sync(platform)
        hall.handovers.write_return(stick / "b")
        assert team.handovers.take_in(stick / "b").answer.facts == round_ - 1
        if round_ == 1:
            decide(platform.hub, Ruling(case_number_of("001", 1), "grant"))
    assert len(team.fact_digests()) == 1


def test_the_carrier_cannot_read_what_it_carries(team, hall, stick):
    team.handovers.export(stick / "a")
    taken = hall.handovers.take_in(stick / "a").carried
    kept = hall.store.cargo.read(taken.id, 0, taken.size)
    assert kept == (stick / "a").read_bytes()
    for word in ("周例安", "居住登记", "case.taken_in"):
        assert word.encode() not in kept


def test_exported_work_still_counts_as_pending_and_says_when_it_was_exported(platform, team, stick):
    pending = team.backlog().pending
    exported = team.handovers.export(stick / "a")
    assert team.backlog().pending == pending
    standing = team.handovers.standing()
    assert (standing.exported_at, standing.exported_pending) == (exported.made_at, 3)
    case_with_scan(team, 4)
    assert team.handovers.standing().exported_pending == 3
    team.sync(platform)
    assert team.handovers.standing().exported_pending == 0


def test_before_any_export_nothing_is_said_to_be_exported(team):
    standing = team.handovers.standing()
    assert (standing.exported_at, standing.exported_pending, standing.carried, standing.waiting) == (None, 0, (), 0)


# ---- twice, late, in any order ----------------------------------------------------------------------------------


def test_a_file_imported_twice_is_carried_once(platform, team, hall, stick):
    team.handovers.export(stick / "a")
    assert hall.handovers.take_in(stick / "a").is_new
    assert not hall.handovers.take_in(stick / "a").is_new
    assert hall.handovers.standing().waiting == 1
    hall.sync(platform)
    again = hall.handovers.take_in(stick / "a")
    assert (again.is_new, again.carried.state) == (False, "delivered")
    assert hall.handovers.standing().waiting == 0
    has_all(platform)


def test_two_carriers_of_the_same_file_and_the_teams_own_line_bring_everything_once(
    platform, team, hall, laptop, stick
):
    other = laptop("大厅 4 号窗口")
    team.handovers.export(stick / "a")
    for carrier in (hall, other):
        carrier.handovers.take_in(stick / "a")
        carrier.sync(platform)
        has_all(platform)
    team.sync(platform)
    has_all(platform)
    for carrier, name in ((hall, "b"), (other, "c")):
        carrier.handovers.write_return(stick / name)
        assert team.handovers.take_in(stick / name).answer.acked == 0
    assert team.uploaded() == all_places(team)


def test_a_hand_over_survives_a_restart_of_its_carrier(platform, team, hall, stick):
    team.handovers.export(stick / "a")
    hall.handovers.take_in(stick / "a")
    hall.restart()
    assert hall.handovers.standing().waiting == 1
    hall.sync(platform)
    hall.restart()
    assert hall.handovers.standing().waiting == 0
    hall.handovers.write_return(stick / "b")
    assert team.handovers.take_in(stick / "b").answer.acked == 3
    assert sorted(path.suffix for path in hall.folder.cargo.iterdir()) == [".json", ".return"]


def test_what_a_crash_left_half_in_the_hold_is_no_cargo(team, hall, stick):
    exported = team.handovers.export(stick / "a")
    hall.folder.cargo.mkdir()
    (hall.folder.cargo / exported.id).write_bytes(b"a parcel that nobody was told of")
    (hall.folder.cargo / f"{exported.id}.tmp").write_bytes(b"half")
    assert hall.handovers.standing().carried == ()
    hall.restart()
    assert list(hall.folder.cargo.iterdir()) == []
    assert hall.handovers.take_in(stick / "a").is_new


# ---- a bad line between carrier and hub -------------------------------------------------------------------------


@pytest.mark.parametrize("passed", [1, 2, 4, 6])
def test_a_cut_line_loses_nothing_and_the_upload_goes_on_where_it_was(platform, team, hall, stick, monkeypatch, passed):
    monkeypatch.setattr(carry, "PIECE_BYTES", 64 * 1024)
    size = team.handovers.export(stick / "a").size
    hall.handovers.take_in(stick / "a")
    seen = 0

    def cut(request, answer):
        nonlocal seen
        seen += "/handovers" in request.path or request.method == "PATCH"
        return None if seen > passed else answer

    report = hall.sync(platform, ChangedLine(platform.service, cut))
    assert (report.state, report.cargo) == ("partial", 1)
    line = DirectLine(platform.service)
    assert hall.sync(platform, line).cargo == 0
    has_all(platform)
    sent = sum(len(request.body) for request in line.requests if request.method == "PATCH")
    assert sent <= size - (passed - 2) * 64 * 1024


def test_a_lost_answer_at_the_very_end_brings_the_return_the_next_time_without_another_upload(
    platform, team, hall, stick
):
    team.handovers.export(stick / "a")
    hall.handovers.take_in(stick / "a")

    def lose(request, answer):
        return None if request.path.endswith("/take") else answer

    assert hall.sync(platform, ChangedLine(platform.service, lose)).cargo == 1
    has_all(platform)
    line = DirectLine(platform.service)
    assert hall.sync(platform, line).cargo == 0
    assert [request for request in line.requests if request.method == "PATCH"] == []
    hall.handovers.write_return(stick / "b")
    assert team.handovers.take_in(stick / "b").answer.acked == 3


def test_a_hub_that_takes_in_little_at_a_time_comes_to_the_end(platform, team, hall, stick, monkeypatch):
    monkeypatch.setattr(carried, "TAKING_S", 0.0)
    team.handovers.export(stick / "a")
    hall.handovers.take_in(stick / "a")
    assert hall.sync(platform).cargo == 0
    has_all(platform)


def test_a_hub_put_back_between_upload_and_taking_in_is_sent_it_again(platform, team, hall, stick, tmp_path):
    hall.sync(platform)
    backup = Backup(platform, tmp_path / "backup")
    team.handovers.export(stick / "a")
    hall.handovers.take_in(stick / "a")

    def forget(request, answer):
        return None if request.path.endswith("/take") else answer

    hall.sync(platform, ChangedLine(platform.service, forget))
    backup.restore()
    assert hall.sync(platform).cargo == 0
    has_all(platform)


def test_an_expired_token_in_the_middle_is_renewed(platform, team, hall, stick):
    hall.sync(platform)
    team.handovers.export(stick / "a")
    hall.handovers.take_in(stick / "a")
    lane = platform.lane(hall)
    lane.cargo = hall.store.cargo
    line = DirectLine(platform.service)
    once = iter([True])

    def expire(request, answer):
        if request.method == "PATCH" and next(once, False):
            platform.clock.advance(40 * 60)
            return platform.service.handle(request)
        return answer

    lane.transport = ChangedLine(platform.service, expire)
    assert sync_once(lane).cargo == 0
    assert line.requests == []
    has_all(platform)


def test_own_work_goes_before_what_is_carried(platform, team, hall, stick):
    case_with_scan(hall, 9)
    team.handovers.export(stick / "a")
    hall.handovers.take_in(stick / "a")
    line = DirectLine(platform.service)
    hall.sync(platform, line)
    paths = [request.path for request in line.requests]
    assert max(paths.index(path) for path in paths if path in ("/v1/push", "/v1/feed")) < paths.index("/v1/handovers")


# ---- refused ----------------------------------------------------------------------------------------------------


def test_a_hand_over_of_a_device_the_hub_does_not_know_is_refused_and_stays_for_a_person(
    platform, team, hall, stick, tmp_path
):
    backup = Backup(platform, tmp_path / "backup")
    stranger = Laptop(tmp_path / "stranger", platform.enrol_content("后来登记的"), platform.clock, platform.rng)
    case_with_scan(stranger, 1)
    stranger.handovers.export(stick / "a")
    stranger.close()
    backup.restore()  # to before that device was enrolled
    hall.handovers.take_in(stick / "a")
    report = hall.sync(platform)
    assert (report.state, report.cargo) == ("done", 0)
    [one] = hall.handovers.standing().carried
    assert (one.state, one.reason) == ("refused", "unknown_device")
    assert digest(platform.hub).entries == 0
    assert hall.store.cargo.read(one.id, 0, 4) == b"WCH1"
    assert hall.sync(platform).cargo == 0
    assert hall.handovers.take_in(stick / "a").is_new  # a person tries it again
    assert hall.handovers.standing().waiting == 1
    hall.handovers.drop(one.id)
    assert hall.handovers.standing().carried == ()


@pytest.mark.parametrize("size", [0, 3, 100, 5000, -1, -64, -65])
def test_a_file_cut_short_is_refused_at_the_carrier_and_nothing_is_kept(team, hall, stick, size):
    team.handovers.export(stick / "a")
    content = (stick / "a").read_bytes()
    (stick / "a").write_bytes(content[:size])
    with pytest.raises(BadParcel):
        hall.handovers.take_in(stick / "a")
    assert hall.handovers.standing().carried == ()


def test_a_foreign_file_a_file_of_our_own_and_one_of_another_hub_are_refused_each_in_its_own_words(
    team, hall, stick, platform
):
    (stick / "x").write_bytes(b"holiday pictures")
    team.handovers.export(stick / "a")
    reasons = []
    for laptop_, name in ((hall, "x"), (team, "a")):
        with pytest.raises(BadParcel) as refused:
            laptop_.handovers.take_in(stick / name)
        reasons.append(refused.value.data["reason"])
    registration = hall.registration()
    hall.registration = lambda: replace(registration, hub=b"\x01" * 32)
    with pytest.raises(BadParcel) as refused:
        hall.handovers.take_in(stick / "a")
    assert [*reasons, refused.value.data["reason"]] == ["foreign", "own", "other_hub"]


def test_a_return_is_not_carried_but_sent_to_its_own_laptop(platform, team, hall, stick):
    team.handovers.export(stick / "a")
    hall.handovers.take_in(stick / "a")
    hall.sync(platform)
    hall.handovers.write_return(stick / "b")
    with pytest.raises(BadParcel) as refused:
        hall.handovers.take_in(stick / "b")
    assert refused.value.data["device"] == "001"


def test_without_a_delivered_hand_over_there_is_no_return(team, hall, stick):
    with pytest.raises(NoReturn):
        hall.handovers.write_return(stick / "b")
    team.handovers.export(stick / "a")
    hall.handovers.take_in(stick / "a")
    with pytest.raises(NoReturn):
        hall.handovers.write_return(stick / "b")
    with pytest.raises(NoSuchCargo):
        hall.handovers.drop("no such")


def test_a_hub_that_answers_with_something_else_than_a_return_is_not_believed(platform, team, hall, stick, monkeypatch):
    team.handovers.export(stick / "a")
    hall.handovers.take_in(stick / "a")
    monkeypatch.setattr(carried, "make_return", lambda *_parts: b"no parcel")
    report = hall.sync(platform)
    assert (report.state, report.cargo) == ("refused", 1)


# ---- the stick --------------------------------------------------------------------------------------------------


class BadStick(SystemDisk):
    """Fails with an error of the system after `room` bytes, below one folder."""

    def __init__(self, folder: Path, error: int, room: int = 0) -> None:
        self._folder, self._error, self._room = folder, error, room

    def compose(self, path, write):
        if self._folder not in path.parents:
            return super().compose(path, write)
        return super().compose(path, lambda file: write(_Narrow(file, self._error, self._room)))


class _Narrow:
    def __init__(self, file, error, room):
        self._file, self._error, self._room = file, error, room

    def write(self, content):
        self._room -= len(content)
        if self._room < 0:
            raise OSError(self._error, "by order of a test")
        return self._file.write(content)


@pytest.mark.parametrize(
    ("error", "expected", "room"),
    [
        (errno.ENOSPC, StickFull, 0),
        (errno.ENOSPC, StickFull, 100),
        (errno.ENOSPC, StickFull, 70_000),
        (errno.ENOSPC, StickFull, 500_000),
        (errno.EROFS, StickReadOnly, 0),
        (errno.EACCES, StickReadOnly, 0),
        (errno.EFBIG, StickFileTooLarge, 500_000),
        (errno.EIO, StickFailed, 70_000),
        (errno.ENODEV, StickFailed, 500_000),
    ],
)
def test_a_stick_that_fails_half_way_leaves_nothing_half_and_the_earlier_file_whole(team, stick, error, expected, room):
    first = team.handovers.export(stick / "a")
    before = (stick / "a").read_bytes()
    case_with_scan(team, 9)
    team.store.disk = BadStick(stick, error, room)
    with pytest.raises(expected):
        team.handovers.export(stick / "a")
    assert (stick / "a").read_bytes() == before
    assert [path.name for path in stick.iterdir()] == ["a"]
    assert team.handovers.standing().exported_at == first.made_at
    assert team.handovers.standing().exported_pending == 3


def test_a_full_disk_of_the_carrier_is_its_own_and_not_the_sticks(team, hall, stick):
    team.handovers.export(stick / "a")
    hall.store.cargo._disk = BadStick(hall.folder.path, errno.ENOSPC, 100_000)
    with pytest.raises(DiskFull):
        hall.handovers.take_in(stick / "a")
    assert hall.handovers.standing().carried == ()


def test_a_stick_that_is_gone_is_one_plain_fault(team, hall, stick):
    with pytest.raises(StickFailed):
        team.handovers.export(stick / "not there" / "a")
    with pytest.raises(StickFailed):
        hall.handovers.take_in(stick / "a")


def test_nothing_but_an_earlier_file_of_the_same_device_is_written_over(platform, team, hall, stick):
    (stick / "pictures").write_bytes(b"holiday")
    (stick / "folder").mkdir()
    case_with_scan(hall, 8)
    hall.handovers.export(stick / "theirs")
    for name in ("pictures", "folder", "theirs"):
        with pytest.raises(BadFile):
            team.handovers.export(stick / name)
    assert (stick / "pictures").read_bytes() == b"holiday"
    team.handovers.export(stick / "ours")
    team.handovers.export(stick / "ours")


class LyingStick(SystemDisk):
    """Takes everything and keeps something else, as a counterfeit one does."""

    def compose(self, path, write):
        written = super().compose(path, write)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        return written


def test_what_is_not_read_back_as_it_was_written_is_removed_and_does_not_count_as_exported(team, stick):
    team.store.disk = LyingStick()
    with pytest.raises(StickUnsound):
        team.handovers.export(stick / "a")
    assert list(stick.iterdir()) == []
    assert team.handovers.standing().exported_at is None


def test_how_far_a_hand_over_is_can_be_watched(team, stick):
    told = []
    team.handovers.export(stick / "a", progress=lambda done, of: told.append((done, of)))
    assert told == [(0, 3), (1, 3), (2, 3)]


def test_what_lies_on_a_stick_is_told_by_its_envelopes_alone(team, hall, stick):
    team.handovers.export(stick / parcel_name("handover", team.handovers.device))
    case_with_scan(hall, 8)
    hall.handovers.export(stick / parcel_name("handover", hall.handovers.device))
    (stick / "z.parcel").write_bytes(b"holiday")
    (stick / "y.parcel").write_bytes(b"WCH9 of a later version")
    (stick / "pictures.zip").write_bytes(b"not looked at")
    seen = hall.handovers.look(stick)
    assert [(file.path.name, file.kind, file.device, file.is_ours, file.reason) for file in seen] == [
        ("handover-999999001.parcel", "handover", "999999001", False, ""),
        ("handover-999999002.parcel", "handover", "999999002", True, ""),
        ("y.parcel", None, None, False, "newer"),
        ("z.parcel", None, None, False, "foreign"),
    ]
    with pytest.raises(StickFailed):
        hall.handovers.look(stick / "pulled out")


def test_a_file_that_changes_while_it_is_copied_is_not_kept(team, hall, stick):
    team.handovers.export(stick / "a")
    parcel = stick / "a"
    with parcel.open("rb") as file:
        checked = check_parcel(file)
    changed = bytearray(parcel.read_bytes())
    changed[-1] ^= 1
    parcel.write_bytes(changed)
    with parcel.open("rb") as file, pytest.raises(BadParcel):
        hall.store.cargo.take(file, checked)
    assert hall.handovers.standing().carried == ()


# ---- dropped, revoked, large ------------------------------------------------------------------------------------


def test_cargo_dropped_while_it_is_delivered_ends_calmly(platform, team, hall, stick):
    team.handovers.export(stick / "a")
    taken = hall.handovers.take_in(stick / "a").carried

    def drop(request, answer):
        if request.path == "/v1/handovers":
            hall.handovers.drop(taken.id)
        return answer

    report = hall.sync(platform, ChangedLine(platform.service, drop))
    assert (report.state, report.cargo) == ("done", 0)


def test_what_a_carrier_brings_of_a_revoked_device_goes_into_quarantine(platform, team, hall, stick):
    team.handovers.export(stick / "a")
    taken_by(platform.hub, (stick / "a").read_bytes())
    case_with_scan(team, 4)
    team.handovers.export(stick / "a")
    revoke(platform.hub, "999999001", "遗失")
    hall.handovers.take_in(stick / "a")
    assert hall.sync(platform).cargo == 0
    found = digest(platform.hub)
    assert (found.cases, found.quarantined) == (3, 1)
    assert verify_hub(platform.hub).first_fault is None


def test_a_hand_over_larger_than_memory_should_hold_is_written_carried_and_taken_in_piece_by_piece(
    platform, team, hall, stick
):
    case_with_scan(team, 5, bytes(20 * 1024 * 1024))
    tracemalloc.start()
    try:
        team.handovers.export(stick / "a")
        hall.handovers.take_in(stick / "a")
        with (stick / "a").open("rb") as file:
            handover = open_handover(platform.hub, file, check_parcel(file))
            assert take_records(platform.hub, handover, 0, lambda: False) is None
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 12 * 1024 * 1024
    has_all(platform, cases=4)
