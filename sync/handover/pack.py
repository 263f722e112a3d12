"""Packing a hand-over: everything the hub has not signed for yet, in one sealed parcel, in bounded memory.

Nothing is marked as uploaded by it: only an ack does that, by line or in a return.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from clerk_app.errors import BlobDamaged
from clerk_app.journal.body import read_body
from clerk_app.journal.entry import Entry
from clerk_app.journal.exchange import BlobId, OwnChain
from clerk_app.journal.handover import BATCH, DRAFT, MANIFEST, ChainHead, Draft, Manifest, write_blob, write_record
from clerk_app.journal.signature import HEAD, head_message
from clerk_app.seams import Clock, Rng
from clerk_app.security.parcel import Address, ParcelWriter
from clerk_app.security.sealing import public_of_sealing
from clerk_app.services.handover import Progress
from sync.batch import MAX_ENTRIES, encode_batch
from sync.blobs import named_blobs
from sync.handover.desk import HandoverDesk
from sync.registration import registration_proof, verifier_of

logger = logging.getLogger(__name__)

BATCH_BYTES = 1024 * 1024
PIECE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Packed:
    """What a hand-over holds: its id (SHA-256 of the file), numbers, and how far each chain in it reaches.

    `damaged` counts blobs that are missing or changed here and were left out.
    """

    id: str
    made_at: int
    entries: int
    blobs: int
    damaged: int
    reach: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Packing:
    """What to pack. `recipient` is the hub's X25519 key; `whole`: also what the hub has signed for already.

    `stopped_too`: also what the hub would not take, of chains it has stopped, because no other copy will be left.
    """

    recipient: bytes
    whole: bool = False
    drafts: Sequence[Draft] = ()
    stopped_too: bool = False


def pack(
    desk: HandoverDesk,
    packing: Packing,
    file: BinaryIO,
    *,
    clock: Clock,
    rng: Rng,
    progress: Progress | None = None,
) -> Packed:
    """Write a hand-over into `file`; raise `NotEnrolled`, `PracticeStore`, store errors or the file's `OSError`."""
    registration = desk.registration()
    address = Address("handover", registration.hub, registration.code, registration.device_public, packing.recipient)
    made_at = clock.now_ms()
    writer = ParcelWriter(file, address, made_at=made_at, rng=rng)
    chains = desk.own_chains()
    spans = tuple(_Span(chain, 0 if packing.whole else chain.acked) for chain in chains if _goes(chain, packing))
    manifest = Manifest(
        tuple(ChainHead(chain.chain, chain.seq, chain.head) for chain in chains),
        _wanted(desk, spans),
        desk.feed_place(),
        registration_proof(verifier_of(registration.secret), registration),
        public_of_sealing(desk.answer_key()),
    )
    write_record(writer.write, MANIFEST, manifest.to_bytes())
    named = {blob.id: blob.size for entry in desk.waiting() for blob in entry.blobs}
    count = 0
    for span in spans:
        for batch in _batches(desk, span):
            write_record(writer.write, BATCH, _encoded(desk, batch))
            count += len(batch)
            named |= {blob: size for entry in batch for blob, size in _named(entry)}
    sent = 0
    for done, blob in enumerate(sorted(named, key=lambda blob: (named[blob], blob))):
        if progress is not None:
            progress(done, len(named))
        sent += _write_blob(desk, writer, blob)
    for draft in packing.drafts:
        write_record(writer.write, DRAFT, draft.to_bytes())
    parcel = writer.finish(desk.sign)
    reach = tuple((span.chain.chain, span.chain.seq) for span in spans)
    return Packed(parcel, made_at, count, sent, len(named) - sent, reach)


def _goes(chain: OwnChain, packing: Packing) -> bool:
    return packing.stopped_too or not chain.stopped


@dataclass(frozen=True, slots=True)
class _Span:
    """The entries of a chain after `after`, up to where the chain reached when the packing began."""

    chain: OwnChain
    after: int


def _wanted(desk: HandoverDesk, spans: Sequence[_Span]) -> tuple[tuple[str, int, int], ...]:
    packed = [(span.chain.chain, span.after + 1, span.chain.seq) for span in spans if span.after < span.chain.seq]
    waiting = [(entry.chain, entry.seq, entry.seq) for entry in desk.waiting()]
    return (*packed, *(one for one in waiting if not any(_covers(span, one) for span in packed)))


def _covers(span: tuple[str, int, int], one: tuple[str, int, int]) -> bool:
    return span[0] == one[0] and span[1] <= one[1] <= span[2]


def _batches(desk: HandoverDesk, span: _Span) -> Iterator[Sequence[Entry]]:
    after, last = span.after, span.chain.seq
    while after < last:
        # A desk at work writes on meanwhile; the manifest has named where this parcel ends.
        batch = desk.entries_after(span.chain.chain, after, max_bytes=BATCH_BYTES)[: min(last - after, MAX_ENTRIES)]
        yield batch
        after += len(batch)


def _encoded(desk: HandoverDesk, batch: Sequence[Entry]) -> bytes:
    first, last = batch[0].head, batch[-1].head
    signature = desk.sign(HEAD, head_message(last.chain, last.seq, batch[-1].hash))
    return encode_batch(first.chain, first.seq, batch, signature)


def _named(entry: Entry) -> Iterator[tuple[BlobId, int]]:
    body: Any = read_body(entry.body) if entry.body else None
    for blob in named_blobs(body):
        yield blob.id, blob.size


def _write_blob(desk: HandoverDesk, writer: ParcelWriter, blob: BlobId) -> bool:
    try:
        size = desk.blob_size(blob)
        # The first piece is read, and with it the whole blob checked, before anything of it is written.
        first = desk.read_blob(blob, 0, PIECE_BYTES)
    except BlobDamaged:
        logger.warning("blob %s cannot be handed over: missing or changed", blob[:8])
        return False
    write_blob(writer.write, blob, size, _pieces(desk, blob, first, size))
    return True


def _pieces(desk: HandoverDesk, blob: BlobId, first: bytes, size: int) -> Iterator[bytes]:
    yield first
    for offset in range(len(first), size, PIECE_BYTES):
        yield desk.read_blob(blob, offset, PIECE_BYTES)
