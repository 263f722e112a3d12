"""Finding one of 20,000 matters, against what bare SQLite does with the same rows."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.lab.search_workload import Workload, make_workload
from benchmarks.report import Section, compare
from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.catalogue.compiled import compile_catalogue, open_compiled
from clerk_app.catalogue.loader import Reading
from clerk_app.catalogue.search import ENOUGH, SearchIndex, searchable
from clerk_app.catalogue.search_texts import normal
from clerk_app.domain.matter import MatterVersion
from clerk_app.services.find import Finder

SECTION, TITLE = "search", "Finding a matter among 20,000"
ROUNDS = 3
FRAME_MS = 16.0
FIRST_MS = 100.0
BARE = "LIKE over name, pinyin and initials in SQLite"
MATTERS_IN_USE = 300
FIRST_SEARCHES = 20


def run(bench: Bench) -> Section:
    """First hits for every word typed, warm, one at a time, as keys come; and those of a catalogue just opened."""
    load = make_workload()
    index, bare = SearchIndex(searchable(load.items, load.readings), load.uses), _bare(load)
    compiled = bench.folder("search") / "large.catalogue"
    compiled.write_bytes(_compiled(load))
    in_use = dict(islice(((code, uses) for code, uses in load.uses.items() if uses), MATTERS_IN_USE))
    ours: list[Sequence[float]] = []
    other: list[Sequence[float]] = []
    first: list[Sequence[float]] = []
    for _ in range(bench.rounds_or(ROUNDS)):
        ours.append(_timed(index.search, load.typed))
        other.append(_timed(bare, load.typed))
        first.append(_timed(partial(_opened_and_searched, compiled, in_use), load.typed[:FIRST_SEARCHES]))
    what = "first hits among 20,000 matters"
    lines = [
        compare(f"{what}, median", BARE, "ms", ours, other, aim=None),
        compare(f"{what}, 99th percentile", BARE, "ms", ours, other, aim=None, share=0.99),
        compare(f"{what}, 99th percentile", "one frame", "ms", ours, [[FRAME_MS]] * len(ours), aim=1.0, share=0.99),
        compare(
            f"opening a compiled catalogue and {what}, median",
            "what nobody notices",
            "ms",
            first,
            [[FIRST_MS]] * len(first),
            aim=1.0,
        ),
    ]
    return Section(SECTION, TITLE, lines)


def _compiled(load: Workload) -> bytes:
    catalogue = Catalogue(MatterVersion("1"), "", (), listing=lambda: load.items)
    return compile_catalogue(Reading(catalogue, (), {}), load.readings)


def _opened_and_searched(path: Path, uses: Mapping[str, int], text: str) -> None:
    """As a desk does at the first key of a day: the catalogue is opened, then searched."""
    hashlib.sha256(path.read_bytes()).digest()
    opened = open_compiled(path)
    Finder(lambda: opened, dict, lambda: uses).search(text)


def _timed(search: Callable[[str], object], typed: Sequence[str]) -> list[float]:
    times = []
    for text in typed:
        begun = time.perf_counter()
        search(text)
        times.append((time.perf_counter() - begun) * 1000)
    return times


def _bare(load: Workload) -> Callable[[str], object]:
    """The rows in memory, asked for what contains the text: no ranking, no slips, no order of syllables."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE item(code TEXT, name TEXT, sound TEXT, initials TEXT)")
    rows = [(item.code, normal(item.name), load.readings[item.name].split()) for item in load.items]
    joined = [(code, name, "".join(parts), "".join(part[0] for part in parts)) for code, name, parts in rows]
    db.executemany("INSERT INTO item VALUES (?, ?, ?, ?)", joined)

    def search(text: str) -> object:
        like = f"%{text}%"
        # The unary plus keeps an old SQLite from its wrong answers on short words.
        asked = "SELECT code FROM item WHERE +name LIKE ? OR +sound LIKE ? OR +initials LIKE ? OR code LIKE ? LIMIT ?"
        return db.execute(asked, (like, like, like, like, ENOUGH)).fetchall()

    return search
