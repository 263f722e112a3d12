"""Finding one of 20,000 matters, against what bare SQLite does with the same rows."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence

from benchmarks.bench import Bench
from benchmarks.lab.search_workload import Workload, make_workload
from benchmarks.report import Section, compare
from clerk_app.catalogue.search import ENOUGH, SearchIndex, normal

SECTION, TITLE = "search", "Finding a matter among 20,000"
ROUNDS = 3
FRAME_MS = 16.0
BARE = "LIKE over name, pinyin and initials in SQLite"


def run(bench: Bench) -> Section:
    """First hits for every word typed, warm; one search at a time, as keys come."""
    load = make_workload()
    index, bare = SearchIndex(load.items, load.readings), _bare(load)
    ours: list[Sequence[float]] = []
    other: list[Sequence[float]] = []
    for _ in range(bench.rounds_or(ROUNDS)):
        ours.append(_timed(index.search, load.typed))
        other.append(_timed(bare, load.typed))
    what = "first hits among 20,000 matters"
    lines = [
        compare(f"{what}, median", BARE, "ms", ours, other, aim=None),
        compare(f"{what}, 99th percentile", BARE, "ms", ours, other, aim=None, share=0.99),
        compare(f"{what}, 99th percentile", "one frame", "ms", ours, [[FRAME_MS]] * len(ours), aim=1.0, share=0.99),
    ]
    return Section(SECTION, TITLE, lines)


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
