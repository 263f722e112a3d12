"""The eventful simulation with what befalls a platform once in ten years: a device is revoked, a hub and a desk both
lose what a third desk was shown.

A class of its own, so that the seeds of the others go on telling their stories.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from clerk_app import failpoints
from clerk_app.errors import DeviceRevoked, NothingInQuarantine
from clerk_app.journal.signature import HEAD, head_message
from clerk_app.security.parcel import check_parcel
from sync.batch import decode_batch, encode_batch
from sync.handover.pack import Packing, pack
from sync.hub.blobs import standing, take_piece
from sync.hub.devices import Device, any_device, register
from sync.hub.push import push
from sync.hub.quarantine import Choice, keep, release
from sync.hub.refusal import Refused
from sync.hub.revoke import revoke
from sync.hub.unpack import open_handover, take_records
from sync.pieces import Piece
from sync.registration import registration_proof, verifier_of
from sync.report import SyncReport
from sync.schemas import RegisterAsk
from tests.helpers.failpoints import names_of
from tests.sync.counter import EntryCounter
from tests.sync.eventful import EventfulSimulation
from tests.sync.faulty_line import FINE, Crash, crash
from tests.sync.memory_desk import MemoryDesk
from tests.sync.oracle import Oracle, acts_of_device
from tests.sync.simulation import Happenings, Simulation, Station
from tests.sync.store_desk import StoreDesk
from tests.sync.work import HALL

REVOKE_POINTS = tuple(names_of("revocation"))
RELEASE_POINTS = tuple(names_of("quarantine"))
REPAIR_POINTS = tuple(names_of("repair"))
_ALL = 1 << 40


class LossySimulation(EventfulSimulation):
    """One run."""

    sync_points = (*EventfulSimulation.sync_points, *REPAIR_POINTS)

    def _happenings(self) -> Happenings:
        return (
            *super()._happenings(),
            (self._revoke, 2),
            (self._bring_what_is_left, 4),
            (self._release, 3),
            (self._keep_in_quarantine, 1),
            (self._lose_on_both, 5),
        )

    @property
    def _active(self) -> list[Station]:
        return [station for station in self.stations if station.code not in self.ledger.revoked]

    # ---- revocation -------------------------------------------------------------------------------------------------

    def _revoke(self, station: Station) -> None:
        """A device is revoked, one at least stays; the command may die, and is given again."""
        if len(self._active) < 2 or station not in self._active or failpoints.is_armed():
            return
        self._look()
        before = self._acts_somewhere()
        # What took part until now goes on to do so; of this the hub's word is proof wherever it lies.
        shown = [one.desk.shown() for one in self._active if one is not station]
        code = HALL + station.code
        if self._random.random() < 0.3:
            failpoints.arm(self._random.choice(REVOKE_POINTS), 1, crash)
        try:
            self._command(lambda: revoke(self.hub, code, "例"))
        except (OSError, SQLAlchemyError) as told:
            self.note(f"told {type(told).__name__}")
            return
        self.ledger.let_in |= acts_of_device(self.hub, code).union(*shown)
        self.ledger.revoked.add(station.code)
        self._forget_what_is_gone(before)
        self.note(f"revoked {station.code}")

    def _command(self, command: Callable[[], object]) -> None:
        """Give a command; if it dies it is given again."""
        try:
            command()
        except Crash as point:
            failpoints.disarm()
            self.note(f"crashed at {point}")
            self.restart_hub()
            command()
        finally:
            failpoints.disarm()

    def _bring_what_is_left(self, _station: Station) -> None:
        """What a revoked desk still has is brought to the platform, whole, and perhaps for the second time."""
        revoked = [station for station in self.stations if station.code in self.ledger.revoked]
        if revoked:
            self._bring_in(self._random.choice(revoked))

    def _bring_in(self, station: Station) -> None:
        self._is_changed = True
        desk = station.desk
        if isinstance(desk, StoreDesk):
            self._bring_parcel(station, desk)
        elif isinstance(desk, MemoryDesk):
            self._bring_plainly(desk)
        self.note(f"brought in what is left of {station.code}")

    def _bring_parcel(self, station: Station, desk: StoreDesk) -> None:
        file = io.BytesIO()
        packing = Packing(self.hub.keys.recovery_public, whole=True, stopped_too=True)
        pack(desk, packing, file, clock=station.clock, rng=self._rng)
        [kept] = (self._folder / "hub").glob("recovery-key-*-KEEP-OFFLINE.json")
        recovery = bytes.fromhex(json.loads(kept.read_text())["recovery"])
        handover = open_handover(self.hub, file, check_parcel(file), recovery)
        assert take_records(self.hub, handover, 0, lambda: False) is None

    def _bring_plainly(self, desk: MemoryDesk) -> None:
        """The same of a desk that has no files: the calls that a hand-over is taken in by."""
        registration, hub = desk.registration(), self.hub
        with hub.store.reading() as connection:
            row = any_device(connection, registration.code)
        if row.public_key is None:
            proof = registration_proof(verifier_of(registration.secret), registration)
            ask = RegisterAsk(device=registration.code, public_key=registration.device_public.hex(), proof=proof.hex())
            register(hub, ask, revoked_too=True)
        device = Device(row.region, row.device, registration.device_public)
        for chain in desk.own_chains():
            entries = desk.entries_after(chain.chain, 0, max_bytes=_ALL)
            signature = desk.sign(HEAD, head_message(chain.chain, chain.seq, chain.head))
            push(hub, device, decode_batch(encode_batch(chain.chain, 1, entries, signature)))
        for blob in sorted(desk.blobs):
            content, found = desk.blobs[blob], standing(hub, device, blob)
            try:
                if not found.complete:
                    take_piece(hub, device, Piece(blob, found.offset, len(content), content[found.offset :]))
            except Refused:
                self.note(f"nobody names {blob[:8]}")

    def _release(self, _station: Station) -> None:
        """A supervisor lets take part what came from a revoked device."""
        self._decide_on_quarantine(release_too=True)

    def _keep_in_quarantine(self, _station: Station) -> None:
        """A supervisor leaves it there for good."""
        self._decide_on_quarantine(release_too=False)

    def _decide_on_quarantine(self, *, release_too: bool) -> None:
        if not self.ledger.revoked or failpoints.is_armed():
            return
        code = HALL + self._random.choice(sorted(self.ledger.revoked))
        if release_too and self._random.random() < 0.3:
            failpoints.arm(self._random.choice(RELEASE_POINTS), 1, crash)
        self._is_changed = True
        held = acts_of_device(self.hub, code, in_quarantine=True)
        try:
            self._command(lambda: (release if release_too else keep)(self.hub, Choice(code)))
        except NothingInQuarantine:
            self.note("nothing in quarantine")
        except (OSError, SQLAlchemyError) as told:
            self.note(f"told {type(told).__name__}")
        if release_too:
            self.ledger.let_in |= held
        self.note(f"{'released' if release_too else 'kept'} {len(held)}")

    # ---- losses -----------------------------------------------------------------------------------------------------

    def _lose_on_both(self, station: Station) -> None:
        """A case reaches a second desk; then the hub and its writer are put back to before it."""
        others = [one for one in self._active if one is not station]
        if station not in self._active or not others or failpoints.is_armed():
            return
        other, counter = self._random.choice(others), station.counters[0]
        assert isinstance(counter, EntryCounter)
        with _fine_days(station, other):
            self._sync(station)
            self._sync(other)
            self._back_up_hub(station)
            self._keep_image(station)
            self._work(station)
            counter.take_in()
            self._sync(station)
            other.desk.look_up(counter.cases[-1])
            self._sync(other)
        losses = [self._put_hub_back, self._put_desk_back]
        self._random.shuffle(losses)
        for lose in losses:
            lose(station)

    def _put_hub_back(self, station: Station) -> None:
        super()._put_hub_back(station)
        # The administrator's list of revoked devices is on paper: they are revoked again before anybody syncs.
        for code in sorted(self.ledger.revoked):
            revoke(self.hub, HALL + code, "例")

    # ---- what is done everywhere ------------------------------------------------------------------------------------

    def _work(self, station: Station) -> None:
        try:
            super()._work(station)
        except DeviceRevoked:
            self.note(f"told {station.code} to leave")

    def _sync(self, station: Station) -> SyncReport:
        if station.code in self.ledger.revoked:
            # What it once took for the hub's word may be gone with a hub that was put back, and it hears no other.
            station.trusts_hub = False
        return super()._sync(station)

    def _check(self, oracle: Oracle) -> None:
        super()._check(oracle)
        oracle.nothing_of_a_revoked_desk_takes_part(self.hub)

    def _before_healing(self) -> None:
        for station in self.stations:
            if station.code in self.ledger.revoked:
                self._sync(station)
                self._look()
                self._bring_in(station)


@contextmanager
def _fine_days(*stations: Station) -> Iterator[None]:
    """Days on which all went well, before what was done on them was lost."""
    before = [(one.line.weather, one.line.is_cut, one.line.is_portal) for one in stations]
    for one in stations:
        one.line.weather, one.line.is_cut, one.line.is_portal = FINE, False, False
    try:
        yield
    finally:
        for one, (weather, is_cut, is_portal) in zip(stations, before, strict=True):
            one.line.weather, one.line.is_cut, one.line.is_portal = weather, is_cut, is_portal


FIRST_LOSSY = 4_000_000
"""Seeds from here on were never kept for a story of the plainer eventful runs."""


def simulation(seed: int, folder: Path, *, is_eventful: bool = False, **more: object) -> Simulation:
    """A run of one kind or the other."""
    eventful: type[Simulation] = LossySimulation if seed >= FIRST_LOSSY else EventfulSimulation
    made = eventful if is_eventful else Simulation
    return made(seed, folder, **more)  # type: ignore[arg-type]
