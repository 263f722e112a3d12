"""Composition root: settings -> store -> adapters -> services. Nothing here is imported by what it joins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from clerk_app.catalogue.calendar import load_calendar
from clerk_app.catalogue.download import CatalogueDownload
from clerk_app.catalogue.loader import SHIPPED
from clerk_app.catalogue.readings import read_readings
from clerk_app.catalogue.shelf import Shelf
from clerk_app.domain.licences import UNAVAILABLE, LicenceFinding, LicenceQuestion
from clerk_app.errors import BadFile, DeviceRevoked, DiskFailed, KeysDamaged
from clerk_app.journal.handover import Draft
from clerk_app.seams import Clock, Rng, SystemClock, SystemDisk, SystemRng
from clerk_app.security.device_secret import SecretStore, system_secret_store
from clerk_app.security.enrolment_file import EnrolmentFile
from clerk_app.security.files import KEYS_FILE
from clerk_app.security.keys import load_keys
from clerk_app.security.passwords import STANDARD_COST, KdfCost
from clerk_app.security.sealing import public_of_sealing
from clerk_app.services.desk import Desk, Place
from clerk_app.services.enrol import ENROLMENT_VALUE, enrol
from clerk_app.services.find import Finder
from clerk_app.services.handover import Handovers
from clerk_app.services.no_library import NoLibrary
from clerk_app.services.ports import CaseDirectory, CaseFinder, NoticeRenderer, Printer
from clerk_app.services.rows import Recovered
from clerk_app.services.shipped import shipped_catalogue
from clerk_app.settings import Settings, load_settings
from clerk_app.store.faults import storage_faults
from clerk_app.store.folder import DataFolder, own_folder
from clerk_app.store.revoked_note import Sealed, refuse_if_revoked
from clerk_app.store.store import Store, unlock
from clerk_app.store.verify import Verification, inspect_folder

if TYPE_CHECKING:
    from sync.background import BackgroundSync, LineState
    from sync.lane import SyncLane
    from sync.licences import HubLicences

PRACTICE_HALL, PRACTICE_DEVICE, PRACTICE_MARK = "999999", "000", "练习"

_clock: Clock = SystemClock()
_disk = SystemDisk()
_rng: Rng = SystemRng()


def _offline() -> bool:
    return False


@contextmanager
def create_store(
    folder: DataFolder, *, clerk: str, name: str, password: str, practice: bool, cost: KdfCost = STANDARD_COST
) -> Iterator[Store]:
    """Make a new store and hold it open."""
    with storage_faults():
        folder.path.mkdir(parents=True, exist_ok=True)
    owner = own_folder(folder)
    try:
        store = Store.create(
            folder,
            clerk=clerk,
            name=name,
            password=password,
            practice=practice,
            clock=_clock,
            disk=_disk,
            rng=_rng,
            secrets=secret_store(),
            cost=cost,
        )
        try:
            yield store
        finally:
            store.close()
    finally:
        owner.release()


@contextmanager
def open_for_writing(folder: DataFolder, clerk: str, password: str) -> Iterator[Store]:
    """Own the folder and open its store; raise `FolderLocked` if another process has it.

    An order of the platform to leave that came before, or meanwhile, is carried out, and `DeviceRevoked` raised.
    """
    folder.require_store()
    owner = own_folder(folder)
    try:
        store = _open(folder, clerk, password)
        try:
            store.settle()
            _leave_if_ordered(store)
            yield store
            _leave_if_ordered(store)
        finally:
            store.close()
    finally:
        owner.release()


@contextmanager
def open_for_reading(folder: DataFolder, clerk: str, password: str) -> Iterator[Store]:
    """Open a store to look at it, also while the window has it open, and one that was put back (`Store.trouble`)."""
    store = _open(folder, clerk, password, as_found=True)
    try:
        yield store
    finally:
        store.close()


def recover_store(folder: DataFolder, clerk: str, password: str) -> Recovered:
    """Let a store that was put back go on; harmless for any other."""
    folder.require_store()
    owner = own_folder(folder)
    try:
        store = _open(folder, clerk, password, as_found=True)
        try:
            done = store.recover()
            store.settle()
        finally:
            store.close()
    finally:
        owner.release()
    return done


def inspect_store(folder: DataFolder, clerk: str, password: str) -> Verification:
    """Verify a store; what refuses to open is reported as its first fault, a wrong password is still refused."""
    return inspect_folder(
        folder, clerk=clerk, password=password, clock=_clock, disk=_disk, rng=_rng, secrets=secret_store()
    )


def enrol_store(store: Store, file: Path, *, clerk: str) -> Place:
    """Enrol an open store with the file a person brought."""
    try:
        content = file.read_bytes()
    except OSError:
        raise BadFile(reason=f"登记文件 {file.name} 读不出来") from None
    return _place_of(enrol(store, store, content, clerk=clerk))


def place_of(store: Store) -> Place | None:
    """Where this device stands: from its enrolment, or the practice place, or nowhere yet."""
    if store.practice:
        public = public_of_sealing(store.practice_rating_private)
        return Place(PRACTICE_HALL, PRACTICE_DEVICE, "练习大厅", "练习设备", "", public)
    content = store.reads.value(ENROLMENT_VALUE)
    return _place_of(EnrolmentFile.from_bytes(content)) if content else None


def clerk_name(folder: DataFolder, clerk: str) -> str:
    """The name kept with a clerk's key; the number where there is none."""
    entry = load_keys(folder.path, _disk).clerks.get(clerk)
    return entry.name if entry else clerk


