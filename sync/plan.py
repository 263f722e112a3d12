"""What to do next, from what is known: pure, so that every situation can be put before it in a test.

The engine begins the first operation and asks again, what is under way being part of what is known; when nothing more
may begin it waits for an answer, and learns. Nothing is left to do when a plan is empty and nothing is under way; that
the digests were compared since the last change is part of that. The order of the plan is the priority:

    keys and token · digest · repair · acks already earned · entries · feed · cases of other desks · what the hub lost:
    entries of other desks, its own facts · a published catalogue · blobs, urgent and small first · digest again

Entries of one chain go in order, but the next batch need not wait for the answer to the last one. Access, digests and
repair stand alone: nothing is under way beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from clerk_app.journal.exchange import BlobId, WantedCase
from sync.capabilities import KEEPS_EARLY, SHOWS_CASES, SHOWS_ENTRIES, TAKES_ENTRIES, TAKES_FACTS, TAKES_PIECES
from sync.pieces import MAX_PIECES

FeedStand = Literal["current", "behind", "lost"]
"""`lost`: the hub does not know our place, because an older copy of it was put back."""

ROLLED_BACK = "rolled_back"
"""The trouble of a chain of which the hub has more than the desk, and which the desk still writes to."""
MAX_PROBES = 64
MAX_RANGES = 500
MAX_WANTED = 100
MAX_PUSHES = 4
"""Batches of one chain on their way at once."""
MAX_PUSHES_WHEN_QUICK = 2
"""Over a local line: one that the hub works on and one at its door. More would only keep blobs waiting."""
MAX_TRANSFERS = 4
"""Batches and pieces on their way at once, each on a connection of its own."""
MAX_BLOBS_ASKED = 500
LEAST_SHARE = 512 * 1024
"""Bytes below which blobs that go together are not spread over several connections: the last would go one by one."""


@dataclass(frozen=True, slots=True)
class ChainView:
    """One chain on both ends.

    `stored` is how far the hub has it, `sent` how far it is on its way; `trouble`: why it must be cut. In trouble, both
    ends agree up to `agreed` and do not from `apart` on (also where one has no more); between them nobody has looked.
    `given_up`: cutting it would not help, a person must look. `lacking`: stored entries some of whose blobs the hub
    says it lacks.
    """

    chain: str
    seq: int
    acked: int
    stored: int = 0
    sent: int = 0
    trouble: str = ""
    agreed: int = 0
    apart: int = 1
    given_up: bool = False
    lacking: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class BlobView:
    """One blob that an entry the hub has signed for waits for.

    `offset` is None until the hub was asked; `damaged`: we cannot send it.
    """

    id: BlobId
    size: int
    offset: int | None = None
    complete: bool = False
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class WaitingView:
    """An entry the hub has signed for, and the blobs it waits for; `urgent`: they go before any others.

    A hub that was put back to an older copy may have lost the entry since: see `_stored`.
    """

    chain: str
    seq: int
    blobs: tuple[BlobId, ...]
    urgent: bool = False


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
class Probe:
    """Ask for the acks of single entries, to find the last one on which both ends agree."""

    chain: str
    seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CutChain:
    """Go on with a new chain; what the hub has not stored of the old ones goes there. `kept`: how far it has each."""

    chain: str
    reason: str
    kept: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Take entries of this device that only the hub has, those that follow `after`."""

    chain: str
    after: int


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
class TakeUp:
    """Ask the hub to show these cases of other desks."""

    cases: tuple[WantedCase, ...]


@dataclass(frozen=True, slots=True)
class OfferEntries:
    """Give the hub entries of other desks back that it showed and no longer has; `left` are still to be offered."""

    left: int


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """Give the hub facts of its own back that it no longer has; `left` are still to be offered."""

    left: int


@dataclass(frozen=True, slots=True)
class TakeCatalogue:
    """Download the next piece of the newest published catalogue, or put a whole one in force."""

    offset: int


@dataclass(frozen=True, slots=True)
class AskBlobs:
    """Ask how much of these blobs the hub has."""

    ids: tuple[BlobId, ...]


@dataclass(frozen=True, slots=True)
class SendPiece:
    """Send the next piece of a blob, from `offset`."""

    blob: BlobId
    offset: int


