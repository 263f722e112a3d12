"""Clock and randomness of tests: virtual time, and bytes that a seed repeats."""

from __future__ import annotations

import hashlib

START_MS = 1_795_000_000_000


class VirtualClock:
    """Time that moves only when told."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self._now_ms = now_ms
        self._running = 0.0

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic(self) -> float:
        return self._running

    def running_s(self) -> float:
        return self._running

    def advance(self, seconds: float) -> None:
        self._now_ms += int(seconds * 1000)
        self._running += seconds


class SeededRng:
    """Unpredictable to nobody who knows the seed."""

    def __init__(self, seed: int | str) -> None:
        self._seed = str(seed).encode()
        self._drawn = 0

    def token(self, size: int) -> bytes:
        parts = b""
        while len(parts) < size:
            self._drawn += 1
            parts += hashlib.sha256(self._seed + self._drawn.to_bytes(8, "big")).digest()
        return parts[:size]
