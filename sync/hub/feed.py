"""Reading a device's feed, and comparing digests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, select

from clerk_app.journal.exchange import NO_MARK
from sync.hub.devices import Device
from sync.hub.hub import Hub
from sync.hub.publish import newest
from sync.hub.schema import chains, entries, feed
from sync.hub.shown import shown_items
from sync.hub.store import AnyRow
from sync.schemas import (
    MAX_WAITING,
    ChainPlace,
    ChainStanding,
    FeedAnswer,
    FeedItem,
    FeedMark,
    FeedStanding,
    KeyListMessage,
    Standing,
    StateAnswer,
    StateAsk,
)
from sync.wire import PROTOCOL

MAX_ITEMS = 1000
PAGE_BYTES = 2 * 1024 * 1024
_LOADED = 50
_MINE = (feed.c.region == bindparam("hall"), feed.c.device == bindparam("number"))
_MARK = select(feed.c.mark).where(*_MINE, feed.c.hub_seq == bindparam("place"))
_NEXT = select(feed.c.hub_seq).where(*_MINE, feed.c.hub_seq > bindparam("place")).limit(1)
_CHAINS = (
    select(chains)
    .where(chains.c.region == bindparam("hall"), chains.c.device == bindparam("number"))
    .order_by(chains.c.chain)
)
_WAITING = (
    select(entries.c.seq)
    .where(
        entries.c.region == bindparam("hall"),
        entries.c.chain == bindparam("name"),
        entries.c.blobs_complete.is_(False),
    )
    .order_by(entries.c.seq)
    .limit(MAX_WAITING)
)
"""Comparing is what a desk with nothing new does all day, so its statements are built and compiled once."""


def read_feed(hub: Hub, device: Device, after: int, limit: int) -> FeedAnswer:
    """A page of what the device may see, after a place."""
    limit = min(max(1, limit), MAX_ITEMS)
    with hub.store.reading() as connection:
        rows = _rows(connection, device, after, limit + 1)
        items = _items(connection, hub, device.region, rows[:limit])
        last = rows[len(items) - 1] if items else None
        mark = last.mark if last else _mark_at(connection, device, after) or NO_MARK
    return FeedAnswer(
        items=items,
        after=last.hub_seq if last else after,
        mark=mark.hex(),
        more=len(rows) > len(items),
    )


def _rows(connection: Connection, device: Device, after: int, limit: int) -> Sequence[AnyRow]:
    statement = (
        select(feed.c.hub_seq, feed.c.line, feed.c.shows, feed.c.mark)
        .where(feed.c.region == device.region, feed.c.device == device.device, feed.c.hub_seq > after)
        .order_by(feed.c.hub_seq)
        .limit(limit)
    )
    return connection.execute(statement).fetchall()


def _items(connection: Connection, hub: Hub, region: str, rows: Sequence[AnyRow]) -> list[FeedItem]:
    """The items that fit one answer, at least one; what they show is loaded a few at a time."""
    items: list[FeedItem] = []
    size = 0
    for start in range(0, len(rows), _LOADED):
        part = rows[start : start + _LOADED]
        shown = shown_items(connection, hub, region, [row.shows for row in part if row.shows is not None])
        for row in part:
            item = _item(row, shown)
            size += len(item.content)
            if items and size > PAGE_BYTES:
                return items
            items.append(item)
    return items


def _item(row: AnyRow, shown: Mapping[int, FeedItem]) -> FeedItem:
    if row.shows is None:
        return FeedItem(content=row.line.decode())
    item = shown[row.shows]
    if row.line is None:
        return item
    return FeedItem(content=f"{row.line.decode()}\n{item.content}", signature=item.signature)


def _mark_at(connection: Connection, device: Device, hub_seq: int) -> bytes | None:
    """The mark of a device's feed at a place, None if it has no such place."""
    if hub_seq == 0:
        return NO_MARK
    return connection.execute(_MARK, _at(device, hub_seq)).scalar_one_or_none()


def _at(device: Device, hub_seq: int) -> dict[str, object]:
    return {"hall": device.region, "number": device.device, "place": hub_seq}


# ---- digests ------------------------------------------------------------------------------------------------------


def compare(hub: Hub, device: Device, ask: StateAsk) -> StateAnswer:
    """The hub's digest beside the desk's."""
    said = {place.chain: place for place in ask.chains}
    with hub.store.reading() as connection:
        rows = connection.execute(_CHAINS, {"hall": device.region, "number": device.device}).fetchall()
        standings = [_standing(connection, row, said.get(row.chain)) for row in rows]
        place = _feed_standing(connection, device, ask.feed)
        catalogue = newest(connection, device, ask.catalogue)
    return StateAnswer(
        protocol=PROTOCOL,
        keys=KeyListMessage.of(hub.key_list, hub.key_list_signature),
        chains=standings,
        feed=place,
        catalogue=catalogue,
    )


def _standing(connection: Connection, row: AnyRow, said: ChainPlace | None) -> ChainStanding:
    stand: Standing = "stopped" if row.stopped else _stand(connection, row, said)
    return ChainStanding(
        chain=row.chain,
        seq=row.seq,
        head=bytes(row.head).hex(),
        standing=stand,
        reason=row.stopped,
        waiting=_waiting(connection, row),
    )


def _waiting(connection: Connection, row: AnyRow) -> list[int]:
    """Entries whose blobs are not all here; a desk may hold them for complete if the hub was put back since."""
    return list(connection.execute(_WAITING, {"hall": row.region, "name": row.chain}).scalars())


def _stand(connection: Connection, row: AnyRow, said: ChainPlace | None) -> Standing:
    if said is None:
        return "ahead"
    if said.seq > row.seq:
        return "behind"
    if said.seq == row.seq:
        return "equal" if bytes.fromhex(said.head) == row.head else "fork"
    statement = select(entries.c.hash).where(
        entries.c.region == row.region, entries.c.chain == row.chain, entries.c.seq == said.seq
    )
    stored = connection.execute(statement).scalar_one_or_none() if said.seq else row.cites
    return "ahead" if stored == bytes.fromhex(said.head) else "fork"


def _feed_standing(connection: Connection, device: Device, said: FeedMark) -> FeedStanding:
    mark = _mark_at(connection, device, said.after)
    return FeedStanding(
        known=mark is not None and mark.hex() == said.mark,
        more=connection.execute(_NEXT, _at(device, said.after)).one_or_none() is not None,
    )
