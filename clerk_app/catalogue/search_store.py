"""The search's texts in a compiled catalogue: made when it is compiled, so that the first search waits for nothing.

The long strings are read whole; items, readings and the sets of letters row by row, for the few that a search needs.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from clerk_app.catalogue.listed import Listed, in_search_order
from clerk_app.catalogue.search import Searchable
from clerk_app.catalogue.search_texts import Rows, SearchTexts, Sounds, make_sets, make_texts

SCHEMA = """
CREATE TABLE items (
    place INTEGER PRIMARY KEY, position INTEGER NOT NULL, kind TEXT NOT NULL, code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL, aliases TEXT NOT NULL, channels TEXT NOT NULL, audiences TEXT NOT NULL);
CREATE TABLE readings (name TEXT PRIMARY KEY, sound TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE texts (part TEXT PRIMARY KEY, text TEXT NOT NULL, owners BLOB NOT NULL, starts BLOB NOT NULL);
CREATE TABLE sets (key TEXT PRIMARY KEY, bits BLOB NOT NULL);
"""
"""An item's `place` is that in the order of the search, its `position` that in the order of the files."""

Query = Callable[..., list[tuple[Any, ...]]]
"""Runs a query with its values and gives all rows; any thread may ask."""

_ROWS = ("codes", "names", "aliases", "like", "initials")
_COLUMNS = "kind, code, name, aliases, channels, audiences"


def write_search(base: sqlite3.Connection, items: Sequence[Listed], readings: Mapping[str, str]) -> None:
    """Fill the tables of `SCHEMA`; `items` stand in the order of the files, `readings` says how their names sound."""
    positions = {item.code: position for position, item in enumerate(items)}
    ordered = in_search_order(items)
    rows = (
        (place, positions[item.code], item.kind, item.code, item.name, *map(_json, _lists(item)))
        for place, item in enumerate(ordered)
    )
    base.executemany(f"INSERT INTO items (place, position, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)  # noqa: S608 - our names
    base.executemany("INSERT INTO readings VALUES (?, ?)", sorted(readings.items()))
    base.executemany("INSERT INTO texts VALUES (?, ?, ?, ?)", _texts(make_texts(ordered, readings, lambda _: 0)))
    sets = sorted(make_sets(ordered).items())
    base.executemany("INSERT INTO sets VALUES (?, ?)", ((key, _octets(bits)) for key, bits in sets))


def read_listed(query: Query) -> list[Listed]:
    """Every item, in the order of the files."""
    return [_listed(row) for row in query(f"SELECT {_COLUMNS} FROM items ORDER BY position")]  # noqa: S608 - our names


def read_searchable(query: Query) -> Searchable:
    """What the search looks through; raises `KeyError` where a part is missing."""

    def having(key: str) -> int:
        found = query("SELECT bits FROM sets WHERE key = ?", key)
        return int.from_bytes(found[0][0], "little") if found else 0

    def places(codes: Sequence[str]) -> dict[str, int]:
        asked = "SELECT code, place FROM items WHERE code IN (SELECT value FROM json_each(?))"
        return dict(query(asked, _json(list(codes))))

    def items(places: Sequence[int]) -> list[Listed]:
        asked = f"SELECT place, {_COLUMNS} FROM items WHERE place IN (SELECT value FROM json_each(?))"  # noqa: S608 - our names
        found = {place: _listed(row) for place, *row in query(asked, _json(list(places)))}
        return [found[place] for place in places]

    def readings(names: Sequence[str]) -> dict[str, str]:
        asked = "SELECT name, sound FROM readings WHERE name IN (SELECT value FROM json_each(?))"
        return dict(query(asked, _json(list(names))))

    parts = {part: rows for part, *rows in query("SELECT part, text, owners, starts FROM texts")}
    rows = {part: Rows(parts[part][0], *map(_numbers, parts[part][1:])) for part in (*_ROWS, "sounds")}
    sounds = Sounds(rows.pop("sounds"), parts["cased"][0])
    count = query("SELECT count(*) FROM items")[0][0]
    return Searchable(count, SearchTexts(sounds=sounds, having=having, **rows), places, items, readings)


def _texts(texts: SearchTexts) -> Iterator[tuple[str, str, bytes, bytes]]:
    for part in _ROWS:
        rows = getattr(texts, part)
        yield part, rows.text, _packed(rows.owners), _packed(rows.starts)
    rows = texts.sounds.rows
    yield "sounds", rows.text, _packed(rows.owners), _packed(rows.starts)
    yield "cased", texts.sounds.cased, b"", b""


def _lists(item: Listed) -> Iterable[tuple[str, ...]]:
    return item.aliases, item.channels, item.audiences


def _listed(row: Sequence[Any]) -> Listed:
    kind, code, name, *lists = row
    return Listed(kind, code, name, *(tuple(json.loads(item)) for item in lists))


def _octets(bits: int) -> bytes:
    return bits.to_bytes((bits.bit_length() + 7) // 8, "little")


def _packed(numbers: array[int]) -> bytes:
    return _little(numbers).tobytes()


def _numbers(packed: bytes) -> array[int]:
    found = array("I")
    found.frombytes(packed)
    return _little(found)


def _little(numbers: array[int]) -> array[int]:
    """The numbers in the order of bytes that the file has, or back."""
    if sys.byteorder == "little":
        return numbers
    turned = array("I", numbers)
    turned.byteswap()
    return turned


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
