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
    misfit = _misfit(body)
    if misfit:
        raise BugError(f"body{misfit}")
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


def readable_body(content: bytes | None) -> Any:
    """A body of anybody's, parsed as far as it can be: what was erased or is no JSON counts as empty.

    A desk writes good bodies only; the hub keeps whatever desks send, and shows it to other desks.
    """
    try:
        return json.loads(content) if content is not None else {}
    except (ValueError, RecursionError):
        return {}


def storable(text: str) -> str:
    """Text of anybody's body that every database takes: half a surrogate pair or a NUL becomes a question mark."""
    return text.encode("utf-8", "replace").decode().replace("\0", "?")


def body_hash(salt: bytes, content: bytes) -> bytes:
    """SHA-256(salt16 ‖ body), kept for ever; erasing body and salt leaves it, and the chain, whole."""
    return hashlib.sha256(salt + content).digest()


def _misfit(value: Any) -> str | None:
    """What has no place in a body and where, or None."""
    if value is None or isinstance(value, (str, bool)):
        return None
    if isinstance(value, int):
        return None if abs(value) < _SAFE_INTEGER else ": the integer is too large; write it as a string"
    if isinstance(value, (list, tuple)):
        misfits = ((position, _misfit(inner)) for position, inner in enumerate(value))
        return next((f"[{position}]{misfit}" for position, misfit in misfits if misfit), None)
    if isinstance(value, Mapping):
        return _misfit_in_mapping(value)
    return f": {type(value).__name__} is no kind of value"


def _misfit_in_mapping(values: Mapping[Any, Any]) -> str | None:
    for key, inner in values.items():
        if not (isinstance(key, str) and key.isascii()):
            return f": the key {key!r} is not ASCII text"
        misfit = _misfit(inner)
        if misfit:
            return f".{key}{misfit}"
    return None
