"""Disks that fail on either side, by real errors wherever there are some.

A file that may not grow makes the system itself fail the n-th write, in the middle of it; SQLite says itself that it is
full when it may have no more pages; a shelf without room takes half a piece and then says ENOSPC.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from sqlalchemy import Connection, event

from clerk_app.seams import Disk, SystemDisk
from sync.hub.folder_shelf import FolderShelf
from sync.hub.hub import Hub

T = TypeVar("T")
_NO_LIMIT = 1 << 30
_FULL = "window_clerk_full"


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """While the block runs, no file of this process can grow beyond `size` bytes; nothing happens on Windows."""
    if sys.platform == "win32":
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Python ignores the signal that comes with it, so that a write fails as on a disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class SwitchedDisk:
    """The machine's own files until another disk is put in its place."""

    def __init__(self) -> None:
        self.inner: Disk = SystemDisk()

    def read(self, path: Path) -> bytes:
        return self.inner.read(path)

    def replace(self, path: Path, content: bytes) -> None:
        self.inner.replace(path, content)

    def compose(self, path: Path, write: Callable[[BinaryIO], T]) -> T:
        return self.inner.compose(path, write)

    def destroy(self, path: Path) -> None:
        self.inner.destroy(path)

    def write_sector(self, path: Path, content: bytes, *, durable: bool) -> None:
        self.inner.write_sector(path, content, durable=durable)


class NarrowShelf(FolderShelf):
    """Has room for half of a piece."""

    def append(self, blob: str, offset: int, piece: bytes) -> bool:
        if super().append(blob, offset, piece[: len(piece) // 2]):
            raise OSError(errno.ENOSPC, "by order of a test")
        return False

    def put(self, blob: str, content: bytes) -> bool:
        self.drop(blob)
        return self.append(blob, 0, content)


@dataclass
class HubStorage:
    """The database of one hub: can be filled, and emptied again."""

    hub: Hub
    is_full: bool = False

    def __post_init__(self) -> None:
        engine: Any = self.hub.store._engine
        event.listen(engine, "begin", self._begun)

    def _begun(self, connection: Connection) -> None:
        if connection.info.get(_FULL, False) == self.is_full:
            return
        pages = 1 if self.is_full else _NO_LIMIT  # never less than there are
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        connection.info[_FULL] = self.is_full
