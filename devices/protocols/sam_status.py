"""What a reader's status word SW3 asks of the host, after the SAM_V status list."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from clerk_app.errors import (
    CardNotFound,
    CardNotGenuine,
    CardNotRead,
    DeviceError,
    DeviceGarbled,
    ReaderNotLicensed,
    ReaderSelfTestFailed,
    WrongCard,
)
from devices.protocols.sam import SamAnswer

SUCCESS = 0x90
CARD_FOUND = 0x9F
NO_SUCH_ITEM = 0x91
CARD_ABSENT = 0x80


class Remedy(Enum):
    """What may help before the failure is told."""

    NONE = "none"
    REPEAT = "repeat"
    RESET = "reset"
    REPEAT_THEN_RESET = "repeat_then_reset"
    POLL = "poll"


@dataclass(frozen=True, slots=True)
class StatusRule:
    """What to try, and the error to raise when that did not help."""

    remedy: Remedy
    error: type[DeviceError]


_RULES = {
    0x10: StatusRule(Remedy.REPEAT, DeviceGarbled),  # the host's check byte arrived wrong
    0x11: StatusRule(Remedy.REPEAT, DeviceGarbled),  # the host's length arrived wrong
    0x21: StatusRule(Remedy.RESET, DeviceError),  # wrong command or order
    0x24: StatusRule(Remedy.REPEAT_THEN_RESET, DeviceError),  # unrecognised error
    0x31: StatusRule(Remedy.NONE, CardNotRead),  # the card did not authenticate the reader
    0x32: StatusRule(Remedy.NONE, CardNotGenuine),  # the reader did not authenticate the card
    0x33: StatusRule(Remedy.NONE, CardNotGenuine),  # information verification failed
    0x40: StatusRule(Remedy.NONE, WrongCard),
    0x41: StatusRule(Remedy.NONE, CardNotRead),
    0x47: StatusRule(Remedy.REPEAT_THEN_RESET, CardNotRead),  # no random number from the card
    0x60: StatusRule(Remedy.NONE, ReaderSelfTestFailed),
    0x66: StatusRule(Remedy.NONE, ReaderNotLicensed),
    CARD_ABSENT: StatusRule(Remedy.POLL, CardNotFound),
    0x81: StatusRule(Remedy.NONE, CardNotRead),  # select failed
}
_UNKNOWN = StatusRule(Remedy.NONE, DeviceError)


def rule_for(answer: SamAnswer) -> StatusRule:
    """The rule for an answer that is not the success its command expects. An unknown word is a failure."""
    return _RULES.get(answer.sw3, _UNKNOWN)


def failure(answer: SamAnswer) -> DeviceError:
    """The error for an answer that is not the success its command expects; its data names the status word."""
    return rule_for(answer).error(f"reader answered {answer.status}", status=answer.status)
