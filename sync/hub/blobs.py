"""Blobs over the wire: asked for before they are sent, in pieces that resume at our offset, checked at the end."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from sqlalchemy import Connection, bindparam, exists, select, update

from clerk_app.failpoints import failpoint
from clerk_app.journal.exchange import BlobId
from sync.hub.announced import MAX_HANDOVER, find_announced
from sync.hub.devices import Device
from sync.hub.hub import Hub
from sync.hub.refusal import HASH_DIFFERS, MALFORMED, OFFSET_DIFFERS, TOO_LARGE, UNKNOWN_BLOB, Refused
from sync.hub.schema import blob_names, blobs, entries
from sync.hub.shelf import Shelf
from sync.hub.store import is_alone, parts_of
from sync.pieces import Piece
from sync.schemas import BlobsAnswer, BlobStanding, PieceAnswer
from sync.wire import UPLOAD_OFFSET

MAX_BLOB = 256 * 1024 * 1024
"""Sealed bytes of one blob."""
_NAMED = select(blobs.c.blob, blobs.c.complete).where(
    blobs.c.region == bindparam("hall"), blobs.c.blob.in_(bindparam("part", expanding=True))
)
_NAMES_ONE = exists().where(
    blob_names.c.region == bindparam("hall"),
    blob_names.c.chain == entries.c.chain,
    blob_names.c.seq == entries.c.seq,
    blob_names.c.blob.in_(bindparam("part", expanding=True)),
)
_STILL_WAITS = exists().where(
    blob_names.c.region == bindparam("hall"),
    blob_names.c.chain == entries.c.chain,
    blob_names.c.seq == entries.c.seq,
    blobs.c.region == bindparam("hall"),
    blobs.c.blob == blob_names.c.blob,
    blobs.c.complete.is_(False),
)
_OF_HALL = entries.c.region == bindparam("hall")
_LOCK_ENTRIES = (
    select(entries.c.seq).where(_OF_HALL, _NAMES_ONE).order_by(entries.c.chain, entries.c.seq).with_for_update()
)
_COMPLETE_ENTRIES = update(entries).where(_OF_HALL, _NAMES_ONE, ~_STILL_WAITS).values(blobs_complete=True)
_COMPLETE_BLOB = (
    update(blobs)
    .where(blobs.c.region == bindparam("hall"), blobs.c.blob == bindparam("the_blob"))
    .values(complete=True, size=bindparam("the_size"))
)
"""Made once: put together anew for every request they cost more than they do."""


def standings(hub: Hub, device: Device, ids: Sequence[BlobId]) -> BlobsAnswer:
    """How much the hub has of each blob."""
    shelf = hub.shelf
    whole = {blob for blob in ids if shelf.has(blob)}
    with hub.store.reading() as connection:
        named = _complete_or_not(connection, device.region, whole)
    complete = _settle(hub, device, {blob: named.get(blob) for blob in whole})
    return BlobsAnswer(
        blobs=[
            BlobStanding(
                id=blob, offset=shelf.size(blob) if blob in whole else shelf.offset(blob), complete=blob in complete
            )
            for blob in ids
        ]
    )


def standing(hub: Hub, device: Device, blob: BlobId) -> BlobStanding:
    """How much the hub has of one blob."""
    return standings(hub, device, [blob]).blobs[0]


def take_piece(hub: Hub, device: Device, piece: Piece) -> PieceAnswer:
    """Add a piece; with the last one the whole is checked and counts. Refuse what does not fit, with our offset."""
    [(outcome, found)] = _take(hub, device, [piece])
    if outcome == "elsewhere":
        raise Refused(*OFFSET_DIFFERS, {UPLOAD_OFFSET: str(found.offset)})
    if outcome == "spoilt":
        raise Refused(*HASH_DIFFERS, {UPLOAD_OFFSET: "0"})
    return PieceAnswer(offset=found.offset, complete=found.complete)


def take_pieces(hub: Hub, device: Device, pieces: Sequence[Piece]) -> BlobsAnswer:
    """Add pieces of several blobs, with one commit for all that they complete; say of each how much is here now.

    One that does not fit at our offset is left out, one whose blob turns out to be another begins again at 0. Refuse
    all of them if one is of a blob that nobody expects, or can be no piece.
    """
    return BlobsAnswer(blobs=[found for _outcome, found in _take(hub, device, pieces)])


_Outcome = Literal["part", "whole", "elsewhere", "spoilt"]


def _take(hub: Hub, device: Device, pieces: Sequence[Piece]) -> list[tuple[_Outcome, BlobStanding]]:
    named = _check(hub, device, pieces)
    put = [(piece, _put(hub.shelf, piece)) for piece in pieces]
    whole = {piece.blob for piece, outcome in put if outcome == "whole"}
    complete = _settle(hub, device, {blob: named.get(blob) for blob in whole})
    return [(outcome, _found(hub, device, piece, outcome, complete)) for piece, outcome in put]


def _found(hub: Hub, device: Device, piece: Piece, outcome: _Outcome, complete: set[BlobId]) -> BlobStanding:
    if outcome in ("elsewhere", "spoilt"):
        return standing(hub, device, piece.blob)
    offset = piece.length if outcome == "whole" else piece.end
    return BlobStanding(id=piece.blob, offset=offset, complete=piece.blob in complete)


def _put(shelf: Shelf, piece: Piece) -> _Outcome:
    """Put a piece on the shelf; what it says of a whole blob is durable only once that was settled."""
    if shelf.has(piece.blob):
        return "whole"
    if (piece.offset, piece.end) == (0, piece.length):
        return "whole" if shelf.put(piece.blob, piece.content) else "spoilt"
    if shelf.offset(piece.blob) > piece.length:
        # Begun with another length: nothing of it can be trusted to belong to this blob.
        shelf.drop(piece.blob)
    if not shelf.append(piece.blob, piece.offset, piece.content):
        return "elsewhere"
    failpoint("hub.blob.appended")
    if piece.end < piece.length:
        return "part"
    return "whole" if shelf.finish(piece.blob) else "spoilt"


def _check(hub: Hub, device: Device, pieces: Sequence[Piece]) -> dict[BlobId, bool]:
    """Refuse pieces that cannot be, or of which nobody expects the blob: no entry names it, no carrier announced it.

    Return of those that entries name whether each is noted as complete.
    """
    if any(not (piece.length > 0 and piece.offset >= 0 and piece.end <= piece.length) for piece in pieces):
        raise Refused(*MALFORMED)
    with hub.store.reading() as connection:
        named = _complete_or_not(connection, device.region, {piece.blob for piece in pieces})
        for piece in pieces:
            announced = piece.blob not in named and find_announced(connection, device.region, piece.blob) is not None
            if piece.length > (MAX_HANDOVER if announced else MAX_BLOB):
                raise Refused(*TOO_LARGE)
            if piece.blob not in named and not announced:
                raise Refused(*UNKNOWN_BLOB)
    return named


def is_named(connection: Connection, region: str, blob: BlobId) -> bool:
    """Whether an entry of the region names it."""
    return bool(_complete_or_not(connection, region, {blob}))


def _complete_or_not(connection: Connection, region: str, ids: Collection[BlobId]) -> dict[BlobId, bool]:
    """Of those that entries of the region name: whether each is noted as complete."""
    found: dict[BlobId, bool] = {}
    for part in parts_of(sorted(ids)):
        found |= {row.blob: row.complete for row in connection.execute(_NAMED, {"hall": region, "part": part})}
    return found


def _settle(hub: Hub, device: Device, whole: Mapping[BlobId, bool | None]) -> set[BlobId]:
    """Note that blobs are here, durably, also after a crash between shelf and database; return those somebody names.

    `whole` says of each whether it was noted as complete, None where nobody names it. Whoever finds a blob whole makes
    sure of it: who put it there may not have come so far yet.
    """
    fresh = sorted(blob for blob, noted in whole.items() if not noted)
    if fresh:
        hub.shelf.make_durable(fresh)
        failpoint("hub.blob.durable")
    if waiting := [blob for blob in fresh if whole[blob] is not None]:
        hall = device.region
        sizes = [{"hall": hall, "the_blob": blob, "the_size": hub.shelf.size(blob)} for blob in waiting]
        with hub.store.writing() as connection:
            connection.execute(_COMPLETE_BLOB, sizes)
            for part in parts_of(waiting):
                _complete_entries(connection, device.region, part)
            failpoint("hub.blob.before_commit")
        failpoint("hub.blob.after_commit")
    return {blob for blob, noted in whole.items() if noted is not None}


def _complete_entries(connection: Connection, region: str, ids: Sequence[BlobId]) -> None:
    """Mark the entries that waited for these blobs and for no others."""
    these = {"hall": region, "part": ids}
    if not is_alone(connection):
        # Of blobs of one entry that end at once neither transaction sees the other's; who gets the entry second does.
        connection.execute(_LOCK_ENTRIES, these)
    connection.execute(_COMPLETE_ENTRIES, these)
