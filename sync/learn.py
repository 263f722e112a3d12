"""What answers of the hub mean for what is known: pure, beside the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from clerk_app.journal.exchange import BlobId, OwnChain, WaitingEntry
from clerk_app.journal.hub_facts import SignedAck
from sync.plan import BlobView, ChainView, WaitingView
from sync.schemas import BlobStanding


def acks_in_order(acks: Sequence[SignedAck], acked: Mapping[str, int]) -> tuple[list[SignedAck], list[SignedAck]]:
    """Those acks that follow on `acked` (seq by chain) without a gap, in order, and those that came too early.

    Answers may overtake one another; were a later entry acked before an earlier one of its stream, the stream would be
    folded out of order until the other ack comes.
    """
    reached, due, early = dict(acked), [], []
    for signed in sorted(acks, key=lambda one: (one.ack.chain, one.ack.first)):
        ack = signed.ack
        if ack.first <= reached.get(ack.chain, 0) + 1:
            reached[ack.chain] = max(reached.get(ack.chain, 0), ack.seq)
            due.append(signed)
        else:
            early.append(signed)
    return due, early


def blobs_after_asking(
    blobs: Sequence[BlobView], asked: Sequence[BlobId], answers: Sequence[BlobStanding]
) -> tuple[BlobView, ...]:
    """The blobs with what the hub has of each that was asked for; one it did not name it has nothing of."""
    found = {standing.id: standing for standing in answers}

    def seen(view: BlobView) -> BlobView:
        if view.id in found:
            return blob_reached(view, found[view.id].offset, complete=found[view.id].complete)
        return replace(view, offset=0) if view.id in asked else view

    return tuple(seen(view) for view in blobs)


def blob_reached(view: BlobView, offset: int, *, complete: bool = False) -> BlobView:
    """A blob of which the hub has `offset` bytes; with more than there are they are no start of it: from 0 again."""
    return replace(view, offset=offset if offset <= view.size else 0, complete=complete)


def chains_as_written(views: Sequence[ChainView], own: Sequence[OwnChain]) -> tuple[ChainView, ...]:
    """The chains with what the desk has written and holds acks for by now.

    What the hub has of them stays as known, but what it lacked: that is told anew by the next digest.
    """
    written = {chain.chain: chain for chain in own}
    return tuple(
        replace(view, seq=written[view.chain].seq, acked=written[view.chain].acked, lacking=())
        if view.chain in written
        else view
        for view in views
    )


def waiting_views(waiting: Sequence[WaitingEntry]) -> tuple[WaitingView, ...]:
    """The stored entries that wait for blobs."""
    return tuple(
        WaitingView(entry.chain, entry.seq, tuple(blob.id for blob in entry.blobs), entry.urgent) for entry in waiting
    )
