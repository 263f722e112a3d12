"""What the hub holds, in numbers and heads: compared with the desks' after every test and every restore."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, select

from sync.hub.hub import Hub
from sync.hub.judge import QUARANTINED
from sync.hub.schema import blobs, cases, chains, entries, hub_facts


@dataclass(frozen=True, slots=True)
class ChainDigest:
    """One chain: how many entries, and the hex of its head, which stands for every byte before it."""

    chain: str
    entries: int
    head: str


@dataclass(frozen=True, slots=True)
class Digest:
    """The whole hub. `entries` are those of desks; `blobs` those that are whole."""

    chains: tuple[ChainDigest, ...]
    cases: int
    entries: int
    hub_facts: int
    blobs: int
    parked: int
    quarantined: int


def digest(hub: Hub) -> Digest:
    """Count, in one state of the database."""
    with hub.store.reading() as connection:
        rows = connection.execute(select(chains).where(chains.c.seq > 0).order_by(chains.c.chain)).fetchall()
        whole = select(func.count()).select_from(blobs).where(blobs.c.complete.is_(True))
        return Digest(
            chains=tuple(ChainDigest(row.chain, row.seq, bytes(row.head).hex()) for row in rows),
            cases=_count(connection, cases),
            entries=_count(connection, entries),
            hub_facts=_count(connection, hub_facts),
            blobs=connection.execute(whole).scalar_one(),
            parked=_with_verdict(connection, "parked"),
            quarantined=_with_verdict(connection, QUARANTINED),
        )


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _with_verdict(connection: Connection, verdict: str) -> int:
    statement = select(func.count()).select_from(entries).where(entries.c.verdict == verdict)
    return connection.execute(statement).scalar_one()
