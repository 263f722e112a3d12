"""A hub's backup: one state of its database, and every blob that state names; not its keys.

    FOLDER/backup.json           {"format", "hub", "made_at", "database", "sha256", "postgresql", "blobs", "place"}
    FOLDER/database-MADE_AT      SQLite's own copy, or what pg_dump wrote (custom format)
    FOLDER/blobs/x/ID            blobs; none where they lie in an object store, which is backed up by itself

The database is copied first and the blobs after it, since a blob is durable before a row says so and is never changed:
whatever the copy names is there by then. `backup.json` is replaced last, so that a backup cut short leaves the earlier
one as it was. A folder may be used again and again; only new blobs are copied. Putting back goes the other way round:
blobs first, the database last.

The key files are left out on purpose: who has them can speak as the hub and open every rating, they hardly ever change,
and they belong into a safe beside the recovery key, not onto every tape.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import create_engine, inspect, make_url, select

from clerk_app.errors import BackupDamaged, HubNotEmpty, OtherHubsKeys, ProgramFailed
from clerk_app.failpoints import failpoint
from clerk_app.seams import Clock, Disk, Rng, fsync_folder
from sync.hub.folder_shelf import FolderShelf
from sync.hub.hub import BLOBS, Hub, require_hub
from sync.hub.keys import load_or_make_keys
from sync.hub.schema import blobs
from sync.hub.store import DATABASE

MANIFEST = "backup.json"
_FORMAT = "window-clerk-hub-backup-1"
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `hub`: its public identity key, hex; `made_at` UTC ms; `place`: of blobs kept elsewhere."""

    hub: str
    made_at: int
    database: str
    sha256: str
    postgresql: bool
    blobs: int
    place: str


@dataclass(frozen=True, slots=True)
class Backup:
    """What was done: blobs there now, blobs copied this time, and those that are damaged or gone at the hub."""

    blobs: int
    copied: int
    damaged: tuple[str, ...]


def back_up(hub: Hub, data: Path, url: str | None, out: Path, disk: Disk) -> Backup:
    """Copy a hub, also while it is served. Raises `ProgramFailed` without pg_dump, `OSError`, database errors."""
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    made_at = hub.clock.now_ms()
    database = out / f"database-{made_at}"
    try:
        if url:
            _run_postgresql("pg_dump", url, "--format=custom", "--no-owner", f"--file={database}")
        else:
            _copy_sqlite(data / DATABASE, database)
        _sync(database)
    except BaseException:
        database.unlink(missing_ok=True)
        raise
    failpoint("backup.database")
    place = hub.store.value(BLOBS) or ""
    names = [] if place else _complete_blobs(hub)
    shelf = FolderShelf(out / "blobs")
    copied, damaged = 0, []
    for blob in names:
        if not shelf.has(blob):
            whole = _copy_blob(hub, blob, shelf)
            copied += whole
            if not whole:
                damaged.append(blob)
    shelf.make_durable([blob for blob in names if blob not in damaged])
    failpoint("backup.blobs")
    manifest = Manifest(
        hub.identity.hex(), made_at, database.name, _sha256(database), bool(url), len(names) - len(damaged), place
    )
    disk.replace(out / MANIFEST, json.dumps({"format": _FORMAT, **asdict(manifest)}, indent=2).encode())
    for older in out.glob("database-*"):
        if older != database:
            older.unlink()
    return Backup(manifest.blobs, copied, tuple(damaged))


