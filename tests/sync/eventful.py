"""The simulation with what befalls a platform once a year: new working keys, and a stick where there is no line.

A class of its own, so that the seeds of the plain one go on telling their stories.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from clerk_app import failpoints
from clerk_app.errors import BadParcel, StoreError
from clerk_app.seams import SystemDisk
from clerk_app.security.parcel import check_parcel
from sync.handover.answer import take_return
from sync.handover.counter import CounterHandovers
from sync.handover.pack import Packing, pack
from sync.hub.current_service import CurrentService
from sync.hub.hub import Hub
from sync.hub.rotation import rotate
from sync.hub.unpack import make_return, open_handover, take_records
from sync.hub.watch import Service
from sync.report import SyncReport
from tests.helpers.failpoints import names_of
from tests.sync.faulty_line import HUB_POINTS, Crash, crash
from tests.sync.simulation import Happenings, Simulation, Station
from tests.sync.store_desk import StoreDesk

KEY_POINTS = tuple(names_of("keys"))
IMPORT_POINTS = (*HUB_POINTS, "handover.record_taken")


@dataclass(frozen=True)
class Stick:
    """A file on its way: of which device, and how often the hub had been put back when it was written."""

    code: str
    content: bytes
    era: int


class EventfulSimulation(Simulation):
    """One run."""

    def __init__(self, *arguments: object, **more: object) -> None:
        self._handovers: list[Stick] = []
        self._returns: list[Stick] = []
        self._brought_home: set[str] = set()
        self._carriers: set[str] = set()
        self._era = 0
        self._is_half_rotated = False
        super().__init__(*arguments, **more)  # type: ignore[arg-type]

    def _served(self, hub: Hub) -> Service:
        return CurrentService(hub)

    def _happenings(self) -> Happenings:
        return (
            *super()._happenings(),
            (self._rotate_keys, 3),
            (self._hand_over, 5),
            (self._carry, 4),
            (self._import, 5),
            (self._bring_home, 8),
        )

    def _elsewhere(self) -> tuple[Callable[[Station], object], ...]:
        return (*super()._elsewhere(), self._rotate_keys)

    # ---- keys -------------------------------------------------------------------------------------------------------

    def _rotate_keys(self, _station: Station) -> None:
        """Give the hub new working keys, also in the middle of a sync; the command may die, and is given again."""
        if failpoints.is_armed():
            return
        stolen = self._random.random() < 0.3
        if self._random.random() < 0.3:
            failpoints.arm(self._random.choice(KEY_POINTS), 1, crash)
        try:
            self._rotate_or_be_told(stolen=stolen)
        except Crash as point:
            failpoints.disarm()
            self.note(f"crashed at {point}")
            self.restart_hub()
            self._rotate_or_be_told(stolen=stolen)
        finally:
            failpoints.disarm()

    def _rotate_or_be_told(self, *, stolen: bool) -> None:
        try:
            self._rotate(stolen=stolen)
        except (OSError, SQLAlchemyError) as told:
            self._is_half_rotated = True
            self.note(f"told {type(told).__name__}")

    def _rotate(self, *, stolen: bool = False) -> None:
        hub = self.hub = self.hub.with_newest_keys()
        rotate(
            self._folder / "hub",
            hub.store,
            hub.keys,
            clock=self._clock,
            disk=SystemDisk(),
            rng=self._rng,
            stolen=stolen,
        )
        self.hub, self._is_half_rotated = hub.with_newest_keys(), False
        self.note(f"keys {self.hub.key_list.serial}")

    def _put_hub_back(self, station: Station) -> None:
        if self._is_half_rotated:
            self._rotate()  # whoever was told that it failed gives the command again
        if self._backup.exists():
            self._era += 1
        super()._put_hub_back(station)

    # ---- sticks -----------------------------------------------------------------------------------------------------

    def _hand_over(self, station: Station) -> None:
        """A desk writes what the hub has not signed for onto a stick, or all it has."""
        desk = station.desk
        if not isinstance(desk, StoreDesk):
            return
        self._work(station)
        file = io.BytesIO()
        packing = Packing(desk.handover_key(), whole=self._random.random() < 0.2)
        try:
            packed = pack(desk, packing, file, clock=station.clock, rng=self._rng)
            desk.note_export(packed.made_at, packed.reach)
        except StoreError as told:
            self.note(f"told {told.code}")
            return
        self._look()
        self._handovers.append(Stick(station.code, file.getvalue(), self._era))
        self.note(f"handed over {packed.entries} {packed.blobs}")

    def _carry(self, station: Station) -> None:
        """Another desk takes a stick along: its next sync brings it."""
        desk = station.desk
        others = [stick for stick in self._handovers if stick.code != station.code]
        if not isinstance(desk, StoreDesk) or not others:
            return
        path = self._folder / "stick"
        path.write_bytes(self._random.choice(others).content)
        try:
            _counter(station, desk).take_in(path)
        except StoreError as told:
            self.note(f"told {told.code}")
            return
        self._carriers.add(station.code)

    def _import(self, _station: Station) -> None:
        """A stick is brought to the platform itself; it may come twice, and the platform may die of it."""
        stick = self._taken(self._handovers)
        if stick is None:
            return
        if self._random.random() < 0.3:
            failpoints.arm(self._random.choice(IMPORT_POINTS), self._random.choice((1, 1, 2)), crash)
        file, after = io.BytesIO(stick.content), 0
        try:
            handover = open_handover(self.hub, file, check_parcel(file))
            while (went := take_records(self.hub, handover, after, lambda: self._random.random() < 0.3)) is not None:
                after = went
            content = make_return(self.hub, handover.device, handover.manifest)
            self._returns.append(Stick(stick.code, content, self._era))
            self.note(f"imported {len(content)}")
        except Crash as point:
            failpoints.disarm()
            self.note(f"crashed while importing at {point}")
            self.restart_hub()
        finally:
            failpoints.disarm()

    def _bring_home(self, _station: Station) -> None:
        """A return reaches its desk, late or twice; one that an older platform made is believed until the next sync."""
        stick = self._taken(self._returns)
        if stick is None:
            return
        [station] = [one for one in self.stations if one.code == stick.code]
        desk, file = station.desk, io.BytesIO(stick.content)
        assert isinstance(desk, StoreDesk)
        self._is_changed = True
        if stick.era != self._era:
            station.trusts_hub = False
        try:
            told = take_return(desk, file, check_parcel(file))
            self.note(f"returned {told.acked} {told.facts} {told.stopped} {told.missing}")
        except (StoreError, BadParcel) as refused:
            self.note(f"told {refused.code}")

    def _taken(self, sticks: list[Stick]) -> Stick | None:
        if not sticks:
            return None
        stick = self._random.choice(sticks)
        if self._random.random() < 0.5:
            sticks.remove(stick)
        return stick

    def _sync(self, station: Station) -> SyncReport:
        desk = station.desk
        if not isinstance(desk, StoreDesk):
            return super()._sync(station)
        station.lane.cargo = cargo = desk.store.cargo
        report = super()._sync(station)
        for one in cargo.all():
            if one.state == "delivered" and one.id not in self._brought_home:
                self._brought_home.add(one.id)
                # Which hub answered is not known to the carrier: its word may be as old as the stick.
                self._returns.append(Stick(one.device[-3:], cargo.answer(one.id), -1))
        return report

    def _took_no_longer_than_it_may(self, station: Station, took: float, follow: float) -> None:
        if station.code not in self._carriers:
            super()._took_no_longer_than_it_may(station, took, follow)


def _counter(station: Station, desk: StoreDesk) -> CounterHandovers:
    return CounterHandovers(desk, desk.store.cargo, disk=desk.store.disk, clock=station.clock, rng=desk.rng)
