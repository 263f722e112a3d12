"""Stores for tests: cheap to open, with a clock, a disk, chance and a key store that do as they are told."""

from __future__ import annotations

import errno
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Literal, TypeVar

from clerk_app.errors import KeysDamaged
from clerk_app.journal.entry import Entry
from clerk_app.seams import Clock, Disk, Rng, SystemDisk
from clerk_app.security.device_secret import NoSecretStore, SecretStore
from clerk_app.security.keys import load_keys
from clerk_app.security.passwords import KdfCost
from clerk_app.store.folder import DataFolder
from clerk_app.store.store import Store
from clerk_app.store.verify import Verification, inspect_folder
from tests.helpers.commands import Ran, clerk

T = TypeVar("T")

CLERK, NAME, PASSWORD = "0312", "王例", "Example-2026"
CHEAP = KdfCost(64, 1, 1)
START_MS = 1_795_305_600_000  # 2026-11-22 08:00 in Beijing
OPENED = {"session": "b" * 16, "ticket": "A037"}


@dataclass
class SetClock:
    """Stands still until a test moves it."""

    now: int = START_MS
    running: float = 1_000.0

    def now_ms(self) -> int:
        return self.now

    def monotonic(self) -> float:
        return self.running

    def running_s(self) -> float:
        return self.running

    def wait(self, seconds: float) -> None:
        """Let time pass on a running machine."""
        self.now += int(seconds * 1000)
        self.running += seconds


class SeededRng:
    """The same bytes for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def token(self, size: int) -> bytes:
        return self._random.randbytes(size)


class KeptSecrets:
    """A key store of the operating system that works."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def create(self, store_id: str, rng: Rng) -> bytes:
        self.kept[store_id] = rng.token(32)
        return self.kept[store_id]

    def load(self, store_id: str) -> bytes:
        if store_id not in self.kept:
            raise KeysDamaged
        return self.kept[store_id]


Failure = Literal["before", "after", "for_good"]
"""A call that does nothing and fails; one that does its work and fails at the end; the disk fails from then on."""


class FailingDisk:
    """Works until the `nth` call, which raises `error` in the way of `failure`. A full disk can still be read."""

    def __init__(self, nth: int, error: int, failure: Failure) -> None:
        self.calls = 0
        self._nth = nth
        self._error = error
        self._failure = failure
        self._disk = SystemDisk()

    @property
    def failed(self) -> bool:
        """Whether the moment came."""
        return self.calls >= self._nth

    def read(self, path: Path) -> bytes:
        if self._error == errno.ENOSPC:
            return self._disk.read(path)
        return self._call(path, lambda: self._disk.read(path))

    def replace(self, path: Path, content: bytes) -> None:
        self._call(path, lambda: self._disk.replace(path, content))

    def compose(self, path: Path, write: Callable[[BinaryIO], T]) -> T:
        return self._call(path, lambda: self._disk.compose(path, write))

    def destroy(self, path: Path) -> None:
        self._call(path, lambda: self._disk.destroy(path))

    def write_sector(self, path: Path, content: bytes, *, durable: bool) -> None:
        self._call(path, lambda: self._disk.write_sector(path, content, durable=durable))

    def _call(self, path: Path, work: Callable[[], T]) -> T:
        self.calls += 1
        now = self.calls == self._nth or (self._failure == "for_good" and self.failed)
        if now and self._failure != "after":
            raise OSError(self._error, "by order of a test", str(path))
        done = work()
        if now:
            raise OSError(self._error, "by order of a test", str(path))
        return done


@dataclass(frozen=True)
class Desk:
    """One laptop: its data folder and the world around it."""

    folder: DataFolder
    clock: Clock = field(default_factory=SetClock)
    disk: Disk = field(default_factory=SystemDisk)
    rng: Rng = field(default_factory=lambda: SeededRng(7))
    secrets: SecretStore = field(default_factory=NoSecretStore)

    @property
    def set_clock(self) -> SetClock:
        """The clock, where it is one that a test sets."""
        assert isinstance(self.clock, SetClock)
        return self.clock

    def create(self, *, practice: bool = False, password: str = PASSWORD) -> Store:
        """A new store with its first clerk."""
        return Store.create(
            self.folder,
            clerk=CLERK,
            name=NAME,
            password=password,
            practice=practice,
            cost=CHEAP,
            clock=self.clock,
            disk=self.disk,
            rng=self.rng,
            secrets=self.secrets,
        )

    def open(self, password: str = PASSWORD, clerk: str = CLERK) -> Store:
        """The store, opened to look at."""
        return Store.open(
            self.folder,
            clerk=clerk,
            password=password,
            clock=self.clock,
            disk=self.disk,
            rng=self.rng,
            secrets=self.secrets,
        )

    def open_settled(self) -> Store:
        """The store, ready for writing."""
        store = self.open()
        try:
            store.settle()
        except BaseException:
            store.close()
            raise
        return store

    def inspect(self, password: str = PASSWORD) -> Verification:
        """What `clerk verify` finds."""
        return inspect_folder(
            self.folder,
            clerk=CLERK,
            password=password,
            clock=self.clock,
            disk=self.disk,
            rng=self.rng,
            secrets=self.secrets,
        )

    def database_key(self) -> bytes:
        """The key itself."""
        return load_keys(self.folder.path, self.disk).unwrap(CLERK, PASSWORD, self.secrets)

    def copied_to(self, place: Path) -> Desk:
        """The same laptop on another disk."""
        for source, target in ((self.folder.path, place / "data"), (self.folder.state, place / "state")):
            shutil.copytree(source, target)
        return replace(self, folder=DataFolder(place / "data", place / "state"))


def desk_at(place: Path, **world: Any) -> Desk:
    """A laptop whose data and state folders lie in `place`."""
    return Desk(DataFolder(place / "data", place / "state"), **world)


def clerk_at(desk: Desk, *arguments: str | Path, password: str = PASSWORD) -> Ran:
    """Run `clerk` on the store of a laptop."""
    env = {"CLERK_PASSWORD": password, "CLERK_STATE_DIR": str(desk.folder.state)}
    return clerk(*arguments, "--data", desk.folder.path, "--clerk", CLERK, env=env)


def append(store: Store, stream: str, kind: str = "visit.opened", body: dict[str, Any] | None = None) -> Entry:
    """One act in a transaction of its own; a visit is opened unless told otherwise."""
    with store.write(CLERK) as unit:
        entry = unit.append(stream, kind, OPENED if body is None else body)
        unit.commit()
    return entry


def hashes(store: Store) -> list[bytes]:
    """The hashes of all entries in the order they were written."""
    with store.read() as connection:
        return list(connection.exec_driver_sql("SELECT hash FROM entries ORDER BY n").scalars())
