"""The enrolment file: what a device must know of its hub, made by `clerk-hub enrol`, read by `clerk enrol` offline.

A JSON object whose `signature` is the hub's identity key over the canonical bytes of all the other fields (keys sorted,
no spaces, UTF-8) for the purpose `enrolment`. The file vouches for itself: it is trusted because a person carried it
from the platform to the desk, and the signature shows that nothing was changed on the way. It holds a secret that lets
one device, once, register its key; one file, one device.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from clerk_app.errors import BadEnrolmentFile
from clerk_app.journal.signature import ENROLMENT, public_of, sign, verify

FORMAT = "window-clerk-enrolment-1"
_MAX_SIZE = 64 * 1024
_HEX_KEYS = ("hub", "recovery", "rating", "handover", "secret")


@dataclass(frozen=True, slots=True)
class EnrolmentFile:
    """What the file says.

    `hub` (Ed25519 identity), `recovery`, `rating` and `handover` (all X25519) are raw public keys; a device without any
    line seals its hand-overs to the last. `secret` is the one-time secret
    (32 bytes). `url` is the hub's address, `ca` the PEM of its private certificate authority or empty, `page_base` the
    address in front of `/p/TOKEN` on paper. `hall` is six digits, `device` three; `issued_at` UTC milliseconds.
    """

    hub: bytes
    recovery: bytes
    rating: bytes
    handover: bytes
    ca: str
    url: str
    page_base: str
    hall: str
    hall_name: str
    device: str
    device_name: str
    secret: bytes
    issued_at: int

    def __repr__(self) -> str:
        # The secret must not reach a log.
        return f"EnrolmentFile({self.hall} {self.device}, masked)"

    def to_bytes(self, identity_private: bytes) -> bytes:
        """The file, signed by the hub's identity key; raise `ValueError` if that key is not `hub`'s."""
        if public_of(identity_private) != self.hub:
            raise ValueError("signed by another hub")
        content = _to_json(self)
        signature = sign(identity_private, ENROLMENT, _canonical(content))
        return json.dumps({**content, "signature": signature.hex()}, ensure_ascii=False, indent=2).encode() + b"\n"

    @classmethod
    def from_bytes(cls, content: bytes) -> EnrolmentFile:
        """Read and verify a file; raise `BadEnrolmentFile` if it is none, or was changed."""
        try:
            return _from_json(content)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise BadEnrolmentFile from None


def _to_json(file: EnrolmentFile) -> dict[str, Any]:
    content = asdict(file)
    return {"format": FORMAT, **content, **{key: content[key].hex() for key in _HEX_KEYS}}


def _from_json(content: bytes) -> EnrolmentFile:
    if len(content) > _MAX_SIZE:
        raise ValueError("too large")
    stored = json.loads(content)
    signature = bytes.fromhex(stored.pop("signature"))
    if stored["format"] != FORMAT:
        raise ValueError("another format")
    if not verify(bytes.fromhex(stored["hub"]), ENROLMENT, _canonical(stored), signature):
        raise ValueError("not signed by its hub")
    # A newer hub may have added fields: they are covered by the signature and not needed here.
    values = {field.name: stored[field.name] for field in fields(EnrolmentFile)}
    file = EnrolmentFile(**{**values, **{key: bytes.fromhex(values[key]) for key in _HEX_KEYS}})
    _check(file)
    return file


def _check(file: EnrolmentFile) -> None:
    if any(len(key) != 32 for key in (file.hub, file.recovery, file.rating, file.handover, file.secret)):
        raise ValueError("a key of another length")
    if not (_digits(file.hall, 6) and _digits(file.device, 3)):
        raise ValueError("hall or device is no number")
    if not file.url.startswith(("http://", "https://")) or not file.page_base.startswith(("http://", "https://")):
        raise ValueError("no address")
    if not all(isinstance(text, str) for text in (file.ca, file.hall_name, file.device_name)):
        raise TypeError("a text is no text")


def _digits(text: str, size: int) -> bool:
    return len(text) == size and text.isascii() and text.isdigit()


def _canonical(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
