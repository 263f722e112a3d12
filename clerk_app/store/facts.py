"""From stored rows to facts, in journal order."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, literal, null, select, union_all

from clerk_app.domain.fold import Fact
from clerk_app.journal.body import read_body
from clerk_app.journal.entry import Entry, Header
from clerk_app.journal.hub_facts import read_hub_fact
from clerk_app.store.prepared import Prepared
from clerk_app.store.schema import entries, hub_facts

ENTRY_COLUMNS = (entries.c.header, entries.c.body, entries.c.salt, entries.c.body_hash, entries.c.prev, entries.c.hash)


def entry_of(row: Row[*tuple[Any, ...]]) -> Entry:
    """The stored entry, byte for byte."""
    return Entry(row.header, row.body, row.salt, row.body_hash, row.prev, row.hash)


_FACTS = Prepared(
    union_all(
        select(
            literal(0).label("own"),
            hub_facts.c.hub_seq.label("place"),
            hub_facts.c.hub_seq,
            hub_facts.c.content,
            null().label("body"),
            null().label("body_hash"),
        ).where(hub_facts.c.stream == bindparam("stream")),
        select(literal(1), entries.c.n, entries.c.hub_seq, entries.c.header, entries.c.body, entries.c.body_hash).where(
            entries.c.stream == bindparam("stream")
        ),
    ).order_by("own", "place")
)


def load_facts(connection: Connection, stream: str) -> list[Fact]:
    """All facts of one stream: the hub's first, then this device's in the order they were written.

    Erased bodies fold as empty ones. The fold itself puts what has a `hub_seq` in the hub's order.
    """
    rows = _FACTS.run(connection, {"stream": stream})
    return [_own_fact(row) if row.own else _hub_fact(row) for row in rows]


def _own_fact(row: Row[*tuple[Any, ...]]) -> Fact:
    header = Header.from_bytes(row.content)
    body = read_body(row.body) if row.body is not None else {}
    return Fact(
        header.stream,
        header.kind,
        body,
        header.recorded_at,
        header.clerk,
        header.clock,
        header.chain,
        header.seq,
        row.hub_seq,
        row.body_hash,
    )


def _hub_fact(row: Row[*tuple[Any, ...]]) -> Fact:
    fact = read_hub_fact(row.content)
    return Fact(fact.stream, fact.kind, fact.body, fact.recorded_at, hub_seq=row.hub_seq, act=fact.body_hash)
