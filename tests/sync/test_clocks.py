"""Desks whose clocks are wrong by years, or jump: nothing is refused, no order depends on them, the hub notes it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from clerk_app.domain.kinds import fold_stream
from clerk_app.errors import PlatformUnreachable
from clerk_app.journal.entry import Header
from clerk_app.journal.signature import HEAD, head_message
from sync.batch import decode_batch, encode_batch
from sync.engine import sync_once
from sync.hub.devices import Device
from sync.hub.digest import digest
from sync.hub.judge import load_facts
from sync.hub.push import push
from sync.hub.schema import chains, entries
from sync.hub.verify import verify_hub
from sync.lane import SyncLane
from sync.wire import DESK_TIME
from tests.sync.conftest import DirectLine
from tests.sync.fakes import VirtualClock, steady_paces
from tests.sync.parcels import packed, taken_by
from tests.sync.store_desk import StoreDesk
from tests.sync.work import HALL, logged_in

DAY_S = 86_400
YEARS_S = 10 * 365 * DAY_S + 3 * DAY_S
SHARED = "visit/1"
SMALL_BATCH = 600
"""Bytes, so that a few entries are several batches."""


class ClockJumps(DirectLine):
    """After its second push the desk's clock jumps, while the sync goes on."""

    def __init__(self, service, clock, seconds):
        super().__init__(service)
        self._clock, self._seconds, self._pushes = clock, seconds, 0

    def send(self, request):
        response = super().send(request)
        if request.route == "/v1/push":
            self._pushes += 1
            if self._pushes == 2:
                self._clock.jump(self._seconds)
        return response


@pytest.fixture
def make_desk(platform, tmp_path):
    """Makes a window with an encrypted store whose clock is this many seconds off."""
    desks: list[StoreDesk] = []

    def make(off_s=0.0):
        clock = VirtualClock()
        clock.jump(off_s)
        name = str(len(desks))
        desks.append(StoreDesk(tmp_path / name, platform.enrol_content(f"{name} 号窗口"), clock, platform.rng))
        return desks[-1]

    yield make
    for desk in desks:
        desk.close()


def sync(platform, desk, jump_s=0.0):
    line = ClockJumps(platform.service, desk.clock, jump_s)
    report = sync_once(SyncLane(desk, line, desk.clock, platform.rng, paces=steady_paces(SMALL_BATCH)))
    assert (report.state, report.problem, report.parked) == ("done", None, 0)


def stored(platform, device=None):
    """The hub's entries in their order."""
    statement = select(entries, chains.c.device).join(
        chains, (chains.c.region == entries.c.region) & (chains.c.chain == entries.c.chain)
    )
    with platform.hub.store.reading() as connection:
        rows = connection.execute(statement.order_by(entries.c.hub_seq)).fetchall()
    return [row for row in rows if device in (None, row.device)]


def offsets(platform, device=None):
    return [row.clock_offset for row in stored(platform, device)]


def work(desk, first, last):
    for number in range(first, last):
        desk.append(f"session/{desk.enrolment.device}{number}", "session.logged_in", logged_in())


def test_clocks_off_by_years_that_jump_back_in_a_sync_refuse_nothing_and_the_hub_notes_how_far_off_they_were(
    platform, make_desk
):
    ahead, behind, right = make_desk(YEARS_S), make_desk(-YEARS_S), make_desk()
    ahead.append(SHARED, "visit.opened", {"session": "b" * 16, "ticket": None})
    for desk in (ahead, behind, right):
        work(desk, 0, 6)
        sync(platform, desk, -DAY_S)
        work(desk, 6, 9)
    behind.append(SHARED, "visit.parked", {})
    sync(platform, behind)
    ahead.append(SHARED, "visit.resumed", {})
    for desk in (ahead, right, behind, ahead):
        sync(platform, desk)

    for device, off_s in (("001", YEARS_S), ("002", -YEARS_S), ("003", 0)):
        found = offsets(platform, device)
        before, after = off_s * 1000, (off_s - DAY_S) * 1000
        assert found == [before] * found.count(before) + [after] * found.count(after), "the jump is in the middle"
        assert min(found.count(before), found.count(after)) > 2
    rows = stored(platform)
    assert [row.hub_seq for row in rows if row.hub_seq] == sorted(row.hub_seq for row in rows)
    assert {row.verdict for row in rows} == {"applied"}
    assert {row.arrived_at for row in rows} == {platform.clock.now_ms()}, "the arrival is the hub's own time"
    for device in ("001", "002", "003"):
        assert [row.seq for row in stored(platform, device)] == list(range(1, len(stored(platform, device)) + 1))
    # Twenty years lie between these by their clocks: the parking happened before the opening. The order is another.
    acts = [(row.kind, Header.from_bytes(row.header)) for row in rows if row.stream == SHARED]
    assert [kind for kind, _ in acts] == ["visit.opened", "visit.parked", "visit.resumed"]
    assert acts[0][1].recorded_at - acts[1][1].recorded_at > 2 * (YEARS_S - DAY_S) * 1000
    assert acts[0][1].recorded_at == VirtualClock().now_ms() + YEARS_S * 1000, "the legal time is the desk's"
    # Each desk marks itself what it wrote after its clock went back.
    assert [Header.from_bytes(row.header).clock for row in stored(platform, "003")] == ["ok"] * 6 + ["unverified"] * 3

    with platform.hub.store.reading() as connection:
        at_hub = fold_stream(SHARED, load_facts(connection, HALL, [SHARED])[SHARED])
    for desk in (ahead, behind):
        assert fold_stream(SHARED, desk.facts_of(SHARED)) == at_hub
    assert at_hub.conflicts == ()
    theirs = [
        (chain.chain, chain.seq, chain.head.hex()) for desk in (ahead, behind, right) for chain in desk.own_chains()
    ]
    assert sorted(theirs) == [(chain.chain, chain.entries, chain.head) for chain in digest(platform.hub).chains]
    assert verify_hub(platform.hub).first_fault is None


