"""The parts of a running hub, put together from its folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from clerk_app.errors import DiskFailed, HubStoreFailed, NoHub
from clerk_app.journal.hub_keys import KeyList
from clerk_app.seams import Clock, Disk, Rng
from sync.hub.keys import FILE_NAME, HubKeys, load_or_make_keys
from sync.hub.shelf import Shelf
from sync.hub.store import HubStore


@dataclass(frozen=True, slots=True)
class Hub:
    """Database, keys, blobs, time and randomness of one hub. Stateless: everything is in database and folder."""

    store: HubStore
    keys: HubKeys
    shelf: Shelf
    clock: Clock
    rng: Rng
    key_list: KeyList
    key_list_signature: bytes

    @property
    def identity(self) -> bytes:
        """The hub's public identity key."""
        return self.key_list.hub

    def close(self) -> None:
        """Close every connection."""
        self.store.close()


@dataclass(frozen=True, slots=True)
class HubSeams:
    """The doors to the world outside that a hub uses."""

    clock: Clock
    disk: Disk
    rng: Rng


def open_hub(folder: Path, seams: HubSeams, url: str | None = None) -> Hub:
    """Open the hub in `folder`, making what is missing; raise `HubStoreFailed`, `HubKeysDamaged` or `DiskFailed`."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        keys = load_or_make_keys(folder, seams.clock, seams.disk, seams.rng)
        shelf = Shelf(folder / "blobs")
    except OSError as error:
        raise DiskFailed from error
    try:
        store = HubStore.open(folder, url)
    except SQLAlchemyError as error:
        raise HubStoreFailed from error
    return Hub(store, keys, shelf, seams.clock, seams.rng, *keys.key_list())


def require_hub(folder: Path) -> None:
    """Raise `NoHub` if there is no hub in `folder` yet."""
    if not (folder / FILE_NAME).exists():
        raise NoHub(folder=str(folder))
