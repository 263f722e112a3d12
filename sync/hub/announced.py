"""Hand-over files on their way here through a carrier: announced, uploaded in pieces like a blob, then taken in.

A row lives from the announcement on. What was taken in stays listed with its manifest, so that the return can be made
again when an answer was lost.
"""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection, delete, select, update

from clerk_app.journal.exchange import BlobId
from sync.hub.schema import handovers
from sync.hub.store import AnyRow, insert_or_nothing

MAX_HANDOVER = 2 * 1024 * 1024 * 1024
"""Bytes of one hand-over that a carrier may bring over a line."""

Standing = Literal["arriving", "taken"]


def announce(connection: Connection, region: str, handover: BlobId, *, carrier: str, now_ms: int) -> None:
    """Expect a hand-over in a carrier's region; announcing it again changes nothing."""
    row = {"region": region, "handover": handover, "carrier": carrier, "announced_at": now_ms, "state": "arriving"}
    insert_or_nothing(connection, handovers, row | {"device": ""})


def find_announced(connection: Connection, region: str, handover: BlobId) -> AnyRow | None:
    """The row of a hand-over, or None."""
    mine = (handovers.c.region == region, handovers.c.handover == handover)
    return connection.execute(select(handovers).where(*mine)).one_or_none()


def settle(connection: Connection, region: str, handover: BlobId, *, device: str, manifest: bytes, now_ms: int) -> None:
    """Note that all of it was taken in."""
    mine = (handovers.c.region == region, handovers.c.handover == handover)
    values = {"state": "taken", "device": device, "manifest": manifest, "taken_at": now_ms}
    connection.execute(update(handovers).where(*mine).values(**values))


def forget(connection: Connection, region: str, handover: BlobId) -> None:
    """Expect it no longer."""
    mine = (handovers.c.region == region, handovers.c.handover == handover, handovers.c.state == "arriving")
    connection.execute(delete(handovers).where(*mine))
