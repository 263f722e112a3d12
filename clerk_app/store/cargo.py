"""Hand-overs of other devices that this one carries: files in a folder of their own, sealed as they came.

    ID            the parcel, until the hub has taken it in          ID is SHA-256 of its bytes
    ID.json       whose it is and how it stands; a parcel without it is not kept
    ID.return     the hub's return

Each step is one durable file, in an order that may stop anywhere: parcel, then its line; return, then the line, then
the parcel goes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import BinaryIO

from clerk_app.errors import BadParcel, NoSuchCargo, StickFailed
from clerk_app.failpoints import failpoint
from clerk_app.journal.exchange import BlobId
from clerk_app.seams import TEMPORARY, Clock, Disk, fsync_folder
from clerk_app.security.parcel import Parcel
from clerk_app.services.handover import Carried
from clerk_app.store.faults import storage_faults

_LINE, _RETURN = ".json", ".return"
_PIECE = 1024 * 1024


class CargoHold:
    """The carried hand-overs of one store."""

    def __init__(self, folder: Path, disk: Disk, clock: Clock) -> None:
        self._folder = folder
        self._disk = disk
        self._clock = clock

    def take(self, file: BinaryIO, parcel: Parcel) -> bool:
        """Keep a checked parcel durably; False if it is here already or was delivered before.

        A refused one is kept again, so that it is tried again. Raises `BadParcel` if its bytes are others by now,
        `StickFailed` if they cannot be read, `DiskFull` or `DiskFailed` if they cannot be kept; nothing is kept then.
        """
        known = self.find(parcel.id)
        if known is not None and known.state != "refused":
            return False
        with storage_faults():
            if not self._folder.exists():
                self._folder.mkdir(parents=True)
                fsync_folder(self._folder.parent)
            self._disk.compose(self._path(parcel.id), lambda kept: _copy(file, kept, parcel))
            failpoint("handover.cargo_kept")
            self._put(Carried(parcel.id, parcel.envelope.device, parcel.envelope.made_at, parcel.size, self._now()))
        failpoint("handover.cargo_listed")
        return True

    def all(self) -> Sequence[Carried]:
        """Everything carried, oldest first."""
        found = [self.find(path.name.removesuffix(_LINE)) for path in self._folder.glob(f"*{_LINE}")]
        return sorted((one for one in found if one), key=lambda one: (one.taken_at, one.id))

    def waiting(self) -> Sequence[Carried]:
        """What waits to be delivered, oldest first."""
        return [one for one in self.all() if one.state == "waiting"]

    def find(self, handover: BlobId) -> Carried | None:
        """How one stands; None if it is not here, or its line cannot be read."""
        try:
            return Carried(**json.loads(self._disk.read(self._path(handover, _LINE))))
        except (OSError, ValueError, TypeError):
            return None

    def read(self, handover: BlobId, offset: int, size: int) -> bytes:
        """At most `size` bytes of a waiting parcel from `offset`; raise `NoSuchCargo` if it was dropped meanwhile."""
        with storage_faults():
            try:
                file = self._path(handover).open("rb")
            except FileNotFoundError:
                raise NoSuchCargo from None
            with file:
                file.seek(offset)
                return file.read(size)

    def settle(self, handover: BlobId, answer: bytes) -> None:
        """Keep the hub's return; the parcel itself is no longer needed. Raises `NoSuchCargo` as `read` does."""
        known = self._need(handover)
        with storage_faults():
            self._disk.replace(self._path(handover, _RETURN), answer)
            failpoint("handover.return_kept")
            self._put(replace(known, state="delivered", reason="", settled_at=self._now()))
            failpoint("handover.delivered")
            self._path(handover).unlink(missing_ok=True)

    def refuse(self, handover: BlobId, reason: str) -> None:
        """Note that the hub does not take it; the parcel stays here, a person decides."""
        with storage_faults():
            self._put(replace(self._need(handover), state="refused", reason=reason, settled_at=self._now()))

    def answer(self, handover: BlobId) -> bytes:
        """The return of a delivered hand-over; raise `NoSuchCargo`."""
        self._need(handover)
        with storage_faults():
            return self._disk.read(self._path(handover, _RETURN))

    def drop(self, handover: BlobId) -> Carried:
        """Forget it with all its files; raise `NoSuchCargo`."""
        known = self._need(handover)
        with storage_faults():
            for end in (_LINE, "", _RETURN):
                self._path(handover, end).unlink(missing_ok=True)
        return known

    def clear_unfinished(self) -> None:
        """Remove what a crash left: half-written files, parcels without a line, parcels delivered already."""
        for leftover in self._folder.glob(f"*{TEMPORARY}"):
            leftover.unlink(missing_ok=True)
        for path in self._folder.glob("*"):
            known = self.find(path.name)
            if not path.suffix and (known is None or known.state == "delivered"):
                path.unlink(missing_ok=True)

    def _need(self, handover: BlobId) -> Carried:
        known = self.find(handover)
        if known is None:
            raise NoSuchCargo
        return known

    def _put(self, line: Carried) -> None:
        self._disk.replace(self._path(line.id, _LINE), json.dumps(asdict(line)).encode())

    def _path(self, handover: BlobId, end: str = "") -> Path:
        return self._folder / f"{handover}{end}"

    def _now(self) -> int:
        return self._clock.now_ms()


def _copy(file: BinaryIO, kept: BinaryIO, parcel: Parcel) -> None:
    """Copy the very bytes that were checked; a stick that was pulled out, or another file by now, is noticed."""
    hasher = hashlib.sha256()
    file.seek(0)
    while piece := _read(file):
        hasher.update(piece)
        kept.write(piece)
    if hasher.hexdigest() != parcel.id:
        raise BadParcel(reason="damaged")


def _read(file: BinaryIO) -> bytes:
    try:
        return file.read(_PIECE)
    except OSError as error:
        raise StickFailed from error
