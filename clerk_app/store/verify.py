"""`clerk verify`: every byte of the store that means something is read and checked.

What can not be seen: bytes of the write-ahead log that mean nothing any more (of transactions that were never
committed, of an older round of the log, or copied into the database file since), and a wrapped key's own damage beyond
`keys.json` being damaged.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, select, union_all
from sqlalchemy.exc import SQLAlchemyError

from clerk_app.domain.case import TAKEN_IN
from clerk_app.errors import ClerkError, KeysDamaged, SchemaTooNew
from clerk_app.journal.body import read_body
from clerk_app.journal.chain import check_chain, check_entry
from clerk_app.journal.entry import Entry, Header, link
from clerk_app.journal.hub_facts import read_hub_fact
from clerk_app.journal.hub_keys import KeyList, read_key_list
from clerk_app.journal.signature import HEAD, head_message, public_of, verify
from clerk_app.seams import Clock, Disk, Rng
from clerk_app.security.device_secret import SecretStore
from clerk_app.security.enrolment_file import EnrolmentFile
from clerk_app.security.keys import check_keys
from clerk_app.store import meta
from clerk_app.store.engine import memory_engine
from clerk_app.store.facts import ENTRY_COLUMNS, UPLOAD_OF_ENTRY, attested_of, entry_of
from clerk_app.store.faults import storage_faults
from clerk_app.store.folder import DataFolder
from clerk_app.store.projections import rebuild, snapshot
from clerk_app.store.repair import hash_at
from clerk_app.store.schema import blobs, chains, entries, heads, hub_facts, received_entries, superseded, uploads
from clerk_app.store.store import Store, unlock

Part = Literal["chain", "signatures", "blobs", "projections"]


@dataclass(frozen=True, slots=True)
class Verification:
    """The result; `first_fault` names where to look, in ASCII, or is None.

    `entries` were written on this device, `received` on others.
    """

    entries: int
    chain_ok: bool
    signatures_ok: bool
    blobs_ok: bool
    projections_ok: bool
    first_fault: str | None
    received: int = 0


@dataclass(slots=True)
class _Findings:
    """What was found so far.

    What stops a look at one part is a fault of that part; the others are still looked at. A part that nobody could look
    at is not called whole.
    """

    entries: int = 0
    received: int = 0
    faults: list[tuple[Part, str]] = field(default_factory=list)
    looked_at: set[Part] = field(default_factory=set)

    def add(self, part: Part, what: str) -> None:
        self.faults.append((part, what))

    @contextmanager
    def looking_at(self, part: Part, name: str) -> Iterator[None]:
        self.looked_at.add(part)
        try:
            with storage_faults():
                yield
        except SchemaTooNew:
            raise
        except ClerkError as fault:
            self.add(part, f"{name}: {fault.code}")
        except (SQLAlchemyError, ValueError, TypeError, LookupError):
            self.add(part, f"{name}: unreadable")

    def verification(self) -> Verification:
        whole = self.looked_at - {part for part, _ in self.faults}
        return Verification(
            self.entries,
            "chain" in whole,
            "signatures" in whole,
            "blobs" in whole,
            "projections" in whole,
            self.faults[0][1] if self.faults else None,
            self.received,
        )


def inspect_folder(
    folder: DataFolder, *, clerk: str, password: str, clock: Clock, disk: Disk, rng: Rng, secrets: SecretStore
) -> Verification:
    """Verify the store of a folder, also one that refuses to open.

    Raises `NoStore`, `LockedOut`, `WrongPassword`, `UnknownClerk` or `SchemaTooNew`; everything else is a finding.
    """
    try:
        store_id, database_key = unlock(folder, clerk=clerk, password=password, clock=clock, disk=disk, secrets=secrets)
    except KeysDamaged as fault:
        # Without the key nothing else can be looked at, and nothing is called whole that was not seen.
        return Verification(0, False, False, False, False, f"keys.json: {fault.code}")
    store = Store(folder, store_id, database_key, clock=clock, disk=disk, rng=rng)
    try:
        return verify_store(store)
    finally:
        store.close()


def verify_store(store: Store) -> Verification:
    """Check keys, witness, pages, chains, heads, blobs and projections; raise `SchemaTooNew`."""
    findings = _Findings()
    with findings.looking_at("chain", "keys.json"):
        check_keys(store.folder.path, store.database_key, store.disk)
    with findings.looking_at("chain", "opening"):
        store.check()
        store.bring_up()
    with findings.looking_at("chain", "database file"), store.undisturbed() as connection:
        _pages(findings, connection)
    with findings.looking_at("chain", "database"), store.read() as connection:
        _contents(findings, connection, store)
    return findings.verification()


def _contents(findings: _Findings, connection: Connection, store: Store) -> None:
    """Everything that is read inside the one transaction of `connection`."""
    with findings.looking_at("chain", "chains"):
        _chains(findings, connection)
    with findings.looking_at("chain", "old places"):
        _superseded(findings, connection)
    with findings.looking_at("chain", "columns"):
        _columns(findings, connection)
    with findings.looking_at("signatures", "signed heads"):
        _heads(findings, connection)
    with findings.looking_at("signatures", "hub facts"):
        _hub_words(findings, connection)
    with findings.looking_at("chain", "entries of others"):
        _others(findings, connection)
    with findings.looking_at("blobs", "blobs"):
        _blobs(findings, connection, store)
    with findings.looking_at("projections", "projections"):
        _projections(findings, connection)


def _pages(findings: _Findings, connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA cipher_integrity_check").fetchall()
    if broken:
        findings.add("chain", f"database file: {broken[0][0]}")
    report = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    if list(report) != ["ok"]:
        findings.add("chain", f"database: {report[0]}")


def _chains(findings: _Findings, connection: Connection) -> None:
    for chain in connection.execute(select(chains).order_by(chains.c.n)).fetchall():
        rows = connection.execute(select(*ENTRY_COLUMNS).where(entries.c.chain == chain.chain).order_by(entries.c.seq))
        seq, _head, fault = check_chain((entry_of(row) for row in rows), chain=chain.chain, prev=chain.prev)
        findings.entries += seq
        if chain.prev_chain is not None and not _was_head(connection, chain.prev_chain, chain.prev):
            findings.add("chain", f"chain {chain.chain} does not cite a head of {chain.prev_chain}")
        if fault is not None:
            findings.add("chain", f"entry {fault.chain}/{fault.seq}: {fault.what}")


def _was_head(connection: Connection, chain: str, head: bytes) -> bool:
    """Whether the chain ended here once; it may have been cut since, or got back what it had lost."""
    at = [select(table.c.hash).where(table.c.chain == chain, table.c.hash == head) for table in (entries, superseded)]
    if connection.execute(union_all(*at)).first() is not None:
        return True
    # Cut at its very beginning, a chain has nothing left, and what it began with is cited instead.
    has_entries = connection.execute(select(entries.c.seq).where(entries.c.chain == chain)).first() is not None
    return not has_entries and hash_at(connection, chain, 0) == head


def _superseded(findings: _Findings, connection: Connection) -> None:
    """Every old place is of an act that stands elsewhere now; one that stands nowhere is damaged."""
    for row in connection.execute(select(superseded).order_by(superseded.c.chain, superseded.c.seq)).fetchall():
        where = f"entry {row.chain}/{row.seq}"
        if row.copy_chain is None:
            findings.add("chain", f"{where}: damaged")
        elif link(row.prev, row.header, row.body_hash) != row.hash or not _stands(connection, row):
            findings.add("chain", f"{where}: not appended again")


def _stands(connection: Connection, row: Any) -> bool:
    at = [
        select(table.c.hash).where(
            table.c.chain == row.copy_chain, table.c.seq == row.copy_seq, table.c.body_hash == row.body_hash
        )
        for table in (entries, superseded)
    ]
    return connection.execute(union_all(*at)).first() is not None


def _columns(findings: _Findings, connection: Connection) -> None:
    """The look-up columns must repeat what the hashed or signed bytes say; an entry must have a chain and an upload."""
    known = set(connection.execute(select(chains.c.chain)).scalars())
    here = select(entries.c.header, entries.c.chain, entries.c.seq, entries.c.stream, entries.c.kind, uploads.c.acked)
    for row in connection.execute(here.outerjoin_from(entries, uploads, UPLOAD_OF_ENTRY)):
        header = Header.from_bytes(row.header)
        if row.chain not in known or _place_of(header) != (row.chain, row.seq, row.stream, row.kind):
            findings.add("chain", f"entry {row.chain}/{row.seq}: columns")
            return
        if row.acked is None:
            findings.add("chain", f"entry {row.chain}/{row.seq}: no upload")
            return
    for row in connection.execute(select(hub_facts)):
        fact = read_hub_fact(row.content)
        if (fact.hub_seq, fact.stream, fact.kind) != (row.hub_seq, row.stream, row.kind):
            findings.add("chain", f"hub fact {row.hub_seq}: columns")
            return


def _place_of(header: Header) -> tuple[str, int, str, str]:
    return header.chain, header.seq, header.stream, header.kind


def _heads(findings: _Findings, connection: Connection) -> None:
    public = public_of(meta.get(connection, meta.DEVICE_PRIVATE) or b"")
    for row in connection.execute(select(heads)):
        message = head_message(row.chain, row.seq, row.head)
        if not _was_head(connection, row.chain, row.head) or not verify(public, HEAD, message, row.signature):
            findings.add("signatures", f"signed head {row.chain}/{row.seq}")
            return


def _hub_keys(connection: Connection) -> KeyList | None:
    """The working keys that the hub's identity key vouched for; None where no sync has brought any."""
    content = meta.get(connection, meta.HUB_KEYS)
    if content is None:
        return None
    hub = EnrolmentFile.from_bytes(meta.get(connection, meta.ENROLMENT) or b"").hub
    return read_key_list(content, meta.get(connection, meta.HUB_KEYS_SIGNATURE) or b"", hub=hub)