def clerks(folder: DataFolder) -> dict[str, str]:
    """Numbers and names of the clerks who can sign in here; empty where there is no readable store.

    Raises `DeviceRevoked` where the platform has ordered this device to leave.
    """
    refuse_if_revoked(folder, _disk)
    try:
        return {number: entry.name for number, entry in load_keys(folder.path, _disk).clerks.items()}
    except (KeysDamaged, DiskFailed):
        return {}


def make_desk(
    store: Store,
    *,
    mark: str = "",
    is_online: Callable[[], bool] = _offline,
    directory: CaseDirectory | None = None,
    finder: CaseFinder | None = None,
) -> Desk:
    """Join the services over an open store."""
    place: list[Place] = []

    def known_place() -> Place | None:
        if not place:
            found = place_of(store)
            if found is not None:
                place.append(found)
        return place[0] if place else None

    shelf = make_shelf(store.folder)
    return Desk(
        journal=store,
        catalogues=shelf,
        search=Finder(shelf.current, partial(read_readings, SHIPPED), store.reads.uses_of_matters),
        calendar=load_calendar(),
        renderer=make_renderer(),
        clock=store.clock,
        rng=store.rng,
        place=known_place,
        is_online=is_online,
        settings=desk_settings(store.folder).desk,
        mark=mark or (PRACTICE_MARK if store.practice else ""),
        directory=directory,
        finder=finder,
        licences=NoLibrary() if store.practice else _Library(store),
    )


def make_shelf(folder: DataFolder) -> Shelf:
    """The catalogues of a data folder."""
    return Shelf(folder.path, _disk, shipped_catalogue)


class _Library:
    """The hub's licence library; what it takes to reach it is loaded when it is first asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hub: HubLicences | None = None

    def look_up(self, question: LicenceQuestion) -> LicenceFinding:
        if place_of(self._store) is None:
            return UNAVAILABLE
        if self._hub is None:
            from sync.licences import HubLicences

            self._hub = HubLicences(lambda: open_sync_lane(self._store))
        return self._hub.look_up(question)


def desk_settings(folder: DataFolder) -> Settings:
    """The settings kept with a store."""
    return load_settings(folder.path)


def make_renderer() -> NoticeRenderer:
    """The PDF renderer; its libraries are loaded when the first page is set."""
    from printing.renderer import PdfRenderer

    return PdfRenderer()


def make_printer(store: Store) -> Printer:
    """The printer of the settings: a CUPS queue, or PDFs in the data folder."""
    from printing.printers import CupsPrinter, FolderPrinter

    queue = desk_settings(store.folder).printer.queue
    if queue:
        return CupsPrinter(queue)
    store.folder.papers.mkdir(exist_ok=True)
    return FolderPrinter(store.folder.papers, _disk)


def secret_store() -> SecretStore:
    """Where device secrets are kept on this machine."""
    return system_secret_store()


def _open(folder: DataFolder, clerk: str, password: str, *, as_found: bool = False) -> Store:
    return Store.open(
        folder,
        clerk=clerk,
        password=password,
        clock=_clock,
        disk=_disk,
        rng=_rng,
        secrets=secret_store(),
        as_found=as_found,
    )


def _place_of(file: EnrolmentFile) -> Place:
    return Place(file.hall, file.device, file.hall_name, file.device_name, file.page_base, file.rating)


def check_password(folder: DataFolder, clerk: str, password: str) -> None:
    """Whether a clerk's password is right, to unlock the desk; counted like every other try."""
    unlock(folder, clerk=clerk, password=password, clock=_clock, disk=_disk, secrets=secret_store())


