"""An older store is carried over when it is opened, one version after another, in one transaction.

A step says what it does in statements of its own and never by the tables of `schema.py`, which go on changing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import Connection

from clerk_app.store.schema import SCHEMA_VERSION

_ENTRIES_OF_OTHERS = (
    """CREATE TABLE received_entries (
        hash BLOB NOT NULL PRIMARY KEY, hub_seq INTEGER NOT NULL, device TEXT NOT NULL, stream TEXT NOT NULL,
        header BLOB NOT NULL, body BLOB, salt BLOB, body_hash BLOB NOT NULL, prev BLOB NOT NULL,
        signature BLOB NOT NULL)""",
    "CREATE INDEX received_entries_by_stream ON received_entries (stream, hub_seq)",
    """CREATE TABLE taken_up (
        number TEXT NOT NULL PRIMARY KEY, clerk TEXT NOT NULL, asked_at INTEGER NOT NULL, stream TEXT,
        place INTEGER NOT NULL, shown BOOLEAN NOT NULL, refused TEXT NOT NULL) WITHOUT ROWID""",
)
_REPAIR = (
    """CREATE TABLE superseded (
        chain TEXT NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL, stream TEXT NOT NULL, kind TEXT NOT NULL,
        header BLOB NOT NULL, body BLOB, salt BLOB, body_hash BLOB NOT NULL, prev BLOB NOT NULL, copy_chain TEXT,
        copy_seq INTEGER, PRIMARY KEY (chain, seq, hash))""",
    "CREATE INDEX superseded_damaged ON superseded (stream) WHERE copy_chain IS NULL",
    """CREATE TABLE repairs (
        n INTEGER NOT NULL PRIMARY KEY, at INTEGER NOT NULL, chain TEXT NOT NULL, reason TEXT NOT NULL,
        reappended INTEGER NOT NULL, damaged INTEGER NOT NULL, taken_back INTEGER NOT NULL)""",
    "ALTER TABLE hub_facts ADD COLUMN reading INTEGER NOT NULL DEFAULT '0'",
    "CREATE INDEX hub_facts_by_reading ON hub_facts (reading)",
    # A fact is known by its act from now on; the hash of salt and body ends its first line.
    """UPDATE hub_facts SET digest =
        unhex(json_extract(CAST(substr(content, 1, instr(content, x'0a') - 1) AS TEXT), '$[#-1]'))""",
)
_UPLOADS = (
    """CREATE TABLE uploads (
        chain TEXT NOT NULL, seq INTEGER NOT NULL, acked BOOLEAN NOT NULL, complete BOOLEAN NOT NULL,
        hub_seq INTEGER, verdict TEXT, verdict_reason TEXT, PRIMARY KEY (chain, seq)) WITHOUT ROWID""",
    """INSERT INTO uploads SELECT chain, seq, acked, complete, hub_seq, verdict, verdict_reason FROM entries""",
    "CREATE INDEX uploads_incomplete ON uploads (acked) WHERE complete = 0",
    # Copied once: dropping five columns would write every row five times.
    """CREATE TABLE entries_kept (
        n INTEGER NOT NULL PRIMARY KEY, chain TEXT NOT NULL, seq INTEGER NOT NULL, stream TEXT NOT NULL,
        kind TEXT NOT NULL, header BLOB NOT NULL, body BLOB, salt BLOB, body_hash BLOB NOT NULL, prev BLOB NOT NULL,
        hash BLOB NOT NULL)""",
    """INSERT INTO entries_kept
        SELECT n, chain, seq, stream, kind, header, body, salt, body_hash, prev, hash FROM entries ORDER BY n""",
    "DROP TABLE entries",
    "ALTER TABLE entries_kept RENAME TO entries",
    "CREATE UNIQUE INDEX entries_by_place ON entries (chain, seq)",
    "CREATE INDEX entries_by_stream ON entries (stream)",
)
_GIVING_BACK = (
    "ALTER TABLE received_entries ADD COLUMN reading INTEGER NOT NULL DEFAULT '0'",
    "ALTER TABLE received_entries ADD COLUMN held_back BOOLEAN NOT NULL DEFAULT '0'",
    "CREATE INDEX received_entries_by_reading ON received_entries (reading, hub_seq)",
    # What is here was not lost by any hub as far as anybody knows.
    """UPDATE received_entries SET reading =
        coalesce((SELECT CAST(CAST(value AS TEXT) AS INTEGER) FROM meta WHERE name = 'feed_reading'), 0)""",
    "ALTER TABLE repairs ADD COLUMN given_back INTEGER NOT NULL DEFAULT '0'",
)
_STEPS: Mapping[int, Sequence[str]] = MappingProxyType(
    {1: _ENTRIES_OF_OTHERS, 2: _REPAIR, 3: _UPLOADS, 4: _GIVING_BACK}
)
"""What leads from a version to the next."""


def version_of(connection: Connection) -> int:
    """The version of the journal and primary tables; 0 for a file that holds none."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def bring_up(connection: Connection) -> None:
    """Carry the tables over to the present version inside the caller's writing transaction; harmless to repeat."""
    for version in range(version_of(connection), SCHEMA_VERSION):
        for statement in _STEPS[version]:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(f"PRAGMA user_version = {version + 1}")
