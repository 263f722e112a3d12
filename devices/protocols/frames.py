"""Finding frames in a stream of bytes that may be damaged anywhere.

Both serial protocols frame their messages alike: a fixed start, a length, a body, a check. What a bad cable, a USB
adapter or a firmware does to them is alike too, and the hunter below survives it:

    garbage before, between and after frames    skipped
    a start inside garbage (a false start)      its length or its check is wrong: the hunt goes on right behind it
    a false start that promises a long frame    ended by silence: see `quiet`
    a frame in many pieces, or many in one      put together, taken apart

It holds at most one frame's worth of bytes, looks at each a bounded number of times, and raises nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from clerk_app.errors import DeviceGarbled

_SLICE = 4096
"""Bytes taken in at a time, so that the buffer stays small whatever the caller feeds."""


class FrameError(DeviceGarbled):
    """Bytes that are no message of the protocol, or a message that the protocol cannot carry."""


class FrameHunter(ABC):
    """Takes bytes as they come and gives whole, checked frames. A protocol says what its frames look like.

    `start` is what every frame begins with and must not overlap itself (no end of it is also its beginning);
    `header_size` is how many bytes tell the length of the frame.
    """

    start: bytes
    header_size: int

    def __init__(self) -> None:
        self._held = bytearray()
        self._target = self.header_size

    @abstractmethod
    def frame_size(self, header: bytes) -> int | None:
        """The size of the whole frame (more than `header_size`), or None if no frame has this header."""

    @abstractmethod
    def is_intact(self, frame: bytes) -> bool:
        """Whether the check of a frame of the right size is right."""

    def feed(self, chunk: bytes) -> list[bytes]:
        """Take in `chunk`; return the frames that are complete now."""
        found: list[bytes] = []
        for offset in range(0, len(chunk), _SLICE):
            self._held += chunk[offset : offset + _SLICE]
            found += self._take()
        return found

    def quiet(self) -> list[bytes]:
        """The line fell silent inside a frame: give up its start and return what frames lay behind it."""
        found: list[bytes] = []
        while self._held.startswith(self.start):
            self._skip_start()
            found += self._take()
        return found

    def reset(self) -> None:
        """Forget everything held."""
        self._held.clear()
        self._target = self.header_size

    @property
    def has_begun(self) -> bool:
        """Whether what came last may be the beginning of a frame."""
        return bool(self._held)

    @property
    def wanted(self) -> int:
        """How many bytes are still needed at the least; who asks the line for just these reads none too many."""
        return self._target - len(self._held)

    def _take(self) -> list[bytes]:
        found: list[bytes] = []
        self._target = self.header_size
        while self._find_start() and len(self._held) >= self.header_size:
            size = self.frame_size(bytes(self._held[: self.header_size]))
            if size is None:
                self._skip_start()
            elif len(self._held) < size:
                self._target = size
                break
            elif self.is_intact(bytes(self._held[:size])):
                found.append(bytes(self._held[:size]))
                del self._held[:size]
            else:
                self._skip_start()
        return found

    def _find_start(self) -> bool:
        at = self._held.find(self.start)
        if at >= 0:
            del self._held[:at]
            return True
        del self._held[: len(self._held) - self._begun()]
        return False

    def _begun(self) -> int:
        """How many bytes at the end of what is held may be the beginning of a start."""
        for size in range(min(len(self.start) - 1, len(self._held)), 0, -1):
            if self._held.endswith(self.start[:size]):
                return size
        return 0

    def _skip_start(self) -> None:
        del self._held[: len(self.start)]
