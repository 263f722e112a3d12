"""The store: one encrypted file, its witness, its blobs, and the transactions on them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from clerk_app.errors import SchemaTooNew, StoreDamaged, StoreExists
from clerk_app.failpoints import failpoint
from clerk_app.journal.signature import public_of
from clerk_app.seams import Clock, Disk, Rng
from clerk_app.security.derivation import subkey
from clerk_app.security.device_secret import SecretStore
from clerk_app.security.keys import FILE_NAME as KEYS_FILE
from clerk_app.security.keys import Keys, check_keys, load_keys, save_keys
from clerk_app.security.passwords import STANDARD_COST, KdfCost, check_password
from clerk_app.security.progress_token import make_progress_token
from clerk_app.security.sealing import RECOVERY, seal
from clerk_app.security.throttle import begin_try, succeed
from clerk_app.store import meta
from clerk_app.store.engine import reader_engine, writer_engine
from clerk_app.store.faults import storage_faults
from clerk_app.store.folder import DataFolder, FileLock
from clerk_app.store.projections import rebuild
from clerk_app.store.reads import Reads
from clerk_app.store.schema import PROJECTION_VERSION, SCHEMA_VERSION, entries, journal, primary, projections
from clerk_app.store.unit_of_work import UnitOfWork, read_mark
from clerk_app.store.vault import Vault
from clerk_app.store.witness import Mark, Witness, check_copy, check_testimony


class Store:
    """An open store. One thread writes at a time; readers run beside it."""

    def __init__(
        self, folder: DataFolder, store_id: str, database_key: bytes, *, clock: Clock, disk: Disk, rng: Rng
    ) -> None:
        self.folder = folder
        self.store_id = store_id
        self.clock = clock
        self.rng = rng
        self.vault = Vault(folder.blobs, rng)
        self._database_key = database_key
        self._disk = disk
        self._witness = Witness(folder.witness, folder.witness_copy(store_id), database_key, disk)
        self._lock = threading.RLock()
        self._file_lock = FileLock(folder.path / "write.lock")
        self._writer: Engine = writer_engine(folder.database, database_key)
        self._reader: Engine = reader_engine(folder.database, database_key)
        self.reads = Reads(self.read)

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

        `keys.json` is written last: a folder without it holds no store, so a crash half-way is simply begun again.
        """
        check_password(password)
        if (folder.path / KEYS_FILE).exists():
            raise StoreExists(folder=str(folder.path))
        with storage_faults():
            _clear_unfinished(folder)
            store_id, database_key, device_private = rng.token(16).hex(), rng.token(32), rng.token(32)
            store = cls(folder, store_id, database_key, clock=clock, disk=disk, rng=rng)
            with store._writer.begin() as connection:
                journal.create_all(connection)
                primary.create_all(connection)
                projections.create_all(connection)
                meta.put(connection, meta.STORE_ID, store_id.encode())
                meta.put(connection, meta.PRACTICE, b"1" if practice else b"")
                meta.put(connection, meta.DEVICE_PRIVATE, device_private)
                meta.put_int(connection, meta.PROJECTIONS, PROJECTION_VERSION)
                connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
            failpoint("create.database")
            store._witness.create()
            with store.write(clerk) as unit:
                unit.begin_chain("init")
                unit.commit()
            failpoint("create.witness")
            keys = Keys(store_id).with_clerk(clerk, name, password, database_key, cost=cost, secrets=secrets, rng=rng)
            succeed(folder.path, disk)
            save_keys(folder.path, keys, database_key, disk)
            failpoint("create.keys")
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
    ) -> Store:
        """Open with a clerk's password: throttle, unwrap, check what lies there. Call `settle` before writing.

        Raises `NoStore`, `LockedOut`, `WrongPassword`, `UnknownClerk`, `KeysDamaged`, `StoreDamaged`,
        `WitnessDamaged`, `StoreRolledBack` or `SchemaTooNew`.
        """
        folder.require_store()
        with storage_faults():
            keys = load_keys(folder.path, disk)
            begin_try(folder.path, clock, disk)
            database_key = keys.unwrap(clerk, password, secrets)
            succeed(folder.path, disk)
            check_keys(folder.path, database_key, disk)
            return cls.open_with_key(folder, keys.store_id, database_key, clock=clock, disk=disk, rng=rng)

    @classmethod
    def open_with_key(
        cls, folder: DataFolder, store_id: str, database_key: bytes, *, clock: Clock, disk: Disk, rng: Rng
    ) -> Store:
        """Open with the database key itself, after the password was checked elsewhere in this process."""
        store = cls(folder, store_id, database_key, clock=clock, disk=disk, rng=rng)
        try:
            with storage_faults():
                store._check()
        except BaseException:
            store.close()
            raise
        return store

    def settle(self) -> None:
        """Make ready for writing.

        After an ordinary crash the witness is settled on what the journal holds; a missing copy of it is made again;
        projections of another version are folded anew.
        """
        with storage_faults(), self._file_lock, self._writer.connect() as connection, connection.begin():
            if meta.get_int(connection, meta.PROJECTIONS) != PROJECTION_VERSION:
                rebuild(connection)
                meta.put_int(connection, meta.PROJECTIONS, PROJECTION_VERSION)
            self._witness.report(read_mark(connection), meta.get_int(connection, meta.WRITES))

    def close(self) -> None:
        """Close every connection."""
        self._writer.dispose()
        self._reader.dispose()

    # ---- transactions -------------------------------------------------------------------------------------------

    @contextmanager
    def write(self, clerk: str) -> Iterator[UnitOfWork]:
        """One writing transaction in the name of `clerk`; rolled back unless `commit` was called.

        The lock file keeps the witness in step with the journal when two processes write below the folder's lock.
        """
        with self._lock, storage_faults(), self._file_lock, self._writer.connect() as connection, connection.begin():
            yield UnitOfWork(connection, clerk, self._witness, self.clock, self.rng)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One reading transaction."""
        with storage_faults(), self._reader.connect() as connection:
            yield connection

    @property
    def practice(self) -> bool:
        """Whether this store is for practice only."""
        return bool(self.reads.value(meta.PRACTICE))

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
            keys = replace(load_keys(self.folder.path, self._disk), recovery=sealed)
            save_keys(self.folder.path, keys, self._database_key, self._disk)

    @property
    def database_key(self) -> bytes:
        """The key of the database, for verification in this process."""
        return self._database_key

    # ---- checks at opening --------------------------------------------------------------------------------------

    def _check(self) -> None:
        with self._file_lock, self._reader.connect() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if version > SCHEMA_VERSION:
                raise SchemaTooNew
            if meta.get(connection, meta.STORE_ID) != self.store_id.encode():
                raise StoreDamaged
            self._check_witness(connection)

    def _check_witness(self, connection: Connection) -> None:
        head, writes = read_mark(connection), meta.get_int(connection, meta.WRITES)
        testimony, copy = self._witness.read(), self._witness.read_copy()
        check_testimony(testimony, head=head, writes=writes, holds=_holds(connection, testimony.reported))
        if copy is not None:
            check_copy(copy, head=head, writes=writes, holds=_holds(connection, copy.reported))


def _holds(connection: Connection, mark: Mark) -> bool:
    if not mark.seq:
        return True
    found = connection.execute(
        select(entries.c.hash).where(entries.c.chain == mark.chain, entries.c.seq == mark.seq)
    ).scalar_one_or_none()
    return bool(found == mark.head)


def _clear_unfinished(folder: DataFolder) -> None:
    folder.path.mkdir(parents=True, exist_ok=True)
    folder.blobs.mkdir(exist_ok=True)
    for leftover in (folder.database, *(Path(f"{folder.database}{end}") for end in ("-wal", "-shm"))):
        leftover.unlink(missing_ok=True)
