"""What the hub says and signs: acks of storing, and facts of its own (decisions, returns, releases).

    ack   ["ack-1","hub","chain",first,seq,"head",hub_seq,blobs_complete]
    fact  ["fact-1",hub_seq,"hub","region",recorded_at,"clerk","stream","kind","body_hash"]   newline
          salt, 32 hex digits (empty once erased)                                             newline
          body, UTF-8 JSON (empty once erased)

Ack and first line of a fact are UTF-8 JSON arrays without spaces; bytes of binary values are lower-case hex. The ack is
signed as it stands (purpose `ack`), a fact by its first line (purpose `fact`): `body_hash = SHA-256(salt ‖ body)` as in
an entry, so that a body can be erased and the signature still holds. Hub facts form no chain; `hub_seq` orders them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clerk_app.journal.body import SALT_SIZE, body_bytes, body_hash, read_body
from clerk_app.journal.signature import ACK, FACT, sign

_ACK = "ack-1"
FACT_FORM = "fact-1"


@dataclass(frozen=True, slots=True)
class Ack:
    """The hub has stored entries `first`..`seq` of `chain`, whose head at `seq` is `head`, for good.

    `hub_seq` is the place of entry `seq` in the region's order; the entries before it in this ack have the numbers
    before it, without a gap. `blobs_complete`: every blob those entries name lies on the hub, checked.
    """

    hub: bytes
    chain: str
    first: int
    seq: int
    head: bytes
    hub_seq: int
    blobs_complete: bool

    def message(self) -> bytes:
        """The bytes that are signed."""
        return _array(
            _ACK, self.hub.hex(), self.chain, self.first, self.seq, self.head.hex(), self.hub_seq, self.blobs_complete
        )


@dataclass(frozen=True, slots=True)
class SignedAck:
    """An ack with its signature, not yet trusted: see `KeyList.verifies_ack`."""

    ack: Ack
    signature: bytes


def sign_ack(private: bytes, ack: Ack) -> SignedAck:
    """Sign with the hub's ack key."""
    return SignedAck(ack, sign(private, ACK, ack.message()))


@dataclass(frozen=True, slots=True)
class HubFact:
    """One fact of the hub. `recorded_at` is UTC milliseconds by the hub's clock; `clerk` who decided, if known.

    `body_content` and `salt` are None once erased.
    """

    hub: bytes
    region: str
    hub_seq: int
    recorded_at: int
    clerk: str
    stream: str
    kind: str
    body_hash: bytes
    salt: bytes | None
    body_content: bytes | None

    def message(self) -> bytes:
        """The first line: the bytes that are signed."""
        return _array(
            FACT_FORM,
            self.hub_seq,
            self.hub.hex(),
            self.region,
            self.recorded_at,
            self.clerk,
            self.stream,
            self.kind,
            self.body_hash.hex(),
        )

    def to_bytes(self) -> bytes:
        """The fact as it is stored and sent."""
        salt = (self.salt or b"").hex().encode("ascii")
        return b"\n".join((self.message(), salt, self.body_content or b""))

    @property
    def body(self) -> dict[str, Any]:
        """The parsed body; empty once erased."""
        return read_body(self.body_content) if self.body_content is not None else {}

    @property
    def digest(self) -> bytes:
        """The fact's identity, at whatever place it is found: SHA-256(salt ‖ body), as of an act of a desk."""
        return self.body_hash


@dataclass(frozen=True, slots=True)
class HubWord:
    """What the hub wants to say about a stream, before it has a place in the order."""

    stream: str
    kind: str
    body: Mapping[str, Any]
    recorded_at: int
    clerk: str = ""


def make_hub_fact(word: HubWord, *, hub: bytes, region: str, hub_seq: int, salt: bytes) -> HubFact:
    """Give a word its place in the order."""
    content = body_bytes(word.body)
    return HubFact(
        hub,
        region,
        hub_seq,
        word.recorded_at,
        word.clerk,
        word.stream,
        word.kind,
        body_hash(salt, content),
        salt,
        content,
    )


def sign_hub_fact(private: bytes, fact: HubFact) -> bytes:
    """Sign with the hub's fact key."""
    return sign(private, FACT, fact.message())


def read_hub_fact(content: bytes) -> HubFact:
    """Parse stored or received bytes; raise `ValueError` unless they are the very bytes `to_bytes` would write."""
    try:
        fact = _parse(content)
        if fact.to_bytes() != content or not _is_plain(fact):
            raise ValueError("not the bytes of a hub fact")
    except (TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not the bytes of a hub fact") from error
    return fact


def _parse(content: bytes) -> HubFact:
    line, salt_hex, body = content.split(b"\n", 2)
    form, hub_seq, hub, region, recorded_at, clerk, stream, kind, hashed = json.loads(line)
    if form != FACT_FORM:
        raise ValueError("another kind of line")
    salt = bytes.fromhex(salt_hex.decode("ascii")) if salt_hex else None
    kept = body if salt is not None else None
    return HubFact(
        bytes.fromhex(hub), region, hub_seq, recorded_at, clerk, stream, kind, bytes.fromhex(hashed), salt, kept
    )


def _is_plain(fact: HubFact) -> bool:
    if not all(isinstance(text, str) for text in (fact.region, fact.clerk, fact.stream, fact.kind)):
        return False
    if not all(type(number) is int and number >= 1 for number in (fact.hub_seq, fact.recorded_at)):
        return False
    if fact.salt is None or fact.body_content is None:
        return True
    return len(fact.salt) == SALT_SIZE and body_hash(fact.salt, fact.body_content) == fact.body_hash


def _array(*fields: str | int | bool) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
