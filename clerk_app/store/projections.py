"""Projections: what the screens list, folded from the journal one stream at a time.

There is no incremental update that could drift: whenever a fact arrives or gets its place in the hub's order, the
stream is folded again and its rows are replaced in the same transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, union

from clerk_app.domain.appeals import Appeal
from clerk_app.domain.case import Case
from clerk_app.domain.case_state import CaseState
from clerk_app.domain.fold import Folded, stream_type_of
from clerk_app.domain.kinds import fold_stream
from clerk_app.domain.session import Session
from clerk_app.domain.visit import Visit
from clerk_app.journal.body import storable
from clerk_app.store.facts import load_facts
from clerk_app.store.prepared import Prepared
from clerk_app.store.schema import (
    entries,
    hub_facts,
    p_appeal,
    p_case,
    p_child,
    p_session,
    p_stream,
    p_visit,
    projections,
    received_entries,
)

RowOf = Callable[[Any], dict[str, Any] | None]


def _session_row(session: Session) -> dict[str, Any]:
    return {
        "phase": session.phase,
        "clerk": session.clerk,
        "clerk_name": session.clerk_name,
        "seal_at_hand": session.seal_at_hand,
        "logged_in_at": session.logged_in_at,
    }


def _visit_row(visit: Visit) -> dict[str, Any]:
    return {
        "phase": visit.phase,
        "session": visit.session,
        "ticket": visit.ticket,
        "applicant": (visit.applicant.document.name or "") if visit.applicant else "",
        "rating": visit.rating.state,
        "opened_at": visit.opened_at,
    }


def _case_row(case: Case) -> dict[str, Any] | None:
    intake = case.intake
    if intake is None:
        return None
    return {
        "number": case.number,
        "official_number": case.official_number,
        "visit": intake.visit,
        "state": case.state.value,
        "matter": intake.matter.code,
        "matter_name": intake.matter.name,
        "department": intake.matter.department,
        "applicant": intake.applicant.name or "",
        "taken_in_at": intake.received_at,
        "due_on": case.due.on.isoformat() if case.due else None,
        "due_estimated": case.due.estimated if case.due else False,
        "owed_papers": len(case.owed.papers),
        "owed_promises": len(case.owed.promises),
        "owed_until": case.owed.until.isoformat() if case.owed.until else None,
        "needs_clerk": case.state is CaseState.RETURNED or any(known.sentence for known in case.rechecks),
    }


def _appeal_row(appeal: Appeal) -> dict[str, Any] | None:
    words = appeal.words
    if words is None or appeal.due_on is None:
        return None
    return {
        "number": appeal.number,
        "state": appeal.state,
        "kind": words.kind,
        "person": words.person,
        "matter": words.matter,
        "why": words.why,
        "unit": words.unit,
        "due_on": appeal.due_on.isoformat(),
        "recorded_at": appeal.recorded_at,
    }


def _child_rows(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "ordinal": child.ordinal,
            "number": child.number,
            "state": child.state.value,
            "matter": child.matter.code,
            "matter_name": child.matter.name,
            "department": child.matter.department,
            "due_on": child.due.on.isoformat() if child.due else None,
            "due_estimated": child.due.estimated if child.due else False,
        }
        for child in case.children
    ]


_ROWS: dict[str, tuple[Table, RowOf]] = {
    "session": (p_session, _session_row),
    "visit": (p_visit, _visit_row),
    "case": (p_case, _case_row),
    "appeal": (p_appeal, _appeal_row),
}

# Built once: building a statement costs more than running it.
_PUT = {table: Prepared(insert(table).prefix_with("OR REPLACE")) for table in projections.sorted_tables}
_DROP = {table: Prepared(delete(table).where(table.c.stream == bindparam("of"))) for table in projections.sorted_tables}


def refold(connection: Connection, stream: str, *, into: Connection | None = None) -> Folded:
    """Fold `stream` again and replace its rows, in the same database or in another."""
    facts = load_facts(connection, stream)
    folded = fold_stream(stream, facts)
    _replace_rows(into or connection, folded, len(facts))
    return folded


def rebuild(connection: Connection, *, into: Connection | None = None) -> int:
    """Drop every projection and fold all streams again; return how many there are."""
    target = into or connection
    projections.drop_all(target)
    projections.create_all(target)
    names = union(*(select(table.c.stream) for table in (entries, hub_facts, received_entries)))
    streams = connection.execute(names).scalars().all()
    for stream in streams:
        refold(connection, stream, into=target)
    return len(streams)


def _replace_rows(connection: Connection, folded: Folded, facts: int) -> None:
    stream, family = folded.stream, stream_type_of(folded.stream)
    _PUT[p_stream].run(
        connection,
        {
            "stream": stream,
            "family": family,
            "facts": facts,
            "conflicts": json.dumps([[conflict.kind, conflict.reason] for conflict in folded.conflicts]),
            "unknown": json.dumps(folded.unknown),
        },
    )
    if family in _ROWS:
        table, row_of = _ROWS[family]
        row = row_of(folded.state)
        if row is None:
            _DROP[table].run(connection, {"of": stream})
        else:
            _put(connection, table, {"stream": stream, **row})
    if family == "case":
        _DROP[p_child].run(connection, {"of": stream})
        for row in _child_rows(folded.state):
            _put(connection, p_child, {"stream": stream, **row})


def _put(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    try:
        _PUT[table].run(connection, row)
    except UnicodeEncodeError:
        # Half a surrogate pair, which another desk's program may have written: it is shown as a question mark.
        shown = {name: storable(value) if isinstance(value, str) else value for name, value in row.items()}
        _PUT[table].run(connection, shown)


def snapshot(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every projection, sorted, to compare before and after a rebuild."""
    return {
        table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
        for table in projections.sorted_tables
    }
