"""The data folder: which files lie where, and who owns it."""

from __future__ import annotations

import errno
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from clerk_app.errors import FolderLocked, NoStore
from clerk_app.security.files import KEYS_FILE

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Paths of one store. `state` is the user's state folder, on purpose another place than `path`."""

    path: Path
    state: Path

    @property
    def database(self) -> Path:
        """The encrypted SQLite file."""
        return self.path / "store.db"

    @property
    def witness(self) -> Path:
        """What was intended and reported, beside the store."""
        return self.path / "witness"

    def witness_copy(self, store_id: str) -> Path:
        """The witness's copy in the user's state folder, so that a folder put back as a whole is noticed."""
        return self.state / f"witness-{store_id}"

    @property
    def blobs(self) -> Path:
        """Sealed files by the SHA-256 of their bytes."""
        return self.path / "blobs"

    @property
    def papers(self) -> Path:
        """Where the built-in folder printer puts PDFs."""
        return self.path / "papers"

    @property
    def unfinished(self) -> Path:
        """Exists while a new store is made: what lies here then may be begun again."""
        return self.path / "unfinished"

    @property
    def has_store(self) -> bool:
        """Whether a finished store lies here, whole or not."""
        if (self.path / KEYS_FILE).exists():
            return True
        return self.database.exists() and not self.unfinished.exists()

    def require_store(self) -> None:
        """Raise `NoStore` if there is none here."""
        if not self.has_store:
            raise NoStore(folder=str(self.path))


class FileLock:
    """An exclusive lock on a file that the operating system releases when its holder dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def try_acquire(self) -> bool:
        """Take the lock if it is free; raise `OSError` if the file cannot be locked at all."""
        descriptor = self._open()
        try:
            _lock_now(descriptor)
        except OSError as refusal:
            os.close(descriptor)
            if refusal.errno in _HELD:
                return False
            raise
        self._descriptor = descriptor
        return True

    def acquire(self) -> None:
        """Take the lock, waiting for its holder; raise `OSError` if the file cannot be locked at all."""
        descriptor = self._open()
        try:
            _lock_waiting(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        return os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)

    def __enter__(self) -> FileLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def own_folder(folder: DataFolder) -> FileLock:
    """Own the data folder for this process until released or killed.

    Raises `FolderLocked` if another process does, `DiskFull` or `DiskFailed` if the folder cannot be used.
    """
    # Asking which files lie where must not load the database library: the first window does.
    from clerk_app.store.faults import storage_faults

    lock = FileLock(folder.path / "owner.lock")
    with storage_faults():
        if not lock.try_acquire():
            raise FolderLocked(folder=str(folder.path))
    return lock


_HELD = (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)

if sys.platform == "win32":

    def _lock_now(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _lock_waiting(descriptor: int) -> None:
        while True:
            try:
                # Gives up after ten seconds by itself.
                msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
            except OSError as refusal:
                if refusal.errno not in _HELD:
                    raise
            else:
                return

else:

    def _lock_now(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _lock_waiting(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
