"""What a person must look at: conflicts, re-checks that differ, steps held back by the platform, newer content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clerk_app.domain.case import Case
from clerk_app.domain.history import history_line
from clerk_app.domain.rechecks import Recheck
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
class RecheckStep:
    """Something accepted without a line (待复核) of which the licence library says otherwise.

    `accepted_at`, `rechecked_at`: when the clerk took it so, and when the platform compared it (UTC ms). `phone`: where
    the applicant can be called, empty if unknown.
    """

    stream: str
    recheck: Recheck
    accepted_at: int
    clerk: str
    rechecked_at: int
    phone: str


@dataclass(frozen=True, slots=True)
class Attention:
    """All of it. `unreadable` counts what only a newer version can read; `cases` are the cases spoken of, by stream."""

    conflicts: tuple[ConflictView, ...]
    rechecks: tuple[RecheckStep, ...]
    parked: tuple[ParkedStep, ...]
    unreadable: int
    cases: Mapping[str, CaseRow]


def look_for_attention(desk: Desk, *, stream: str | None = None) -> Attention:
    """Everything, or only what concerns one stream."""
    reads = desk.journal.reads
    conflicts = conflicts_of(desk, stream) if stream else list_conflicts(desk)
    differing = [stream] if stream else reads.differing_rechecks()
    rechecks = tuple(step for one in differing for step in _rechecks(desk, one))
    rows_parked = [row for row in reads.parked() if stream in (None, row.stream)]
    parked = tuple(step for row in rows_parked if (step := _parked(desk, row)) is not None)
    spoken_of = [view.stream for view in conflicts]
    spoken_of += [step.stream for step in rechecks]
    spoken_of += [step.stream for step in parked]
    rows = {one: reads.case_row(one) for one in sorted(set(spoken_of))}
    return Attention(
        conflicts=conflicts,
        rechecks=rechecks,
        parked=parked,
        unreadable=0 if stream else reads.count_unreadable(),
        cases={one: row for one, row in rows.items() if row is not None},
    )


def _rechecks(desk: Desk, stream: str) -> tuple[RecheckStep, ...]:
    reads = desk.journal.reads
    case = reads.fold(stream).state
    if not isinstance(case, Case) or case.intake is None:
        return ()
    intake = case.intake
    said = {fact.body["subject"]: fact for fact in reads.facts(stream) if fact.kind == "case.rechecked"}
    return tuple(
        RecheckStep(
            stream=stream,
            recheck=known,
            accepted_at=intake.received_at,
            clerk=reads.clerk_name(intake.clerk) or intake.clerk,
            rechecked_at=said[known.subject].recorded_at,
            phone=intake.phone,
        )
        for known in case.rechecks
        if known.state == "differs"
    )


def _parked(desk: Desk, row: ParkedRow) -> ParkedStep | None:
    """The step; None for one that has no effect here either: that is a conflict, and a person decides it."""
    reads = desk.journal.reads
    if any((step.chain, step.seq) == (row.chain, row.seq) for step in reads.fold(row.stream).without_effect):
        return None
    fact = next(fact for fact in reads.facts(row.stream) if (fact.chain, fact.seq) == (row.chain, row.seq))
    line = history_line(fact, reads.clerk_name(fact.clerk) or fact.clerk)
    return ParkedStep(row.stream, line.text, fact.recorded_at, line.by, row.reason)
