"""Blobs over the wire: asked for before they are sent, in pieces that resume at our offset, checked at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, exists, select, update

from clerk_app.failpoints import failpoint
from clerk_app.journal.exchange import BlobId
from sync.hub.announced import MAX_HANDOVER, find_announced
from sync.hub.devices import Device
from sync.hub.hub import Hub
from sync.hub.refusal import HASH_DIFFERS, MALFORMED, OFFSET_DIFFERS, TOO_LARGE, UNKNOWN_BLOB, Refused
from sync.hub.schema import blob_names, blobs, entries
from sync.schemas import BlobsAnswer, BlobStanding, PieceAnswer
from sync.wire import UPLOAD_OFFSET

MAX_BLOB = 256 * 1024 * 1024
"""Sealed bytes of one blob."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a blob of `length` bytes, from `offset`."""

    blob: BlobId
    offset: int
    length: int
    content: bytes

    @property
    def end(self) -> int:
        """The offset after it."""
        return self.offset + len(self.content)


def standings(hub: Hub, device: Device, ids: Sequence[BlobId]) -> BlobsAnswer:
    """How much the hub has of each blob."""
    return BlobsAnswer(blobs=[standing(hub, device, blob) for blob in ids])


def standing(hub: Hub, device: Device, blob: BlobId) -> BlobStanding:
    """How much the hub has of one blob."""
    if hub.shelf.has(blob):
        return BlobStanding(id=blob, offset=hub.shelf.size(blob), complete=_settle(hub, device, blob))
    return BlobStanding(id=blob, offset=hub.shelf.offset(blob), complete=False)


def take_piece(hub: Hub, device: Device, piece: Piece) -> PieceAnswer:
    """Add a piece; with the last one the whole is checked and counts. Refuse what does not fit, with our offset."""
    if not (piece.length > 0 and piece.offset >= 0 and piece.end <= piece.length):
        raise Refused(*MALFORMED)
    limit = _limit(hub, device, piece.blob)
    if piece.length > (limit or MAX_BLOB):
        raise Refused(*TOO_LARGE)
    if not limit:
        raise Refused(*UNKNOWN_BLOB)
    shelf = hub.shelf
    if not shelf.has(piece.blob):
        if shelf.offset(piece.blob) > piece.length:
            # Begun with another length: nothing of it can be trusted to belong to this blob.
            shelf.drop(piece.blob)
        if not shelf.append(piece.blob, piece.offset, piece.content):
            raise Refused(*OFFSET_DIFFERS, {UPLOAD_OFFSET: str(standing(hub, device, piece.blob).offset)})
        failpoint("hub.blob.appended")
        if piece.end < piece.length:
            return PieceAnswer(offset=piece.end, complete=False)
        if not shelf.finish(piece.blob):
            raise Refused(*HASH_DIFFERS, {UPLOAD_OFFSET: "0"})
    return PieceAnswer(offset=piece.length, complete=_settle(hub, device, piece.blob))


def _limit(hub: Hub, device: Device, blob: BlobId) -> int:
    """How large it may be: an entry names it, or a carrier announced it as a hand-over; 0 if nobody expects it."""
    with hub.store.reading() as connection:
        if is_named(connection, device.region, blob):
            return MAX_BLOB
        return MAX_HANDOVER if find_announced(connection, device.region, blob) else 0


def is_named(connection: Connection, region: str, blob: BlobId) -> bool:
    """Whether an entry of the region names it."""
    statement = select(blobs.c.blob).where(blobs.c.region == region, blobs.c.blob == blob)
    return connection.execute(statement).one_or_none() is not None


def _settle(hub: Hub, device: Device, blob: BlobId) -> bool:
    """Note that a whole blob is here, also after a crash between shelf and database; False if nobody names it."""
    mine = (blobs.c.region == device.region, blobs.c.blob == blob)
    with hub.store.reading() as connection:
        complete = connection.execute(select(blobs.c.complete).where(*mine)).scalar_one_or_none()
    if complete:
        return True
    with hub.store.writing() as connection:
        size = hub.shelf.size(blob)
        done = connection.execute(update(blobs).where(*mine).values(complete=True, size=size))
        _complete_entries(connection, device.region, blob)
        failpoint("hub.blob.before_commit")
    failpoint("hub.blob.after_commit")
    return done.rowcount == 1


def _complete_entries(connection: Connection, region: str, blob: BlobId) -> None:
    """Mark the entries that waited for this blob and for no other."""
    mine = (blob_names.c.region == region, blob_names.c.chain == entries.c.chain, blob_names.c.seq == entries.c.seq)
    names_it = exists().where(*mine, blob_names.c.blob == blob)
    of_it = select(entries.c.seq).where(entries.c.region == region, names_it)
    # Of two blobs of one entry that end at once neither transaction sees the other; who gets the entry second does.
    connection.execute(of_it.order_by(entries.c.chain, entries.c.seq).with_for_update())
    waits = exists().where(
        *mine, blobs.c.region == region, blobs.c.blob == blob_names.c.blob, blobs.c.complete.is_(False)
    )
    statement = update(entries).where(entries.c.region == region, names_it, ~waits)
    connection.execute(statement.values(blobs_complete=True))
