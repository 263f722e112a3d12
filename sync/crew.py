"""Hands beside the sync's lane: they carry calls to the hub, several at once, and touch nothing else.

The lane alone reads and writes the store, plans and learns. What a hand did comes back to it one by one.
"""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from clerk_app.seams import Clock
from sync.plan import Operation


@dataclass(slots=True, eq=False)
class Errand:
    """One call that belongs to an operation; `size` is how much it carries, as the lane counts it.

    `packed`: the same on the line, where that is known only once the call packs it.
    """

    operation: Operation
    call: Callable[[], Any]
    size: int = 0
    packed: int = 0
    seconds: float = 0.0
    _answer: Any = None
    _error: BaseException | None = None

    def run(self, clock: Clock) -> None:
        """Do it, in whatever thread; what came of it waits for `answer`."""
        began = clock.monotonic()
        try:
            self._answer = self.call()
        except BaseException as error:  # whatever it is belongs to the lane
            self._error = error
        self.seconds = clock.monotonic() - began

    def answer(self) -> Any:
        """What the call returned; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._answer


class Crew(Protocol):
    """As many hands as `size`. Only the lane calls."""

    @property
    def size(self) -> int:
        """How many errands may be under way at once."""

    def begin(self, errand: Errand) -> None:
        """Send a hand; call with fewer than `size` under way."""

    def next_done(self) -> Errand:
        """Wait for the next errand that is done; call with at least one under way."""

    def close(self) -> None:
        """Wait for nobody; what is still under way is answered to nobody."""


class OneHand:
    """The lane's own hand: an errand is run when its end is waited for. For transports without threads."""

    size = 1

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begun: deque[Errand] = deque()

    def begin(self, errand: Errand) -> None:
        self._begun.append(errand)

    def next_done(self) -> Errand:
        errand = self._begun.popleft()
        errand.run(self._clock)
        return errand

    def close(self) -> None:
        self._begun.clear()


class ThreadedCrew:
    """Hands in threads, for a transport that may be used by several at once."""

    def __init__(self, clock: Clock, size: int) -> None:
        self.size = size
        self._clock = clock
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="sync-hand")
        self._done: queue.SimpleQueue[Errand] = queue.SimpleQueue()

    def begin(self, errand: Errand) -> None:
        self._threads.submit(self._run, errand)

    def next_done(self) -> Errand:
        return self._done.get()

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _run(self, errand: Errand) -> None:
        errand.run(self._clock)
        self._done.put(errand)
