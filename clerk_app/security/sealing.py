r"""Sealing to a public key: whoever seals cannot open again.

    sealed = 01 ‖ ephemeral X25519 public key 32 ‖ AES-256-GCM ciphertext with its tag of 16
    key ‖ nonce = HKDF-SHA256(shared secret, salt = ephemeral ‖ recipient, info = "window-clerk\\0" ‖ purpose), 44 bytes

The purpose is bound twice (key and associated data), so that what was sealed for one use never opens for another.
Sealed bytes are 49 longer than the plaintext; whoever must hide the length pads first.
"""

from __future__ import annotations

import json

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from clerk_app.domain.ratings import Grade
from clerk_app.seams import Rng

RATING = "rating"
RECOVERY = "recovery"
PARCEL_KEY = "parcel"
"""Purposes in use: grades to the hub's rating key, the database key to its recovery key, a parcel's to its reader's."""

GRADE_PLAINTEXT = 192
"""Bytes of a grade before sealing, whatever the grade: the sealed length must not give it away."""

_VERSION = b"\x01"
_PUBLIC = 32
_OVERHEAD = len(_VERSION) + _PUBLIC + 16


class NotSealedForUs(ValueError):
    """The bytes were not sealed to this key for this purpose, or were changed since."""


def seal(public: bytes, plaintext: bytes, *, purpose: str, rng: Rng) -> bytes:
    """Seal `plaintext` to a raw 32-byte X25519 public key; raise `ValueError` if it is no usable key."""
    ephemeral = X25519PrivateKey.from_private_bytes(rng.token(_PUBLIC))
    ephemeral_public = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    key, nonce = _derive(shared, ephemeral_public + public, purpose)
    return _VERSION + ephemeral_public + AESGCM(key).encrypt(nonce, plaintext, purpose.encode("ascii"))


def open_sealed(private: bytes, sealed: bytes, *, purpose: str) -> bytes:
    """Undo `seal` with the raw private key; raise `NotSealedForUs`."""
    if len(sealed) < _OVERHEAD or sealed[:1] != _VERSION:
        raise NotSealedForUs("not sealed bytes")
    recipient = X25519PrivateKey.from_private_bytes(private)
    ephemeral_public = sealed[1 : 1 + _PUBLIC]
    try:
        shared = recipient.exchange(X25519PublicKey.from_public_bytes(ephemeral_public))
        key, nonce = _derive(shared, ephemeral_public + recipient.public_key().public_bytes_raw(), purpose)
        return AESGCM(key).decrypt(nonce, sealed[1 + _PUBLIC :], purpose.encode("ascii"))
    except (InvalidTag, ValueError):
        raise NotSealedForUs("sealed for another key or purpose, or changed") from None


def public_of_sealing(private: bytes) -> bytes:
    """The raw X25519 public key of a raw private key."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def seal_grade(rating_public: bytes, invitation_id: str, grade: Grade, device_limited: bool, rng: Rng) -> bytes:
    """Seal one grade at the pad's border, together with the invitation it answers; the length is always the same.

    `device_limited`: the pad has fewer keys than there are grades.
    """
    content = json.dumps([invitation_id, grade, device_limited], separators=(",", ":")).encode()
    if len(content) > GRADE_PLAINTEXT:
        raise ValueError("the invitation's id is too long")
    return seal(rating_public, content.ljust(GRADE_PLAINTEXT), purpose=RATING, rng=rng)


def _derive(shared: bytes, salt: bytes, purpose: str) -> tuple[bytes, bytes]:
    material = HKDF(SHA256(), 44, salt, b"window-clerk\0" + purpose.encode("ascii")).derive(shared)
    return material[:32], material[32:]
