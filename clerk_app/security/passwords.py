"""Password policy and key derivation (GB/T 22239-2019 identity control; RFC 9106 Argon2id)."""

from __future__ import annotations

from dataclasses import dataclass

from clerk_app.errors import WeakPassword

MIN_LENGTH = 10
MIN_CLASSES = 3


MAX_MEMORY_KIB, MAX_PASSES, MAX_LANES = 1024 * 1024, 64, 64


@dataclass(frozen=True, slots=True)
class KdfCost:
    """What one guess costs: memory in KiB, passes and lanes. The default takes about a third of a second.

    Raises `ValueError` for a cost that RFC 9106 does not allow or that this program would never have written.
    """

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4

    def __post_init__(self) -> None:
        if not (1 <= self.lanes <= MAX_LANES and 1 <= self.passes <= MAX_PASSES):
            raise ValueError("lanes or passes out of range")
        if not 8 * self.lanes <= self.memory_kib <= MAX_MEMORY_KIB:
            raise ValueError("memory out of range")


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
    ).derive(password.encode(errors="surrogateescape"))
    return subkey(stretched + device_secret, "keys.json wrap")
