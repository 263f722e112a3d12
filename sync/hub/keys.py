"""The hub's private keys, in one file of its folder readable by its owner alone; and the key that must leave it.

`hub-keys.json` holds the identity key and the working keys. The private half of the recovery key opens every enrolled
device's database and is never needed by a running hub: it is written once to a file of its own, which an administrator
moves to a safe place without a line, and which the hub never reads.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clerk_app.errors import HubKeysDamaged
from clerk_app.journal.attested import AttestedEntry, sign_entry
from clerk_app.journal.hub_facts import Ack, HubFact, SignedAck, sign_ack, sign_hub_fact
from clerk_app.journal.hub_keys import (
    ACK_USE,
    CATALOGUE_USE,
    FACT_USE,
    HANDOVER_USE,
    ORDER_USE,
    KeyList,
    sign_key_list,
)
from clerk_app.journal.orders import Order
from clerk_app.journal.published import Published
from clerk_app.journal.signature import CATALOGUE, ORDER, public_of, sign
from clerk_app.seams import Clock, Disk, Rng
from clerk_app.security.sealing import public_of_sealing
from sync.answer import ANSWER, answer_message
from sync.wire import SIGNATURE, Request, Response

FILE_NAME = "hub-keys.json"
SIGNING_USES = (ACK_USE, FACT_USE, CATALOGUE_USE, ORDER_USE)
"""Uses of the working keys that sign; each is also the name of the private key in `HubKeys`."""
_FORMAT = "window-clerk-hub-keys-1"
_RENEWED_FORMAT = "window-clerk-hub-keys-2"
"""With retired keys: a version that does not know them must not read the file and leave them out of the list."""
_KEY_SIZE = 32
_KEYS = ("identity", "ack", "fact", "catalogue", "order", "rating", "handover", "token", "recovery_public")


@dataclass(frozen=True, slots=True)
class HubKeys:
    """Raw 32-byte private keys; `recovery_public` is a public one. `serial` and `issued_at` date the key list.

    `retired` are public keys of earlier rotations by their use, newest first.
    """

    identity: bytes
    ack: bytes
    fact: bytes
    catalogue: bytes
    order: bytes
    rating: bytes
    handover: bytes
    token: bytes
    recovery_public: bytes
    serial: int
    issued_at: int
    retired: tuple[tuple[str, bytes], ...] = ()

    def __repr__(self) -> str:
        return f"HubKeys({self.hub.hex()[:8]}, masked)"

    @property
    def hub(self) -> bytes:
        """The hub's identity: its public key."""
        return public_of(self.identity)

    @property
    def rating_public(self) -> bytes:
        """The key that grades are sealed to."""
        return public_of_sealing(self.rating)

    @property
    def handover_public(self) -> bytes:
        """The key that hand-overs are sealed to."""
        return public_of_sealing(self.handover)

    def key_list(self) -> tuple[KeyList, bytes]:
        """The working keys and the identity key's signature over them."""
        present = tuple((use, public_of(getattr(self, use))) for use in SIGNING_USES)
        sealing = (HANDOVER_USE, self.handover_public)
        listed = KeyList(self.hub, self.serial, self.issued_at, (*present, sealing, *self.retired))
        return listed, sign_key_list(self.identity, listed)

    def sign_ack(self, ack: Ack) -> SignedAck:
        """Sign an ack."""
        return sign_ack(self.ack, ack)

    def sign_fact(self, fact: HubFact) -> bytes:
        """Sign a fact of the hub."""
        return sign_hub_fact(self.fact, fact)

    def sign_order(self, order: Order) -> bytes:
        """Sign an order to a device."""
        return sign(self.order, ORDER, order.message())

    def sign_catalogue(self, published: Published) -> bytes:
        """Sign for a catalogue that is published."""
        return sign(self.catalogue, CATALOGUE, published.message())

    def sign_entry(self, attested: AttestedEntry) -> bytes:
        """Sign for an entry that is shown to another device than its own."""
        return sign_entry(self.fact, attested)

    def sign_answer(self, request: Request, response: Response) -> Response:
        """The answer with the hub's signature over request and answer."""
        signature = sign(self.ack, ANSWER, answer_message(request, response))
        return Response(response.status, {**response.headers, SIGNATURE: signature.hex()}, response.body)


def load_or_make_keys(folder: Path, clock: Clock, disk: Disk, rng: Rng) -> HubKeys:
    """The folder's keys, made on first use; two processes that start at once end with the same ones."""
    path = folder / FILE_NAME
    if not path.exists():
        _make(folder, clock, disk, rng)
    return _read(path, disk)


def _make(folder: Path, clock: Clock, disk: Disk, rng: Rng) -> None:
    recovery = rng.token(_KEY_SIZE)
    public = public_of_sealing(recovery)
    private = {name: rng.token(_KEY_SIZE).hex() for name in _KEYS[:-1]}
    dated = {"recovery_public": public.hex(), "serial": 1, "issued_at": clock.now_ms()}
    content = {"format": _FORMAT, **private, **dated}
    offline = folder / f"recovery-key-{public.hex()[:8]}-KEEP-OFFLINE.json"
    draft = folder / f"{FILE_NAME}.{public.hex()[:8]}"
    for path, stored in ((offline, {"format": _FORMAT, "recovery": recovery.hex()}), (draft, content)):
        disk.replace(path, json.dumps(stored, indent=2).encode())
        path.chmod(0o600)
    try:
        os.link(draft, folder / FILE_NAME)
    except FileExistsError:
        # Another process was first: its keys count, ours were never used.
        offline.unlink()
    draft.unlink()


def save_keys(folder: Path, keys: HubKeys, disk: Disk) -> None:
    """Put renewed keys in the place of the folder's."""
    content: dict[str, Any] = {"format": _RENEWED_FORMAT, **{name: getattr(keys, name).hex() for name in _KEYS}}
    content |= {"serial": keys.serial, "issued_at": keys.issued_at}
    content["retired"] = [[use, public.hex()] for use, public in keys.retired]
    disk.replace(folder / FILE_NAME, json.dumps(content, indent=2).encode())


def _read(path: Path, disk: Disk) -> HubKeys:
    try:
        stored = json.loads(disk.read(path))
        values = {name: bytes.fromhex(stored[name]) for name in _KEYS}
        retired = tuple((use, bytes.fromhex(public)) for use, public in stored.get("retired", ()))
        keys = HubKeys(**values, serial=stored["serial"], issued_at=stored["issued_at"], retired=retired)
        publics = (*values.values(), *(public for _use, public in retired))
        if stored["format"] not in (_FORMAT, _RENEWED_FORMAT) or any(len(key) != _KEY_SIZE for key in publics):
            raise ValueError(path.name)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HubKeysDamaged from error
    return keys
