"""One key, many uses: HKDF-SHA256 subkeys by purpose."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def subkey(key: bytes, purpose: str) -> bytes:
    """A 32-byte key for `purpose` (ASCII), independent of every other purpose."""
    return HKDF(SHA256(), 32, None, b"window-clerk\0" + purpose.encode("ascii")).derive(key)
