"""The tables. Journal, primary data and projections are kept apart: only projections may be dropped and folded again.

`PRAGMA user_version` numbers the journal and primary tables; `upgrades.py` carries an older store over.
`PROJECTION_VERSION` numbers the projections, which are simply rebuilt when it changes.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text, text

SCHEMA_VERSION = 5
PROJECTION_VERSION = 4

journal = MetaData()
primary = MetaData()
projections = MetaData()

chains = Table(
    "chains",
    journal,
    Column("n", Integer, primary_key=True),
    Column("chain", Text, nullable=False, unique=True),
    Column("prev_chain", Text),
    Column("prev", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),
    Column("stopped", Text),
)
"""The chains of this device; `stopped` says why the hub takes no more of one."""

entries = Table(
    "entries",
    journal,
    Column("n", Integer, primary_key=True),
    Column("chain", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("stream", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("body", LargeBinary),
    Column("salt", LargeBinary),
    Column("body_hash", LargeBinary, nullable=False),
    Column("prev", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("entries_by_place", "chain", "seq", unique=True),
    Index("entries_by_stream", "stream"),
)
"""What this device wrote. `stream` and `kind` repeat the header for look-up only; the header bytes count."""

uploads = Table(
    "uploads",
    journal,
    Column("chain", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("acked", Boolean, nullable=False, default=False),
    Column("complete", Boolean, nullable=False, default=False),
    Column("hub_seq", Integer),
    Column("verdict", Text),
    Column("verdict_reason", Text),
    Index("uploads_incomplete", "acked", sqlite_where=text("complete = 0")),
    sqlite_with_rowid=False,
)
"""What the hub has said of each entry: a row for every one, apart from it, since SQLite writes a changed row whole.

`acked`: the hub has signed that it stored the entry; `complete`: and every blob it names. Only the second is uploaded.
`verdict` is the hub's second word: `applied`, or `parked` with a reason.
"""

received_entries = Table(
    "received_entries",
    journal,
    Column("hash", LargeBinary, primary_key=True),
    Column("hub_seq", Integer, nullable=False),
    Column("device", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("body", LargeBinary),
    Column("salt", LargeBinary),
    Column("body_hash", LargeBinary, nullable=False),
    Column("prev", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("reading", Integer, nullable=False, default=0, server_default="0"),
    Column("held_back", Boolean, nullable=False, default=False, server_default="0"),
    Index("received_entries_by_stream", "stream", "hub_seq"),
    Index("received_entries_by_reading", "reading", "hub_seq"),
)
"""What the hub showed of the streams this device follows, with the hub's signature; never sent, never signed by us.

Other devices wrote it, or this one did and lost it; while its own journal has an entry too, that one counts. `device`
is nine digits. A hub that was put back may store a second entry at a chain's place, so the hash is the key. `reading`
is the reading of the feed that brought it last. `held_back`: the hub has it in quarantine, so it takes part in no fold.
"""

superseded = Table(
    "superseded",
    journal,
    Column("chain", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("hash", LargeBinary, primary_key=True),
    Column("stream", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("body", LargeBinary),
    Column("salt", LargeBinary),
    Column("body_hash", LargeBinary, nullable=False),
    Column("prev", LargeBinary, nullable=False),
    Column("copy_chain", Text),
    Column("copy_seq", Integer),
    Index("superseded_damaged", "stream", sqlite_where=text("copy_chain IS NULL")),
)
"""Places that entries of this device had before they were appended again to another chain; body and salt went along.

Without a copy: the entry no longer fits its own hash, so it stays here whole, for a person.
"""

repairs = Table(
    "repairs",
    journal,
    Column("n", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("chain", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reappended", Integer, nullable=False),
    Column("damaged", Integer, nullable=False),
    Column("taken_back", Integer, nullable=False),
    Column("given_back", Integer, nullable=False, default=0, server_default="0"),
)
"""What was put right, and when (UTC ms): entries appended again, left out as damaged, taken back from the hub; and what
the hub had lost and got back from here, of its own word and of other desks' entries. `chain` is empty for the last.
"""

hub_facts = Table(
    "hub_facts",
    journal,
    Column("digest", LargeBinary, primary_key=True),
    Column("hub_seq", Integer, nullable=False),
    Column("stream", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("reading", Integer, nullable=False, server_default="0"),
    Index("hub_facts_by_stream", "stream", "hub_seq"),
    Index("hub_facts_by_reading", "reading"),
)
"""What the platform wrote, signed one by one; `digest` is that of the act.

