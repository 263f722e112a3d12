"""A line that goes dead with several calls in flight: shown after one time-out, not after one for each."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from clerk_app.errors import PlatformUnreachable
from sync.background import LineState, after_sync
from sync.crew import ThreadedCrew
from sync.engine import sync_once
from sync.pace import QUICK_WAY_S
from sync.transport import CONNECT_S, CONNECTIONS, PROGRESS_S
from tests.sync.conftest import DirectLine
from tests.sync.fakes import steady_paces
from tests.sync.work import logged_in

TOLD_WITHIN_S = 15
IN_FLIGHT = 4

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class DeadLine(DirectLine):
    """Swallows every batch. Those in flight give up together, as their time-outs do: one after another is too late."""

    def __init__(self, service, clock):
        super().__init__(service)
        self.begun, self.alive_until = 0, 0.0
        self._clock = clock
        self._together = threading.Barrier(IN_FLIGHT, lambda: clock.advance(CONNECT_S + PROGRESS_S), timeout=30)

    def send(self, request):
        if request.route != "/v1/push":
            self._clock.advance(2 * QUICK_WAY_S)  # no local line
            self.alive_until = self._clock.monotonic()
            return super().send(request)
        self.begun += 1
        self._together.wait()
        raise PlatformUnreachable


def test_a_black_hole_with_several_calls_in_flight_is_shown_in_time(platform):
    desk = platform.desk()
    for number in range(60):
        desk.append(f"session/{number}", "session.logged_in", logged_in())
    line = DeadLine(platform.service, platform.clock)
    hands = partial(ThreadedCrew, size=CONNECTIONS)
    report = sync_once(platform.lane(desk, line, make_crew=hands, paces=steady_paces(batch=2000)))
    shown = after_sync(LineState("idle", has_line=True), report, platform.clock.now_ms())
    assert (shown.phase, shown.has_line, shown.report.pending) == ("offline", False, 60)
    assert desk.uploaded() == set()
    assert line.begun == IN_FLIGHT
    assert platform.clock.monotonic() - line.alive_until <= TOLD_WITHIN_S
