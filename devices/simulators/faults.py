"""What a line does to a message: each fault turns the pieces about to be sent into other pieces."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes sent together, `pause_s` after the piece before."""

    content: bytes
    pause_s: float = 0.0


Fault = Callable[[list[Piece]], list[Piece]]


def garbage_before(garbage: bytes) -> Fault:
    """Bytes that belong to nothing come first."""
    return lambda pieces: [Piece(garbage), *pieces]


def twice() -> Fault:
    """The message comes a second time."""
    return lambda pieces: pieces + pieces


def silence() -> Fault:
    """Nothing comes."""
    return lambda pieces: []


def wrong_byte(at: int) -> Fault:
    """One byte is another; `at` counts from the end, -1 is the last."""

    def apply(pieces: list[Piece]) -> list[Piece]:
        content = bytearray(_joined(pieces))
        if len(content) >= -at:
            content[at] ^= 0xFF
        return [Piece(bytes(content))]

    return apply


def cut_short(size: int) -> Fault:
    """Only the first `size` bytes come."""
    return lambda pieces: [Piece(_joined(pieces)[:size])]


def split(at: Sequence[int], pause_s: float) -> Fault:
    """The message comes in several pieces, cut at these offsets."""

    def apply(pieces: list[Piece]) -> list[Piece]:
        content = _joined(pieces)
        offsets = [0, *sorted(offset for offset in set(at) if 0 < offset < len(content)), len(content)]
        return [Piece(content[start:end], pause_s if start else 0.0) for start, end in itertools.pairwise(offsets)]

    return apply


def slow(pause_s: float) -> Fault:
    """The message comes byte by byte."""
    return lambda pieces: [Piece(bytes([byte]), pause_s) for byte in _joined(pieces)]


def _joined(pieces: list[Piece]) -> bytes:
    return b"".join(piece.content for piece in pieces)
