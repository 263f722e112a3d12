"""Acks, made from committed rows only: asking again for the same entries gives the same acks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from clerk_app.journal.hub_facts import Ack, SignedAck
from sync.hub.hub import Hub
from sync.hub.schema import chains, entries
from sync.hub.store import AnyRow
from sync.schemas import EntryRange


def signed_acks(connection: Connection, hub: Hub, region: str, device: str, wanted: EntryRange) -> list[SignedAck]:
    """Acks of what is stored of a range of this device's entries."""
    statement = (
        select(entries.c.seq, entries.c.hash, entries.c.hub_seq, entries.c.blobs_complete)
        .join(chains, (chains.c.region == entries.c.region) & (chains.c.chain == entries.c.chain))
        .where(
            entries.c.region == region,
            entries.c.chain == wanted.chain,
            entries.c.seq.between(wanted.first, wanted.last),
            chains.c.device == device,
        )
        .order_by(entries.c.seq)
    )
    runs = _runs(connection.execute(statement).fetchall())
    return [hub.keys.sign_ack(_ack(hub.identity, wanted.chain, run)) for run in runs]


def _runs(rows: Sequence[AnyRow]) -> Iterator[list[AnyRow]]:
    """Neighbours whose numbers follow one another and whose blobs stand alike."""
    run: list[AnyRow] = []
    for row in rows:
        if run and (row.hub_seq != run[-1].hub_seq + 1 or row.blobs_complete != run[-1].blobs_complete):
            yield run
            run = []
        run.append(row)
    if run:
        yield run


def _ack(hub: bytes, chain: str, run: Sequence[AnyRow]) -> Ack:
    last = run[-1]
    return Ack(hub, chain, run[0].seq, last.seq, last.hash, last.hub_seq, bool(last.blobs_complete))
