"""An entry in the hub's word: what one desk wrote, as the hub shows it to another.

    ["entry-1",hub_seq,"hub","device","hash"]                      newline
    header                                                         newline
    prev, 64 hex digits                                            newline
    salt, 32 hex digits (body_hash, 64, once the body is erased)   newline
    body (empty once erased)

The first line is signed (purpose `entry`, the fact key): the hub says that it has stored this entry of this device,
and at which place. `hash` is SHA-256(prev ‖ len32(header) ‖ header ‖ body_hash), so the line vouches for every byte
below it; what can be recomputed is left out. Header, prev and body_hash of every entry are kept, so that a chain shown
whole can also be proved against a head that its device signed. `device` is nine digits.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from clerk_app.journal.body import SALT_SIZE, body_hash
from clerk_app.journal.chain import check_entry
from clerk_app.journal.entry import Entry, Header, link
from clerk_app.journal.signature import ENTRY, sign

ENTRY_FORM = "entry-1"
_DEVICE = re.compile(r"[0-9]{9}")
_LARGEST = 2**53


@dataclass(frozen=True, slots=True)
class AttestedEntry:
    """An entry that the hub says `device` wrote; `hub_seq` is its place in the region's order."""

    hub: bytes
    device: str
    hub_seq: int
    entry: Entry

    def __repr__(self) -> str:
        # A body holds personal data, which must not reach a log.
        return f"AttestedEntry({self.device}, {self.hub_seq}, masked)"

    @property
    def header(self) -> Header:
        """The parsed header."""
        return self.entry.head

    def message(self) -> bytes:
        """The first line: the bytes that are signed."""
        fields = [ENTRY_FORM, self.hub_seq, self.hub.hex(), self.device, self.entry.hash.hex()]
        return json.dumps(fields, separators=(",", ":")).encode()

    def to_bytes(self) -> bytes:
        """The entry as it is sent."""
        entry = self.entry
        head = (self.message(), entry.header, _hex(entry.prev))
        if entry.body is None or entry.salt is None:
            return b"\n".join((*head, _hex(entry.body_hash), b""))
        return b"\n".join((*head, _hex(entry.salt), entry.body))


def sign_entry(private: bytes, attested: AttestedEntry) -> bytes:
    """Sign with the hub's fact key."""
    return sign(private, ENTRY, attested.message())


def read_attested_entry(content: bytes) -> AttestedEntry:
    """Parse received bytes; raise `ValueError` unless they are the very bytes `to_bytes` would write."""
    try:
        attested = _parse(content)
        header = attested.header
        fault = check_entry(attested.entry, chain=header.chain, seq=header.seq, prev=attested.entry.prev)
        if fault is not None or attested.to_bytes() != content:
            raise ValueError("not the bytes of an entry")
    except (TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not the bytes of an entry") from error
    return attested


def _parse(content: bytes) -> AttestedEntry:
    line, header, prev_hex, seasoned_hex, body = content.split(b"\n", 4)
    form, hub_seq, hub, device, claimed = json.loads(line)
    in_range = type(hub_seq) is int and 1 <= hub_seq < _LARGEST
    if form != ENTRY_FORM or not in_range or not _DEVICE.fullmatch(device):
        raise ValueError("another kind of line")
    prev, seasoned = bytes.fromhex(prev_hex.decode("ascii")), bytes.fromhex(seasoned_hex.decode("ascii"))
    kept = len(seasoned) == SALT_SIZE
    hashed = body_hash(seasoned, body) if kept else seasoned
    hash_ = link(prev, header, hashed)
    if hash_.hex() != claimed or len(prev) != len(hash_) or len(hashed) != len(hash_):
        raise ValueError("an entry that is not what its line says")
    entry = Entry(header, body if kept else None, seasoned if kept else None, hashed, prev, hash_)
    return AttestedEntry(bytes.fromhex(hub), device, hub_seq, entry)


def _hex(content: bytes) -> bytes:
    return content.hex().encode("ascii")
