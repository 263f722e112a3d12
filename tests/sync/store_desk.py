"""A desk on the real encrypted store, with the same few ways to work as the desk in memory."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from clerk_app.domain.fold import Fact
from clerk_app.journal.entry import Entry
from clerk_app.journal.exchange import NamedBlob
from clerk_app.seams import Clock, Rng
from clerk_app.security.device_secret import NoSecretStore
from clerk_app.security.enrolment_file import EnrolmentFile
from clerk_app.services.enrol import enrol
from clerk_app.store.folder import DataFolder
from clerk_app.store.handover_state import StoreHandoverState
from clerk_app.store.schema import entries, hub_facts, received_entries, uploads
from clerk_app.store.store import Store
from sync.blobs import blobs_in
from tests.helpers.intake import CHEAP, CLERK, PASSWORD
from tests.sync.faulty_storage import SwitchedDisk


class StoreDesk(StoreHandoverState):
    """An enrolled store."""

    def __init__(self, folder: Path, content: bytes, clock: Clock, rng: Rng) -> None:
        self.enrolment = EnrolmentFile.from_bytes(content)
        self.clock, self.rng, self.disk = clock, rng, SwitchedDisk()
        self._place, self._image_number = folder, 0
        self.folder = DataFolder(folder / "data", folder / "state")
        self.store = Store.create(
            self.folder,
            clerk=CLERK,
            name="王例",
            password=PASSWORD,
            practice=False,
            clock=clock,
            disk=self.disk,
            rng=rng,
            secrets=NoSecretStore(),
            cost=CHEAP,
        )
        _share_what_is_compiled(self.store)
        enrol(self.store, self.store, content, clerk=CLERK)
        self._key, self._id = self.store.database_key, self.store.store_id
        super().__init__(self.store, blobs_in)

    def image(self) -> object:
        """A copy of all folders, as of a disk, taken while the program is closed."""
        self._image_number += 1
        image = self._place.with_name(f"{self._place.name}-image{self._image_number}")
        self.store.close()
        shutil.copytree(self._place, image)
        self.restart()
        return image

    def put_back(self, image: object) -> None:
        """Put such a copy over what is there; scans made since stay, as files that the copy does not know."""
        assert isinstance(image, Path)
        self.store.close()
        for file in self._place.rglob("*"):
            if file.is_file() and not file.is_relative_to(self.folder.blobs):
                file.unlink()
        shutil.copytree(image, self._place, dirs_exist_ok=True)

    def restart(self) -> None:
        """As after a crash: open the same files again."""
        self.store.close()
        self.store = Store.open_with_key(
            self.folder, self._id, self._key, clock=self.clock, disk=self.disk, rng=self.rng
        )
        _share_what_is_compiled(self.store)
        self.store.settle()
        super().__init__(self.store, blobs_in)

    def close(self) -> None:
        self.store.close()

    # ---- work ---------------------------------------------------------------------------------------------------

    def append(self, stream: str, kind: str, body: Mapping[str, Any], clerk: str = CLERK) -> Entry:
        with self.store.write(clerk) as unit:
            entry = unit.append(stream, kind, body)
            unit.commit()
        return entry

    def put_blob(self, content: bytes) -> NamedBlob:
        sealed = self.store.vault.put(content)
        with self.store.write(CLERK) as unit:
            unit.keep_blob(sealed.id, sealed.size)
            unit.commit()
        return NamedBlob(sealed.id, sealed.size)

    def look_up(self, number: str, clerk: str = CLERK) -> None:
        with self.store.write(clerk) as unit:
            unit.want_case(number)
            unit.commit()

    def facts_of(self, stream: str) -> list[Fact]:
        return self.store.reads.facts(stream)

    def shown(self) -> set[bytes]:
        with self.store.read() as connection:
            return set(connection.execute(select(received_entries.c.body_hash)).scalars())

    def uploaded(self) -> set[tuple[str, int]]:
        statement = select(uploads.c.chain, uploads.c.seq).where(uploads.c.acked, uploads.c.complete)
        with self.store.read() as connection:
            return {(row.chain, row.seq) for row in connection.execute(statement)}

    def hashes(self) -> dict[tuple[str, int], bytes]:
        with self.store.read() as connection:
            rows = connection.execute(select(entries.c.chain, entries.c.seq, entries.c.hash))
            return {(row.chain, row.seq): row.hash for row in rows}

    def parked(self) -> dict[tuple[str, int], str]:
        statement = select(uploads.c.chain, uploads.c.seq, uploads.c.verdict_reason)
        with self.store.read() as connection:
            rows = connection.execute(statement.where(uploads.c.verdict == "parked"))
            return {(row.chain, row.seq): row.verdict_reason for row in rows}

    def fact_digests(self) -> list[bytes]:
        with self.store.read() as connection:
            return sorted(connection.execute(select(hub_facts.c.digest)).scalars())


_shared: list[Any] = []


def _share_what_is_compiled(store: Store) -> None:
    """Let a store use the statements compiled for earlier ones: in one process stores are opened again and again."""
    for engine in (store._reader, store._writer):
        open_engine: Any = engine
        if not _shared:
            _shared.extend((open_engine.dialect, open_engine._compiled_cache))
        open_engine.dialect, open_engine._compiled_cache = _shared
