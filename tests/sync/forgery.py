"""Answers in perfect form that claim everything was stored, by somebody without the hub's key."""

from __future__ import annotations

import json
from collections.abc import Mapping

from clerk_app.journal.hub_facts import Ack, sign_ack
from sync import wire
from sync.pieces import decode_pieces
from sync.schemas import AckMessage

SIGNATURE = "5a" * 64
"""Of the right length, and made by nobody."""


def claim(route: str, headers: Mapping[str, str], body: bytes) -> bytes | None:
    """The body of a forged answer to this request; None where there is nothing to gain by one."""
    if route == "/v1/push":
        plain = wire.decompress(body)
        first, count = int.from_bytes(plain[36:44], "big"), int.from_bytes(plain[76:80], "big")
        return _acks([(plain[4:36].decode(), first, first + count - 1, plain[80:112])])
    if route == "/v1/acks":
        asked = json.loads(body)["ranges"]
        return _acks([(one["chain"], one["first"], one["last"], bytes(32)) for one in asked])
    if route.startswith("/v1/blobs/") and wire.UPLOAD_LENGTH in headers:
        return json.dumps({"offset": int(headers[wire.UPLOAD_LENGTH]), "complete": True}).encode()
    if route == "/v1/blobs" and headers.get(wire.CONTENT_TYPE) == wire.PIECES:
        found = [{"id": piece.blob, "offset": piece.length, "complete": True} for piece in decode_pieces([body])]
        return json.dumps({"blobs": found}).encode()
    return None


def _acks(ranges: list[tuple[str, int, int, bytes]]) -> bytes:
    acks = [
        AckMessage.of(sign_ack(b"f" * 32, Ack(b"h" * 32, chain, first, last, head, last, True)))
        for chain, first, last, head in ranges
    ]
    return json.dumps({"acks": [ack.model_dump() for ack in acks]}).encode()
