"""Clock, Disk, Rng: the three doors to the world outside.

Nothing else asks the system for time, files or randomness (a test scans the source for that), so that a simulation can
put virtual time, a full disk or a seed behind them.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from clerk_app.failpoints import failpoint

T = TypeVar("T")

TEMPORARY = ".tmp"
"""What the name of a file ends with while it is written."""


class Clock(Protocol):
    """Where time comes from."""

    def now_ms(self) -> int:
        """Wall clock, UTC, in milliseconds since 1970. May jump in both directions."""

    def monotonic(self) -> float:
        """Seconds that never go back, for time-outs within one process."""

    def running_s(self) -> float:
        """Seconds this machine has been running since its last boot, sleep included; for lock-outs."""


class Disk(Protocol):
    """Durable file operations. Every method raises `OSError` as the system does."""

    def read(self, path: Path) -> bytes:
        """Read the whole file."""

    def replace(self, path: Path, content: bytes) -> None:
        """Put `content` in place of `path`: after power loss either the old or the new file is there, whole."""

    def compose(self, path: Path, write: Callable[[BinaryIO], T]) -> T:
        """As `replace`, with what `write` writes; whatever it raises leaves the old file as it was."""

    def destroy(self, path: Path) -> None:
        """Remove a secret for good; one that is not there is harmless.

        It is overwritten first, which helps where the medium writes in place, and nowhere can be relied on.
        """

    def write_sector(self, path: Path, content: bytes, *, durable: bool) -> None:
        """Write at most 512 bytes over the start of an existing file, as one sector.

        They are on the disk before this returns if `durable`.
        """


class Rng(Protocol):
    """Where randomness comes from."""

    def token(self, size: int) -> bytes:
        """`size` unpredictable bytes."""


class SystemClock:
    """The machine's own clocks."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    def running_s(self) -> float:
        boottime = getattr(time, "CLOCK_BOOTTIME", None)
        return time.clock_gettime(boottime) if boottime is not None else time.monotonic()


class SystemDisk:
    """The machine's own file system."""

    def read(self, path: Path) -> bytes:
        return path.read_bytes()

    def replace(self, path: Path, content: bytes) -> None:
        self.compose(path, lambda file: file.write(content))

    def compose(self, path: Path, write: Callable[[BinaryIO], T]) -> T:
        temporary = path.with_name(path.name + TEMPORARY)
        try:
            with open(temporary, "wb", opener=_for_owner_only) as file:
                written = write(file)
                file.flush()
                failpoint("disk.written")
                os.fsync(file.fileno())
            failpoint("disk.synced")
            os.replace(temporary, path)
        except BaseException:
            # Above all on a full disk nothing may stay behind; from one that was pulled out nothing can be removed.
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        fsync_folder(path.parent)
        failpoint("disk.replaced")
        return written

    def destroy(self, path: Path) -> None:
        with suppress(FileNotFoundError):
            with path.open("r+b") as file:
                file.write(bytes(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            failpoint("leaving.overwritten")
            path.unlink()
        fsync_folder(path.parent)

    def write_sector(self, path: Path, content: bytes, *, durable: bool) -> None:
        descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0))
        try:
            if os.write(descriptor, content) != len(content):
                raise OSError(errno.EIO, "a sector was written in part", str(path))
            if durable:
                # The size does not change, so the data alone is enough.
                getattr(os, "fdatasync", os.fsync)(descriptor)
        finally:
            os.close(descriptor)


class SystemRng:
    """The operating system's generator."""

    def token(self, size: int) -> bytes:
        return os.urandom(size)


def _for_owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def fsync_folder(folder: Path) -> None:
    """Make names created in `folder` durable; a no-op on Windows, which cannot open folders and needs none of it."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
