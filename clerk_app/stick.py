"""Faults of a stick, told apart from those of this machine's own disk: pulled out, full, protected."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from clerk_app.errors import StickError, StickFailed, StickFileTooLarge, StickFull, StickReadOnly

_FAULTS: dict[int, type[StickError]] = {
    errno.ENOSPC: StickFull,
    getattr(errno, "EDQUOT", errno.ENOSPC): StickFull,
    errno.EFBIG: StickFileTooLarge,
    errno.EROFS: StickReadOnly,
    errno.EACCES: StickReadOnly,
    errno.EPERM: StickReadOnly,
}


@contextmanager
def stick_faults() -> Iterator[None]:
    """Turn what the system says of a stick into ours; anything else is `StickFailed`."""
    try:
        yield
    except OSError as fault:
        raise _FAULTS.get(fault.errno or 0, StickFailed) from fault


def forget_cached(file: BinaryIO) -> None:
    """Let what is read next come from the stick, not from this machine's memory, where the system can be told so."""
    advise = getattr(os, "posix_fadvise", None)
    if advise is not None:
        with suppress(OSError):
            advise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
