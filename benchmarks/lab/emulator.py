"""A line with delay, jitter, loss, a bottleneck and its queue, between two TUN devices; TCP sees real packets lost.

It stands in for netem where the kernel has none. Loss is independent from packet to packet, without bursts.
"""

from __future__ import annotations

import heapq
import os
import select
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from random import Random

_PACKET = 65535
_AT_ONCE = 64
_TICK_S = 0.2


@dataclass(frozen=True, slots=True)
class Profile:
    """A line: round trip and one-way jitter in ms, loss per direction 0..1, rates in bit/s, queue in packets."""

    rtt_ms: float
    loss: float
    up: float
    down: float
    queue: int
    jitter_ms: float = 0.0


@dataclass(slots=True)
class _Direction:
    """One way through the line. `free` is when the bottleneck is idle again, `last` when the last packet leaves."""

    rate: float
    sent: int = 0
    free: float = 0.0
    last: float = 0.0
    queued: deque[float] = field(default_factory=deque)


class Emulator(threading.Thread):
    """Forwards packets between two TUN devices; `cut` drops everything."""

    def __init__(self, ends: tuple[int, int], profile: Profile, seed: int) -> None:
        super().__init__(daemon=True)
        self.cut = False
        self._ends = ends
        self._profile = profile
        self._random = Random(seed)
        self._directions = (_Direction(profile.up), _Direction(profile.down))
        self._heap: list[tuple[float, int, int, bytes]] = []
        self._count = 0
        self._stopping = False

    @property
    def sent(self) -> tuple[int, int]:
        """Bytes offered to the line so far, up and down."""
        return self._directions[0].sent, self._directions[1].sent

    def stop(self) -> None:
        """End the thread and close both ends."""
        self._stopping = True
        if self.is_alive():
            self.join()
        for end in self._ends:
            os.close(end)

    def run(self) -> None:
        while not self._stopping:
            wait = max(0.0, self._heap[0][0] - time.monotonic()) if self._heap else _TICK_S
            readable, _, _ = select.select(self._ends, [], [], min(wait, _TICK_S))
            now = time.monotonic()
            for end in readable:
                self._take(self._ends.index(end), now)
            self._deliver(time.monotonic())

    def _take(self, way: int, now: float) -> None:
        for _ in range(_AT_ONCE):
            try:
                packet = os.read(self._ends[way], _PACKET)
            except BlockingIOError:
                return
            self._directions[way].sent += len(packet)
            if not self.cut and self._random.random() >= self._profile.loss:
                self._queue(way, packet, now)

    def _queue(self, way: int, packet: bytes, now: float) -> None:
        line, profile = self._directions[way], self._profile
        while line.queued and line.queued[0] <= now:
            line.queued.popleft()
        if len(line.queued) >= profile.queue:
            return
        line.free = max(line.free, now) + len(packet) * 8 / line.rate
        line.queued.append(line.free)
        delay = profile.rtt_ms / 2000 + self._random.random() * profile.jitter_ms / 1000
        line.last = max(line.last, line.free + delay)  # packets keep their order
        self._count += 1
        heapq.heappush(self._heap, (line.last, self._count, 1 - way, packet))

    def _deliver(self, now: float) -> None:
        while self._heap and self._heap[0][0] <= now:
            _at, _count, end, packet = heapq.heappop(self._heap)
            try:
                os.write(self._ends[end], packet)
            except OSError:
                continue  # the other end is being taken down
