"""Sealed files (附件) of a case: scans of materials and the files that answer form elements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class BlobRef:
    """A sealed file that belongs to a material or answers a form element.

    `id` is the SHA-256 of the sealed bytes, `key` opens them (base64); `size` is that of the sealed bytes. `pages` are
    those of a PDF; a picture is one.
    """

    id: str
    key: str
    size: int
    media_type: str
    name: str
    pages: int = 1

    @property
    def words(self) -> str:
        """As people read it: 平面图.pdf，3 页."""
        return f"{self.name}，{self.pages} 页"

    def __repr__(self) -> str:
        # The key opens the scan of a citizen's paper and must not reach a log.
        return f"BlobRef({self.id[:8]}, key masked)"


def blob_body(blob: BlobRef) -> dict[str, Any]:
    """A file as it is written into a body or a draft; bodies list it under `blobs`, so that it is synced."""
    body = {"id": blob.id, "key": blob.key, "size": blob.size, "media_type": blob.media_type, "name": blob.name}
    return {**body, "pages": blob.pages} if blob.pages != 1 else body


def blob_from_body(body: Mapping[str, Any]) -> BlobRef:
    """Read `blob_body` back; raises `KeyError` or `ValueError` for a malformed one."""
    return BlobRef(
        str(body["id"]),
        str(body["key"]),
        int(body["size"]),
        str(body["media_type"]),
        str(body["name"]),
        int(body.get("pages", 1)),
    )
