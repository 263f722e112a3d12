"""An entry: one act, identified by (`chain`, `seq`).

    header     ["alg","chain",seq,recorded_at,"clock","clerk","stream","kind"]   UTF-8 JSON array, no spaces
    body_hash  SHA-256(salt16 ‖ body)
    hash       SHA-256(prev ‖ len32(header) ‖ header ‖ body_hash)                 len32 big-endian

`prev` of seq 1 is 32 zero bytes, or the head of the earlier chain that the new chain cites.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from clerk_app.errors import BugError
from clerk_app.journal.body import body_bytes, body_hash, read_body

ALG = "sha256-ed25519"
NO_HEAD = bytes(32)
ClockState = Literal["ok", "unverified"]
_FIELD_TYPES = [str, str, int, int, str, str, str, str]
_AS_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Made once: `json.dumps` makes an encoder at every call, and headers are read by the thousand."""


@dataclass(frozen=True, slots=True)
class Header:
    """The signed facts about an entry. `recorded_at` is UTC in milliseconds; `clock` says whether it can be trusted."""

    chain: str
    seq: int
    recorded_at: int
    clock: ClockState
    clerk: str
    stream: str
    kind: str
    alg: str = ALG

    def to_bytes(self) -> bytes:
        """The bytes that are stored and hashed."""
        fields = [self.alg, self.chain, self.seq, self.recorded_at, self.clock, self.clerk, self.stream, self.kind]
        return _AS_JSON(fields).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Header:
        """Parse stored header bytes; raise `ValueError` unless they are the very bytes `to_bytes` would write."""
        return _parsed(bytes(content))


@lru_cache(maxsize=1024)
def _parsed(content: bytes) -> Header:
    """A header, which is read once when its chain is checked and soon again when it is stored or folded."""
    alg, chain, seq, recorded_at, clock, clerk, stream, kind = _fields(content)
    header = Header(chain, seq, recorded_at, clock, clerk, stream, kind, alg)
    if header.to_bytes() != content or alg != ALG or seq < 1 or clock not in ("ok", "unverified"):
        raise ValueError("header bytes are not canonical")
    return header


def _fields(content: bytes) -> list[Any]:
    """The eight fields of a header; raise `ValueError` if one has another type or could not be stored as text."""
    try:
        fields = json.loads(content.decode())
    except RecursionError as error:
        raise ValueError("header bytes are not canonical") from error
    if not isinstance(fields, list) or [type(field) for field in fields] != _FIELD_TYPES:
        raise ValueError("header fields are of another type")
    alg, chain, seq, recorded_at, *texts = fields
    if not (0 <= seq < 2**53 and 0 <= recorded_at < 2**53) or "\0" in "".join((alg, chain, *texts)):
        raise ValueError("header fields are out of range")
    return fields


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as stored: exact bytes, nothing recomputed. `body` and `salt` are None once erased."""

    header: bytes
    body: bytes | None
    salt: bytes | None
    body_hash: bytes
    prev: bytes
    hash: bytes

    @property
    def head(self) -> Header:
        """The parsed header."""
        return Header.from_bytes(self.header)

    @property
    def content(self) -> dict[str, Any]:
        """The parsed body; raises `BugError` if it was erased."""
        if self.body is None:
            raise BugError("the body was erased")
        return read_body(self.body)

    @property
    def digest(self) -> str:
        """The short digest printed on paper: the first 8 hex digits of `body_hash`.

        It is that of the act, not of its place, so that paper stays true when an act is appended again to a new chain.
        """
        return self.body_hash.hex()[:8]


def link(prev: bytes, header: bytes, hashed_body: bytes) -> bytes:
    """The hash that chains an entry to the one before it."""
    return hashlib.sha256(prev + len(header).to_bytes(4, "big") + header + hashed_body).digest()


def make_entry(header: Header, body: Mapping[str, Any], *, prev: bytes, salt: bytes) -> Entry:
    """Build an entry on top of `prev`."""
    header_content, body_content = header.to_bytes(), body_bytes(body)
    hashed = body_hash(salt, body_content)
    return Entry(header_content, body_content, salt, hashed, prev, link(prev, header_content, hashed))
