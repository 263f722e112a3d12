"""Syncing by itself: when to try again, what is shown meanwhile, and the thread around it."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.errors import (
    BlobDamaged,
    CaptivePortal,
    DiskFull,
    PlatformError,
    PlatformRefused,
    PlatformUnreachable,
)
from clerk_app.seams import SystemClock
from sync import background
from sync.background import LONGEST_S, SHORTEST_S, BackgroundSync, LineState, after_sync, pause_s
from sync.report import SyncReport
from sync.transport import CONNECT_S, Traffic
from tests.sync.conftest import DirectLine
from tests.sync.work import logged_in

NOW = 1_795_000_000_000
OFFLINE = SyncReport(state="offline", problem=PlatformUnreachable())
PORTAL = SyncReport(state="portal", problem=CaptivePortal())
REFUSED = SyncReport(state="refused", problem=PlatformRefused(reason="revoked"))
DONE = SyncReport(state="done", settled=True)
CUT = SyncReport(state="partial", problem=PlatformUnreachable())
LEFT = SyncReport(state="partial", pending=3, problem=BlobDamaged(), settled=True)
STUCK = SyncReport(state="partial", problem=PlatformError())
REPORTS = st.sampled_from([OFFLINE, PORTAL, REFUSED, DONE, CUT, LEFT, STUCK])
CHANCE = st.floats(0, 1)


@pytest.mark.parametrize(
    ("report", "phase", "has_line"),
    [
        (DONE, "idle", True),
        (LEFT, "idle", True),
        (CUT, "offline", False),
        (OFFLINE, "offline", False),
        (PORTAL, "portal", False),
        (REFUSED, "refused", False),
    ],
)
def test_the_line_is_shown_as_the_last_sync_found_it(report, phase, has_line):
    state = after_sync(LineState(), report, NOW)
    assert (state.phase, state.has_line, state.report) == (phase, has_line, report)


def test_offline_since_is_when_the_line_went_not_when_it_was_tried_last():
    state = after_sync(LineState(), DONE, NOW)
    for minute in range(1, 9):
        state = after_sync(state, OFFLINE, NOW + minute * 60_000)
    assert state.offline_since_ms == NOW + 60_000
    assert state.last_done_ms == NOW
    assert after_sync(state, DONE, NOW + 999_999).offline_since_ms is None


@given(st.lists(REPORTS, max_size=40), CHANCE)
def test_a_line_that_comes_back_is_used_within_ten_seconds(reports, chance):
    state = LineState()
    for report in reports:
        state = after_sync(state, report, NOW)
    state = after_sync(state, OFFLINE, NOW)
    assert pause_s(state, chance) <= 10
    # A try that was under way when the line came back hears of it by TCP's own repeats, or ends in time.
    assert pause_s(state, 0.5) + CONNECT_S <= 12


@given(st.lists(REPORTS, max_size=200), CHANCE)
def test_a_flapping_line_causes_no_storm(reports, chance):
    state, waited = LineState(), 0.0
    for report in reports:
        state = after_sync(state, report, NOW)
        waited += pause_s(state, chance)
    assert waited >= SHORTEST_S * len(reports)


@given(st.integers(1, 500), CHANCE)
def test_a_platform_that_refuses_is_asked_ever_more_rarely_but_never_given_up(times, chance):
    state = LineState()
    for _ in range(times):
        state = after_sync(state, REFUSED, NOW)
    pause = pause_s(state, chance)
    assert SHORTEST_S <= pause <= LONGEST_S * 1.25
    assert pause >= min(LONGEST_S, SHORTEST_S * 2 ** min(times, 8)) * 0.75


def test_what_waits_for_a_person_does_not_make_the_rest_wait():
    state = LineState()
    for _ in range(20):
        state = after_sync(state, LEFT, NOW)
    assert pause_s(state, 0.5) == background.IDLE_S


def test_a_platform_at_which_nothing_moves_is_not_hurried():
    state = LineState()
    for _ in range(20):
        state = after_sync(state, STUCK, NOW)
    assert pause_s(state, 0.5) > background.IDLE_S


def test_desks_that_come_back_together_do_not_ask_together():
    state = after_sync(LineState(), DONE, NOW)
    assert len({pause_s(state, chance / 10) for chance in range(11)}) == 11


def test_what_the_platform_asks_for_is_never_undercut():
    state = after_sync(LineState(), SyncReport(state="offline", problem=PlatformUnreachable(), retry_after_s=300), NOW)
    assert pause_s(state, 0.0) == 300


# ---- the thread ---------------------------------------------------------------------------------------------------


class SwitchedLine(DirectLine):
    """A line that can be pulled out."""

    def __init__(self, service):
        super().__init__(service)
        self.plugged = threading.Event()
        self.traffic = Traffic()

    def send(self, request):
        if not self.plugged.is_set():
            self.requests.append(request)
            raise PlatformUnreachable
        return super().send(request)


@pytest.fixture
def hurried(monkeypatch):
    """The same rules in hundredths."""
    for name in ("SHORTEST_S", "OFFLINE_S", "IDLE_S"):
        monkeypatch.setattr(background, name, getattr(background, name) / 100)


@contextmanager
def running(platform, open_lane):
    states: list[LineState] = []
    sync = BackgroundSync(lambda: nullcontext(open_lane()), SystemClock(), platform.rng, states.append)
    sync.start()
    try:
        yield sync, states
    finally:
        sync.stop()


def wait_until(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    wake = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        wake.wait(0.01)


def test_a_line_that_comes_back_is_used_without_anybody_asking(platform, hurried):
    desk = platform.desk()
    desk.append("session/1", "session.logged_in", logged_in())
    line = SwitchedLine(platform.service)
    with running(platform, lambda: platform.lane(desk, line)) as (sync, _states):
        wait_until(lambda: sync.state.failures >= 3)
        assert sync.state.phase in ("offline", "syncing")
        assert sync.state.offline_since_ms is not None
        line.plugged.set()
        wait_until(lambda: sync.state.phase == "idle")
        assert sync.state.last_done_ms is not None
    assert len(desk.uploaded()) == 1


def test_what_is_written_goes_out_at_a_word(platform, hurried, monkeypatch):
    monkeypatch.setattr(background, "IDLE_S", 3600)
    desk = platform.desk()
    line = SwitchedLine(platform.service)
    line.plugged.set()
    with running(platform, lambda: platform.lane(desk, line)) as (sync, _states):
        wait_until(lambda: sync.state.phase == "idle")
        desk.append("session/1", "session.logged_in", logged_in())
        sync.wake()
        wait_until(lambda: len(desk.uploaded()) == 1)


def test_a_hundred_words_are_not_a_hundred_syncs(platform, monkeypatch):
    monkeypatch.setattr(background, "SHORTEST_S", 0.3)
    desk = platform.desk()
    line = SwitchedLine(platform.service)
    with running(platform, lambda: platform.lane(desk, line)) as (sync, _states):
        wait_until(lambda: line.requests)
        for _ in range(100):
            sync.wake()
        wait_until(lambda: len(line.requests) >= 2)
        assert len(line.requests) <= 4


def test_progress_is_told_while_it_runs(platform, hurried):
    desk = platform.desk()
    for number in range(5):
        desk.append(f"session/{number}", "session.logged_in", logged_in())
    line = SwitchedLine(platform.service)
    line.plugged.set()
    with running(platform, lambda: platform.lane(desk, line)) as (sync, states):
        wait_until(lambda: sync.state.last_done_ms is not None)
    told = [state.progress for state in states if state.progress is not None]
    assert told
    assert (told[-1].entries_done, told[-1].pending) == (5, 0)


def test_a_store_in_trouble_is_shown_and_tried_again(platform, hurried):
    tries = []

    def open_lane():
        tries.append(1)
        if len(tries) < 3:
            raise DiskFull
        line = SwitchedLine(platform.service)
        line.plugged.set()
        return platform.lane(platform.desk(), line)

    with running(platform, open_lane) as (sync, states):
        wait_until(lambda: sync.state.phase == "idle")
    assert any(isinstance(state.report.problem, DiskFull) for state in states)


def test_a_bug_does_not_end_the_thread(platform, hurried, caplog):
    class Faulty(DirectLine):
        def send(self, request):
            if len(self.requests) < 2:
                self.requests.append(request)
                raise ZeroDivisionError
            return super().send(request)

    desk = platform.desk()
    with running(platform, lambda: platform.lane(desk, Faulty(platform.service))) as (sync, _states):
        wait_until(lambda: sync.state.last_done_ms is not None)
    assert len(caplog.records) == 2


def test_stopping_ends_the_thread(platform):
    before = threading.active_count()
    desk = platform.desk()
    with running(platform, lambda: platform.lane(desk)) as (sync, _states):
        wait_until(lambda: sync.state.last_done_ms is not None)
    assert threading.active_count() == before
