"""Changing the hub's working keys while it is served.

New keys are made for every use, with a higher serial; the public halves of the old ones stay in the signed list,
behind the present one, and so stay good for what they signed. Their private halves are gone: they sign nothing more.

The newest keys lie in the database, sealed under a key that only holders of the identity key can derive, so that every
process on it takes them up; and in `hub-keys.json`, so that a database put back from a backup does not bring old keys
back. Whichever serial is higher counts.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select

from clerk_app.errors import HubKeysDamaged
from clerk_app.failpoints import failpoint
from clerk_app.journal.hub_keys import ACK_USE, ORDER_USE
from clerk_app.journal.signature import public_of
from clerk_app.seams import Clock, Disk, Rng
from clerk_app.security.derivation import subkey
from sync.hub.keys import SIGNING_USES, HubKeys, save_keys
from sync.hub.order_keys import sign_orders_anew
from sync.hub.schema import meta
from sync.hub.store import HubStore, insert_or_nothing

WORKING_KEYS = "working_keys"
"""Named value of the database: hex of nonce 12 ‖ AES-256-GCM of the JSON below."""
_PURPOSE = "hub working keys"
_KEPT_IN_DATABASE = (*SIGNING_USES, "token")
_NONCE = 12
_DROPPED_IF_STOLEN = (ACK_USE, ORDER_USE)
"""What a thief could use at a desk by itself. A fact or catalogue reaches a desk only in an answer signed by the ack
key, and its old signatures must go on to verify where it is kept."""


def renewed(keys: HubKeys, *, now_ms: int, rng: Rng, stolen: bool = False) -> HubKeys:
    """The keys with new working ones.

    `stolen`: what the old ack and order keys signed is no longer believed, and every token has to be asked for again.
    """
    retired = [(use, public_of(getattr(keys, use))) for use in SIGNING_USES]
    kept = [(use, public) for use, public in (*retired, *keys.retired) if not (stolen and use in _DROPPED_IF_STOLEN)]
    # By time, so that keys made after a restore are newer than those that the restore took back.
    serial = max(keys.serial + 1, now_ms // 1000)
    fresh: dict[str, Any] = {name: rng.token(32) for name in (_KEPT_IN_DATABASE if stolen else SIGNING_USES)}
    return replace(keys, **fresh, serial=serial, issued_at=now_ms, retired=tuple(kept))


def rotate(
    folder: Path, store: HubStore, keys: HubKeys, *, clock: Clock, disk: Disk, rng: Rng, stolen: bool = False
) -> HubKeys:
    """Put new working keys in the place of the present ones, for every process; return them.

    `keys` is what the folder holds. Raises `HubKeysDamaged` or `OSError`, and database errors as they are.
    """
    with store.writing() as connection:
        # Two rotations at once must not both follow the same keys: the row is there from now on, and locked.
        insert_or_nothing(connection, meta, {"name": WORKING_KEYS, "value": ""})
        row = select(meta.c.value).where(meta.c.name == WORKING_KEYS).with_for_update()
        present = newest(keys, connection.execute(row).scalar_one())
        fresh = renewed(present, now_ms=clock.now_ms(), rng=rng, stolen=stolen)
        sealed = _seal(fresh, rng)
        connection.execute(meta.update().where(meta.c.name == WORKING_KEYS).values(value=sealed))
        if stolen:
            sign_orders_anew(connection, present, fresh)
        failpoint("keys.before_commit")
    failpoint("keys.after_commit")
    save_keys(folder, fresh, disk)
    failpoint("keys.saved")
    return fresh


def newest(keys: HubKeys, sealed: str | None) -> HubKeys:
    """The newer of the folder's keys and those of the database; raise `HubKeysDamaged` if these are another hub's."""
    if not sealed:
        return keys
    found = _open(keys, sealed)
    return found if found.serial > keys.serial else keys


def _seal(keys: HubKeys, rng: Rng) -> str:
    content: dict[str, Any] = {name: getattr(keys, name).hex() for name in _KEPT_IN_DATABASE}
    content |= {"serial": keys.serial, "issued_at": keys.issued_at}
    content["retired"] = [[use, public.hex()] for use, public in keys.retired]
    nonce = rng.token(_NONCE)
    return (nonce + _cipher(keys).encrypt(nonce, json.dumps(content).encode(), None)).hex()


def _open(keys: HubKeys, sealed: str) -> HubKeys:
    try:
        content = bytes.fromhex(sealed)
        stored = json.loads(_cipher(keys).decrypt(content[:_NONCE], content[_NONCE:], None))
        fresh: dict[str, Any] = {name: bytes.fromhex(stored[name]) for name in _KEPT_IN_DATABASE}
        retired = tuple((use, bytes.fromhex(public)) for use, public in stored["retired"])
        return replace(keys, **fresh, serial=stored["serial"], issued_at=stored["issued_at"], retired=retired)
    except (InvalidTag, ValueError, KeyError, TypeError) as error:
        raise HubKeysDamaged from error


def _cipher(keys: HubKeys) -> AESGCM:
    return AESGCM(subkey(keys.identity, _PURPOSE))
