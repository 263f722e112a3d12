"""The signed token behind the QR code on every paper (`BASE/p/TOKEN`).

    TOKEN = base64url without padding (case number ‖ device ‖ signature 64)

`case number` is 22 ASCII digits (24 for a child of a package, 20 for a one-time notice), `device` the 3 digits of the
device within its hall. The signature is the device's Ed25519 over `case number ‖ device` for the purpose `token`, so
that nobody can walk through other people's numbers. The token carries no name and no time and never expires: it is
printed on paper.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from clerk_app.domain import notice_number
from clerk_app.domain.case_number import DEVICE, HALL, check
from clerk_app.journal.signature import TOKEN, sign, verify

_SIGNATURE = 64
_MAX_TEXT = 200


@dataclass(frozen=True, slots=True)
class ProgressToken:
    """A token taken apart, not yet trusted: ask `is_signed_by` with the device's public key."""

    number: str
    device: str
    signature: bytes

    @property
    def hall(self) -> str:
        """The hall whose device signed: the first six digits of the number."""
        return self.number[:HALL]

    def is_signed_by(self, device_public: bytes) -> bool:
        """Whether the device with this raw public key made the token."""
        return verify(device_public, TOKEN, _message(self.number, self.device), self.signature)


def make_progress_token(device_private: bytes, number: str) -> str:
    """The token for a case of the device that holds `device_private` (raw Ed25519)."""
    device = number[HALL : HALL + DEVICE]
    message = _message(number, device)
    return base64.urlsafe_b64encode(message + sign(device_private, TOKEN, message)).rstrip(b"=").decode("ascii")


def parse_progress_token(text: str) -> ProgressToken:
    """Take a token apart; raise `ValueError` for anything that `make_progress_token` could not have written."""
    if len(text) > _MAX_TEXT or not text.isascii():
        raise ValueError("not a token")
    content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if base64.urlsafe_b64encode(content).rstrip(b"=") != text.encode("ascii"):
        raise ValueError("not the canonical spelling")
    head, signature = content[:-_SIGNATURE], content[-_SIGNATURE:]
    number, device = head[:-DEVICE].decode("ascii"), head[-DEVICE:].decode("ascii")
    if not (check(number) or notice_number.check(number)) or number[HALL : HALL + DEVICE] != device:
        raise ValueError("not a number of this device")
    return ProgressToken(number, device, signature)


def _message(number: str, device: str) -> bytes:
    return number.encode("ascii") + device.encode("ascii")
