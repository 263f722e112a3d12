"""The hub's database from one version of its tables to the next, by Alembic, the same on SQLite and PostgreSQL.

`versions/` holds one file per step, `0001_first.py` and so on: the four digits are its revision, each follows the one
before, and none is edited once it is on `main`. A new step creates, alters (on SQLite by `op.batch_alter_table`) and
fills what it needs, says so in `sync.hub.schema` too, and imports nothing of ours: it must do in ten years what it
does today. Every table but `meta` begins its primary key and its indexes with `region`, so that the rows can be spread
over servers by region. `tests/sync/test_migrations.py` holds the tables and the metadata together.

The whole way up is one transaction. Alembic is loaded only when there is a step to take.
"""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from clerk_app.errors import SchemaTooNew

_FOLDER = Path(__file__).parent
_BEFORE_ALEMBIC = "1"
_FIRST = "0001"
_LOCK = 0x636C65726B  # any number that nobody else locks in this database
_one_at_a_time = threading.Lock()


def revisions() -> list[str]:
    """Every revision there is, oldest first."""
    return sorted(path.name[:4] for path in (_FOLDER / "versions").glob("[0-9]*.py"))


def is_current(connection: Connection) -> bool:
    """Whether the tables are the newest this program knows; raise `SchemaTooNew` if they are newer."""
    found = _revision(connection)
    if found is not None and found not in revisions():
        raise SchemaTooNew
    return found == revisions()[-1]


def bring_up(connection: Connection) -> None:
    """Create the tables, or bring older ones up to date, inside the caller's writing transaction.

    Raises `SchemaTooNew`. Harmless to repeat, and to do from several processes at once.
    """
    if connection.dialect.name == "postgresql":
        # Held until the commit; on SQLite the transaction has begun IMMEDIATE.
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    if is_current(connection):
        return
    _adopt(connection)
    _upgrade(connection)


def _revision(connection: Connection) -> str | None:
    """What the tables are now; None if Alembic has not seen them."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _adopt(connection: Connection) -> None:
    """Tables made before there were steps are those of the first one."""
    if _revision(connection) is not None or not inspect(connection).has_table("meta"):
        return
    found = connection.execute(text("SELECT value FROM meta WHERE name = 'schema'")).scalar_one_or_none()
    if found != _BEFORE_ALEMBIC:
        raise SchemaTooNew
    # From now on a program of that time must see that it is too old.
    connection.execute(text("UPDATE meta SET value = 'alembic' WHERE name = 'schema'"))
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:first)"), {"first": _FIRST})


def _upgrade(connection: Connection) -> None:
    # Imported where it is used: a command on tables that are up to date never pays for it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    # Alembic keeps the step that is running in a global.
    with _one_at_a_time:
        command.upgrade(config, "head")
