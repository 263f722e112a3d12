"""From stored rows to facts, in journal order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from clerk_app.domain.fold import Fact
from clerk_app.journal.body import read_body
from clerk_app.journal.entry import Entry, Header
from clerk_app.journal.hub_facts import read_hub_fact
from clerk_app.store.schema import entries, hub_facts

ENTRY_COLUMNS = (entries.c.header, entries.c.body, entries.c.salt, entries.c.body_hash, entries.c.prev, entries.c.hash)


def entry_of(row: Row[*tuple[Any, ...]]) -> Entry:
    """The stored entry, byte for byte."""
    return Entry(row.header, row.body, row.salt, row.body_hash, row.prev, row.hash)


def load_facts(connection: Connection, stream: str) -> list[Fact]:
    """All facts of one stream: the hub's first, then this device's in the order they were written.

    Erased bodies fold as empty ones. The fold itself puts what has a `hub_seq` in the hub's order.
    """
    own = connection.execute(
        select(entries.c.header, entries.c.body, entries.c.hub_seq)
        .where(entries.c.stream == stream)
        .order_by(entries.c.n)
    )
    hub = connection.execute(
        select(hub_facts.c.hub_seq, hub_facts.c.content)
        .where(hub_facts.c.stream == stream)
        .order_by(hub_facts.c.hub_seq)
    )
    return [*_hub_facts(hub), *_own_facts(own)]


def _own_facts(rows: Iterable[Row[*tuple[Any, ...]]]) -> Iterable[Fact]:
    for row in rows:
        header = Header.from_bytes(row.header)
        body = read_body(row.body) if row.body is not None else {}
        yield Fact(
            header.stream,
            header.kind,
            body,
            header.recorded_at,
            header.clerk,
            header.clock,
            header.chain,
            header.seq,
            row.hub_seq,
        )


def _hub_facts(rows: Iterable[Row[*tuple[Any, ...]]]) -> Iterable[Fact]:
    for row in rows:
        fact = read_hub_fact(row.content)
        yield Fact(fact.stream, fact.kind, fact.body, fact.recorded_at, hub_seq=row.hub_seq)
