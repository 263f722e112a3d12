"""Accepting a case against the same rows written by raw sqlcipher3 in one FULL commit.

Ours is the whole service: it checks the draft, gives the number, appends and chains the entry, folds the case, queues
the papers, drops the draft, and has the witness on the disk twice. The other side writes the very rows that came of it
into a twin of the store, with the same key and the same pragmas, and does nothing else. Both take turns.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.report import Section, compare
from clerk_app import bootstrap
from clerk_app.domain.draft import Draft
from clerk_app.services import drafts
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.take_in import primary_outcome, take_in
from clerk_app.store.engine import writer_engine
from clerk_app.store.folder import DataFolder
from clerk_app.store.store import Store
from tests.helpers.intake import CHEAP, CLERK, PASSWORD, ready_draft, sign_in_clerk

SECTION, TITLE = "accept", "Accepting a case"
ROUNDS = 5
ACTS_A_ROUND = 60
WARM_UP = 10
MEDIAN_AIM, TAIL_AIM = 5.0, 6.0


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was written: the statement and its values."""

    statement: str
    values: Sequence[Any]


@dataclass(slots=True)
class Counter:
    """The desk that takes cases in, with a finished draft to copy."""

    store: Store
    desk: Desk
    me: SignedIn
    pattern: Draft

    def another_draft(self) -> Draft:
        """A saved draft that lacks nothing."""
        return drafts.save_draft(self.desk, self.me, replace(self.pattern, id=self.desk.new_id()))

    def accept(self, draft: Draft) -> str:
        """What is measured; returns the case number."""
        return take_in(self.desk, self.me, draft, primary_outcome(self.desk, self.me, draft)).number

    def rows_of(self, number: str) -> list[Row]:
        """Everything that the act wrote, from the tables."""
        stream = f"case/{number}"
        return [
            *self._rows("entries", "stream", stream),
            *self._rows("p_stream", "stream", stream),
            *self._rows("p_case", "stream", stream),
            *self._rows("print_jobs", "case_number", number),
        ]

    def _rows(self, table: str, key: str, value: str) -> list[Row]:
        with self.store.read() as connection:
            found = connection.exec_driver_sql(f"SELECT * FROM {table} WHERE {key} = ?", (value,))
            marks = ", ".join("?" * len(found.keys()))
            return [Row(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", tuple(row)) for row in found]


class Twin:
    """The other side: a store of the same make, written without the program."""

    def __init__(self, folder: DataFolder) -> None:
        with _made(folder) as store:
            key = store.database_key
        self._engine = writer_engine(folder.database, key)
        self._connection = self._engine.raw_connection().driver_connection
        self._acts = 0

    def save_draft(self, draft: Draft) -> None:
        """So that there is one to drop."""
        self._run("INSERT INTO drafts VALUES (?, ?, ?, ?, 0)", (draft.id, draft.visit, draft.owner, b"x" * 4_000))

    def write(self, rows: Sequence[Row], draft: str) -> None:
        """What is measured."""
        self._acts += 1
        self._run("BEGIN IMMEDIATE")
        for row in rows:
            self._run(row.statement, row.values)
        self._run("DELETE FROM drafts WHERE id = ?", (draft,))
        self._run("UPDATE meta SET value = ? WHERE name = 'counters'", (f"{self._acts} {self._acts} 0".encode(),))
        self._run("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _run(self, statement: str, values: Sequence[Any] = ()) -> None:
        assert self._connection is not None
        self._connection.execute(statement, values)


def run(bench: Bench) -> Section:
    """Accept P31 again and again."""
    folder = bench.folder(SECTION)
    twin = Twin(_folder(folder / "twin"))
    with _made(_folder(folder / "ours")) as store:
        desk = bootstrap.make_desk(store)
        me = sign_in_clerk(desk, seal_at_hand=True)
        counter = Counter(store, desk, me, ready_draft(desk, me, "P31"))
        _round(counter, twin, WARM_UP)
        rounds = [_round(counter, twin, ACTS_A_ROUND) for _ in range(bench.rounds_or(ROUNDS))]
        size = len(store.reads.first_entry(f"case/{counter.accept(counter.another_draft())}").body or b"")
    twin.close()
    ours, bare = [one[0] for one in rounds], [one[1] for one in rounds]
    against = "the same rows by raw sqlcipher3 in one FULL commit"
    return Section(
        SECTION,
        TITLE,
        [
            compare("a case taken in, median", against, "ms", ours, bare, aim=MEDIAN_AIM),
            compare("a case taken in, 99th percentile", against, "ms", ours, bare, aim=TAIL_AIM, share=0.99),
        ],
        [f"the entry's body has {size:,} bytes; two papers queued, one draft dropped"],
    )


def _round(counter: Counter, twin: Twin, acts: int) -> tuple[list[float], list[float]]:
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(acts):
        draft = counter.another_draft()
        twin.save_draft(draft)
        began = time.perf_counter()
        number = counter.accept(draft)
        ours.append((time.perf_counter() - began) * 1000)
        rows = counter.rows_of(number)
        began = time.perf_counter()
        twin.write(rows, draft.id)
        bare.append((time.perf_counter() - began) * 1000)
    return ours, bare


def _folder(path: Path) -> DataFolder:
    return DataFolder(path / "data", path / "state")


def _made(folder: DataFolder) -> Any:
    return bootstrap.create_store(folder, clerk=CLERK, name="王例", password=PASSWORD, practice=True, cost=CHEAP)
