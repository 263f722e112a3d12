"""What one sync gives back to a hub that has lost it: its own facts, and entries of other desks that it once showed."""

from __future__ import annotations

from clerk_app.failpoints import failpoint
from clerk_app.journal.exchange import GivenEntry
from sync.client import HubClient
from sync.crew import Errand
from sync.feed_page import read_fact
from sync.plan import OfferEntries, OfferFacts
from sync.repair import Repair
from sync.run.state import RunState
from sync.schemas import EntriesAnswer, FactsAnswer


class Given:
    """Look, offer, take the answer."""

    def __init__(self, state: RunState, client: HubClient, repair: Repair) -> None:
        self._state, self._client, self._repair = state, client, repair

    def look(self) -> None:
        """Whether the hub has lost anything; only a feed that was read to its end can tell."""
        state, repair = self._state, self._repair
        current = state.known.feed == "current"
        state.know(
            lost_facts=repair.count_lost_facts() if current else 0,
            lost_entries=repair.count_lost_entries() if current else 0,
        )

    def begin_facts(self, operation: OfferFacts) -> Errand:
        """Give the hub the next of its facts that it lost."""
        offered = self._repair.facts_to_offer()
        return Errand(operation, lambda: self._client.offer_facts(offered))

    def facts_taken(self, answer: FactsAnswer) -> None:
        """Take what the hub took back, at the place it has now."""
        keys = self._state.lane.session.keys
        assert keys is not None
        facts = [read_fact(item, keys) for item in answer.facts]
        failpoint("repair.offered")
        self._repair.take_offered(facts)
        self._read_on(bool(facts))

    def begin_entries(self, operation: OfferEntries) -> Errand:
        """Give the hub the next entries of other desks that it lost."""
        offered = self._repair.entries_to_offer()
        return Errand(operation, lambda: self._client.offer_entries(offered))

    def entries_taken(self, answer: EntriesAnswer) -> None:
        """Note how they stand; their new places come in the feed."""
        given = [GivenEntry(bytes.fromhex(one.hash), one.standing) for one in answer.entries]
        failpoint("repair.entries_offered")
        self._repair.take_standings(given)
        self._read_on(bool(given))

    def _read_on(self, moved: bool) -> None:
        self.look()
        self._state.know(feed="behind" if moved else self._state.known.feed, compared=False)
