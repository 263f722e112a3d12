"""Pieces of several blobs in one body, so that a request, a commit and an answer serve many small scans.

    pieces   "WCP1" ‖ piece …
    piece    id 32 ‖ offset, u64 ‖ length of the whole, u64 ‖ size, u32 ‖ bytes

A body that was cut on its way counts as far as it came: its last piece is then a shorter one.
"""

from __future__ import annotations

import struct
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


def encode_pieces(pieces: Sequence[Piece]) -> bytes:
    """The body of a request that carries them."""
    parts = [_MAGIC]
    for piece in pieces:
        parts += (_HEAD.pack(bytes.fromhex(piece.blob), piece.offset, piece.length, len(piece.content)), piece.content)
    return b"".join(parts)


def decode_pieces(body: bytes) -> tuple[Piece, ...]:
    """The pieces of a body, the last one as far as it came; raise `Malformed` for anything else."""
    if not body.startswith(_MAGIC):
        raise Malformed("no pieces")
    pieces: list[Piece] = []
    at, whole = len(_MAGIC), memoryview(body)
    while at + _HEAD.size <= len(body):
        blob, offset, length, size = _HEAD.unpack_from(body, at)
        at += _HEAD.size
        content = bytes(whole[at : at + size])
        at += size
        if content or not size:
            pieces.append(Piece(blob.hex(), offset, length, content))
    if not 0 < len(pieces) <= MAX_PIECES:
        raise Malformed("no pieces, or too many")
    return tuple(pieces)
