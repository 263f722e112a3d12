"""The SAM_V serial protocol of identity card readers: frames and the commands this program sends.

    request   AA AA AA 96 69 | LEN_H LEN_L | CMD PARA [DATA…]     | CHK
    answer    AA AA AA 96 69 | LEN_H LEN_L | SW1 SW2 SW3 [DATA…]  | CHK

LEN, big-endian, counts the bytes behind it, CHK included: a request has at least 3, an answer at least 4, both at
most 4096. CHK is the XOR of every byte from LEN_H to the last data byte. The line is 115200 8N1 unless the reader was
set otherwise. SW1 SW2 come from the card, SW3 is the reader's own word.

Answers do not say which command they answer: whoever asks clears the line first.

No command here reads fingerprints (30 10): the program has no use for them and must not hold them
(个人信息保护法 art. 6, 29).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import xor

from devices.protocols.frames import FrameError, FrameHunter

PREAMBLE = bytes.fromhex("AA AA AA 96 69")
MAX_LENGTH = 4096
REQUEST_MIN_LENGTH, ANSWER_MIN_LENGTH = 3, 4
BAUD = 115200

_LENGTH_SIZE, _CHECK_SIZE = 2, 1
_HEADER_SIZE = len(PREAMBLE) + _LENGTH_SIZE


class Command(Enum):
    """The commands the driver sends, as CMD PARA."""

    RESET = (0x10, 0xFF)
    CHECK_STATUS = (0x11, 0xFF)
    READ_SAM_ID = (0x12, 0xFF)
    FIND_CARD = (0x20, 0x01)
    SELECT_CARD = (0x20, 0x02)
    READ_BASE = (0x30, 0x01)
    READ_NEWEST_ADDRESS = (0x30, 0x03)


@dataclass(frozen=True, slots=True)
class SamRequest:
    """What the host sends."""

    command: int
    parameter: int
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class SamAnswer:
    """What the reader sends back; `sw3` tells success and failure (`sam_status`)."""

    sw1: int
    sw2: int
    sw3: int
    data: bytes = b""

    @property
    def status(self) -> str:
        """The status word as six hex digits, for logs and messages."""
        return f"{self.sw1:02X}{self.sw2:02X}{self.sw3:02X}"

    def __repr__(self) -> str:
        # The data may be a person's.
        return f"SamAnswer({self.status}, {len(self.data)} bytes)"


def encode(command: int, parameter: int, data: bytes = b"") -> bytes:
    """The request frame; raises `FrameError` if `data` does not fit into one."""
    return _frame(bytes((command, parameter)) + data)


def encode_command(command: Command) -> bytes:
    """The request frame of a command without data."""
    return encode(*command.value)


def encode_answer(answer: SamAnswer) -> bytes:
    """The answer frame, as a reader sends it; raises `FrameError` if the data does not fit into one."""
    return _frame(bytes((answer.sw1, answer.sw2, answer.sw3)) + answer.data)


class _SamHunter(FrameHunter):
    start = PREAMBLE
    header_size = _HEADER_SIZE
    min_length: int

    def frame_size(self, header: bytes) -> int | None:
        length = int.from_bytes(header[len(PREAMBLE) :], "big")
        if not self.min_length <= length <= MAX_LENGTH:
            return None
        return _HEADER_SIZE + length

    def is_intact(self, frame: bytes) -> bool:
        # The XOR over everything that is checked, check byte included, is zero.
        return _check(frame[len(PREAMBLE) :]) == 0


class AnswerParser(_SamHunter):
    """Finds answers; the host's end of the line."""

    min_length = ANSWER_MIN_LENGTH

    def answers(self, chunk: bytes) -> list[SamAnswer]:
        """Take in bytes; return the answers that are complete now."""
        return [_answer(frame) for frame in self.feed(chunk)]

    def answers_after_silence(self) -> list[SamAnswer]:
        """The answers that a false start had hidden until the line fell silent."""
        return [_answer(frame) for frame in self.quiet()]


class RequestParser(_SamHunter):
    """Finds requests; the reader's end of the line."""

    min_length = REQUEST_MIN_LENGTH

    def requests(self, chunk: bytes) -> list[SamRequest]:
        """Take in bytes; return the requests that are complete now."""
        return [_request(frame) for frame in self.feed(chunk)]


def _frame(body: bytes) -> bytes:
    length = len(body) + _CHECK_SIZE
    if length > MAX_LENGTH:
        raise FrameError(f"{len(body)} bytes do not fit into a frame")
    checked = length.to_bytes(_LENGTH_SIZE, "big") + body
    return PREAMBLE + checked + bytes((_check(checked),))


def _check(checked: bytes) -> int:
    return reduce(xor, checked, 0)


def _answer(frame: bytes) -> SamAnswer:
    body = frame[_HEADER_SIZE:-_CHECK_SIZE]
    return SamAnswer(body[0], body[1], body[2], body[3:])


def _request(frame: bytes) -> SamRequest:
    body = frame[_HEADER_SIZE:-_CHECK_SIZE]
    return SamRequest(body[0], body[1], body[2:])
