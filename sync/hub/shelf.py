"""Where the hub keeps blobs: sealed bytes in a folder, by id, and the beginnings of those still arriving.

A beginning is only ever appended to at its end, so its size is the offset. It becomes a blob when the SHA-256 of the
whole is its id: synced, renamed, folder synced. A beginning that does not come out right is thrown away.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from clerk_app.failpoints import failpoint
from clerk_app.journal.exchange import BlobId
from clerk_app.seams import fsync_folder

_CHUNK = 1024 * 1024
_BINARY = getattr(os, "O_BINARY", 0)


class Shelf:
    """Blobs of one hub on a file system."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._arriving = folder / "arriving"
        self._arriving.mkdir(parents=True, exist_ok=True)

    def path(self, blob: BlobId) -> Path:
        """Where a whole blob lies."""
        return self._folder / blob[:2] / blob

    def has(self, blob: BlobId) -> bool:
        """Whether the whole blob is here, checked when it came."""
        return self.path(blob).exists()

    def offset(self, blob: BlobId) -> int:
        """How many bytes of a beginning are here."""
        try:
            return (self._arriving / blob).stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, blob: BlobId, offset: int, piece: bytes) -> bool:
        """Add a piece at the end of a beginning; False if the end is elsewhere. Raises `OSError` as the system does."""
        descriptor = os.open(self._arriving / blob, os.O_RDWR | os.O_CREAT | _BINARY, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            if file.seek(0, os.SEEK_END) != offset:
                return False
            # A duplicate that runs beside us writes the same bytes to the same place: a piece is named by its offset.
            file.write(piece)
        return True

    def finish(self, blob: BlobId) -> bool:
        """Turn a full beginning into a blob, durably; False (and the beginning is gone) if its bytes are not `blob`."""
        arriving, path = self._arriving / blob, self.path(blob)
        try:
            if self._digest(arriving) != blob:
                arriving.unlink(missing_ok=True)
                return False
            path.parent.mkdir(exist_ok=True)
            _sync(arriving)
            failpoint("hub.blob.synced")
            os.replace(arriving, path)
        except FileNotFoundError:
            # A duplicate of the last piece finished it in the meantime.
            return self.has(blob)
        fsync_folder(path.parent)
        fsync_folder(self._folder)
        failpoint("hub.blob.renamed")
        return True

    def drop(self, blob: BlobId) -> None:
        """Throw a beginning away."""
        (self._arriving / blob).unlink(missing_ok=True)

    def is_whole(self, blob: BlobId) -> bool:
        """Whether the blob is here and its bytes still are what its id says."""
        try:
            return self._digest(self.path(blob)) == blob
        except OSError:
            return False

    def _digest(self, path: Path) -> str:
        hasher = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                hasher.update(chunk)
        return hasher.hexdigest()


def _sync(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
