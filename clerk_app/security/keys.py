"""`keys.json`: per clerk, the random database key wrapped by what the password yields (architecture.md, Keys).

line 1   the payload, JSON
line 2   SHA-256 of line 1, so that damage is told apart from a wrong password
line 3   HMAC of line 1 under a key derived from the database key, so that nobody without it can add a clerk
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clerk_app.errors import DiskFailed, KeysDamaged, UnknownClerk, WrongPassword
from clerk_app.seams import Disk, Rng
from clerk_app.security.derivation import subkey
from clerk_app.security.device_secret import SecretStore
from clerk_app.security.files import KEYS_FILE
from clerk_app.security.passwords import KdfCost, derive

KEY_SIZE, SALT_SIZE, NONCE_SIZE, TAG_SIZE = 32, 16, 12, 16
_FORMAT = "window-clerk-keys-1"


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """One clerk's way to the database key."""

    name: str
    cost: KdfCost
    salt: bytes
    nonce: bytes
    wrapped: bytes
    with_secret: bool


@dataclass(frozen=True, slots=True)
class Keys:
    """The content of `keys.json`. `recovery`: the database key sealed to the hub's recovery key, once enrolled."""

    store_id: str
    clerks: Mapping[str, WrappedKey] = field(default_factory=dict)
    recovery: bytes | None = None

    def with_clerk(
        self,
        clerk: str,
        name: str,
        password: str,
        database_key: bytes,
        *,
        cost: KdfCost,
        secrets: SecretStore,
        rng: Rng,
    ) -> Keys:
        """These keys with `clerk` added or given a new password. The first clerk creates the device secret."""
        existing = next(iter(self.clerks.values()), None)
        if existing is None:
            secret = secrets.create(self.store_id, rng)
        else:
            secret = secrets.load(self.store_id) if existing.with_secret else b""
        salt, nonce = rng.token(SALT_SIZE), rng.token(NONCE_SIZE)
        wrapping = derive(password, salt=salt, cost=cost, device_secret=secret)
        wrapped = AESGCM(wrapping).encrypt(nonce, database_key, _bound_to(self.store_id, clerk))
        entry = WrappedKey(name, cost, salt, nonce, wrapped, bool(secret))
        return replace(self, clerks=MappingProxyType({**self.clerks, clerk: entry}))

    def unwrap(self, clerk: str, password: str, secrets: SecretStore) -> bytes:
        """The database key; raise `UnknownClerk` or `WrongPassword`."""
        entry = self.clerks.get(clerk)
        if entry is None:
            raise UnknownClerk(clerk=clerk)
        secret = secrets.load(self.store_id) if entry.with_secret else b""
        wrapping = derive(password, salt=entry.salt, cost=entry.cost, device_secret=secret)
        try:
            return AESGCM(wrapping).decrypt(entry.nonce, entry.wrapped, _bound_to(self.store_id, clerk))
        except InvalidTag:
            raise WrongPassword from None


def save_keys(folder: Path, keys: Keys, database_key: bytes, disk: Disk) -> None:
    """Put `keys` in place durably, sealed with the database key."""
    payload = json.dumps(_to_json(keys), ensure_ascii=True, separators=(",", ":")).encode()
    checksum = hashlib.sha256(payload).hexdigest().encode()
    disk.replace(folder / KEYS_FILE, b"\n".join((payload, checksum, _mac(database_key, payload))) + b"\n")


def load_keys(folder: Path, disk: Disk) -> Keys:
    """Read `keys.json`; raise `KeysDamaged` if it is missing or not as it was written, `DiskFailed` if unreadable."""
    payload, _ = _read_lines(folder, disk)
    try:
        return _from_json(json.loads(payload))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeysDamaged from None


def check_keys(folder: Path, database_key: bytes, disk: Disk) -> None:
    """Raise `KeysDamaged` unless the file was sealed by somebody who had the database key."""
    payload, mac = _read_lines(folder, disk)
    if not hmac.compare_digest(mac, _mac(database_key, payload)):
        raise KeysDamaged


def _read_lines(folder: Path, disk: Disk) -> tuple[bytes, bytes]:
    try:
        content = disk.read(folder / KEYS_FILE)
    except FileNotFoundError:
        raise KeysDamaged from None
    except OSError as fault:
        raise DiskFailed from fault
    lines = content.split(b"\n")
    if len(lines) != 4 or lines[3] or hashlib.sha256(lines[0]).hexdigest().encode() != lines[1]:
        raise KeysDamaged
    return lines[0], lines[2]


def _mac(database_key: bytes, payload: bytes) -> bytes:
    return hmac.new(subkey(database_key, "keys.json mac"), payload, hashlib.sha256).hexdigest().encode()


def _bound_to(store_id: str, clerk: str) -> bytes:
    return f"{store_id}\0{clerk}".encode()


def _to_json(keys: Keys) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "store": keys.store_id,
        "recovery": keys.recovery.hex() if keys.recovery else None,
        "clerks": {
            clerk: {
                "name": entry.name,
                "argon2id": [entry.cost.memory_kib, entry.cost.passes, entry.cost.lanes],
                "salt": entry.salt.hex(),
                "nonce": entry.nonce.hex(),
                "wrapped": entry.wrapped.hex(),
                "with_secret": entry.with_secret,
            }
            for clerk, entry in keys.clerks.items()
        },
    }


def _from_json(payload: dict[str, Any]) -> Keys:
    if payload["format"] != _FORMAT:
        raise ValueError(payload["format"])
    clerks = {str(clerk): _wrapped_key(entry) for clerk, entry in payload["clerks"].items()}
    recovery = payload["recovery"]
    return Keys(payload["store"], MappingProxyType(clerks), bytes.fromhex(recovery) if recovery else None)


def _wrapped_key(entry: dict[str, Any]) -> WrappedKey:
    salt, nonce, wrapped = (bytes.fromhex(entry[name]) for name in ("salt", "nonce", "wrapped"))
    if (len(salt), len(nonce), len(wrapped)) != (SALT_SIZE, NONCE_SIZE, KEY_SIZE + TAG_SIZE):
        raise ValueError("a wrapped key of another size")
    memory_kib, passes, lanes = entry["argon2id"]
    cost = KdfCost(memory_kib, passes, lanes)
    return WrappedKey(str(entry["name"]), cost, salt, nonce, wrapped, entry["with_secret"])
