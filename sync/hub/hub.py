"""The parts of a running hub, put together from its folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from clerk_app.errors import DiskFailed, HubStoreFailed, NoHub
from clerk_app.journal.hub_keys import KeyList
from clerk_app.seams import Clock, Disk, Rng
from sync.hub.keys import FILE_NAME, HubKeys, load_or_make_keys
from sync.hub.rotation import WORKING_KEYS, newest
from sync.hub.shelf import Shelf, open_shelf
from sync.hub.store import HubStore

BLOBS = "blobs"
"""Named value: where this hub keeps its blobs."""


@dataclass(frozen=True, slots=True)
class Hub:
    """Database, keys, blobs, time and randomness of one hub. Stateless: everything is in database and folder.

    `sealed_keys` is what the database held when `keys` were read.
    """

    store: HubStore
    keys: HubKeys
    shelf: Shelf
    clock: Clock
    rng: Rng
    key_list: KeyList
    key_list_signature: bytes
    sealed_keys: str | None = None

    @property
    def identity(self) -> bytes:
        """The hub's public identity key."""
        return self.key_list.hub

    def with_newest_keys(self) -> Hub:
        """This hub with the keys that count now; itself if they are the same. Raises `HubKeysDamaged`."""
        sealed = self.store.value(WORKING_KEYS)
        if sealed == self.sealed_keys:
            return self
        keys = newest(self.keys, sealed)
        listed, signature = keys.key_list()
        return replace(self, keys=keys, key_list=listed, key_list_signature=signature, sealed_keys=sealed)

    def close(self) -> None:
        """Close every connection."""
        self.store.close()


@dataclass(frozen=True, slots=True)
class HubSeams:
    """The doors to the world outside that a hub uses."""

    clock: Clock
    disk: Disk
    rng: Rng


def open_hub(folder: Path, seams: HubSeams, url: str | None = None, blobs: str | None = None) -> Hub:
    """Open the hub in `folder`, making what is missing.

    `blobs` is where blobs are kept (`open_shelf`); what was said once is remembered, so that every process and command
    finds them. Raises `HubStoreFailed`, `HubKeysDamaged` or `DiskFailed`, and what `open_shelf` raises.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        keys = load_or_make_keys(folder, seams.clock, seams.disk, seams.rng)
    except OSError as error:
        raise DiskFailed from error
    try:
        store = HubStore.open(folder, url)
    except SQLAlchemyError as error:
        raise HubStoreFailed from error
    try:
        shelf = _open_shelf(folder, store, blobs)
        return Hub(store, keys, shelf, seams.clock, seams.rng, *keys.key_list()).with_newest_keys()
    except BaseException:
        store.close()
        raise


def _open_shelf(folder: Path, store: HubStore, place: str | None) -> Shelf:
    try:
        known = store.value(BLOBS) or ""
        shelf = open_shelf(folder, known if place is None else place)
        if place is not None and place != known:
            store.put_value(BLOBS, place)
    except SQLAlchemyError as error:
        raise HubStoreFailed from error
    except OSError as error:
        raise DiskFailed from error
    return shelf


def require_hub(folder: Path) -> None:
    """Raise `NoHub` if there is no hub in `folder` yet."""
    if not (folder / FILE_NAME).exists():
        raise NoHub(folder=str(folder))
