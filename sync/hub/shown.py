"""Stored entries in the form in which the hub shows them: with the hash before them, their device and their number."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, select, union_all

from clerk_app.journal.attested import AttestedEntry
from clerk_app.journal.entry import Entry
from sync.entry_item import entry_item
from sync.hub.hub import Hub
from sync.hub.schema import chains, copies, entries, hub_facts, orders
from sync.hub.store import AnyRow, parts_of
from sync.schemas import FeedItem

KEPT_WHOLE = (hub_facts, orders, copies)
"""Tables whose rows are shown as they are kept; of an entry the shown form is made."""
_before = entries.alias("before")
_STATEMENT = (
    select(entries, chains.c.device, chains.c.cites, _before.c.hash.label("prev"))
    .join(chains, (chains.c.region == entries.c.region) & (chains.c.chain == entries.c.chain))
    .outerjoin(
        _before,
        (_before.c.region == entries.c.region)
        & (_before.c.chain == entries.c.chain)
        & (_before.c.seq == entries.c.seq - 1),
    )
)


def attested_entries(
    connection: Connection, hub: Hub, region: str, *which: ColumnElement[bool]
) -> dict[int, AttestedEntry]:
    """Entries of a region by their numbers; `which` are conditions on `entries` and `chains`."""
    rows = connection.execute(_STATEMENT.where(entries.c.region == region, *which))
    return {row.hub_seq: _attested(hub, row) for row in rows}


def _attested(hub: Hub, row: AnyRow) -> AttestedEntry:
    prev = row.prev if row.prev is not None else row.cites
    entry = Entry(row.header, row.body, row.salt, row.body_hash, prev, row.hash)
    return AttestedEntry(hub.identity, row.region + row.device, row.hub_seq, entry)


def shown_items(connection: Connection, hub: Hub, region: str, numbers: Sequence[int]) -> dict[int, FeedItem]:
    """The signed items behind these numbers: facts and orders of the hub, entries of desks, and copies."""
    items: dict[int, FeedItem] = {}
    for part in parts_of(numbers):
        kept = [
            select(table.c.hub_seq, table.c.content, table.c.signature).where(
                table.c.region == region, table.c.hub_seq.in_(part)
            )
            for table in KEPT_WHOLE
        ]
        for row in connection.execute(union_all(*kept)):
            items[row.hub_seq] = FeedItem(content=row.content.decode(), signature=row.signature.hex())
        for number, attested in attested_entries(connection, hub, region, entries.c.hub_seq.in_(part)).items():
            items[number] = entry_item(attested, hub.keys.sign_entry(attested))
    return items
