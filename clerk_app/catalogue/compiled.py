"""A sound catalogue as one file that opens at once, however many matters it holds.

An SQLite file: the tables of the catalogue's files as JSON, one row each, beside what the search knows of every item. A
matter is made from its row when it is first asked for, by the code that reads it from TOML. The file holds everything,
so that a later version of this program can write it anew.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cached_property, partial
from pathlib import Path
from threading import Lock
from typing import Any, Generic, TypeVar

from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.catalogue.faults import Faults
from clerk_app.catalogue.files import HINTS
from clerk_app.catalogue.lazy import LazyItems, LazyWhole
from clerk_app.catalogue.listed import Listed
from clerk_app.catalogue.loader import Reading, dictionaries_of
from clerk_app.catalogue.read_hints import Known, read_hints
from clerk_app.catalogue.read_matter import Dictionaries, build_matter
from clerk_app.catalogue.read_package import build_package
from clerk_app.catalogue.search import Searchable
from clerk_app.catalogue.search_store import SCHEMA, read_listed, read_searchable, write_search
from clerk_app.catalogue.tables import Table, TomlFile
from clerk_app.domain.hints import HintRule
from clerk_app.domain.matter import Matter, MatterVersion
from clerk_app.domain.needs import LicenceKind
from clerk_app.domain.packages import Package

T = TypeVar("T")

FORMAT = 2
FIRST_FORMAT = 1
"""The format this version writes and opens, and the first that it writes anew. Since 2 there are the search's texts."""

_OF_ITEMS = ("matters/", "packages/", HINTS)
_SCHEMA = """
CREATE TABLE head (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, data TEXT NOT NULL);
"""


class NotCompiled(ValueError):
    """The file is no compiled catalogue that this version can read; the text is the reason."""


def canonical(data: Mapping[str, Any]) -> bytes:
    """The files of a catalogue as bytes that are the same for the same content: what is hashed and signed."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def identity(data: Mapping[str, Any]) -> str:
    """The id of a catalogue by its content: 64 hex digits."""
    return hashlib.sha256(canonical(data)).hexdigest()


def compile_catalogue(reading: Reading, readings: Mapping[str, str]) -> bytes:
    """The bytes of the file for a catalogue that was read and found sound; `readings` says how its names sound."""
    catalogue = reading.catalogue
    files = ((name, _json(table)) for name, table in reading.data.items())
    return _compiled({"version": catalogue.version, "label": catalogue.label}, files, catalogue.listed(), readings)


def compile_again(path: Path) -> bytes:
    """The bytes of a file of an older format as this version writes it; raise `NotCompiled`.

    It was found sound when it was taken in, so that what a later version may find wrong with it is not asked.
    """
    rows = _Rows(path, range(FIRST_FORMAT, FORMAT))
    files = rows.all("SELECT name, data FROM files ORDER BY position")
    readings = dict(rows.all("SELECT name, sound FROM readings"))
    return _compiled(dict(rows.all("SELECT key, value FROM head")), files, read_listed(rows.all), readings)


def open_compiled(path: Path) -> Catalogue:
    """The catalogue in a compiled file; raise `NotCompiled`. Only its head is read now."""
    rows = _Rows(path, [FORMAT])
    head = dict(rows.all("SELECT key, value FROM head"))
    if "version" not in head or "label" not in head:
        raise NotCompiled("head")
    opened = _Opened(rows)
    return Catalogue(
        MatterVersion(head["version"]),
        head["label"],
        matters=LazyItems(partial(rows.codes, "matter"), opened.matter),
        packages=LazyItems(partial(rows.codes, "package"), opened.package),
        situations=LazyWhole(lambda: tuple(opened.known.situations.values())),
        materials=LazyWhole(lambda: tuple(opened.known.materials.values())),
        groups=LazyWhole(lambda: tuple(opened.known.groups.values())),
        licence_kinds=LazyWhole(lambda: tuple(opened.licences.values())),
        hints=LazyWhole(opened.hints),
        listing=partial(read_listed, rows.all),
        index=partial(_searchable, rows),
    )


def data_of(path: Path) -> dict[str, Any]:
    """The catalogue's files in a compiled file, as tables by name; raise `NotCompiled`."""
    rows = _Rows(path, [FORMAT])
    return {name: json.loads(data) for name, data in rows.all("SELECT name, data FROM files ORDER BY position")}


