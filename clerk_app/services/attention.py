"""What a person must look at: conflicts to decide, steps the platform holds back, content of a newer version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clerk_app.domain.history import history_line
from clerk_app.services.conflicts import ConflictView, conflicts_of, list_conflicts
from clerk_app.services.desk import Desk
from clerk_app.services.rows import CaseRow, ParkedRow


@dataclass(frozen=True, slots=True)
class ParkedStep:
    """An act of this desk that the platform has stored and cannot apply: what it was, when (UTC ms), by whom, why.

    `reason` is the stable word of the platform's verdict (docs/sync.md, Two verdicts).
    """

    stream: str
    text: str
    recorded_at: int
    clerk: str
    reason: str


@dataclass(frozen=True, slots=True)
class Attention:
    """All of it. `unreadable` counts what only a newer version can read; `cases` are the cases spoken of, by stream."""

    conflicts: tuple[ConflictView, ...]
    parked: tuple[ParkedStep, ...]
    unreadable: int
    cases: Mapping[str, CaseRow]


def look_for_attention(desk: Desk, *, stream: str | None = None) -> Attention:
    """Everything, or only what concerns one stream."""
    reads = desk.journal.reads
    conflicts = conflicts_of(desk, stream) if stream else list_conflicts(desk)
    rows_parked = [row for row in reads.parked() if stream in (None, row.stream)]
    parked = tuple(step for row in rows_parked if (step := _parked(desk, row)) is not None)
    streams = {view.stream for view in conflicts} | {step.stream for step in parked}
    rows = {one: reads.case_row(one) for one in sorted(streams)}
    return Attention(
        conflicts=conflicts,
        parked=parked,
        unreadable=0 if stream else reads.count_unreadable(),
        cases={one: row for one, row in rows.items() if row is not None},
    )


def _parked(desk: Desk, row: ParkedRow) -> ParkedStep | None:
    """The step; None for one that has no effect here either: that is a conflict, and a person decides it."""
    reads = desk.journal.reads
    if any((step.chain, step.seq) == (row.chain, row.seq) for step in reads.fold(row.stream).without_effect):
        return None
    fact = next(fact for fact in reads.facts(row.stream) if (fact.chain, fact.seq) == (row.chain, row.seq))
    line = history_line(fact, reads.clerk_name(fact.clerk) or fact.clerk)
    return ParkedStep(row.stream, line.text, fact.recorded_at, line.by, row.reason)
