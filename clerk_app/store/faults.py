"""Storage faults, translated once at the border."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from clerk_app.errors import DiskFailed, DiskFull, FolderLocked, StoreDamaged, StoreError

_DAMAGE = ("malformed", "not a database", "hmac", "corrupt", "encrypted")
_FULL = (errno.ENOSPC, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC,)


_CROWDED = 256 * 1024
"""Free bytes below which a disk that refuses is a full one."""


@contextmanager
def storage_faults(folder: Path | None = None) -> Iterator[None]:
    """Turn SQLite's and the system's storage faults into ours.

    SQLite does not always say that a disk is full (it also calls it an I/O error); the room left in `folder` tells.
    """
    try:
        yield
    except StoreError:
        raise
    except DBAPIError as fault:
        ours = _fault_of(str(fault.orig).lower(), folder)
        if ours is None:
            raise
        raise ours from fault
    except OSError as fault:
        raise (DiskFull if fault.errno in _FULL else DiskFailed) from fault


def _fault_of(text: str, folder: Path | None) -> type[StoreError] | None:
    if "full" in text:
        return DiskFull
    if any(word in text for word in _DAMAGE):
        return StoreDamaged
    if "locked" in text:
        # Not by us, who take turns at the write lock: a copying or scanning program holds the file.
        return FolderLocked
    if "i/o error" in text or "readonly" in text or "unable to open" in text:
        return DiskFull if folder is not None and _is_crowded(folder) else DiskFailed
    return None


def _is_crowded(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _CROWDED
    except OSError:
        return False
