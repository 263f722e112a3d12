"""Parcels in tests: what a desk packed, read again with the hub's own key."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from clerk_app.journal.handover import BATCH, BLOB, DRAFT, MANIFEST, Draft, Manifest, read_records
from clerk_app.security.parcel import Parcel, ParcelReader, check_parcel
from sync.batch import Batch, decode_batch
from sync.handover.answer import Returned, take_return
from sync.handover.pack import Packed, Packing, pack
from sync.hub.hub import Hub
from sync.hub.unpack import make_return, open_handover, take_records
from tests.sync.store_desk import StoreDesk


def packed(desk: StoreDesk, *, whole: bool = False, drafts: Sequence[Draft] = ()) -> tuple[Packed, bytes]:
    """What a desk hands over, as the bytes of a file."""
    file = io.BytesIO()
    packing = Packing(desk.handover_key(), whole, drafts)
    return pack(desk, packing, file, clock=desk.clock, rng=desk.rng), file.getvalue()


@dataclass(frozen=True)
class Unpacked:
    parcel: Parcel
    manifest: Manifest
    batches: list[Batch]
    blobs: dict[str, bytes]
    drafts: list[Draft]

    @property
    def places(self) -> list[tuple[str, int]]:
        return [(entry.head.chain, entry.head.seq) for batch in self.batches for entry in batch.entries]


def unpacked(content: bytes, private: bytes) -> Unpacked:
    """Open a hand-over with the key of its reader."""
    file = io.BytesIO(content)
    parcel = check_parcel(file)
    reader = ParcelReader(file, parcel, private)
    records = list(read_records(reader))
    assert [record.kind for record in records].count(MANIFEST) == 1
    assert records[0].kind == MANIFEST
    return Unpacked(
        parcel,
        Manifest.from_bytes(records[0].read(reader)),
        [decode_batch(record.read(reader)) for record in records if record.kind == BATCH],
        {record.blob: b"".join(record.pieces(reader, 0, 1000)) for record in records if record.kind == BLOB},
        [Draft.from_bytes(record.read(reader)) for record in records if record.kind == DRAFT],
    )


def taken_by(hub: Hub, content: bytes) -> bytes:
    """A hub takes in a whole hand-over; its return."""
    file = io.BytesIO(content)
    handover = open_handover(hub, file, check_parcel(file))
    assert take_records(hub, handover, 0, lambda: False) is None
    return make_return(hub, handover.device, handover.manifest)


def answered(desk: StoreDesk, content: bytes) -> Returned:
    """A desk takes in a return."""
    file = io.BytesIO(content)
    return take_return(desk, file, check_parcel(file))
