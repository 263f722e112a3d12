"""What came from a revoked device: stored whole and signed for, and no part of anything until a supervisor decides.

It has its place in the order from its arrival on. Released, it is judged at that very place, so that releasing in any
order gives the same state; kept, it stays where it is and is only no longer asked about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import ColumnElement, Connection, func, select, update

from clerk_app.errors import NothingInQuarantine
from clerk_app.failpoints import failpoint
from clerk_app.journal.handover import Draft
from sync.hub.audience import Numbered
from sync.hub.devices import HALL_SIZE, Device
from sync.hub.follows import show_late
from sync.hub.hub import Hub
from sync.hub.judge import QUARANTINED, read_item
from sync.hub.licences.recheck import recheck_all
from sync.hub.order import lock_order
from sync.hub.reconsider import judge_again
from sync.hub.schema import chains, copies, entries, held_drafts
from sync.hub.sharing import Holding, lock_holders
from sync.hub.shown import attested_entries
from sync.hub.store import AnyRow, DoAgain, insert_or_nothing, retried

OPEN, KEPT = "revoked", "kept"
"""Reasons of the verdict: nobody has decided yet; a supervisor wants it to stay there."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Entries of one chain that stand alike. `device` has nine digits; `state` is `open` or `kept`."""

    device: str
    chain: str
    state: str
    first: int
    last: int
    entries: int
    arrived_at: int
    streams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which entries of a device: all, those of a chain, or those of a stream."""

    device: str
    chain: str = ""
    stream: str = ""

    @property
    def region(self) -> str:
        """The region of the device."""
        return self.device[:HALL_SIZE]

    def where(self) -> list[ColumnElement[bool]]:
        """As conditions on entries joined with their chains."""
        found = [entries.c.verdict == QUARANTINED, entries.c.region == self.region]
        found.append(chains.c.device == self.device[HALL_SIZE:])
        if self.chain:
            found.append(entries.c.chain == self.chain)
        if self.stream:
            found.append(entries.c.stream == self.stream)
        return found


def quarantine(connection: Connection, region: str, chain: str, numbers: Mapping[int, int]) -> None:
    """Put entries just stored into quarantine; `numbers` of the order by their seqs."""
    here = (entries.c.region == region, entries.c.chain == chain)
    for offset, group in groupby(numbers.items(), key=lambda item: item[1] - item[0]):
        seqs = [seq for seq, _number in group]
        values = {"hub_seq": entries.c.seq + offset, "verdict": QUARANTINED, "reason": OPEN}
        connection.execute(update(entries).where(*here, entries.c.seq.between(seqs[0], seqs[-1])).values(**values))


def listed(hub: Hub) -> list[Quarantined]:
    """Everything in quarantine, by device and chain."""
    statement = (
        select(
            chains.c.region,
            chains.c.device,
            entries.c.chain,
            entries.c.reason,
            func.min(entries.c.seq).label("first"),
            func.max(entries.c.seq).label("last"),
            func.count().label("number"),
            func.min(entries.c.arrived_at).label("arrived_at"),
        )
        .join(entries, (chains.c.region == entries.c.region) & (chains.c.chain == entries.c.chain))
        .where(entries.c.verdict == QUARANTINED)
        .group_by(chains.c.region, chains.c.device, entries.c.chain, entries.c.reason)
        .order_by(chains.c.region, chains.c.device, entries.c.chain, entries.c.reason)
    )
    with hub.store.reading() as connection:
        return [_told(connection, row) for row in connection.execute(statement).fetchall()]


def release(hub: Hub, choice: Choice) -> int:
    """Let entries take part from now on, each at its place in the order; return how many.

    Raises `NothingInQuarantine`.
    """
    count = retried(lambda: _release(hub, choice))
    # What these cases took in without a line is asked about now, as when a case arrives.
    recheck_all(hub)
    return count


def _release(hub: Hub, choice: Choice) -> int:
    with hub.store.writing() as connection:
        streams = sorted({row.stream for row in _chosen(connection, choice)})
        held = lock_holders(connection, choice.region, streams)
        chosen = _chosen(connection, choice)
        if not held.keys() >= {row.stream for row in chosen}:
            # More has arrived meanwhile, for cases whose regions are not locked.
            raise DoAgain
        let_take_part(hub, connection, chosen, held)
        failpoint("quarantine.before_commit")
    failpoint("quarantine.after_commit")
    return len(chosen)


def let_take_part(hub: Hub, connection: Connection, chosen: Sequence[AnyRow], held: Mapping[str, Holding]) -> None:
    """Let entries in quarantine take part from now on, each at its place. Call under the locks of all who hold them.

    A row has `region`, `chain`, `seq`, `stream`, `body_hash`, and the `device` in three digits.
    """
    for row in chosen:
        _mark(connection, row, verdict="", reason="")
        _mark_copies(connection, row, held[row.stream])
    for stream in dict.fromkeys(row.stream for row in chosen):
        judge_again(hub, connection, stream, held[stream])
    for row in chosen:
        for region in held[row.stream].regions:
            shown = _numbered(connection, hub, region, row)
            show_late(connection, region, [shown], writer=row.region + row.device)


def keep(hub: Hub, choice: Choice) -> int:
    """Leave entries in quarantine for good, though they can still be released; return how many.

    Raises `NothingInQuarantine`.
    """
    return retried(lambda: _keep(hub, choice))


def _keep(hub: Hub, choice: Choice) -> int:
    with hub.store.writing() as connection:
        # Under the region's lock no push is judged beside us, and nobody releases what we keep.
        lock_order(connection, choice.region)
        chosen = _chosen(connection, choice)
        for row in chosen:
            _mark(connection, row, verdict=QUARANTINED, reason=KEPT)
    return len(chosen)


def hold_drafts(hub: Hub, device: Device, drafts: Sequence[Draft]) -> None:
    """Keep the drafts of a revoked device's hand-over; bringing them again changes nothing."""
    rows = [
        {
            "region": device.region,
            "device": device.device,
            "draft": draft.id,
            "content": draft.to_bytes(),
            "updated_at": draft.updated_at,
            "arrived_at": hub.clock.now_ms(),
        }
        for draft in drafts
    ]
    with hub.store.writing() as connection:
        insert_or_nothing(connection, held_drafts, rows)