A hub put back may give a number twice and an act another number: of an act its newest place counts. `reading` is the
last reading of the feed from its beginning in which it was seen; what an older one saw has no place in the order.
"""

unknown_items = Table(
    "unknown_items",
    journal,
    Column("content", LargeBinary, primary_key=True),
    Column("hub_seq", Integer, nullable=False),
)
"""Items of a newer hub's feed, byte for byte, for a newer version of this program."""

heads = Table(
    "heads",
    journal,
    Column("chain", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("head", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

meta = Table(
    "meta",
    primary,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

drafts = Table(
    "drafts",
    primary,
    Column("id", Text, primary_key=True),
    Column("visit", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("updated_at", Integer, nullable=False),
)

print_jobs = Table(
    "print_jobs",
    primary,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case_number", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("copy", Integer, nullable=False),
    Column("reprint", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("problem", Text, nullable=False, default=""),
    Column("queued_at", Integer, nullable=False),
    Column("settled_at", Integer),
    Index("print_jobs_by_state", "state"),
    sqlite_autoincrement=True,
)

blobs = Table(
    "blobs",
    primary,
    Column("id", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("case_number", Text),
    Column("complete", Boolean, nullable=False, default=False),
)
"""Sealed files this desk keeps: `case_number` once an entry names one, `complete` once the hub has signed for it."""

taken_up = Table(
    "taken_up",
    primary,
    Column("number", Text, primary_key=True),
    Column("clerk", Text, nullable=False),
    Column("asked_at", Integer, nullable=False),
    Column("stream", Text),
    Column("place", Integer, nullable=False, default=0),
    Column("shown", Boolean, nullable=False, default=False),
    Column("refused", Text, nullable=False, default=""),
    sqlite_with_rowid=False,
)
"""Cases that a clerk looked up by number. `stream` once the platform answered; `shown` once the feed, up to `place`,
has brought all there was of it; `refused`: why the platform knows no such case here."""

p_stream = Table(
    "p_stream",
    projections,
    Column("stream", Text, primary_key=True),
    Column("family", Text, nullable=False),
    Column("facts", Integer, nullable=False),
    Column("conflicts", Text, nullable=False),
    Column("unknown", Text, nullable=False),
    sqlite_with_rowid=False,
)

p_session = Table(
    "p_session",
    projections,
    Column("stream", Text, primary_key=True),
    Column("phase", Text, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("clerk_name", Text, nullable=False),
    Column("seal_at_hand", Boolean, nullable=False),
    Column("logged_in_at", Integer, nullable=False),
    sqlite_with_rowid=False,
)

p_visit = Table(
    "p_visit",
    projections,
    Column("stream", Text, primary_key=True),
    Column("phase", Text, nullable=False),
    Column("session", Text, nullable=False),
    Column("ticket", Text),
    Column("applicant", Text, nullable=False),
    Column("rating", Text, nullable=False),
    Column("opened_at", Integer, nullable=False),
    Index("p_visit_by_phase", "phase"),
    sqlite_with_rowid=False,
)

p_case = Table(
    "p_case",
    projections,
    Column("stream", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("official_number", Text),
    Column("visit", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("matter", Text, nullable=False),
    Column("matter_name", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("applicant", Text, nullable=False),
    Column("taken_in_at", Integer, nullable=False),
    Column("due_on", Text),
    Column("due_estimated", Boolean, nullable=False),
    Column("needs_clerk", Boolean, nullable=False),
    Column("owed_papers", Integer, nullable=False),
    Column("owed_promises", Integer, nullable=False),
    Column("owed_until", Text),
    Index("p_case_by_visit", "visit"),
    Index("p_case_by_time", "taken_in_at"),
    sqlite_with_rowid=False,
)

p_appeal = Table(
    "p_appeal",
    projections,
    Column("stream", Text, primary_key=True),
    Column("number", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("matter", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("due_on", Text, nullable=False),
    Column("recorded_at", Integer, nullable=False),
    Index("p_appeal_by_state", "state", "due_on"),
    sqlite_with_rowid=False,
)

p_child = Table(
    "p_child",
    projections,
    Column("stream", Text, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("number", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("matter", Text, nullable=False),
    Column("matter_name", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("due_on", Text),
    Column("due_estimated", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
"""The children of the packages among the cases."""
