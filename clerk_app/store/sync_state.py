"""The store as the sync engine sees it: what was written here, what the hub has signed for, what it sent.

Every `take_…` is one transaction: it happened when it returns, or it did not happen. Taking the same again is harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, false, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from clerk_app.domain.civil import civil_date
from clerk_app.errors import BlobDamaged, DeviceRevoked, NotEnrolled, PracticeStore
from clerk_app.failpoints import failpoint
from clerk_app.journal.entry import Entry
from clerk_app.journal.exchange import (
    NO_MARK,
    BlobId,
    CaseAnswer,
    FeedPage,
    FeedPlace,
    Followed,
    GivenEntry,
    NamedBlob,
    OwnChain,
    Reappended,
    ReceivedEntry,
    ReceivedFact,
    Registration,
    SyncBacklog,
    Verdict,
    WaitingEntry,
    WantedCase,
)
from clerk_app.journal.hub_facts import Ack, SignedAck, read_hub_fact
from clerk_app.journal.hub_keys import KeyList
from clerk_app.journal.orders import SignedOrder
from clerk_app.journal.signature import public_of, sign
from clerk_app.security.enrolment_file import EnrolmentFile
from clerk_app.store import meta
from clerk_app.store.facts import ENTRY_COLUMNS, NOT_IN_JOURNAL, UPLOAD_OF_ENTRY, attested_of, entry_of
from clerk_app.store.prepared import Prepared
from clerk_app.store.projections import refold
from clerk_app.store.repair import hash_at, note_given_back
from clerk_app.store.schema import (
    blobs,
    chains,
    entries,
    hub_facts,
    p_case,
    p_stream,
    received_entries,
    taken_up,
    unknown_items,
    uploads,
)
from clerk_app.store.store import Store

NamedBlobs = Callable[[bytes], tuple[NamedBlob, ...]]
"""Which blobs the bytes of a body name; the rule belongs to the protocol and is handed in."""

_BODIES_AT_ONCE = 500
_AT_ONCE = 4 * 1024 * 1024
"""A blob up to this size is checked and read in one go; a larger one would take too much memory."""
_NOBODY = ""
"""Syncing writes no entries, so no clerk stands behind its transactions."""
_OTHERS = entries.alias("others")
_LAST = select(func.max(_OTHERS.c.seq)).where(_OTHERS.c.chain == chains.c.chain).scalar_subquery()
_FIRST_UNACKED = (
    # What is not acked is not complete either, and of that there is an index.
    select(func.min(uploads.c.seq))
    .where(uploads.c.chain == chains.c.chain, uploads.c.complete == false(), uploads.c.acked == false())
    .scalar_subquery()
)
_ACKED_ENTRIES = (
    entries.c.chain == bindparam("of_chain"),
    entries.c.seq.between(bindparam("first"), bindparam("last")),
)
_ACKED_UPLOADS = (
    uploads.c.chain == bindparam("of_chain"),
    uploads.c.seq.between(bindparam("first"), bindparam("last")),
)
# Facts of one chain keep their order whatever numbers they get: a stream without any other stays as it is.
_MOVED = Prepared(
    select(entries.c.stream)
    .outerjoin(p_stream, p_stream.c.stream == entries.c.stream)
    .where(*_ACKED_ENTRIES)
    .group_by(entries.c.stream)
    .having(func.count() != func.coalesce(p_stream.c.facts, 0))
)
# A hub that was put back from an older copy may have lost blobs it once had: its newest word counts.
_TAKE_ACK = Prepared(
    update(uploads)
    .where(*_ACKED_UPLOADS)
    .values(acked=True, hub_seq=uploads.c.seq + bindparam("shift"), complete=bindparam("whole")),
    "acked",
    "hub_seq",
    "complete",
)
_ANY_OTHERWISE = Prepared(select(blobs.c.id).where(blobs.c.complete != bindparam("whole")).limit(1))
_ACKED_BODIES = Prepared(
    select(entries.c.n, entries.c.body).where(*_ACKED_ENTRIES, entries.c.body.is_not(None)).order_by(entries.c.n)
)
_MISSED_VERDICT = Prepared(
    select(uploads.c.seq)
    .where(*_ACKED_UPLOADS, uploads.c.verdict.is_(None), uploads.c.hub_seq <= bindparam("place"))
    .limit(1)
)
_OWN_CHAINS = Prepared(
    select(chains.c.chain, chains.c.stopped, entries.c.seq, entries.c.hash, _FIRST_UNACKED.label("unacked"))
    .join_from(chains, entries, and_(entries.c.chain == chains.c.chain, entries.c.seq == _LAST))
    .order_by(chains.c.n)
)
_PARKED = select(func.count()).select_from(uploads).where(uploads.c.verdict == "parked")


class StoreSyncState:
    """Implements the port `sync.desk.Desk` on an open store."""

    def __init__(self, store: Store, named_blobs: NamedBlobs) -> None:
        self._store = store
        self._named_blobs = named_blobs
        self._checked: set[str] = set()
        self._waiting: dict[int, tuple[NamedBlob, ...]] = {}

    # ---- who we are ---------------------------------------------------------------------------------------------

    def registration(self) -> Registration:
        """What the enrolment said; raise `NotEnrolled` or `PracticeStore` if there is nothing to sync with."""
        if self._store.practice:
            raise PracticeStore
        content = self._store.reads.value(meta.ENROLMENT)
        if not content:
            raise NotEnrolled
        file = EnrolmentFile.from_bytes(content)
        public = public_of(self._store.device_private)
        return Registration(file.hub, file.hall, file.device, public, file.secret, file.url, file.ca)

    def sign(self, purpose: str, message: bytes) -> bytes:
        """Sign with the device's Ed25519 key, which never leaves the store."""
        return sign(self._store.device_private, purpose, message)

    # ---- what was written here ----------------------------------------------------------------------------------

    def own_chains(self) -> Sequence[OwnChain]:
        """Every chain of this device, oldest first; empty ones are left out."""
        with self._store.read() as connection:
            rows = _OWN_CHAINS.run(connection, {}).fetchall()
        return [
            OwnChain(
                row.chain,
                row.seq,
                row.hash,
                row.seq if row.unacked is None else row.unacked - 1,
                stopped=row.stopped is not None,
            )
            for row in rows
        ]

    def hash_at(self, chain: str, seq: int) -> bytes | None:
        """The hash of one entry (at 0: what the chain cites), or None if the desk has no such entry."""
        with self._store.read() as connection:
            return hash_at(connection, chain, seq)

    def entries_after(self, chain: str, seq: int, *, max_bytes: int) -> Sequence[Entry]:
        """Entries that follow `seq`, about `max_bytes` of headers and bodies, at least one if there is any."""
        statement = select(*ENTRY_COLUMNS).where(entries.c.chain == chain, entries.c.seq > seq).order_by(entries.c.seq)
        batch: list[Entry] = []
        size = 0
        with self._store.read() as connection:
            for row in connection.execute(statement):
                entry = entry_of(row)
                size += len(entry.header) + len(entry.body or b"")
                if batch and size > max_bytes:
                    break
                batch.append(entry)
        return batch

    # ---- what the hub signed for --------------------------------------------------------------------------------

    def take_acks(self, acks: Sequence[SignedAck]) -> None:
        """Mark what verified acks cover as uploaded, with its place in the hub's order; fold anew what that moves."""
        with self._store.write(_NOBODY) as unit:
            moved: set[str] = set()
            for signed in acks:
                if hash_at(unit.connection, signed.ack.chain, signed.ack.seq) == signed.ack.head:
                    moved |= self._take_ack(unit.connection, signed.ack)
            if any(_missed_verdict(unit.connection, signed.ack) for signed in acks):
                _restart_feed(unit.connection)
            for stream in sorted(moved):
                refold(unit.connection, stream)
            unit.commit()

    def waiting(self) -> Sequence[WaitingEntry]:
        """Acked entries some of whose blobs the hub did not have yet, in the order they were written."""
        statement = (
            select(entries.c.n, entries.c.chain, entries.c.seq, p_case.c.due_on)
            .join_from(uploads, entries, UPLOAD_OF_ENTRY)
            .outerjoin(p_case, p_case.c.stream == entries.c.stream)
            .where(uploads.c.acked, ~uploads.c.complete)
            .order_by(entries.c.n)
        )
        tomorrow = (civil_date(self._store.clock.now_ms()) + timedelta(days=1)).isoformat()
        with self._store.read() as connection:
            rows = connection.execute(statement).fetchall()
            # A body is parsed once, however often somebody asks while its blobs are on their way.
            unread = self._names_in(connection, [row.n for row in rows if row.n not in self._waiting])
            self._waiting = {row.n: unread.get(row.n) or self._waiting.get(row.n, ()) for row in rows}
        return [
            WaitingEntry(
                row.chain, row.seq, self._waiting[row.n], urgent=row.due_on is not None and row.due_on <= tomorrow
            )
            for row in rows
        ]

    # ---- blobs --------------------------------------------------------------------------------------------------

    def read_blob(self, blob: str, offset: int, size: int) -> bytes:
        """At most `size` sealed bytes from `offset`; raise `BlobDamaged` if the file is missing or was changed."""
        if blob not in self._checked:
            if self.blob_size(blob) <= _AT_ONCE:
                content = self._store.vault.sealed(blob)
                self._checked.add(blob)
                return content[offset : offset + size]
            self._store.vault.check(blob)
            self._checked.add(blob)
        try:
            with self._store.vault.path(blob).open("rb") as file:
                file.seek(offset)
                return file.read(size)
        except OSError:
            raise BlobDamaged(blob=blob) from None

    def blob_size(self, blob: str) -> int:
        """Sealed bytes of a blob; raise `BlobDamaged` if the file is missing."""
        try:
            return self._store.vault.path(blob).stat().st_size
        except OSError:
            raise BlobDamaged(blob=blob) from None

    # ---- the feed -----------------------------------------------------------------------------------------------

    def feed_place(self) -> FeedPlace:
        """How far the feed was read."""
        with self._store.read() as connection:
            mark = meta.get(connection, meta.FEED_MARK)
            return FeedPlace(meta.get_int(connection, meta.FEED_SEQ), mark or NO_MARK)

    def take_feed(self, page: FeedPage) -> None:
        """Keep what a page brings, fold the streams it touches, and move to its place."""
        with self._store.write(_NOBODY) as unit:
            touched: set[str] = set()
            for verdict in page.verdicts:
                touched |= _take_verdict(unit.connection, verdict)
            for fact in page.facts:
                _take_fact(unit.connection, fact)
            for received in page.entries:
                _take_entry(unit.connection, received)
            if page.entries:
                unit.count_on(received.attested.header.stream for received in page.entries)
            for followed in page.followed:
                _take_followed(unit.connection, followed)
            for hub_seq, content in page.unknown:
                statement = upsert(unknown_items).values(hub_seq=hub_seq, content=content)
                unit.connection.execute(statement.on_conflict_do_nothing())
            touched |= {fact.fact.stream for fact in page.facts}
            touched |= {received.attested.header.stream for received in page.entries}
            for stream in sorted(touched):
                refold(unit.connection, stream)
            _put_place(unit.connection, page.place)
            unit.commit()

    def restart_feed(self) -> None:
        """Forget the place in the feed (never what was read), so that the next page is the first.

        A fact has a place in the order again once this reading has brought it; whether the hub still knows what was
        taken up is seen only when its feed has said so again.
        """
        with self._store.write(_NOBODY) as unit:
            _restart_feed(unit.connection)
            unit.commit()

    # ---- cases of other desks -----------------------------------------------------------------------------------

    def wanted(self) -> Sequence[WantedCase]:
        """Cases taken up here of which the feed has not yet brought everything, the newest wish first."""
        statement = select(taken_up.c.number, taken_up.c.clerk, taken_up.c.stream)
        statement = statement.where(~taken_up.c.shown, taken_up.c.refused == "")
        with self._store.read() as connection:
            rows = connection.execute(statement.order_by(taken_up.c.asked_at.desc(), taken_up.c.number)).fetchall()
        return [WantedCase(row.number, row.clerk, row.stream or "") for row in rows]

    def take_answer(self, answer: CaseAnswer) -> None:
        """Note what the hub said to a wish; it is fulfilled once the feed was read up to the place it names."""
        with self._store.write(_NOBODY) as unit:
            shown = not answer.refused and answer.hub_seq <= meta.get_int(unit.connection, meta.FEED_SEQ)
            values = {
                "stream": answer.stream or None,
                "place": answer.hub_seq,
                "shown": shown,
                "refused": answer.refused,
            }
            unit.connection.execute(update(taken_up).where(taken_up.c.number == answer.number).values(**values))
            unit.commit()

    def take_order(self, order: SignedOrder) -> None:
        """Keep a verified order to leave; from now on nothing more is written in a clerk's name."""
        with self._store.write(_NOBODY) as unit:
            unit.put_value(meta.REVOCATION, order.to_bytes())
            # Under the writer's lock, so that no act comes between the order and its being obeyed.
            self._store.refuse(DeviceRevoked(reason="sealing"))
            unit.commit()
        failpoint("leaving.ordered")

    # ---- repair -------------------------------------------------------------------------------------------------

    def cut_chain(self, chain: str, reason: str, kept: Mapping[str, int]) -> Reappended:
        """Write no more into a chain; what the hub has not stored of it and of those after it goes to a new one."""
        with self._store.write(_NOBODY) as unit:
            done = unit.cut_chain(chain, reason, kept)
            unit.commit()
        return done

    def take_back(self, chain: str, found: Sequence[Entry]) -> None:
        """Take entries of this device that only the hub had."""
        with self._store.write(_NOBODY) as unit:
            unit.take_back(chain, found)
            unit.commit()

    def lost_facts(self) -> Sequence[ReceivedFact]:
        """Facts that the feed, read again from its beginning, no longer brings; call once it was read to its end."""
        with self._store.read() as connection:
            lost = hub_facts.c.reading < _reading(connection)
            rows = connection.execute(select(hub_facts).where(lost).order_by(hub_facts.c.hub_seq)).fetchall()
        return [ReceivedFact(read_hub_fact(row.content), row.signature) for row in rows]

    def take_facts(self, facts: Sequence[ReceivedFact]) -> None:
        """Keep facts at the place the hub gives them now, and fold their streams."""
        with self._store.write(_NOBODY) as unit:
            for fact in facts:
                _take_fact(unit.connection, fact)
            for stream in sorted({fact.fact.stream for fact in facts}):
                refold(unit.connection, stream)
            note_given_back(unit.connection, self._store.clock.now_ms(), len(facts))
            unit.commit()

    def lost_entries(self) -> Sequence[bytes]:
        """Hashes of entries that the hub showed, and that its feed, read again from its beginning, no longer brings."""
        with self._store.read() as connection:
            lost = (received_entries.c.reading < _reading(connection), NOT_IN_JOURNAL)
            statement = select(received_entries.c.hash).where(*lost)
            return connection.execute(statement.order_by(received_entries.c.hub_seq)).scalars().all()

    def received_entry(self, hash_: bytes) -> ReceivedEntry:
        """An entry that the hub showed, by its hash."""
        statement = select(received_entries).where(received_entries.c.hash == hash_)
        with self._store.read() as connection:
            row = connection.execute(statement).one()
        return ReceivedEntry(attested_of(row, self.registration().hub), row.signature)

    def take_standings(self, given: Sequence[GivenEntry]) -> None:
        """Note how entries that were offered stand: lost no longer; in quarantine they take part in no fold."""
        with self._store.write(_NOBODY) as unit:
            here, touched = unit.connection, set[str]()
            for one in given:
                values = {"reading": _reading(here), "held_back": one.standing == "quarantined"}
                statement = update(received_entries).where(received_entries.c.hash == one.hash).values(**values)
                touched |= set(here.execute(statement.returning(received_entries.c.stream)).scalars())
            for stream in sorted(touched):
                refold(here, stream)
            note_given_back(here, self._store.clock.now_ms(), sum(one.standing == "lost" for one in given))
            unit.commit()

    # ---- keys and what waits ------------------------------------------------------------------------------------

    def key_serial(self) -> int:
        """The serial of the newest key list seen; 0 before the first."""
        content = self._store.reads.value(meta.HUB_KEYS)
        return KeyList.from_bytes(content).serial if content else 0

    def keep_keys(self, keys: KeyList, signature: bytes) -> None:
        """Keep a verified key list, so that acks and facts can be verified without a line."""
        with self._store.write(_NOBODY) as unit:
            unit.put_value(meta.HUB_KEYS, keys.to_bytes())
            unit.put_value(meta.HUB_KEYS_SIGNATURE, signature)
            unit.commit()

    def backlog(self) -> SyncBacklog:
        """What still waits, and what needs a person."""
        waiting = self._store.reads.backlog()
        with self._store.read() as connection:
            parked = connection.execute(_PARKED).scalar_one()
        reads = self._store.reads
        return SyncBacklog(waiting.entries, waiting.oldest_at, parked, reads.count_conflicts(), reads.count_damaged())

    def _names_in(self, connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[NamedBlob, ...]]:
        """Which blobs the bodies of these entries name; an erased one names none."""
        named: dict[int, tuple[NamedBlob, ...]] = {}
        for begin in range(0, len(numbers), _BODIES_AT_ONCE):
            these = entries.c.n.in_(numbers[begin : begin + _BODIES_AT_ONCE])
            for row in connection.execute(
                select(entries.c.n, entries.c.body).where(these, entries.c.body.is_not(None))
            ):
                named[row.n] = self._named_blobs(row.body)
        return named

    def _take_ack(self, connection: Connection, ack: Ack) -> set[str]:
        """Mark what an ack covers; return the streams whose facts may now stand in another order."""
        covered = {"of_chain": ack.chain, "first": ack.first, "last": ack.seq}
        moved = {stream for (stream,) in _MOVED.run(connection, covered)}
        shift, whole = ack.hub_seq - ack.seq, ack.blobs_complete
        _TAKE_ACK.run(connection, {**covered, "shift": shift, "whole": whole})
        if _ANY_OTHERWISE.run(connection, {"whole": whole}).first() is not None:
            self._mark_blobs(connection, covered, complete=whole)
        return moved

    def _mark_blobs(self, connection: Connection, covered: Mapping[str, Any], *, complete: bool) -> None:
        """Note of the blobs that these entries name whether the hub has them."""
        named: set[BlobId] = set()
        for row in _ACKED_BODIES.run(connection, covered):
            # Who waits for its blobs asks for the same names before and after.
            names = self._waiting[row.n] = self._waiting.get(row.n) or self._named_blobs(row.body)
            named |= {blob.id for blob in names}
        differs = blobs.c.complete != complete
        connection.execute(update(blobs).where(differs, blobs.c.id.in_(named)).values(complete=complete))


