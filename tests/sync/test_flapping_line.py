"""A line that comes and goes a hundred times, under virtual time: every return is used within ten seconds by nobody's
hand, and there is no storm. The background's own loop runs here; only its waiting is of virtual time."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from contextlib import nullcontext
from itertools import count, pairwise
from random import Random

import pytest

from clerk_app.errors import PlatformUnreachable
from sync.background import SHORTEST_S, BackgroundSync
from sync.hub.digest import digest
from sync.lane import SyncLane
from sync.transport import Traffic
from tests.sync.work import logged_in

FLAPS = 100
WRITTEN = 100
ROUND_TRIP_S = 0.2
TCP_REPEATS_S = (1.0, 2.0, 2.0)
"""Waits between the packets by which TCP asks for a connection, until the transport gives up after five seconds."""


class World:
    """Virtual time, and what is to happen at which moment of it."""

    def __init__(self, clock):
        self.clock = clock
        self.now = 0.0
        self._coming: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def at(self, moment, act):
        heapq.heappush(self._coming, (moment, next(self._order), act))

    def pass_until(self, moment, is_over=lambda: False):
        """Let time pass, with all that happens in it, until `moment` or `is_over`."""
        while not is_over() and self._coming and self._coming[0][0] <= moment:
            then, _order, act = heapq.heappop(self._coming)
            self._go_to(then)
            act()
        if not is_over():
            self._go_to(moment)

    def wait(self, seconds):
        self.pass_until(self.now + seconds)

    def _go_to(self, moment):
        self.clock.advance(max(0.0, moment - self.now))
        self.now = max(self.now, moment)


class VirtualEvent:
    """`threading.Event` whose waiting is virtual."""

    def __init__(self, world):
        self._world = world
        self._is_set = False

    def set(self):
        self._is_set = True

    def clear(self):
        self._is_set = False

    def is_set(self):
        return self._is_set

    def wait(self, timeout):
        self._world.pass_until(self._world.now + timeout, self.is_set)
        return self._is_set


class ComingAndGoing:
    """A line to a hub that is there or not; a request takes its time, and one without a line takes five seconds."""

    def __init__(self, world, service):
        self.world = world
        self.service = service
        self.is_up = False
        self.tries: list[float] = []
        self.traffic = Traffic()

    def send(self, request):
        self.tries.append(self.world.now)
        for repeat in TCP_REPEATS_S:
            if self.is_up:
                break
            self.world.wait(repeat)
        self.world.wait(ROUND_TRIP_S)
        if not self.is_up:
            raise PlatformUnreachable
        return self.service.handle(request)


def background_of(world, lane, platform, shown):
    """The real loop with virtual waiting."""
    background = BackgroundSync(lambda: nullcontext(lane), platform.clock, platform.rng, shown)
    for name in ("_wanted", "_stopping"):
        setattr(background, name, VirtualEvent(world))
    return background


@pytest.mark.parametrize("seed", range(2))
def test_a_line_that_flaps_a_hundred_times(platform, seed):
    random, world = Random(seed), World(platform.clock)
    desk, line = platform.desk(), ComingAndGoing(world, platform.service)
    begun, returns = [], []

    def shown(state):
        if state.phase == "syncing" and state.progress is None:
            begun.append(world.now)

    background = background_of(world, SyncLane(desk, line, platform.clock, platform.rng), platform, shown)

    def come_back():
        returns.append((world.now, background.state.phase))
        line.is_up = True

    def go():
        line.is_up = False

    def write():
        desk.append(f"session/{platform.rng.token(8).hex()}", "session.logged_in", logged_in())
        background.nudge()

    moment = 5.0
    for flap in range(FLAPS):
        world.at(moment, come_back)
        moment += random.uniform(11, 40)
        if flap < FLAPS - 1:
            world.at(moment, go)
        moment += random.uniform(0.5, 60)
    for _ in range(WRITTEN):
        world.at(random.uniform(0, moment), write)
    world.at(moment + 60, background._stopping.set)
    background._run()

    # It knew that the line was gone; where it had not noticed, there was nothing to send.
    waits = [
        min(tried for tried in line.tries if tried >= back) - back for back, phase in returns if phase == "offline"
    ]
    assert len(waits) > FLAPS / 5
    assert max(waits) <= 10
    assert all(later - earlier >= SHORTEST_S for earlier, later in pairwise(begun))
    # One sync each few seconds without a line; with one, a few where something was written or the line came back.
    assert len(begun) <= world.now / 4.5 + FLAPS + WRITTEN
    assert len(line.tries) <= 6 * len(begun)
    assert digest(platform.hub).entries == WRITTEN == len(desk.uploaded())
