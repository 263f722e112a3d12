"""The hub's signed list of working keys, sent first in every sync.

    ["keys-1","hub",serial,issued_at,[["use","public key"],…]]      UTF-8 JSON, no spaces, keys as lower-case hex

The identity key, known from the enrolment file, signs nothing else in a sync (purpose `keys`). For a `use` the first
key is the present one; later ones are retired but still good for what they signed before. `serial` only grows: a device
refuses a list older than one it has seen, so that a key that was taken out never comes back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from clerk_app.journal.attested import AttestedEntry
from clerk_app.journal.hub_facts import HubFact, SignedAck
from clerk_app.journal.orders import SignedOrder
from clerk_app.journal.published import Published
from clerk_app.journal.signature import ACK, CATALOGUE, ENTRY, FACT, KEYS, ORDER, sign, verify

_FORMAT = "keys-1"

ACK_USE = "ack"
FACT_USE = "fact"
CATALOGUE_USE = "catalogue"
ORDER_USE = "order"
HANDOVER_USE = "handover"
"""Uses of working keys: acks and answers, hub facts, published catalogues, orders to devices; and one of X25519, which
signs nothing: devices seal their hand-overs to it."""


@dataclass(frozen=True, slots=True)
class KeyList:
    """The working keys of a hub: pairs of use and raw public key. `issued_at` is UTC milliseconds."""

    hub: bytes
    serial: int
    issued_at: int
    keys: tuple[tuple[str, bytes], ...]

    def to_bytes(self) -> bytes:
        """The bytes that are signed, stored and sent."""
        keys = [[use, public.hex()] for use, public in self.keys]
        fields = [_FORMAT, self.hub.hex(), self.serial, self.issued_at, keys]
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> KeyList:
        """Parse; raise `ValueError` unless they are the very bytes `to_bytes` would write."""
        try:
            form, hub, serial, issued_at, keys = json.loads(content)
            parsed = cls(bytes.fromhex(hub), serial, issued_at, tuple((use, bytes.fromhex(key)) for use, key in keys))
            if form != _FORMAT or type(serial) is not int or parsed.to_bytes() != content:
                raise ValueError("not the bytes of a key list")
        except (TypeError, AttributeError, RecursionError) as error:
            raise ValueError("not the bytes of a key list") from error
        return parsed

    def present(self, use: str) -> bytes | None:
        """The present key for `use`, None where the list has none."""
        return next((public for name, public in self.keys if name == use), None)

    def verifies(self, use: str, purpose: str, message: bytes, signature: bytes) -> bool:
        """Whether one of the keys for `use` made `signature` for `purpose`."""
        return any(verify(public, purpose, message, signature) for name, public in self.keys if name == use)

    def verifies_ack(self, signed: SignedAck) -> bool:
        """Whether the ack is this hub's word."""
        ack = signed.ack
        return ack.hub == self.hub and self.verifies(ACK_USE, ACK, ack.message(), signed.signature)

    def verifies_fact(self, fact: HubFact, signature: bytes) -> bool:
        """Whether the fact is this hub's word."""
        return fact.hub == self.hub and self.verifies(FACT_USE, FACT, fact.message(), signature)

    def verifies_order(self, signed: SignedOrder) -> bool:
        """Whether the order is this hub's word."""
        order = signed.order
        return order.hub == self.hub and self.verifies(ORDER_USE, ORDER, order.message(), signed.signature)

    def verifies_catalogue(self, published: Published, signature: bytes) -> bool:
        """Whether this hub publishes the catalogue."""
        return published.hub == self.hub and self.verifies(CATALOGUE_USE, CATALOGUE, published.message(), signature)

    def verifies_entry(self, attested: AttestedEntry, signature: bytes) -> bool:
        """Whether this hub says that it has stored the entry."""
        return attested.hub == self.hub and self.verifies(FACT_USE, ENTRY, attested.message(), signature)


def sign_key_list(identity_private: bytes, keys: KeyList) -> bytes:
    """Sign with the hub's identity key."""
    return sign(identity_private, KEYS, keys.to_bytes())


@lru_cache(maxsize=16)
def read_key_list(content: bytes, signature: bytes, *, hub: bytes) -> KeyList:
    """Parse and verify a list against the identity key `hub`; raise `ValueError` if it is not that hub's.

    Nearly every answer brings the list again, and it changes once a year: the same bytes are verified once.
    """
    keys = KeyList.from_bytes(content)
    if keys.hub != hub or not verify(hub, KEYS, content, signature):
        raise ValueError("not signed by this hub")
    return keys
