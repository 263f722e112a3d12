"""The device secret: half of what wraps the database key, kept in the operating system's key store where there is one.

Without a key store it is empty, and the sign-in page says that a copied disk is then guarded by the password alone.
"""

from __future__ import annotations

from typing import Any, Protocol

from clerk_app.errors import KeysDamaged
from clerk_app.seams import Rng

_SERVICE = "window-clerk"
_SIZE = 32


class SecretStore(Protocol):
    """Where a device secret is kept between starts."""

    def create(self, store_id: str, rng: Rng) -> bytes:
        """Make and keep a new secret; empty where nothing can be kept."""

    def load(self, store_id: str) -> bytes:
        """The secret made by `create`; raise `KeysDamaged` if it is gone."""


class NoSecretStore:
    """No key store: the secret is empty."""

    def create(self, store_id: str, rng: Rng) -> bytes:
        return b""

    def load(self, store_id: str) -> bytes:
        raise KeysDamaged("the operating system's key store is not available on this machine")


class KeyringSecretStore:
    """The operating system's key store, through the optional package `keyring`."""

    def __init__(self, keyring: Any) -> None:
        self._keyring = keyring

    def create(self, store_id: str, rng: Rng) -> bytes:
        secret = rng.token(_SIZE)
        try:
            self._keyring.set_password(_SERVICE, store_id, secret.hex())
        except self._keyring.errors.KeyringError:
            # A key store that cannot be used (locked, no desktop session) is none.
            return b""
        return secret

    def load(self, store_id: str) -> bytes:
        try:
            kept = self._keyring.get_password(_SERVICE, store_id) or ""
            secret = bytes.fromhex(kept)
        except (self._keyring.errors.KeyringError, ValueError):
            secret = b""
        if len(secret) != _SIZE:
            raise KeysDamaged("the operating system's key store does not give this device's secret")
        return secret


def system_secret_store() -> SecretStore:
    """The machine's key store, or `NoSecretStore` where there is none."""
    try:
        import keyring
    except ImportError:
        return NoSecretStore()
    if keyring.get_keyring().priority <= 0:
        return NoSecretStore()
    return KeyringSecretStore(keyring)
