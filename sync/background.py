"""Syncing by itself: when to try again is a pure rule, the thread around it is thin.

Without a line the platform is tried every few seconds, which costs one connection attempt, so that a line that comes
back is used within ten seconds; a flapping line causes no storm, because two tries are never closer than `SHORTEST_S`.
A platform that answers but refuses, or a portal in its place, is asked ever more rarely.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Literal

from clerk_app.errors import BugError, ClerkError, DeviceRevoked, PlatformBusy, PlatformUnreachable
from clerk_app.seams import Clock, Rng
from sync.directory import raise_unless_equal
from sync.engine import sync_once
from sync.lane import SyncLane
from sync.report import SyncProgress, SyncReport

logger = logging.getLogger(__name__)

SHORTEST_S = 2.0
OFFLINE_S = 6.0
IDLE_S = 60.0
LONGEST_S = 15 * 60.0
FETCH_S = 45.0
JITTER = 0.25
_DOUBLINGS = 8

LinePhase = Literal["never", "idle", "syncing", "offline", "portal", "refused"]


@dataclass(frozen=True, slots=True)
class LineState:
    """How the line is. Times are UTC milliseconds.

    `has_line`: the platform answered at the last sync that ended; a running one changes nothing about it.
    `last_done_ms`: when both ends were last equal. `failures`: tries in a row that did not come to their end.
    `report` is that of the last sync; `progress` that of a running one.
    """

    phase: LinePhase = "never"
    has_line: bool = False
    last_done_ms: int | None = None
    offline_since_ms: int | None = None
    failures: int = 0
    report: SyncReport = field(default_factory=SyncReport)
    progress: SyncProgress | None = None


def after_sync(state: LineState, report: SyncReport, now_ms: int) -> LineState:
    """The state after one sync."""
    phase = _phase_after(report)
    return replace(
        state,
        phase=phase,
        has_line=phase == "idle",
        last_done_ms=now_ms if report.state == "done" else state.last_done_ms,
        offline_since_ms=None if phase in ("idle", "refused") else state.offline_since_ms or now_ms,
        failures=_failures_after(state, report),
        report=report,
        progress=None,
    )


def _failures_after(state: LineState, report: SyncReport) -> int:
    if report.settled:
        return 0
    # A platform that says itself when to come back has not failed.
    return state.failures if isinstance(report.problem, PlatformBusy) else state.failures + 1


def _phase_after(report: SyncReport) -> LinePhase:
    if report.state == "partial":
        # It began well; whether there still is a line, only the reason of its end can tell.
        return "offline" if isinstance(report.problem, PlatformUnreachable) else "idle"
    phases: dict[str, LinePhase] = {"done": "idle", "portal": "portal", "refused": "refused"}
    return phases.get(report.state, "offline")


def pause_s(state: LineState, chance: float) -> float:
    """Seconds until the next try by itself. `chance` in 0..1 spreads desks that came back together.

    The platform's own Retry-After is never undercut, and a busy platform is believed: its line is fair to those who
    come back when they were told to.
    """
    if isinstance(state.report.problem, PlatformBusy):
        return max(state.report.retry_after_s * (1 + JITTER * chance), SHORTEST_S)
    if state.phase == "offline":
        base = OFFLINE_S
    elif state.failures == 0:
        base = IDLE_S
    else:
        base = min(LONGEST_S, SHORTEST_S * 2.0 ** min(state.failures, _DOUBLINGS))
    return max(base * (1 + JITTER * (2 * chance - 1)), float(state.report.retry_after_s), SHORTEST_S)


class BackgroundSync:
    """One thread that syncs. `open_lane` is called in it; `changed` is called in it with each new state."""

    def __init__(
        self,
        open_lane: Callable[[], AbstractContextManager[SyncLane]],
        clock: Clock,
        rng: Rng,
        changed: Callable[[LineState], None],
    ) -> None:
        self.state = LineState()
        self._open_lane = open_lane
        self._clock = clock
        self._rng = rng
        self._changed = changed
        self._wanted = threading.Event()
        self._stopping = threading.Event()
        self._ended = threading.Condition()
        self._begun = self._done = 0
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)

    def start(self) -> None:
        """Begin, with a first sync at once."""
        self._thread.start()

    def wake(self) -> None:
        """Sync as soon as may be: a person asked."""
        self._wanted.set()

    def nudge(self) -> None:
        """Something was written: sync soon if there is a line; without one it is no reason to try sooner."""
        if self.state.has_line and not isinstance(self.state.report.problem, PlatformBusy):
            self._wanted.set()

    def fetch(self) -> None:
        """Wait for a sync that begins from now on; raise a `PlatformError` if it did not come to its end.

        Implements `services.ports.CaseDirectory`. Called from any thread but this one's.
        """
        with self._ended:
            wanted = self._begun + 1
            self._wanted.set()
            over = self._ended.wait_for(lambda: self._done >= wanted or self._stopping.is_set(), FETCH_S)
            if not over or self._done < wanted:
                raise PlatformUnreachable("no sync came to its end in time")
            report = self.state.report
        raise_unless_equal(report)

    def stop(self) -> None:
        """End the thread and wait for it: at most as long as one request may stand still."""
        self._stopping.set()
        self._wanted.set()
        with self._ended:
            self._ended.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._open_lane() as lane:
                    lane.on_progress = self._progress
                    self._keep_syncing(lane)
            except ClerkError as problem:
                # Without a lane nothing can be tried; what stands in the way is shown, and the lane asked for again.
                self._begun += 1
                self._end_with(SyncReport(state="refused", problem=problem))

    def _keep_syncing(self, lane: SyncLane) -> None:
        while not self._stopping.is_set():
            self._wanted.clear()
            self._begun += 1
            self._set(replace(self.state, phase="syncing", progress=None))
            self._end_with(self._sync(lane))

    def _end_with(self, report: SyncReport) -> None:
        self._set(after_sync(self.state, report, self._clock.now_ms()))
        with self._ended:
            self._done = self._begun
            self._ended.notify_all()
        if isinstance(report.problem, DeviceRevoked):
            # This device has left: its keys are gone, and nothing is said to the platform any more.
            self._stopping.set()
            return
        self._pause()

    def _pause(self) -> None:
        """Wait for the next try. However often somebody asks, two tries are never closer than `SHORTEST_S`."""
        if not self._stopping.wait(SHORTEST_S):
            self._wanted.wait(pause_s(self.state, self._rng.token(1)[0] / 255) - SHORTEST_S)

    def _sync(self, lane: SyncLane) -> SyncReport:
        try:
            return sync_once(lane)
        except ClerkError as problem:
            # The store's trouble, not the line's: it is shown, nothing is lost, and the next try is later.
            return SyncReport(state="refused", problem=problem)
        except Exception as bug:  # the border of the thread: syncing must never stop for good
            logger.exception("the sync failed in a way nobody foresaw")
            return SyncReport(state="partial", problem=BugError(str(bug)))

    def _progress(self, progress: SyncProgress) -> None:
        self._set(replace(self.state, progress=progress))

    def _set(self, state: LineState) -> None:
        self.state = state
        self._changed(state)
