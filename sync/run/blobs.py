"""The blobs of one sync: asking how much of each the hub has, and sending the rest piece by piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clerk_app.failpoints import failpoint
from clerk_app.journal.exchange import BlobId
from sync.client import HubClient, OffsetDiffers
from sync.crew import Errand
from sync.learn import blobs_after_asking
from sync.plan import BlobView, SendPiece
from sync.run.state import RunState
from sync.schemas import BlobStanding


class Blobs:
    """Ask and send."""

    def __init__(self, state: RunState, client: HubClient) -> None:
        self._state, self._client = state, client

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
                return replace(view, offset=answer.offset, complete=answer.complete)
            except OffsetDiffers:
                return replace(view, offset=client.blob_offset(blob))

        return Errand(operation, call, min(size, view.size - offset))

    def piece_sent(self, view: BlobView, errand: Errand) -> None:
        """Learn how much of the blob the hub has now."""
        state = self._state
        paces = state.lane.paces
        paces.piece = paces.piece.after(errand.size, errand.seconds)
        failpoint("sync.piece_sent")
        state.set_blob(view)
        state.blobs_sent += view.complete
        # What was written meanwhile goes first.
        state.look_at_chains()
        state.tell()
