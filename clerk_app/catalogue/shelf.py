"""The catalogues of a desk: the one in force, and every earlier one, which drafts and papers of its time still ask for.

    catalogues/ID.FORMAT.catalogue    one compiled catalogue; ID is the SHA-256 of its content
    catalogues/shelf.json             which one is in force, and what each of them is

A new catalogue is written beside the others first; one file put in place of another then makes it the one in force. A
process that dies on the way leaves the old one, or the new one, never a part of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import RLock
from typing import Any, Literal, Protocol

from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.catalogue.compiled import (
    FORMAT,
    NotCompiled,
    compile_again,
    compile_catalogue,
    data_of,
    identity,
    open_compiled,
)
from clerk_app.catalogue.files import FolderFiles
from clerk_app.catalogue.loader import SHIPPED, Reading, read_files
from clerk_app.catalogue.readings import make_readings, names_of
from clerk_app.errors import CatalogueDamaged, NoSuchVersion, VersionTaken
from clerk_app.failpoints import failpoint
from clerk_app.seams import Disk

FOLDER = "catalogues"
_NOTE = "shelf.json"

Origin = Literal["imported", "published"]


class Catalogues(Protocol):
    """The catalogues a desk knows."""

    def current(self) -> Catalogue:
        """The one in force, for whatever begins now; the same object until another one is put in force."""

    def version(self, version: str) -> Catalogue:
        """The one with this version; raise `NoSuchVersion`."""


@dataclass(frozen=True, slots=True)
class OneCatalogue:
    """Nothing but one catalogue."""

    catalogue: Catalogue

    def current(self) -> Catalogue:
        return self.catalogue

    def version(self, version: str) -> Catalogue:
        if version != self.catalogue.version:
            raise NoSuchVersion(version=version)
        return self.catalogue


@dataclass(frozen=True, slots=True)
class Kept:
    """A catalogue on the shelf: its content's id, its version, where it came from, and the SHA-256 of its file.

    `serial` is the platform's number of a published one, 0 of an imported one; `format` that of the file.
    """

    id: str
    version: str
    label: str
    origin: Origin
    digest: str
    serial: int = 0
    format: int = 1


class Shelf:
    """The catalogues in a data folder. Any thread may ask; one at a time puts a new one in force."""

    def __init__(self, folder: Path, disk: Disk, shipped: Callable[[], Catalogue]) -> None:
        self._folder = folder / FOLDER
        self._disk = disk
        self._shipped = shipped
        self._open: dict[str, Catalogue] = {}
        self._lock = RLock()
        self._note: tuple[Kept | None, tuple[Kept, ...]] = (None, ())
        self._seen: object = None

    @property
    def in_force(self) -> Kept | None:
        """What is known of the catalogue in force; None while it is the shipped one."""
        return self._fresh_note()[0]

    @property
    def kept(self) -> tuple[Kept, ...]:
        """Every catalogue that was ever in force here, the oldest first."""
        return self._fresh_note()[1]

    def is_whole(self) -> bool:
        """Whether the catalogue in force can be opened."""
        try:
            self.current()
        except CatalogueDamaged:
            return False
        return True

    def current(self) -> Catalogue:
        """The catalogue in force, else the shipped one; raise `CatalogueDamaged`."""
        kept = self.in_force
        return self._shipped() if kept is None else self._opened(kept)

    def version(self, version: str) -> Catalogue:
        """The catalogue of this version; raise `NoSuchVersion`, `CatalogueDamaged`."""
        for kept in self.kept:
            if kept.version == version:
                return self._opened(kept)
        # Last, since it is read from its many files when it is first asked for.
        if version == self._shipped().version:
            return self._shipped()
        raise NoSuchVersion(version=version)

    def data(self) -> dict[str, Any]:
        """The files of the catalogue in force as tables by name; of the shipped one none."""
        if self.in_force is None:
            return {}
        self.current()  # which writes a file of an earlier format anew
        kept = self.in_force
        try:
            return data_of(self._path(kept))
        except NotCompiled:
            raise CatalogueDamaged(version=kept.version) from None

    def put(self, reading: Reading, origin: Origin, *, serial: int = 0) -> Kept:
        """Put a sound catalogue in force; the same one again changes nothing.

        Raises `VersionTaken` where another content was in force here under this version: a case could no longer tell
        which of them it began with.
        """
        with self._lock:
            version, found = reading.catalogue.version, identity(reading.data)
            same = next((kept for kept in self.kept if kept.id == found), None)
            taken = any(version == kept.version for kept in self.kept) or self._is_other_than_shipped(reading, found)
            if same is None and taken:
                raise VersionTaken(version=version)
            content = compile_catalogue(reading, make_readings(names_of(reading.catalogue.listed())))
            digest = hashlib.sha256(content).hexdigest()
            new = Kept(found, version, reading.catalogue.label, origin, digest, serial, FORMAT)
            self._folder.mkdir(exist_ok=True)
            self._disk.replace(self._path(new), content)
            failpoint("catalogue.kept")
            others = tuple(kept for kept in self.kept if kept.id != found)
            self._write_note(new, (*others, new))
            self._open.pop(found, None)
            return new

    def _is_other_than_shipped(self, reading: Reading, found: str) -> bool:
        """Whether it bears the shipped catalogue's version and is another one."""
        if reading.catalogue.version != self._shipped().version:
            return False
        return found != identity(read_files(FolderFiles(SHIPPED)).data)

    def _opened(self, kept: Kept) -> Catalogue:
        with self._lock:
            if kept.id not in self._open:
                try:
                    if hashlib.sha256(self._disk.read(self._path(kept))).hexdigest() != kept.digest:
                        raise NotCompiled("digest")
                    now = kept if kept.format == FORMAT else self._compiled_again(kept)
                    self._open[kept.id] = open_compiled(self._path(now))
                except (OSError, NotCompiled):
                    raise CatalogueDamaged(version=kept.version) from None
            return self._open[kept.id]

    def _compiled_again(self, kept: Kept) -> Kept:
        """A catalogue that an earlier version of this program compiled, in the format of this one."""
        content = compile_again(self._path(kept))
        new = replace(kept, digest=hashlib.sha256(content).hexdigest(), format=FORMAT)
        self._disk.replace(self._path(new), content)
        self._write_note(self.in_force or new, tuple(new if one.id == new.id else one for one in self.kept))
        self._path(kept).unlink(missing_ok=True)
        return new

    def _path(self, kept: Kept) -> Path:
        format_ = "" if kept.format == 1 else f".{kept.format}"
        return self._folder / f"{kept.id}{format_}.catalogue"

    def _fresh_note(self) -> tuple[Kept | None, tuple[Kept, ...]]:
        """The note, read again when a sync of this process, or another process, has put a new one in its place."""
        with self._lock:
            try:
                now = (self._folder / _NOTE).stat()
                seen = now.st_ino, now.st_mtime_ns, now.st_size
            except OSError:
                seen = None
            if seen != self._seen or seen is None:
                self._note, self._seen = self._read_note(), seen
            return self._note

    def _read_note(self) -> tuple[Kept | None, tuple[Kept, ...]]:
        try:
            note = json.loads(self._disk.read(self._folder / _NOTE))
            kept = tuple(Kept(**item) for item in note["kept"])
            in_force = next(item for item in kept if item.id == note["in_force"])
        except FileNotFoundError:
            return None, ()
        except (OSError, ValueError, TypeError, KeyError, StopIteration):
            raise CatalogueDamaged(version="?") from None
        return in_force, kept

    def _write_note(self, in_force: Kept, kept: tuple[Kept, ...]) -> None:
        note = {"in_force": in_force.id, "kept": [asdict(item) for item in kept]}
        content = json.dumps(note, ensure_ascii=False, indent=1).encode()
        self._disk.replace(self._folder / _NOTE, content)
        failpoint("catalogue.in_force")
