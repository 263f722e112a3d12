"""The FF 68 serial protocol of rating pads with hard keys, 9600 8N1.

    FF 68 | LEN LEN | 68 | ADDR | FUNC | DATA… | SUM | 16

LEN, sent twice, counts ADDR to the end of DATA: 3 to 5 from the pad, 2 to 8 to the pad. SUM is the sum of ADDR, FUNC
and DATA modulo 256. Address 01:

    pad → host   key n pressed        FUNC 11, DATA n    FF 68 03 03 68 01 11 0n SUM 16
    host → pad   key n acknowledged   FUNC 01, DATA n    FF 68 03 03 68 01 01 0n SUM 16
    host → pad   please rate          FUNC 01, DATA 0B   FF 68 03 03 68 01 01 0B 0D 16
    host → pad   beep                 FUNC 03            FF 68 02 02 68 01 03 04 16
"""

from __future__ import annotations

from dataclasses import dataclass

from devices.protocols.frames import FrameError, FrameHunter

START = bytes((0xFF, 0x68))
BAUD = 9600
KEY_PRESSED, HOST_SAYS = 0x11, 0x01
PROMPT = 0x0B

FROM_PAD = range(3, 6)
"""Lengths a pad sends."""
TO_PAD = range(2, 9)
"""Lengths a pad accepts."""

_SECOND_START, _END = 0x68, 0x16
_HEADER_SIZE = 5
_TAIL_SIZE = 2


@dataclass(frozen=True, slots=True)
class PadFrame:
    """One message on the line, of either direction."""

    address: int
    function: int
    data: bytes = b""

    @property
    def is_key(self) -> bool:
        """Whether a pad tells of a pressed key."""
        return self.function == KEY_PRESSED and bool(self.data)

    @property
    def key(self) -> int:
        """The value of the pressed key: the last data byte. Only where `is_key`."""
        return self.data[-1]

    def __repr__(self) -> str:
        # A key is a grade, and no grade goes to a log.
        return f"PadFrame(address={self.address}, function={self.function}, {len(self.data)} bytes)"


def encode(frame: PadFrame) -> bytes:
    """The bytes of a frame; raises `FrameError` if no pad accepts its length."""
    body = bytes((frame.address, frame.function)) + frame.data
    if len(body) not in TO_PAD:
        raise FrameError(f"a frame body of {len(body)} bytes is not allowed")
    return START + bytes((len(body), len(body), _SECOND_START)) + body + bytes((_sum(body), _END))


def prompt(address: int) -> PadFrame:
    """Ask the citizen to rate."""
    return PadFrame(address, HOST_SAYS, bytes((PROMPT,)))


def acknowledgement(pressed: PadFrame) -> PadFrame:
    """The answer to a pressed key: the same value under the host's function."""
    return PadFrame(pressed.address, HOST_SAYS, pressed.data)


class PadParser(FrameHunter):
    """Finds frames whose length lies in `lengths`: `FROM_PAD` at the host's end, `TO_PAD` at the pad's."""

    start = START
    header_size = _HEADER_SIZE

    def __init__(self, lengths: range) -> None:
        super().__init__()
        self._lengths = lengths

    def frames(self, chunk: bytes) -> list[PadFrame]:
        """Take in bytes; return the messages that are complete now."""
        return [_frame(raw) for raw in self.feed(chunk)]

    def frames_after_silence(self) -> list[PadFrame]:
        """The messages that a false start had hidden until the line fell silent."""
        return [_frame(raw) for raw in self.quiet()]

    def frame_size(self, header: bytes) -> int | None:
        _, _, length, again, second_start = header
        if length != again or length not in self._lengths or second_start != _SECOND_START:
            return None
        return _HEADER_SIZE + length + _TAIL_SIZE

    def is_intact(self, frame: bytes) -> bool:
        return frame[-1] == _END and frame[-2] == _sum(frame[_HEADER_SIZE:-_TAIL_SIZE])


def _sum(body: bytes) -> int:
    return sum(body) % 256


def _frame(raw: bytes) -> PadFrame:
    body = raw[_HEADER_SIZE:-_TAIL_SIZE]
    return PadFrame(body[0], body[1], body[2:])
