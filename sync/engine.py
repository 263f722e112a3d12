"""One sync, in one lane: ask the planner, begin the first operation, learn, ask again, until both ends are equal.

The lane alone touches the store; calls to the hub are carried by a crew, several at once where the transport allows.
Nothing is marked as uploaded but by a verified ack. Every failure leaves what was already acked as it is, and the next
sync goes on from there; no stage is stored, because both ends can always be compared. What an operation does and what
its answer means is in `sync.run`, a module for each thing that both ends share.
"""

from __future__ import annotations

import logging
from collections import Counter

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
from clerk_app.journal.signature import CHALLENGE
from sync.capabilities import CARRIES
from sync.client import REQUEST_ID_SIZE, HubClient, Ordered, TokenExpired
from sync.crew import Errand
from sync.handover.carry import deliver, is_to_be_announced_again
from sync.lane import SyncLane
from sync.plan import (
    AskBlobs,
    Authenticate,
    Compare,
    Confirm,
    CutChain,
    Hello,
    OfferEntries,
    OfferFacts,
    Operation,
    Probe,
    Push,
    ReadFeed,
    Register,
    RestartFeed,
    SendPiece,
    SendPieces,
    TakeBack,
    TakeCatalogue,
    TakeUp,
    plan,
)
from sync.report import SyncReport, SyncState
from sync.run.blobs import Blobs
from sync.run.catalogue import CatalogueRun
from sync.run.digests import Digests
from sync.run.entries import Entries
from sync.run.feed import Feed
from sync.run.state import RunState, Stuck
from sync.schemas import HelloAnswer

logger = logging.getLogger(__name__)

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
        pushed=run.state.pushed,
        pulled=run.state.pulled,
        blobs_sent=run.state.blobs_sent,
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
        repaired=run.digests.repair.done,
        clock_offset_ms=lane.clock_offset_ms(),
    )


