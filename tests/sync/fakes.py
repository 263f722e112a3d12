"""Clock and randomness of tests: virtual time, and bytes that a seed repeats."""

from __future__ import annotations

import hashlib
from random import Random

from clerk_app.seams import Clock
from sync.crew import Errand
from sync.pace import Pace, Paces

START_MS = 1_795_000_000_000
BATCH_BYTES = 1024 * 1024
PIECE_BYTES = 256 * 1024


def steady_paces(batch: int = BATCH_BYTES, piece: int = PIECE_BYTES) -> Paces:
    """Requests of one size, however fast virtual time goes."""
    return Paces(Pace(batch, batch, batch), Pace(piece, piece, piece))


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
        """Let time pass."""
        self._now_ms += int(seconds * 1000)
        self._running += seconds

    def jump(self, seconds: float) -> None:
        """Set the wall clock forward or back; the machine runs on as if nothing were."""
        self._now_ms = max(0, self._now_ms + int(seconds * 1000))


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


class ShuffledCrew:
    """Several hands of which any may come back first, by the seed: what threads do, in one thread."""

    size = 6

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._begun: list[Errand] = []

    def begin(self, errand: Errand) -> None:
        self._begun.append(errand)

    def next_done(self) -> Errand:
        errand = self._begun.pop(self._random.randrange(len(self._begun)))
        errand.run(self._clock)
        return errand

    def close(self) -> None:
        """Of what was under way some still arrives, with nobody to hear the answer."""
        for errand in self._begun:
            if self._random.random() < 0.5:
                errand.run(self._clock)
        self._begun.clear()
