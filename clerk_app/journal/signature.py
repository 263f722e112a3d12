"""Ed25519 signatures with a purpose, so that a signature made for one use never serves another."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def sign(private: bytes, purpose: str, message: bytes) -> bytes:
    """Sign `message` for `purpose` (ASCII) with a raw 32-byte private key; 64 bytes."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(_framed(purpose, message))


def verify(public: bytes, purpose: str, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is right for `message` and `purpose` under a raw 32-byte public key."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _framed(purpose, message))
    except (InvalidSignature, ValueError):
        return False
    return True


def public_of(private: bytes) -> bytes:
    """The raw public key of a raw private key."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def head_message(chain: str, seq: int, head: bytes) -> bytes:
    """What a device signs when it signs a head."""
    return chain.encode() + b"\0" + seq.to_bytes(8, "big") + head


def _framed(purpose: str, message: bytes) -> bytes:
    return b"window-clerk\0" + purpose.encode("ascii") + b"\0" + message


HEAD = "head"
ACK = "ack"
FACT = "fact"
ENTRY = "entry"
KEYS = "keys"
ORDER = "order"
CATALOGUE = "catalogue"
TOKEN = "token"  # noqa: S105 - the name of a purpose, not a secret
CHALLENGE = "challenge"
ENROLMENT = "enrolment"
PARCEL = "parcel"
"""Purposes in use; each names the message layout documented where it is signed."""
