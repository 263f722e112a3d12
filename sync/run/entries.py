"""The entries of one sync: sending batches, and taking the acks that mark them as uploaded."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_app.errors import ProtocolMismatch
from clerk_app.failpoints import failpoint
from clerk_app.journal.hub_facts import SignedAck
from clerk_app.journal.signature import HEAD, head_message
from sync.batch import MAX_ENTRIES, encode_batch
from sync.client import HubClient
from sync.crew import Errand
from sync.learn import acks_in_order
from sync.plan import Push
from sync.run.state import RunState
from sync.schemas import AckMessage, AcksAnswer, PushAnswer


class Entries:
    """Push and confirm."""

    def __init__(self, state: RunState, client: HubClient) -> None:
        self._state, self._desk, self._client = state, state.desk, client
        self._early_acks: list[SignedAck] = []

    def begin_push(self, operation: Push) -> Errand:
        """Read and sign the next batch; a hand packs and sends it."""
        chain, after, lane = operation.chain, operation.after, self._state.lane
        entries = self._desk.entries_after(chain, after, max_bytes=lane.paces.batch.size)[:MAX_ENTRIES]
        seq = after + len(entries)
        signature = self._desk.sign(HEAD, head_message(chain, seq, entries[-1].hash))
        self._state.change_chain(chain, sent=seq)
        weight = sum(len(entry.header) + len(entry.body or b"") for entry in entries)

        quickly = lane.paces.is_quick

        def send() -> PushAnswer:
            batch = encode_batch(chain, after + 1, entries, signature, quickly=quickly)
            errand.packed = len(batch)
            return self._client.push(batch, lane.clock.now_ms())

        errand = Errand(operation, send, weight)
        return errand

    def pushed(self, chain: str, answer: PushAnswer, errand: Errand) -> None:
        """Take the acks that came with the answer to a batch."""
        state = self._state
        failpoint("sync.pushed")
        if answer.stopped is not None:
            state.look_anew()
            return
        state.lane.paces.batch_sent(errand.size, errand.packed, errand.seconds)
        state.know_paces()
        if answer.early:
            return  # its acks come with those of the batch before it
        acks = self._verified(answer.acks)
        view = state.chain(chain)
        if view is not None:
            state.first_sent += [(chain, ack.ack.first, ack.ack.seq) for ack in acks if ack.ack.first > view.acked]
            reached = max([view.stored, *(ack.ack.seq for ack in acks if ack.ack.chain == chain)])
            state.change_chain(chain, stored=reached)
        self._take_acks(acks)
        # The verdicts on what was just stored are in the feed already.
        state.know(feed="behind" if state.known.feed == "current" else state.known.feed)

    def confirmed(self, answer: AcksAnswer) -> None:
        """Take acks that were asked for."""
        self._take_acks(self._verified(answer.acks))

    def _verified(self, acks: Sequence[AckMessage]) -> list[SignedAck]:
        """Only what the hub's key signed and what fits our own journal."""
        signed = self._state.signed(acks)
        for ack in (one.ack for one in signed):
            if ack.first > ack.seq or self._desk.hash_at(ack.chain, ack.seq) != ack.head:
                raise ProtocolMismatch("an ack that does not hold")
        failpoint("sync.acks_verified")
        return signed

    def _take_acks(self, acks: Sequence[SignedAck]) -> None:
        """Take verified acks, each chain's in order."""
        state = self._state
        before = {view.chain: view.acked for view in state.known.chains}
        due, self._early_acks = acks_in_order([*self._early_acks, *acks], before)
        if due:
            self._desk.take_acks(due)
        failpoint("sync.acks_taken")
        state.own_changed()
        state.pushed += sum(max(0, view.acked - before[view.chain]) for view in state.known.chains)
        state.tell()