def put_back(backup: Path, data: Path, url: str | None, *, clock: Clock, disk: Disk, rng: Rng) -> Backup:
    """Put a backup into an empty hub: a folder with the key files alone, or with an empty database besides.

    Raises `NoHub` without key files, `OtherHubsKeys`, `HubNotEmpty`, `BackupDamaged`, `ProgramFailed`, `OSError`. May
    be begun again after it was cut short.
    """
    manifest = _read_manifest(backup, disk)
    require_hub(data)
    if load_or_make_keys(data, clock, disk, rng).hub.hex() != manifest.hub:
        raise OtherHubsKeys
    if bool(url) != manifest.postgresql:
        raise BackupDamaged(reason="备份的数据库种类和 --db 对不上")
    if _holds_something(data, url):
        raise HubNotEmpty
    database = backup / manifest.database
    if not database.exists() or _sha256(database) != manifest.sha256:
        raise BackupDamaged(reason=f"{database.name} 缺失或被改动")
    kept, shelf = FolderShelf(backup / "blobs"), FolderShelf(data / "blobs")
    copied, damaged = 0, []
    names = list(_blobs_in(backup / "blobs"))
    for blob in names:
        if not shelf.has(blob):
            with kept.open(blob) as source:
                whole = _put(source, blob, shelf)
            copied += whole
            if not whole:
                damaged.append(blob)
    shelf.make_durable([blob for blob in names if blob not in damaged])
    failpoint("restore.blobs")
    if url:
        _run_postgresql("pg_restore", url, "--single-transaction", "--no-owner", "--exit-on-error", str(database))
    else:
        arriving = data / f"{DATABASE}.arriving"
        shutil.copyfile(database, arriving)
        _sync(arriving)
        os.replace(arriving, data / DATABASE)
        fsync_folder(data)
    return Backup(copied, copied, tuple(damaged))


# ---- the database -------------------------------------------------------------------------------------------------


def _copy_sqlite(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        # Without its log file beside it.
        copy.execute("PRAGMA journal_mode = DELETE")


def _run_postgresql(program: str, url: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs; the password goes by the environment, which other users cannot read."""
    place = make_url(url).set(drivername="postgresql")
    password = {"PGPASSWORD": str(place.password)} if place.password is not None else {}
    shown = place.set(password=None).render_as_string(hide_password=False)
    try:
        done = subprocess.run(
            [program, f"--dbname={shown}", *arguments],
            env={**os.environ, **password},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise ProgramFailed(program=program, reason="没有安装") from None
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise ProgramFailed(program=program, reason=lines[-1] if lines else str(done.returncode))


def _holds_something(data: Path, url: str | None) -> bool:
    if not url:
        return (data / DATABASE).exists()
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return bool(inspect(connection).get_table_names())
    finally:
        engine.dispose()


# ---- blobs --------------------------------------------------------------------------------------------------------


def _complete_blobs(hub: Hub) -> Sequence[str]:
    """Asked after the copy was made: all that it names, and perhaps some that came since."""
    with hub.store.reading() as connection:
        statement = select(blobs.c.blob).where(blobs.c.complete.is_(True)).distinct().order_by(blobs.c.blob)
        return connection.execute(statement).scalars().all()


def _copy_blob(hub: Hub, blob: str, shelf: FolderShelf) -> bool:
    try:
        with hub.shelf.open(blob) as source:
            return _put(source, blob, shelf)
    except FileNotFoundError:
        return False


def _put(source: BinaryIO, blob: str, shelf: FolderShelf) -> bool:
    """Put a blob on a shelf, checked; False if its bytes are not what its id says."""
    shelf.drop(blob)
    offset = 0
    while chunk := source.read(_CHUNK):
        shelf.append(blob, offset, chunk)
        offset += len(chunk)
    return offset > 0 and shelf.finish(blob)


def _blobs_in(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("?/*")):
        if len(path.name) == 64:
            yield path.name


# ---- files --------------------------------------------------------------------------------------------------------


def _read_manifest(backup: Path, disk: Disk) -> Manifest:
    try:
        stored: dict[str, Any] = json.loads(disk.read(backup / MANIFEST))
        if stored.pop("format") != _FORMAT:
            raise ValueError(MANIFEST)
        return Manifest(**stored)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupDamaged(reason=f"{backup / MANIFEST} 缺失或读不懂") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
