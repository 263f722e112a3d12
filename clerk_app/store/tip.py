"""Where the journal ends, and the small numbers that move with it.

Read once inside the very transaction that appends, and never kept beyond it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, func, select, update

from clerk_app.errors import StoreDamaged
from clerk_app.journal.entry import NO_HEAD
from clerk_app.store import meta
from clerk_app.store.prepared import Prepared
from clerk_app.store.schema import chains, entries
from clerk_app.store.schema import meta as values
from clerk_app.store.witness import Mark

_NAME = "counters"


@dataclass(frozen=True, slots=True)
class Tip:
    """The end of the newest chain that goes on: its last `seq` (0 before its first entry) and head.

    `case_counter` is the last running number given, `writes` counts transactions, `high_water_ms` is the latest time
    (UTC ms) ever seen here.
    """

    chain: str = ""
    seq: int = 0
    head: bytes = NO_HEAD
    case_counter: int = 0
    writes: int = 0
    high_water_ms: int = 0

    @property
    def mark(self) -> Mark:
        """What the witness keeps of it."""
        return Mark(self.chain, self.seq, self.head, self.case_counter)


_newest, _last = chains.alias(), entries.alias()
# A chain that takes no more entries is never where the journal ends: one may be found out later than its successor.
_LIVE = select(func.max(_newest.c.n)).where(_newest.c.stopped.is_(None)).scalar_subquery()
_READ = Prepared(
    select(values.c.value, chains.c.chain, chains.c.prev, entries.c.seq, entries.c.hash)
    .select_from(values)
    .outerjoin(chains, chains.c.n == _LIVE)
    .outerjoin(
        entries,
        and_(
            entries.c.chain == chains.c.chain,
            entries.c.seq == select(func.max(_last.c.seq)).where(_last.c.chain == chains.c.chain).scalar_subquery(),
        ),
    )
    .where(values.c.name == _NAME)
)
_WRITE = Prepared(update(values).where(values.c.name == _NAME).values(value=bindparam("counters")))


def begin_counters(connection: Connection) -> None:
    """Make the counters of a new store."""
    meta.put(connection, _NAME, _counters(Tip()))


def read_tip(connection: Connection) -> Tip:
    """Where the journal ends as this transaction sees it; raise `StoreDamaged` if the counters are gone."""
    row = _READ.run(connection, {}).one_or_none()
    if row is None:
        raise StoreDamaged("the counters are missing")
    case_counter, writes, high_water_ms = map(int, row.value.split())
    if row.chain is None:
        return Tip("", 0, NO_HEAD, case_counter, writes, high_water_ms)
    return Tip(row.chain, row.seq or 0, row.hash or row.prev, case_counter, writes, high_water_ms)


def write_counters(connection: Connection, tip: Tip) -> None:
    """Keep the counters; the rest of the tip is the journal itself."""
    _WRITE.run(connection, {"counters": _counters(tip)})


def _counters(tip: Tip) -> bytes:
    return f"{tip.case_counter} {tip.writes} {tip.high_water_ms}".encode()
