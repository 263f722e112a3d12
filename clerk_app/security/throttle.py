"""Lock-out after wrong passwords, surviving restarts and clock changes (`throttle.json`, architecture.md, Keys).

Each try is counted and forced to the disk before it is made. What is left of a lock-out is measured in seconds of the
running machine, never by the wall clock. A missing or damaged file beside `keys.json` counts as locked for the full
period, which then starts to run.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

from clerk_app.errors import LockedOut
from clerk_app.seams import Clock, Disk
from clerk_app.security.files import THROTTLE_FILE

MAX_FAILURES = 5
LOCK_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class Throttle:
    """`left_s` seconds of lock-out remained when the machine had been running for `at_s` seconds."""

    failures: int = 0
    left_s: float = 0.0
    at_s: float = 0.0

    def left(self, running_s: float) -> float:
        """Seconds of lock-out left now. After a reboot the uptime alone has passed."""
        passed = running_s - self.at_s if running_s >= self.at_s else running_s
        return max(0.0, self.left_s - passed)


def begin_try(folder: Path, clock: Clock, disk: Disk) -> None:
    """Count one try before it is made; raise `LockedOut(seconds=…)` if none is allowed now."""
    now = clock.running_s()
    throttle = _load(folder, disk)
    if throttle is None:
        throttle = Throttle(MAX_FAILURES, LOCK_SECONDS, now)
        _save(folder, throttle, disk)
    left = throttle.left(now)
    if left > 0:
        # What has passed is written down, so that the seconds already waited also count after a reboot.
        _save(folder, replace(throttle, left_s=left, at_s=now), disk)
        raise LockedOut(seconds=ceil(left))
    failures = throttle.failures + 1 if throttle.failures < MAX_FAILURES else 1
    locked = LOCK_SECONDS if failures >= MAX_FAILURES else 0
    _save(folder, Throttle(failures, float(locked), now), disk)


def failed_tries_left(folder: Path, disk: Disk) -> int:
    """How many more wrong passwords are allowed before the lock-out."""
    throttle = _load(folder, disk)
    return 0 if throttle is None else MAX_FAILURES - throttle.failures


def succeed(folder: Path, disk: Disk) -> None:
    """Forget the failures after a right password, or make the file for a new store."""
    _save(folder, Throttle(), disk)


def _load(folder: Path, disk: Disk) -> Throttle | None:
    try:
        content = disk.read(folder / THROTTLE_FILE)
    except FileNotFoundError:
        return None
    try:
        payload, checksum, rest = content.split(b"\n")
        if rest or hashlib.sha256(payload).hexdigest().encode() != checksum:
            return None
        failures, left_s, at_s = map(float, json.loads(payload))
    except (ValueError, TypeError):
        return None
    lawful = 0 <= failures <= MAX_FAILURES and 0 <= left_s <= LOCK_SECONDS and at_s >= 0
    return Throttle(int(failures), left_s, at_s) if lawful else None


def _save(folder: Path, throttle: Throttle, disk: Disk) -> None:
    payload = json.dumps([throttle.failures, throttle.left_s, throttle.at_s]).encode()
    disk.replace(folder / THROTTLE_FILE, payload + b"\n" + hashlib.sha256(payload).hexdigest().encode() + b"\n")