@contextmanager
def open_sync_lane(store: Store, url: str | None = None) -> Iterator[SyncLane]:
    """What syncing needs, over this store, until its connections are closed; `url` overrides the hub's address only.

    Raises `NotEnrolled` or `PracticeStore` where there is nothing to sync with.
    """
    from clerk_app.store.handover_state import StoreHandoverState
    from sync.blobs import blobs_in
    from sync.crew import ThreadedCrew
    from sync.lane import SyncLane
    from sync.transport import CONNECTIONS, HttpTransport

    desk = StoreHandoverState(store, blobs_in)
    registration = desk.registration()
    with HttpTransport(url or registration.url, registration.ca) as transport:
        make_crew = partial(ThreadedCrew, size=CONNECTIONS)
        obey = partial(_leave, store)
        yield SyncLane(
            desk,
            transport,
            store.clock,
            store.rng,
            cargo=store.cargo,
            make_crew=make_crew,
            obey=obey,
            catalogues=CatalogueDownload(make_shelf(store.folder), store.folder.path, _disk),
        )


def make_handovers(store: Store) -> Handovers:
    """Hand-overs of this store, for where there is no line."""
    from clerk_app.store.handover_state import StoreHandoverState
    from sync.blobs import blobs_in
    from sync.handover.counter import CounterHandovers

    desk = StoreHandoverState(store, blobs_in)
    return CounterHandovers(desk, store.cargo, disk=store.disk, clock=store.clock, rng=store.rng)


def _leave_if_ordered(store: Store) -> None:
    """Raise `DeviceRevoked` once an order to leave is carried out; one that the sync obeyed was told of there."""
    if store.revocation is not None and (store.folder.path / KEYS_FILE).exists():
        raise _leave(store)


def _leave(store: Store) -> DeviceRevoked:
    """Seal what is unsent to the platform's recovery key and destroy the keys; return what to tell."""
    from clerk_app.store.handover_state import StoreHandoverState
    from clerk_app.store.leaving import leave
    from sync.blobs import blobs_in
    from sync.handover.pack import Packing, pack

    desk = StoreHandoverState(store, blobs_in)

    def seal(file: BinaryIO, drafts: Sequence[Draft]) -> Sealed:
        packing = Packing(desk.recovery_key(), stopped_too=True, drafts=drafts)
        packed = pack(desk, packing, file, clock=store.clock, rng=store.rng)
        return Sealed(packed.entries, packed.blobs, len(drafts))

    return leave(store, seal)


def background_sync(store: Store, changed: Callable[[LineState], None]) -> BackgroundSync | None:
    """Syncing by itself, soon after each act; None where there is nothing to sync with."""
    from sync.background import BackgroundSync

    if store.practice or place_of(store) is None:
        return None
    background = BackgroundSync(lambda: open_sync_lane(store), store.clock, store.rng, changed)
    store.grown = background.nudge
    return background


def case_directory(store: Store) -> CaseDirectory:
    """The way to cases of other desks, by a sync of its own for each of them."""
    from sync.directory import LaneDirectory

    return LaneDirectory(lambda: open_sync_lane(store))


def case_finder(store: Store) -> CaseFinder:
    """The way to the cases of a person."""
    from sync.persons import HubPersons

    return HubPersons(lambda: open_sync_lane(store))
