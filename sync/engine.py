"""One sync, in one lane: ask the planner, do the first operation, learn, ask again, until both ends are equal.

Nothing is marked as uploaded but by a verified ack. Every failure leaves what was already acked as it is, and the next
sync goes on from there; no stage is stored, because both ends can always be compared.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from clerk_app.errors import (
    BlobDamaged,
    CaptivePortal,
    ClerkError,
    PlatformError,
    PlatformRefused,
    ProtocolMismatch,
)
from clerk_app.failpoints import failpoint
from clerk_app.journal.exchange import OwnChain
from clerk_app.journal.hub_facts import SignedAck
from clerk_app.journal.signature import CHALLENGE, HEAD, head_message
from clerk_app.seams import Clock, Rng
from sync.batch import encode_batch
from sync.client import REQUEST_ID_SIZE, HubClient, HubSession, OffsetDiffers, TokenExpired
from sync.desk import Desk
from sync.feed_page import read_page
from sync.plan import (
    AskBlobs,
    Authenticate,
    BlobView,
    ChainView,
    Compare,
    Confirm,
    Hello,
    Knowledge,
    Operation,
    Push,
    ReadFeed,
    Register,
    RestartFeed,
    SendPiece,
    StopChain,
    WaitingView,
    plan,
)
from sync.report import SyncProgress, SyncReport, SyncState
from sync.schemas import ChainStanding
from sync.transport import Transport

logger = logging.getLogger(__name__)

BATCH_BYTES = 1024 * 1024
PIECE_BYTES = 256 * 1024
MAX_COMPARES = 20
"""Digests exchanged in one sync, so that a desk at work does not keep one sync going for ever."""
MAX_TRIES = 3
"""Times the same operation is done in one sync before it counts as stuck."""
MAX_TOKENS = 3
_LAWFULLY_REPEATED = (Compare, ReadFeed, Hello, Authenticate)
"""Operations that look alike though they move: each has a bound of its own."""


def _ignore(_progress: SyncProgress) -> None:
    pass


@dataclass(slots=True)
class SyncLane:
    """Everything one sync needs; lives as long as the lane, so that token and keys are kept between syncs."""

    desk: Desk
    transport: Transport
    clock: Clock
    rng: Rng
    session: HubSession = field(default_factory=HubSession)
    on_progress: Callable[[SyncProgress], None] = _ignore


def sync_once(lane: SyncLane) -> SyncReport:
    """Sync until both ends are equal or something stands in the way; never raises a `PlatformError`.

    Raises `NotEnrolled` or `PracticeStore` where there is nothing to sync with, and store errors as they are.
    """
    started, before = lane.clock.monotonic(), lane.transport.traffic
    run = _Run(lane)
    state, problem = run.to_the_end()
    backlog, after = lane.desk.backlog(), lane.transport.traffic
    if state == "done" and backlog.pending:
        state = "partial"
    return SyncReport(
        pushed=run.pushed,
        pulled=run.pulled,
        blobs_sent=run.blobs_sent,
        bytes_sent=after.sent - before.sent,
        bytes_received=after.received - before.received,
        pending=backlog.pending,
        parked=backlog.parked,
        conflicts=backlog.conflicts,
        state=state,
        seconds=round(lane.clock.monotonic() - started, 3),
        problem=problem,
        retry_after_s=int(problem.data.get("retry_after_s", 0)) if problem else 0,
        settled=run.settled,
    )


class _Stuck(Exception):
    """The other end answers, but nothing moves."""


class _Run:
    """The state of one sync."""

    def __init__(self, lane: SyncLane) -> None:
        self._lane, self._desk = lane, lane.desk
        registration = lane.desk.registration()
        lane.session.oldest_serial = max(lane.session.oldest_serial, lane.desk.key_serial())
        self._client = HubClient(registration, lane.transport, lane.session, self._request_id)
        self._known = Knowledge(authenticated=bool(lane.session.token and lane.session.keys))
        self._challenge = ""
        self._tries: Counter[Operation] = Counter()
        self._tokens = self._compares = 0
        self._problem: ClerkError | None = None
        self.answered = self.settled = False
        self.pushed = self.pulled = self.blobs_sent = 0

    # ---- the loop -----------------------------------------------------------------------------------------------

    def to_the_end(self) -> tuple[SyncState, ClerkError | None]:
        """Run until nothing is left to do or something stands in the way."""
        try:
            while operations := plan(self._known):
                self._do(operations[0])
        except CaptivePortal as error:
            return "portal", error
        except (PlatformRefused, ProtocolMismatch) as error:
            return "refused", error
        except PlatformError as error:
            return ("partial" if self.answered else "offline"), error
        except _Stuck:
            return "partial", self._problem or PlatformError("the platform answers, but nothing moves")
        self.settled = True
        return ("partial" if self._problem else "done"), self._problem

    def _do(self, operation: Operation) -> None:
        if not isinstance(operation, _LAWFULLY_REPEATED):
            self._tries[operation] += 1
            if self._tries[operation] > MAX_TRIES:
                raise _Stuck
        try:
            self._perform(operation)
        except TokenExpired:
            self._tokens += 1
            if self._tokens > MAX_TOKENS:
                raise PlatformRefused(reason="bad_token") from None
            self._lane.session.token = ""
            self._know(greeted=False, authenticated=False)
        self.answered = True

    def _perform(self, operation: Operation) -> None:
        match operation:
            case Hello():
                self._hello()
            case Register():
                self._client.register()
                failpoint("sync.registered")
                self._know(greeted=False)
            case Authenticate():
                self._authenticate()
            case Compare():
                self._compare()
            case StopChain(chain, reason):
                self._desk.stop_chain(chain, reason)
                self._problem = PlatformRefused(reason=f"chain_{reason}")
                self._own_changed()
            case Confirm(ranges):
                self._take_acks([ack.signed() for ack in self._client.acks(ranges).acks])
            case Push(chain, after):
                self._push(chain, after)
            case RestartFeed():
                self._desk.restart_feed()
                self._know(feed="behind", compared=False)
            case ReadFeed():
                self._read_feed()
            case AskBlobs(ids):
                self._ask_blobs(ids)
            case SendPiece(blob, offset):
                self._send_piece(blob, offset)

    def _know(self, **changes: object) -> None:
        self._known = replace(self._known, **changes)  # type: ignore[arg-type]

    def _request_id(self) -> str:
        return self._lane.rng.token(REQUEST_ID_SIZE).hex()

    # ---- access -------------------------------------------------------------------------------------------------

    def _hello(self) -> None:
        answer = self._client.hello()
        self._keep_keys()
        self._challenge = answer.challenge
        self._know(greeted=True, registered=answer.registered == "yes")

    def _authenticate(self) -> None:
        challenge = self._challenge
        self._client.authenticate(challenge, self._desk.sign(CHALLENGE, challenge.encode()))
        self._know(authenticated=True)

    def _keep_keys(self) -> None:
        session = self._lane.session
        if session.keys is not None and session.keys.serial > self._desk.key_serial():
            self._desk.keep_keys(session.keys, session.keys_signature)

    # ---- digests ------------------------------------------------------------------------------------------------

    def _compare(self) -> None:
        self._compares += 1
        if self._compares > MAX_COMPARES:
            raise _Stuck
        own = self._desk.own_chains()
        place = self._desk.feed_place()
        answer = self._client.compare(own, place)
        self._keep_keys()
        standing = {view.chain: view for view in answer.chains}
        chains = [self._view(chain, standing.get(chain.chain)) for chain in own]
        left = [view.trouble for view in chains if view.trouble and view.acked < view.seq]
        if left:
            # Told at every sync, not only at the one that found it: these entries wait for a person.
            self._problem = PlatformRefused(reason=f"chain_{left[0]}")
        if standing.keys() - {chain.chain for chain in own}:
            # The hub holds a chain of this device that the store does not know: an older copy of it was put back.
            self._problem = PlatformRefused(reason="store_rolled_back")
        feed = "lost" if not answer.feed.known else "behind" if answer.feed.more else "current"
        self._know(compared=True, chains=tuple(chains), feed=feed)
        self._look_at_waiting()

    def _view(self, own: OwnChain, hub: ChainStanding | None) -> ChainView:
        stored = hub.seq if hub else 0
        return ChainView(own.chain, own.seq, own.acked, stored, own.stopped, self._trouble(own, hub))

    def _trouble(self, own: OwnChain, hub: ChainStanding | None) -> str:
        if hub is None:
            return ""
        if hub.standing == "stopped":
            return hub.reason or "stopped"
        if hub.standing == "ahead":
            return "rolled_back"
        if hub.standing == "fork" or self._desk.hash_at(own.chain, hub.seq) != bytes.fromhex(hub.head):
            return "fork"
        return ""

    def _own_changed(self) -> None:
        """After the desk's own chains changed: look again what is acked and what waits."""
        own = {chain.chain: chain for chain in self._desk.own_chains()}
        chains = tuple(
            replace(view, acked=own[view.chain].acked, stopped=own[view.chain].stopped) for view in self._known.chains
        )
        self._know(chains=chains, compared=False)
        self._look_at_waiting()

    # ---- entries ------------------------------------------------------------------------------------------------

    def _push(self, chain: str, after: int) -> None:
        entries = self._desk.entries_after(chain, after, max_bytes=BATCH_BYTES)
        seq = after + len(entries)
        signature = self._desk.sign(HEAD, head_message(chain, seq, entries[-1].hash))
        answer = self._client.push(encode_batch(chain, after + 1, entries, signature))
        failpoint("sync.pushed")
        if answer.stopped is not None:
            self._set_chain(chain, trouble=answer.stopped.reason)
            return
        self._take_acks([ack.signed() for ack in answer.acks])
        stored = max((ack.seq for ack in answer.acks if ack.chain == chain), default=after)
        self._set_chain(chain, stored=max(after, stored))
        # The verdicts on what was just stored are in the feed already.
        self._know(feed="behind" if self._known.feed == "current" else self._known.feed)

    def _set_chain(self, chain: str, **changes: object) -> None:
        chains = tuple(
            replace(view, **changes) if view.chain == chain else view  # type: ignore[arg-type]
            for view in self._known.chains
        )
        self._know(chains=chains, compared=False)

    def _take_acks(self, acks: Sequence[SignedAck]) -> None:
        """Take only what the hub's key signed and what fits our own journal."""
        good = [signed for signed in acks if self._is_good(signed)]
        if len(good) < len(acks):
            raise ProtocolMismatch("an ack that does not hold")
        before = sum(chain.acked for chain in self._desk.own_chains())
        failpoint("sync.acks_verified")
        if good:
            self._desk.take_acks(good)
        failpoint("sync.acks_taken")
        self._own_changed()
        self.pushed += max(0, sum(view.acked for view in self._known.chains) - before)
        self._tell()

    def _is_good(self, signed: SignedAck) -> bool:
        keys, ack = self._lane.session.keys, signed.ack
        if keys is None or not keys.verifies_ack(signed) or ack.first > ack.seq:
            return False
        return self._desk.hash_at(ack.chain, ack.seq) == ack.head

    # ---- feed ---------------------------------------------------------------------------------------------------

    def _read_feed(self) -> None:
        place, keys = self._desk.feed_place(), self._lane.session.keys
        answer = self._client.feed(place)
        page = read_page(answer, place, keys) if keys is not None else None
        if page is None:
            self._know(feed="lost")
            return
        failpoint("sync.feed_verified")
        if page.place != place:
            self._desk.take_feed(page)
        failpoint("sync.feed_taken")
        self.pulled += len(page.facts)
        more = answer.more and page.place != place
        self._know(feed="behind" if more else "current", compared=False)

    # ---- blobs --------------------------------------------------------------------------------------------------

    def _look_at_waiting(self) -> None:
        """Which stored entries wait for which blobs; what is known of a blob stays known."""
        waiting = self._desk.waiting()
        known = {blob.id: blob for blob in self._known.blobs}
        named = {blob.id: blob for entry in waiting for blob in entry.blobs}
        blobs = tuple(known.get(blob.id) or self._blob_view(blob.id) for blob in named.values())
        views = tuple(WaitingView(entry.chain, entry.seq, tuple(b.id for b in entry.blobs)) for entry in waiting)
        self._know(blobs=blobs, waiting=views)

    def _blob_view(self, blob: str) -> BlobView:
        try:
            return BlobView(blob, self._desk.blob_size(blob))
        except BlobDamaged as error:
            return self._cannot_send(BlobView(blob, 0), error)

    def _cannot_send(self, view: BlobView, error: BlobDamaged) -> BlobView:
        logger.warning("blob %s cannot be sent: missing or changed", view.id[:8])
        self._problem = error
        return replace(view, damaged=True)

    def _ask_blobs(self, ids: Sequence[str]) -> None:
        found = {standing.id: standing for standing in self._client.ask_blobs(ids)}
        blobs = tuple(
            replace(view, offset=found[view.id].offset, complete=found[view.id].complete)
            if view.id in found
            else replace(view, offset=0)
            if view.id in ids
            else view
            for view in self._known.blobs
        )
        self._know(blobs=blobs, compared=False)

    def _send_piece(self, blob: str, offset: int) -> None:
        view = next(view for view in self._known.blobs if view.id == blob)
        try:
            piece = self._desk.read_blob(blob, offset, PIECE_BYTES)
            answer = self._client.send_piece(blob, offset, view.size, piece)
            view = replace(view, offset=answer.offset, complete=answer.complete)
        except BlobDamaged as error:
            view = self._cannot_send(view, error)
        except OffsetDiffers:
            view = replace(view, offset=self._client.blob_offset(blob))
        failpoint("sync.piece_sent")
        self.blobs_sent += view.complete
        blobs = tuple(view if other.id == blob else other for other in self._known.blobs)
        self._know(blobs=blobs, compared=False)
        self._tell()

    def _tell(self) -> None:
        pending = sum(view.seq - view.acked for view in self._known.chains) + len(self._known.waiting)
        self._lane.on_progress(SyncProgress(self.pushed, self.blobs_sent, pending))
