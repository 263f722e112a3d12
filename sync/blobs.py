"""Which blobs a body names: every object with an `id` in a list under the key `blobs`, at any depth.

Both ends read bodies of kinds they do not know, so the rule is about shape, not about kinds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from clerk_app.journal.exchange import NamedBlob

_ID = re.compile(r"[0-9a-f]{64}")
_KEY = b'"blobs"'
_LIST = re.compile(rb'"blobs"\s*:\s*\[\s*[^\]\s]')


def is_blob_id(text: object) -> bool:
    """Whether `text` has the form of a blob's id."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def may_name_blobs(content: bytes) -> bool:
    """Whether it pays to look for blobs in the bytes of a body: in most of them there is no list that could name one.

    Only an escape could write the key in other letters, and only UTF-16 or UTF-32 in other bytes; both hold a backslash
    or a NUL.
    """
    named = _KEY in content and _LIST.search(content) is not None
    return named or b"\\u" in content or b"\0" in content


def blobs_in(content: bytes) -> tuple[NamedBlob, ...]:
    """The blobs that the bytes of a body name; a body that can name none is not parsed."""
    return named_blobs(json.loads(content)) if may_name_blobs(content) else ()


def named_blobs(body: Any) -> tuple[NamedBlob, ...]:
    """The blobs that a parsed body names, each once, in order."""
    named: dict[str, NamedBlob] = {}
    for blob in _walk(body):
        named.setdefault(blob.id, blob)
    return tuple(named.values())


def _walk(value: Any) -> Iterator[NamedBlob]:
    pending = [value] if isinstance(value, (dict, list)) else []
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            yield from _listed(part.get("blobs"))
        # Only what may hold something further is looked into: most of a body is plain values.
        inside = part.values() if isinstance(part, dict) else part
        pending.extend(reversed([inner for inner in inside if isinstance(inner, (dict, list))]))


def _listed(blobs: Any) -> Iterator[NamedBlob]:
    for blob in blobs if isinstance(blobs, list) else ():
        if isinstance(blob, dict) and is_blob_id(blob.get("id")):
            size = blob.get("size")
            yield NamedBlob(blob["id"], size if isinstance(size, int) and size > 0 else 0)
