"""The store: one encrypted file, its witness, its blobs, and the transactions on them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, Engine, select, union_all

from clerk_app.errors import (
    BugError,
    DeviceRevoked,
    SchemaTooNew,
    StoreDamaged,
    StoreExists,
    StoreRolledBack,
    WitnessDamaged,
)
from clerk_app.failpoints import failpoint
from clerk_app.file_lock import FileLock
from clerk_app.journal.orders import SignedOrder
from clerk_app.journal.signature import public_of
from clerk_app.seams import Clock, Disk, Rng
from clerk_app.security.derivation import subkey
from clerk_app.security.device_secret import SecretStore
from clerk_app.security.keys import Keys, check_keys, load_keys, save_keys
from clerk_app.security.passwords import STANDARD_COST, KdfCost, check_password
from clerk_app.security.progress_token import make_progress_token
from clerk_app.security.sealing import RECOVERY, seal
from clerk_app.security.throttle import begin_try, succeed
from clerk_app.services.rows import Recovered
from clerk_app.store import meta
from clerk_app.store.cargo import CargoHold
from clerk_app.store.engine import reader_engine, writer_engine
from clerk_app.store.faults import storage_faults
from clerk_app.store.folder import DataFolder
from clerk_app.store.projections import rebuild
from clerk_app.store.reads import Reads
from clerk_app.store.repair import go_on
from clerk_app.store.revoked_note import refuse_if_revoked
from clerk_app.store.schema import (
    PROJECTION_VERSION,
    SCHEMA_VERSION,
    chains,
    entries,
    journal,
    primary,
    projections,
    superseded,
)
from clerk_app.store.tip import begin_counters, read_tip
from clerk_app.store.unit_of_work import UnitOfWork
from clerk_app.store.upgrades import bring_up, version_of
from clerk_app.store.vault import Vault
from clerk_app.store.witness import Mark, Witness, check_copy, check_testimony


class Store:
    """An open store. One thread writes at a time; readers run beside it."""

    def __init__(
        self, folder: DataFolder, store_id: str, database_key: bytes, *, clock: Clock, disk: Disk, rng: Rng
    ) -> None:
        """Join the parts, with nothing checked: `create`, `open` and `open_with_key` are the ways in."""
        self.folder = folder
        self.store_id = store_id
        self.clock = clock
        self.disk = disk
        self.rng = rng
        self.vault = Vault(folder.blobs, disk, rng)
        self.cargo = CargoHold(folder.cargo, disk, clock)
        self._database_key = database_key
        self._witness = Witness(folder.witness, folder.witness_copy(store_id), database_key, disk)
        self._lock = threading.RLock()
        self._writing = False
        self._file_lock = FileLock(folder.path / "write.lock")
        self._writer: Engine = writer_engine(folder.database, database_key)
        self._reader: Engine = reader_engine(folder.database, database_key)
        self.grown: Callable[[], None] = _nothing
        """Called, in the writer's thread, after each commit that made the journal longer; it must not block."""
        self.reads = Reads(self.read)
        self.trouble: StoreRolledBack | WitnessDamaged | None = None
        """Why this store may only be looked at, until `recover`."""
        self._refusal: DeviceRevoked | None = None

    # ---- life ---------------------------------------------------------------------------------------------------

    @classmethod
    def create(
        cls,
        folder: DataFolder,
        *,
        clerk: str,
        name: str,
        password: str,
        practice: bool,
        clock: Clock,
        disk: Disk,
        rng: Rng,
        secrets: SecretStore,
        cost: KdfCost = STANDARD_COST,
    ) -> Store:
        """Make a new store with its first clerk; raise `StoreExists` or `WeakPassword`.

        `keys.json` is written last: a folder without it that is marked as unfinished holds no store, so a crash
        half-way is simply begun again.
        """
        check_password(password)
        with storage_faults():
            _begin_folder(folder, disk)
            store_id, database_key = rng.token(16).hex(), rng.token(32)
            store = cls(folder, store_id, database_key, clock=clock, disk=disk, rng=rng)
            try:
                store._fill(practice=practice)
                with store.write(clerk) as unit:
                    unit.begin_chain("init")
                    unit.commit()
                failpoint("create.chain")
                keys = Keys(store_id).with_clerk(
                    clerk, name, password, database_key, cost=cost, secrets=secrets, rng=rng
                )
                succeed(folder.path, disk)
                save_keys(folder.path, keys, database_key, disk)
                failpoint("create.keys")
                folder.unfinished.unlink(missing_ok=True)
            except BaseException:
                store.close()
                raise
        return store

    @classmethod
    def open(
        cls,
        folder: DataFolder,
        *,
        clerk: str,
        password: str,
        clock: Clock,
        disk: Disk,
        rng: Rng,
        secrets: SecretStore,
        as_found: bool = False,
    ) -> Store:
        """Open with a clerk's password: throttle, unwrap, check what lies there. Call `settle` before writing.

        `as_found`: a store that was put back is opened too, only to look at and to `recover`; `trouble` says so.

        Raises `NoStore`, `LockedOut`, `WrongPassword`, `UnknownClerk`, `KeysDamaged`, `StoreDamaged`,
        `WitnessDamaged`, `StoreRolledBack` or `SchemaTooNew`.
        """
        store_id, database_key = unlock(folder, clerk=clerk, password=password, clock=clock, disk=disk, secrets=secrets)
        with storage_faults():
            check_keys(folder.path, database_key, disk)
        return cls.open_with_key(folder, store_id, database_key, clock=clock, disk=disk, rng=rng, as_found=as_found)

    @classmethod
    def open_with_key(
        cls,
        folder: DataFolder,
        store_id: str,
        database_key: bytes,
        *,
        clock: Clock,
        disk: Disk,
        rng: Rng,
        as_found: bool = False,
    ) -> Store:
        """Open with the database key itself, after the password was checked elsewhere in this process."""
        store = cls(folder, store_id, database_key, clock=clock, disk=disk, rng=rng)
        try:
            trouble = store.trouble_found()
            if trouble is not None and not as_found:
                raise trouble
            store.bring_up()
            store.trouble = trouble
        except BaseException:
            store.close()
            raise
        return store

    def check(self) -> None:
        """Ask whether this is the store it should be, whole up to its last reported act.

        Raises `StoreDamaged`, `WitnessDamaged`, `StoreRolledBack` or `SchemaTooNew`.
        """
        if not self.folder.database.exists():
            raise StoreDamaged
        with self.undisturbed() as connection:
            _check_identity(connection, self.store_id)
            self._check_witness(connection)
            if meta.get(connection, meta.REVOCATION) is not None:
                self.refuse(DeviceRevoked(reason="sealing"))

    def trouble_found(self) -> StoreRolledBack | WitnessDamaged | None:
        """As `check`, but an older copy that was put back is returned instead of raised."""
        try:
            self.check()
        except (StoreRolledBack, WitnessDamaged) as trouble:
            return trouble
        return None

    def recover(self) -> Recovered:
        """Go on with a store that was put back: with a new chain, and a case counter above every number ever given.

        What the platform has of the lost acts comes back with the next sync. Without trouble nothing happens.
        """
        if self.trouble is None:
            return Recovered()
        self.trouble = None
        with self._transaction() as connection:
            known = self._witness.known()
            tip = read_tip(connection)
            done, tip = go_on(connection, tip, known, self.rng.token(16).hex(), self.clock.now_ms())
            connection.commit()
            failpoint("repair.recovered")
            self._witness.begin_again(tip.mark, tip.writes)
        return done

    def bring_up(self) -> None:
        """Carry an older store over to the tables of this version. Call after `check`."""
        with self.read() as connection:
            if version_of(connection) == SCHEMA_VERSION:
                return
        with self._transaction() as connection:
            bring_up(connection)
            failpoint("upgrade.before_commit")
            connection.commit()

    def settle(self) -> None:
        """Make ready for writing.

        After an ordinary crash the witness is settled on what the journal holds and half-written files are removed; a
        missing copy of the witness is made again; projections of another version are folded anew. The log is copied
        into the database file, which mends a page that a power loss tore while it was being copied.
        """
        with self._transaction() as connection:
            if meta.get_int(connection, meta.PROJECTIONS) != PROJECTION_VERSION:
                rebuild(connection)
                meta.put_int(connection, meta.PROJECTIONS, PROJECTION_VERSION)
                connection.commit()
            tip = read_tip(connection)
            self._witness.settle(tip.mark, tip.writes)
            self.vault.clear_unfinished()
            self.cargo.clear_unfinished()
            self.folder.unfinished.unlink(missing_ok=True)
        self._copy_log()

    def close(self) -> None:
        """Close every connection; the writer last, since only it can copy the log into the database file."""
        self._reader.dispose()
        self._writer.dispose()

    # ---- transactions -------------------------------------------------------------------------------------------

    @contextmanager
    def write(self, clerk: str) -> Iterator[UnitOfWork]:
        """One writing transaction in the name of `clerk`; rolled back unless `commit` was called.

        Raises `DeviceRevoked` for any clerk once the platform has ordered this device to leave; syncing, which writes
        in nobody's name, goes on.
        """
        with self._transaction() as connection:
            if clerk and self._refusal is not None:
                raise DeviceRevoked(**self._refusal.data)
            unit = UnitOfWork(connection, clerk, self._witness, self.clock, self.rng)
            yield unit
        if unit.has_grown:
            self.grown()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One reading transaction: it sees one state of the store, whatever is written meanwhile."""
        with storage_faults(self.folder.path), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def undisturbed(self) -> Iterator[Connection]:
        """A connection to read with while nobody writes, so that the files themselves can be looked at."""
        with self._lock, storage_faults(self.folder.path), self._file_lock, self._reader.connect() as connection:
            yield connection

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """A writing transaction that ends without effect unless it is committed.

        The lock file keeps the witness in step with the journal when two processes write below the folder's lock.
        """
        with self._lock, storage_faults(self.folder.path):
            if self._writing:
                raise BugError("a writing transaction within another")
            if self.trouble is not None:
                raise self.trouble
            with self._file_lock, self._writer.connect() as connection:
                self._writing = True
                try:
                    connection.begin()
                    yield connection
                finally:
                    self._writing = False

    @property
    def revocation(self) -> SignedOrder | None:
        """The order by which the platform revoked this device, once it has come."""
        content = self.reads.value(meta.REVOCATION)
        return SignedOrder.from_bytes(content) if content else None

    def refuse(self, told: DeviceRevoked) -> None:
        """Let no clerk write any more; each is told this."""
        self._refusal = told

    @property
    def practice(self) -> bool:
        """Whether this store is for practice only."""
        return bool(self.reads.value(meta.PRACTICE))

    @property
    def is_bound_to_machine(self) -> bool:
        """Whether a secret of this machine guards the key beside the password."""
        with storage_faults():
            return any(entry.with_secret for entry in load_keys(self.folder.path, self.disk).clerks.values())

    @property
    def device_private(self) -> bytes:
        """The device's Ed25519 key."""
        return self.reads.value(meta.DEVICE_PRIVATE) or b""

    @property
    def device_public(self) -> bytes:
        """The public half that the hub registers."""
        return public_of(self.device_private)

    @property
    def practice_rating_private(self) -> bytes:
        """The throw-away rating key of a practice store."""
        return subkey(self._database_key, "practice rating")

    def progress_token(self, case_number: str) -> str:
        """The signed token behind the QR code of a case's papers."""
        return make_progress_token(self.device_private, case_number)

    def escrow(self, recovery_public: bytes) -> None:
        """Write `keys.json` again with the database key sealed to the hub's recovery key."""
        sealed = seal(recovery_public, self._database_key, purpose=RECOVERY, rng=self.rng)
        with storage_faults():
            keys = replace(load_keys(self.folder.path, self.disk), recovery=sealed)
            save_keys(self.folder.path, keys, self._database_key, self.disk)

    @property
    def database_key(self) -> bytes:
        """The key of the database, for verification in this process."""
        return self._database_key

    def _copy_log(self) -> None:
        """Copy the write-ahead log into the database file, as far as no reader still needs it; waits for nobody."""
        with self._lock, storage_faults(self.folder.path), self._writer.connect() as connection:
            # Below SQLAlchemy, which would begin a transaction: a log is copied outside of them.
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")

    # ---- parts --------------------------------------------------------------------------------------------------

    def _fill(self, *, practice: bool) -> None:
        """Make the tables, the first values and the witness of a new store."""
        with self._transaction() as connection:
            for tables in (journal, primary, projections):
                tables.create_all(connection)
            meta.put(connection, meta.STORE_ID, self.store_id.encode())
            meta.put(connection, meta.PRACTICE, b"1" if practice else b"")
            meta.put(connection, meta.DEVICE_PRIVATE, self.rng.token(32))
            meta.put_int(connection, meta.PROJECTIONS, PROJECTION_VERSION)
            begin_counters(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.commit()
        failpoint("create.database")
        self._witness.create()
        failpoint("create.witness")

    def _check_witness(self, connection: Connection) -> None:
        tip = read_tip(connection)
        testimony, copy = self._witness.read(), self._witness.read_copy()
        check_testimony(testimony, head=tip.mark, writes=tip.writes, holds=_holds(connection, testimony.reported))
        if copy is not None:
            check_copy(copy, head=tip.mark, writes=tip.writes, holds=_holds(connection, copy.reported))


def unlock(
    folder: DataFolder, *, clerk: str, password: str, clock: Clock, disk: Disk, secrets: SecretStore
) -> tuple[str, bytes]:
    """The store's id and its database key, if the throttle allows a try and the password is right.

    Raises `NoStore`, `DeviceRevoked`, `LockedOut`, `WrongPassword`, `UnknownClerk` or `KeysDamaged`.
    """
    folder.require_store()
    refuse_if_revoked(folder, disk)
    with storage_faults():
        keys = load_keys(folder.path, disk)
        begin_try(folder.path, clock, disk)
        database_key = keys.unwrap(clerk, password, secrets)
        succeed(folder.path, disk)
    return keys.store_id, database_key


def _check_identity(connection: Connection, store_id: str) -> None:
    version = version_of(connection)
    if version > SCHEMA_VERSION:
        raise SchemaTooNew
    # A file that was cut to nothing opens as an empty database of version 0.
    if version < 1 or meta.get(connection, meta.STORE_ID) != store_id.encode():
        raise StoreDamaged


def _holds(connection: Connection, mark: Mark) -> bool:
    """Whether the journal contains what the witness says was reported."""
    if not mark.chain:
        return True
    if not mark.seq:
        cited = select(chains.c.prev).where(chains.c.chain == mark.chain)
        return bool(connection.execute(cited).scalar_one_or_none() == mark.head)
    # What was appended again to another chain is still there; a store of an older version knows no such thing.
    places = (entries, superseded) if version_of(connection) == SCHEMA_VERSION else (entries,)
    at = [
        select(table.c.hash).where(table.c.chain == mark.chain, table.c.seq == mark.seq, table.c.hash == mark.head)
        for table in places
    ]
    return connection.execute(union_all(*at)).first() is not None


def _begin_folder(folder: DataFolder, disk: Disk) -> None:
    """Mark the folder as being made, and clear what an earlier crash left; raise `StoreExists`."""
    if folder.has_store:
        raise StoreExists(folder=str(folder.path))
    folder.blobs.mkdir(parents=True, exist_ok=True)
    disk.replace(folder.unfinished, b"")
    for leftover in (folder.database, *(Path(f"{folder.database}{end}") for end in ("-wal", "-shm"))):
        leftover.unlink(missing_ok=True)


def _nothing() -> None:
    pass
