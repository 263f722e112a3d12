"""The least a hub can do and still be durable: ASGI and SQLite (WAL, synchronous=FULL), no framework, no signatures.

POST /batch         JSON lines in one zstd frame: all cases in one transaction, INSERT OR IGNORE by id; 200 after it
PUT  /blob/SHA256   a whole attachment as a file (write, fsync, rename, fsync of the folder); 200 once it is durable
GET  /stat          counts

Run: uvicorn --factory benchmarks.lab.bare_hub:make --host H --port P, with BARE_DIR set.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import json
import os
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import zstandard

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Answer = tuple[int, dict[str, int]]


def _fastest_loads() -> Callable[[bytes], Any]:
    try:
        fastest: Callable[[bytes], Any] = importlib.import_module("orjson").loads
    except ImportError:
        return json.loads
    return fastest


class BareHub:
    """Cases in one table, blobs in one folder."""

    def __init__(self, folder: Path) -> None:
        self._blobs = folder / "blob"
        self._blobs.mkdir(parents=True, exist_ok=True)
        self._loads = _fastest_loads()
        self._database = sqlite3.connect(folder / "hub.db", check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("CREATE TABLE IF NOT EXISTS c(id TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID")

    def put_cases(self, body: bytes) -> Answer:
        """Store a batch in one transaction."""
        lines = zstandard.ZstdDecompressor().decompressobj().decompress(body).split(b"\n")
        before = self._database.total_changes
        self._database.execute("BEGIN IMMEDIATE")
        rows = [(self._loads(line)["id"], line) for line in lines if line]
        self._database.executemany("INSERT OR IGNORE INTO c VALUES(?,?)", rows)
        self._database.execute("COMMIT")
        return 200, {"new": self._database.total_changes - before}

    def put_blob(self, name: str, body: bytes) -> Answer:
        """Store an attachment whose name is its SHA-256."""
        if hashlib.sha256(body).hexdigest() != name:
            return 400, {}
        temporary = self._blobs / f"{name}.tmp"
        with temporary.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(self._blobs / name)
        folder = os.open(self._blobs, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        return 200, {}

    def stat(self) -> Answer:
        """What is here."""
        cases = self._database.execute("SELECT count(*) FROM c").fetchone()[0]
        return 200, {"cases": cases, "blobs": sum(1 for _ in self._blobs.iterdir())}

    def answer(self, path: str, body: bytes) -> Answer:
        """One request."""
        if path == "/batch":
            return self.put_cases(body)
        if path.startswith("/blob/"):
            return self.put_blob(path.removeprefix("/blob/"), body)
        return self.stat() if path == "/stat" else (404, {})


def make() -> Callable[[Message, Receive, Send], Awaitable[None]]:
    """The ASGI application; one thread works, as one connection writes."""
    hub, worker = BareHub(Path(os.environ["BARE_DIR"])), ThreadPoolExecutor(1)

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        body = await _body(receive)
        loop = asyncio.get_running_loop()
        status, content = await loop.run_in_executor(worker, hub.answer, scope["path"], body)
        answer = json.dumps(content).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return application


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return b"".join(parts)
