"""Where the hub keeps blobs: sealed bytes by id, and the beginnings of those still arriving.

Two adapters pass the same tests: a folder (`folder_shelf.py`) and an S3-compatible object store (`s3_shelf.py`). Any
number of processes may use one shelf.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

from clerk_app.errors import BlobPlaceUnknown, ExtraMissing
from clerk_app.journal.exchange import BlobId
from sync.hub.folder_shelf import FolderShelf

S3 = "s3"


class Shelf(Protocol):
    """Blobs of one hub. Every method raises `OSError` as the system does.

    Bytes of a whole blob are durable; that it is here is durable once `make_durable` was called.
    """

    def check(self) -> None:
        """Raise `OSError` if nothing can be put here."""

    def has(self, blob: BlobId) -> bool:
        """Whether the whole blob is here, checked when it came."""

    def size(self, blob: BlobId) -> int:
        """Bytes of a whole blob; raise `FileNotFoundError` if it is not here."""

    def offset(self, blob: BlobId) -> int:
        """How many bytes of a beginning are here."""

    def append(self, blob: BlobId, offset: int, piece: bytes) -> bool:
        """Add a piece at the end of a beginning; False if the end is elsewhere."""

    def put(self, blob: BlobId, content: bytes) -> bool:
        """Put a whole blob here at once; False (and nothing of it is here) if its bytes are not `blob`."""

    def finish(self, blob: BlobId) -> bool:
        """Turn a full beginning into a blob; False (and the beginning is gone) if its bytes are not `blob`."""

    def make_durable(self, blobs: Collection[BlobId]) -> None:
        """See to it that these whole blobs are here for good, whoever put them here; then they may be told of."""

    def open(self, blob: BlobId) -> BinaryIO:
        """A whole blob, to be read from any place and closed by the caller; raise `FileNotFoundError` without one."""

    def remove(self, blob: BlobId) -> None:
        """Throw away all that is here of a blob, whole or begun."""

    def drop(self, blob: BlobId) -> None:
        """Throw a beginning away."""

    def is_whole(self, blob: BlobId) -> bool:
        """Whether the blob is here and its bytes still are what its id says."""


def open_shelf(folder: Path, place: str) -> Shelf:
    """The shelf at `place`, `s3://BUCKET/PREFIX` or empty for `blobs` in the hub's folder.

    Raises `BlobPlaceUnknown` for any other place, `ExtraMissing` where the library for it is not installed.
    """
    if not place:
        return FolderShelf(folder / "blobs")
    parts = urlsplit(place)
    if parts.scheme != S3 or not parts.netloc or parts.query or parts.fragment:
        raise BlobPlaceUnknown(place=place)
    try:
        from sync.hub.s3_shelf import S3Shelf
    except ModuleNotFoundError as error:
        raise ExtraMissing(extra="s3") from error
    return S3Shelf(parts.netloc, parts.path)
