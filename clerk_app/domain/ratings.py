"""Ratings (好差评): five grades, one invitation per visit, and no grade ever in the clear on the laptop's records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Grade = Literal["very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied"]
"""Our own enum; the two opposite encodings outside (domain.md B.2) are mapped at the exchange edge only."""

GRADES: tuple[Grade, ...] = ("very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied")

PadState = Literal["answered", "timed_out", "device_failed"]


@dataclass(frozen=True, slots=True)
class PadAnswer:
    """What came of asking: `grade` only if `answered`. `device_limited`: the pad has fewer than five keys."""

    state: PadState
    grade: Grade | None = None
    device_limited: bool = False

    def __repr__(self) -> str:
        # The grade must not reach a log (architecture.md, Keys).
        return f"PadAnswer({self.state})"


@dataclass(frozen=True, slots=True)
class SealedAnswer:
    """What came of a real invitation: the grade only as `sealed` bytes of constant length for the hub alone."""

    state: PadState
    sealed: bytes | None = None
    device_limited: bool = False
