"""The hub under power loss: what it has acked and the blobs it has called whole must be there.

As a process: python -m benchmarks.lab.powerloss_hub FOLDER ACTS SYNC
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from sqlalchemy import select

from benchmarks.lab.durability import weaken_to
from benchmarks.lab.recording import TOLD
from clerk_app.errors import ClerkError
from clerk_app.journal.entry import NO_HEAD, Entry, Header, make_entry
from clerk_app.journal.signature import HEAD, head_message, public_of, sign
from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from sync.batch import decode_batch, encode_batch
from sync.hub.blobs import take_piece, take_pieces
from sync.hub.devices import Device, EnrolmentWish, enrol
from sync.hub.hub import Hub, HubSeams, open_hub
from sync.hub.push import push
from sync.hub.schema import devices, entries
from sync.hub.verify import verify_hub
from sync.pieces import Piece

HALL, DEVICE, CHAIN = "999999", "001", "ab" * 16
PRIVATE = bytes(range(32))
BLOB_BYTES = 20_000
PIECE_BYTES = 9_000
MOST_ENTRIES = 3
MOST_BLOBS = 3


@dataclass(frozen=True, slots=True)
class OurHub:
    """A hub with one registered device, made before the record begins. `sync` is FULL, or NORMAL for the control."""

    sync: str = "FULL"

    def prepare(self, folder: Path) -> None:
        """Make the hub."""
        hub = _open(folder)
        url = "http://127.0.0.1:1"
        enrol(hub, EnrolmentWish(HALL, "例州区政务服务中心", "例", url, url))
        with hub.store.writing() as connection:
            connection.execute(devices.update().values(public_key=public_of(PRIVATE), registered_at=1))
        hub.close()

    def command(self, folder: Path, acts: int) -> list[str]:
        """This module as a process."""
        return [sys.executable, "-m", "benchmarks.lab.powerloss_hub", str(folder), str(acts), self.sync]

    def broken(self, folder: Path, told: frozenset[str]) -> set[str]:
        """A hub that does not open or verify, an acked entry or a finished blob that is missing."""
        try:
            hub = _open(folder)
        except ClerkError as error:
            return {f"cannot be opened: {error.code}"}
        try:
            return _broken(hub, told)
        finally:
            hub.close()


def _broken(hub: Hub, told: frozenset[str]) -> set[str]:
    with hub.store.reading() as connection:
        stored = {bytes(found).hex() for found in connection.execute(select(entries.c.hash)).scalars()}
    faults = set()
    if {what.removeprefix("entry/") for what in told if what.startswith("entry/")} - stored:
        faults.add("acked entry lost")
    blobs = {what.removeprefix("blob/") for what in told if what.startswith("blob/")}
    if not all(hub.shelf.is_whole(blob) for blob in blobs):
        faults.add("blob that was called whole is not")
    fault = verify_hub(hub).first_fault
    if fault is not None:
        faults.add(f"does not verify: {fault.partition(' ')[0]}")
    return faults


def _open(folder: Path) -> Hub:
    return open_hub(folder / "hub", HubSeams(SystemClock(), SystemDisk(), SystemRng()))


def _work(folder: Path, acts: int) -> None:
    hub, random = _open(folder), Random(1)
    device = Device(HALL, DEVICE, public_of(PRIVATE))
    written: list[Entry] = []
    for _act in range(acts):
        blobs = [random.randbytes(BLOB_BYTES) for _ in range(random.randint(1, MOST_BLOBS))]
        begin = len(written) + 1
        for _entry in range(random.randint(1, MOST_ENTRIES)):
            written.append(_entry_after(written, random, blobs))
        fresh = written[begin - 1 :]
        signature = sign(PRIVATE, HEAD, head_message(CHAIN, len(written), written[-1].hash))
        answer = push(hub, device, decode_batch(encode_batch(CHAIN, begin, fresh, signature)))
        if answer.acks:
            for entry in fresh:
                _tell(f"entry/{entry.hash.hex()}")
        first, *others = blobs
        if _send(hub, device, first):
            _tell(f"blob/{_id_of(first)}")
        for found in _send_together(hub, device, others):
            _tell(f"blob/{found}")
    os._exit(0)  # no orderly close: the record ends like a crash


def _entry_after(written: list[Entry], random: Random, blobs: Sequence[bytes]) -> Entry:
    seq, stream = len(written) + 1, f"visit/{random.getrandbits(64):016x}"
    header = Header(CHAIN, seq, 1_795_000_000_000 + seq, "ok", "0312", stream, "visit.opened")
    named = [
        {"id": _id_of(blob), "key": "AAAA", "size": len(blob), "media_type": "image/jpeg", "name": "scan.jpg"}
        for blob in blobs
    ]
    body = {"session": "00" * 8, "ticket": None, "blobs": named}
    return make_entry(header, body, prev=written[-1].hash if written else NO_HEAD, salt=random.randbytes(16))


def _send(hub: Hub, device: Device, blob: bytes) -> bool:
    """Send a blob in pieces; whether the hub then says that it is whole."""
    complete = False
    for offset in range(0, len(blob), PIECE_BYTES):
        piece = Piece(_id_of(blob), offset, len(blob), blob[offset : offset + PIECE_BYTES])
        complete = take_piece(hub, device, piece).complete
    return complete


def _send_together(hub: Hub, device: Device, blobs: Sequence[bytes]) -> list[str]:
    """Send blobs in one request, the first of them twice; which of them the hub then says are whole."""
    if not blobs:
        return []
    pieces = [Piece(_id_of(blob), 0, len(blob), blob) for blob in (*blobs, blobs[0])]
    return [found.id for found in take_pieces(hub, device, pieces).blobs if found.complete]


def _id_of(blob: bytes) -> str:
    return hashlib.sha256(blob).hexdigest()


def _tell(what: str) -> None:
    os.write(1, TOLD + what.encode() + b"\n")


if __name__ == "__main__":
    weaken_to(sys.argv[3])
    _work(Path(sys.argv[1]), int(sys.argv[2]))
