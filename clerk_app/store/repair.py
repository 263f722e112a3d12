"""A chain that cannot go on: what the hub did not store of it is appended again, what only the hub has is taken back.

Entries go to a new chain in the order in which they were written, each with the salt, body, time, clock word and clerk
it had, so that it is the same act at another place and the fold counts it once (docs/decisions/0011). Where they stood
before is kept in `superseded`. An entry that no longer fits its own hash is left out, kept whole and shown to a person;
it holds up nothing. All of it happens in the one transaction of a unit of work, or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from clerk_app.domain import case_number, notice_number
from clerk_app.errors import ProtocolMismatch
from clerk_app.failpoints import failpoint
from clerk_app.journal.chain import check_chain, check_entry
from clerk_app.journal.entry import Entry, link
from clerk_app.journal.exchange import Reappended
from clerk_app.security.enrolment_file import EnrolmentFile
from clerk_app.services.rows import Recovered
from clerk_app.store import meta
from clerk_app.store.facts import ENTRY_COLUMNS, entry_of, entry_row, upload_row
from clerk_app.store.prepared import Prepared
from clerk_app.store.projections import refold
from clerk_app.store.schema import chains, entries, repairs, superseded, uploads
from clerk_app.store.tip import Tip, write_counters
from clerk_app.store.witness import Testimony

REPAIR = "repair"
"""Why a chain was begun: the one before it could not go on."""
RECOVERED = "recovered"
TAKEN_BACK = "taken_back"
GIVEN_BACK = "given_back"
ROLLED_BACK = "rolled_back"
"""Why nothing is written to a chain any more: the hub has more of it than this store."""
TRY_AGAIN_MS = 24 * 3600 * 1000
DAYS_CASES = 1000
"""More cases than one device ever takes in on a day."""
_PART = 500
_HASH = Prepared(select(entries.c.hash).where(entries.c.chain == bindparam("chain"), entries.c.seq == bindparam("seq")))
_CITED = Prepared(select(chains.c.prev).where(chains.c.chain == bindparam("chain")))


@dataclass(frozen=True, slots=True)
class Cut:
    """Where chains are cut: each keeps its entries up to a seq, which the hub has stored."""

    kept: Mapping[str, int]

    @property
    def beyond(self) -> ColumnElement[bool]:
        """The entries that are cut off."""
        return or_(*(and_(entries.c.chain == chain, entries.c.seq > seq) for chain, seq in self.kept.items()))


def hash_at(connection: Connection, chain: str, seq: int) -> bytes | None:
    """The hash of one entry (at 0: what the chain cites), or None if there is no such entry."""
    found = _HASH.run(connection, {"chain": chain, "seq": seq}) if seq else _CITED.run(connection, {"chain": chain})
    hash_: bytes | None = found.scalar_one_or_none()
    return hash_


# ---- appending again ----------------------------------------------------------------------------------------------


def cut_of(connection: Connection, chain: str, kept: Mapping[str, int], now_ms: int) -> Cut | None:
    """The cut that puts right `chain`, of which the hub stored `kept`; None if there is nothing to cut, or no use.

    A chain that a repair began, of which the hub stored nothing and in which nothing is damaged, would be refused again
    under another name: it is left for a person, and tried again once a day, since either end may be another version by
    then. So every repair leaves less to repair.
    """
    last = select(entries.c.chain, func.max(entries.c.seq).label("seq")).where(entries.c.chain.in_(kept))
    ends = {row.chain: row.seq for row in connection.execute(last.group_by(entries.c.chain))}
    found = Cut({name: seq for name, seq in kept.items() if ends.get(name, 0) > seq})
    if not found.kept:
        return None
    began = connection.execute(select(chains.c.reason).where(chains.c.chain == chain)).scalar_one()
    if began != REPAIR or kept.get(chain) != 0 or any(_is_damaged(old) for old in _cut_off(connection, found)):
        return found
    last_repair = connection.execute(select(func.max(repairs.c.at)).where(repairs.c.given_back == 0)).scalar_one()
    return found if abs(now_ms - last_repair) >= TRY_AGAIN_MS else None


def end_of(connection: Connection, cut: Cut, tip: Tip) -> Tip:
    """Where the journal ends without what is cut off."""
    if tip.chain not in cut.kept:
        return tip
    seq = cut.kept[tip.chain]
    head = hash_at(connection, tip.chain, seq)
    assert head is not None
    return replace(tip, seq=seq, head=head)


def append_again(connection: Connection, cut: Cut, tip: Tip) -> tuple[Tip, Reappended]:
    """Move what is cut off onto `tip`, the end of a new chain; return where the journal ends then."""
    copied = damaged = 0
    streams: set[str] = set()
    for old in _cut_off(connection, cut):
        streams.add(old.stream)
        if _is_damaged(old):
            damaged += 1
            _keep(connection, old, copy=None)
            connection.execute(delete(entries).where(entries.c.n == old.n))
            connection.execute(delete(uploads).where(uploads.c.chain == old.chain, uploads.c.seq == old.seq))
            continue
        copied += 1
        copy = _moved(old.entry, tip)
        _keep(connection, old, copy=copy)
        place = {"chain": tip.chain, "seq": tip.seq + 1, "header": copy.header, "prev": copy.prev, "hash": copy.hash}
        connection.execute(update(entries).where(entries.c.n == old.n).values(**place))
        moved = update(uploads).where(uploads.c.chain == old.chain, uploads.c.seq == old.seq)
        connection.execute(moved.values(**upload_row(copy.head)))
        failpoint("repair.moved")
        tip = replace(tip, seq=tip.seq + 1, head=copy.hash)
    for stream in sorted(streams):
        refold(connection, stream)
    return tip, Reappended(copied, damaged)


@dataclass(frozen=True, slots=True)
class _Old:
    """An entry at the place it has now; `n` is its row."""

    n: int
    chain: str
    seq: int
    stream: str
    kind: str
    entry: Entry


def _cut_off(connection: Connection, cut: Cut) -> Iterator[_Old]:
    """What is cut off, in the order it was written, a part at a time: the rows are moved meanwhile."""
    after = 0
    columns = (entries.c.n, entries.c.chain, entries.c.seq, entries.c.stream, entries.c.kind, *ENTRY_COLUMNS)
    while True:
        statement = select(*columns).where(cut.beyond, entries.c.n > after).order_by(entries.c.n).limit(_PART)
        rows = connection.execute(statement).fetchall()
        for row in rows:
            after = row.n
            yield _Old(row.n, row.chain, row.seq, row.stream, row.kind, entry_of(row))
        if len(rows) < _PART:
            return


def _is_damaged(old: _Old) -> bool:
    """Whether the entry does not fit its own hash or its place; what stands before it is another's fault."""
    if check_entry(old.entry, chain=old.chain, seq=old.seq, prev=old.entry.prev) is not None:
        return True
    header = old.entry.head
    return (header.stream, header.kind) != (old.stream, old.kind)