def held(hub: Hub, code: str = "") -> list[Draft]:
    """The drafts held, of one device or of all."""
    statement = select(held_drafts).order_by(
        held_drafts.c.region, held_drafts.c.device, held_drafts.c.draft, held_drafts.c.updated_at
    )
    if code:
        mine = (held_drafts.c.region == code[:HALL_SIZE], held_drafts.c.device == code[HALL_SIZE:])
        statement = statement.where(*mine)
    with hub.store.reading() as connection:
        return [Draft.from_bytes(row.content) for row in connection.execute(statement)]


def _told(connection: Connection, row: AnyRow) -> Quarantined:
    mine = (entries.c.region == row.region, entries.c.chain == row.chain)
    alike = (entries.c.verdict == QUARANTINED, entries.c.reason == row.reason)
    streams = connection.execute(select(entries.c.stream).where(*mine, *alike).distinct().order_by(entries.c.stream))
    return Quarantined(
        row.region + row.device,
        row.chain,
        "kept" if row.reason == KEPT else "open",
        row.first,
        row.last,
        row.number,
        row.arrived_at,
        tuple(streams.scalars()),
    )


def _chosen(connection: Connection, choice: Choice) -> Sequence[AnyRow]:
    statement = (
        select(entries.c.region, entries.c.chain, entries.c.seq, entries.c.stream, entries.c.body_hash, chains.c.device)
        .join(chains, (chains.c.region == entries.c.region) & (chains.c.chain == entries.c.chain))
        .where(*choice.where())
        .order_by(entries.c.hub_seq)
    )
    found = connection.execute(statement).fetchall()
    if not found:
        raise NothingInQuarantine
    return found


def _mark_copies(connection: Connection, row: AnyRow, holding: Holding) -> None:
    for region in holding.others(row.region):
        connection.execute(update(copies).where(*_copy_of(row, region)).values(quarantined=False))


def _numbered(connection: Connection, hub: Hub, region: str, row: AnyRow) -> Numbered:
    """A released entry as the feeds of a region name it: an entry of its own region, a copy elsewhere."""
    if region == row.region:
        mine = (entries.c.chain == row.chain, entries.c.seq == row.seq)
        [attested] = attested_entries(connection, hub, region, *mine).values()
        return Numbered(attested.hub_seq, row.stream, attested.message())
    copied = select(copies.c.content).where(*_copy_of(row, region))
    item = read_item(connection.execute(copied).scalar_one())
    return Numbered(item.hub_seq, row.stream, item.message())


def _copy_of(row: AnyRow, region: str) -> list[ColumnElement[bool]]:
    """The copy of an entry in another region. By its act too: a desk put back may have given its place twice."""
    place = [copies.c.region == region, copies.c.chain == row.chain, copies.c.seq == row.seq]
    return [*place, copies.c.body_hash == row.body_hash]


def _mark(connection: Connection, row: AnyRow, *, verdict: str, reason: str) -> None:
    mine = (entries.c.region == row.region, entries.c.chain == row.chain, entries.c.seq == row.seq)
    connection.execute(update(entries).where(*mine).values(verdict=verdict, reason=reason))
