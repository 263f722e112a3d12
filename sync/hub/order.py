"""The one order of a region, and each device's view of it.

As its last step a transaction takes its numbers from the region's row, which locks that row until the commit: numbers
are without a gap and commit in their order, so that a reader's cursor never passes one that appears later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from clerk_app.journal.exchange import FeedPlace
from sync.hub.schema import devices, feed, regions
from sync.hub.store import insert_all


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One item for a device's feed: `hashed` is what the mark runs over, `shows` the number of what it brings."""

    hub_seq: int
    hashed: bytes
    shows: int | None = None


def last_number(connection: Connection, region: str) -> int:
    """The number given last in a region."""
    return int(connection.execute(select(regions.c.last_hub_seq).where(regions.c.region == region)).scalar_one())


def lock_order(connection: Connection, region: str) -> None:
    """Hold a region's order until the commit, before it is known how many numbers are needed."""
    take_numbers(connection, region, 0)


def take_numbers(connection: Connection, region: str, count: int) -> int:
    """Take `count` numbers of a region's order; return the first. Only commit may follow, and inserts by number."""
    statement = update(regions).where(regions.c.region == region)
    statement = statement.values(last_hub_seq=regions.c.last_hub_seq + count)
    return int(connection.execute(statement.returning(regions.c.last_hub_seq)).scalar_one()) - count + 1


def append_to_feed(connection: Connection, region: str, device: str, lines: Sequence[FeedLine]) -> None:
    """Let a device see `lines`, in their order; call after `take_numbers`, under its lock."""
    mine = (devices.c.region == region, devices.c.device == device)
    end = connection.execute(select(devices.c.feed_hub_seq, devices.c.feed_mark).where(*mine)).one()
    place = FeedPlace(end.feed_hub_seq, end.feed_mark)
    rows = []
    for line in lines:
        place = place.after(line.hub_seq, line.hashed)
        # The line of what is shown at its own place is that of the entry or fact itself, which is kept elsewhere.
        kept = None if line.shows == line.hub_seq else line.hashed
        row = {"region": region, "device": device, "hub_seq": place.hub_seq, "line": kept, "shows": line.shows}
        rows.append(row | {"mark": place.mark})
    insert_all(connection, feed, rows)
    connection.execute(update(devices).where(*mine).values(feed_hub_seq=place.hub_seq, feed_mark=place.mark))
