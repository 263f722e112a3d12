"""Locks between processes."""

from __future__ import annotations

import errno
import os
import sys
import threading
from pathlib import Path
from types import TracebackType

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


_LOOK_S = 0.001


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

    def acquire_within(self, seconds: float) -> bool:
        """Take the lock as soon as it is free; False if it was not for so long. Raises `OSError` as `acquire` does."""
        pause = threading.Event()
        for _ in range(max(1, round(seconds / _LOOK_S))):
            if self.try_acquire():
                return True
            pause.wait(_LOOK_S)
        return False

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
