"""Two engines on one SQLCipher file: one writer that always begins IMMEDIATE, and readers that cannot write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

BUSY_TIMEOUT_MS = 10_000


def writer_engine(path: Path, key: bytes) -> Engine:
    """One connection; every transaction begins IMMEDIATE, so that two processes never collide half-way."""
    engine = _engine(_connector(path, key, read_only=False), StaticPool)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def reader_engine(path: Path, key: bytes) -> Engine:
    """A few connections that can only read; each transaction sees one state of the store."""
    engine = _engine(_connector(path, key, read_only=True), QueuePool)
    event.listen(engine, "begin", _begin_deferred)
    return engine


def memory_engine() -> Engine:
    """A database in memory that ends with the engine, for comparing projections."""
    return create_engine("sqlite://", poolclass=StaticPool)


def _engine(connect: Callable[[], Any], pool: type[Any]) -> Engine:
    from sqlcipher3 import dbapi2

    return create_engine("sqlite://", module=dbapi2, creator=connect, poolclass=pool)


def _connector(path: Path, key: bytes, *, read_only: bool) -> Callable[[], Any]:
    def connect() -> Any:
        from sqlcipher3 import dbapi2

        connection = dbapi2.connect(
            f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )
        pragmas = [
            # A wrong key or a damaged page is our sentence to say, not SQLCipher's line on standard error.
            "cipher_log_level = NONE",
            f"key = \"x'{key.hex()}'\"",
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
        ]
        if read_only:
            pragmas.append("query_only = ON")
        else:
            pragmas += ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"]
        try:
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection

    return connect


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Connection) -> None:
    # By the driver itself: it locks nothing, so it cannot fail, and every look at the store begins with it.
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN")
