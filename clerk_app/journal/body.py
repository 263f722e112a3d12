"""Body bytes: written once, hashed with a salt, never serialised again.

A body is UTF-8 JSON with ASCII keys and without floats; money and large numbers travel as strings. At most 64 KB;
anything larger is a blob (architecture.md, Entries and chains).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from clerk_app.errors import BugError

MAX_BODY = 64 * 1024
SALT_SIZE = 16
_SAFE_INTEGER = 2**53


def body_bytes(body: Mapping[str, Any]) -> bytes:
    """Serialise `body` for good; raise `BugError` for what has no place in a body, or over 64 KB."""
    _check(body, "body")
    try:
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except UnicodeEncodeError:
        raise BugError("half a surrogate pair has no place in a body") from None
    if len(content) > MAX_BODY:
        raise BugError(f"body of {len(content)} bytes; anything over {MAX_BODY} is a blob")
    return content


def read_body(content: bytes) -> dict[str, Any]:
    """Parse stored body bytes."""
    body: dict[str, Any] = json.loads(content)
    return body


def body_hash(salt: bytes, content: bytes) -> bytes:
    """SHA-256(salt16 ‖ body), kept for ever; erasing body and salt leaves it, and the chain, whole."""
    return hashlib.sha256(salt + content).digest()


def _check(value: Any, where: str) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not (isinstance(key, str) and key.isascii()):
                raise BugError(f"key {key!r} in {where} is not ASCII text")
            _check(inner, f"{where}.{key}")
    elif isinstance(value, (list, tuple)):
        for position, inner in enumerate(value):
            _check(inner, f"{where}[{position}]")
    elif isinstance(value, int) and not isinstance(value, bool):
        if abs(value) >= _SAFE_INTEGER:
            raise BugError(f"integer in {where} is too large; write it as a string")
    elif not isinstance(value, (str, bool, type(None))):
        raise BugError(f"{type(value).__name__} in {where} has no place in a body")
