"""The bare engines under power loss: a case row, an outbox row, an attachment as a file.

As a process: python -m benchmarks.lab.powerloss_raw ENGINE SYNC FILES FOLDER ACTS
"""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.lab import workload
from benchmarks.lab.recording import TOLD

KEY = "cd" * 32
ATTACHMENT_BYTES = 20_000
AUTOCHECKPOINT_PAGES = 40


@dataclass(frozen=True, slots=True)
class RawStore:
    """`engine` sqlite3 or sqlcipher; `sync` FULL or NORMAL; `files` safe or nofsync."""

    engine: str
    sync: str
    files: str

    def prepare(self, folder: Path) -> None:
        """Nothing lies there before."""

    def command(self, folder: Path, acts: int) -> list[str]:
        """This module as a process."""
        module = ["-m", "benchmarks.lab.powerloss_raw"]
        return [sys.executable, *module, self.engine, self.sync, self.files, str(folder), str(acts)]

    def broken(self, folder: Path, told: frozenset[str]) -> set[str]:
        """A told case that is missing, rows that do not match, attachments missing or damaged."""
        database, errors = _connect(self.engine, folder / "s.db")
        try:
            return _broken(database, folder, told)
        except errors as error:
            return {f"cannot be opened: {type(error).__name__}"}
        finally:
            database.close()


def _broken(database: Any, folder: Path, told: frozenset[str]) -> set[str]:
    found = set()
    if database.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
        found.add("damaged database")
    made = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'outbox'").fetchone()
    cases = dict(database.execute("SELECT id, sha FROM c").fetchall()) if made else {}
    queued = {row[0] for row in database.execute("SELECT id FROM outbox")} if made else set()
    if told - cases.keys():
        found.add("told case lost")
    if cases.keys() != queued:
        found.add("case without outbox row")
    for digest in cases.values():
        file = folder / "att" / digest
        if not file.exists():
            found.add("attachment missing")
        elif hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            found.add("attachment damaged")
    return found


def _connect(engine: str, path: Path) -> tuple[Any, type[Exception]]:
    module = importlib.import_module("sqlite3" if engine == "sqlite3" else "sqlcipher3.dbapi2")
    database = module.connect(path, isolation_level=None)
    if engine == "sqlcipher":
        database.execute("PRAGMA cipher_log_level = NONE")
        database.execute(f"PRAGMA key = \"x'{KEY}'\"")
    return database, module.DatabaseError


def _work(engine: str, sync: str, files: str, folder: Path, acts: int) -> None:
    database, _errors = _connect(engine, folder / "s.db")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute(f"PRAGMA synchronous = {sync}")
    database.execute(f"PRAGMA wal_autocheckpoint = {AUTOCHECKPOINT_PAGES}")
    database.execute("CREATE TABLE c(id TEXT PRIMARY KEY, sha TEXT, body BLOB)")
    database.execute("CREATE TABLE outbox(n INTEGER PRIMARY KEY, id TEXT)")
    (folder / "att").mkdir()
    _sync(folder)
    for number in range(acts):
        case = workload.case(number)
        digest = _keep(folder / "att", workload.attachment(number, 0, size=ATTACHMENT_BYTES), is_safe=files == "safe")
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO c VALUES(?, ?, ?)", (case["id"], digest, workload.dumps(case)))
        database.execute("INSERT INTO outbox(id) VALUES(?)", (case["id"],))
        database.execute("COMMIT")
        os.write(1, TOLD + case["id"].encode() + b"\n")
    os._exit(0)  # no orderly close: the record ends like a crash


def _keep(folder: Path, content: bytes, *, is_safe: bool) -> str:
    digest = hashlib.sha256(content).hexdigest()
    temporary = folder / f"{digest}.tmp"
    temporary.write_bytes(content)
    if is_safe:
        _sync(temporary)
    temporary.rename(folder / digest)
    if is_safe:
        _sync(folder)
    return digest


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


if __name__ == "__main__":
    _engine, _sync_mode, _files, _folder, _acts = sys.argv[1:6]
    _work(_engine, _sync_mode, _files, Path(_folder), int(_acts))
