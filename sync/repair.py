"""Putting right what is not equal: where two histories of a chain part, what is cut, what is taken back, what is given.

An older copy of either end may have been put back, or a chain stopped. The desk's part of a chain that the hub did not
store goes to a new chain (`cut`); the hub's part that the desk lost comes back to its own place (`take_back`); entries
of other desks that the hub showed and lost, and facts of its own, are given back to it (`entries_to_offer`,
`facts_to_offer`). Every step is whole or not at all, and is found out again from the digests if it was not done.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from clerk_app.errors import ProtocolMismatch
from clerk_app.journal.exchange import GivenEntry, OwnChain, ReceivedEntry, ReceivedFact
from clerk_app.journal.hub_facts import Ack
from clerk_app.journal.signature import HEAD, head_message, verify
from sync.batch import UNSIGNED, Batch
from sync.desk import Desk
from sync.plan import ROLLED_BACK, ChainView
from sync.report import Repaired
from sync.schemas import ChainStanding

logger = logging.getLogger(__name__)

MAX_FACTS = 200
"""Facts of the hub offered in one call."""
MAX_ENTRIES = 200
MAX_BYTES = 1024 * 1024
"""Entries of other desks offered in one call, and about how many bytes of headers and bodies."""


class Repair:
    """The repairs of one sync. Only the lane calls it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._given_up: set[str] = set()
        self._agreed: dict[str, int] = {}
        self._offered: set[bytes] = set()
        self.done = Repaired()

    # ---- chains -------------------------------------------------------------------------------------------------

    def judged(self, view: ChainView, own: OwnChain, hub: ChainStanding) -> ChainView:
        """A chain as the digests show it: what is wrong with it, and how far both ends are known to agree."""
        shared = min(own.seq, hub.seq)
        view = replace(view, agreed=shared, apart=shared + 1, given_up=own.chain in self._given_up)
        if self._agrees(own, hub):
            return replace(view, trouble=self._trouble_beyond(own, hub))
        return replace(view, trouble=hub.reason or "fork", agreed=0)

    def _agrees(self, own: OwnChain, hub: ChainStanding) -> bool:
        """Whether the shorter of both histories is the beginning of the longer one, as far as the digests tell."""
        if hub.seq <= own.seq:
            return hub.seq == 0 or self._desk.hash_at(own.chain, hub.seq) == bytes.fromhex(hub.head)
        # Of a chain that it stopped the hub does not say; what was acked or probed to the end agrees.
        known = max(self._agreed.get(own.chain, 0), own.acked if own.stopped else 0)
        return hub.standing == "ahead" or known == own.seq

    def _trouble_beyond(self, own: OwnChain, hub: ChainStanding) -> str:
        """What is wrong though both ends agree as far as both have entries."""
        if hub.standing == "stopped":
            return (hub.reason or "stopped") if own.seq > hub.seq or not own.stopped else ""
        return ROLLED_BACK if hub.seq > own.seq and not own.stopped else ""

    def narrowed(self, view: ChainView, asked: Sequence[int], acks: Sequence[Ack]) -> ChainView:
        """What the acks of single entries say about where two histories part."""
        same = {ack.seq for ack in acks if self._desk.hash_at(view.chain, ack.seq) == ack.head}
        agreed = max((seq for seq in asked if seq in same), default=view.agreed)
        apart = min((seq for seq in asked if seq not in same), default=view.apart)
        return replace(view, agreed=max(view.agreed, agreed), apart=min(view.apart, apart))

    def cut(self, chain: str, reason: str, kept: Mapping[str, int]) -> None:
        """Let the desk go on with a new chain; what the hub has not stored goes there."""
        result = self._desk.cut_chain(chain, reason, kept)
        logger.warning("chain %s cut: %s, %d again, %d damaged", chain, reason, result.entries, result.damaged)
        if any(own.chain == chain and own.seq > kept[chain] for own in self._desk.own_chains()):
            # Doing it once more would change nothing: a person must look.
            self._given_up.add(chain)
        self._agreed[chain] = kept[chain]
        self.done = replace(self.done, reappended=self.done.reappended + result.entries)

    def take_back(self, chain: str, batch: Batch) -> None:
        """Take entries that only the hub had; raise `ProtocolMismatch` unless this device wrote them."""
        public = self._desk.registration().device_public
        signed = batch.signature == UNSIGNED or verify(
            public, HEAD, head_message(chain, batch.seq, batch.head), batch.signature
        )
        if batch.chain != chain or batch.reached != batch.head or not signed:
            raise ProtocolMismatch("entries that this device did not write")
        self._desk.take_back(chain, batch.entries)
        self.done = replace(self.done, taken_back=self.done.taken_back + len(batch.entries))

    # ---- facts of the hub ---------------------------------------------------------------------------------------

    def count_lost_facts(self) -> int:
        """How many facts the hub has lost that were not offered in this sync."""
        return len(self._not_offered())

    def facts_to_offer(self) -> Sequence[ReceivedFact]:
        """The next of them; each is offered once in a sync, since the hub may have to wait for another desk first."""
        facts = self._not_offered()[:MAX_FACTS]
        self._offered |= {received.fact.digest for received in facts}
        return facts

    def take_offered(self, facts: Sequence[ReceivedFact]) -> None:
        """Take what the hub took back, at the place it has now."""
        if facts:
            self._desk.take_facts(facts)
        self.done = replace(self.done, given_back=self.done.given_back + len(facts))

    def _not_offered(self) -> list[ReceivedFact]:
        return [received for received in self._desk.lost_facts() if received.fact.digest not in self._offered]

    # ---- entries of other desks ---------------------------------------------------------------------------------

    def count_lost_entries(self) -> int:
        """How many entries of other desks the hub has lost that were not offered in this sync."""
        return len(self._entries_not_offered())

    def entries_to_offer(self) -> Sequence[ReceivedEntry]:
        """The next of them, at least one, in the order they had; each is offered once in a sync."""
        found: list[ReceivedEntry] = []
        size = 0
        for hash_ in self._entries_not_offered()[:MAX_ENTRIES]:
            received = self._desk.received_entry(hash_)
            entry = received.attested.entry
            size += len(entry.header) + len(entry.body or b"")
            if found and size > MAX_BYTES:
                break
            found.append(received)
        self._offered |= {received.attested.entry.hash for received in found}
        return found

    def take_standings(self, given: Sequence[GivenEntry]) -> None:
        """Note how the entries that were offered stand at the hub."""
        if given:
            self._desk.take_standings(given)
        lost = sum(one.standing == "lost" for one in given)
        self.done = replace(self.done, given_back=self.done.given_back + lost)

    def _entries_not_offered(self) -> list[bytes]:
        return [hash_ for hash_ in self._desk.lost_entries() if hash_ not in self._offered]
