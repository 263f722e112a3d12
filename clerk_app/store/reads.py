"""Reads for lists: plain rows from projections and primary tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    case,
    desc,
    exists,
    false,
    func,
    not_,
    null,
    or_,
    select,
    true,
    union_all,
)

from clerk_app.domain.case import TAKEN_IN
from clerk_app.domain.case_number import DEVICE, HALL, package_of
from clerk_app.domain.case_state import ENDED, CaseState
from clerk_app.domain.fold import Fact, Folded, stream_type_of
from clerk_app.domain.kinds import fold_stream
from clerk_app.journal.entry import Entry, Header
from clerk_app.services.rows import (
    AppealFilter,
    AppealRow,
    Backlog,
    CaseFilter,
    CaseRow,
    ChildRow,
    DraftRow,
    LookUp,
    ParkedRow,
    PrintJob,
    RepairRow,
    VisitRow,
)
from clerk_app.store import meta
from clerk_app.store.facts import COUNTS, ENTRY_COLUMNS, OTHERS_COLUMNS, UPLOAD_OF_ENTRY, entry_of, load_facts
from clerk_app.store.schema import (
    blobs,
    drafts,
    entries,
    p_appeal,
    p_case,
    p_child,
    p_session,
    p_stream,
    p_visit,
    print_jobs,
    received_entries,
    repairs,
    superseded,
    taken_up,
    unknown_items,
    uploads,
)

AnyRow = Row[*tuple[Any, ...]]
AnySelect: TypeAlias = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]

_CHILD_COLUMNS = tuple(p_child.c[name] for name in ChildRow.__slots__)
_REPAIR_COLUMNS = tuple(repairs.c[name] for name in RepairRow.__slots__)
_JOB_COLUMNS = tuple(print_jobs.c[name] for name in PrintJob.__slots__)
_OPENED_HERE = exists().where(entries.c.stream == p_visit.c.stream, entries.c.kind == "visit.opened")
"""Whoever stands at another desk's counter is that desk's to serve, though this one follows the visit."""
_LOOK_UP_COLUMNS = tuple(taken_up.c[name] for name in LookUp.__slots__)
_NOT_UPLOADED = uploads.c.complete == false()
_UPLOADS_OF_ENTRIES = entries.join(uploads, UPLOAD_OF_ENTRY)
_WAITING = select(func.count()).select_from(uploads).where(_NOT_UPLOADED)
_FIRST_WAITING = select(func.min(entries.c.n)).select_from(_UPLOADS_OF_ENTRIES).where(_NOT_UPLOADED)
_OLDEST_WAITING = select(entries.c.header).where(entries.c.n == _FIRST_WAITING.scalar_subquery())
_WAITING_CASES = (
    select(func.count(entries.c.stream.distinct()))
    .select_from(_UPLOADS_OF_ENTRIES)
    .where(_NOT_UPLOADED, entries.c.stream.startswith("case/"))
)
_WAITING_BLOBS = select(func.count(), func.coalesce(func.sum(blobs.c.size), 0)).where(
    blobs.c.case_number.is_not(None), blobs.c.complete == false()
)
_CONFLICTS = select(func.count()).select_from(p_stream).where(p_stream.c.conflicts != "[]")
_DAMAGED = select(func.count()).select_from(superseded).where(superseded.c.copy_chain.is_(None))
_NEEDS_CLERK = or_(p_case.c.needs_clerk, p_stream.c.conflicts != "[]")
_CASE_ROWS = select(
    p_case,
    select(func.count())
    .select_from(_UPLOADS_OF_ENTRIES)
    .where(entries.c.stream == p_case.c.stream, _NOT_UPLOADED)
    .scalar_subquery()
    .label("waiting"),
    _NEEDS_CLERK.label("needs_a_person"),
    exists().where(entries.c.stream == p_case.c.stream, entries.c.kind.in_(TAKEN_IN)).label("own"),
).join(p_stream, p_stream.c.stream == p_case.c.stream)
_HAS_ENDED = p_case.c.state.in_([state.value for state in ENDED])
_KINDS: Mapping[CaseFilter, ColumnElement[bool]] = {
    "all": true(),
    "todo": _NEEDS_CLERK,
    "open": not_(_HAS_ENDED),
    "owed": or_(p_case.c.owed_papers > 0, p_case.c.owed_promises > 0),
    "closed": _HAS_ENDED,
}


_APPEAL_COLUMNS = tuple(p_appeal.c[name] for name in AppealRow.__slots__)
_APPEALS: Mapping[AppealFilter, ColumnElement[bool]] = {
    "all": true(),
    **{kind: p_appeal.c.state == kind for kind in ("open", "handled", "closed")},
}


class Reads:
    """Every question the services ask of the store. Each call is one short reading transaction."""

    def __init__(self, connect: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._connect = connect

    # ---- the journal --------------------------------------------------------------------------------------------

    def facts(self, stream: str) -> list[Fact]:
        """All facts of a stream."""
        with self._connect() as connection:
            return load_facts(connection, stream)

    def fold(self, stream: str) -> Folded:
        """The present state of a stream."""
        return fold_stream(stream, self.facts(stream))

    def first_entry(self, stream: str) -> Entry | None:
        """The entry that began a stream, here or at another desk; its digest is printed on paper."""
        own = select(*ENTRY_COLUMNS, uploads.c.hub_seq, entries.c.n).outerjoin_from(entries, uploads, UPLOAD_OF_ENTRY)
        own = own.where(entries.c.stream == stream)
        others = select(*OTHERS_COLUMNS, received_entries.c.hub_seq, null())
        others = others.where(received_entries.c.stream == stream, COUNTS)
        rows = self._all(union_all(own, others))
        # In the fold's order: what has no number yet is of this desk, and comes last.
        first = min(rows, key=lambda row: (row.hub_seq is None, row.hub_seq or row.n), default=None)
        return entry_of(first) if first else None

    # ---- cases --------------------------------------------------------------------------------------------------

    def cases(self, *, text: str = "", kind: CaseFilter = "all", limit: int = 200) -> list[CaseRow]:
        """Cases by time, newest first; what is owed by its day, overdue first, and last what has none.

        `text` matches number, official number, applicant or matter.
        """
        by_day = (p_case.c.owed_until.is_(None), p_case.c.owed_until) if kind == "owed" else ()
        statement = _CASE_ROWS.where(_KINDS[kind])
        statement = statement.order_by(*by_day, desc(p_case.c.taken_in_at)).limit(limit)
        if text:
            digits = text.replace(" ", "")
            statement = statement.where(
                or_(
                    func.instr(p_case.c.number, package_of(digits)) > 0,
                    func.instr(func.coalesce(p_case.c.official_number, ""), digits) > 0,
                    func.instr(p_case.c.applicant, text) > 0,
                    func.instr(p_case.c.matter_name, text) > 0,
                )
            )
        rows = self._all(statement)
        children = self._children([row.stream for row in rows])
        return [_case_row(row, children.get(row.stream, ())) for row in rows]

    def _children(self, streams: Sequence[str]) -> dict[str, tuple[ChildRow, ...]]:
        """The children of the packages among these streams, in order."""
        statement = select(p_child.c.stream, *_CHILD_COLUMNS).where(p_child.c.stream.in_(streams))
        found: dict[str, tuple[ChildRow, ...]] = {}
        for stream, *values in self._all(statement.order_by(p_child.c.stream, p_child.c.ordinal)):
            found[stream] = (*found.get(stream, ()), ChildRow(*values))
        return found

    def case_stream(self, number: str) -> str | None:
        """The stream of a case by our number, that of a child of it, or the platform's."""
        statement = select(p_case.c.stream).where(
            or_(p_case.c.number == package_of(number), p_case.c.official_number == number)
        )
        row = self._one(statement)
        return str(row.stream) if row else None

    def uses_of_matters(self) -> dict[str, int]:
        """How many cases of each matter this desk holds, by code."""
        statement = select(p_case.c.matter, func.count().label("uses")).group_by(p_case.c.matter)
        return {row.matter: int(row.uses) for row in self._all(statement)}

    def cases_of_visit(self, visit: str) -> list[str]:
        """Numbers of the cases taken in during a visit, in order."""
        statement = select(p_case.c.number).where(p_case.c.visit == visit).order_by(p_case.c.taken_in_at)
        return [row.number for row in self._all(statement)]

    def count_cases(self, kind: CaseFilter = "all") -> int:
        """Cases this desk holds, taken in here or taken up."""
        statement = select(func.count()).select_from(p_case)
        if kind == "todo":
            statement = statement.join(p_stream, p_stream.c.stream == p_case.c.stream)
        return self._count(statement.where(_KINDS[kind]))

    # ---- the register of what could not be done ------------------------------------------------------------------

    def appeals(self, kind: AppealFilter = "all", *, limit: int = 200) -> list[AppealRow]:
        """Records of the 办不成事 register: those to be seen to first, by their last day; then the newest first."""
        statement = select(*_APPEAL_COLUMNS).where(_APPEALS[kind])
        is_open = p_appeal.c.state == "open"
        by_day = case((is_open, p_appeal.c.due_on), else_=null())
        ordered = statement.order_by(not_(is_open), by_day, desc(p_appeal.c.recorded_at), p_appeal.c.number)
        return [AppealRow(*row) for row in self._all(ordered.limit(limit))]

    def count_appeals(self, kind: AppealFilter = "all", *, before: str = "") -> int:
        """How many there are; with `before` (ISO) those whose last day is before it."""
        statement = select(func.count()).select_from(p_appeal).where(_APPEALS[kind])
        return self._count(statement.where(p_appeal.c.due_on < before) if before else statement)

    # ---- visits and drafts --------------------------------------------------------------------------------------

    def visits(self, phase: str) -> list[VisitRow]:
        """Visits opened here that are in a phase (`open`, `parked`), oldest first."""
        statement = select(p_visit).where(p_visit.c.phase == phase, _OPENED_HERE).order_by(p_visit.c.opened_at)
        return [
            VisitRow(row.stream.partition("/")[2], row.phase, row.ticket, row.applicant, row.rating, row.opened_at)
            for row in self._all(statement)
        ]

    def draft(self, draft: str) -> DraftRow | None:
        """One draft."""
        row = self._one(select(drafts).where(drafts.c.id == draft))
        return DraftRow(**row._asdict()) if row else None

    def drafts_of(self, owner: str) -> list[DraftRow]:
        """A clerk's drafts, newest first."""
        statement = select(drafts).where(drafts.c.owner == owner).order_by(desc(drafts.c.updated_at))
        return [DraftRow(**row._asdict()) for row in self._all(statement)]

    def all_drafts(self) -> list[DraftRow]:
        """Every clerk's drafts."""
        return [DraftRow(**row._asdict()) for row in self._all(select(drafts).order_by(drafts.c.id))]

    def drafts_of_visit(self, visit: str) -> list[DraftRow]:
        """Drafts that still wait for an outcome in a visit."""
        return [DraftRow(**row._asdict()) for row in self._all(select(drafts).where(drafts.c.visit == visit))]

    # ---- paper --------------------------------------------------------------------------------------------------

    def print_job(self, job: int) -> PrintJob | None:
        """One print job."""
        row = self._one(select(*_JOB_COLUMNS).where(print_jobs.c.id == job))
        return PrintJob(**row._asdict()) if row else None

    def print_jobs(self, *states: str) -> list[PrintJob]:
        """Print jobs in these states, in the order they were queued."""
        statement = select(*_JOB_COLUMNS).where(print_jobs.c.state.in_(states)).order_by(print_jobs.c.id)
        return [PrintJob(**row._asdict()) for row in self._all(statement)]

    def prints_of_case(self, number: str) -> list[PrintJob]:
        """Every copy ever queued for a case."""
        statement = select(*_JOB_COLUMNS).where(print_jobs.c.case_number == number).order_by(print_jobs.c.id)
        return [PrintJob(**row._asdict()) for row in self._all(statement)]

    # ---- what waits ---------------------------------------------------------------------------------------------

    def backlog(self) -> Backlog:
        """What is still waiting for the platform's signature."""
        with self._connect() as connection:
            count = connection.execute(_WAITING).scalar_one()
            oldest = connection.execute(_OLDEST_WAITING).scalar()
            of_cases = connection.execute(_WAITING_CASES).scalar_one()
            blob_count, blob_bytes = connection.execute(_WAITING_BLOBS).one()
        oldest_at = Header.from_bytes(oldest).recorded_at if oldest else None
        return Backlog(count, oldest_at, of_cases, blob_count, blob_bytes)

    def count_conflicts(self) -> int:
        """Streams with a step that a person must look at."""
        return self._count(_CONFLICTS)

    def differing_rechecks(self) -> list[str]:
        """Streams of cases with a re-check that differs and that nobody has dealt with, oldest first."""
        # Else only a case that the department returned needs the clerk, and as that it is dealt with first.
        statement = select(p_case.c.stream).where(p_case.c.needs_clerk, p_case.c.state != CaseState.RETURNED.value)
        return [row.stream for row in self._all(statement.order_by(p_case.c.taken_in_at))]

    def parked(self) -> list[ParkedRow]:
        """Own entries that the platform holds back."""
        statement = select(entries.c.stream, entries.c.chain, entries.c.seq, uploads.c.verdict_reason)
        statement = statement.select_from(_UPLOADS_OF_ENTRIES).where(uploads.c.verdict == "parked")
        statement = statement.order_by(entries.c.chain, entries.c.seq)
        return [ParkedRow(row.stream, row.chain, row.seq, row.verdict_reason or "") for row in self._all(statement)]

    def count_unreadable(self) -> int:
        """Items of the platform that only a newer version can read."""
        return self._count(select(func.count()).select_from(unknown_items))

    def case_row(self, stream: str) -> CaseRow | None:
        """The case of a stream, if it is one."""
        row = self._one(_CASE_ROWS.where(p_case.c.stream == stream))
        return _case_row(row, self._children([stream]).get(stream, ())) if row else None

    def disputed_streams(self) -> list[str]:
        """Those streams, sorted."""
        statement = select(p_stream.c.stream).where(p_stream.c.conflicts != "[]").order_by(p_stream.c.stream)
        return [row.stream for row in self._all(statement)]

    def devices_of(self, stream: str) -> dict[tuple[str, int], str]:
        """Which other device (nine digits) wrote which entry of a stream, by chain and seq."""
        statement = select(received_entries.c.header, received_entries.c.device)
        found: dict[tuple[str, int], str] = {}
        for row in self._all(statement.where(received_entries.c.stream == stream)):
            header = Header.from_bytes(row.header)
            found[header.chain, header.seq] = row.device
        return found

    def look_up(self, number: str) -> LookUp | None:
        """What became of looking up a case of another desk."""
        row = self._one(select(*_LOOK_UP_COLUMNS).where(taken_up.c.number == number))
        return LookUp(**row._asdict()) if row else None

    def count_damaged(self) -> int:
        """Entries of a cut chain that do not fit their own hash, so that they were neither sent nor copied."""
        return self._count(_DAMAGED)

    def repairs(self) -> list[RepairRow]:
        """What was put right in this journal, newest first."""
        statement = select(*_REPAIR_COLUMNS).order_by(desc(repairs.c.n))
        return [RepairRow(**row._asdict()) for row in self._all(statement)]

    def open_invitations(self) -> int:
        """Visits opened here whose rating invitation is open."""
        return self._count(select(func.count()).select_from(p_visit).where(p_visit.c.rating == "invited", _OPENED_HERE))

    def invited_visits(self) -> list[str]:
        """Ids of those visits, oldest first."""
        statement = (
            select(p_visit.c.stream).where(p_visit.c.rating == "invited", _OPENED_HERE).order_by(p_visit.c.opened_at)
        )
        return [row.stream.partition("/")[2] for row in self._all(statement)]

    def streams(self, family: str) -> list[str]:
        """The names of all streams of a family."""
        rows = self._all(select(p_stream.c.stream).where(p_stream.c.family == family))
        return [row.stream for row in rows if stream_type_of(row.stream) == family]

    def clerk_name(self, clerk: str) -> str | None:
        """The name a clerk last signed in with."""
        statement = select(p_session.c.clerk_name).where(p_session.c.clerk == clerk)
        row = self._one(statement.order_by(desc(p_session.c.logged_in_at)).limit(1))
        return str(row.clerk_name) if row else None

    def value(self, name: str) -> bytes | None:
        """A named value."""
        with self._connect() as connection:
            return meta.get(connection, name)

    def _all(self, statement: AnySelect) -> list[AnyRow]:
        with self._connect() as connection:
            return list(connection.execute(statement).fetchall())

    def _one(self, statement: AnySelect) -> AnyRow | None:
        with self._connect() as connection:
            return connection.execute(statement).one_or_none()

    def _count(self, statement: Select[int]) -> int:
        with self._connect() as connection:
            return connection.execute(statement).scalar_one()


def _case_row(row: AnyRow, children: tuple[ChildRow, ...]) -> CaseRow:
    return CaseRow(
        row.number,
        row.official_number,
        row.state,
        row.matter,
        row.matter_name,
        row.department,
        row.applicant,
        row.taken_in_at,
        row.due_on,
        row.due_estimated,
        bool(row.needs_a_person),
        row.waiting == 0,
        row.visit,
        row.number[: HALL + DEVICE],
        bool(row.own),
        children,
        row.owed_papers,
        row.owed_promises,
        row.owed_until,
    )
