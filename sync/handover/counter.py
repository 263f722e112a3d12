"""Hand-overs of one store, joined: implements `clerk_app.services.handover.Handovers`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, Protocol

from clerk_app.errors import BadFile, BadParcel, NoReturn, StickUnsound
from clerk_app.failpoints import failpoint
from clerk_app.journal.exchange import BlobId, Registration
from clerk_app.seams import Clock, Disk, Rng
from clerk_app.security.parcel import Parcel, check_parcel, read_envelope
from clerk_app.services.handover import (
    PARCEL_SUFFIX,
    Answer,
    Carried,
    Export,
    ParcelFile,
    Progress,
    Standing,
    TakenIn,
)
from clerk_app.stick import forget_cached, stick_faults
from sync.handover.answer import take_return
from sync.handover.carry import Cargo
from sync.handover.desk import HandoverDesk
from sync.handover.pack import Packing, pack


class KeptCargo(Cargo, Protocol):
    """The carried hand-overs of a store, also beside a sync."""

    def take(self, file: BinaryIO, parcel: Parcel) -> bool:
        """Keep a checked parcel durably; False if it is here already or was delivered before."""

    def all(self) -> Sequence[Carried]:
        """Everything carried, oldest first."""

    def find(self, handover: BlobId) -> Carried | None:
        """How one stands; None if it is not here."""

    def answer(self, handover: BlobId) -> bytes:
        """The return of a delivered hand-over."""

    def drop(self, handover: BlobId) -> Carried:
        """Forget it with all its files."""


class CounterHandovers:
    """Hand-overs at one counter. Nothing is ever left half on a stick: written beside, synced, then renamed."""

    def __init__(self, desk: HandoverDesk, cargo: KeptCargo, *, disk: Disk, clock: Clock, rng: Rng) -> None:
        self._desk = desk
        self._cargo = cargo
        self._disk = disk
        self._clock = clock
        self._rng = rng

    @property
    def device(self) -> str:
        return self._desk.registration().code

    def look(self, folder: Path) -> Sequence[ParcelFile]:
        registration = self._desk.registration()
        with stick_faults():
            paths = sorted(path for path in folder.iterdir() if path.suffix == PARCEL_SUFFIX)
            return tuple(_seen(path, registration) for path in paths)

    def export(self, path: Path, *, whole: bool = False, progress: Progress | None = None) -> Export:
        device = self.device
        packing = Packing(self._desk.handover_key(), whole)
        with stick_faults():
            self._spare(path, "handover", device)
            packed = self._disk.compose(
                path,
                lambda file: pack(self._desk, packing, file, clock=self._clock, rng=self._rng, progress=progress),
            )
            _read_back(path, packed.id)
            size = path.stat().st_size
        failpoint("handover.exported")
        self._desk.note_export(packed.made_at, packed.reach)
        return Export(packed.id, packed.made_at, packed.entries, packed.blobs, packed.damaged, size)

    def take_in(self, path: Path) -> TakenIn:
        registration = self._desk.registration()
        with _opened(path) as file:
            with stick_faults():
                parcel = check_parcel(file)
            envelope = parcel.envelope
            if envelope.hub != registration.hub:
                raise BadParcel(reason="other_hub")
            if envelope.kind == "return":
                with stick_faults():
                    returned = take_return(self._desk, file, parcel)
                return TakenIn(answer=Answer(**asdict(returned), pending=self._desk.backlog().pending))
            if envelope.device == registration.code:
                raise BadParcel(reason="own")
            is_new = self._cargo.take(file, parcel)
        return TakenIn(carried=self._cargo.find(parcel.id), is_new=is_new)

    def write_return(self, path: Path, handover: str | None = None) -> Carried:
        delivered = [one for one in self._cargo.all() if one.state == "delivered"]
        chosen = [one for one in delivered if handover is None or one.id.startswith(handover)]
        if not chosen:
            raise NoReturn
        one = max(chosen, key=lambda one: one.settled_at or 0)
        content = self._cargo.answer(one.id)
        with stick_faults():
            self._spare(path, "return", one.device)
            self._disk.replace(path, content)
            _read_back(path, hashlib.sha256(content).hexdigest())
        return one

    def drop(self, handover: str) -> Carried:
        return self._cargo.drop(handover)

    def standing(self) -> Standing:
        made_at, reach = self._desk.last_export()
        acked = {chain.chain: chain.acked for chain in self._desk.own_chains()}
        pending = sum(max(0, seq - acked[chain]) for chain, seq in reach if chain in acked)
        return Standing(made_at, pending, tuple(self._cargo.all()))

    def _spare(self, path: Path, kind: str, device: str) -> None:
        """Refuse to write over anything but an earlier file of the same kind for the same device."""
        try:
            with path.open("rb") as file:
                envelope = check_parcel(file).envelope
        except FileNotFoundError:
            return
        except (BadParcel, IsADirectoryError):
            raise BadFile(reason=f"{path.name} 已经存在，没有覆盖") from None
        if (envelope.kind, envelope.device) != (kind, device):
            raise BadFile(reason=f"{path.name} 是另一台设备的文件，没有覆盖")


def _seen(path: Path, registration: Registration) -> ParcelFile:
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            envelope = read_envelope(file)
    except BadParcel as error:
        return ParcelFile(path, size, reason=error.data["reason"])
    if envelope.hub != registration.hub:
        return ParcelFile(path, size, reason="other_hub")
    is_ours = envelope.device == registration.code
    return ParcelFile(path, size, envelope.kind, envelope.device, envelope.made_at, is_ours)


def _read_back(path: Path, parcel: str) -> None:
    """Compare what lies on the stick with what was written; raise `StickUnsound` if it is something else."""
    with path.open("rb") as file:
        forget_cached(file)
        try:
            found = check_parcel(file).id
        except BadParcel:
            found = ""
    if found != parcel:
        path.unlink(missing_ok=True)
        raise StickUnsound


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    with stick_faults():
        file = path.open("rb")
    with file:
        yield file
