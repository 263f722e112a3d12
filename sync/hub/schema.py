"""The hub's tables. Rows are keyed by region first, so that a database can be spread by region without rewriting.

A region is a hall's six digits. The SQL is the same on SQLite and PostgreSQL. What changes here gets a step in
`sync/hub/migrations`, which makes the tables of a real hub; nothing is ever created from here.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, MetaData, Table, Text

metadata = MetaData()

meta = Table("meta", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

regions = Table(
    "regions",
    metadata,
    Column("region", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("last_hub_seq", BigInteger, nullable=False),
)
"""`last_hub_seq` is the row lock and the counter of the region's gapless order."""

devices = Table(
    "devices",
    metadata,
    Column("region", Text, primary_key=True),
    Column("device", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("verifier", LargeBinary, nullable=False),
    Column("public_key", LargeBinary),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("registered_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("feed_hub_seq", BigInteger, nullable=False),
    Column("feed_mark", LargeBinary, nullable=False),
)
"""`verifier` is SHA-256 of the one-time secret; `feed_hub_seq` and `feed_mark` are the end of this device's feed."""

chains = Table(
    "chains",
    metadata,
    Column("region", Text, primary_key=True),
    Column("chain", Text, primary_key=True),
    Column("device", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("cites", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("stopped", Text, nullable=False),
    Column("first_seen_at", BigInteger, nullable=False),
    Index("chains_by_device", "region", "device"),
)
"""`signature` is the device's over (`seq`, `head`); `stopped` is empty or the reason of an alarm."""

entries = Table(
    "entries",
    metadata,
    Column("region", Text, primary_key=True),
    Column("chain", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("hub_seq", BigInteger),
    Column("stream", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("salt", LargeBinary),
    Column("body", LargeBinary),
    Column("body_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("arrived_at", BigInteger, nullable=False),
    Column("blobs_complete", Boolean, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("clock_offset", BigInteger),
    Index("entries_by_order", "region", "hub_seq", unique=True),
    Index("entries_by_stream", "region", "stream"),
    Index("entries_by_verdict", "region", "verdict"),
)
Index(
    "entries_waiting",
    entries.c.region,
    entries.c.chain,
    entries.c.seq,
    sqlite_where=entries.c.blobs_complete.is_(False),
    postgresql_where=entries.c.blobs_complete.is_(False),
)
"""Exact bytes of what desks wrote. `hub_seq` is null only inside the transaction that stores the row.

`arrived_at` is the hub's clock, `clock_offset` the desk's minus the hub's as the batch came, both in milliseconds; the
latter is null where nobody measured it: in a hand-over, or from a desk that does not tell its time.
"""

early_batches = Table(
    "early_batches",
    metadata,
    Column("region", Text, primary_key=True),
    Column("chain", Text, primary_key=True),
    Column("first", BigInteger, primary_key=True),
    Column("device", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("arrived_at", BigInteger, nullable=False),
    Column("clock_offset", BigInteger),
)
"""Batches that overtook the one they follow, as they came; gone once they are stored or overlapped. Never acked."""

hub_facts = Table(
    "hub_facts",
    metadata,
    Column("region", Text, primary_key=True),
    Column("hub_seq", BigInteger, primary_key=True),
    Column("stream", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Index("hub_facts_by_stream", "region", "stream"),
)

holders = Table(
    "holders",
    metadata,
    Column("region", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("holder", Text, primary_key=True),
    Column("since", BigInteger, nullable=False),
)
"""Regions that hold a case besides its home, which is `region`: what is written to it is copied to each of them."""

copies = Table(
    "copies",
    metadata,
    Column("region", Text, primary_key=True),
    Column("hub_seq", BigInteger, primary_key=True),
    Column("stream", Text, nullable=False),
    Column("chain", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    Column("quarantined", Boolean, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Index("copies_by_stream", "region", "stream"),
    Index("copies_by_entry", "region", "chain", "seq"),
)
"""What desks of other regions wrote, and the hub said elsewhere, about a case that this region holds too; and what was
given back by a desk that was shown it, also to a stream of this region, while its chain does not have it.

`content` is the item as this region's feed shows it, with its number of this region's order, and `signature` the fact
key's over its first line. `chain` and `seq` are those of an entry; empty and 0 for a fact.
"""

orders = Table(
    "orders",
    metadata,
    Column("region", Text, primary_key=True),
    Column("hub_seq", BigInteger, primary_key=True),
    Column("device", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Index("orders_by_device", "region", "device"),
)
"""Orders to devices, byte for byte, each with its place in the order."""

held_drafts = Table(
    "held_drafts",
    metadata,
    Column("region", Text, primary_key=True),
    Column("device", Text, primary_key=True),
    Column("draft", Text, primary_key=True),
    Column("updated_at", BigInteger, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("arrived_at", BigInteger, nullable=False),
)
"""Drafts that a revoked device sealed into its hand-over, as they stood in it, until a supervisor takes them out."""

verdicts = Table(
    "verdicts",
    metadata,
    Column("region", Text, primary_key=True),
    Column("hub_seq", BigInteger, primary_key=True),
    Column("chain", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False),
)
"""Verdicts that changed after the first one, each with its own place in the order."""

feed = Table(
    "feed",
    metadata,
    Column("region", Text, primary_key=True),
    Column("device", Text, primary_key=True),
    Column("hub_seq", BigInteger, primary_key=True),
    Column("line", LargeBinary),
    Column("shows", BigInteger),
    Column("mark", LargeBinary, nullable=False),
)
"""What a device may see, in order. `shows` is the number of the entry, fact, order or copy that a line brings.

`line` is null where that number is the line's own place: then the line is the first one of what it brings.
"""

follows = Table(
    "follows",
    metadata,
    Column("region", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("device", Text, primary_key=True),
    Column("hub_seq", BigInteger, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("followed_at", BigInteger, nullable=False),
)
"""Devices that were shown what others had written before: `hub_seq` is the place that says that it was all.

`clerk` asked for it; empty where the device wrote to the stream itself.
"""

blobs = Table(
    "blobs",
    metadata,
    Column("region", Text, primary_key=True),
    Column("blob", Text, primary_key=True),
    Column("size", BigInteger),
    Column("complete", Boolean, nullable=False),
)

blob_names = Table(
    "blob_names",
    metadata,
    Column("region", Text, primary_key=True),
    Column("chain", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("blob", Text, primary_key=True),
    Index("blob_names_by_blob", "region", "blob"),
)
"""Which entry names which blob; a blob nobody names is not taken in."""

handovers = Table(
    "handovers",
    metadata,
    Column("region", Text, primary_key=True),
    Column("handover", Text, primary_key=True),
    Column("carrier", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("announced_at", BigInteger, nullable=False),
    Column("taken_at", BigInteger),
    Column("manifest", LargeBinary),
)
"""Hand-over files brought by a carrier of this region: `arriving`, or `taken` with what the return is made from."""

cases = Table(
    "cases",
    metadata,
    Column("region", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("matter", Text, nullable=False),
    Column("matter_name", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("received_on", Text, nullable=False),
    Column("due_on", Text),
    Column("conflicts", BigInteger, nullable=False),
    Column("official_number", Text),
    Column("person", Text),
    Index("cases_by_state", "region", "state"),
    Index("cases_by_official_number", "region", "official_number"),
    Index("cases_by_person", "region", "person"),
)
"""Folded from entries and hub facts by the domain's own code; may be dropped and folded again.

`person` is the keyed hash of the applicant's document (`persons.py`), empty without a number; null in a row from before
there was one.
"""

person_requests = Table(
    "person_requests",
    metadata,
    Column("region", Text, primary_key=True),
    Column("device", Text, primary_key=True),
    Column("request", Text, primary_key=True),
    Column("clerk", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("found", BigInteger, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Index("person_requests_by_person", "region", "person"),
)
"""Who asked for the cases of whom, by the hash, and how many were told."""

catalogues = Table(
    "catalogues",
    metadata,
    Column("region", Text, primary_key=True),
    Column("serial", BigInteger, primary_key=True),
    Column("version", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("statement", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("packed", LargeBinary, nullable=False),
)
"""Published catalogues; `region` is empty for those of every hall. `content` is the SHA-256 of `packed`, as hex."""

licences = Table(
    "licences",
    metadata,
    Column("region", Text, primary_key=True),
    Column("holder", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("number", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("valid_from", Text, nullable=False),
    Column("valid_until", Text, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("fields", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
"""The licence library: the newest licence of a type that a holder has. `holder` is a document number, `type` a material
code, `name` the holder's name; dates are ISO or empty; `fields` is a JSON object of what the licence says."""

licence_requests = Table(
    "licence_requests",
    metadata,
    Column("region", Text, primary_key=True),
    Column("device", Text, primary_key=True),
    Column("request", Text, primary_key=True),
    Column("clerk", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("matter", Text, nullable=False),
    Column("visit", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Index("licence_requests_by_holder", "region", "holder"),
)
"""Who asked the library about whom, for what, in which visit, and what was answered."""

rechecks = Table(
    "rechecks",
    metadata,
    Column("region", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("subject_name", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("holder_name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("taken_on", Text, nullable=False),
)
"""What cases still have to be re-checked against the library; folded like `cases`."""
