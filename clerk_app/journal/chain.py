"""Verification of chains: pure, over entries in `seq` order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clerk_app.journal.body import body_hash
from clerk_app.journal.entry import NO_HEAD, Entry, Header, link


@dataclass(frozen=True, slots=True)
class ChainFault:
    """Where a chain first breaks, and how: `gap`, `header`, `prev`, `body`, `hash` or `foreign`."""

    chain: str
    seq: int
    what: str


def check_entry(entry: Entry, *, chain: str, seq: int, prev: bytes) -> ChainFault | None:
    """The fault of one entry in its place, or None. An erased body is no fault."""
    try:
        header = Header.from_bytes(entry.header)
    except (ValueError, TypeError, KeyError):
        return ChainFault(chain, seq, "header")
    if header.chain != chain:
        return ChainFault(chain, seq, "foreign")
    if header.seq != seq:
        return ChainFault(chain, seq, "gap")
    if entry.prev != prev:
        return ChainFault(chain, seq, "prev")
    if entry.body is not None and body_hash(entry.salt or b"", entry.body) != entry.body_hash:
        return ChainFault(chain, seq, "body")
    if link(entry.prev, entry.header, entry.body_hash) != entry.hash:
        return ChainFault(chain, seq, "hash")
    return None


def check_chain(
    entries: Iterable[Entry], *, chain: str, prev: bytes = NO_HEAD, after: int = 0
) -> tuple[int, bytes, ChainFault | None]:
    """Walk `entries` after seq `after` with head `prev`; return the last good seq, its head and the first fault."""
    seq, head = after, prev
    for entry in entries:
        fault = check_entry(entry, chain=chain, seq=seq + 1, prev=head)
        if fault is not None:
            return seq, head, fault
        seq, head = seq + 1, entry.hash
    return seq, head, None
