"""The driver of rating pads with hard keys that speak FF 68, and the `RatingPad` port on top of it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from clerk_app.domain.ratings import Grade, PadAnswer, SealedAnswer
from clerk_app.errors import DeviceError, DeviceGone, RatingOpen
from clerk_app.seams import Clock
from devices.contracts import OpenTransport
from devices.drivers.pad_line import PadLine
from devices.drivers.pad_profile import PadProfile

logger = logging.getLogger(__name__)

_BEFORE_S = 0.05
_AFTER_S = 0.3
"""Fingers bounce and press twice: for so long after an answer further keys are acknowledged, and not counted."""
_LONGEST_S = 1.0


class Ff68Pad:
    """One pad. Used from one thread at a time.

    The line is opened on first use and again after it was lost. A key counts only while an invitation is open, and
    only the first one; every other key of this pad is acknowledged, because pads send again what nobody acknowledges.
    """

    def __init__(self, profile: PadProfile, open_transport: OpenTransport, clock: Clock) -> None:
        self.profile = profile
        self.is_invitation_open = False
        self._open_transport = open_transport
        self._clock = clock
        self._line: PadLine | None = None
        self._is_stopped = False

    def take_grade(self, timeout_s: float) -> Grade | None:
        """Prompt, and return the grade of the first key; None if none was pressed in time. Raises `DeviceError`."""
        with self._connected() as line:
            line.settle(_BEFORE_S, _LONGEST_S)
            line.prompt()
            deadline = self._clock.monotonic() + timeout_s
            while (left := deadline - self._clock.monotonic()) > 0:
                for key in line.next_keys(left):
                    if key in self.profile.keys:
                        self._acknowledge_more(line)
                        return self.profile.keys[key]
            return None

    def take_sealed(self, timeout_s: float, seal: Callable[[Grade], bytes]) -> bytes | None:
        """As `take_grade`, for a real rating: what leaves here of the grade is what `seal` makes of it."""
        self.is_invitation_open = True
        try:
            grade = self.take_grade(timeout_s)
            return None if grade is None else seal(grade)
        finally:
            self.is_invitation_open = False

    def check(self) -> None:
        """Acknowledge keys that nobody asked for and prove that the line is there; raises the `DeviceError`.

        The protocol has no question that a pad must answer, so a pad without power on a good line looks in order.
        """
        with self._connected() as line:
            line.settle(_BEFORE_S, _LONGEST_S)

    def stop(self) -> None:
        """From any thread: end the use in progress, and every later one, with `DeviceGone`."""
        self._is_stopped = True
        line = self._line
        if line is not None:
            line.stop()

    def close(self) -> None:
        """Close the line; the next use opens it again."""
        if self._line is not None:
            self._line.close()
        self._line = None

    @contextlib.contextmanager
    def _connected(self) -> Iterator[PadLine]:
        if self._line is None:
            self._line = PadLine(self._open_transport(), self.profile.address, self._clock)
        try:
            # Asked after opening: `stop` either finds the line, or is found here.
            if self._is_stopped:
                raise DeviceGone("stopped")
            yield self._line
        except DeviceError:
            self.close()
            raise

    def _acknowledge_more(self, line: PadLine) -> None:
        try:
            line.settle(_AFTER_S, _LONGEST_S)
        except DeviceError as exc:
            # A pad that is pulled out now has given its answer all the same.
            logger.warning("the rating pad failed after its answer: %s", exc)
            self.close()


class RatingPadPort:
    """Implements the `RatingPad` port on `pad`, each use within `turn`. Failures are answers here, never exceptions."""

    def __init__(
        self, pad: Ff68Pad, turn: Callable[[], AbstractContextManager[object]] = contextlib.nullcontext
    ) -> None:
        self._pad = pad
        self._turn = turn

    def ask(self, timeout_s: float) -> PadAnswer:
        """Device test: the grade of one key. Raises `RatingOpen` while a real invitation is open."""
        if self._pad.is_invitation_open:
            raise RatingOpen
        is_limited = self._pad.profile.is_limited
        try:
            with self._turn():
                grade = self._pad.take_grade(timeout_s)
        except DeviceError as exc:
            logger.warning("the rating pad failed: %s", exc)
            return PadAnswer("device_failed", device_limited=is_limited)
        return PadAnswer("timed_out" if grade is None else "answered", grade, is_limited)

    def invite(self, timeout_s: float, seal: Callable[[Grade], bytes]) -> SealedAnswer:
        """A real rating, sealed before it leaves the driver."""
        is_limited = self._pad.profile.is_limited
        try:
            with self._turn():
                sealed = self._pad.take_sealed(timeout_s, seal)
        except DeviceError as exc:
            logger.warning("the rating pad failed: %s", exc)
            return SealedAnswer("device_failed", device_limited=is_limited)
        return SealedAnswer("timed_out" if sealed is None else "answered", sealed, is_limited)