def _moved(entry: Entry, tip: Tip) -> Entry:
    """The same act at the place after `tip`."""
    header = replace(entry.head, chain=tip.chain, seq=tip.seq + 1).to_bytes()
    return replace(entry, header=header, prev=tip.head, hash=link(tip.head, header, entry.body_hash))


def _keep(connection: Connection, old: _Old, *, copy: Entry | None) -> None:
    """Keep the old place; body and salt stay there only if there is no copy that has them."""
    entry = old.entry
    row = {
        "chain": old.chain,
        "seq": old.seq,
        "stream": old.stream,
        "kind": old.kind,
        "header": entry.header,
        "body": entry.body if copy is None else None,
        "salt": entry.salt if copy is None else None,
        "body_hash": entry.body_hash,
        "prev": entry.prev,
        "hash": entry.hash,
        "copy_chain": copy.head.chain if copy else None,
        "copy_seq": copy.head.seq if copy else None,
    }
    # An entry taken back and cut off again comes to the same old place a second time.
    connection.execute(upsert(superseded).values(**row).on_conflict_do_nothing())


def note_repair(connection: Connection, at: int, chain: str, reason: str, done: Reappended) -> None:
    """Write down what was put right, for whoever asks what happened."""
    row = {"at": at, "chain": chain, "reason": reason, "reappended": done.entries, "damaged": done.damaged}
    connection.execute(insert(repairs).values(**row, taken_back=0))


def note_given_back(connection: Connection, at: int, count: int) -> None:
    """Write down how much the hub had lost and got back from here, if anything."""
    if count:
        row = {"at": at, "chain": "", "reason": GIVEN_BACK, "reappended": 0, "damaged": 0, "taken_back": 0}
        connection.execute(insert(repairs).values(**row, given_back=count))


