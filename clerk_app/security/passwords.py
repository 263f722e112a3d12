"""Password policy and key derivation (GB/T 22239-2019 identity control; RFC 9106 Argon2id)."""

from __future__ import annotations

from dataclasses import dataclass

from clerk_app.errors import WeakPassword

MIN_LENGTH = 10
MIN_CLASSES = 3


@dataclass(frozen=True, slots=True)
class KdfCost:
    """What one guess costs: memory in KiB, passes and lanes. The default takes about a third of a second."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4


STANDARD_COST = KdfCost()


def check_password(password: str) -> None:
    """Raise `WeakPassword` unless the password has 10 characters of at least 3 classes (upper, lower, digit, other)."""
    classes = {
        "upper" if char.isupper() else "lower" if char.islower() else "digit" if char.isdigit() else "other"
        for char in password
    }
    if len(password) < MIN_LENGTH or len(classes) < MIN_CLASSES:
        raise WeakPassword


def derive(password: str, *, salt: bytes, cost: KdfCost, device_secret: bytes) -> bytes:
    """HKDF(argon2id(password) ‖ device secret): the 32-byte key that wraps the database key."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    from clerk_app.security.derivation import subkey

    stretched = Argon2id(
        salt=salt, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
    ).derive(password.encode())
    return subkey(stretched + device_secret, "keys.json wrap")
