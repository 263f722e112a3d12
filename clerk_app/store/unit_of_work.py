"""One transaction: what it appends to the journal, what it writes beside it, and the witness around its commit.

    with store.write("0312") as unit:
        unit.append(stream, kind, body)
        unit.commit()

Leaving without `commit` rolls everything back.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, update
from sqlalchemy.dialects.sqlite import insert as upsert

from clerk_app.domain.fold import Folded
from clerk_app.domain.kinds import fold_stream
from clerk_app.errors import NoSuchDraft
from clerk_app.failpoints import failpoint
from clerk_app.journal.body import SALT_SIZE
from clerk_app.journal.entry import ClockState, Entry, Header, make_entry
from clerk_app.journal.exchange import Reappended
from clerk_app.journal.signature import HEAD, head_message, sign
from clerk_app.seams import Clock, Rng
from clerk_app.store import meta
from clerk_app.store.facts import entry_row, load_facts, upload_row
from clerk_app.store.prepared import Prepared
from clerk_app.store.projections import refold
from clerk_app.store.repair import (
    REPAIR,
    ROLLED_BACK,
    append_again,
    counter_after,
    cut_of,
    end_of,
    note_repair,
    take_back,
)
from clerk_app.store.schema import blobs, chains, drafts, entries, heads, print_jobs, taken_up, uploads
from clerk_app.store.tip import Tip, read_tip, write_counters
from clerk_app.store.witness import Witness

logger = logging.getLogger(__name__)

# Built once: building a statement costs more than running it.
_INSERT_ENTRY = Prepared(
    insert(entries),
    *("chain", "seq", "stream", "kind", "header", "body", "salt", "body_hash", "prev", "hash"),
)
_INSERT_UPLOAD = Prepared(insert(uploads))
_INSERT_CHAIN = insert(chains)
_KEEP_HEAD = upsert(heads).on_conflict_do_nothing()
_new_draft = upsert(drafts)
_SAVE_DRAFT = _new_draft.on_conflict_do_update(
    index_elements=["id"],
    set_={name: _new_draft.excluded[name] for name in ("visit", "owner", "content", "updated_at")},
)
_DROP_DRAFT = Prepared(delete(drafts).where(drafts.c.id == bindparam("draft")))
_QUEUE_PRINT = Prepared(
    insert(print_jobs).returning(print_jobs.c.id),
    *("case_number", "document", "copy", "reprint", "state", "problem", "queued_at"),
)
_MARK_PRINT = update(print_jobs).where(print_jobs.c.id == bindparam("job"))
_OPEN_WISH = {"place": 0, "shown": False, "refused": ""}
_new_wish = upsert(taken_up)
# The stream that the platform once named stays: it is asked for by it after the platform was put back.
_WANT_CASE = _new_wish.on_conflict_do_update(
    index_elements=["number"],
    set_={name: _new_wish.excluded[name] for name in ("clerk", "asked_at", *_OPEN_WISH)},
)
_KEEP_BLOB = upsert(blobs).on_conflict_do_nothing()
_NAME_BLOB = update(blobs).where(blobs.c.id == bindparam("blob"))


class UnitOfWork:
    """Everything that one act writes, committed together or not at all."""

    def __init__(self, connection: Connection, clerk: str, witness: Witness, clock: Clock, rng: Rng) -> None:
        self.connection = connection
        self._clerk = clerk
        self._witness = witness
        self._clock = clock
        self._rng = rng
        self._before = self._tip = read_tip(connection)
        self.has_grown = False
        """Whether the journal is longer since the commit."""

    # ---- journal ------------------------------------------------------------------------------------------------

    def append(self, stream: str, kind: str, body: Mapping[str, Any]) -> Entry:
        """Append one act to the current chain and fold its stream again."""
        failpoint("append.begun")
        now, clock = self._stamp()
        header = Header(self._tip.chain, self._tip.seq + 1, now, clock, self._clerk, stream, kind)
        entry = make_entry(header, body, prev=self._tip.head, salt=self._rng.token(SALT_SIZE))
        _INSERT_ENTRY.run(self.connection, entry_row(header, entry))
        _INSERT_UPLOAD.run(self.connection, upload_row(header))
        failpoint("append.inserted")
        refold(self.connection, stream)
        failpoint("append.folded")
        self._tip = replace(self._tip, seq=header.seq, head=entry.hash)
        return entry

    def fold(self, stream: str) -> Folded:
        """The state of a stream as this transaction sees it."""
        return fold_stream(stream, load_facts(self.connection, stream))

    def begin_chain(self, reason: str) -> str:
        """Start a new chain that cites the last head known; its first entry is the next one appended."""
        chain, tip = self._rng.token(16).hex(), self._tip
        row = {"chain": chain, "prev_chain": tip.chain or None, "prev": tip.head, "reason": reason}
        self.connection.execute(_INSERT_CHAIN, row)
        self._tip = replace(tip, chain=chain, seq=0)
        return chain

    def cut_chain(self, chain: str, reason: str, kept: Mapping[str, int]) -> Reappended:
        """Write no more into `chain`; what the hub has not stored of it, and of those after it, goes to a new one.

        `kept` says how far the hub has stored each of them. Doing it again changes nothing.
        """
        self._stop(chain, reason)
        now = self._clock.now_ms()
        cut, done = cut_of(self.connection, chain, kept, now), Reappended()
        if cut is not None:
            for name in cut.kept:
                # What was sent of it may still arrive late: its places must never be given to anything else.
                self._stop(name, reason)
            self._tip = end_of(self.connection, cut, self._tip)
            self.begin_chain(REPAIR)
            self._tip, done = append_again(self.connection, cut, self._tip)
            note_repair(self.connection, now, chain, reason, done)
        elif self._tip.chain == chain:
            self.begin_chain(REPAIR)
        failpoint("repair.cut")
        return done

    def take_back(self, chain: str, found: Sequence[Entry]) -> None:
        """Take entries of this device that only the hub had; the counter of cases goes above their numbers."""
        self._stop(chain, ROLLED_BACK)
        if self._tip.chain == chain:
            self.begin_chain(REPAIR)
        self.count_on(take_back(self.connection, chain, found, self._clock.now_ms()))

    def count_on(self, streams: Iterable[str]) -> None:
        """Let the next case and notice of this device have a number above those of `streams` that are its own."""
        counter = counter_after(self.connection, self._tip.case_counter, streams)
        self._tip = replace(self._tip, case_counter=counter)

    def _stop(self, chain: str, reason: str) -> None:
        live = update(chains).where(chains.c.chain == chain, chains.c.stopped.is_(None))
        self.connection.execute(live.values(stopped=reason))

    def sign_head(self) -> None:
        """Store the device's signature over the present head."""
        chain, seq, head = self._tip.chain, self._tip.seq, self._tip.head
        device_private = meta.get(self.connection, meta.DEVICE_PRIVATE) or b""
        if seq:
            signature = sign(device_private, HEAD, head_message(chain, seq, head))
            self.connection.execute(_KEEP_HEAD, {"chain": chain, "seq": seq, "head": head, "signature": signature})

    def next_case_counter(self) -> int:
        """The next running number of a case on this device; it never resets."""
        self._tip = replace(self._tip, case_counter=self._tip.case_counter + 1)
        return self._tip.case_counter

    # ---- primary tables -----------------------------------------------------------------------------------------

    def save_draft(self, draft: str, *, visit: str, owner: str, content: bytes) -> None:
        """Write a draft, new or changed."""
        row = {"id": draft, "visit": visit, "owner": owner, "content": content, "updated_at": self._clock.now_ms()}
        self.connection.execute(_SAVE_DRAFT, row)

    def drop_draft(self, draft: str) -> None:
        """Remove a draft whose content is now part of an entry; raise `NoSuchDraft` if it is gone already."""
        if _DROP_DRAFT.run(self.connection, {"draft": draft}).rowcount != 1:
            raise NoSuchDraft

    def queue_print(self, case_number: str, document: str, *, copies: Sequence[int], reprint: bool) -> list[int]:
        """Queue copies of a document; paper comes after the commit, never before."""
        row = {
            "case_number": case_number,
            "document": document,
            "reprint": reprint,
            "state": "queued",
            "problem": "",
            "queued_at": self._clock.now_ms(),
        }
        return [_QUEUE_PRINT.run(self.connection, {**row, "copy": copy}).scalar_one() for copy in copies]

    def mark_print(self, job: int, state: str, problem: str = "") -> None:
        """Set the state of a print job: `printing`, `printed`, `failed` or `queued` again."""
        settled = self._clock.now_ms() if state in ("printed", "failed") else None
        row = {"job": job, "state": state, "problem": problem, "settled_at": settled}
        self.connection.execute(_MARK_PRINT, row)

    def keep_blob(self, blob: str, size: int) -> None:
        """Note a sealed file that lies in the vault."""
        self.connection.execute(_KEEP_BLOB, {"id": blob, "size": size})

    def name_blob(self, blob: str, case_number: str) -> None:
        """Note that an entry of this case names the blob, so that it is synced."""
        self.connection.execute(_NAME_BLOB, {"blob": blob, "case_number": case_number})

    def want_case(self, number: str) -> None:
        """Note that the clerk looks up a case of another desk; the next sync asks the platform for it."""
        row = {"number": number, "clerk": self._clerk, "asked_at": self._clock.now_ms(), **_OPEN_WISH}
        self.connection.execute(_WANT_CASE, row)

    def put_value(self, name: str, value: bytes) -> None:
        """Set a named value."""
        meta.put(self.connection, name, value)

    # ---- the commit ---------------------------------------------------------------------------------------------

    def commit(self) -> None:
        """Make everything durable. When this returns, the act happened; if it raises, it did not."""
        tip = replace(self._tip, writes=self._tip.writes + 1)
        write_counters(self.connection, tip)
        self._witness.intend(self._before.mark, tip.mark)
        failpoint("append.intended")
        self.connection.commit()
        self.has_grown = tip.mark != self._before.mark
        failpoint("append.committed")
        self._tell_witness(tip)
        failpoint("append.reported")

    def _tell_witness(self, tip: Tip) -> None:
        """Write down what has happened.

        From here on the act cannot be taken back, so a disk that fails now is no failure of the act: `intended` is on
        the disk, opening accepts it, and the next act begins with writing the witness or does not happen.
        """
        try:
            if tip.mark != self._before.mark:
                self._witness.report(tip.mark, tip.writes)
            else:
                self._witness.count(tip.mark, tip.writes)
        except OSError:
            logger.warning("the witness could not be brought up to date", exc_info=True)

    def _stamp(self) -> tuple[int, ClockState]:
        now = self._clock.now_ms()
        if now < self._tip.high_water_ms:
            # The clock went back: the act counts, its time is marked, and order never depends on it.
            return now, "unverified"
        self._tip = replace(self._tip, high_water_ms=now)
        return now, "ok"
