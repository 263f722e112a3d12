"""The sealed batch: entries of one chain in `seq` order, with the device's signature over the head they lead to.

    batch    "WCE1" ‖ chain, 32 ASCII hex ‖ first seq u64 ‖ prev 32 ‖ count u32 ‖ head 32 ‖ signature 64 ‖ frame …
    frame    01 ‖ len32 ‖ header ‖ salt 16 ‖ len32 ‖ body          a whole entry
             02 ‖ len32 ‖ header ‖ body_hash 32                     an entry whose body was erased

Numbers are big-endian. `prev` is the hash before `first`; the prev and hash of every entry are left out, since the
reader computes them again and must arrive at `head`. The whole is one zstd frame on the wire and on a stick.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from clerk_app.journal.body import MAX_BODY, SALT_SIZE, body_hash
from clerk_app.journal.entry import Entry, link
from sync.wire import Malformed, compress, decompress

_MAGIC = b"WCE1"
_WHOLE, _ERASED = b"\x01", b"\x02"
_CHAIN = re.compile(rb"[0-9a-f]{32}")
_HASH = 32
_SIGNATURE = 64
_MAX_HEADER = 4096
MAX_ENTRIES = 5000
UNSIGNED = bytes(_SIGNATURE)
"""In place of the signature where the hub shows a device part of its own chain: a head is signed at the end."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as read: `entries` carry recomputed hashes, `head` is what the device signed they would lead to.

    `content` is the batch as it came.
    """

    chain: str
    first: int
    prev: bytes
    head: bytes
    signature: bytes
    entries: tuple[Entry, ...]
    content: bytes = field(repr=False)

    @property
    def seq(self) -> int:
        """The seq of the last entry."""
        return self.first + len(self.entries) - 1

    @property
    def reached(self) -> bytes:
        """The hash at which the entries really arrive."""
        return self.entries[-1].hash


def encode_batch(chain: str, first: int, entries: Sequence[Entry], signature: bytes, *, quickly: bool = False) -> bytes:
    """The bytes of a batch; `signature` is the device's over the head of the last entry. `quickly` as in `compress`."""
    head = [
        _MAGIC,
        chain.encode("ascii"),
        first.to_bytes(8, "big"),
        entries[0].prev,
        len(entries).to_bytes(4, "big"),
        entries[-1].hash,
        signature,
    ]
    return compress(b"".join([*head, *(_frame(entry) for entry in entries)]), quickly=quickly)


def decode_batch(content: bytes) -> Batch:
    """Read a batch; raise `Malformed` unless it is whole and in form. Hashes and signature are not judged here."""
    reader = _Reader(decompress(content))
    if reader.take(4) != _MAGIC:
        raise Malformed("not a batch")
    chain = reader.take(32)
    if not _CHAIN.fullmatch(chain):
        raise Malformed("not a chain")
    first, prev, count = reader.number(8), reader.take(_HASH), reader.number(4)
    head, signature = reader.take(_HASH), reader.take(_SIGNATURE)
    if not (1 <= first < 2**53 and 1 <= count <= MAX_ENTRIES):
        raise Malformed("no or too many entries")
    entries: list[Entry] = []
    for _ in range(count):
        entries.append(_entry(reader, entries[-1].hash if entries else prev))
    if reader.left:
        raise Malformed("more bytes than entries")
    return Batch(chain.decode("ascii"), first, prev, head, signature, tuple(entries), content)


def _frame(entry: Entry) -> bytes:
    header = len(entry.header).to_bytes(4, "big") + entry.header
    if entry.body is None or entry.salt is None:
        return _ERASED + header + entry.body_hash
    return _WHOLE + header + entry.salt + len(entry.body).to_bytes(4, "big") + entry.body


def _entry(reader: _Reader, prev: bytes) -> Entry:
    form = reader.take(1)
    header = reader.sized(_MAX_HEADER)
    if form == _WHOLE:
        salt = reader.take(SALT_SIZE)
        body = reader.sized(MAX_BODY)
        hashed = body_hash(salt, body)
        return Entry(header, body, salt, hashed, prev, link(prev, header, hashed))
    if form == _ERASED:
        hashed = reader.take(_HASH)
        return Entry(header, None, None, hashed, prev, link(prev, header, hashed))
    raise Malformed("unknown frame")


class _Reader:
    """Takes bytes from the front, never more than there are."""

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._content) - self._at

    def take(self, size: int) -> bytes:
        if size > self.left:
            raise Malformed("cut short")
        self._at += size
        return bytes(self._content[self._at - size : self._at])

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def sized(self, limit: int) -> bytes:
        size = self.number(4)
        if size > limit:
            raise Malformed("larger than allowed")
        return self.take(size)
