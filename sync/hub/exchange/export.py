"""The exchange from end to end: into tables of the province's front database, or as files of JSON lines.

    DIR/exchange.db                                         the same tables, so that files too know what was sent
    DIR/2026-11-17/up_pro_accept-99999900000012.jsonl       one line for each record of one kind in one batch

A batch is one transaction in the tables. Its files are written afterwards, each whole and under the batch's own name,
and no later batch begins before they are there: after a crash the same files are written again, byte for byte.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from clerk_app.errors import BadFile, ExchangeTargetFailed
from clerk_app.failpoints import failpoint
from clerk_app.seams import Disk
from sync.hub.exchange.batch import batch_name, lock_cursor, make_batch, set_written
from sync.hub.exchange.tables import BATCH, GUID, TABLES, TIME, metadata, number_column, withheld
from sync.hub.hub import Hub
from sync.hub.schema import regions
from sync.hub.store import AnyRow, HubStore, postgresql_engine, sqlite_engine

DATABASE = "exchange.db"
_TIME_FORMAT = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What one run wrote. `written` by operation (I, U, D) and kind of record; `withheld` cases that cannot be sent.

    `upto` is the number reached in each region.
    """

    written: Mapping[str, Mapping[str, int]]
    withheld: int
    upto: Mapping[str, int]
    files: tuple[str, ...] = field(default=())


def exchange_to_folder(hub: Hub, folder: Path, disk: Disk) -> Exchanged:
    """Write what is new as files below `folder`; raise `BadFile` if that cannot be written."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _exchange(hub, sqlite_engine(folder / DATABASE), _Files(folder, disk))
    except (OSError, SQLAlchemyError) as error:
        raise BadFile(reason=f"交换文件夹 {folder} 写不进去") from error


def exchange_to_database(hub: Hub, url: str) -> Exchanged:
    """Write what is new into the tables at an SQLAlchemy URL (PostgreSQL or SQLite); raise `ExchangeTargetFailed`."""
    try:
        return _exchange(hub, _engine(url), None)
    except (SQLAlchemyError, ImportError) as error:
        raise ExchangeTargetFailed from error


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return postgresql_engine(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise ArgumentError("only PostgreSQL and SQLite files")
    return sqlite_engine(Path(parsed.database))


def _exchange(hub: Hub, engine: Engine, files: _Files | None) -> Exchanged:
    target = HubStore(engine)
    written: dict[str, Counter[str]] = defaultdict(Counter)
    upto: dict[str, int] = {}
    try:
        with target.writing() as connection:
            metadata.create_all(connection)
        for region in _regions(hub):
            upto[region] = _exchange_region(hub, target, region, files, written)
        with target.reading() as connection:
            held = connection.execute(
                select(func.count()).select_from(select(withheld.c.region, withheld.c.project_no).distinct().subquery())
            ).scalar_one()
    finally:
        target.close()
    sums = {operation: dict(sorted(kinds.items())) for operation, kinds in sorted(written.items()) if kinds}
    return Exchanged(sums, held, upto, tuple(files.names) if files else ())


def _exchange_region(
    hub: Hub, target: HubStore, region: str, files: _Files | None, written: dict[str, Counter[str]]
) -> int:
    upto = 0
    while True:
        with target.writing() as connection:
            if files is not None:
                files.write_outstanding(hub, connection, region)
        failpoint("exchange.files_written")
        with target.writing() as connection:
            cursor = lock_cursor(connection, hub, region)
            if files is not None and cursor.written < cursor.batch:
                # Another run made a batch in between: its files come first.
                continue
            batch = make_batch(hub, connection, region)
            failpoint("exchange.before_commit")
        failpoint("exchange.after_commit")
        if batch is None:
            return upto or int(cursor.hub_seq)
        upto = batch.upto
        for operation, kinds in batch.written.items():
            written[operation].update(kinds)


def _regions(hub: Hub) -> list[str]:
    with hub.store.reading() as connection:
        return sorted(connection.execute(select(regions.c.region)).scalars())


class _Files:
    """Writes the batches whose files are not there yet."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk
        self.names: list[str] = []

    def write_outstanding(self, hub: Hub, connection: Connection, region: str) -> None:
        """At most one batch is outstanding, since none begins before the files of the last are there."""
        cursor = lock_cursor(connection, hub, region)
        if cursor.written == cursor.batch:
            return
        name = batch_name(region, cursor.batch)
        for record, table in TABLES.items():
            ordered = (table.c[number_column(record)], table.c[GUID])
            rows = connection.execute(select(table).where(table.c[BATCH] == name).order_by(*ordered)).fetchall()
            if rows:
                self._write(table.name, name, rows)
        failpoint("exchange.before_noted")
        set_written(connection, hub, region, cursor.batch)

    def _write(self, table: str, batch: str, rows: Sequence[AnyRow]) -> None:
        day: datetime = getattr(rows[0], TIME)
        folder = self._folder / f"{day:%Y-%m-%d}"
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / f"{table}-{batch}.jsonl"
        self._disk.replace(path, b"".join(_line(row) for row in rows))
        self.names.append(f"{folder.name}/{path.name}")


def _line(row: AnyRow) -> bytes:
    values = {name: _plain(value) for name, value in row._asdict().items()}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    return value.strftime(_TIME_FORMAT) if isinstance(value, datetime) else value
