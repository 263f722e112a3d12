"""The hub's database: SQLite in its folder by default, PostgreSQL by URL. Several processes may use it at once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Row, Table, create_engine, event, insert, select
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError

from clerk_app.file_lock import FileLock
from sync.hub.migrations import bring_up, is_current
from sync.hub.schema import meta

logger = logging.getLogger(__name__)

DATABASE = "hub.db"
"""SQLite's file in the hub's folder."""
_TURNS = "hub.lock"
BUSY_TIMEOUT_MS = 15_000
"""How long a transaction waits for another one's lock."""
STANDSTILL_MS = 60_000
"""How long PostgreSQL lets a transaction do nothing before it ends it."""
AnyRow = Row[*tuple[Any, ...]]
WRITERS = 4
"""Transactions that one process writes at once on PostgreSQL: while one waits for its disk, another computes."""
_MAX_CONNECTIONS = 16
_TRIES = 4
_LOST_A_RACE = ("40001", "40P01", "23505")
"""Serialization failure, deadlock, and a row that another transaction was the first to insert."""
_DISK_FULL = "53100"
_Result = TypeVar("_Result")
Value = TypeVar("Value")
_WRITING = "hub_writing"
_PART = 500


class DoAgain(Exception):
    """A transaction found that it must be done once more from its beginning; nothing of it was written."""


class HubStore:
    """Transactions on the hub's database. Safe to use from many threads and processes."""

    def __init__(self, engine: Engine, turns: Path | None = None) -> None:
        """`turns` is the file by whose lock processes take turns at writing; None where the database sees to it."""
        self._engine, self._turns = engine, turns
        on_postgresql = engine.dialect.name == "postgresql"
        # Waiting in line here is fair and wakes at once; SQLite's own waiting is neither.
        self._line = threading.BoundedSemaphore(WRITERS if on_postgresql else 1)
        # On SQLite a transaction sees one state anyway.
        self._reading: dict[str, Any] = (
            {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if on_postgresql else {}
        )

    @classmethod
    def open(cls, folder: Path, url: str | None) -> HubStore:
        """Open, and create or bring up to date what is not; raise `SchemaTooNew` for a database of a newer version.

        `url` is an SQLAlchemy URL of PostgreSQL, None for SQLite in `folder`.
        """
        engine = postgresql_engine(url) if url else sqlite_engine(folder / DATABASE)
        store = cls(engine, None if url else folder / _TURNS)
        try:
            with store.reading() as connection:
                current = is_current(connection)
            if not current:
                with store.writing() as connection:
                    bring_up(connection)
        except BaseException:
            store.close()
            raise
        return store

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One writing transaction; committed when the block ends, rolled back if it raises."""
        with self._line, self._turn(), self._engine.connect() as plain:
            connection = plain.execution_options(**{_WRITING: True})
            with connection.begin():
                yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for other processes as long as SQLite would; whoever did so in vain goes on, and is refused by SQLite.

        SQLite looks for its lock ten times a second: beside a busy process another would hardly ever get it.
        """
        lock = FileLock(self._turns) if self._turns is not None else None
        if lock is not None:
            lock.acquire_within(BUSY_TIMEOUT_MS / 1000)
        try:
            yield
        finally:
            if lock is not None:
                lock.release()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One reading transaction that sees one state."""
        with self._engine.connect() as plain:
            connection = plain.execution_options(**self._reading)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def value(self, name: str) -> str | None:
        """A named value."""
        with self.reading() as connection:
            return connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar_one_or_none()

    def put_value(self, name: str, value: str) -> None:
        """Set a named value."""
        with self.writing() as connection:
            insert_or_nothing(connection, meta, {"name": name, "value": value})
            connection.execute(meta.update().where(meta.c.name == name).values(value=value))


def insert_or_nothing(connection: Connection, table: Table, rows: Mapping[str, Any] | list[dict[str, Any]]) -> None:
    """Insert rows; one whose key is there already is left as it is."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        # Imported where it is used: it costs more than everything else a command of the hub loads.
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert

        connection.execute(postgresql_insert(table).on_conflict_do_nothing(), rows)
    else:
        connection.execute(sqlite_insert(table).on_conflict_do_nothing(), rows)


def insert_all(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows that must all be new."""
    if rows:
        connection.execute(insert(table), rows)


def is_alone(connection: Connection) -> bool:
    """Whether nobody else writes while this writing transaction does: so it is where writers are in line (SQLite)."""
    return connection.dialect.name == "sqlite"


def parts_of(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """`values` in parts that fit one statement."""
    for start in range(0, len(values), _PART):
        yield values[start : start + _PART]


def is_full(error: BaseException) -> bool:
    """Whether a database error means that the disk is full."""
    return isinstance(error, DBAPIError) and (_sqlstate(error) == _DISK_FULL or "full" in str(error.orig).lower())


def retried(work: Callable[[], _Result], *, repeatable: bool = False) -> _Result:
    """Do `work`, and again if PostgreSQL undid its transaction in favour of another's, or it raised `DoAgain`.

    `repeatable`: doing it twice is harmless, so it is also done again when the connection broke and nobody knows
    whether it was committed.
    """
    for _ in range(_TRIES - 1):
        try:
            return work()
        except DoAgain:
            logger.info("a transaction is done again: others came first")
        except DBAPIError as error:
            lost_a_race = _sqlstate(error) in _LOST_A_RACE
            if not (lost_a_race or (repeatable and error.connection_invalidated)):
                raise
            logger.warning("a transaction is done again: %s", _sqlstate(error) or "its connection broke")
    return work()


def _sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def postgresql_engine(url: str) -> Engine:
    """PostgreSQL as every database of the platform uses it: durable commits, nobody waits for ever."""
    spare = _MAX_CONNECTIONS - WRITERS
    engine = create_engine(url, pool_pre_ping=True, pool_size=WRITERS, max_overflow=spare, hide_parameters=True)
    event.listen(engine, "connect", _set_up_postgresql)
    return engine


def _set_up_postgresql(connection: Any, _record: object) -> None:
    try:
        _ask_for_durable_commits(connection)
    except BaseException:
        # The pool does not know it yet, so nobody else would close it.
        connection.close()
        raise


def _ask_for_durable_commits(connection: Any) -> None:
    # Our word may be given for what is committed, whatever the server's default is; `local` and stronger stay.
    [(commits,)] = connection.execute("SHOW synchronous_commit").fetchall()
    if commits == "off":
        connection.execute("SET synchronous_commit = on")
    connection.execute(f"SET lock_timeout = {BUSY_TIMEOUT_MS}")
    # A process of ours that stands still must not hold the others' numbers for ever.
    connection.execute(f"SET idle_in_transaction_session_timeout = {STANDSTILL_MS}")
    connection.commit()


def sqlite_engine(path: Path) -> Engine:
    """SQLite as every database of the platform uses it: durable commits, writers in line."""
    settings = {"isolation_level": None, "check_same_thread": False}
    engine = create_engine(f"sqlite:///{path}", connect_args=settings, hide_parameters=True)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any, _record: object) -> None:
    for pragma in (f"busy_timeout = {BUSY_TIMEOUT_MS}", "journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A transaction that begins by reading and then writes is refused by SQLite when another wrote in between; one that
    # begins IMMEDIATE waits its turn instead.
    writing = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
