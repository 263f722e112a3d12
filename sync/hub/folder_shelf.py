"""Blobs in a folder: sealed bytes by id, and the beginnings of those still arriving.

A beginning is only ever appended to at its end, so its size is the offset. It becomes a blob when the SHA-256 of the
whole is its id: synced and renamed, and durable once its folder was synced too, which is done for several at a time by
whoever tells of them. A beginning that does not come out right is thrown away.

Several processes may share the folder: whoever changes a beginning holds one of 16 locks of the system, which a kill
releases, so that nothing is ever written into a file that has become a blob. Blobs lie in 16 folders: file systems of
today find a name among a million as fast as among ten, and each new folder costs more than a new file.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Collection
from io import BufferedRandom, BufferedReader
from pathlib import Path
from typing import BinaryIO

from clerk_app.failpoints import failpoint
from clerk_app.file_lock import FileLock
from clerk_app.journal.exchange import BlobId
from clerk_app.seams import fsync_folder

_BINARY = getattr(os, "O_BINARY", 0)
_SHARD = 1
"""Hexadecimal digits of an id that name its folder and its lock."""


class FolderShelf:
    """Blobs of one hub on a file system; a `Shelf`."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._arriving, self._locks = folder, folder / "arriving", folder / "locks"
        for needed in (self._arriving, self._locks):
            needed.mkdir(parents=True, exist_ok=True)
        # As text: an upload of many small scans asks for these paths more often than for anything else.
        self._blob_root, self._beginning_root = f"{folder}{os.sep}", f"{self._arriving}{os.sep}"
        self._durable: set[Path] = set()

    def path(self, blob: BlobId) -> Path:
        """Where a whole blob lies."""
        return Path(self._path(blob))

    def check(self) -> None:
        """Raise `OSError` if nothing can be put here."""
        if not os.access(self._arriving, os.W_OK | os.X_OK):
            raise OSError(errno.EACCES, "the folder of blobs cannot be written")

    def size(self, blob: BlobId) -> int:
        """Bytes of a whole blob."""
        return os.stat(self._path(blob)).st_size

    def has(self, blob: BlobId) -> bool:
        """Whether the whole blob is here, checked when it came."""
        return os.path.exists(self._path(blob))

    def offset(self, blob: BlobId) -> int:
        """How many bytes of a beginning are here."""
        try:
            return os.stat(self._beginning(blob)).st_size
        except FileNotFoundError:
            return 0

    def append(self, blob: BlobId, offset: int, piece: bytes) -> bool:
        """Add a piece at the end of a beginning; False if the end is elsewhere. Raises `OSError` as the system does."""
        with self._alone(blob):
            if self.has(blob):
                # A duplicate of this upload ended in the meantime: its end is no longer a beginning's.
                return False
            descriptor = os.open(self._beginning(blob), os.O_RDWR | os.O_CREAT | _BINARY, 0o600)
            with os.fdopen(descriptor, "r+b") as file:
                if file.seek(0, os.SEEK_END) != offset:
                    return False
                file.write(piece)
        return True

    def put(self, blob: BlobId, content: bytes) -> bool:
        """Put a whole blob here at once; False (and nothing of it is here) if its bytes are not `blob`."""
        same = hashlib.sha256(content).hexdigest() == blob
        with self._alone(blob):
            if self.has(blob):
                return True
            arriving = self._beginning(blob)
            if not same:
                Path(arriving).unlink(missing_ok=True)
                return False
            descriptor = os.open(arriving, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o600)
            with os.fdopen(descriptor, "wb", buffering=0) as file:
                left = memoryview(content)
                while left:
                    left = left[file.write(left) :]
                os.fsync(descriptor)
            self._rename(blob)
        return True

    def finish(self, blob: BlobId) -> bool:
        """Turn a full beginning into a blob; False (and the beginning is gone) if its bytes are not `blob`."""
        arriving = Path(self._beginning(blob))
        with self._alone(blob):
            if self.has(blob):
                # A duplicate of the last piece finished it in the meantime.
                return True
            if not arriving.exists():
                # A duplicate of the last piece came out otherwise and was thrown away.
                return False
            with arriving.open("r+b") as file:
                same = _digest(file) == blob
                if same:
                    os.fsync(file.fileno())
            if not same:
                arriving.unlink()
                return False
            self._rename(blob)
        return True

    def make_durable(self, blobs: Collection[BlobId]) -> None:
        """Force the names of whole blobs to the disk, each folder once; their bytes were forced before."""
        folders = {self._folder / shard for shard in {blob[:_SHARD] for blob in blobs}}
        for folder in folders:
            fsync_folder(folder)
        if not folders <= self._durable:
            # Whoever made one may have died before saying so to the disk: once in each process it is said again.
            fsync_folder(self._folder)
            self._durable |= folders

    def open(self, blob: BlobId) -> BinaryIO:
        """A whole blob, to be read from any place."""
        return self.path(blob).open("rb")

    def remove(self, blob: BlobId) -> None:
        """Throw away all that is here of a blob, whole or begun."""
        with self._alone(blob):
            Path(self._beginning(blob)).unlink(missing_ok=True)
            self.path(blob).unlink(missing_ok=True)

    def drop(self, blob: BlobId) -> None:
        """Throw a beginning away."""
        with self._alone(blob):
            Path(self._beginning(blob)).unlink(missing_ok=True)

    def is_whole(self, blob: BlobId) -> bool:
        """Whether the blob is here and its bytes still are what its id says."""
        try:
            with self.path(blob).open("rb") as file:
                return _digest(file) == blob
        except OSError:
            return False

    def _rename(self, blob: BlobId) -> None:
        """Let a beginning whose bytes are on the disk be a blob."""
        failpoint("hub.blob.synced")
        try:
            os.replace(self._beginning(blob), self._path(blob))
        except FileNotFoundError:
            self.path(blob).parent.mkdir(exist_ok=True)
            os.replace(self._beginning(blob), self._path(blob))
        failpoint("hub.blob.renamed")

    def _path(self, blob: BlobId) -> str:
        return f"{self._blob_root}{blob[:_SHARD]}{os.sep}{blob}"

    def _beginning(self, blob: BlobId) -> str:
        return self._beginning_root + blob

    def _alone(self, blob: BlobId) -> FileLock:
        """Keeps everybody else from this beginning, in whatever process, while the block runs."""
        return FileLock(self._locks / blob[:_SHARD])


def _digest(file: BufferedReader | BufferedRandom) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()
