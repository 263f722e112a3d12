"""The blobs of one sync: asking how much of each the hub has, and sending the rest piece by piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clerk_app.errors import BlobDamaged
from clerk_app.failpoints import failpoint
from clerk_app.journal.exchange import BlobId
from sync.client import HubClient, OffsetDiffers
from sync.crew import Errand
from sync.learn import blob_reached, blobs_after_asking
from sync.pace import TARGET_S
from sync.pieces import Piece, encode_pieces
from sync.plan import BlobView, SendPiece, SendPieces
from sync.run.state import RunState
from sync.schemas import BlobStanding


@dataclass(frozen=True, slots=True)
class SentTogether:
    """Which blobs went in one request, how much the hub has of each now, and those that could not be read."""

    ids: tuple[BlobId, ...]
    found: Sequence[BlobStanding]
    damaged: Sequence[BlobDamaged]


class Blobs:
    """Ask and send."""

    def __init__(self, state: RunState, client: HubClient) -> None:
        self._state, self._client = state, client
        self._acks_asked_at = state.lane.clock.monotonic()
        state.know_paces()

    def acks_asked(self) -> None:
        """Acks of entries whose blobs are complete are on their way: for the next ones there is time."""
        self._acks_asked_at = self._state.lane.clock.monotonic()
        self._state.know(acks_due=False)

    def asked(self, ids: Sequence[BlobId], standings: Sequence[BlobStanding]) -> None:
        """Learn how much of each the hub has."""
        blobs = blobs_after_asking(self._state.known.blobs, ids, standings)
        self._state.know(blobs=blobs, compared=False)

    def begin_piece(self, operation: SendPiece) -> Errand:
        """Send the piece from the operation's offset; where the hub is elsewhere, ask where."""
        desk, client = self._state.desk, self._client
        blob, offset, size = operation.blob, operation.offset, self._state.lane.paces.piece.size
        view = self._state.blob(blob)

        def call() -> BlobView:
            try:
                piece = desk.read_blob(blob, offset, size)
                answer = client.send_piece(blob, offset, view.size, piece)
                return blob_reached(view, answer.offset, complete=answer.complete)
            except OffsetDiffers:
                return blob_reached(view, client.blob_offset(blob))

        return Errand(operation, call, min(size, view.size - offset))

    def begin_pieces(self, operation: SendPieces) -> Errand:
        """Send what is left of several blobs; one that cannot be read is left out."""
        desk, client = self._state.desk, self._client
        views = [self._state.blob(piece.blob) for piece in operation.pieces]

        def call() -> SentTogether:
            damaged: list[BlobDamaged] = []
            pieces = []
            for view in views:
                offset = view.offset or 0
                try:
                    pieces.append(
                        Piece(view.id, offset, view.size, desk.read_blob(view.id, offset, view.size - offset))
                    )
                except BlobDamaged as error:
                    damaged.append(error)
            ids = tuple(piece.blob for piece in pieces)
            found = client.send_pieces(encode_pieces(pieces)) if ids else ()
            return SentTogether(ids, found, damaged)

        return Errand(operation, call, sum(view.size - (view.offset or 0) for view in views))

    def piece_sent(self, view: BlobView, errand: Errand) -> None:
        """Learn how much of the blob the hub has now."""
        self._state.set_blob(view)
        self._sent(errand, complete=int(view.complete))

    def pieces_sent(self, sent: SentTogether, errand: Errand) -> None:
        """Learn how much of each blob the hub has now."""
        self.asked(sent.ids, sent.found)
        for error in sent.damaged:
            self._state.cannot_send(error)
        self._sent(errand, complete=sum(standing.complete for standing in sent.found))

    def _sent(self, errand: Errand, *, complete: int) -> None:
        state = self._state
        paces = state.lane.paces
        paces.piece_sent(errand.size, errand.seconds)
        now = state.lane.clock.monotonic()
        state.know_paces()
        state.know(acks_due=now - self._acks_asked_at >= TARGET_S)
        failpoint("sync.piece_sent")
        state.blobs_sent += complete
        # What was written meanwhile goes first.
        state.look_at_chains()
        state.tell()
