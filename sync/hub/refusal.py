"""Refusals of the hub: a status and a stable code. They are answers, signed like any other."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from clerk_app.journal.orders import SignedOrder

_NONE: Mapping[str, str] = MappingProxyType({})


class Refused(Exception):
    """Raised anywhere below the router; `headers` go out with the answer, and so does the order behind it, if any."""

    def __init__(
        self, status: int, code: str, headers: Mapping[str, str] = _NONE, order: SignedOrder | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = headers
        self.order = order


MALFORMED = (400, "malformed")
BAD_TOKEN = (401, "bad_token")
UNKNOWN_DEVICE = (403, "unknown_device")
REVOKED = (403, "revoked")
OTHER_KEY = (403, "other_key")
BAD_SECRET = (403, "bad_secret")
BAD_CHALLENGE = (403, "bad_challenge")
FOREIGN_CHAIN = (403, "foreign_chain")
NOT_FOUND = (404, "not_found")
UNKNOWN_BLOB = (404, "unknown_blob")
UNKNOWN_HANDOVER = (404, "unknown_handover")
NOT_ALLOWED = (405, "method_not_allowed")
OFFSET_DIFFERS = (409, "offset_differs")
INCOMPLETE = (409, "incomplete")
TOO_LARGE = (413, "too_large")
HASH_DIFFERS = (422, "hash_differs")
OTHER_PROTOCOL = (426, "protocol_mismatch")
INTERNAL = (500, "internal")
BUSY = (503, "busy")
STORAGE_FULL = (507, "storage_full")
"""Every refusal there is (docs/sync.md)."""
