"""Taking in a hand-over: as if its device had pushed, whoever carried it and however often it comes.

Every batch is one transaction and every blob goes through the same door as from the line, so stopping anywhere and
beginning again is harmless. What the hub would have answered goes back as a return, sealed to the device alone.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from pydantic import ValidationError

from clerk_app.errors import BadParcel
from clerk_app.failpoints import failpoint
from clerk_app.journal.handover import (
    ANSWER,
    BATCH,
    BLOB,
    DRAFT,
    MANIFEST,
    Draft,
    Manifest,
    Record,
    read_records,
    write_record,
)
from clerk_app.journal.signature import public_of, sign
from clerk_app.security.parcel import Address, Envelope, Parcel, ParcelReader, ParcelWriter
from clerk_app.security.sealing import public_of_sealing
from sync.batch import decode_batch
from sync.hub.acks import signed_acks
from sync.hub.blobs import standing, take_piece
from sync.hub.devices import Device, any_device, register
from sync.hub.feed import compare, read_feed
from sync.hub.hub import Hub
from sync.hub.push import push
from sync.hub.quarantine import hold_drafts
from sync.hub.refusal import FOREIGN_CHAIN, OFFSET_DIFFERS, Refused
from sync.pieces import Piece
from sync.schemas import (
    AckMessage,
    ChainPlace,
    EntryRange,
    FeedAnswer,
    FeedMark,
    RegisterAsk,
    ReturnPart,
    StateAnswer,
    StateAsk,
)
from sync.wire import Malformed

logger = logging.getLogger(__name__)

PIECE_BYTES = 1024 * 1024
MAX_RETURN = 4 * 1024 * 1024
"""About as many bytes of feed go into one return; the device reads the rest when it has a line, or next time."""
_ACKS_IN_PART = 1000
_FEED_PAGE = 500
_UPLOADS_AT_ONCE = 3

IsTimeUp = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Handover:
    """A hand-over of a registered device, opened."""

    parcel: Parcel
    device: Device
    manifest: Manifest
    content: ParcelReader


def open_handover(hub: Hub, file: BinaryIO, parcel: Parcel, recovery: bytes | None = None) -> Handover:
    """Open a checked parcel; a device that never had a line is registered by the proof in it.

    `recovery` is the private recovery key, for what a revoked device sealed. Raises `BadParcel`: `not_handover`,
    `other_hub`, `unknown_device`, `other_key`, `bad_secret`, `recovery_needed`, `not_for_us`, `damaged`, `newer`.
    """
    envelope = parcel.envelope
    if envelope.kind != "handover":
        raise BadParcel(reason="not_handover")
    if envelope.hub != hub.identity:
        raise BadParcel(reason="other_hub")
    content = ParcelReader(file, parcel, _private(hub, envelope, recovery))
    manifest = _manifest(content)
    return Handover(parcel, _maker(hub, envelope, manifest), manifest, content)


def take_records(hub: Hub, handover: Handover, after: int, is_time_up: IsTimeUp) -> int | None:
    """Take in records from `after` on (0 at first), at least a part of one.

    Returns where to go on, or None when all are taken in. Raises `BadParcel` for bytes that are no records.
    """
    for record in read_records(handover.content, after):
        if record.start > after and is_time_up():
            return record.start
        if record.kind == BATCH:
            _take_batch(hub, handover, record)
        elif record.kind == DRAFT:
            hold_drafts(hub, handover.device, [Draft.from_bytes(record.read(handover.content))])
        elif record.kind == BLOB and not _take_blob(hub, handover, record, is_time_up):
            return record.start
        failpoint("handover.record_taken")
    return None


def make_return(hub: Hub, device: Device, manifest: Manifest) -> bytes:
    """What the hub answers to a hand-over: its digest, acks of what was handed over, and the device's feed."""
    file = io.BytesIO()
    address = Address("return", hub.identity, device.code, public_of(hub.keys.ack), manifest.answer_to)
    try:
        writer = ParcelWriter(file, address, made_at=hub.clock.now_ms(), rng=hub.rng)
    except ValueError:
        raise BadParcel(reason="damaged") from None
    for part in _parts(hub, device, manifest):
        write_record(writer.write, ANSWER, part.model_dump_json(exclude_none=True).encode())
    writer.finish(lambda purpose, message: sign(hub.keys.ack, purpose, message))
    return file.getvalue()


# ---- opening ------------------------------------------------------------------------------------------------------


def _private(hub: Hub, envelope: Envelope, recovery: bytes | None) -> bytes:
    if envelope.recipient == hub.keys.handover_public:
        return hub.keys.handover
    if recovery is not None and envelope.recipient == public_of_sealing(recovery):
        return recovery
    raise BadParcel(reason="recovery_needed" if envelope.recipient == hub.keys.recovery_public else "not_for_us")


