"""Many desks that come back to a line at the same moment, with a day's work each, as the program itself would act."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from clerk_app.errors import PlatformBusy
from clerk_app.seams import SystemClock, SystemRng
from sync.background import LineState, after_sync, pause_s
from sync.crew import ThreadedCrew
from sync.engine import sync_once
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.hub import Hub
from sync.lane import SyncLane
from sync.report import SyncReport
from sync.transport import CONNECTIONS, HttpTransport
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import case_number_of, logged_in, scan, taken_in

HALLS = ("999991", "999992", "999993", "999994", "999995")
ROTTEN_S = 300.0
"""After so long a desk is taken for stuck."""


@dataclass(frozen=True, slots=True)
class Day:
    """What each desk brings."""

    cases: int = 5
    scan_bytes: int = 100_000


@dataclass
class Herd:
    """What became of the desks. `each`: seconds until each was done; `troubles`: what a clerk would have been shown."""

    each: list[float] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    asked_to_wait: int = 0
    desk_cpu_s: float = 0.0

    @property
    def seconds(self) -> float:
        """Until the last was done."""
        return max(self.each)


def make_desks(hub: Hub, count: int, day: Day) -> list[MemoryDesk]:
    """Desks of five halls with their work, enrolled and never yet connected."""
    return [_desk(hub, HALLS[number % len(HALLS)], day) for number in range(count)]


def _desk(hub: Hub, hall: str, day: Day) -> MemoryDesk:
    url = "http://127.0.0.1:1"
    desk = MemoryDesk.from_bytes(
        enrol(hub, EnrolmentWish(hall, "例州区", "窗口", url, url)), SystemClock(), SystemRng()
    )
    desk.append("session/1", "session.logged_in", logged_in())
    for counter in range(1, day.cases + 1):
        number = case_number_of(desk.enrolment.device, counter, hall)
        sealed = scan(desk.put_blob(os.urandom(day.scan_bytes)))
        desk.append(f"case/{number}", "case.taken_in", taken_in(number, sealed))
    return desk


def come_back(desks: Sequence[MemoryDesk], urls: Sequence[str]) -> Herd:
    """Let all of them sync from the same moment on, dealt out to `urls`, until each has nothing left to do."""
    herd, door = Herd(), threading.Barrier(len(desks) + 1)
    rng = SystemRng()
    threads = [
        threading.Thread(target=_come_back, args=(desk, urls[number % len(urls)], door, herd, rng))
        for number, desk in enumerate(desks)
    ]
    for thread in threads:
        thread.start()
    cpu = time.process_time()
    door.wait()
    for thread in threads:
        thread.join()
    herd.desk_cpu_s = time.process_time() - cpu
    return herd


def _come_back(desk: MemoryDesk, url: str, door: threading.Barrier, herd: Herd, rng: SystemRng) -> None:
    clock, state = SystemClock(), LineState()
    with HttpTransport(url) as line:
        lane = SyncLane(desk, line, clock, rng, make_crew=partial(ThreadedCrew, size=CONNECTIONS))
        door.wait()
        began = time.monotonic()
        while time.monotonic() - began < ROTTEN_S:
            report = sync_once(lane)
            state = after_sync(state, report, clock.now_ms())
            if report.state == "done":
                herd.each.append(time.monotonic() - began)
                return
            _note(herd, state, report)
            threading.Event().wait(pause_s(state, rng.token(1)[0] / 255))
    herd.troubles.append("never done")


def _note(herd: Herd, state: LineState, report: SyncReport) -> None:
    if isinstance(report.problem, PlatformBusy) and state.phase == "idle":
        herd.asked_to_wait += 1
    else:
        herd.troubles.append(f"{state.phase}: {report.problem!r}")
