"""Which blobs a body names: every object with an `id` in a list under the key `blobs`, at any depth.

Both ends read bodies of kinds they do not know, so the rule is about shape, not about kinds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from clerk_app.journal.exchange import NamedBlob

_ID = re.compile(r"[0-9a-f]{64}")


def is_blob_id(text: object) -> bool:
    """Whether `text` has the form of a blob's id."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def named_blobs(body: Any) -> tuple[NamedBlob, ...]:
    """The blobs that a parsed body names, each once, in order."""
    named: dict[str, NamedBlob] = {}
    for blob in _walk(body):
        named.setdefault(blob.id, blob)
    return tuple(named.values())


def _walk(value: Any) -> Iterator[NamedBlob]:
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            yield from _listed(part.get("blobs"))
            pending.extend(reversed(list(part.values())))
        elif isinstance(part, list):
            pending.extend(reversed(part))


def _listed(blobs: Any) -> Iterator[NamedBlob]:
    for blob in blobs if isinstance(blobs, list) else ():
        if isinstance(blob, dict) and is_blob_id(blob.get("id")):
            size = blob.get("size")
            yield NamedBlob(blob["id"], size if isinstance(size, int) and size > 0 else 0)
