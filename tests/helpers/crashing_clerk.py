"""What a clerk does until the process is killed, and what is found afterwards.

Before each act the child says what it will do, and what it did once the commit has returned. What was said to be done
must be there for ever; of what was only announced, all or nothing.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import sqlite3  # noqa: F401 - loaded here once instead of in every child, like the next two
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy.dialects.sqlite  # noqa: F401
from cryptography.hazmat.primitives.kdf import argon2  # noqa: F401
from sqlcipher3 import dbapi2  # noqa: F401

from clerk_app import failpoints
from clerk_app.errors import StoreExists
from clerk_app.seams import SystemRng
from clerk_app.security.keys import load_keys
from clerk_app.store.folder import own_folder
from clerk_app.store.store import Store
from clerk_app.store.verify import verify_store
from tests.helpers.forked_parent import say
from tests.helpers.stores import CLERK, OPENED, Desk, desk_at, hashes

MOST_ACTS = 400


def create(place: str, point: str | None = None, passes: int = 1) -> None:
    """Make a new store; the failpoint, if any, ends it."""
    _arm(point, passes)
    _desk(place).create().close()


def create_again_and_look(place: str) -> None:
    """What a person does after a crash while a store was made."""
    with suppress(StoreExists):
        create(place)
    look(place, {})


def act(place: str, seed: int, point: str, passes: int, blobs: dict[str, str]) -> None:
    """Sign in, look at what the last kill left, and act at random until the failpoint kills."""
    desk = _desk(place)
    _arm(point, passes)
    store = desk.open_settled()
    _say_what_is_there(store, blobs)
    chance = random.Random(seed)
    for _ in range(MOST_ACTS):
        chance.choices(_ACTS, _WEIGHTS)[0](store, chance)
    raise AssertionError(f"{point} was not passed {passes} times")


def act_and_tell_too_early(place: str, seed: int, point: str) -> None:
    """A broken program, to test the test: it says 'done' before the commit."""
    store = _desk(place).open_settled()
    _arm(point, 1)
    with store.write(CLERK) as unit:
        entry = unit.append(f"visit/{seed:016x}", "visit.opened", OPENED)
        say(["will", "entry", entry.hash.hex()])
        say(["did", "entry", entry.hash.hex()])
        unit.commit()


def die_owning(place: str) -> None:
    """Be killed while this process owns the folder."""
    own_folder(_desk(place).folder)
    os.kill(os.getpid(), signal.SIGKILL)


def append_many(place: str, name: str, count: int) -> None:
    """Append below the folder's lock, as a second process would that does not ask for it."""
    desk = _desk(place)
    store = Store.open_with_key(
        desk.folder,
        load_keys(desk.folder.path, desk.disk).store_id,
        desk.database_key(),
        clock=desk.clock,
        disk=desk.disk,
        rng=desk.rng,
    )
    for number in range(count):
        _say_entry(store, f"visit/{name}-{number}", padding="")
    store.close()


def die_with_a_living_log(place: str) -> None:
    """Be killed when the log holds committed frames, then those of an unfinished transaction, then older ones."""
    store = _desk(place).open_settled()
    connection = store._writer.raw_connection().driver_connection
    assert connection is not None
    for number in range(40):
        _say_entry(store, f"visit/old{number}", padding="x" * 2_000)
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()  # the next commit begins the log anew
    for number in range(6):
        _say_entry(store, f"visit/new{number}", padding="y" * 2_000)
    blob = store.vault.put(b"scan")
    with store.write(CLERK) as unit:
        unit.keep_blob(blob.id, blob.size)
        unit.commit()
    connection.execute("PRAGMA cache_size = 5")
    with store.write(CLERK) as unit:
        for number in range(20):
            unit.save_draft(f"{number}", visit="v", owner=CLERK, content=b"z" * 3_000)
        os.kill(os.getpid(), signal.SIGKILL)


def die_with_a_copied_log(place: str) -> None:
    """Be killed when everything in the log has also been copied into the database file."""
    store = _desk(place).open_settled()
    for number in range(20):
        _say_entry(store, f"visit/{number}", padding="x" * 2_000)
    connection = store._writer.raw_connection().driver_connection
    assert connection is not None
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    os.kill(os.getpid(), signal.SIGKILL)


