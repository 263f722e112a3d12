"""Copies of what was written to a case in another region: at a number of this region's order, in the hub's signed word.

So is kept, in its own region too, what a desk gave back of a chain that nobody has any more (`give_back.py`).

A copy is the same act as what it is made of: header, `prev`, salt and body are those of the entry or fact. Only the
number, and with it the signature, are this region's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from clerk_app.failpoints import failpoint
from clerk_app.journal.attested import AttestedEntry
from clerk_app.journal.hub_facts import read_hub_fact
from sync.entry_item import showable
from sync.hub.audience import Numbered, show
from sync.hub.hub import Hub
from sync.hub.judge import QUARANTINED, Item, read_item
from sync.hub.order import take_numbers
from sync.hub.schema import copies, entries, hub_facts
from sync.hub.sharing import Holding, note_holder
from sync.hub.shown import attested_entries
from sync.hub.store import insert_all


@dataclass(frozen=True, slots=True)
class Copied:
    """What is to be copied. `quarantined`: it came from a revoked device and takes no part until it is released."""

    item: Item
    quarantined: bool = False


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy as it is kept and shown."""

    content: bytes
    signature: bytes


def copy_to(hub: Hub, connection: Connection, region: str, wanted: Sequence[Copied]) -> list[Copy]:
    """Give each of these its number in `region`, in this order, and show it to those who follow; return the copies.

    Call under the region's lock.
    """
    first = take_numbers(connection, region, len(wanted))
    made = [
        (_renumbered(copied.item, region, hub_seq), copied.quarantined) for hub_seq, copied in enumerate(wanted, first)
    ]
    kept = [Copy(item.to_bytes(), _signed(hub, item)) for item, _quarantined in made]
    rows = [
        {
            "region": region,
            "hub_seq": item.hub_seq,
            "stream": stream_of(item),
            "chain": item.header.chain if isinstance(item, AttestedEntry) else "",
            "seq": item.header.seq if isinstance(item, AttestedEntry) else 0,
            "body_hash": item.entry.body_hash if isinstance(item, AttestedEntry) else item.body_hash,
            "quarantined": quarantined,
            "content": copy.content,
            "signature": copy.signature,
        }
        for (item, quarantined), copy in zip(made, kept, strict=True)
    ]
    insert_all(connection, copies, rows)
    show(
        connection,
        region,
        [Numbered(item.hub_seq, stream_of(item), item.message()) for item, quarantined in made if not quarantined],
    )
    return kept


def hold_too(hub: Hub, connection: Connection, region: str, stream: str, holding: Holding) -> Holding:
    """Let `region` hold a stream from now on: all of it so far is copied. Call under the locks of home and region."""
    if region in holding.regions:
        return holding
    copy_to(hub, connection, region, _past(hub, connection, stream, holding.home))
    failpoint("hub.copies.past_copied")
    return note_holder(connection, stream, holding, region, hub.clock.now_ms())


def _past(hub: Hub, connection: Connection, stream: str, home: str) -> list[Copied]:
    """All of a stream, in the order of its home."""
    shown = attested_entries(connection, hub, home, entries.c.stream == stream, entries.c.hub_seq.is_not(None))
    held_back = select(entries.c.hub_seq).where(
        entries.c.region == home, entries.c.stream == stream, entries.c.verdict == QUARANTINED
    )
    apart = set(connection.execute(held_back).scalars())
    found = [Copied(attested, number in apart) for number, attested in shown.items()]
    said = select(hub_facts.c.content).where(hub_facts.c.region == home, hub_facts.c.stream == stream)
    found += [Copied(read_hub_fact(content)) for content in connection.execute(said).scalars()]
    elsewhere = select(copies.c.content, copies.c.quarantined).where(copies.c.region == home, copies.c.stream == stream)
    found += [Copied(read_item(row.content), row.quarantined) for row in connection.execute(elsewhere)]
    return sorted(found, key=lambda copied: copied.item.hub_seq)


def stream_of(item: Item) -> str:
    """The stream that an entry or fact belongs to."""
    return item.header.stream if isinstance(item, AttestedEntry) else item.stream


def _renumbered(item: Item, region: str, hub_seq: int) -> Item:
    if isinstance(item, AttestedEntry):
        return replace(showable(item), hub_seq=hub_seq)
    return replace(item, hub_seq=hub_seq, region=region)


def _signed(hub: Hub, item: Item) -> bytes:
    return hub.keys.sign_entry(item) if isinstance(item, AttestedEntry) else hub.keys.sign_fact(item)
