"""Re-checks (复核): what desks took in without a line, compared with the licence library; the hub says what it found.

A re-check is answered once, by one fact, however often it is tried: the fold refuses a second answer. What is not there
says nothing where a region has no library, and of an identity card never: not every card is in a library.
"""

from __future__ import annotations

import logging
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select
from sqlalchemy.exc import SQLAlchemyError

from clerk_app.domain import case_number
from clerk_app.domain.rechecks import DOCUMENT, RecheckReason
from clerk_app.failpoints import failpoint
from clerk_app.journal.hub_facts import HubWord
from sync.hub.hub import Hub
from sync.hub.licences.library import Licence, find_licence, has_library
from sync.hub.schema import entries, licences, rechecks, regions
from sync.hub.sharing import lock_holders
from sync.hub.speak import speak
from sync.hub.store import AnyRow, retried

logger = logging.getLogger(__name__)

AT_ONCE = 200
"""Re-checks in one transaction, so that no desk waits long for the region's lock."""


def recheck_all(hub: Hub) -> int:
    """Answer every re-check that can be answered now; return how many. Harmless to repeat."""
    with hub.store.reading() as connection:
        names = sorted(connection.execute(select(regions.c.region)).scalars())
    return sum(_recheck(hub, region) for region in names)


def recheck_arrived(hub: Hub, region: str, chain: str, first: int, seq: int) -> None:
    """Answer the re-checks of cases that have just arrived. They are stored already: trouble here is for the log."""
    of_case = entries.c.stream == "case/" + rechecks.c.number
    arrived = and_(entries.c.region == region, entries.c.chain == chain, entries.c.seq.between(first, seq), of_case)
    try:
        _recheck(hub, region, select(entries.c.seq).where(arrived).exists())
    except (SQLAlchemyError, OSError):
        logger.exception("re-checks wait for the next time")


def recheck_stream(hub: Hub, stream: str) -> None:
    """Answer the re-checks of a case that has just been put right. It is stored already: trouble is for the log."""
    number = stream.removeprefix("case/")
    if not case_number.check(number):
        return
    try:
        _recheck(hub, number[: case_number.HALL], rechecks.c.number == number)
    except (SQLAlchemyError, OSError):
        logger.exception("re-checks wait for the next time")


def _recheck(hub: Hub, region: str, among: ColumnElement[bool] | None = None) -> int:
    count = 0
    while done := retried(lambda: _some(hub, region, among)):
        count += done
    return count


def _some(hub: Hub, region: str, among: ColumnElement[bool] | None) -> int:
    with hub.store.reading() as connection:
        if not _due(connection, region, among):
            return 0
    with hub.store.writing() as connection:
        asking = {_stream(row) for row in _due(connection, region, among)}
        lock_holders(connection, region, asking)
        due = [row for row in _due(connection, region, among) if _stream(row) in asking]
        for row in due:
            held = find_licence(connection, region, row.holder, row.type)
            if speak(hub, connection, region, _word(hub, row, held)) is None:
                # The case does not ask this any more.
                connection.execute(delete(rechecks).where(*_same(row)))
        failpoint("recheck.before_commit")
    failpoint("recheck.after_commit")
    return len(due)


def _due(connection: Connection, region: str, among: ColumnElement[bool] | None) -> list[AnyRow]:
    if not has_library(connection, region):
        return []
    held = and_(
        licences.c.region == rechecks.c.region,
        licences.c.holder == rechecks.c.holder,
        licences.c.type == rechecks.c.type,
    )
    statement = (
        select(rechecks)
        .select_from(rechecks.outerjoin(licences, held))
        .where(rechecks.c.region == region, or_(rechecks.c.subject != DOCUMENT, licences.c.holder.is_not(None)))
        .order_by(rechecks.c.number, rechecks.c.subject)
        .limit(AT_ONCE)
    )
    if among is not None:
        statement = statement.where(among)
    return list(connection.execute(statement).fetchall())


def _stream(row: AnyRow) -> str:
    return f"case/{row.number}"


def _same(row: AnyRow) -> tuple[ColumnElement[bool], ...]:
    return rechecks.c.region == row.region, rechecks.c.number == row.number, rechecks.c.subject == row.subject


def _word(hub: Hub, row: AnyRow, held: Licence | None) -> HubWord:
    reason = _reason(row, held)
    body = {
        "subject": row.subject,
        "name": row.subject_name,
        "result": "differs" if reason else "confirmed",
        "reason": reason,
    }
    return HubWord(_stream(row), "case.rechecked", body, hub.clock.now_ms())


def _reason(row: AnyRow, held: Licence | None) -> RecheckReason:
    """What differs; empty if nothing does."""
    if held is None:
        return "not_found"
    state = held.state_on(date.fromisoformat(row.taken_on))
    if state in ("expired", "revoked"):
        return state
    return "name_differs" if held.name and row.holder_name and held.name != row.holder_name else ""
