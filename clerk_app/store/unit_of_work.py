"""One transaction: what it appends to the journal, what it writes beside it, and the witness around its commit.

    with store.write("0312") as unit:
        unit.append(stream, kind, body)
        unit.commit()

Leaving without `commit` rolls everything back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, desc, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from clerk_app.domain.fold import Folded
from clerk_app.domain.kinds import fold_stream
from clerk_app.errors import NoSuchDraft
from clerk_app.failpoints import failpoint
from clerk_app.journal.body import SALT_SIZE
from clerk_app.journal.entry import NO_HEAD, ClockState, Entry, Header, make_entry
from clerk_app.journal.signature import HEAD, head_message, sign
from clerk_app.seams import Clock, Rng
from clerk_app.store import meta
from clerk_app.store.facts import load_facts
from clerk_app.store.projections import refold
from clerk_app.store.schema import blobs, chains, drafts, entries, heads, print_jobs
from clerk_app.store.witness import Mark, Witness


class UnitOfWork:
    """Everything that one act writes, committed together or not at all."""

    def __init__(self, connection: Connection, clerk: str, witness: Witness, clock: Clock, rng: Rng) -> None:
        self.connection = connection
        self._clerk = clerk
        self._witness = witness
        self._clock = clock
        self._rng = rng
        self._moved = False

    # ---- journal ------------------------------------------------------------------------------------------------

    def append(self, stream: str, kind: str, body: Mapping[str, Any]) -> Entry:
        """Append one act to the current chain and fold its stream again."""
        failpoint("append.begun")
        chain, seq, prev = read_head(self.connection)
        now, clock = self._stamp()
        header = Header(chain, seq + 1, now, clock, self._clerk, stream, kind)
        entry = make_entry(header, body, prev=prev, salt=self._rng.token(SALT_SIZE))
        self.connection.execute(
            insert(entries).values(
                chain=chain,
                seq=header.seq,
                stream=stream,
                kind=kind,
                header=entry.header,
                body=entry.body,
                salt=entry.salt,
                body_hash=entry.body_hash,
                prev=entry.prev,
                hash=entry.hash,
                acked=False,
            )
        )
        failpoint("append.inserted")
        refold(self.connection, stream)
        failpoint("append.folded")
        self._moved = True
        return entry

    def fold(self, stream: str) -> Folded:
        """The state of a stream as this transaction sees it."""
        return fold_stream(stream, load_facts(self.connection, stream))

    def begin_chain(self, reason: str) -> str:
        """Start a new chain that cites the last head known; its first entry is the next one appended."""
        last = self.connection.execute(select(chains.c.chain).order_by(desc(chains.c.n)).limit(1)).scalar_one_or_none()
        prev = read_head(self.connection)[2] if last else NO_HEAD
        chain = self._rng.token(16).hex()
        self.connection.execute(insert(chains).values(chain=chain, prev_chain=last, prev=prev, reason=reason))
        self._moved = True
        return chain

    def sign_head(self) -> None:
        """Store the device's signature over the present head."""
        chain, seq, head = read_head(self.connection)
        device_private = meta.get(self.connection, meta.DEVICE_PRIVATE) or b""
        if seq:
            signature = sign(device_private, HEAD, head_message(chain, seq, head))
            statement = upsert(heads).values(chain=chain, seq=seq, head=head, signature=signature)
            self.connection.execute(statement.on_conflict_do_nothing())

    def next_case_counter(self) -> int:
        """The next running number of a case on this device; it never resets."""
        counter = meta.get_int(self.connection, meta.CASE_COUNTER) + 1
        meta.put_int(self.connection, meta.CASE_COUNTER, counter)
        return counter

    # ---- primary tables -----------------------------------------------------------------------------------------

    def save_draft(self, draft: str, *, visit: str, owner: str, content: bytes) -> None:
        """Write a draft, new or changed."""
        values = {"visit": visit, "owner": owner, "content": content, "updated_at": self._clock.now_ms()}
        statement = upsert(drafts).values(id=draft, **values)
        self.connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))

    def drop_draft(self, draft: str) -> None:
        """Remove a draft whose content is now part of an entry; raise `NoSuchDraft` if it is gone already."""
        if self.connection.execute(delete(drafts).where(drafts.c.id == draft)).rowcount != 1:
            raise NoSuchDraft

    def queue_print(self, case_number: str, document: str, *, copies: Sequence[int], reprint: bool) -> list[int]:
        """Queue copies of a document; paper comes after the commit, never before."""
        now = self._clock.now_ms()
        jobs = []
        for copy in copies:
            row = {
                "case_number": case_number,
                "document": document,
                "copy": copy,
                "reprint": reprint,
                "state": "queued",
                "queued_at": now,
            }
            jobs.append(
                self.connection.execute(insert(print_jobs).returning(print_jobs.c.id).values(**row)).scalar_one()
            )
        return jobs

    def mark_print(self, job: int, state: str, problem: str = "") -> None:
        """Set the state of a print job: `printing`, `printed`, `failed` or `queued` again."""
        settled = self._clock.now_ms() if state in ("printed", "failed") else None
        statement = update(print_jobs).where(print_jobs.c.id == job)
        self.connection.execute(statement.values(state=state, problem=problem, settled_at=settled))

    def keep_blob(self, blob: str, size: int) -> None:
        """Note a sealed file that lies in the vault."""
        self.connection.execute(upsert(blobs).values(id=blob, size=size).on_conflict_do_nothing())

    def name_blob(self, blob: str, case_number: str) -> None:
        """Note that an entry of this case names the blob, so that it is synced."""
        self.connection.execute(update(blobs).where(blobs.c.id == blob).values(case_number=case_number))

    def put_value(self, name: str, value: bytes) -> None:
        """Set a named value."""
        meta.put(self.connection, name, value)

    # ---- the commit ---------------------------------------------------------------------------------------------

    def commit(self) -> None:
        """Make everything durable. When this returns, the act happened; if it raises, it did not."""
        writes = meta.get_int(self.connection, meta.WRITES) + 1
        meta.put_int(self.connection, meta.WRITES, writes)
        mark = read_mark(self.connection)
        if self._moved:
            self._witness.intend(mark)
            failpoint("append.intended")
        self.connection.commit()
        failpoint("append.committed")
        if self._moved:
            self._witness.report(mark, writes)
            failpoint("append.reported")
        else:
            self._witness.count(writes)

    def _stamp(self) -> tuple[int, ClockState]:
        now = self._clock.now_ms()
        highest = meta.get_int(self.connection, meta.TIME_HIGH_WATER)
        if now < highest:
            # The clock went back: the act counts, its time is marked, and order never depends on it.
            return now, "unverified"
        meta.put_int(self.connection, meta.TIME_HIGH_WATER, now)
        return now, "ok"


def read_head(connection: Connection) -> tuple[str, int, bytes]:
    """The current chain, its last seq and its head, as this transaction sees them."""
    chain = connection.execute(select(chains.c.chain, chains.c.prev).order_by(desc(chains.c.n)).limit(1)).one_or_none()
    if chain is None:
        return "", 0, NO_HEAD
    last = connection.execute(
        select(entries.c.seq, entries.c.hash)
        .where(entries.c.chain == chain.chain)
        .order_by(desc(entries.c.seq))
        .limit(1)
    ).one_or_none()
    return (chain.chain, last.seq, last.hash) if last else (chain.chain, 0, chain.prev)


def read_mark(connection: Connection) -> Mark:
    """Where the journal ends in this transaction, for the witness."""
    chain, seq, head = read_head(connection)
    return Mark(chain, seq, head, meta.get_int(connection, meta.CASE_COUNTER))