class _Run:
    """One sync: begins what the plan says, and gives each answer to the part it concerns."""

    def __init__(self, lane: SyncLane) -> None:
        self._lane, self._desk = lane, lane.desk
        registration = lane.desk.registration()
        lane.session.oldest_serial = max(lane.session.oldest_serial, lane.desk.key_serial())
        self._client = client = HubClient(registration, lane.transport, lane.session, self._request_id)
        self._crew = lane.make_crew(lane.clock)
        self.state = state = RunState(lane)
        self._catalogue = CatalogueRun(state, client, lane.catalogues)
        self.digests = Digests(state, client, self._catalogue)
        self._entries, self._feed, self._blobs = Entries(state, client), Feed(state, client), Blobs(state, client)
        self._know_what_the_hub_can_do()
        self._challenge = ""
        self._tries: Counter[Operation] = Counter()
        self._tokens = 0
        self.answered = self.settled = False

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
        except Stuck:
            return "partial", self.state.problem or PlatformError("the platform answers, but nothing moves")
        finally:
            self._crew.close()
        self.settled = True
        return ("partial" if self.state.problem else "done"), self.state.problem

    def _work(self) -> None:
        try:
            while True:
                self._begin_what_may_begin()
                if not self.state.known.under_way:
                    return
                self._learn(self._crew.next_done())
        except (PlatformError, Ordered, Stuck):
            self._hear_the_rest()
            raise

    def _deliver_cargo(self) -> None:
        """Hand-overs of other devices go last: the work of this desk comes first, and holds up theirs no longer."""
        if CARRIES not in self.state.known.can:
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
        state = self.state
        while len(state.known.under_way) < self._crew.size and (operations := plan(state.known)):
            self._begin(operations[0])

    def _hear_the_rest(self) -> None:
        """Once something stands in the way nothing new begins; what was begun may still have come through."""
        while self.state.known.under_way:
            try:
                self._learn(self._crew.next_done())
            except (PlatformError, Ordered, Stuck) as error:
                logger.info("another call failed too: %s", error)

    def _begin(self, operation: Operation) -> None:
        if not isinstance(operation, _LAWFULLY_REPEATED):
            # In whatever company: a piece that never gets through must not go on for ever.
            tried = operation.pieces if isinstance(operation, SendPieces) else (operation,)
            self._tries.update(tried)
            if any(self._tries[one] > MAX_TRIES for one in tried):
                raise Stuck
        errand = self._errand(operation)
        if errand is not None:
            self.state.know(under_way=(*self.state.known.under_way, operation))
            self._crew.begin(errand)

    def _learn(self, errand: Errand) -> None:
        state, operation = self.state, errand.operation
        state.know(under_way=tuple(other for other in state.known.under_way if other != operation))
        try:
            self._take(errand)
        except TokenExpired:
            self._lose_token()
        except BlobDamaged as error:
            state.cannot_send(error)
        except PlatformUnreachable:
            self._lane.paces.slow_down(operation)
            raise
        self.answered = True

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
                return self.digests.begin_compare(operation)
            case Probe(chain, seqs):
                return Errand(operation, lambda: client.acks([(chain, seq, seq) for seq in seqs]))
            case CutChain(chain, reason, kept):
                self.digests.cut_chain(chain, reason, dict(kept))
            case TakeBack(chain, after):
                return Errand(operation, lambda: client.own_entries(chain, after))
            case Confirm(ranges):
                self._blobs.acks_asked()
                return Errand(operation, lambda: client.acks(ranges))
            case Push():
                return self._entries.begin_push(operation)
            case RestartFeed():
                self._feed.restart()
            case ReadFeed():
                return self._feed.begin_read(operation)
            case TakeUp(cases):
                return Errand(operation, lambda: client.take_up(cases))
            case OfferEntries():
                return self.digests.given.begin_entries(operation)
            case OfferFacts():
                return self.digests.given.begin_facts(operation)
            case TakeCatalogue():
                return self._catalogue.begin(operation)
            case AskBlobs(ids):
                return Errand(operation, lambda: client.ask_blobs(ids))
            case SendPiece():
                return self._blobs.begin_piece(operation)
            case SendPieces():
                return self._blobs.begin_pieces(operation)
        return None

    def _take(self, errand: Errand) -> None:
        """Learn from an answer, or raise what stood in its way."""
        if isinstance(errand.operation, TakeCatalogue):
            self._catalogue.piece_came(errand.operation, errand)
            return
        answer = errand.answer()
        match errand.operation:
            case Hello():
                self._greeted(answer)
            case Register():
                failpoint("sync.registered")
                self.state.know(greeted=False)
            case Authenticate():
                self.state.know(authenticated=True)
            case Compare():
                self._keep_keys()
                self._lane.paces.met(errand.seconds)
                self.state.know_paces()
                self.digests.compared(answer)
            case Probe(chain):
                self.digests.probed(chain, answer)
            case TakeBack(chain):
                self.digests.take_back(chain, answer)
            case Confirm():
                self._entries.confirmed(answer)
            case Push(chain):
                self._entries.pushed(chain, answer, errand)
            case ReadFeed():
                self._feed.take_page(answer)
            case TakeUp():
                self._feed.taken_up(answer)
            case OfferEntries():
                self.digests.given.entries_taken(answer)
            case OfferFacts():
                self.digests.given.facts_taken(answer)
            case AskBlobs(ids):
                self._blobs.asked(ids, answer)
            case SendPiece():
                self._blobs.piece_sent(answer, errand)
            case SendPieces():
                self._blobs.pieces_sent(answer, errand)

    def _request_id(self) -> str:
        return self._lane.rng.token(REQUEST_ID_SIZE).hex()

    # ---- access -------------------------------------------------------------------------------------------------

    def _greeted(self, answer: HelloAnswer) -> None:
        self._keep_keys()
        self._lane.session.hub_zero_ms = answer.now_ms - int(self._lane.clock.running_s() * 1000)
        self._challenge = answer.challenge
        self.state.know(greeted=True, registered=answer.registered == "yes")
        self._know_what_the_hub_can_do()

    def _know_what_the_hub_can_do(self) -> None:
        self.state.know(can=self._lane.session.capabilities)

    def _keep_keys(self) -> None:
        session = self._lane.session
        if session.keys is not None and session.keys.serial > self._desk.key_serial():
            self._desk.keep_keys(session.keys, session.keys_signature)

    def _lose_token(self) -> None:
        if not self.state.known.authenticated:
            return  # another call under way has said so already
        self._tokens += 1
        if self._tokens > MAX_TOKENS:
            raise PlatformRefused(reason="bad_token") from None
        self._lane.session.token = ""
        self.state.know(greeted=False, authenticated=False)
