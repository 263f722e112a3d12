"""The data folder: which files lie where, and who owns it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from clerk_app.errors import FolderLocked, NoStore
from clerk_app.file_lock import FileLock
from clerk_app.security.files import KEYS_FILE


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
    def cargo(self) -> Path:
        """Sealed hand-overs of other devices, on their way to the hub."""
        return self.path / "cargo"

    @property
    def papers(self) -> Path:
        """Where the built-in folder printer puts PDFs."""
        return self.path / "papers"

    @property
    def unfinished(self) -> Path:
        """Exists while a new store is made: what lies here then may be begun again."""
        return self.path / "unfinished"

    @property
    def revoked(self) -> Path:
        """The note of a device that the platform revoked: what was sealed, and where."""
        return self.path / "revoked.json"

    @property
    def has_store(self) -> bool:
        """Whether a finished store lies here, whole or not."""
        if (self.path / KEYS_FILE).exists() or self.revoked.exists():
            return True
        return self.database.exists() and not self.unfinished.exists()

    def require_store(self) -> None:
        """Raise `NoStore` if there is none here."""
        if not self.has_store:
            raise NoStore(folder=str(self.path))


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
