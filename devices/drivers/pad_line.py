"""The line to a rating pad: prompts go out, keys come in, and each key is acknowledged the moment it is read."""

from __future__ import annotations

import logging

from clerk_app.errors import DeviceError
from clerk_app.seams import Clock
from devices.contracts import Transport
from devices.protocols.ff68 import FROM_PAD, PadFrame, PadParser, acknowledgement, encode, prompt

logger = logging.getLogger(__name__)

PAUSE_S = 0.5
"""The longest pause inside a frame."""


class PadLine:
    """Talks to the pad at one address of the line; frames of other addresses are not ours to answer."""

    def __init__(self, transport: Transport, address: int, clock: Clock) -> None:
        self._transport = transport
        self._address = address
        self._clock = clock
        self._parser = PadParser(FROM_PAD)

    def prompt(self) -> None:
        """Ask the citizen to rate."""
        self._transport.write(encode(prompt(self._address)))

    def next_keys(self, wait_s: float) -> list[int]:
        """The keys that came within `wait_s`, in order; comes back at once when anything came, key or not."""
        return [frame.key for frame in self._next_frames(wait_s)]

    def settle(self, quiet_s: float, at_most_s: float) -> None:
        """Acknowledge and forget keys until none comes for `quiet_s`; ends after `at_most_s` in any case."""
        now = self._clock.monotonic()
        quiet, last = now + quiet_s, now + at_most_s
        while (left := min(quiet, last) - self._clock.monotonic()) > 0:
            self._next_frames(left)
            if self._parser.has_begun:
                # The rest of a key that was pressed too early must not be taken for one pressed in time.
                quiet = max(quiet, self._clock.monotonic() + PAUSE_S)

    def stop(self) -> None:
        """From any thread: end the wait in progress with `DeviceGone`."""
        self._transport.stop()

    def close(self) -> None:
        """Close the line."""
        self._transport.close()

    def _next_frames(self, wait_s: float) -> list[PadFrame]:
        has_begun = self._parser.has_begun
        chunk = self._transport.read(self._parser.wanted, min(wait_s, PAUSE_S) if has_begun else wait_s)
        frames = self._parser.frames(chunk)
        if has_begun and not chunk and wait_s >= PAUSE_S:
            frames = self._parser.frames_after_silence()
            self._parser.reset()
        pressed = [frame for frame in frames if frame.is_key and frame.address == self._address]
        for frame in pressed:
            self._acknowledge(frame)
        return pressed

    def _acknowledge(self, frame: PadFrame) -> None:
        try:
            self._transport.write(encode(acknowledgement(frame)))
        except DeviceError as exc:
            # The key was pressed all the same; a line that is gone will say so at the next read.
            logger.warning("a key could not be acknowledged: %s", exc)