def _hub_words(findings: _Findings, connection: Connection) -> None:
    """Every fact of the hub bears the signature of a working key."""
    stored = connection.execute(select(hub_facts.c.hub_seq, hub_facts.c.content, hub_facts.c.signature)).fetchall()
    keys = _hub_keys(connection)
    for row in stored:
        if keys is None or not keys.verifies_fact(read_hub_fact(row.content), row.signature):
            findings.add("signatures", f"hub fact {row.hub_seq}")
            return


def _others(findings: _Findings, connection: Connection) -> None:
    """Every entry of another device is whole, stands in its own stream, and bears the hub's signature."""
    keys = _hub_keys(connection)
    for row in connection.execute(select(received_entries)):
        findings.received += 1
        header = Header.from_bytes(row.header)
        fault = check_entry(entry_of(row), chain=header.chain, seq=header.seq, prev=row.prev)
        if fault is not None or header.stream != row.stream:
            findings.add(
                "chain", f"entry {header.chain}/{header.seq} of {row.device}: {fault.what if fault else 'columns'}"
            )
            return
        if keys is None or not keys.verifies_entry(attested_of(row, keys.hub), row.signature):
            findings.add("signatures", f"entry {header.chain}/{header.seq} of {row.device}")
            return


def _blobs(findings: _Findings, connection: Connection, store: Store) -> None:
    """Every kept blob is whole, and every blob that an entry names is kept here, or whole at the hub by its word."""
    kept = {row.id: row.size for row in connection.execute(select(blobs.c.id, blobs.c.size))}
    for blob, size in kept.items():
        try:
            whole = len(store.vault.sealed(blob)) == size
        except ClerkError:
            whole = False
        if not whole:
            findings.add("blobs", f"blob {blob}")
            return
    naming = select(*ENTRY_COLUMNS).join_from(entries, uploads, UPLOAD_OF_ENTRY)
    naming = naming.where(entries.c.kind.in_((*TAKEN_IN, "case.material_supplied")), ~uploads.c.complete)
    for row in connection.execute(naming):
        missing = _named_blobs(entry_of(row)) - kept.keys()
        if missing:
            findings.add("blobs", f"blob {min(missing)}")
            return


def _named_blobs(entry: Entry) -> set[str]:
    body: dict[str, Any] = read_body(entry.body) if entry.body is not None else {}
    parts = (*body.get("materials", ()), *body.get("fields", {}).values())
    return {str(blob["id"]) for part in parts for blob in part.get("blobs", ())}


def _projections(findings: _Findings, connection: Connection) -> None:
    """Fold everything again into memory and compare every row."""
    engine = memory_engine()
    try:
        with engine.connect() as memory:
            before = snapshot(connection)
            rebuild(connection, into=memory)
            after = snapshot(memory)
    finally:
        engine.dispose()
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        findings.add("projections", f"projection {changed[0]}")