def _say_entry(store: Store, stream: str, *, padding: str) -> None:
    with store.write(CLERK) as unit:
        entry = unit.append(stream, "visit.opened", {**OPENED, "padding": padding})
        unit.commit()
    say(entry.hash.hex())


def look(place: str, blobs: dict[str, str]) -> None:
    """Open as after any crash and look."""
    store = _desk(place).open_settled()
    _say_what_is_there(store, blobs)
    store.close()


def _say_what_is_there(store: Store, blobs: dict[str, str]) -> None:
    with store.read() as connection:
        drafts = connection.exec_driver_sql("SELECT id, content FROM drafts").fetchall()
        jobs = connection.exec_driver_sql("SELECT id FROM print_jobs ORDER BY id").scalars().all()
    say(
        {
            "fault": verify_store(store).first_fault,
            "entries": [found.hex() for found in hashes(store)],
            "drafts": {draft: content.decode() for draft, content in drafts},
            "jobs": list(jobs),
            "blobs": {blob: _digest(store.vault.get(blob, bytes.fromhex(key))) for blob, key in blobs.items()},
            "left_over": [str(file) for file in store.folder.path.rglob("*.tmp")],
        }
    )


# ---- acts -------------------------------------------------------------------------------------------------------


def _open_visit(store: Store, chance: random.Random) -> None:
    stream = f"visit/{chance.getrandbits(64):016x}"
    with store.write(CLERK) as unit:
        entry = unit.append(stream, "visit.opened", OPENED)
        say(["will", "entry", entry.hash.hex()])
        unit.commit()
    say(["did", "entry", entry.hash.hex()])


def _take_in(store: Store, chance: random.Random) -> None:
    """Like the real act: number, entry, dropped draft and queued papers in one transaction."""
    draft = _save_draft(store, chance)
    with store.write(CLERK) as unit:
        number = f"{unit.next_case_counter():022d}"
        entry = unit.append(f"case/{number}", "case.taken_in", {"number": number, "padding": "x" * 4000})
        unit.drop_draft(draft)
        jobs = unit.queue_print(number, "receipt", copies=(1, 2), reprint=False)
        say(["will", "entry", entry.hash.hex()])
        say(["will", "draft", draft, None])
        unit.commit()
    say(["did", "entry", entry.hash.hex()])
    say(["did", "draft", draft, None])
    say(["did", "jobs", jobs])
    say(["did", "number", number])


def _save_draft(store: Store, chance: random.Random) -> str:
    draft, content = f"{chance.randrange(5)}", f"{chance.getrandbits(64):016x}"
    say(["will", "draft", draft, content])
    with store.write(CLERK) as unit:
        unit.save_draft(draft, visit="v", owner=CLERK, content=content.encode())
        unit.commit()
    say(["did", "draft", draft, content])
    return draft


def _scan(store: Store, chance: random.Random) -> None:
    content = chance.randbytes(chance.choice((0, 10, 70_000)))
    blob = store.vault.put(content)
    with store.write(CLERK) as unit:
        unit.keep_blob(blob.id, blob.size)
        entry = unit.append(f"visit/{chance.getrandbits(64):016x}", "visit.opened", OPENED)
        say(["will", "entry", entry.hash.hex()])
        unit.commit()
    say(["did", "entry", entry.hash.hex()])
    say(["did", "blob", blob.id, blob.key.hex(), _digest(content)])


def _log_out(store: Store, chance: random.Random) -> None:
    """Two entries and a signed head in one transaction, sometimes on a new chain."""
    session = f"session/{chance.getrandbits(64):016x}"
    with store.write(CLERK) as unit:
        if chance.random() < 0.3:
            unit.begin_chain("test")
        first = unit.append(session, "session.logged_in", {"name": "王例", "seal_at_hand": False})
        second = unit.append(session, "session.logged_out", {})
        unit.sign_head()
        say(["will", "entry", first.hash.hex()])
        say(["will", "entry", second.hash.hex()])
        unit.commit()
    say(["did", "entry", first.hash.hex()])
    say(["did", "entry", second.hash.hex()])


_ACTS: list[Callable[[Store, random.Random], Any]] = [_open_visit, _take_in, _save_draft, _scan, _log_out]
_WEIGHTS = [4, 2, 1, 2, 1]


def _desk(place: str) -> Desk:
    return desk_at(Path(place), rng=SystemRng())


def _arm(point: str | None, passes: int) -> None:
    if point is not None:
        failpoints.arm(point, passes)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
