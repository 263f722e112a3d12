"""How much goes into one request: about a second of what the line carries.

On a good line large requests save round trips; on a bad one small ones mean that a cut costs little, that an urgent
case soon gets its turn, and that an answer is never waited for so long that the line seems dead.
"""

from __future__ import annotations

from dataclasses import dataclass

from sync.plan import Operation, Push, SendPiece, SendPieces

TARGET_S = 1.0
"""Seconds that one request should take, hub included."""
QUICK_WAY_S = 0.05
"""A small call that takes less went over a local line."""
_MOST_CHANGE = 2.0
_MOST_GROWTH_WHEN_QUICK = 16.0
"""A local line shows at once what it carries: after the first answer blobs go as fast as it allows."""
_FULL = 0.5
"""Share of its size from which a request counts as full: entries are not cut, nor are small blobs."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Bytes of the next request, between `least` and `most`."""

    size: int
    least: int
    most: int

    def after(self, size: int, seconds: float, *, most_growth: float = _MOST_CHANGE) -> Pace:
        """The pace after a request of `size` bytes took this long."""
        fitting = size * TARGET_S / seconds if seconds > 0 else float(self.most)
        if fitting > self.size and size < self.size * _FULL:
            # A last, small request went quickly: that says nothing about larger ones.
            return self
        return self._of(max(self.size / _MOST_CHANGE, min(fitting, self.size * most_growth)))

    def at_least(self, size: int, seconds: float) -> Pace:
        """This pace, or what fits if `size` bytes took this long, where that is more."""
        return self._of(max(self.size, size * TARGET_S / seconds)) if seconds > 0 else self

    def after_failure(self) -> Pace:
        """The pace after a request was lost."""
        return self._of(self.size / _MOST_CHANGE)

    def _of(self, size: float) -> Pace:
        return Pace(int(max(self.least, min(size, self.most))), self.least, self.most)


@dataclass(slots=True)
class Paces:
    """Of batches (bytes of entries before compression) and of pieces of blobs, those of one request together."""

    batch: Pace = Pace(512 * 1024, 64 * 1024, 1024 * 1024)
    piece: Pace = Pace(256 * 1024, 32 * 1024, 4 * 1024 * 1024)
    is_quick: bool = False
    """Whether the line carries bytes sooner than thorough compression would save them."""

    def met(self, seconds: float) -> None:
        """After digests were exchanged in so many seconds, which is little but the way there and back."""
        self.is_quick = seconds < QUICK_WAY_S

    def batch_sent(self, size: int, packed: int, seconds: float) -> None:
        """After a batch with `size` bytes of entries, `packed` on the line, was answered.

        The line may only have looked quick. If it is, blobs begin with what it carried of a batch.
        """
        self.batch = self.batch.after(size, seconds)
        self.is_quick = self.is_quick and seconds < TARGET_S
        if self.is_quick:
            self.piece = self.piece.at_least(packed, seconds)

    def piece_sent(self, size: int, seconds: float) -> None:
        """After a request with `size` bytes of blobs was answered."""
        growth = _MOST_GROWTH_WHEN_QUICK if self.is_quick else _MOST_CHANGE
        self.piece = self.piece.after(size, seconds, most_growth=growth)

    def slow_down(self, operation: Operation) -> None:
        """After a call was lost."""
        match operation:
            case Push():
                self.batch = self.batch.after_failure()
            case SendPiece() | SendPieces():
                self.piece = self.piece.after_failure()
