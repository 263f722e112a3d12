"""Clock, Disk, Rng: the three doors to the world outside.

Nothing else asks the system for time, files or randomness (a test scans the source for that), so that a simulation can
put virtual time, a full disk or a seed behind them.
"""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path
from typing import Protocol


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

    def write_sector(self, path: Path, content: bytes, *, durable: bool) -> None:
        """Write at most 512 bytes in place at offset 0, as one sector; on the disk before returning if `durable`."""


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
        temporary = path.with_name(path.name + ".tmp")
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        fsync_folder(path.parent)

    def write_sector(self, path: Path, content: bytes, *, durable: bool) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, content)
            if durable:
                # The size does not change, so the data alone is enough.
                getattr(os, "fdatasync", os.fsync)(descriptor)
        finally:
            os.close(descriptor)


class SystemRng:
    """The operating system's generator."""

    def token(self, size: int) -> bytes:
        return secrets.token_bytes(size)


def fsync_folder(folder: Path) -> None:
    """Make names created in `folder` durable; a no-op where folders cannot be opened (Windows)."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