def _manifest(content: ParcelReader) -> Manifest:
    first = next(read_records(content), None)
    if first is None or first.kind != MANIFEST:
        raise BadParcel(reason="damaged")
    return Manifest.from_bytes(first.read(content))


def _maker(hub: Hub, envelope: Envelope, manifest: Manifest) -> Device:
    try:
        with hub.store.reading() as connection:
            known = any_device(connection, envelope.device)
        if known.public_key is None:
            proof = manifest.proof.hex()
            register(
                hub, RegisterAsk(device=envelope.device, public_key=envelope.maker.hex(), proof=proof), revoked_too=True
            )
    except Refused as refused:
        raise BadParcel(reason=refused.code) from None
    if known.public_key not in (None, envelope.maker):
        raise BadParcel(reason="other_key")
    return Device(known.region, known.device, envelope.maker)


# ---- records ------------------------------------------------------------------------------------------------------


def _take_batch(hub: Hub, handover: Handover, record: Record) -> None:
    try:
        push(hub, handover.device, decode_batch(record.read(handover.content)))
    except Malformed:
        raise BadParcel(reason="damaged") from None
    except Refused as refused:
        if (refused.status, refused.code) != FOREIGN_CHAIN:
            raise
        # The digest of the return says how far this chain is; the others and their blobs are not held up.
        logger.warning("a batch of device %s was not taken: %s", handover.device.code, refused.code)


def _take_blob(hub: Hub, handover: Handover, record: Record, is_time_up: IsTimeUp) -> bool:
    """Take in a blob from where the hub has it; False when the time is up before its end."""
    for _ in range(_UPLOADS_AT_ONCE):
        found = standing(hub, handover.device, record.blob)
        if found.complete:
            return True
        try:
            return _take_pieces(hub, handover, record, found.offset, is_time_up)
        except Refused as refused:
            if (refused.status, refused.code) != OFFSET_DIFFERS:
                # Nobody names it (its chain was stopped), or its bytes are not what its id says.
                logger.warning("a blob of device %s was not taken: %s", handover.device.code, refused.code)
                return True
    return False


def _take_pieces(hub: Hub, handover: Handover, record: Record, offset: int, is_time_up: IsTimeUp) -> bool:
    for piece in record.pieces(handover.content, offset, PIECE_BYTES):
        answer = take_piece(hub, handover.device, Piece(record.blob, offset, record.size, piece))
        offset = answer.offset
        if offset < record.size and is_time_up():
            return False
    return True


# ---- the return ---------------------------------------------------------------------------------------------------


def _parts(hub: Hub, device: Device, manifest: Manifest) -> Iterator[ReturnPart]:
    ask, wanted = asked(manifest)
    state = compare(hub, device, ask)
    yield ReturnPart(state=state, missing=missing_before(state, wanted))
    yield from (ReturnPart(acks=part) for part in _acks(hub, device, wanted))
    if state.feed.known:
        yield from (ReturnPart(feed=page) for page in _feed(hub, device, manifest.feed.hub_seq))


def asked(manifest: Manifest) -> tuple[StateAsk, list[EntryRange]]:
    """What a device would have asked by line: the digest, and the acks it wants. Raises `BadParcel` (`damaged`)."""
    feed = FeedMark(after=manifest.feed.hub_seq, mark=manifest.feed.mark.hex())
    try:
        chains = [ChainPlace(chain=one.chain, seq=one.seq, head=one.head.hex()) for one in manifest.chains]
        wanted = [EntryRange(chain=chain, first=first, last=last) for chain, first, last in manifest.wanted]
        return StateAsk(chains=chains, feed=feed), wanted
    except ValidationError:
        raise BadParcel(reason="damaged") from None


def missing_before(state: StateAnswer, wanted: Sequence[EntryRange]) -> int:
    """Entries before those handed over that the hub has not; it was put back to an older copy of itself."""
    stored = {chain.chain: chain.seq for chain in state.chains if chain.standing not in ("stopped", "fork")}
    stopped = {chain.chain for chain in state.chains} - stored.keys()
    return sum(max(0, one.first - 1 - stored.get(one.chain, 0)) for one in wanted if one.chain not in stopped)


def _acks(hub: Hub, device: Device, wanted: Sequence[EntryRange]) -> Iterator[list[AckMessage]]:
    part: list[AckMessage] = []
    for span in wanted:
        with hub.store.reading() as connection:
            found = signed_acks(connection, hub, device.region, device.device, span)
        part += [AckMessage.of(ack) for ack in found]
        while len(part) > _ACKS_IN_PART:
            yield part[:_ACKS_IN_PART]
            del part[:_ACKS_IN_PART]
    if part:
        yield part


def _feed(hub: Hub, device: Device, after: int) -> Iterator[FeedAnswer]:
    size, more = 0, True
    while more and size < MAX_RETURN:
        page = read_feed(hub, device, after, _FEED_PAGE)
        after, more = page.after, page.more
        size += sum(len(item.content.encode()) for item in page.items)
        if page.items:
            yield page
