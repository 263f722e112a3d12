"""Who is served when more ask than can be served at once: a short, fair line, and an honest word when to come back.

A process works on a few requests at once. The others wait, no more than `PLACES` of them and none for longer than
`WAIT_S`. Next is whoever is due first: its device's first arrival plus a handicap for what it asks. Small requests thus
pass large ones and entries pass blobs, but only those that came within the handicap, so that nobody waits for ever.
Batches of one device are worked on one after another: each builds on the one before, and two at once would only hold
each other up. When the line is too long, the last of it is told to come back after the time the line needs; a device
that was sent away keeps its first arrival and stands in front when it returns.

All of it is in one process's memory and worth nothing: losing it costs a place in a line.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from clerk_app.seams import Clock

WORKERS = 8
PLACES = 512
WAIT_S = 6.0
"""Well under the ten seconds without a byte after which a desk takes a line for dead."""
LONGEST_RETRY_S = 60
PER_MB_S = 0.25
PER_BLOB_S = 0.5
PER_OTHER_S = 0.25
"""Handicaps: for each megabyte, for a piece of a blob, for each other request of the same device at this process."""
_REMEMBER_S = 300.0
_REMEMBERED = 10_000
_FIRST_GUESS_S = 0.02
_WEIGHT = 0.05


class Busy(Exception):
    """Not now. `retry_after_s`: whole seconds until there should be room, 1 or more."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"busy for {retry_after_s} s")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Visitor:
    """A request at the door. `device`: its nine digits, empty if it has no token; `size` in bytes.

    `batch`: it brings entries; `blob`: it brings pieces of blobs.
    """

    device: str = ""
    size: int = 0
    blob: bool = False
    batch: bool = False


@dataclass(slots=True, eq=False)
class _Waiting:
    visitor: Visitor
    due: float
    called: asyncio.Future[None]


class Admission:
    """The line before one process's workers. Everything in it runs in the event loop.

    `on_line` hears how many wait, whenever that changes.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        workers: int = WORKERS,
        places: int = PLACES,
        wait_s: float = WAIT_S,
        on_line: Callable[[int], None] = lambda _waiting: None,
    ) -> None:
        self._clock, self._on_line = clock, on_line
        self._free = workers
        self._workers, self._places, self._wait_s = workers, places, wait_s
        self._line: list[_Waiting] = []
        self._present: Counter[str] = Counter()
        self._pushing: set[str] = set()
        """Devices of which a batch is being worked on."""
        self._sent_away: dict[str, float] = {}
        self._refusals = 0
        self._seconds = _FIRST_GUESS_S

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._line)

    @asynccontextmanager
    async def turn(self, visitor: Visitor) -> AsyncIterator[None]:
        """Wait for a worker and hold it while the block runs; raise `Busy` if there is none in time."""
        since, handicap = self._arrival(visitor), self._handicap(visitor)
        self._present[visitor.device] += 1
        try:
            if self._free and self._may_go(visitor):
                self._free -= 1
                self._go(visitor)
            else:
                await self._wait(_Waiting(visitor, since + handicap, asyncio.get_running_loop().create_future()))
            self._sent_away.pop(visitor.device, None)
            began = self._clock.monotonic()
            try:
                yield
            finally:
                self._seconds += _WEIGHT * (self._clock.monotonic() - began - self._seconds)
                self._pass_on(visitor)
        finally:
            self._present[visitor.device] -= 1
            if not self._present[visitor.device]:
                del self._present[visitor.device]

    async def _wait(self, one: _Waiting) -> None:
        self._line.append(one)
        self._on_line(len(self._line))
        if len(self._line) > self._places:
            self._send_away(max(self._line, key=lambda waiting: waiting.due))
        patience = asyncio.get_running_loop().call_later(self._wait_s, self._send_away, one)
        try:
            await one.called
        except asyncio.CancelledError:
            if one in self._line:
                self._leave(one)
            elif not one.called.cancelled() and one.called.exception() is None:
                self._pass_on(one.visitor)
            raise
        finally:
            patience.cancel()

    def _may_go(self, visitor: Visitor) -> bool:
        return visitor.device not in self._pushing or not visitor.batch

    def _go(self, visitor: Visitor) -> None:
        if visitor.batch and visitor.device:
            self._pushing.add(visitor.device)

    def _pass_on(self, done: Visitor) -> None:
        """Give the worker of one that is done to whoever is due first of those that may go."""
        if done.batch:
            self._pushing.discard(done.device)
        while ready := [waiting for waiting in self._line if self._may_go(waiting.visitor)]:
            first = min(ready, key=lambda waiting: waiting.due)
            self._leave(first)
            if not first.called.done():
                self._go(first.visitor)
                first.called.set_result(None)
                return
        self._free += 1

    def _leave(self, one: _Waiting) -> None:
        self._line.remove(one)
        self._on_line(len(self._line))

    def _send_away(self, one: _Waiting) -> None:
        if one not in self._line:
            return
        self._leave(one)
        self._remember(one.visitor.device)
        if not one.called.done():
            one.called.set_exception(Busy(self._retry_after_s()))

    def _retry_after_s(self) -> int:
        """When the present line is done; those sent away together are spread over as long again."""
        needed = max(1.0, len(self._line) * self._seconds / self._workers)
        self._refusals += 1
        return min(LONGEST_RETRY_S, math.ceil(needed) + self._refusals % (math.ceil(needed) + 1))

    # ---- whose turn it is ---------------------------------------------------------------------------------------

    def _arrival(self, visitor: Visitor) -> float:
        now = self._clock.monotonic()
        return self._sent_away.get(visitor.device, now) if visitor.device else now

    def _handicap(self, visitor: Visitor) -> float:
        others = self._present[visitor.device] if visitor.device else 0
        size = visitor.size / 1_000_000 * PER_MB_S
        return size + (PER_BLOB_S if visitor.blob else 0.0) + others * PER_OTHER_S

    def _remember(self, device: str) -> None:
        now = self._clock.monotonic()
        for old in [known for known, first in self._sent_away.items() if now - first > _REMEMBER_S]:
            del self._sent_away[old]
        if device and len(self._sent_away) < _REMEMBERED:
            self._sent_away.setdefault(device, now)
