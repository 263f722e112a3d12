"""Storage faults, translated once at the border."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from clerk_app.errors import DiskFailed, DiskFull, FolderLocked, StoreDamaged, StoreError

_DAMAGE = ("malformed", "not a database", "hmac", "corrupt", "encrypted")
_FULL = (errno.ENOSPC, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC,)


@contextmanager
def storage_faults() -> Iterator[None]:
    """Turn SQLite's and the system's storage faults into ours."""
    try:
        yield
    except StoreError:
        raise
    except DBAPIError as fault:
        text = str(fault.orig).lower()
        if "full" in text:
            raise DiskFull from fault
        if any(word in text for word in _DAMAGE):
            raise StoreDamaged from fault
        if "locked" in text:
            # Not by us, who take turns at the write lock: a copying or scanning program holds the file.
            raise FolderLocked from fault
        if "i/o error" in text or "readonly" in text or "unable to open" in text:
            raise DiskFailed from fault
        raise
    except OSError as fault:
        raise (DiskFull if fault.errno in _FULL else DiskFailed) from fault
