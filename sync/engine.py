"""One sync, in one lane: ask the planner, begin the first operation, learn, ask again, until both ends are equal.

The lane alone touches the store; calls to the hub are carried by a crew, several at once where the transport allows.
Nothing is marked as uploaded but by a verified ack. Every failure leaves what was already acked as it is, and the next
sync goes on from there; no stage is stored, because both ends can always be compared.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from clerk_app.errors import (
    BlobDamaged,
    CaptivePortal,
    ClerkError,
    EntryDamaged,
    NoSuchCargo,
    PlatformBusy,
    PlatformError,
    PlatformRefused,
    PlatformUnreachable,
    ProtocolMismatch,
)
from clerk_app.failpoints import failpoint
from clerk_app.journal.exchange import CaseAnswer, FeedPlace, OwnChain, WaitingEntry
from clerk_app.journal.hub_facts import SignedAck
from clerk_app.journal.signature import CHALLENGE, HEAD, head_message
from sync.batch import MAX_ENTRIES, Batch, encode_batch
from sync.capabilities import CARRIES, SHOWS_ENTRIES
from sync.client import REQUEST_ID_SIZE, HubClient, OffsetDiffers, Ordered, TokenExpired
from sync.crew import Errand
from sync.feed_page import order_to_leave, read_fact, read_page
from sync.handover.carry import deliver, is_to_be_announced_again
from sync.lane import SyncLane
from sync.learn import acks_in_order, blobs_after_asking, chains_as_written, waiting_views
from sync.plan import (
    AskBlobs,
    Authenticate,
    BlobView,
    ChainView,
    Compare,
    Confirm,
    CutChain,
    Hello,
    Knowledge,
    OfferFacts,
    Operation,
    Probe,
    Push,
    ReadFeed,
    Register,
    RestartFeed,
    SendPiece,
    TakeBack,
    TakeUp,
    plan,
    probes_of,
)
from sync.repair import Repair
from sync.report import Repaired, SyncProgress, SyncReport, SyncState
from sync.schemas import (
    AckMessage,
    AcksAnswer,
    BlobStanding,
    ChainStanding,
    FactsAnswer,
    FeedAnswer,
    HelloAnswer,
    PushAnswer,
    StateAnswer,
)

logger = logging.getLogger(__name__)

MAX_COMPARES = 20
"""Digests exchanged in one sync, so that a desk at work does not keep one sync going for ever."""
MAX_TRIES = 3
"""Times the same operation is done in one sync before it counts as stuck."""
MAX_TOKENS = 3
_LAWFULLY_REPEATED = (Compare, ReadFeed, Hello, Authenticate)
"""Operations that look alike though they move: each has a bound of its own."""


def sync_once(lane: SyncLane) -> SyncReport:
    """Sync until both ends are equal or something stands in the way; never raises a `PlatformError`.

    Raises `NotEnrolled` or `PracticeStore` where there is nothing to sync with, and store errors as they are.
    """
    started, before = lane.clock.monotonic(), lane.transport.traffic
    run = _Run(lane)
    state, problem = run.to_the_end()
    backlog, after = lane.desk.backlog(), lane.transport.traffic
    if backlog.damaged and problem is None:
        problem = EntryDamaged(count=backlog.damaged)
    if state == "done" and (backlog.pending or problem):
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
        cargo=len(lane.cargo.waiting()),
        repaired=run.repaired,
        clock_offset_ms=lane.clock_offset_ms(),
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
        self._crew = lane.make_crew(lane.clock)
        self._repair = Repair(lane.desk)
        self._known = Knowledge(authenticated=bool(lane.session.token and lane.session.keys))
        self._know_what_the_hub_can_do()
        self._challenge = ""
        self._tries: Counter[Operation] = Counter()
        self._tokens = self._compares = 0
        self._problem: ClerkError | None = None
        self._own: Sequence[OwnChain] = ()
        self._place = FeedPlace()
        self._early_acks: list[SignedAck] = []
        self._first_sent: list[tuple[str, int, int]] = []
        self.answered = self.settled = False
        self.pushed = self.pulled = self.blobs_sent = 0

    @property
    def repaired(self) -> Repaired:
        """What was put right."""
        return self._repair.done

    # ---- the loop -----------------------------------------------------------------------------------------------

    def to_the_end(self) -> tuple[SyncState, ClerkError | None]:
        """Run until nothing is left to do or something stands in the way."""
        try:
            self._work()
            self._deliver_cargo()
        except Ordered as ordered:
            self._desk.take_order(ordered.order)
            return "refused", self._lane.obey()
        except CaptivePortal as error:
            return "portal", error
        except (PlatformRefused, ProtocolMismatch) as error:
            return "refused", error
        except PlatformBusy as error:
            return "partial", error
        except PlatformError as error:
            return ("partial" if self.answered else "offline"), error
        except _Stuck:
            return "partial", self._problem or PlatformError("the platform answers, but nothing moves")
        finally:
            self._crew.close()
        self.settled = True
        return ("partial" if self._problem else "done"), self._problem

    def _work(self) -> None:
        try:
            while True:
                self._begin_what_may_begin()
                if not self._known.under_way:
                    return
                self._learn(self._crew.next_done())
        except (PlatformError, Ordered, _Stuck):
            self._hear_the_rest()
            raise

    def _deliver_cargo(self) -> None:
        """Hand-overs of other devices go last: the work of this desk comes first, and holds up theirs no longer."""
        if CARRIES not in self._known.can:
            return
        for one in self._lane.cargo.waiting():
            try:
                deliver(self._lane.cargo, self._client, one)
            except TokenExpired:
                self._lose_token()
                self._work()
                self._deliver_cargo()
                return
            except NoSuchCargo:
                logger.info("a carried hand-over was dropped while it was being delivered")
            except PlatformRefused as refused:
                if not is_to_be_announced_again(refused):
                    raise

    def _begin_what_may_begin(self) -> None:
        while len(self._known.under_way) < self._crew.size and (operations := plan(self._known)):
            self._begin(operations[0])

    def _hear_the_rest(self) -> None:
        """Once something stands in the way nothing new begins; what was begun may still have come through."""
        while self._known.under_way:
            try:
                self._learn(self._crew.next_done())
            except (PlatformError, Ordered, _Stuck) as error:
                logger.info("another call failed too: %s", error)

    def _begin(self, operation: Operation) -> None:
        if not isinstance(operation, _LAWFULLY_REPEATED):
            self._tries[operation] += 1
            if self._tries[operation] > MAX_TRIES:
                raise _Stuck
        errand = self._errand(operation)
        if errand is not None:
            self._know(under_way=(*self._known.under_way, operation))
            self._crew.begin(errand)

    def _learn(self, errand: Errand) -> None:
        operation = errand.operation
        self._know(under_way=tuple(other for other in self._known.under_way if other != operation))
        try:
            self._take(errand)
        except TokenExpired:
            self._lose_token()
        except BlobDamaged as error:
            self._cannot_send(error)
        except PlatformUnreachable:
            self._lane.paces.slow_down(operation)
            raise
        self.answered = True

    def _lose_token(self) -> None:
        if not self._known.authenticated:
            return  # another call under way has said so already
        self._tokens += 1
        if self._tokens > MAX_TOKENS:
            raise PlatformRefused(reason="bad_token") from None
        self._lane.session.token = ""
        self._know(greeted=False, authenticated=False)

    def _errand(self, operation: Operation) -> Errand | None:
        """What the lane does to begin an operation, and the call a hand then makes; None where no call is needed."""
        client = self._client
        match operation:
            case Hello():
                return Errand(operation, client.hello)
            case Register():
                return Errand(operation, client.register)
            case Authenticate():
                challenge = self._challenge
                signature = self._desk.sign(CHALLENGE, challenge.encode())
                return Errand(operation, lambda: client.authenticate(challenge, signature))
            case Compare():
                return self._begin_compare(operation)
            case Probe(chain, seqs):
                return Errand(operation, lambda: client.acks([(chain, seq, seq) for seq in seqs]))
            case CutChain(chain, reason, kept):
                self._cut_chain(chain, reason, dict(kept))
            case TakeBack(chain, after):
                return Errand(operation, lambda: client.own_entries(chain, after))
            case Confirm(ranges):
                return Errand(operation, lambda: client.acks(ranges))
            case Push():
                return self._begin_push(operation)
            case RestartFeed():
                self._desk.restart_feed()
                self._know(feed="behind", compared=False)
            case ReadFeed():
                self._place = self._desk.feed_place()
                place = self._place
                return Errand(operation, lambda: client.feed(place))
            case TakeUp(cases):
                return Errand(operation, lambda: client.take_up(cases))
            case OfferFacts():
                return self._begin_offer(operation)
            case AskBlobs(ids):
                return Errand(operation, lambda: client.ask_blobs(ids))
            case SendPiece():
                return self._begin_piece(operation)
        return None

    def _take(self, errand: Errand) -> None:
        """Learn from an answer, or raise what stood in its way."""
        answer = errand.answer()
        match errand.operation:
            case Hello():
                self._greeted(answer)
            case Register():
                failpoint("sync.registered")
                self._know(greeted=False)
            case Authenticate():
                self._know(authenticated=True)
            case Compare():
                self._compared(answer)
            case Probe(chain):
                self._probed(chain, answer)
            case TakeBack(chain):
                self._take_back(chain, answer)
            case Confirm():
                self._take_acks(self._verified(answer.acks))
            case Push(chain):
                self._pushed(chain, answer, errand)
            case ReadFeed():
                self._take_page(answer)
            case TakeUp():
                self._taken_up(answer)
            case OfferFacts():
                self._take_offered(answer)
            case AskBlobs(ids):
                self._blobs_asked(ids, answer)
            case SendPiece(blob):
                self._piece_sent(blob, answer, errand)

    def _know(self, **changes: object) -> None:
        self._known = replace(self._known, **changes)  # type: ignore[arg-type]

    def _request_id(self) -> str:
        return self._lane.rng.token(REQUEST_ID_SIZE).hex()

    # ---- access -------------------------------------------------------------------------------------------------

    def _greeted(self, answer: HelloAnswer) -> None:
        self._keep_keys()
        self._lane.session.hub_zero_ms = answer.now_ms - int(self._lane.clock.running_s() * 1000)
        self._challenge = answer.challenge
        self._know(greeted=True, registered=answer.registered == "yes")
        self._know_what_the_hub_can_do()

    def _know_what_the_hub_can_do(self) -> None:
        self._know(can=self._lane.session.capabilities)

    def _keep_keys(self) -> None:
        session = self._lane.session
        if session.keys is not None and session.keys.serial > self._desk.key_serial():
            self._desk.keep_keys(session.keys, session.keys_signature)

    # ---- digests ------------------------------------------------------------------------------------------------

    def _begin_compare(self, operation: Compare) -> Errand:
        self._compares += 1
        if self._compares > MAX_COMPARES:
            raise _Stuck
        self._own = own = self._desk.own_chains()
        place = self._desk.feed_place()
        return Errand(operation, lambda: self._client.compare(own, place))

    def _compared(self, answer: StateAnswer) -> None:
        own = self._own
        self._keep_keys()
        standing = {view.chain: view for view in answer.chains}
        chains = [self._view(chain, standing.get(chain.chain)) for chain in own]
        # An older copy of the store was put back: what it wrote since is on the hub alone.
        known = {chain.chain for chain in own}
        chains += [ChainView(view.chain, 0, 0, view.seq) for view in answer.chains if view.chain not in known]
        left = next((view for view in chains if view.given_up), None)
        if left is not None:
            # Told at every sync, not only at the one that found it: these entries wait for a person.
            self._problem = PlatformRefused(reason=f"chain_{left.trouble}")
        elif any(view.seq < view.stored for view in chains) and SHOWS_ENTRIES not in self._known.can:
            self._problem = PlatformRefused(reason="store_rolled_back")
        feed = "lost" if not answer.feed.known else "behind" if answer.feed.more else "current"
        self._know(met=True, compared=True, chains=tuple(chains), feed=feed, wanted=tuple(self._desk.wanted()))
        self._look_for_lost_facts()
        self._look_at_waiting()

    def _view(self, own: OwnChain, hub: ChainStanding | None) -> ChainView:
        stored = hub.seq if hub else 0
        view = ChainView(own.chain, own.seq, own.acked, stored, stored, lacking=tuple(hub.waiting if hub else ()))
        return view if hub is None else self._repair.judged(view, own, hub)

    # ---- repair -------------------------------------------------------------------------------------------------

    def _probed(self, chain: str, answer: AcksAnswer) -> None:
        view = next(view for view in self._known.chains if view.chain == chain)
        acks = [signed.ack for signed in self._signed(answer.acks)]
        self._set_view(self._repair.narrowed(view, probes_of(view), acks))

    def _cut_chain(self, chain: str, reason: str, kept: Mapping[str, int]) -> None:
        failpoint("repair.parted")
        self._repair.cut(chain, reason, kept)
        failpoint("repair.done")
        self._look_anew()

    def _take_back(self, chain: str, batch: Batch) -> None:
        self._repair.take_back(chain, batch)
        failpoint("repair.back")
        self._look_anew()

    def _look_anew(self) -> None:
        """After a repair nothing is known of the chains any more."""
        self._know(met=False, chains=(), compared=False)
        self._look_at_waiting()

    def _look_for_lost_facts(self) -> None:
        """Whether the hub has lost facts of its own; only a feed that was read to its end can tell."""
        self._know(lost_facts=self._repair.count_lost_facts() if self._known.feed == "current" else 0)

    def _begin_offer(self, operation: OfferFacts) -> Errand:
        offered = self._repair.facts_to_offer()
        return Errand(operation, lambda: self._client.offer_facts(offered))

    def _take_offered(self, answer: FactsAnswer) -> None:
        keys = self._lane.session.keys
        assert keys is not None
        facts = [read_fact(item, keys) for item in answer.facts]
        failpoint("repair.offered")
        self._repair.take_offered(facts)
        self._look_for_lost_facts()
        self._know(feed="behind" if facts else self._known.feed, compared=False)

    def _own_changed(self) -> None:
        """After the desk's own chains changed: look again what is acked and what waits."""
        self._look_at_chains()
        self._know(compared=False)
        self._look_at_waiting()

    def _look_at_chains(self) -> None:
        """What was written and acked on this desk since we last looked; a new chain is met at the next digest."""
        chains = chains_as_written(self._known.chains, self._desk.own_chains())
        if chains != self._known.chains:
            self._know(chains=chains, compared=False)

    # ---- entries ------------------------------------------------------------------------------------------------

    def _begin_push(self, operation: Push) -> Errand:
        chain, after = operation.chain, operation.after
        size = self._lane.paces.batch.size
        entries = self._desk.entries_after(chain, after, max_bytes=size)[:MAX_ENTRIES]
        seq = after + len(entries)
        signature = self._desk.sign(HEAD, head_message(chain, seq, entries[-1].hash))
        self._set_chain(chain, sent=seq)
        weight = sum(len(entry.header) + len(entry.body or b"") for entry in entries)

        def send() -> PushAnswer:
            batch = encode_batch(chain, after + 1, entries, signature)
            return self._client.push(batch, self._lane.clock.now_ms())

        return Errand(operation, send, weight)

    def _pushed(self, chain: str, answer: PushAnswer, errand: Errand) -> None:
        failpoint("sync.pushed")
        if answer.stopped is not None:
            self._look_anew()
            return
        paces = self._lane.paces
        paces.batch = paces.batch.after(errand.size, errand.seconds)
        if answer.early:
            return  # its acks come with those of the batch before it
        acks = self._verified(answer.acks)
        view = next((view for view in self._known.chains if view.chain == chain), None)
        if view is not None:
            self._first_sent += [(chain, ack.ack.first, ack.ack.seq) for ack in acks if ack.ack.first > view.acked]
            self._set_chain(chain, stored=max([view.stored, *(ack.ack.seq for ack in acks if ack.ack.chain == chain)]))
        self._take_acks(acks)
        # The verdicts on what was just stored are in the feed already.
        self._know(feed="behind" if self._known.feed == "current" else self._known.feed)

    def _set_chain(self, chain: str, **changes: object) -> None:
        for view in self._known.chains:
            if view.chain == chain:
                self._set_view(replace(view, **changes))  # type: ignore[arg-type]

    def _set_view(self, changed: ChainView) -> None:
        chains = tuple(changed if view.chain == changed.chain else view for view in self._known.chains)
        self._know(chains=chains, compared=False)

    def _signed(self, acks: Sequence[AckMessage]) -> list[SignedAck]:
        """Only what the hub's key signed."""
        keys, signed = self._lane.session.keys, [ack.signed() for ack in acks]
        if keys is None or not all(keys.verifies_ack(one) for one in signed):
            raise ProtocolMismatch("an ack that does not hold")
        return signed

    def _verified(self, acks: Sequence[AckMessage]) -> list[SignedAck]:
        """Only what the hub's key signed and what fits our own journal."""
        signed = self._signed(acks)
        for ack in (one.ack for one in signed):
            if ack.first > ack.seq or self._desk.hash_at(ack.chain, ack.seq) != ack.head:
                raise ProtocolMismatch("an ack that does not hold")
        failpoint("sync.acks_verified")
        return signed

    def _take_acks(self, acks: Sequence[SignedAck]) -> None:
        """Take verified acks, each chain's in order."""
        before = {view.chain: view.acked for view in self._known.chains}
        due, self._early_acks = acks_in_order([*self._early_acks, *acks], before)
        if due:
            self._desk.take_acks(due)
        failpoint("sync.acks_taken")
        self._own_changed()
        self.pushed += sum(max(0, view.acked - before[view.chain]) for view in self._known.chains)
        self._tell()

    # ---- feed ---------------------------------------------------------------------------------------------------

    def _take_page(self, answer: FeedAnswer) -> None:
        place, keys = self._place, self._lane.session.keys
        page = read_page(answer, place, keys) if keys is not None else None
        if page is None:
            self._know(feed="lost")
            return
        failpoint("sync.feed_verified")
        order = order_to_leave(page.orders, self._desk.registration().code)
        if order is not None:
            raise Ordered(order)
        if page.place != place:
            self._desk.take_feed(page)
        failpoint("sync.feed_taken")
        self._look_at_chains()  # a verdict may have put an ack in doubt
        self.pulled += len(page.facts) + len(page.entries)
        more = answer.more and page.place != place
        self._know(feed="behind" if more else "current", wanted=tuple(self._desk.wanted()), compared=False)

    def _taken_up(self, answers: Sequence[CaseAnswer]) -> None:
        for answer in answers:
            self._desk.take_answer(answer)
        failpoint("sync.taken_up")
        # What there is of these cases is in the feed now.
        self._know(feed="behind", wanted=(), compared=False)

    # ---- blobs --------------------------------------------------------------------------------------------------

    def _look_at_waiting(self) -> None:
        """Which stored entries wait for which blobs; what is known of a blob stays known."""
        waiting = self._desk.waiting()
        known = {blob.id: blob for blob in self._known.blobs}
        blobs = {
            blob.id: known.get(blob.id) or self._blob_view(blob.id, None if self._may_be_there(entry) else 0)
            for entry in waiting
            for blob in entry.blobs
        }
        self._know(blobs=tuple(blobs.values()), waiting=waiting_views(waiting))

    def _may_be_there(self, entry: WaitingEntry) -> bool:
        """Whether the hub may have some of its blobs: it takes none before it has stored an entry that names it."""
        return not any(chain == entry.chain and first <= entry.seq <= last for chain, first, last in self._first_sent)

    def _blob_view(self, blob: str, offset: int | None) -> BlobView:
        try:
            return BlobView(blob, self._desk.blob_size(blob), offset)
        except BlobDamaged as error:
            return self._without(BlobView(blob, 0), error)

    def _cannot_send(self, error: BlobDamaged) -> None:
        self._know_blob(self._without(self._blob(str(error.data["blob"])), error))

    def _without(self, view: BlobView, error: BlobDamaged) -> BlobView:
        logger.warning("blob %s cannot be sent: missing or changed", view.id[:8])
        self._problem = error
        return replace(view, damaged=True)

    def _blobs_asked(self, ids: Sequence[str], standings: Sequence[BlobStanding]) -> None:
        blobs = blobs_after_asking(self._known.blobs, ids, standings)
        self._know(blobs=blobs, compared=False)

    def _begin_piece(self, operation: SendPiece) -> Errand:
        blob, offset, size = operation.blob, operation.offset, self._lane.paces.piece.size
        view = self._blob(blob)

        def call() -> BlobView:
            try:
                piece = self._desk.read_blob(blob, offset, size)
                answer = self._client.send_piece(blob, offset, view.size, piece)
                return replace(view, offset=answer.offset, complete=answer.complete)
            except OffsetDiffers:
                return replace(view, offset=self._client.blob_offset(blob))

        return Errand(operation, call, min(size, view.size - offset))

    def _piece_sent(self, blob: str, view: BlobView, errand: Errand) -> None:
        paces = self._lane.paces
        paces.piece = paces.piece.after(errand.size, errand.seconds)
        failpoint("sync.piece_sent")
        self._know_blob(view)
        self.blobs_sent += view.complete
        # What was written meanwhile goes first.
        self._look_at_chains()
        self._tell()

    def _blob(self, blob: str) -> BlobView:
        return next(view for view in self._known.blobs if view.id == blob)

    def _know_blob(self, view: BlobView) -> None:
        blobs = tuple(view if other.id == view.id else other for other in self._known.blobs)
        self._know(blobs=blobs, compared=False)

    def _tell(self) -> None:
        pending = sum(view.seq - view.acked for view in self._known.chains) + len(self._known.waiting)
        self._lane.on_progress(SyncProgress(self.pushed, self.blobs_sent, pending))