def _missed_verdict(connection: Connection, ack: Ack) -> bool:
    """Whether the feed was read past the verdict on an entry that was not here then, but taken back since."""
    covered = {"of_chain": ack.chain, "first": ack.first, "last": ack.seq}
    place = meta.get_int(connection, meta.FEED_SEQ)
    return _MISSED_VERDICT.run(connection, {**covered, "place": place}).first() is not None


def _take_verdict(connection: Connection, verdict: Verdict) -> set[str]:
    """Note a verdict; return the streams of entries whose place in the order it puts in doubt.

    A verdict under another number than the ack's is a later one, or the hub was put back and has stored the entry
    anew: its newest word is to be asked for, so the ack no longer counts.
    """
    covered = (uploads.c.chain == verdict.chain, uploads.c.seq.between(verdict.first, verdict.seq))
    values = {"verdict": verdict.verdict, "verdict_reason": verdict.reason}
    connection.execute(update(uploads).where(*covered).values(**values))
    elsewhere = (uploads.c.acked, uploads.c.hub_seq != uploads.c.seq + (verdict.hub_seq - verdict.seq))
    streams = select(entries.c.stream).join_from(uploads, entries, UPLOAD_OF_ENTRY).where(*covered, *elsewhere)
    doubted = set(connection.execute(streams).scalars())
    if doubted:
        statement = update(uploads).where(*covered, *elsewhere)
        connection.execute(statement.values(acked=False, complete=False, hub_seq=None))
    return doubted


