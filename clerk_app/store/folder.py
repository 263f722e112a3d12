"""The data folder: which files lie where, and who owns it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from clerk_app.errors import FolderLocked, NoStore
from clerk_app.security.keys import FILE_NAME as KEYS_FILE

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

    def require_store(self) -> None:
        """Raise `NoStore` if there is none here."""
        if not (self.path / KEYS_FILE).exists() and not self.database.exists():
            raise NoStore(folder=str(self.path))


class FileLock:
    """An exclusive lock on a file that the operating system releases when its holder dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def try_acquire(self) -> bool:
        """Take the lock if it is free."""
        return self._lock(wait=False)

    def acquire(self) -> None:
        """Take the lock, waiting for its holder."""
        self._lock(wait=True)

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _lock(self, *, wait: bool) -> bool:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if sys.platform == "win32":
                msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def __enter__(self) -> FileLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def own_folder(folder: DataFolder) -> FileLock:
    """Own the data folder for this process until released or killed; raise `FolderLocked` if another process does."""
    lock = FileLock(folder.path / "owner.lock")
    if not lock.try_acquire():
        raise FolderLocked(folder=str(folder.path))
    return lock
