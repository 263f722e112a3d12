"""Orders of the hub to one device, signed with its order key.

    ["order-1",hub_seq,"hub","region","device",issued_at,"kind","reason"]      UTF-8 JSON without spaces, keys as hex

An order has its place in the region's order like everything the hub says and stands in the device's feed; since a
revoked device is refused everything, the refusal brings the order too. Purpose of the signature: `order`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

ORDER_FORM = "order-1"
REVOKE = "revoke"
"""Kinds of orders: seal what is unsent, destroy the keys, work no more."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order. `region` is a hall's six digits, `device` three; `issued_at` UTC milliseconds by the hub's clock."""

    hub_seq: int
    hub: bytes
    region: str
    device: str
    issued_at: int
    kind: str
    reason: str

    @property
    def code(self) -> str:
        """Nine digits: whom it is for."""
        return self.region + self.device

    def message(self) -> bytes:
        """The bytes that are signed, stored and sent."""
        fields = [
            ORDER_FORM,
            self.hub_seq,
            self.hub.hex(),
            self.region,
            self.device,
            self.issued_at,
            self.kind,
            self.reason,
        ]
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class SignedOrder:
    """An order with its signature, not yet trusted: see `KeyList.verifies_order`."""

    order: Order
    signature: bytes

    def to_bytes(self) -> bytes:
        """As a desk keeps it: the order, and on a second line the signature as hex."""
        return self.order.message() + b"\n" + self.signature.hex().encode("ascii")

    @classmethod
    def from_bytes(cls, content: bytes) -> SignedOrder:
        """Undo `to_bytes`; raise `ValueError`."""
        message, _, signature = content.partition(b"\n")
        return cls(read_order(message), bytes.fromhex(signature.decode("ascii")))


def read_order(content: bytes) -> Order:
    """Parse; raise `ValueError` unless they are the very bytes `message` would write."""
    try:
        form, hub_seq, hub, region, device, issued_at, kind, reason = json.loads(content)
        order = Order(hub_seq, bytes.fromhex(hub), region, device, issued_at, kind, reason)
    except (TypeError, RecursionError) as error:
        raise ValueError("not the bytes of an order") from error
    texts = (region, device, kind, reason)
    plain = all(isinstance(text, str) for text in texts) and all(
        type(n) is int and n >= 1 for n in (hub_seq, issued_at)
    )
    if form != ORDER_FORM or not plain or order.message() != content:
        raise ValueError("not the bytes of an order")
    return order