def _compiled(
    head: Mapping[str, str], files: Iterable[tuple[Any, ...]], items: Sequence[Listed], readings: Mapping[str, str]
) -> bytes:
    with closing(sqlite3.connect(":memory:")) as base:
        base.executescript(_SCHEMA + SCHEMA)
        base.execute(f"PRAGMA user_version = {FORMAT}")
        base.executemany("INSERT INTO head VALUES (?, ?)", head.items())
        base.executemany("INSERT INTO files (name, data) VALUES (?, ?)", files)
        write_search(base, items, readings)
        base.commit()
        return base.serialize()


class _Rows:
    """The rows of an open file, for any thread."""

    def __init__(self, path: Path, formats: Container[int]) -> None:
        self._lock = Lock()
        try:
            # `immutable`: nobody writes such a file again, so that no lock and no journal is looked for.
            uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
            self._base = sqlite3.connect(uri, uri=True, check_same_thread=False)
            if self.all("PRAGMA user_version")[0][0] not in formats:
                raise NotCompiled("format")
        except sqlite3.Error as error:
            raise NotCompiled(str(error)) from error

    def all(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        try:
            with self._lock:
                return self._base.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise NotCompiled(str(error)) from error

    def codes(self, kind: str) -> list[str]:
        return [code for (code,) in self.all("SELECT code FROM items WHERE kind = ? ORDER BY position", kind)]

    def table(self, name: str) -> Table:
        """A file as a table to be read; it was found sound before, so that its faults go nowhere."""
        ((data,),) = self.all("SELECT data FROM files WHERE name = ?", name)
        return Table(TomlFile(name, "", Faults(), proved=True, places={}), (), json.loads(data))


def _searchable(rows: _Rows) -> Searchable:
    try:
        return read_searchable(rows.all)
    except KeyError as part:
        raise NotCompiled(f"search {part}") from part


class _Opened:
    """What a compiled catalogue holds, made when it is first asked for."""

    def __init__(self, rows: _Rows) -> None:
        self._rows = rows
        self._making = Lock()

    @cached_property
    def _dictionaries(self) -> tuple[Dictionaries, dict[str, LicenceKind]]:
        names = (name for (name,) in self._rows.all("SELECT name FROM files ORDER BY position"))
        tables = {name: self._rows.table(name) for name in names if not name.startswith(_OF_ITEMS)}
        known, licences, _ = dictionaries_of(tables)
        return known, licences

    @property
    def known(self) -> Dictionaries:
        with self._making:
            return self._dictionaries[0]

    @property
    def licences(self) -> dict[str, LicenceKind]:
        with self._making:
            return self._dictionaries[1]

    def matter(self, code: str) -> Matter:
        return build_matter(self._rows.table(f"matters/{code}.toml"), self.known)

    def package(self, code: str) -> Package:
        return build_package(self._rows.table(f"packages/{code}.toml"), self.known)

    def hints(self) -> tuple[HintRule, ...]:
        if not self._rows.all("SELECT 1 FROM files WHERE name = ?", HINTS):
            return ()
        elements = {field.code: field for group in self.known.groups.values() for field in group.fields}
        matters, packages = ByCode(self.matter, self._rows, "matter"), ByCode(self.package, self._rows, "package")
        known = Known(elements, self.known.situations, self.licences, self.known.materials, matters, packages)
        return read_hints(self._rows.table(HINTS), known)


class ByCode(Mapping[str, T], Generic[T]):
    """The items of a kind by code, of which only those are made that somebody asks for."""

    def __init__(self, make: Callable[[str], T], rows: _Rows, kind: str) -> None:
        self._make = make
        self._codes = dict.fromkeys(rows.codes(kind))

    def __getitem__(self, code: str) -> T:
        if code not in self._codes:
            raise KeyError(code)
        return self._make(code)

    def __iter__(self) -> Iterator[str]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
