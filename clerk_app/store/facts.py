"""From stored rows to entries and facts, in journal order; and the row an entry is stored as."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Integer,
    Row,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    select,
    union_all,
)

from clerk_app.domain.fold import Fact
from clerk_app.journal.attested import AttestedEntry
from clerk_app.journal.body import readable_body
from clerk_app.journal.entry import Entry, Header
from clerk_app.journal.hub_facts import read_hub_fact
from clerk_app.store.meta import FEED_READING
from clerk_app.store.prepared import Prepared
from clerk_app.store.schema import entries, hub_facts, meta, received_entries, superseded, uploads

ENTRY_COLUMNS = (entries.c.header, entries.c.body, entries.c.salt, entries.c.body_hash, entries.c.prev, entries.c.hash)

UPLOAD_OF_ENTRY = and_(uploads.c.chain == entries.c.chain, uploads.c.seq == entries.c.seq)
"""What joins an entry and what the hub has said of it."""

OTHERS_COLUMNS = tuple(received_entries.c[column.name] for column in ENTRY_COLUMNS)


def entry_of(row: Row[*tuple[Any, ...]]) -> Entry:
    """The stored entry, byte for byte."""
    return Entry(row.header, row.body, row.salt, row.body_hash, row.prev, row.hash)


def entry_row(header: Header, entry: Entry) -> dict[str, Any]:
    """The row of an entry of this desk's own; it goes with an `upload_row`."""
    return {
        "chain": header.chain,
        "seq": header.seq,
        "stream": header.stream,
        "kind": header.kind,
        "header": entry.header,
        "body": entry.body,
        "salt": entry.salt,
        "body_hash": entry.body_hash,
        "prev": entry.prev,
        "hash": entry.hash,
    }


def upload_row(header: Header) -> dict[str, Any]:
    """The row that says of an entry that no hub has signed for it yet."""
    return {
        "chain": header.chain,
        "seq": header.seq,
        "acked": False,
        "complete": False,
        "hub_seq": None,
        "verdict": None,
        "verdict_reason": None,
    }


def attested_of(row: Row[*tuple[Any, ...]], hub: bytes) -> AttestedEntry:
    """The stored entry of another device, byte for byte; `hub` is this desk's platform."""
    return AttestedEntry(hub, row.device, row.hub_seq, entry_of(row))


_ITS_OWN = select(1).where(entries.c.stream == received_entries.c.stream, entries.c.hash == received_entries.c.hash)
NOT_IN_JOURNAL = ~exists(_ITS_OWN.correlate(received_entries))
"""What the hub showed and the own journal does not have."""
COUNTS = and_(~received_entries.c.held_back, NOT_IN_JOURNAL)
"""What of it takes part in the fold."""
_PLACED, _OTHERS, _OWN, _LOST = 0, 1, 2, 3
_PRESENT = select(cast(meta.c.value, Integer)).where(meta.c.name == FEED_READING).scalar_subquery()
_HAS_PLACE = hub_facts.c.reading >= func.coalesce(_PRESENT, 0)
_STREAM: BindParameter[str] = bindparam("stream")
_FACTS = Prepared(
    union_all(
        select(
            case((_HAS_PLACE, _PLACED), else_=_LOST).label("writer"),
            hub_facts.c.hub_seq.label("place"),
            case((_HAS_PLACE, hub_facts.c.hub_seq)).label("hub_seq"),
            hub_facts.c.content,
            null().label("body"),
            null().label("body_hash"),
        ).where(hub_facts.c.stream == _STREAM),
        select(
            literal(_OTHERS),
            received_entries.c.hub_seq,
            received_entries.c.hub_seq,
            received_entries.c.header,
            received_entries.c.body,
            received_entries.c.body_hash,
        ).where(received_entries.c.stream == _STREAM, COUNTS),
        select(literal(_OWN), entries.c.n, uploads.c.hub_seq, entries.c.header, entries.c.body, entries.c.body_hash)
        .outerjoin_from(entries, uploads, UPLOAD_OF_ENTRY)
        .where(entries.c.stream == _STREAM),
        select(literal(_OWN), literal(0), null(), superseded.c.header, superseded.c.body, superseded.c.body_hash).where(
            superseded.c.stream == _STREAM, superseded.c.copy_chain.is_(None)
        ),
    ).order_by("writer", "place")
)


def load_facts(connection: Connection, stream: str) -> list[Fact]:
    """All facts of one stream: the hub's and other devices' first, then this device's in the order they were written.

    What the hub has lost comes last. Erased bodies fold as empty ones, damaged ones as far as they can be read. The
    fold itself puts what has a `hub_seq` in the hub's order.
    """
    rows = _FACTS.run(connection, {"stream": stream})
    return [_hub_fact(row) if row.writer in (_PLACED, _LOST) else _entry_fact(row) for row in rows]


def _entry_fact(row: Row[*tuple[Any, ...]]) -> Fact:
    header = Header.from_bytes(row.content)
    return Fact(
        header.stream,
        header.kind,
        readable_body(row.body),
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
    return Fact(
        fact.stream, fact.kind, fact.body, fact.recorded_at, fact.clerk, hub_seq=row.hub_seq, act=fact.body_hash
    )
