"""The digests of one sync: comparing both ends, and the repairs that begin where they are not equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clerk_app.errors import PlatformRefused
from clerk_app.failpoints import failpoint
from clerk_app.journal.exchange import OwnChain
from sync.batch import Batch
from sync.capabilities import SHOWS_ENTRIES
from sync.client import HubClient
from sync.crew import Errand
from sync.plan import ChainView, Compare, probes_of
from sync.repair import Repair
from sync.run.catalogue import CatalogueRun
from sync.run.given import Given
from sync.run.state import RunState, Stuck
from sync.schemas import AcksAnswer, ChainStanding, StateAnswer

MAX_COMPARES = 20
"""Digests exchanged in one sync, so that a desk at work does not keep one sync going for ever."""


class Digests:
    """Compare, probe, cut, take back."""

    def __init__(self, state: RunState, client: HubClient, catalogue: CatalogueRun) -> None:
        self._state, self._desk, self._client, self._catalogue = state, state.desk, client, catalogue
        self.repair = Repair(state.desk)
        self.given = Given(state, client, self.repair)
        self._compares = 0
        self._own: Sequence[OwnChain] = ()

    def begin_compare(self, operation: Compare) -> Errand:
        """Ask the hub what it has of the chains as they are now."""
        self._compares += 1
        if self._compares > MAX_COMPARES:
            raise Stuck
        self._own = own = self._desk.own_chains()
        place = self._desk.feed_place()
        taken_in = self._state.lane.catalogues.serial()
        return Errand(operation, lambda: self._client.compare(own, place, taken_in))

    def compared(self, answer: StateAnswer) -> None:
        """Learn where both ends differ."""
        state, own = self._state, self._own
        standing = {view.chain: view for view in answer.chains}
        chains = [self._view(chain, standing.get(chain.chain)) for chain in own]
        # An older copy of the store was put back: what it wrote since is on the hub alone.
        known = {chain.chain for chain in own}
        chains += [ChainView(view.chain, 0, 0, view.seq) for view in answer.chains if view.chain not in known]
        left = next((view for view in chains if view.given_up), None)
        if left is not None:
            # Told at every sync, not only at the one that found it: these entries wait for a person.
            state.problem = PlatformRefused(reason=f"chain_{left.trouble}")
        elif any(view.seq < view.stored for view in chains) and SHOWS_ENTRIES not in state.known.can:
            state.problem = PlatformRefused(reason="store_rolled_back")
        feed = "lost" if not answer.feed.known else "behind" if answer.feed.more else "current"
        state.know(met=True, compared=True, chains=tuple(chains), feed=feed, wanted=tuple(self._desk.wanted()))
        self.given.look()
        state.look_at_waiting()
        self._catalogue.told(answer.catalogue)

    def probed(self, chain: str, answer: AcksAnswer) -> None:
        """Learn from the acks of single entries where two histories part."""
        view = next(view for view in self._state.known.chains if view.chain == chain)
        acks = [signed.ack for signed in self._state.signed(answer.acks)]
        self._state.set_chain(self.repair.narrowed(view, probes_of(view), acks))

    def cut_chain(self, chain: str, reason: str, kept: Mapping[str, int]) -> None:
        """Go on with a new chain."""
        failpoint("repair.parted")
        self.repair.cut(chain, reason, kept)
        failpoint("repair.done")
        self._state.look_anew()

    def take_back(self, chain: str, batch: Batch) -> None:
        """Take entries of this device that only the hub had."""
        self.repair.take_back(chain, batch)
        failpoint("repair.back")
        self._state.look_anew()

    def _view(self, own: OwnChain, hub: ChainStanding | None) -> ChainView:
        stored = hub.seq if hub else 0
        view = ChainView(own.chain, own.seq, own.acked, stored, stored, lacking=tuple(hub.waiting if hub else ()))
        return view if hub is None else self.repair.judged(view, own, hub)