# ---- taking back --------------------------------------------------------------------------------------------------


def take_back(connection: Connection, chain: str, found: Sequence[Entry], at: int) -> Collection[str]:
    """Put entries of this device that only the hub had into their own place; return the streams they belong to.

    `found` follows what is here of the chain without a gap; what is here already is passed over. Raises
    `ProtocolMismatch` if it is not the continuation of this journal.
    """
    first = found[0].head.seq
    here = hash_at(connection, chain, first - 1)
    if here is None and first == 1:
        here = found[0].prev
        _adopt(connection, chain, here)
    if here is None or check_chain(found, chain=chain, prev=here, after=first - 1)[2] is not None:
        raise ProtocolMismatch("entries that do not continue this journal")
    last = _length(connection, chain)
    fresh = found[max(0, last - first + 1) :]
    for entry in fresh:
        connection.execute(insert(entries).values(**entry_row(entry.head, entry)))
        connection.execute(insert(uploads).values(**upload_row(entry.head)))
    failpoint("repair.taken_back")
    if fresh:
        connection.execute(
            insert(repairs).values(
                at=at, chain=chain, reason=TAKEN_BACK, reappended=0, damaged=0, taken_back=len(fresh)
            )
        )
    streams = {entry.head.stream for entry in fresh}
    for stream in sorted(streams):
        refold(connection, stream)
    return streams


def counter_after(connection: Connection, counter: int, streams: Iterable[str]) -> int:
    """The running number of cases, notices and appeals: the next one is above those of `streams` this device gave.

    Only the last digits of a number are its count, so that the nearest count ahead is meant.
    """
    content = meta.get(connection, meta.ENROLMENT)
    if not content:
        return counter
    file = EnrolmentFile.from_bytes(content)
    for stream in streams:
        number = stream.partition("/")[2]
        if not number.startswith(file.hall + file.device):
            continue
        if stream.startswith("case/") and case_number.check(number):
            counter = _ahead(counter, case_number.count_of(number), case_number.COUNTER_SPAN)
        elif stream.startswith(("notice/", "appeal/")) and notice_number.check(number):
            counter = _ahead(counter, notice_number.count_of(number), notice_number.COUNTER_SPAN)
    return counter


def _ahead(counter: int, count: int, span: int) -> int:
    ahead = (count - counter) % span
    return counter + (ahead if ahead < span // 2 else 0)


def _length(connection: Connection, chain: str) -> int:
    return connection.execute(select(func.max(entries.c.seq)).where(entries.c.chain == chain)).scalar_one() or 0


def _adopt(connection: Connection, chain: str, cites: bytes) -> None:
    """Note a chain that this device began and forgot. Nothing is ever written to it again."""
    if hash_at(connection, chain, 0) is not None:
        return
    before = connection.execute(select(entries.c.chain).where(entries.c.hash == cites).limit(1)).scalar_one_or_none()
    row = {"chain": chain, "prev_chain": before, "prev": cites, "reason": TAKEN_BACK, "stopped": ROLLED_BACK}
    connection.execute(insert(chains).values(**row))


# ---- going on with a store that was put back ----------------------------------------------------------------------


def go_on(
    connection: Connection, tip: Tip, known: Sequence[Testimony], chain: str, now_ms: int
) -> tuple[Recovered, Tip]:
    """Close every chain and begin `chain`, with counters above all that the witness knows of."""
    marks = [mark for testimony in known for mark in (testimony.intended, testimony.reported)]
    counter = max([tip.case_counter, *(mark.counter for mark in marks)])
    acts = max([0, *(mark.seq - _length(connection, mark.chain) for mark in marks)])
    lost = Recovered(acts, counter - tip.case_counter)
    if not known:
        # Nobody knows how many were given. A number holds its date, so a day's worth is enough.
        counter += DAYS_CASES
    connection.execute(update(chains).where(chains.c.stopped.is_(None)).values(stopped=ROLLED_BACK))
    row = {"chain": chain, "prev_chain": tip.chain or None, "prev": tip.head, "reason": RECOVERED}
    connection.execute(insert(chains).values(**row))
    note_repair(connection, now_ms, tip.chain, RECOVERED, Reappended())
    writes = max([tip.writes, *(testimony.writes for testimony in known)]) + 1
    tip = replace(tip, chain=chain, seq=0, case_counter=counter, writes=writes)
    write_counters(connection, tip)
    return lost, tip
