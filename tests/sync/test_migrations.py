"""The tables of a hub: made step by step on both databases, and just what the metadata says."""

from __future__ import annotations

import re
import sqlite3

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import UniqueConstraint, event, inspect, text

from clerk_app.errors import SchemaTooNew
from sync.engine import sync_once
from sync.hub import migrations
from sync.hub.decide import Ruling, decide
from sync.hub.migrations import revisions
from sync.hub.schema import metadata
from sync.hub.store import HubStore
from tests.helpers.source import ROOT
from tests.sync.work import case_number_of, scan, taken_in

OF_THE_WHOLE_HUB = {"meta"}


@pytest.fixture
def store(tmp_path, blank_database):
    opened = HubStore.open(tmp_path, blank_database)
    yield opened
    opened.close()


def revision_of(store):
    with store.reading() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()


def set_revision(store, revision):
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def differences(store):
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, metadata)


def test_the_steps_make_the_tables_that_the_metadata_says(store):
    assert differences(store) == []
    assert revision_of(store) == revisions()[-1]


def test_a_column_nobody_made_a_step_for_is_found(store):
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE cases ADD COLUMN forgotten TEXT"))
    assert [difference[0] for difference in differences(store)] == ["remove_column"]


def test_opening_again_changes_nothing(store, tmp_path, blank_database, monkeypatch):
    def never(_connection):
        raise AssertionError("no step was to be taken")

    monkeypatch.setattr(migrations, "_upgrade", never)
    HubStore.open(tmp_path, blank_database).close()


def test_tables_from_before_there_were_steps_are_taken_on_with_their_rows(tmp_path, blank_database):
    before = HubStore.open(tmp_path, blank_database)
    migrations_of_today = revisions()
    with before.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(text(f"DROP TABLE {table.name}"))
        connection.execute(text("DROP TABLE alembic_version"))
        run_first_step(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        connection.execute(text("UPDATE meta SET value = '1' WHERE name = 'schema'"))
        connection.execute(text("INSERT INTO regions VALUES ('999999', '例州区政务服务中心', 7)"))
    before.close()
    store = HubStore.open(tmp_path, blank_database)
    with store.reading() as connection:
        assert connection.execute(text("SELECT last_hub_seq FROM regions")).scalar_one() == 7
    assert differences(store) == []
    assert revision_of(store) == migrations_of_today[-1]
    assert store.value("schema") == "alembic"
    store.close()


def run_first_step(connection):
    from alembic import command

    config = Config()
    config.set_main_option("script_location", str(ROOT / "sync" / "hub" / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")


@pytest.mark.parametrize("revision", ["9999", "later"])
def test_a_database_of_a_newer_program_is_refused_and_left_alone(store, tmp_path, blank_database, revision):
    set_revision(store, revision)
    with pytest.raises(SchemaTooNew):
        HubStore.open(tmp_path, blank_database)
    assert revision_of(store) == revision


def test_a_newer_database_from_before_there_were_steps_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / "hub.db") as connection:
        connection.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        connection.execute("INSERT INTO meta VALUES ('schema', '2')")
    connection.close()
    with pytest.raises(SchemaTooNew):
        HubStore.open(tmp_path, None)


def test_a_step_that_fails_leaves_the_database_as_it_was(tmp_path, blank_database, monkeypatch):
    upgrade = migrations._upgrade

    def fails_at_the_end(connection):
        upgrade(connection)
        raise OSError("the process ends here")

    monkeypatch.setattr(migrations, "_upgrade", fails_at_the_end)
    with pytest.raises(OSError, match="ends here"):
        HubStore.open(tmp_path, blank_database)
    monkeypatch.undo()
    store = HubStore.open(tmp_path, blank_database)
    assert differences(store) == []
    store.close()


def test_the_steps_are_one_line_numbered_by_their_files():
    config = Config()
    config.set_main_option("script_location", str(ROOT / "sync" / "hub" / "migrations"))
    walked = [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]
    assert sorted(walked) == walked[::-1] == revisions()
    assert revisions() == [f"{number:04d}" for number in range(1, len(revisions()) + 1)]


def test_no_step_knows_the_program_of_today():
    files = sorted((ROOT / "sync" / "hub" / "migrations" / "versions").glob("0*.py"))
    assert files
    for file in files:
        source = file.read_text(encoding="utf-8")
        assert [
            line for line in source.splitlines() if line.startswith(("from sync", "from clerk", "import sync"))
        ] == []


# ---- keyed by region ----------------------------------------------------------------------------------------------


def test_every_row_is_found_by_its_region_first(store):
    """What PostgreSQL's own distribution asks of a table: each unique key contains the column it is spread by."""
    with store.reading() as connection:
        found = inspect(connection)
        for table in metadata.tables.keys() - OF_THE_WHOLE_HUB:
            assert found.get_pk_constraint(table)["constrained_columns"][0] == "region", table
            keys = [index["column_names"] for index in found.get_indexes(table)]
            keys += [unique["column_names"] for unique in found.get_unique_constraints(table)]
            assert [key for key in keys if key[0] != "region"] == [], table


def test_no_table_refers_to_rows_of_another_region():
    for table in metadata.tables.values():
        assert not table.foreign_keys
        assert [key for key in table.constraints if isinstance(key, UniqueConstraint)] == []


def test_every_statement_of_a_desks_day_names_one_region(platform):
    """So that a database spread by region sends each of them to one server, and joins nothing across servers."""
    statements = []

    def note(_connection, _cursor, statement, *_more):
        statements.append(statement)

    event.listen(platform.hub.store._engine, "before_cursor_execute", note)
    desk = platform.desk()
    number = case_number_of("001", 1)
    desk.append(f"case/{number}", "case.taken_in", taken_in(number, scan(desk.put_blob(b"a scan"))))
    assert sync_once(platform.lane(desk)).state == "done"
    decide(platform.hub, Ruling(number, "grant"))
    assert sync_once(platform.lane(desk)).state == "done"
    elsewhere = platform.desk_in("999998")
    elsewhere.look_up(number)
    elsewhere.append(f"case/{number}", "case.taken_in", taken_in(number))
    assert sync_once(platform.lane(elsewhere)).state == "done"
    event.remove(platform.hub.store._engine, "before_cursor_execute", note)
    assert len(statements) > 40
    assert [statement for statement in statements if tables_without_region(statement)] == []


def tables_without_region(statement):
    """The spread tables that a statement reads or changes without saying in which region."""
    if statement.lstrip().startswith("INSERT"):
        return []
    _columns, _from, rest = statement.partition(" FROM " if " FROM " in statement else "UPDATE")
    named = {table for table in metadata.tables if re.search(rf"\b{table}\b(?!\.)", rest) and table in statement}
    return [table for table in named - OF_THE_WHOLE_HUB if f"{table}.region" not in rest]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT entries.seq FROM entries WHERE entries.chain = 1",
        "SELECT entries.seq FROM entries JOIN chains ON chains.chain = entries.chain WHERE entries.region = 1",
        "UPDATE blobs SET complete = 1 WHERE blobs.blob = 1",
        "DELETE FROM cases WHERE cases.number = 1",
    ],
)
def test_a_statement_without_its_region_is_seen(statement):
    assert len(tables_without_region(statement)) == 1
