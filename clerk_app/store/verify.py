"""`clerk verify`: every byte of the store that means something is read and checked."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from clerk_app.errors import ClerkError
from clerk_app.journal.chain import check_chain
from clerk_app.journal.signature import HEAD, head_message, public_of, verify
from clerk_app.store import meta
from clerk_app.store.engine import inspection_engine, memory_engine
from clerk_app.store.facts import ENTRY_COLUMNS, entry_of
from clerk_app.store.faults import storage_faults
from clerk_app.store.projections import rebuild, snapshot
from clerk_app.store.schema import blobs, chains, entries, heads
from clerk_app.store.store import Store


@dataclass(frozen=True, slots=True)
class Verification:
    """The result; `first_fault` names where to look, in ASCII, or is None."""

    entries: int
    chain_ok: bool
    signatures_ok: bool
    blobs_ok: bool
    projections_ok: bool
    first_fault: str | None


def verify_store(store: Store) -> Verification:
    """Check pages, chains, heads, blobs and projections of an open store."""
    faults: list[tuple[str, str]] = []
    count = 0
    try:
        with storage_faults():
            faults += _pages(store)
            with store.read() as connection:
                count, chain_faults = _chains(connection)
                faults += chain_faults
                faults += _heads(connection)
                faults += _blobs(connection, store)
            faults += _projections(store)
    except ClerkError as fault:
        faults.append(("chain", f"database: {fault.code}"))
    broken = {part for part, _ in faults}
    return Verification(
        count,
        "chain" not in broken,
        "signatures" not in broken,
        "blobs" not in broken,
        "projections" not in broken,
        faults[0][1] if faults else None,
    )


def _pages(store: Store) -> list[tuple[str, str]]:
    engine = inspection_engine(store.folder.database, store.database_key)
    with engine.connect() as connection:
        broken = connection.exec_driver_sql("PRAGMA cipher_integrity_check").fetchall()
        report = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    engine.dispose()
    if broken:
        return [("chain", f"database page: {broken[0][0]}")]
    return [] if list(report) == ["ok"] else [("chain", f"database: {report[0]}")]


def _chains(connection: Connection) -> tuple[int, list[tuple[str, str]]]:
    faults: list[tuple[str, str]] = []
    count, heads_seen = 0, {}
    for chain in connection.execute(select(chains).order_by(chains.c.n)).fetchall():
        rows = connection.execute(select(*ENTRY_COLUMNS).where(entries.c.chain == chain.chain).order_by(entries.c.seq))
        seq, head, fault = check_chain((entry_of(row) for row in rows), chain=chain.chain, prev=chain.prev)
        heads_seen[chain.chain] = head
        count += seq
        if chain.prev_chain is not None and heads_seen.get(chain.prev_chain) != chain.prev:
            faults.append(("chain", f"chain {chain.chain} does not cite the head of {chain.prev_chain}"))
        if fault is not None:
            faults.append(("chain", f"entry {fault.chain}/{fault.seq}: {fault.what}"))
    faults += _columns(connection)
    return count, faults


def _columns(connection: Connection) -> list[tuple[str, str]]:
    """The look-up columns must repeat what the hashed header says."""
    from clerk_app.journal.entry import Header

    rows = connection.execute(
        select(entries.c.header, entries.c.chain, entries.c.seq, entries.c.stream, entries.c.kind)
    )
    for row in rows:
        header = Header.from_bytes(row.header)
        if (header.chain, header.seq, header.stream, header.kind) != (row.chain, row.seq, row.stream, row.kind):
            return [("chain", f"entry {row.chain}/{row.seq}: columns")]
    return []


def _heads(connection: Connection) -> list[tuple[str, str]]:
    public = public_of(meta.get(connection, meta.DEVICE_PRIVATE) or b"")
    for row in connection.execute(select(heads)):
        stored = connection.execute(
            select(entries.c.hash).where(entries.c.chain == row.chain, entries.c.seq == row.seq)
        ).scalar_one_or_none()
        message = head_message(row.chain, row.seq, row.head)
        if stored != row.head or not verify(public, HEAD, message, row.signature):
            return [("signatures", f"signed head {row.chain}/{row.seq}")]
    return []


def _blobs(connection: Connection, store: Store) -> list[tuple[str, str]]:
    for blob in connection.execute(select(blobs.c.id)).scalars():
        try:
            store.vault.sealed(blob)
        except ClerkError:
            return [("blobs", f"blob {blob}")]
    return []


def _projections(store: Store) -> list[tuple[str, str]]:
    """Fold everything again into memory and compare every row."""
    engine = memory_engine()
    with store.read() as connection, engine.connect() as memory:
        before = snapshot(connection)
        rebuild(connection, into=memory)
        after = snapshot(memory)
    engine.dispose()
    changed = [name for name in before if before[name] != after[name]]
    return [("projections", f"projection {changed[0]}")] if changed else []
