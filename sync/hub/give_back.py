"""Entries that an older copy of this hub does not have, given back by a desk that was shown them.

What a desk was shown bears this hub's own signature: I have stored this entry of this device. So it can be proved,
whoever brings it, and it takes part again without being asked about: it did so when it was shown. What stood before it
in its chain may be lost for good, so it is kept as a copy beside the chains, in every region that holds its stream. If
the chain comes after all, the entry takes its own place in it and keeps the number of the copy.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from functools import partial

from sqlalchemy import Connection, delete, select

from clerk_app.domain.kinds import fold_stream
from clerk_app.errors import ProtocolMismatch
from clerk_app.failpoints import failpoint
from clerk_app.journal.attested import AttestedEntry
from clerk_app.journal.exchange import GivenEntry
from sync.entry_item import read_entry_item
from sync.hub.audience import followers
from sync.hub.copies import Copied, copy_to, hold_too
from sync.hub.devices import HALL_SIZE, Device
from sync.hub.follows import Follow, begin_to_follow
from sync.hub.hub import Hub
from sync.hub.judge import QUARANTINED, load_facts, read_item, replace_case_rows
from sync.hub.licences.recheck import recheck_stream
from sync.hub.order import append_to_feed
from sync.hub.quarantine import KEPT, let_take_part
from sync.hub.schema import chains, copies, devices, entries
from sync.hub.sharing import Holding, home_of, lock_holders
from sync.hub.store import AnyRow, retried
from sync.schemas import EntriesAnswer, EntriesAsk, EntryStanding, FeedItem

logger = logging.getLogger(__name__)


def take_entries_back(hub: Hub, device: Device, ask: EntriesAsk) -> EntriesAnswer:
    """Take entries of other devices back; return how each stands now. What this hub never signed is left out."""
    by_stream: dict[str, list[AttestedEntry]] = {}
    for item in ask.entries:
        attested = _our_own(hub, device, item)
        if attested is None:
            # One damaged on the desk's disk must not hold up the others.
            logger.warning("device %s offers an entry that this hub did not show to it", device.code)
        else:
            by_stream.setdefault(attested.header.stream, []).append(attested)
    given: list[GivenEntry] = []
    for stream, offered in by_stream.items():
        given += retried(partial(_take_back, hub, device, stream, offered))
        recheck_stream(hub, stream)
    return EntriesAnswer(entries=[EntryStanding(hash=one.hash.hex(), standing=one.standing) for one in given])


def _our_own(hub: Hub, device: Device, item: FeedItem) -> AttestedEntry | None:
    """The entry, if this hub signed for it and may have shown it to this device."""
    try:
        attested = read_entry_item(item, hub.key_list).attested
    except ProtocolMismatch:
        return None
    stream, written_in = attested.header.stream, attested.device[:HALL_SIZE]
    return attested if home_of(stream, device.region) == home_of(stream, written_in) else None


def _take_back(hub: Hub, device: Device, stream: str, offered: Sequence[AttestedEntry]) -> list[GivenEntry]:
    with hub.store.writing() as connection:
        concerned = _concerned(connection, device, offered)
        regions = sorted({one.region for one in concerned})
        # Under these locks nobody else brings the same entry meanwhile, to whichever region.
        holding = lock_holders(connection, device.region, [stream], also=regions)[stream]
        for region in regions:
            holding = hold_too(hub, connection, region, stream, holding)
        given = _Giving(hub, connection, device, stream, holding).take(offered, concerned)
        failpoint("repair.entries_before_commit")
    failpoint("repair.entries_after_commit")
    return given


class _Giving:
    """Takes entries of one stream back, under the locks of all regions that hold it."""

    def __init__(self, hub: Hub, connection: Connection, device: Device, stream: str, holding: Holding) -> None:
        self._hub, self._connection, self._device = hub, connection, device
        self._stream, self._holding = stream, holding

    def take(self, offered: Sequence[AttestedEntry], concerned: Collection[Device]) -> list[GivenEntry]:
        """Keep what is lost, let take part what a hand-over brought into quarantine; say how each stands."""
        lost, released, given = [], [], []
        for attested in {one.entry.hash: one for one in offered}.values():
            row = self._row(attested)
            if row is not None and (row.verdict, row.reason) == (QUARANTINED, KEPT):
                # A supervisor has decided; no desk decides otherwise.
                given.append(GivenEntry(attested.entry.hash, "quarantined"))
            elif row is not None or self._is_copied(attested):
                released += [row] if row is not None and row.verdict == QUARANTINED else []
                given.append(GivenEntry(attested.entry.hash, "known"))
            else:
                lost.append(attested)
                given.append(GivenEntry(attested.entry.hash, "lost"))
        if released:
            let_take_part(self._hub, self._connection, released, {self._stream: self._holding})
        for each in sorted(concerned, key=lambda one: one.code):
            self._let_follow(each)
        self._copy(lost)
        return given

    def _row(self, attested: AttestedEntry) -> AnyRow | None:
        """The entry in its own chain, if that has it."""
        header = attested.header
        mine = (
            entries.c.region == attested.device[:HALL_SIZE],
            entries.c.chain == header.chain,
            entries.c.seq == header.seq,
            entries.c.hash == attested.entry.hash,
        )
        columns = (entries.c.region, entries.c.chain, entries.c.seq, entries.c.stream, entries.c.body_hash)
        statement = select(*columns, entries.c.verdict, entries.c.reason, chains.c.device).join(
            chains, (chains.c.region == entries.c.region) & (chains.c.chain == entries.c.chain)
        )
        return self._connection.execute(statement.where(*mine)).one_or_none()

    def _is_copied(self, attested: AttestedEntry) -> bool:
        header = attested.header
        found = _copies_of(self._connection, self._device.region, header.chain, {header.seq: attested.entry.hash})
        return bool(found)

    def _let_follow(self, device: Device) -> None:
        """Whoever gives or wrote a part of a stream sees all of it, as if it had just taken it up or written to it."""
        connection, stream = self._connection, self._stream
        if device.device not in followers(connection, device.region, [stream])[stream]:
            lines = begin_to_follow(connection, self._hub, device, [Follow(stream)])
            append_to_feed(connection, device.region, device.device, lines)

    def _copy(self, lost: Sequence[AttestedEntry]) -> None:
        if not lost:
            return
        for region in self._holding.regions:
            copy_to(self._hub, self._connection, region, [Copied(attested) for attested in lost])
        home = self._holding.home
        facts = load_facts(self._connection, home, [self._stream])[self._stream]
        replace_case_rows(self._hub.keys, self._connection, home, [fold_stream(self._stream, facts)])
        logger.info("device %s gave back %d entries of %s", self._device.code, len(lost), self._stream)


def _concerned(connection: Connection, giver: Device, offered: Sequence[AttestedEntry]) -> set[Device]:
    """Who gives, and who wrote it, as far as this hub knows them."""
    found = {giver}
    for code in {attested.device for attested in offered}:
        mine = (devices.c.region == code[:HALL_SIZE], devices.c.device == code[HALL_SIZE:])
        row = connection.execute(select(devices).where(*mine)).one_or_none()
        if row is not None and code != giver.code:
            # A hub that was put back to before its registration knows it all the same.
            found.add(Device(row.region, row.device, row.public_key or b""))
    return found


# ---- a chain that comes after all ---------------------------------------------------------------------------------


def make_room(connection: Connection, region: str, chain: str, arrived: Mapping[int, bytes]) -> dict[int, int]:
    """Take away the copies, in their own region, of entries whose chain brings them now; return the copies' numbers.

    `arrived` are hashes by seq. Each entry is to get the number that is returned for its seq, in this transaction. Call
    under the region's lock.
    """
    numbers = _copies_of(connection, region, chain, arrived)
    if numbers:
        mine = (copies.c.region == region, copies.c.hub_seq.in_(numbers.values()))
        connection.execute(delete(copies).where(*mine))
    return numbers


def _copies_of(connection: Connection, region: str, chain: str, hashes: Mapping[int, bytes]) -> dict[int, int]:
    """The numbers of the copies of these entries, by their seqs."""
    statement = select(copies.c.seq, copies.c.hub_seq, copies.c.content).where(
        copies.c.region == region, copies.c.chain == chain, copies.c.seq.between(min(hashes), max(hashes))
    )
    found: dict[int, int] = {}
    for row in connection.execute(statement):
        item = read_item(row.content)
        if isinstance(item, AttestedEntry) and item.entry.hash == hashes.get(row.seq):
            found[row.seq] = row.hub_seq
    return found
