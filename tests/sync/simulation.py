"""Desks and a hub in one process: virtual clocks, a seeded faulty line, random work, crashes of either side.

A ledger keeps everything that anybody was told. While the weather is bad nothing told may be untrue; then everything is
healed, and a few syncs later both ends must be equal. The same seed makes the same run, to the last request.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Literal, Protocol

from sqlalchemy import select

from clerk_app import failpoints
from clerk_app.errors import NotDecidable
from clerk_app.journal.entry import Entry
from clerk_app.journal.exchange import NamedBlob
from clerk_app.seams import SystemDisk
from sync.client import HubSession
from sync.crew import OneHand
from sync.desk import Desk
from sync.engine import SyncLane, sync_once
from sync.hub.decide import Ruling, decide
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.digest import digest
from sync.hub.hub import Hub, HubSeams, open_hub
from sync.hub.schema import entries as hub_entries
from sync.hub.service import HubService
from sync.hub.verify import verify_hub
from sync.pace import Paces
from sync.report import SyncReport
from sync.wire import Request, Response
from tests.sync.fakes import START_MS, SeededRng, ShuffledCrew, VirtualClock, steady_paces
from tests.sync.faulty_line import FINE, Crash, FaultyLine, crash
from tests.sync.memory_desk import MemoryDesk
from tests.sync.store_desk import StoreDesk
from tests.sync.work import HALL, case_number_of, logged_in, scan, taken_in

DESK_POINTS = (
    "sync.registered",
    "sync.pushed",
    "sync.acks_verified",
    "sync.acks_taken",
    "sync.feed_verified",
    "sync.feed_taken",
    "sync.piece_sent",
)
HEALING_SYNCS = 3
"""Syncs of each desk after the last fault within which everything must be equal."""


class WorkingDesk(Desk, Protocol):
    """A desk at which a test can work."""

    def append(self, stream: str, kind: str, body: dict[str, object]) -> Entry: ...
    def put_blob(self, content: bytes) -> NamedBlob: ...
    def uploaded(self) -> set[tuple[str, int]]: ...
    def parked(self) -> dict[tuple[str, int], str]: ...
    def fact_digests(self) -> list[bytes]: ...
    def restart(self) -> None: ...
    def close(self) -> None: ...


class Broken(AssertionError):
    """A promise was broken; the message names it."""


@dataclass
class Ledger:
    """Everything that was told."""

    written: dict[tuple[str, int], Entry] = field(default_factory=dict)
    blobs: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)
    decided: dict[str, bytes] = field(default_factory=dict)
    cases: set[str] = field(default_factory=set)


@dataclass
class Station:
    """One desk with its own clock and line."""

    code: str
    desk: WorkingDesk
    clock: VirtualClock
    line: FaultyLine
    lane: SyncLane
    cases: list[str] = field(default_factory=list)


DeskKind = Literal["memory", "store"]


class Simulation:
    """One run."""

    def __init__(
        self,
        seed: int,
        folder: Path,
        *,
        desk: DeskKind = "memory",
        steps: int = 30,
        service: type[HubService] = HubService,
    ) -> None:
        self._random = Random(seed)
        self._rng = SeededRng(seed)
        self._folder = folder
        self._service_type = service
        self._clock = VirtualClock(START_MS + self._random.randint(-10, 10) * 86_400_000)
        self._hash = hashlib.sha256()
        self._steps = steps
        self._next_case = 0
        self.ledger = Ledger()
        self.hub = self._open_hub()
        self._service = service(self.hub)
        self.stations = [self._station(number, desk) for number in range(self._random.choice((1, 1, 1, 2, 3)))]

    def run(self) -> str:
        """Work, suffer, heal, compare; return the hash of the trace."""
        try:
            for _ in range(self._steps):
                self._step(self._random.choice(self.stations))
                self._nothing_told_is_untrue()
            self._heal()
            self._both_ends_are_equal()
        finally:
            failpoints.disarm()
            for station in self.stations:
                station.desk.close()
            self.hub.close()
        return self._hash.hexdigest()

    # ---- setting up ---------------------------------------------------------------------------------------------

    def _open_hub(self) -> Hub:
        return open_hub(self._folder / "hub", HubSeams(self._clock, SystemDisk(), self._rng))

    def _restart_hub(self) -> None:
        self.hub.close()
        self.hub = self._open_hub()
        self._service = self._service_type(self.hub)

    def _answer(self, request: Request) -> Response:
        return self._service.handle(request)

    def _station(self, number: int, kind: DeskKind) -> Station:
        url = "http://127.0.0.1:1"
        content = enrol(self.hub, EnrolmentWish(HALL, "例州区政务服务中心", f"{number} 号窗口", url, url))
        clock = VirtualClock(START_MS + self._random.randint(-3000, 300) * 86_400_000)
        desk: WorkingDesk
        if kind == "memory":
            desk = MemoryDesk.from_bytes(content, clock, self._rng)
        else:
            desk = StoreDesk(self._folder / f"desk{number}", content, clock, self._rng)
        line = FaultyLine(self._random, clock, self._answer, self._restart_hub, self._note)
        several = partial(ShuffledCrew, random=self._random)
        make_crew = self._random.choice((OneHand, several))
        # Small requests, so that many are under way at once.
        paces = self._random.choice((Paces(), steady_paces(batch=2000, piece=100_000)))
        lane = SyncLane(desk, line, clock, self._rng, make_crew=make_crew, paces=paces)
        return Station(f"{number + 1:03d}", desk, clock, line, lane)

    def _note(self, event: str) -> None:
        self._hash.update(event.encode() + b"\n")

    # ---- what happens -------------------------------------------------------------------------------------------

    def _step(self, station: Station) -> None:
        happenings = (
            (self._write_session, 3),
            (self._take_in, 6),
            (self._write_something_odd, 2),
            (self._decide, 6),
            (self._sync, 10),
            (self._sync_and_crash, 7),
            (self._switch_line, 2),
            (self._jump_clocks, 1),
            (self._restart_desk, 1),
        )
        act = self._random.choices([act for act, _ in happenings], [weight for _, weight in happenings])[0]
        self._note(act.__name__)
        act(station)

    def _write(self, station: Station, stream: str, kind: str, body: dict[str, object], *blobs: str) -> None:
        entry = station.desk.append(stream, kind, body)
        place = (entry.head.chain, entry.head.seq)
        self.ledger.written[place] = entry
        self.ledger.blobs[place] = blobs
        self._note(f"wrote {kind} {entry.digest}")

    def _write_session(self, station: Station) -> None:
        for _ in range(self._random.choice((1, 1, 3, 20))):
            self._write(station, f"session/{self._rng.token(8).hex()}", "session.logged_in", logged_in())

    def _take_in(self, station: Station) -> None:
        self._next_case += 1
        number = case_number_of(station.code, self._next_case)
        sizes = self._random.choice(((), (), (10,), (700_000,), (5, 300_000)))
        blobs = [station.desk.put_blob(self._rng.token(32) * (size // 32 + 1)) for size in sizes]
        power = self._random.choice(("accept", "receive"))
        body = taken_in(number, *map(scan, blobs), power=power)
        self._write(station, f"case/{number}", "case.taken_in", body, *(blob.id for blob in blobs))
        station.cases.append(number)
        self.ledger.cases.add(number)

    def _write_something_odd(self, station: Station) -> None:
        """Facts the hub stores and parks: of a newer version, out of form, or a second time."""
        if station.cases and self._random.random() < 0.3:
            number = self._random.choice(station.cases)
            self._write(station, f"case/{number}", "case.taken_in", taken_in(number))
            return
        stream, kind = self._random.choice(
            (
                ("case/1", "case.beamed_up"),
                ("orbit/7", "orbit.entered"),
                ("visit/1", "visit.opened"),
                ("case/x", "case.taken_in"),
            )
        )
        self._write(station, stream, kind, {"odd": "\ud7ff\x00", "deep": [[[{}]]], "blobs": [{"id": 1}, 3]})

    def _decide(self, station: Station) -> None:
        """A department decides a case that has arrived; its process may die around the commit."""
        arrived = [number for number in station.cases if number not in self.ledger.decided and self._has(number)]
        if not arrived:
            return
        number = self._random.choice(arrived)
        if self._random.random() < 0.3:
            point = self._random.choice(("hub.decide.before_commit", "hub.decide.after_commit"))
            failpoints.arm(point, 1, crash)
        try:
            fact = decide(self.hub, Ruling(number, self._random.choice(("grant", "refuse", "return")), "例"))
            self.ledger.decided[number] = fact.digest
            self._note(f"decided {number} {fact.hub_seq}")
        except Crash:
            self._restart_hub()
            self._note("crashed while deciding")
        except NotDecidable:
            # The crash came after the commit: it is decided, and nobody was told.
            self._note("decided already")
        finally:
            failpoints.disarm()

    def _has(self, number: str) -> bool:
        with self.hub.store.reading() as connection:
            statement = select(hub_entries.c.seq).where(
                hub_entries.c.stream == f"case/{number}", hub_entries.c.verdict == "applied"
            )
            return connection.execute(statement).first() is not None

    def _sync(self, station: Station) -> SyncReport:
        report = sync_once(station.lane)
        self._note(f"{report.state} {report.pushed} {report.pulled} {report.blobs_sent} {report.pending}")
        return report

    def _sync_and_crash(self, station: Station) -> None:
        self._take_in(station)
        station.line.cut = False
        failpoints.arm(self._random.choice(DESK_POINTS), self._random.choice((1, 1, 1, 2)), crash)
        try:
            self._sync(station)
        except Crash as point:
            self._note(f"desk crash at {point}")
            self._restart_desk(station)
        finally:
            failpoints.disarm()

    def _switch_line(self, station: Station) -> None:
        station.line.cut = not station.line.cut and self._random.random() < 0.5

    def _jump_clocks(self, station: Station) -> None:
        station.clock.advance(self._random.choice((3600, 86_400, -86_400, -400 * 86_400)))
        self._clock.advance(self._random.choice((1, 600, 3600)))

    def _restart_desk(self, station: Station) -> None:
        station.desk.restart()
        station.lane.session = HubSession()

    # ---- what must hold -----------------------------------------------------------------------------------------

    def _nothing_told_is_untrue(self) -> None:
        """Whatever a desk shows as uploaded lies on the hub, byte for byte, with all its blobs."""
        with self.hub.store.reading() as connection:
            rows = connection.execute(select(hub_entries.c.chain, hub_entries.c.seq, hub_entries.c.hash)).fetchall()
        stored = {(row.chain, row.seq): row.hash for row in rows}
        for station in self.stations:
            for place in sorted(station.desk.uploaded()):
                if stored.get(place) != self.ledger.written[place].hash:
                    raise Broken(f"{place} is shown as uploaded and is not on the hub")
                if not all(self.hub.shelf.is_whole(blob) for blob in self.ledger.blobs[place]):
                    raise Broken(f"{place} is shown as uploaded without its blobs")

    def _heal(self) -> None:
        failpoints.disarm()
        for station in self.stations:
            station.line.cut, station.line.weather = False, FINE
        for station in self.stations:
            reports = [self._sync(station) for _ in range(HEALING_SYNCS)]
            if (reports[-1].state, reports[-1].pending) != ("done", 0):
                raise Broken(f"did not converge: {reports[-1]}")

    def _both_ends_are_equal(self) -> None:
        found = digest(self.hub)
        heads = {chain.chain: chain.head for chain in found.chains}
        own = {chain.chain: chain.head.hex() for station in self.stations for chain in station.desk.own_chains()}
        self._expect("heads", heads, own)
        self._expect("entries", found.entries, len(self.ledger.written))
        self._expect("cases", found.cases, len(self.ledger.cases))
        self._expect("blobs", found.blobs, len({blob for named in self.ledger.blobs.values() for blob in named}))
        self._expect("facts", found.hub_facts, sum(len(station.desk.fact_digests()) for station in self.stations))
        parked = {place: reason for station in self.stations for place, reason in station.desk.parked().items()}
        self._expect("parked", found.parked, len(parked))
        told = {told for station in self.stations for told in station.desk.fact_digests()}
        self._expect("decisions that never came back", set(self.ledger.decided.values()) - told, set())
        self._expect("first fault", verify_hub(self.hub).first_fault, None)
        self._nothing_told_is_untrue()

    def _expect(self, what: str, found: object, wanted: object) -> None:
        if found != wanted:
            raise Broken(f"{what}: {found!r}, not {wanted!r}")