# ---- what a desk tells of its time ----------------------------------------------------------------------------------


class Tells(DirectLine):
    """A desk that tells `told` of its time; None for one that tells nothing, as older ones do."""

    def __init__(self, service, told):
        super().__init__(service)
        self._told = told

    def send(self, request):
        others = {name: value for name, value in request.headers.items() if name != DESK_TIME}
        told = {} if self._told is None or request.route != "/v1/push" else {DESK_TIME: self._told}
        return super().send(replace(request, headers=others | told))


@pytest.mark.parametrize("told", [None, "", "soon", "1e12", "1.5", " 5", "+5", "--5", "5\n", "１２３", "9" * 16, "-"])
def test_a_desk_that_tells_no_time_is_refused_nothing_and_its_offset_is_unknown(platform, told):
    desk = platform.desk()
    desk.append("session/1", "session.logged_in", logged_in())
    assert sync_once(platform.lane(desk, Tells(platform.service, told))).state == "done"
    assert offsets(platform) == [None]


@pytest.mark.parametrize("told", [0, -1, 10**15 - 1, 1 - 10**15])
def test_any_time_at_all_has_an_offset(platform, told):
    desk = platform.desk()
    desk.append("session/1", "session.logged_in", logged_in())
    assert sync_once(platform.lane(desk, Tells(platform.service, str(told)))).state == "done"
    assert offsets(platform) == [told - platform.clock.now_ms()]


def pushed(platform, desk, first, last, offset):
    chain = desk.chains[0]
    taken = chain.entries[first - 1 : last]
    signature = desk.sign(HEAD, head_message(chain.chain, last, taken[-1].hash))
    device = Device(HALL, "001", desk.registration().device_public)
    return push(
        platform.hub, device, decode_batch(encode_batch(chain.chain, first, taken, signature)), clock_offset=offset
    )


def test_the_offset_is_that_of_the_batch_that_brought_an_entry_first_however_long_it_waited(platform):
    desk = platform.desk()
    sync_once(platform.lane(desk))
    for number in range(6):
        desk.append(f"session/{number}", "session.logged_in", logged_in())
    assert pushed(platform, desk, 5, 6, 700).early
    assert pushed(platform, desk, 3, 4, None).early
    pushed(platform, desk, 1, 2, -30)
    assert offsets(platform) == [-30, -30, None, None, 700, 700]
    pushed(platform, desk, 1, 6, 9)
    assert offsets(platform) == [-30, -30, None, None, 700, 700]


def test_a_hand_over_says_nothing_of_the_offset(platform, make_desk):
    desk = make_desk(YEARS_S)
    desk.append("session/1", "session.logged_in", logged_in())
    taken_by(platform.hub, packed(desk)[1])
    assert offsets(platform) == [None]


# ---- what the desk learns of its own clock --------------------------------------------------------------------------


def test_a_desk_knows_after_each_sync_how_far_its_clock_is_off(platform):
    desk = platform.desk()
    clock = VirtualClock()
    clock.jump(3600)
    lane = SyncLane(desk, DirectLine(platform.service), clock, platform.rng)
    assert sync_once(lane).clock_offset_ms == 3_600_000
    for timer in (clock, platform.clock):
        timer.advance(600)
    assert sync_once(lane).clock_offset_ms == 3_600_000
    clock.jump(-3600)
    assert sync_once(lane).clock_offset_ms == 0, "once the clock is set the warning goes, without a new hello"


def test_a_desk_that_never_reached_the_platform_knows_nothing_of_its_offset(platform):
    class Unreachable(DirectLine):
        def send(self, request):
            raise PlatformUnreachable

    report = sync_once(platform.lane(platform.desk(), Unreachable(platform.service)))
    assert (report.state, report.clock_offset_ms) == ("offline", None)
