"""The feed of one sync: reading its pages, and asking for cases of other desks."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_app.failpoints import failpoint
from clerk_app.journal.exchange import CaseAnswer, FeedPlace
from sync.client import HubClient, Ordered
from sync.crew import Errand
from sync.feed_page import order_to_leave, read_page
from sync.plan import ReadFeed
from sync.run.state import RunState
from sync.schemas import FeedAnswer


class Feed:
    """Restart, read, take up."""

    def __init__(self, state: RunState, client: HubClient) -> None:
        self._state, self._desk, self._client = state, state.desk, client
        self._place = FeedPlace()

    def restart(self) -> None:
        """Read from the beginning, because the hub does not know our place."""
        self._desk.restart_feed()
        self._state.know(feed="behind", compared=False)

    def begin_read(self, operation: ReadFeed) -> Errand:
        """Ask for the page after our place."""
        self._place = place = self._desk.feed_place()
        return Errand(operation, lambda: self._client.feed(place))

    def take_page(self, answer: FeedAnswer) -> None:
        """Keep what a page brings; raise `Ordered` if it brings an order to this device to leave."""
        state, place, keys = self._state, self._place, self._state.lane.session.keys
        page = read_page(answer, place, keys) if keys is not None else None
        if page is None:
            state.know(feed="lost")
            return
        failpoint("sync.feed_verified")
        order = order_to_leave(page.orders, self._desk.registration().code)
        if order is not None:
            raise Ordered(order)
        if page.place != place:
            self._desk.take_feed(page)
        failpoint("sync.feed_taken")
        state.look_at_chains()  # a verdict may have put an ack in doubt
        state.pulled += len(page.facts) + len(page.entries)
        more = answer.more and page.place != place
        state.know(feed="behind" if more else "current", wanted=tuple(self._desk.wanted()), compared=False)
        # What is still lost is counted at the next digest: this page may have brought some of it.
        state.know(lost_facts=0, lost_entries=0)

    def taken_up(self, answers: Sequence[CaseAnswer]) -> None:
        """Note what the hub said to wishes for cases of other desks."""
        for answer in answers:
            self._desk.take_answer(answer)
        failpoint("sync.taken_up")
        # What there is of these cases is in the feed now.
        self._state.know(feed="behind", wanted=(), compared=False)