@dataclass(frozen=True, slots=True)
class SendPieces:
    """Send what is left of several blobs in one request."""

    pieces: tuple[SendPiece, ...]


Operation = (
    Hello
    | Register
    | Authenticate
    | Compare
    | Probe
    | CutChain
    | TakeBack
    | Confirm
    | Push
    | RestartFeed
    | ReadFeed
    | TakeUp
    | OfferEntries
    | OfferFacts
    | TakeCatalogue
    | AskBlobs
    | SendPiece
    | SendPieces
)
AnyOperation = TypeVar("AnyOperation", bound=Operation)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All the planner knows.

    `met`: both digests were compared in this sync; `compared`: and nothing has changed since. `under_way`: what was
    begun and has no answer. `wanted`: cases of other desks, looked up here and not yet shown.
    `together`: bytes of blobs that one request should carry now. `quick`: the line is a local one. `acks_due`: some
    time has passed since acks were asked for of entries whose blobs are complete.
    `can`: what this hub can do (`sync.capabilities`). `lost_facts` and `lost_entries`: how many of its facts, and of
    the entries of other desks that it showed, it has lost and was not offered yet. `catalogue`: how much is here of a
    newer catalogue that the hub publishes; None if there is none.
    """

    greeted: bool = False
    registered: bool = False
    authenticated: bool = False
    met: bool = False
    compared: bool = False
    chains: tuple[ChainView, ...] = ()
    feed: FeedStand = "current"
    can: frozenset[str] = frozenset()
    lost_facts: int = 0
    lost_entries: int = 0
    catalogue: int | None = None
    blobs: tuple[BlobView, ...] = field(default=())
    waiting: tuple[WaitingView, ...] = field(default=())
    wanted: tuple[WantedCase, ...] = field(default=())
    under_way: tuple[Operation, ...] = field(default=())
    together: int = 0
    quick: bool = False
    acks_due: bool = False


_BEFORE_OFFERS = (Push, ReadFeed, TakeUp, OfferEntries, OfferFacts)
_ALONE = (Hello, Register, Authenticate, Compare, Probe, CutChain, TakeBack)
"""Operations beside which nothing else is under way."""


def plan(known: Knowledge) -> tuple[Operation, ...]:
    """The operations that may begin now, most urgent first; empty while an answer must come first, and at the end."""
    operations = _operations(known)
    if operations and isinstance(operations[0], _ALONE) and known.under_way:
        return ()
    if any(isinstance(operation, _ALONE) for operation in known.under_way):
        return ()
    return operations


def _operations(known: Knowledge) -> tuple[Operation, ...]:
    access = _access(known)
    if access:
        return access
    repair = _repair(known)
    if repair:
        return repair
    if known.feed == "lost":
        # Before entries are sent again: what the hub says of them from now on has new places in its order.
        return (RestartFeed(),)
    operations = (
        *_acks_already_earned(known),
        *_pushes(known),
        *_feed(known),
        *_wanted(known),
        *_offers(known),
        *_catalogue(known),
        *_blobs(known),
    )
    if operations or known.under_way or known.compared:
        return operations
    return (Compare(),)


def _under_way(known: Knowledge, kind: type[AnyOperation]) -> list[AnyOperation]:
    return [operation for operation in known.under_way if isinstance(operation, kind)]


def _access(known: Knowledge) -> tuple[Operation, ...]:
    if not known.authenticated:
        if not known.greeted:
            return (Hello(),)
        return (Authenticate(),) if known.registered else (Register(),)
    # Until the digests were compared once, nothing is known of the other end.
    return () if known.met or known.compared else (Compare(),)


def _repair(known: Knowledge) -> tuple[Operation, ...]:
    """First it is found out where the histories part, then all is cut at once, then the hub's part is taken."""
    troubled = [view for view in known.chains if view.trouble and not view.given_up]
    probes = tuple(Probe(view.chain, probes_of(view)) for view in troubled if view.apart > view.agreed + 1)
    if probes:
        return probes
    if troubled:
        first = troubled[0]
        return (CutChain(first.chain, first.trouble, _kept(known, first)),)
    if SHOWS_ENTRIES not in known.can:
        return ()
    return tuple(TakeBack(view.chain, view.seq) for view in known.chains if not view.trouble and view.seq < view.stored)


