"""Pieces of several blobs in one body, so that a request, a commit and an answer serve many small scans.

    pieces   "WCP1" ‖ piece …
    piece    id 32 ‖ offset, u64 ‖ length of the whole, u64 ‖ size, u32 ‖ bytes

A body that was cut on its way counts as far as it came: its last piece is then a shorter one.

The id of a blob is the SHA-256 of its bytes, and the hub takes no whole blob without having seen that they are these.
So nothing is gained by hashing them once more to say what was asked: `digest_by_heads` says it without.
"""

from __future__ import annotations

import hashlib
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


def digest_by_heads(parts: Sequence[bytes]) -> str:
    """SHA-256, as hex, over the head of each piece and, of one that is no whole blob, the SHA-256 of its bytes.

    What follows the last whole head counts as it is, and so does a body that does not begin as pieces do.
    """
    reader, found = _Reader(parts), hashlib.sha256()
    found.update(begun := reader.take(len(_MAGIC)))
    if begun != _MAGIC:
        found.update(reader.take(reader.left))
        return found.hexdigest()
    while len(head := reader.take(_HEAD.size)) == _HEAD.size:
        found.update(head)
        _blob, _offset, length, size = _HEAD.unpack(head)
        views = reader.views(size)
        if not length == size == sum(map(len, views)):
            found.update(_sha256(views))
    found.update(head)
    return found.hexdigest()


def _sha256(views: Sequence[memoryview]) -> bytes:
    found = hashlib.sha256()
    for view in views:
        found.update(view)
    return found.digest()


class _Reader:
    """Takes bytes from the front of parts, fewer where they end."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        self._left = deque(memoryview(part) for part in parts)

    @property
    def left(self) -> int:
        """Bytes that were not taken yet."""
        return sum(map(len, self._left))

    def take(self, size: int) -> bytes:
        """The next bytes in one."""
        return b"".join(self.views(size))

    def views(self, size: int) -> list[memoryview]:
        """The next bytes as they lie in the parts."""
        taken: list[memoryview] = []
        while size and self._left:
            part = self._left.popleft()
            if len(part) > size:
                self._left.appendleft(part[size:])
            taken.append(part[:size])
            size -= len(taken[-1])
        return taken
