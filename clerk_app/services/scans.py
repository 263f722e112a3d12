"""Scans and files that people bring: read, looked at, sealed into the vault."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clerk_app.domain.blobs import BlobRef
from clerk_app.errors import BadFile
from clerk_app.pdf import page_count
from clerk_app.services.desk import Desk

MEDIA_TYPES: Mapping[str, str] = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}
"""What is taken, by the ending of its name."""

MAX_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Scan:
    """A picture or PDF of a paper, or a file that answers a form element."""

    content: bytes
    media_type: str
    name: str
    pages: int = 1


def read_scan(path: Path) -> Scan:
    """Read a file; raise `BadFile` for one that is no picture or whole PDF, too large, or unreadable."""
    media_type = MEDIA_TYPES.get(path.suffix.lower())
    if media_type is None:
        raise BadFile(reason=f"{path.name} 不是 PDF 或图片")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadFile(reason=f"{path.name} 超过 {MAX_BYTES // 1_000_000} MB")
        content = path.read_bytes()
    except OSError:
        raise BadFile(reason=f"{path.name} 读不出来") from None
    if not content:
        raise BadFile(reason=f"{path.name} 是空的")
    pages = page_count(content, path.name) if media_type == "application/pdf" else 1
    return Scan(content, media_type, path.name, pages)


def seal(desk: Desk, scan: Scan) -> BlobRef:
    """Seal a scan into the vault, where it is durable before anything names it."""
    blob = desk.journal.vault.put(scan.content)
    key = base64.b64encode(blob.key).decode("ascii")
    return BlobRef(blob.id, key, blob.size, scan.media_type, scan.name, scan.pages)
