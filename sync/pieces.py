"""Pieces of several blobs in one body, so that a request, a commit and an answer serve many small scans.

    pieces   "WCP1" ‖ piece …
    piece    id 32 ‖ offset, u64 ‖ length of the whole, u64 ‖ size, u32 ‖ bytes

A body that was cut on its way counts as far as it came: its last piece is then a shorter one.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from clerk_app.journal.exchange import BlobId
from sync.wire import Malformed

MAX_PIECES = 500
"""Pieces in one body."""
_MAGIC = b"WCP1"
_HEAD = struct.Struct(">32sQQI")


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a blob of `length` bytes, from `offset`."""

    blob: BlobId
    offset: int
    length: int
    content: bytes

    @property
    def end(self) -> int:
        """The offset after it."""
        return self.offset + len(self.content)


def encode_pieces(pieces: Sequence[Piece]) -> tuple[bytes, ...]:
    """The body of a request that carries them, in parts: their bytes are not copied."""
    parts = [_MAGIC]
    for piece in pieces:
        parts += (_HEAD.pack(bytes.fromhex(piece.blob), piece.offset, piece.length, len(piece.content)), piece.content)
    return tuple(parts)


def decode_pieces(parts: Sequence[bytes]) -> tuple[Piece, ...]:
    """The pieces of a body that came in these parts, the last piece as far as it came.

    Raise `Malformed` for anything else.
    """
    reader = _Reader(parts)
    if reader.take(len(_MAGIC)) != _MAGIC:
        raise Malformed("no pieces")
    pieces: list[Piece] = []
    while len(head := reader.take(_HEAD.size)) == _HEAD.size:
        blob, offset, length, size = _HEAD.unpack(head)
        content = reader.take(size)
        if content or not size:
            pieces.append(Piece(blob.hex(), offset, length, content))
    if not 0 < len(pieces) <= MAX_PIECES:
        raise Malformed("no pieces, or too many")
    return tuple(pieces)


class _Reader:
    """Takes bytes from the front of parts, fewer where they end."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        self._left = deque(memoryview(part) for part in parts)

    def take(self, size: int) -> bytes:
        taken: list[memoryview] = []
        while size and self._left:
            part = self._left.popleft()
            if len(part) > size:
                self._left.appendleft(part[size:])
            taken.append(part[:size])
            size -= len(taken[-1])
        return b"".join(taken)