def _take_fact(connection: Connection, received: ReceivedFact) -> None:
    fact = received.fact
    values = {
        "digest": fact.digest,
        "hub_seq": fact.hub_seq,
        "stream": fact.stream,
        "kind": fact.kind,
        "content": fact.to_bytes(),
        "signature": received.signature,
        "reading": _reading(connection),
    }
    new = upsert(hub_facts).values(**values)
    # A hub that was put back gives a fact another number: its newest word counts.
    newest = {name: new.excluded[name] for name in ("hub_seq", "content", "signature", "reading")}
    connection.execute(new.on_conflict_do_update(index_elements=["digest"], set_=newest))


def _reading(connection: Connection) -> int:
    """The present reading of the feed from its beginning."""
    return meta.get_int(connection, meta.FEED_READING)


def _take_entry(connection: Connection, received: ReceivedEntry) -> None:
    attested, entry = received.attested, received.attested.entry
    values = {
        "hash": entry.hash,
        "hub_seq": attested.hub_seq,
        "device": attested.device,
        "stream": attested.header.stream,
        "header": entry.header,
        "body": entry.body,
        "salt": entry.salt,
        "body_hash": entry.body_hash,
        "prev": entry.prev,
        "signature": received.signature,
        "reading": _reading(connection),
        "held_back": False,
    }
    new = upsert(received_entries).values(**values)
    # A hub that was put back gives an entry another number: its newest word counts.
    newer = {name: new.excluded[name] for name in _NEWEST_OF_ENTRY}
    connection.execute(new.on_conflict_do_update(index_elements=["hash"], set_=newer))


_NEWEST_OF_ENTRY = ("hub_seq", "device", "body", "salt", "signature", "reading", "held_back")


def _take_followed(connection: Connection, followed: Followed) -> None:
    mine = update(taken_up).where(taken_up.c.stream == followed.stream)
    connection.execute(mine.values(shown=True, place=followed.hub_seq))


def _restart_feed(connection: Connection) -> None:
    _put_place(connection, FeedPlace())
    meta.put_int(connection, meta.FEED_READING, _reading(connection) + 1)
    connection.execute(update(taken_up).values(shown=False))


def _put_place(connection: Connection, place: FeedPlace) -> None:
    meta.put_int(connection, meta.FEED_SEQ, place.hub_seq)
    meta.put(connection, meta.FEED_MARK, place.mark)
