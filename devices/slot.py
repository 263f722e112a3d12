"""One device's place at the desk: whose turn it is, and how the device is."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Protocol

from clerk_app.errors import (
    BadPort,
    CardNotFound,
    CardNotGenuine,
    CardNotLifted,
    CardNotRead,
    ClerkError,
    DeviceBusy,
    DeviceError,
    DeviceGone,
    DeviceNotFound,
    WrongCard,
)
from clerk_app.seams import Clock
from devices.contracts import DeviceKind, DeviceState, DeviceStatus
from devices.lines import Line

_ABOUT_THE_CARD = (CardNotFound, CardNotLifted, CardNotRead, CardNotGenuine, WrongCard)
"""Failures of a card, not of the reader."""
_ABSENT = (DeviceNotFound, DeviceGone)
LONGEST_WAIT_S = 15.0
"""The longest wait for one's turn; longer than a look at the device takes."""


class Driver(Protocol):
    """What the slot itself asks of a driver."""

    def check(self) -> None:
        """Prove that the device is in order; raises the `DeviceError` or `BadPort` that says what is wrong."""

    def stop(self) -> None:
        """From any thread: end the use in progress, and every later one, with `DeviceGone`."""

    def close(self) -> None:
        """Close its line; the next use opens it again."""


class DeviceSlot:
    """Safe to use from several threads; the device itself serves one at a time.

    `changed` is called, in the thread that found out, with each new status.
    """

    def __init__(
        self,
        kind: DeviceKind,
        driver: Driver,
        line: Line,
        clock: Clock,
        changed: Callable[[DeviceStatus], None],
        *,
        longest_wait_s: float = LONGEST_WAIT_S,
    ) -> None:
        self._driver = driver
        self._line = line
        self._clock = clock
        self._changed = changed
        self._longest_wait_s = longest_wait_s
        self._lock = threading.Lock()
        self._is_closing = False
        self.status = DeviceStatus(kind, "not_connected", clock.now_ms(), reason=DeviceNotFound.code)

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Have the device to oneself; how the use ends tells how the device is. `DeviceBusy` if it stays taken."""
        if not self._lock.acquire(timeout=self._longest_wait_s):
            raise DeviceBusy("the device is in use")
        try:
            with self._noting_failures():
                yield
            self._note("ready", None, last_used_ms=self._clock.now_ms())
        finally:
            self._lock.release()

    def check(self) -> DeviceStatus:
        """Look how the device is; while it is in use, that use will tell."""
        if self._lock.acquire(blocking=False):
            try:
                with contextlib.suppress(DeviceError, BadPort), self._noting_failures():
                    self._driver.check()
                    self._note("ready", None, last_used_ms=self.status.last_used_ms)
            finally:
                self._lock.release()
        return self.status

    def close(self) -> None:
        """End the use in progress and close the line, for good. The status stays as it was."""
        self._is_closing = True
        self._driver.stop()
        with self._lock:
            self._driver.close()

    @contextlib.contextmanager
    def _noting_failures(self) -> Iterator[None]:
        try:
            yield
        except (DeviceError, BadPort) as exc:
            state, reason = _what_it_says(exc)
            self._note(state, reason, last_used_ms=self.status.last_used_ms)
            raise

    def _note(self, state: DeviceState, reason: str | None, *, last_used_ms: int | None) -> None:
        before = self.status
        port = None if state == "not_connected" else self._line.port
        after = replace(before, state=state, reason=reason, port=port, last_used_ms=last_used_ms)
        if after == before or self._is_closing:
            return
        if (state, reason) != (before.state, before.reason):
            after = replace(after, since_ms=self._clock.now_ms())
        self.status = after
        self._changed(after)


def _what_it_says(exc: ClerkError) -> tuple[DeviceState, str | None]:
    if isinstance(exc, _ABOUT_THE_CARD):
        return "ready", None
    if isinstance(exc, _ABSENT):
        return "not_connected", exc.code
    return "failed", exc.code
