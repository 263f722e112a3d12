"""A store of an older version is carried over when it is opened, with everything in it, whenever it was killed."""

from __future__ import annotations

import multiprocessing

import pytest
from sqlalchemy import select

from clerk_app import failpoints
from clerk_app.store import meta
from clerk_app.store.schema import SCHEMA_VERSION, journal, primary, uploads
from clerk_app.store.upgrades import version_of
from tests.helpers.stores import append, desk_at

NEW_IN_2 = ("received_entries", "taken_up")
NEW_IN_3 = ("superseded", "repairs")
NEW_IN_4 = ("uploads",)
WAS_OF_THE_ENTRY = (
    "acked BOOLEAN NOT NULL DEFAULT 0",
    "complete BOOLEAN NOT NULL DEFAULT 0",
    "hub_seq INTEGER",
    "verdict TEXT",
    "verdict_reason TEXT",
)


def tables_of(store):
    """Name of each table and index, and its columns in order with what each takes."""
    with store.read() as connection:
        names = connection.exec_driver_sql("SELECT name, type FROM sqlite_schema ORDER BY name").fetchall()
        return {
            name: [(*row[1:4], row[5]) for row in connection.exec_driver_sql(f"PRAGMA table_info({name})")]
            if kind == "table"
            else [row[2] for row in connection.exec_driver_sql(f"PRAGMA index_info({name})")]
            for name, kind in names
        }


UPLOADED = "acked = 1, complete = 1, hub_seq = 7, verdict = 'parked', verdict_reason = 'gap'"


@pytest.fixture
def old_store(tmp_path):
    """A store as version 1 left it."""
    desk = desk_at(tmp_path / "desk")
    store = desk.create()
    append(store, "visit/1")
    with store.write("") as unit:
        for name in (*NEW_IN_2, *NEW_IN_3, *NEW_IN_4):
            unit.connection.exec_driver_sql(f"DROP TABLE {name}")
        for column in WAS_OF_THE_ENTRY:
            unit.connection.exec_driver_sql(f"ALTER TABLE entries ADD COLUMN {column}")
        unit.connection.exec_driver_sql(f"UPDATE entries SET {UPLOADED}")
        unit.connection.exec_driver_sql("CREATE INDEX entries_incomplete ON entries (chain, seq) WHERE complete = 0")
        unit.connection.exec_driver_sql("DROP INDEX hub_facts_by_reading")
        unit.connection.exec_driver_sql("ALTER TABLE hub_facts DROP COLUMN reading")
        unit.connection.exec_driver_sql("PRAGMA user_version = 1")
        unit.commit()
    store.close()
    return desk


def test_an_older_store_gets_the_tables_of_a_new_one(old_store, tmp_path):
    opened, fresh = old_store.open(), desk_at(tmp_path / "fresh").create()
    try:
        assert tables_of(opened) == tables_of(fresh)
        assert [fact.kind for fact in opened.reads.facts("visit/1")] == ["visit.opened"]
        with opened.read() as connection:
            assert version_of(connection) == SCHEMA_VERSION
            said = connection.execute(select(uploads)).fetchall()
        assert [tuple(row)[1:] for row in said] == [(1, True, True, 7, "parked", "gap")]
    finally:
        opened.close()
        fresh.close()
    assert old_store.inspect().first_fault is None


def test_what_others_wrote_counts_as_shown_in_the_present_reading_of_the_feed(tmp_path):
    """Else a desk would offer a hub that has lost nothing all of it."""
    desk = desk_at(tmp_path / "desk")
    store = desk.create()
    with store.write("") as unit:
        here = unit.connection
        for column in ("reading", "held_back"):
            here.exec_driver_sql("DROP INDEX IF EXISTS received_entries_by_reading")
            here.exec_driver_sql(f"ALTER TABLE received_entries DROP COLUMN {column}")
        here.exec_driver_sql("ALTER TABLE repairs DROP COLUMN given_back")
        here.exec_driver_sql("INSERT INTO received_entries VALUES (x'01', 1, 'd', 's', x'', x'', x'', x'', x'', x'')")
        meta.put_int(here, meta.FEED_READING, 3)
        here.exec_driver_sql("PRAGMA user_version = 4")
        unit.commit()
    store.close()
    opened = desk.open()
    with opened.read() as connection:
        assert connection.exec_driver_sql("SELECT reading, held_back FROM received_entries").fetchall() == [(3, 0)]
    opened.close()


def test_every_table_has_the_version_that_brought_it():
    """Whoever adds a table adds the step that makes it in older stores."""
    first = {"chains", "entries", "hub_facts", "unknown_items", "heads", "meta", "drafts", "print_jobs", "blobs"}
    assert {*journal.tables, *primary.tables} == first | {*NEW_IN_2, *NEW_IN_3, *NEW_IN_4}


def test_verify_carries_an_older_store_over_too(old_store):
    assert old_store.inspect().first_fault is None


def test_an_upgrade_killed_before_its_commit_is_made_again(old_store):
    def open_and_die():
        failpoints.arm("upgrade.before_commit")
        old_store.open()

    child = multiprocessing.get_context("fork").Process(target=open_and_die)
    child.start()
    child.join(50)
    assert child.exitcode == -9
    opened = old_store.open()
    assert [fact.kind for fact in opened.reads.facts("visit/1")] == ["visit.opened"]
    opened.close()
