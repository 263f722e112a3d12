"""Taking in entries: a batch is stored whole when its chain verifies, whatever its entries say.

Stored is the first verdict and is acked; applied or parked is the second and goes into the feed. Only a hash or a
signature that does not hold, or a second history of the same chain, stops a chain: the others are not touched.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select, update

from clerk_app.domain.fold import Fact
from clerk_app.failpoints import failpoint
from clerk_app.journal.attested import AttestedEntry
from clerk_app.journal.body import readable_body
from clerk_app.journal.chain import check_chain
from clerk_app.journal.entry import Entry, Header
from clerk_app.journal.exchange import Verdict
from clerk_app.journal.hub_facts import SignedAck
from clerk_app.journal.signature import HEAD, head_message, verify
from sync.batch import Batch
from sync.blobs import may_name_blobs, named_blobs
from sync.feed_page import verdict_line
from sync.hub.acks import signed_acks
from sync.hub.audience import followers, takers
from sync.hub.copies import Copied, copy_to, hold_too
from sync.hub.desk_clock import MeasuredBatch
from sync.hub.devices import Device
from sync.hub.early import has_early, keep_early, take_early
from sync.hub.follows import Follow, begin_to_follow, entry_lines
from sync.hub.give_back import make_room
from sync.hub.hub import Hub
from sync.hub.judge import (
    Judgement,
    Place,
    entry_fact,
    fold_streams,
    judgements,
    load_facts,
    replace_case_rows,
    streams_of,
)
from sync.hub.licences.recheck import recheck_arrived
from sync.hub.order import FeedLine, append_to_feed, last_number, take_numbers
from sync.hub.quarantine import quarantine
from sync.hub.reconsider import tell_verdict
from sync.hub.refusal import FOREIGN_CHAIN, Refused
from sync.hub.revoke import is_revoked
from sync.hub.schema import blob_names, blobs, chains, entries
from sync.hub.sharing import Holding, lock_holders
from sync.hub.store import insert_all, insert_or_nothing, is_alone, parts_of, retried
from sync.schemas import AckMessage, EntryRange, PushAnswer, StoppedMessage

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ChainRow:
    """How far the hub has a chain; `seq` 0 and no head before the first entry."""

    device: str
    seq: int = 0
    head: bytes = b""
    stopped: str = ""
    known: bool = False


@dataclass(frozen=True, slots=True)
class Arrived:
    """One fresh entry, parsed."""

    entry: Entry
    fact: Fact
    blobs: tuple[str, ...]

    @property
    def place(self) -> Place:
        """Its chain and seq."""
        return self.fact.chain, self.fact.seq


def push(hub: Hub, device: Device, batch: Batch, *, clock_offset: int | None = None) -> PushAnswer:
    """Store what is new of a batch and ack all of it, or stop its chain; keep it unstored if it came too early.

    With a batch those are stored and acked that had overtaken it. `clock_offset`: how far the desk's clock was ahead
    of the hub's as the batch came, in milliseconds; None where nobody measured it, as in a hand-over.
    """
    return retried(lambda: _push(hub, device, MeasuredBatch(batch, clock_offset)))


def _push(hub: Hub, device: Device, measured: MeasuredBatch) -> PushAnswer:
    batch = measured.batch
    fault = _fault(batch, device.public_key)
    # Outside of the transaction, in which others wait for us.
    arrived = () if fault else tuple(_arrived(entry) for entry in batch.entries)
    with hub.store.writing() as connection:
        chain = _chain_row(connection, device, batch.chain)
        stopped = chain.stopped or fault
        early = not stopped and batch.first > chain.seq + 1
        if early:
            keep_early(connection, hub, device, measured)
        else:
            stopped = stopped or _fork(connection, device, batch, chain)
        if stopped:
            _stop(hub, connection, device, batch, chain, stopped)
        elif not early and batch.seq > chain.seq:
            _store(hub, connection, device, measured, arrived, chain)
        failpoint("hub.push.before_commit")
    failpoint("hub.push.after_commit")
    recheck_arrived(hub, device.region, batch.chain, batch.first, batch.seq)
    if stopped:
        return PushAnswer(acks=[], stopped=StoppedMessage(chain=batch.chain, seq=chain.seq, reason=stopped))
    if early:
        return PushAnswer(acks=[], early=True)
    return PushAnswer(acks=[AckMessage.of(ack) for ack in _acks_of_all(hub, device, batch)])


def _acks_of_all(hub: Hub, device: Device, batch: Batch) -> list[SignedAck]:
    """Acks of a stored batch, and of those that had overtaken it: these are stored first."""
    last, may_wait = batch.seq, True
    while True:
        with hub.store.reading() as connection:
            if not (may_wait and has_early(connection, device, batch.chain)):
                wanted = EntryRange(chain=batch.chain, first=batch.first, last=last)
                return signed_acks(connection, hub, device.region, device.device, wanted)
        following = _store_what_waits(hub, device, batch.chain)
        last, may_wait = following or last, following is not None


def _store_what_waits(hub: Hub, device: Device, chain: str) -> int | None:
    """Store the batch that waits to follow what is stored, in a transaction of its own; return its last seq."""
    with hub.store.writing() as connection:
        row = _chain_row(connection, device, chain)
        following = take_early(connection, device, chain, row.seq)
        if following is None or row.stopped or _fork(connection, device, following.batch, row):
            # Another history is for its own device to send again, and then to be judged.
            return None
        arrived = tuple(_arrived(entry) for entry in following.batch.entries)
        _store(hub, connection, device, following, arrived, row)
    return following.batch.seq


# ---- does the chain hold ------------------------------------------------------------------------------------------


def _fault(batch: Batch, device_public: bytes) -> str:
    """What does not hold in the batch itself: `signature`, `hash`, or nothing."""
    if not verify(device_public, HEAD, head_message(batch.chain, batch.seq, batch.head), batch.signature):
        return "signature"
    _seq, _head, fault = check_chain(batch.entries, chain=batch.chain, prev=batch.prev, after=batch.first - 1)
    return "hash" if fault is not None or batch.reached != batch.head else ""


def _chain_row(connection: Connection, device: Device, chain: str) -> ChainRow:
    statement = select(chains).where(chains.c.region == device.region, chains.c.chain == chain)
    # The lock keeps two pushes of one chain in line; it is nothing on SQLite, whose transaction has begun IMMEDIATE.
    row = connection.execute(statement.with_for_update()).one_or_none()
    if row is None:
        return ChainRow(device.device)
    if row.device != device.device:
        raise Refused(*FOREIGN_CHAIN)
    return ChainRow(row.device, row.seq, row.head, row.stopped, known=True)


def _fork(connection: Connection, device: Device, batch: Batch, chain: ChainRow) -> str:
    """`fork` if the batch tells another history than the one stored."""
    if not chain.known:
        return ""
    before = _hash_at(connection, device, batch.chain, batch.first - 1)
    shared = min(batch.seq, chain.seq)
    overlap = batch.entries[shared - batch.first].hash if shared >= batch.first else before
    same = before == batch.prev and overlap == _hash_at(connection, device, batch.chain, shared)
    return "" if same else "fork"


def _hash_at(connection: Connection, device: Device, chain: str, seq: int) -> bytes:
    mine = (chains.c.region == device.region, chains.c.chain == chain)
    if seq == 0:
        return bytes(connection.execute(select(chains.c.cites).where(*mine)).scalar_one())
    statement = select(entries.c.hash).where(
        entries.c.region == device.region, entries.c.chain == chain, entries.c.seq == seq
    )
    return bytes(connection.execute(statement).scalar_one())


def _stop(hub: Hub, connection: Connection, device: Device, batch: Batch, chain: ChainRow, reason: str) -> None:
    if chain.stopped:
        return
    logger.error("chain %s of device %s stopped at %d: %s", batch.chain, device.code, chain.seq, reason)
    if not chain.known:
        insert_all(connection, chains, [_new_chain(hub, device, batch) | {"stopped": reason}])
        return
    mine = (chains.c.region == device.region, chains.c.chain == batch.chain)
    connection.execute(update(chains).where(*mine).values(stopped=reason))


def _new_chain(hub: Hub, device: Device, batch: Batch) -> dict[str, Any]:
    return {
        "region": device.region,
        "chain": batch.chain,
        "device": device.device,
        "seq": 0,
        "head": batch.prev,
        "cites": batch.prev,
        "signature": b"",
        "stopped": "",
        "first_seen_at": hub.clock.now_ms(),
    }


# ---- storing ------------------------------------------------------------------------------------------------------


def _store(
    hub: Hub,
    connection: Connection,
    device: Device,
    measured: MeasuredBatch,
    arrived: Sequence[Arrived],
    chain: ChainRow,
) -> None:
    """Store what is fresh of a batch; `arrived` are all its entries."""
    region, batch = device.region, measured.batch
    if not chain.known:
        insert_all(connection, chains, [_new_chain(hub, device, batch)])
    fresh = arrived[max(0, chain.seq - batch.first + 1) :]
    facts = [arrived.fact for arrived in fresh]
    seen = last_number(connection, region)
    known = load_facts(connection, region, streams_of(facts))
    folded = fold_streams(known, facts)
    complete = _name_blobs(connection, region, fresh)
    arrival = {"region": region, "arrived_at": hub.clock.now_ms(), "clock_offset": measured.clock_offset}
    rows = [arrival | row for row in _rows(fresh, complete)]
    # Who takes numbers holds up the others until the commit, so they come last; where there are no others, rows are
    # written once, with their numbers.
    numbered_at_once = is_alone(connection) and not is_revoked(connection, region, device.device)
    if not numbered_at_once:
        insert_all(connection, entries, rows)
    connection.execute(
        update(chains)
        .where(chains.c.region == region, chains.c.chain == batch.chain)
        .values(seq=batch.seq, head=batch.head, signature=batch.signature)
    )
    # From here on nobody else writes to one of these streams, wherever it is held.
    held = _hold(hub, connection, region, streams_of(facts))
    # What another desk gave back before its chain came has its number already, and keeps it.
    given = make_room(connection, region, batch.chain, {one.fact.seq: one.entry.hash for one in fresh})
    if given and numbered_at_once:
        insert_all(connection, entries, rows)
        numbered_at_once = False
    new = [arrived for arrived in fresh if arrived.fact.seq not in given]
    first = take_numbers(connection, region, len(new))
    numbers = given | {arrived.fact.seq: number for number, arrived in enumerate(new, first)}
    shown = [AttestedEntry(hub.identity, device.code, numbers[one.fact.seq], one.entry) for one in new]
    revoked = is_revoked(connection, region, device.device)
    if revoked:
        quarantine(connection, region, batch.chain, {one.fact.seq: numbers[one.fact.seq] for one in new})
        _copy(hub, connection, region, held, shown, quarantined=True)
        fresh, new = [one for one in fresh if one.fact.seq in given], []
        if not fresh:
            return
    if given or first != seen + 1:
        # Another transaction was numbered meanwhile and may have written to one of these streams.
        facts = [replace(arrived.fact, hub_seq=numbers[arrived.fact.seq]) for arrived in fresh]
        known = load_facts(connection, region, streams_of(facts))
        folded = fold_streams(known, facts)
    audience = _audience(connection, region, known)
    verdicts = judgements(folded, facts)
    runs = _runs(new, verdicts, numbers)
    if numbered_at_once:
        insert_all(connection, entries, _numbered(rows, verdicts, first))
    else:
        kept = _runs([arrived for arrived in fresh if arrived.fact.seq in given], verdicts, numbers)
        _number(connection, region, [*runs, *kept])
    replace_case_rows(hub.keys, connection, region, folded)
    if not revoked:
        lines = entry_lines(shown, audience, writer=device.device)
        joined = [Follow(stream) for stream in known if known[stream] and device.device not in audience[stream]]
        lines[device.device] = [FeedLine(run.hub_seq, verdict_line(run)) for run in runs]
        lines[device.device] += begin_to_follow(connection, hub, device, joined)
        for reader in sorted(lines):
            append_to_feed(connection, region, reader, lines[reader])
        _copy(hub, connection, region, held, shown, quarantined=False)
    for seq in sorted(given):
        tell_verdict(connection, region, device.device, (batch.chain, seq), verdicts[batch.chain, seq])


def _audience(connection: Connection, region: str, known: Mapping[str, Sequence[Fact]]) -> dict[str, set[str]]:
    """Who follows streams of which this is `known`, before the writer does."""
    old = [stream for stream in known if known[stream]]
    # Before its first entry nobody follows a stream but those to whom a hub showed it that was put back since.
    return followers(connection, region, old) | takers(connection, region, [*known.keys() - set(old)])


def _hold(hub: Hub, connection: Connection, region: str, streams: Sequence[str]) -> dict[str, Holding]:
    """Lock all regions that hold these streams, and let this one hold them too; who writes to a case handles it."""
    held = lock_holders(connection, region, streams)
    return {stream: hold_too(hub, connection, region, stream, holding) for stream, holding in held.items()}


def _copy(
    hub: Hub,
    connection: Connection,
    region: str,
    held: Mapping[str, Holding],
    shown: Sequence[AttestedEntry],
    *,
    quarantined: bool,
) -> None:
    """Put what was just numbered in order in every other region that holds its stream."""
    for other in sorted({other for holding in held.values() for other in holding.others(region)}):
        theirs = [attested for attested in shown if other in held[attested.header.stream].regions]
        copy_to(hub, connection, other, [Copied(attested, quarantined) for attested in theirs])


def _arrived(entry: Entry) -> Arrived:
    header, body = Header.from_bytes(entry.header), readable_body(entry.body)
    named = named_blobs(body) if entry.body is not None and may_name_blobs(entry.body) else ()
    return Arrived(entry, entry_fact(header, body, entry.body_hash, None), tuple(blob.id for blob in named))


def _rows(fresh: Sequence[Arrived], complete: Mapping[str, bool]) -> list[dict[str, Any]]:
    return [
        {
            "chain": arrived.fact.chain,
            "seq": arrived.fact.seq,
            "stream": arrived.fact.stream,
            "kind": arrived.fact.kind,
            "header": arrived.entry.header,
            "salt": arrived.entry.salt,
            "body": arrived.entry.body,
            "body_hash": arrived.entry.body_hash,
            "hash": arrived.entry.hash,
            "blobs_complete": all(complete[blob] for blob in arrived.blobs),
            "verdict": "",
            "reason": "",
        }
        for arrived in fresh
    ]


def _name_blobs(connection: Connection, region: str, fresh: Sequence[Arrived]) -> dict[str, bool]:
    """Note which entry names which blob; return which of them the hub has whole."""
    named = {blob for arrived in fresh for blob in arrived.blobs}
    if not named:
        return {}
    insert_or_nothing(
        connection, blobs, [{"region": region, "blob": blob, "complete": False} for blob in sorted(named)]
    )
    names = [
        {"region": region, "chain": arrived.fact.chain, "seq": arrived.fact.seq, "blob": blob}
        for arrived in fresh
        for blob in arrived.blobs
    ]
    insert_or_nothing(connection, blob_names, names)
    complete: dict[str, bool] = {}
    for part in parts_of(sorted(named)):
        # The lock makes a blob that is being finished just now wait for our names, or us for its completion.
        statement = select(blobs.c.blob, blobs.c.complete).where(blobs.c.region == region, blobs.c.blob.in_(part))
        rows = connection.execute(statement.order_by(blobs.c.blob).with_for_update())
        complete |= {row.blob: bool(row.complete) for row in rows}
    return complete


def _numbered(rows: Sequence[dict[str, Any]], verdicts: Mapping[Place, Judgement], first: int) -> list[dict[str, Any]]:
    """Rows with their numbers from `first` on, and their verdicts."""
    judged = [verdicts[row["chain"], row["seq"]] for row in rows]
    return [
        row | {"hub_seq": first + n, "verdict": verdict.verdict, "reason": verdict.reason}
        for n, (row, verdict) in enumerate(zip(rows, judged, strict=True))
    ]


def _number(connection: Connection, region: str, runs: Sequence[Verdict]) -> None:
    """Give the stored entries their numbers and verdicts: one statement for each run of one verdict."""
    for run in runs:
        mine = (
            entries.c.region == region,
            entries.c.chain == run.chain,
            entries.c.seq.between(run.first, run.seq),
        )
        numbers = entries.c.seq + (run.hub_seq - run.seq)
        connection.execute(update(entries).where(*mine).values(hub_seq=numbers, verdict=run.verdict, reason=run.reason))


def _runs(fresh: Sequence[Arrived], verdicts: Mapping[Place, Judgement], numbers: Mapping[int, int]) -> list[Verdict]:
    """Neighbours of one verdict whose numbers follow one another; `numbers` are by seq."""
    runs: list[Verdict] = []
    for arrived in fresh:
        (chain, seq), number, judged = arrived.place, numbers[arrived.fact.seq], verdicts[arrived.place]
        last, first = runs[-1] if runs else None, seq
        if (
            last is not None
            and (last.chain, last.seq, last.hub_seq) == (chain, seq - 1, number - 1)
            and (last.verdict, last.reason) == (judged.verdict, judged.reason)
        ):
            first = runs.pop().first
        runs.append(Verdict(chain, first, seq, number, judged.verdict, judged.reason))
    return runs
