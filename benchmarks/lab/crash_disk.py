"""What a disk may hold after the power failed: a model harsher than most real disks, on purpose.

Data not yet fsynced may be there, missing, reordered or torn at 512 bytes. The name of a created file is durable after
an fsync of the file (ext4, NTFS) or of its folder; a renamed or removed one after an fsync of the folder.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Literal

SECTOR = 512

How = Literal["none", "all", "some"]
"""What became of everything that was not yet forced to the disk."""


@dataclass(frozen=True, slots=True)
class Create:
    """A new, empty file."""

    path: str


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes at an offset."""

    path: str
    offset: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """Cut or extend to a size."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """fsync of a file or a folder."""

    path: str


@dataclass(frozen=True, slots=True)
class Rename:
    """One name in place of another."""

    path: str
    to: str


@dataclass(frozen=True, slots=True)
class Unlink:
    """Remove a name."""

    path: str


@dataclass(frozen=True, slots=True)
class Told:
    """The moment a person is told that `what` is safe."""

    what: str


Change = Write | Truncate
Operation = Create | Write | Truncate | Sync | Rename | Unlink | Told


@dataclass(slots=True)
class _File:
    durable: bytes = b""
    pending: list[Change] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Naming:
    """A change of names that is not yet durable; `file` is None for a removal, `old` set for a rename."""

    name: str
    file: int | None
    old: str | None = None


class CrashDisk:
    """Follows operations; `crash` says what may be left."""

    def __init__(self, durable: Mapping[str, bytes]) -> None:
        self._files = {number: _File(content) for number, content in enumerate(durable.values())}
        self._live = {path: number for number, path in enumerate(durable)}
        self._names = dict(self._live)
        self._renaming: list[_Naming] = []

    def apply(self, operation: Operation) -> None:
        """Let one operation happen."""
        match operation:
            case Create(path):
                self._create(path)
            case Write(path) | Truncate(path):
                self._file(path).pending.append(operation)
            case Sync(path):
                self._sync(path)
            case Rename(path, to):
                if path in self._live:
                    self._live[to] = self._live.pop(path)
                    self._renaming.append(_Naming(to, self._live[to], path))
            case Unlink(path):
                self._live.pop(path, None)
                self._renaming.append(_Naming(path, None))

    def crash(self, random: Random, how: How) -> dict[str, bytes]:
        """The files one power failure may leave."""
        names = dict(self._names)
        for naming in self._renaming:
            if how == "all" or (how == "some" and random.random() < 0.5):
                _rename(names, naming)
        return {name: self._survivor(self._files[number], random, how) for name, number in names.items()}

    def _survivor(self, file: _File, random: Random, how: How) -> bytes:
        pending: Sequence[Change] = file.pending if how != "none" else ()
        if how == "some":
            pending = [_torn(change, random) for change in pending if random.random() < 0.6]
        return _build(file.durable, pending)

    def _create(self, path: str) -> None:
        if path not in self._live:
            number = len(self._files)
            self._live[path] = number
            self._files[number] = _File()
            self._renaming.append(_Naming(path, number))

    def _file(self, path: str) -> _File:
        self._create(path)
        return self._files[self._live[path]]

    def _sync(self, path: str) -> None:
        number = self._live.get(path)
        if number is None:
            self._settle(lambda naming: posixpath.dirname(naming.name) == path)
            return
        file = self._files[number]
        self._files[number] = _File(_build(file.durable, file.pending))
        self._settle(lambda naming: naming.file == number and naming.old is None)

    def _settle(self, is_durable: Callable[[_Naming], bool]) -> None:
        for naming in self._renaming:
            if is_durable(naming):
                _rename(self._names, naming)
        self._renaming = [naming for naming in self._renaming if not is_durable(naming)]


def _rename(names: dict[str, int], naming: _Naming) -> None:
    if naming.old is not None:
        names.pop(naming.old, None)
    if naming.file is None:
        names.pop(naming.name, None)
    else:
        names[naming.name] = naming.file


def _torn(change: Change, random: Random) -> Change:
    if isinstance(change, Write) and len(change.content) > SECTOR and random.random() < 0.3:
        return replace(change, content=change.content[: SECTOR * random.randrange(len(change.content) // SECTOR + 1)])
    return change


def _build(durable: bytes, changes: Sequence[Change]) -> bytes:
    content = bytearray(durable)
    for change in changes:
        match change:
            case Truncate(_, size):
                content = content[:size] + bytes(max(0, size - len(content)))
            case Write(_, offset, written):
                content += bytes(max(0, offset - len(content)))
                content[offset : offset + len(written)] = written
    return bytes(content)
