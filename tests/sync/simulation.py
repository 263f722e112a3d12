"""Desks and a hub in one process: virtual clocks, seeded faulty lines and disks, random work, crashes of either side.

A ledger keeps everything that anybody was told. While the weather is bad nothing told may be untrue; then everything is
healed, and within twice the time and the syncs of a clean sync both ends must be equal. The same seed makes the same
run, to the last request.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Literal

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from clerk_app import failpoints
from clerk_app.domain import case_number
from clerk_app.errors import NotDecidable, StoreError
from clerk_app.seams import SystemDisk
from sync.client import HubSession
from sync.crew import OneHand
from sync.engine import sync_once
from sync.hub.decide import DecideResult, Ruling, decide
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.hub import Hub, HubSeams
from sync.hub.keys import FILE_NAME as KEY_FILE
from sync.hub.schema import entries as hub_entries
from sync.hub.service import HubService
from sync.hub.watch import Service
from sync.lane import SyncLane
from sync.pace import Paces
from sync.report import SyncReport
from sync.wire import Request, Response
from tests.helpers.failpoints import names_of
from tests.helpers.stores import FailingDisk, Failure
from tests.sync.clean_sync import FOLLOW_S, clean_seconds, least_clean_seconds
from tests.sync.counter import EntryCounter, ServiceCounter
from tests.sync.fakes import START_MS, SeededRng, ShuffledCrew, VirtualClock, steady_paces
from tests.sync.faulty_line import FINE, HUB_POINTS, Crash, FaultyLine, Weather, crash
from tests.sync.faulty_storage import HubStorage, NarrowShelf, files_end_at
from tests.sync.memory_desk import MemoryDesk
from tests.sync.oracle import Act, Broken, Ledger, Oracle, WorkingDesk, acts_on, facts_on
from tests.sync.quick_hub import quick_hub
from tests.sync.store_desk import StoreDesk
from tests.sync.work import HALL

__all__ = ["Broken", "DeskKind", "Simulation"]

SYNC_POINTS = tuple(names_of("sync"))
STORE_POINTS = tuple(names_of("append", "disk", "take_in", "vault"))
"""Where a desk with a real store can die while somebody works at it."""
DAY_S = 86_400
DESK_JUMPS_S = (3600, DAY_S, -DAY_S, -400 * DAY_S, 3650 * DAY_S, -3650 * DAY_S)
HUB_JUMPS_S = (-600, 600, -DAY_S, DAY_S)
WAITS_S = (1, 60, 600, 3600, 12 * 3600)
HEALING_SYNCS = 2
"""Syncs of each desk after the last fault within which everything must be equal: twice what a clean one takes."""
MOST_SLOWER = 2.0
"""How much longer than a clean sync of all they ever wrote the healing syncs of a desk may take together."""
_KINDS = frozenset((*vars(FINE), "lost", "full", "told", "crash", "crashed")) - {"fine"}
"""First words of the lines of a trace that tell of a fault."""
DeskKind = Literal["memory", "store"]
Happenings = tuple[tuple[Callable[["Station"], object], int], ...]


@dataclass
class Station:
    """One desk with its own clock, line and clerks."""

    code: str
    desk: WorkingDesk
    clock: VirtualClock
    line: FaultyLine
    lane: SyncLane
    counters: list[EntryCounter | ServiceCounter]
    make_paces: Callable[[], Paces]
    image: object = None
    trusts_hub: bool = True
    """False between the moment a hub was put back to an older copy and the end of the next whole sync."""

    def restart(self) -> None:
        """As after a crash or a power cut: what is not durable is gone."""
        self.desk.restart()
        self.lane.session = HubSession()
        for counter in self.counters:
            counter.restarted()


@dataclass
class _Trace:
    """What happened, for the hash, and its end for people."""

    lines: list[str] = field(default_factory=list)

    def note(self, event: str) -> None:
        self.lines.append(event)

    def faults(self) -> Counter[str]:
        """How often each kind of thing happened."""
        return Counter(line.split()[0] for line in self.lines if line.split()[0] in _KINDS)

    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()


class Simulation:
    """One run."""

    sync_points = SYNC_POINTS
    """Where a desk can die while it syncs."""

    def __init__(
        self,
        seed: int,
        folder: Path,
        *,
        desk: DeskKind = "memory",
        steps: int = 30,
        service: type[HubService] = HubService,
        is_timed: bool = True,
    ) -> None:
        """`is_timed`: also measure a clean sync of every desk, which makes a run half as long again."""
        self._random = Random(seed)
        self._rng = SeededRng(seed)
        self._folder, self._backup = folder, folder / "backup"
        self._service_type = service
        self._clock = VirtualClock(START_MS + self._random.randint(-10, 10) * DAY_S * 1000)
        self._steps, self._is_timed = steps, is_timed
        self._trace = _Trace()
        self._is_busy_elsewhere = self._is_changed = False
        self._weather = Weather().swarm(self._random)
        # Seeds that were kept before there were packages must go on repeating what they once found.
        self.ledger = Ledger(has_packages=seed // 1000 == 9 or seed >= 300_000)
        self.stations: list[Station] = []
        self._open()
        most = (1, 1, 2, 3, 4, 5, 6) if desk == "memory" else (1, 1, 2, 3)
        for number in range(self._random.choice(most)):
            self.stations.append(self._station(number, desk))

    def run(self) -> str:
        """Work, suffer, heal, compare; return the hash of the trace."""
        oracle = Oracle(self.ledger)
        try:
            for _ in range(self._steps):
                self._step(self._random.choice(self.stations))
                self._look()
                if self._is_changed:
                    self._is_changed = False
                    self._check(oracle)
            self._heal()
            oracle.numbers_are_in_a_journal()
            revoked = [station.desk for station in self.stations if station not in self._active]
            oracle.both_ends_are_equal(self.hub, [station.desk for station in self._active], revoked)
            self._check(oracle)
        except Broken as broken:
            broken.add_note("\n".join(["the end of the trace:", *self._trace.lines[-60:]]))
            raise
        finally:
            failpoints.disarm()
            for station in self.stations:
                station.desk.close()
            self.hub.close()
        return self._trace.digest()

    @property
    def faults(self) -> Counter[str]:
        """How often what went wrong."""
        return self._trace.faults()

    @property
    def _active(self) -> list[Station]:
        """The desks that the hub talks to."""
        return self.stations

    def _check(self, oracle: Oracle) -> None:
        """Whatever was told by now must be true."""
        oracle.nothing_told_is_untrue(self.hub, [one.desk for one in self.stations if one.trusts_hub])

    # ---- setting up ---------------------------------------------------------------------------------------------

    def _open(self) -> None:
        self.hub = quick_hub(self._folder / "hub", HubSeams(self._clock, SystemDisk(), self._rng))
        self._storage = HubStorage(self.hub)
        self._service = self._served(self.hub)

    def _served(self, hub: Hub) -> Service:
        return self._service_type(hub)

    def _station(self, number: int, kind: DeskKind) -> Station:
        url = "http://127.0.0.1:1"
        content = enrol(self.hub, EnrolmentWish(HALL, "例州区政务服务中心", f"{number} 号窗口", url, url))
        clock = VirtualClock(START_MS + self._random.randint(-3000, 300) * DAY_S * 1000)
        line = FaultyLine(self._random, clock, self, self._weather)
        code = f"{number + 1:03d}"
        desk: WorkingDesk
        if kind == "memory":
            desk = MemoryDesk.from_bytes(content, clock, self._rng)
            counters: list[EntryCounter | ServiceCounter] = [self._entries(desk, code)]
        else:
            desk = StoreDesk(self._folder / f"desk{number}", content, clock, self._rng)
            # Numbers of cases by hand and by the service must not meet.
            counters = [replace(self._entries(desk, code), _next_case=50_000)]
            counters.append(ServiceCounter(desk, self._random, self.ledger))
        several = partial(ShuffledCrew, random=self._random)
        # Small requests, so that many are under way at once.
        make_paces = self._random.choice((Paces, partial(steady_paces, batch=2000, piece=100_000)))
        make_crew = self._random.choice((OneHand, several))
        lane = SyncLane(desk, line, clock, self._rng, make_crew=make_crew, paces=make_paces())
        return Station(code, desk, clock, line, lane, counters, make_paces)

    def _entries(self, desk: WorkingDesk, code: str) -> EntryCounter:
        return EntryCounter(desk, code, self._random, self._rng, self.ledger)

    # ---- the world of the lines ---------------------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        """The hub's answer."""
        return self._service.handle(request)

    def restart_hub(self) -> None:
        """Bring the hub back from its folder. It keeps nothing in memory but connections: losing them is its death."""
        self.hub.close()
        if self._random.random() < 0.25:
            self._open()

    def pass_time(self, seconds: float) -> None:
        """Time passes everywhere."""
        self._clock.advance(seconds)
        for station in self.stations:
            station.clock.advance(seconds)

    def meanwhile(self) -> None:
        """While a request is on its way somebody works, a department decides, or another desk syncs."""
        if self._is_busy_elsewhere:
            return
        self._is_busy_elsewhere = True
        station = self._random.choice(self.stations)
        try:
            self._random.choice(self._elsewhere())(station)
        finally:
            self._is_busy_elsewhere = False

    def note(self, event: str) -> None:
        """Take an event into the trace."""
        self._trace.note(event)

    # ---- what happens -------------------------------------------------------------------------------------------

    def _step(self, station: Station) -> None:
        happenings = self._happenings()
        act = self._random.choices([act for act, _ in happenings], [weight for _, weight in happenings])[0]
        self.note(f"{act.__name__} at {station.code}")
        act(station)

    def _happenings(self) -> Happenings:
        """What may happen next, and how often it does beside the others."""
        return (
            (self._work, 10),
            (self._decide, 5),
            (self._sync, 8),
            (self._sync_and_die, 6),
            (self._work_and_die, 2),
            (self._sync_with_a_bad_disk, 3),
            (self._work_with_a_bad_disk, 2),
            (self._sync_with_a_full_hub, 2),
            (self._switch_line, 3),
            (self._jump_clocks, 2),
            (self._wait, 2),
            (self._restart, 2),
            (self._back_up_hub, 2),
            (self._put_hub_back, 2),
            (self._keep_image, 2),
            (self._put_desk_back, 2),
        )

    def _elsewhere(self) -> tuple[Callable[[Station], object], ...]:
        """What may happen while a request is on its way."""
        return (self._work, self._work, self._decide, self._sync_elsewhere)

    def _work(self, station: Station) -> None:
        for _ in range(self._random.choice((1, 2, 4))):
            self._random.choice(station.counters).act()

    def _look(self) -> None:
        """Take down what lies in the journals; from here on it was told."""
        for number, station in enumerate(self.stations):
            for entry in self.ledger.look_at(station.desk, number):
                self.note(f"{station.code} wrote {entry.head.kind} {entry.digest}")

    def _sync(self, station: Station) -> SyncReport:
        self._is_changed = True
        report = sync_once(station.lane)
        station.trusts_hub = station.trusts_hub or (report.state, report.pending) == ("done", 0)
        self.note(f"{report.state} {report.pushed} {report.pulled} {report.blobs_sent} {report.pending}")
        return report

    def _sync_elsewhere(self, station: Station) -> None:
        """Another desk syncs while a request of the first is on its way."""
        if not failpoints.is_armed():
            self._sync(station)

    def _decide(self, station: Station) -> None:
        """A department decides a case that has arrived; its process may die around the commit, its disk may fail."""
        try:
            arrived = self._arrived()
        except (OSError, SQLAlchemyError) as told:
            self.note(f"told {type(told).__name__}")
            return
        if not arrived:
            return
        number = self._random.choice(arrived)
        dies = self._random.random() < 0.3 and not failpoints.is_armed()
        if dies:
            failpoints.arm(self._random.choice(("hub.decide.before_commit", "hub.decide.after_commit")), 1, crash)
        try:
            result: DecideResult = self._random.choice(("grant", "refuse", "return"))
            # The first child of every package here waits for none.
            child = case_number.child(number, 1) if number in self.ledger.packages else None
            fact = decide(self.hub, Ruling(number, result, "例", child))
            self.ledger.decided[number] = fact.digest
            self.note(f"decided {number} {fact.hub_seq}")
        except Crash:
            self.restart_hub()
            self.note("crashed while deciding")
        except NotDecidable:
            # The crash came after the commit: it is decided, and nobody was told.
            self.note("decided already")
        except (OSError, SQLAlchemyError) as told:
            # The department's command says that the platform's disk failed, and ends.
            self.note(f"told {type(told).__name__}")
        finally:
            if dies:
                failpoints.disarm()

    def _arrived(self) -> list[str]:
        """The numbers of cases that lie on the hub and wait for a decision, as far as anybody was told."""
        statement = select(hub_entries.c.stream).where(
            hub_entries.c.kind == "case.taken_in", hub_entries.c.verdict == "applied"
        )
        with self.hub.store.reading() as connection:
            found = {stream.partition("/")[2] for stream in connection.execute(statement).scalars()}
        return sorted(found - self.ledger.decided.keys())

    def _sync_and_die(self, station: Station) -> None:
        """The desk dies at some point of a sync; sometimes the hub dies in it too."""
        self._work(station)
        station.line.is_cut = False
        point = self._random.choice(self.sync_points)
        passes = self._random.choice((1, 1, 1, 2))
        failpoints.arm(point, passes, crash)
        if self._random.random() < 0.4:
            failpoints.arm(self._random.choice(HUB_POINTS), self._random.choice((1, 1, 2)), crash)
        self._suffer(station, self._sync)

    def _work_and_die(self, station: Station) -> None:
        """The desk dies at some point of an act."""
        failpoints.arm(self._random.choice(STORE_POINTS), self._random.choice((1, 2, 3)), crash)
        self._suffer(station, self._work)

    def _suffer(self, station: Station, act: Callable[[Station], object]) -> None:
        """Do it, and begin again from what is durable if the desk dies of it or says that its disk failed."""
        try:
            act(station)
        except Crash as point:
            self.note(f"crash of desk at {point}")
            failpoints.disarm()
            station.restart()
        except StoreError as told:
            self.note(f"told {told.code}")
        finally:
            failpoints.disarm()

    def _sync_with_a_bad_disk(self, station: Station) -> None:
        self._with_a_bad_disk(station, self._sync)

    def _work_with_a_bad_disk(self, station: Station) -> None:
        self._with_a_bad_disk(station, self._work)

    def _with_a_bad_disk(self, station: Station, act: Callable[[Station], object]) -> None:
        """The n-th write at the desk fails; afterwards the disk is well again, and sometimes the program is new."""
        desk = station.desk
        if isinstance(desk, MemoryDesk):
            desk.commits_left = self._random.randrange(6)
            self._suffer(station, act)
            desk.commits_left = None
        elif isinstance(desk, StoreDesk) and self._random.random() < 0.5:
            error = self._random.choice((errno.ENOSPC, errno.EIO))
            failure: Failure = self._random.choice(("before", "after", "for_good"))
            healthy, desk.disk.inner = desk.disk.inner, FailingDisk(self._random.randint(1, 12), error, failure)
            self._suffer(station, act)
            desk.disk.inner = healthy
        else:
            with files_end_at(self._random.choice((0, 4096, 30_000, 100_000, 300_000))):
                self._suffer(station, act)
        if self._random.random() < 0.5:
            station.restart()

    def _sync_with_a_full_hub(self, station: Station) -> None:
        """The hub's database or its shelf has no room, or its files end somewhere in the middle of a write."""
        self._work(station)
        where = self._random.choice(("database", "shelf", "files"))
        self.note(f"full {where}")
        if where == "database":
            self._storage.is_full = True
        elif where == "shelf":
            self._service = self._served(replace(self.hub, shelf=NarrowShelf(self._folder / "hub" / "blobs")))
        if where == "files" and isinstance(station.desk, MemoryDesk):
            with files_end_at(self._random.choice((0, 4096, 50_000, 200_000, 500_000))):
                self._suffer(station, self._sync)
        else:
            self._suffer(station, self._sync)
        self._storage.is_full = False
        self._service = self._served(self.hub)

    def _switch_line(self, station: Station) -> None:
        line = station.line
        line.is_cut, line.is_portal = self._random.choice(((True, False), (False, True), (False, False)))
        line.deliver_late()

    def _jump_clocks(self, station: Station) -> None:
        station.clock.jump(self._random.choice(DESK_JUMPS_S))
        if self._random.random() < 0.3:
            self._clock.jump(self._random.choice(HUB_JUMPS_S))

    def _wait(self, _station: Station) -> None:
        self.pass_time(self._random.choice(WAITS_S))

    def _restart(self, station: Station) -> None:
        if self._random.random() < 0.5:
            self.restart_hub()
        else:
            station.restart()

    # ---- older copies --------------------------------------------------------------------------------------------

    def _back_up_hub(self, _station: Station) -> None:
        """Copy the hub's folder while nobody serves it."""
        self.hub.close()
        shutil.rmtree(self._backup, ignore_errors=True)
        shutil.copytree(self._folder / "hub", self._backup)

    def _put_hub_back(self, _station: Station) -> None:
        """The hub is put back to its backup. What lay on it alone by now is gone with it."""
        if not self._backup.exists():
            return
        before = self._acts_somewhere()
        self.hub.close()
        keys = (self._folder / "hub" / KEY_FILE).read_bytes()
        shutil.rmtree(self._folder / "hub")
        shutil.copytree(self._backup, self._folder / "hub")
        # Keys are in no backup (docs/hub.md): they lie in a safe, the newest ones.
        (self._folder / "hub" / KEY_FILE).write_bytes(keys)
        self._open()
        self._is_changed = True
        for station in self.stations:
            station.trusts_hub = False
        self._forget_what_is_gone(before)

    def _acts_somewhere(self) -> set[Act]:
        """The acts that lie on the hub, in the journal of a desk, or with a desk that was shown them."""
        journals = [self.ledger.acts_of(station.desk) for station in self.stations]
        return acts_on(self.hub).union(*journals, *(station.desk.shown() for station in self._active))

    def _forget_what_is_gone(self, before: set[Act]) -> None:
        """What lay somewhere until a disk was put back, and now lies nowhere, went down with that disk."""
        self.ledger.lost |= before - self._acts_somewhere()
        there = facts_on(self.hub).union(*(station.desk.fact_digests() for station in self._active))
        for number in [number for number, fact in self.ledger.decided.items() if fact not in there]:
            del self.ledger.decided[number]

    def _keep_image(self, station: Station) -> None:
        """Somebody copies a desk's disk."""
        station.image = station.desk.image()
        station.restart()

    def _put_desk_back(self, station: Station) -> None:
        """The copy is put back. What was written since and is not on the hub went down with the disk."""
        if station.image is None:
            return
        self._look()
        number = self.stations.index(station)
        before = self._acts_somewhere()
        station.desk.put_back(station.image)
        self._is_changed = True
        station.restart()
        self.ledger.forget_places(number)
        self._forget_what_is_gone(before)

    # ---- the end ------------------------------------------------------------------------------------------------

    def _heal(self) -> None:
        """All is well again; what was held up arrives; then every desk has two syncs, as after any bad day."""
        failpoints.disarm()
        for station in self.stations:
            station.line.is_cut = station.line.is_portal = False
            station.line.weather = FINE
            station.line.deliver_late()
        self._before_healing()
        before = [(station.line.seconds, station.line.follows) for station in self._active]
        reports: list[SyncReport] = []
        for _ in range(HEALING_SYNCS):
            reports = [self._sync(station) for station in self._active]
        self._look()
        for station, report, (began, asked) in zip(self._active, reports, before, strict=True):
            if (report.state, report.pending) != ("done", 0):
                raise Broken(f"{station.code} did not converge: {report}")
            if self._is_timed:
                follow = FOLLOW_S if station.line.follows > asked else 0.0
                self._took_no_longer_than_it_may(station, station.line.seconds - began, follow)

    def _before_healing(self) -> None:
        """What somebody does before the desks sync, when all is well again."""

    def _took_no_longer_than_it_may(self, station: Station, took: float, follow: float) -> None:
        if took <= MOST_SLOWER * (least_clean_seconds(station.desk) + follow):
            return  # whatever a clean sync takes, it is not too long
        clean = follow + clean_seconds(station.desk, self._folder / f"clean{station.code}", station.make_paces())
        if took > MOST_SLOWER * clean:
            raise Broken(f"{station.code} took {took:.1f} s to converge, a clean sync takes {clean:.1f} s")
