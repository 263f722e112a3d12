"""The way to cases of other desks: a sync of its own, for a process that does not sync by itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from sync.engine import sync_once
from sync.lane import SyncLane
from sync.report import SyncReport


class LaneDirectory:
    """Implements `services.ports.CaseDirectory` by one sync over a lane that `open_lane` opens."""

    def __init__(self, open_lane: Callable[[], AbstractContextManager[SyncLane]]) -> None:
        self._open_lane = open_lane

    def fetch(self) -> None:
        """Sync once; raise what stood in the way."""
        with self._open_lane() as lane:
            raise_unless_equal(sync_once(lane))


def raise_unless_equal(report: SyncReport) -> None:
    """Raise what kept a sync from its end; a file that is missing on this desk, say, did not."""
    if not report.settled and report.problem is not None:
        raise report.problem