def probes_of(view: ChainView) -> tuple[int, ...]:
    """At most `MAX_PROBES` places spread over what nobody has looked at."""
    unknown = range(view.agreed + 1, view.apart)
    step = -(-len(unknown) // MAX_PROBES)
    return tuple(unknown[step - 1 :: step]) or (unknown[-1],)


def _kept(known: Knowledge, first: ChainView) -> tuple[tuple[str, int], ...]:
    """How far the hub has the chain and those after it: what was written later may build on what is cut off."""
    if first.trouble == ROLLED_BACK:
        return ((first.chain, first.seq),)
    later = known.chains[known.chains.index(first) :]
    return tuple(
        (view.chain, view.agreed if view.trouble else min(view.stored, view.seq)) for view in later if not view.given_up
    )


def _acks_already_earned(known: Knowledge) -> tuple[Operation, ...]:
    """One call at a time, so that what becomes ready meanwhile is asked for together."""
    if _under_way(known, Confirm):
        return ()
    # The acks of a batch come with its answer: nothing is asked about a chain whose answers are still to come.
    answered = {push.chain for push in _under_way(known, Push)}
    ranges = [
        (view.chain, view.acked + 1, min(view.seq, view.stored))
        for view in known.chains
        if not view.trouble and view.acked < min(view.seq, view.stored) and view.chain not in answered
    ]
    ranges += _joined([(view.chain, view.seq, view.seq) for view in _whole(known)])
    ranges += _acks_outdated(known)
    return (Confirm(tuple(ranges[:MAX_RANGES])),) if ranges else ()


def _joined(ranges: Iterable[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Neighbours as one range: the hub then signs, and the desk takes, one ack for all of them."""
    joined: list[tuple[str, int, int]] = []
    for chain, first, last in sorted(ranges):
        if joined and joined[-1][0] == chain and joined[-1][2] + 1 == first:
            joined[-1] = (chain, joined[-1][1], last)
        else:
            joined.append((chain, first, last))
    return joined


def _whole(known: Knowledge) -> list[WaitingView]:
    """The stored entries all of whose blobs are there: asked about together, but for the urgent ones."""
    there = {blob.id for blob in known.blobs if blob.complete}
    stored = _stored(known)
    to_come = {blob.id for blob in known.blobs if not blob.complete and not blob.damaged}
    more_to_come = any(not to_come.isdisjoint(view.blobs) for view in stored)
    whole = [view for view in stored if there.issuperset(view.blobs)]
    return whole if known.acks_due or not more_to_come else [view for view in whole if view.urgent]


def _acks_outdated(known: Knowledge) -> list[tuple[str, int, int]]:
    """Entries we hold for complete and the hub does not: it was put back, and its newest word is to be asked for."""
    waiting = {(view.chain, view.seq) for view in known.waiting}
    return [
        (view.chain, seq, seq)
        for view in known.chains
        if not view.trouble
        for seq in view.lacking
        if seq <= view.acked and (view.chain, seq) not in waiting
    ]


def _pushes(known: Knowledge) -> tuple[Operation, ...]:
    """The next batch of the oldest chain with something left: later chains may build on what it says."""
    under_way = _under_way(known, Push)
    left = [view for view in known.chains if not view.trouble and view.stored < view.seq]
    several = MAX_PUSHES_WHEN_QUICK if known.quick else MAX_PUSHES
    most = several if KEEPS_EARLY in known.can else 1
    if not left or len(under_way) >= most or any(push.chain != left[0].chain for push in under_way):
        return ()
    oldest = left[0]
    # What was sent and is not stored although every answer has come is sent again.
    after = max(oldest.stored, oldest.sent) if under_way else oldest.stored
    return (Push(oldest.chain, after),) if after < oldest.seq else ()


def _feed(known: Knowledge) -> tuple[Operation, ...]:
    # Entries first: the verdicts on those under way will be in the same pages.
    if known.feed == "current" or any(isinstance(operation, (Push, ReadFeed)) for operation in known.under_way):
        return ()
    return (ReadFeed(),)


def _offers(known: Knowledge) -> tuple[Operation, ...]:
    """Only a feed read to its end, with all that is followed in it, tells what the hub has lost.

    Entries first: the hub takes a fact back only to a stream of which it has an entry.
    """
    busy = any(isinstance(operation, _BEFORE_OFFERS) for operation in known.under_way)
    if busy or known.feed != "current" or (known.wanted and SHOWS_CASES in known.can):
        return ()
    if known.lost_entries and TAKES_ENTRIES in known.can:
        return (OfferEntries(known.lost_entries),)
    return (OfferFacts(known.lost_facts),) if known.lost_facts and TAKES_FACTS in known.can else ()


def _wanted(known: Knowledge) -> tuple[Operation, ...]:
    # Only after the feed was read: it may bring what is wanted, and the hub may know of the wish already.
    asked = any(isinstance(operation, (ReadFeed, TakeUp)) for operation in known.under_way)
    if asked or not known.wanted or known.feed != "current" or SHOWS_CASES not in known.can:
        return ()
    return (TakeUp(known.wanted[:MAX_WANTED]),)


def _catalogue(known: Knowledge) -> tuple[Operation, ...]:
    """After what was written and decided: work that began goes on with the catalogue it began with."""
    busy = any(isinstance(operation, (TakeCatalogue, ReadFeed)) for operation in known.under_way)
    if known.catalogue is None or busy:
        return ()
    return (TakeCatalogue(known.catalogue),)


def _stored(known: Knowledge) -> list[WaitingView]:
    """The waiting entries that the hub has now, as far as is known: one put back may have lost some it signed for."""
    ends = {view.chain: view.agreed if view.trouble else view.stored for view in known.chains}
    return [entry for entry in known.waiting if entry.seq <= ends.get(entry.chain, 0)]


def _blobs(known: Knowledge) -> tuple[Operation, ...]:
    """The hub takes no blob, and may know none, before it has stored an entry that names it."""
    stored = _stored(known)
    named = {blob for entry in stored for blob in entry.blobs}
    left = [blob for blob in known.blobs if blob.id in named and not blob.complete and not blob.damaged]
    unasked = tuple(blob.id for blob in left if blob.offset is None)
    asked = _under_way(known, AskBlobs)
    ask = (AskBlobs(unasked[:MAX_BLOBS_ASKED]),) if unasked and not asked else ()
    urgent = {blob for entry in stored if entry.urgent for blob in entry.blobs}
    return (*ask, *_pieces(known, [blob for blob in left if blob.offset is not None], urgent))


def _pieces(known: Knowledge, unsent: list[BlobView], urgent: set[BlobId]) -> tuple[Operation, ...]:
    """The next piece of every blob nothing of which is under way; none but of urgent ones while any such is left."""
    alone, together = _under_way(known, SendPiece), _under_way(known, SendPieces)
    busy = {piece.blob for piece in (*alone, *(piece for one in together for piece in one.pieces))}
    if len(alone) + len(together) + len(_under_way(known, Push)) >= MAX_TRANSFERS:
        return ()
    first = [blob for blob in unsent if blob.id in urgent] or unsent
    ready = sorted((blob for blob in first if blob.id not in busy), key=_left)
    most = known.together if TAKES_PIECES in known.can else 0
    share = -(-sum(_left(blob)[0] for blob in ready) // MAX_TRANSFERS)
    return tuple(_grouped(ready, min(most, max(LEAST_SHARE, most // MAX_TRANSFERS, share))))


def _grouped(ready: list[BlobView], most: int) -> Iterator[Operation]:
    """One request for neighbours of which no more than `most` bytes are left; so that none of them is cut."""
    group: list[SendPiece] = []
    size = 0
    for blob in ready:
        left, _ = _left(blob)
        if group and (size + left > most or len(group) == MAX_PIECES):
            yield _as_one(group)
            group, size = [], 0
        group.append(SendPiece(blob.id, blob.offset or 0))
        size += left
    if group:
        yield _as_one(group)


def _as_one(group: list[SendPiece]) -> SendPiece | SendPieces:
    return group[0] if len(group) == 1 else SendPieces(tuple(group))


def _left(blob: BlobView) -> tuple[int, BlobId]:
    return blob.size - (blob.offset or 0), blob.id
