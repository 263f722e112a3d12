"""Batches that overtook the one they follow: on a line with losses a desk sends several at once.

They are kept as they came and stored right after the batch before them. Nothing is acked for keeping them; a desk that
hears nothing more of one simply sends it again, and so it does with one for which there was no room.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, delete, select

from sync.batch import decode_batch
from sync.hub.desk_clock import MeasuredBatch
from sync.hub.devices import Device
from sync.hub.hub import Hub
from sync.hub.schema import early_batches
from sync.hub.store import insert_or_nothing

MAX_EARLY = 8
"""Batches of one chain that may wait at once."""


def keep_early(connection: Connection, hub: Hub, device: Device, measured: MeasuredBatch) -> None:
    """Keep a batch whose signature and hashes hold until the one before it comes.

    Where too many would wait the farthest is let go, be it this one: those of an earlier try, cut otherwise, must not
    keep out what is due next.
    """
    batch, mine = measured.batch, _of(device, measured.batch.chain)
    row = {
        "region": device.region,
        "chain": batch.chain,
        "first": batch.first,
        "device": device.device,
        "content": batch.content,
        "arrived_at": hub.clock.now_ms(),
        "clock_offset": measured.clock_offset,
    }
    insert_or_nothing(connection, early_batches, row)
    nearest = select(early_batches.c.first).where(*mine).order_by(early_batches.c.first).limit(MAX_EARLY + 1)
    kept = connection.execute(nearest).scalars().all()
    if len(kept) > MAX_EARLY:
        connection.execute(delete(early_batches).where(*mine, early_batches.c.first == kept[-1]))


def has_early(connection: Connection, device: Device, chain: str) -> bool:
    """Whether any batch of a chain waits."""
    statement = select(early_batches.c.first).where(*_of(device, chain)).limit(1)
    return connection.execute(statement).one_or_none() is not None


def take_early(connection: Connection, device: Device, chain: str, seq: int) -> MeasuredBatch | None:
    """Take the batch that now follows entry `seq`, if there is one; what brings nothing new is thrown away."""
    due = (*_of(device, chain), early_batches.c.first <= seq + 1)
    rows = connection.execute(select(early_batches.c.content, early_batches.c.clock_offset).where(*due)).fetchall()
    connection.execute(delete(early_batches).where(*due))
    waited = [MeasuredBatch(decode_batch(row.content), row.clock_offset) for row in rows]
    return max((one for one in waited if one.batch.seq > seq), key=lambda one: one.batch.seq, default=None)


def _of(device: Device, chain: str) -> tuple[ColumnElement[bool], ...]:
    of_chain = (early_batches.c.region == device.region, early_batches.c.chain == chain)
    return (*of_chain, early_batches.c.device == device.device)
