"""What to do next, from what is known: pure, so that every situation can be put before it in a test.

The engine does the first operation, learns from the answer, and asks again. A plan is empty when nothing is left to
do; that the digests were compared since the last change is part of that. The order of the plan is the priority:

    keys and token · digest · stopped chains · acks already earned · entries · feed · blobs, small first · digest again
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from clerk_app.journal.exchange import BlobId

FeedStand = Literal["current", "behind", "lost"]
"""`lost`: the hub does not know our place, because an older copy of it was put back."""

_AGREED = ("", "rolled_back")
"""Troubles under which both ends still agree on what both have."""
MAX_RANGES = 500
MAX_BLOBS_ASKED = 500


@dataclass(frozen=True, slots=True)
class ChainView:
    """One chain on both ends. `stored` is how far the hub has it; `trouble` why no more goes into it."""

    chain: str
    seq: int
    acked: int
    stored: int = 0
    stopped: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class BlobView:
    """One blob that a stored entry waits for.

    `offset` is None until the hub was asked; `damaged`: we cannot send it.
    """

    id: BlobId
    size: int
    offset: int | None = None
    complete: bool = False
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class WaitingView:
    """An entry the hub has stored, and the blobs it waits for."""

    chain: str
    seq: int
    blobs: tuple[BlobId, ...]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All the planner knows. `compared`: both digests were compared since anything last changed."""

    greeted: bool = False
    registered: bool = False
    authenticated: bool = False
    compared: bool = False
    chains: tuple[ChainView, ...] = ()
    feed: FeedStand = "current"
    blobs: tuple[BlobView, ...] = field(default=())
    waiting: tuple[WaitingView, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Hello:
    """Get the working keys and a challenge."""


@dataclass(frozen=True, slots=True)
class Register:
    """Register the device's public key with the one-time secret."""


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Sign the challenge for a token."""


@dataclass(frozen=True, slots=True)
class Compare:
    """Exchange digests."""


@dataclass(frozen=True, slots=True)
class StopChain:
    """Give up a chain whose two ends disagree, and go on with a new one."""

    chain: str
    reason: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """Fetch acks for entries the hub has already: (chain, first, last)."""

    ranges: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Push:
    """Send entries of a chain that follow `after`."""

    chain: str
    after: int


@dataclass(frozen=True, slots=True)
class RestartFeed:
    """Read the feed again from its beginning."""


@dataclass(frozen=True, slots=True)
class ReadFeed:
    """Read the next page of the feed."""


@dataclass(frozen=True, slots=True)
class AskBlobs:
    """Ask how much of these blobs the hub has."""

    ids: tuple[BlobId, ...]


@dataclass(frozen=True, slots=True)
class SendPiece:
    """Send the next piece of a blob, from `offset`."""

    blob: BlobId
    offset: int


Operation = (
    Hello
    | Register
    | Authenticate
    | Compare
    | StopChain
    | Confirm
    | Push
    | RestartFeed
    | ReadFeed
    | AskBlobs
    | SendPiece
)


def plan(known: Knowledge) -> tuple[Operation, ...]:
    """The operations that are possible now, most urgent first; empty when both ends are equal."""
    access = _access(known)
    if access:
        return access
    operations = (
        *_stops(known),
        *_acks_already_earned(known),
        *_pushes(known),
        *_feed(known),
        *_blobs(known),
    )
    if operations or known.compared:
        return operations
    return (Compare(),)


def _access(known: Knowledge) -> tuple[Operation, ...]:
    if not known.authenticated:
        if not known.greeted:
            return (Hello(),)
        return (Authenticate(),) if known.registered else (Register(),)
    # Until the digests were compared once, nothing is known of the other end.
    return () if known.chains or known.compared else (Compare(),)


def _stops(known: Knowledge) -> tuple[Operation, ...]:
    return tuple(StopChain(view.chain, view.trouble) for view in known.chains if view.trouble and not view.stopped)


def _acks_already_earned(known: Knowledge) -> tuple[Operation, ...]:
    ranges = [
        (view.chain, view.acked + 1, min(view.seq, view.stored))
        for view in known.chains
        if view.trouble in _AGREED and view.acked < min(view.seq, view.stored)
    ]
    ready = [(view.chain, view.seq, view.seq) for view in known.waiting if _all_there(view, known)]
    ranges += ready
    return (Confirm(tuple(ranges[:MAX_RANGES])),) if ranges else ()


def _all_there(waiting: WaitingView, known: Knowledge) -> bool:
    there = {blob.id for blob in known.blobs if blob.complete}
    return all(blob in there for blob in waiting.blobs)


def _pushes(known: Knowledge) -> tuple[Operation, ...]:
    return tuple(
        Push(view.chain, view.stored)
        for view in known.chains
        if not view.trouble and not view.stopped and view.stored < view.seq
    )


def _feed(known: Knowledge) -> tuple[Operation, ...]:
    if known.feed == "lost":
        return (RestartFeed(),)
    return (ReadFeed(),) if known.feed == "behind" else ()


def _blobs(known: Knowledge) -> tuple[Operation, ...]:
    unasked = tuple(blob.id for blob in known.blobs if blob.offset is None and not blob.damaged)
    if unasked:
        return (AskBlobs(unasked[:MAX_BLOBS_ASKED]),)
    unsent = [blob for blob in known.blobs if not blob.complete and not blob.damaged]
    unsent.sort(key=lambda blob: (blob.size - (blob.offset or 0), blob.id))
    return tuple(SendPiece(blob.id, blob.offset or 0) for blob in unsent)
