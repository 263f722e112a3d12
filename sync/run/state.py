"""What one sync knows by now and has done so far: shared by its parts, written by the lane's thread alone."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from clerk_app.errors import BlobDamaged, ClerkError, ProtocolMismatch
from clerk_app.journal.exchange import BlobId, WaitingEntry
from clerk_app.journal.hub_facts import SignedAck
from sync.lane import SyncLane
from sync.learn import chains_as_written, waiting_views
from sync.plan import BlobView, ChainView, Knowledge
from sync.report import SyncProgress
from sync.schemas import AckMessage

logger = logging.getLogger(__name__)


class Stuck(Exception):
    """The other end answers, but nothing moves."""


class RunState:
    """The knowledge of one sync, its counts, and the problem a person is told of though the sync goes on."""

    def __init__(self, lane: SyncLane) -> None:
        self.lane, self.desk = lane, lane.desk
        self.known = Knowledge(authenticated=bool(lane.session.token and lane.session.keys))
        self.problem: ClerkError | None = None
        self.first_sent: list[tuple[str, int, int]] = []
        """Ranges of entries that the hub got from this very sync: (chain, first, last)."""
        self.pushed = self.pulled = self.blobs_sent = 0

    def know(self, **changes: object) -> None:
        """Change what is known."""
        self.known = replace(self.known, **changes)  # type: ignore[arg-type]

    def know_paces(self) -> None:
        """How much goes at once now, after the paces have changed."""
        paces = self.lane.paces
        self.know(together=paces.piece.size, quick=paces.is_quick)

    def tell(self) -> None:
        """Tell how far the sync is."""
        pending = sum(view.seq - view.acked for view in self.known.chains) + len(self.known.waiting)
        self.lane.on_progress(SyncProgress(self.pushed, self.blobs_sent, pending))

    def signed(self, acks: Sequence[AckMessage]) -> list[SignedAck]:
        """The acks; raise `ProtocolMismatch` unless the hub's key signed every one."""
        keys, signed = self.lane.session.keys, [ack.signed() for ack in acks]
        if keys is None or not all(keys.verifies_ack(one) for one in signed):
            raise ProtocolMismatch("an ack that does not hold")
        return signed

    # ---- chains -------------------------------------------------------------------------------------------------

    def chain(self, chain: str) -> ChainView | None:
        """One chain, if it is known."""
        return next((view for view in self.known.chains if view.chain == chain), None)

    def change_chain(self, chain: str, **changes: object) -> None:
        """Change what is known of a chain; one that is not known is left alone."""
        view = self.chain(chain)
        if view is not None:
            self.set_chain(replace(view, **changes))  # type: ignore[arg-type]

    def set_chain(self, changed: ChainView) -> None:
        """Put a chain in the place of what was known of it."""
        chains = tuple(changed if view.chain == changed.chain else view for view in self.known.chains)
        self.know(chains=chains, compared=False)

    def look_at_chains(self) -> None:
        """What was written and acked on this desk since we last looked; a new chain is met at the next digest."""
        chains = chains_as_written(self.known.chains, self.desk.own_chains())
        if chains != self.known.chains:
            self.know(chains=chains, compared=False)

    def own_changed(self) -> None:
        """After the desk's own chains changed: look again what is acked and what waits."""
        self.look_at_chains()
        self.know(compared=False)
        self.look_at_waiting()

    def look_anew(self) -> None:
        """After a repair nothing is known of the chains any more."""
        self.know(met=False, chains=(), compared=False)
        self.look_at_waiting()

    # ---- blobs --------------------------------------------------------------------------------------------------

    def blob(self, blob: BlobId) -> BlobView:
        """One blob that an entry waits for."""
        return next(view for view in self.known.blobs if view.id == blob)

    def set_blob(self, view: BlobView) -> None:
        """Put a blob in the place of what was known of it."""
        blobs = tuple(view if other.id == view.id else other for other in self.known.blobs)
        self.know(blobs=blobs, compared=False)

    def look_at_waiting(self) -> None:
        """Which stored entries wait for which blobs; what is known of a blob stays known."""
        waiting = self.desk.waiting()
        known = {blob.id: blob for blob in self.known.blobs}
        blobs = {
            blob.id: known.get(blob.id) or self._blob_view(blob.id, None if self._may_be_there(entry) else 0)
            for entry in waiting
            for blob in entry.blobs
        }
        self.know(blobs=tuple(blobs.values()), waiting=waiting_views(waiting))

    def cannot_send(self, error: BlobDamaged) -> None:
        """A blob turned out to be missing or changed while it was read."""
        self.set_blob(self._without(self.blob(str(error.data["blob"])), error))

    def _may_be_there(self, entry: WaitingEntry) -> bool:
        """Whether the hub may have some of its blobs: it takes none before it has stored an entry that names it."""
        return not any(chain == entry.chain and first <= entry.seq <= last for chain, first, last in self.first_sent)

    def _blob_view(self, blob: BlobId, offset: int | None) -> BlobView:
        try:
            return BlobView(blob, self.desk.blob_size(blob), offset)
        except BlobDamaged as error:
            return self._without(BlobView(blob, 0), error)

    def _without(self, view: BlobView, error: BlobDamaged) -> BlobView:
        logger.warning("blob %s cannot be sent: missing or changed", view.id[:8])
        self.problem = error
        return replace(view, damaged=True)
