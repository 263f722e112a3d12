"""The parts of a workplace joined: store, devices, printer and line. Importing this loads every library they need."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from clerk_app import bootstrap
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.ratings import Grade, SealedAnswer
from clerk_app.errors import ClerkError, NotSignedIn, PlatformUnreachable, PrintError
from clerk_app.messages import describe
from clerk_app.seams import Clock, Disk, SystemClock, SystemDisk
from clerk_app.services.desk import Desk
from clerk_app.services.handover import Handovers, Stick
from clerk_app.services.ports import Printer
from clerk_app.services.workplace import DeviceLine, Readiness, SyncLine
from clerk_app.settings import DeviceSettings
from clerk_app.store.folder import DataFolder
from clerk_app.store.store import Store
from devices.drivers.pad_profile import load_profile
from devices.registry import DevicePlan, DeviceRegistry
from devices.sticks import find_sticks
from devices.watch import DeviceWatch
from sync.background import BackgroundSync, LineState


class Seat:
    """One laptop at a counter. `LocalWorkplace` stands before it until somebody signs in."""

    def __init__(self, folder: DataFolder, *, plan: DevicePlan | None = None, mark: str = "") -> None:
        self._folder = folder
        self._mark = mark
        self._clock: Clock = SystemClock()
        self.disk: Disk = SystemDisk()
        self._plan = plan
        self._store: Store | None = None
        self._open = ExitStack()
        self._registry: DeviceRegistry | None = None
        self._sync: BackgroundSync | None = None
        self._changed: Callable[[], None] = _nothing
        self._print_problem: str | None = None
        self._closing = threading.Lock()

    # ---- the store ----------------------------------------------------------------------------------------------

    def open(self, clerk: str, password: str) -> Desk:
        self._store = self._open.enter_context(bootstrap.open_for_writing(self._folder, clerk, password))
        return bootstrap.make_desk(self._store, mark=self._mark, is_online=self._is_online, directory=self)

    # ---- life ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        store = self.store
        plan = self._plan or _plan_of(bootstrap.desk_settings(self._folder).devices, self.disk)
        self._registry = DeviceRegistry(plan, self._clock, changed=lambda _status: self._changed())
        watch = DeviceWatch(self._registry)
        watch.start()
        self._open.callback(self._registry.close)
        self._open.callback(watch.stop)
        self._sync = bootstrap.background_sync(store, changed=lambda _state: self._changed())
        if self._sync is not None:
            self._sync.start()
            self._open.callback(self._sync.stop)

    def close(self) -> None:
        with self._closing:
            self._open.close()
            self._store = None

    def watch(self, changed: Callable[[], None]) -> None:
        self._changed = changed

    # ---- devices ------------------------------------------------------------------------------------------------

    def read_card(self, timeout_s: float) -> IdentityDocument:
        return self._need_registry().card_reader().read_card(timeout_s)

    def ask_rating(self, timeout_s: float, seal: Callable[[Grade], bytes]) -> SealedAnswer:
        return self._need_registry().rating_pad().invite(timeout_s, seal)

    @property
    def is_pad_limited(self) -> bool:
        return self._need_registry().is_pad_limited

    def printer(self) -> Printer:
        return _WatchedPrinter(self.make_printer(), self._note_print)

    def make_printer(self) -> Printer:
        """The printer itself, as the settings name it."""
        return bootstrap.make_printer(self.store)

    @property
    def store(self) -> Store:
        """The open store; raise `NotSignedIn` before `open`."""
        if self._store is None:
            raise NotSignedIn
        return self._store

    def devices(self) -> Sequence[DeviceLine]:
        lines = (
            []
            if self._registry is None
            else [
                DeviceLine(status.kind, status.state, status.port, status.reason, status.last_used_ms)
                for status in self._registry.statuses()
            ]
        )
        state: Readiness = "paper_waiting" if self._print_problem else "ready"
        return (*lines, DeviceLine("printer", state, reason=self._print_problem))

    # ---- the line -----------------------------------------------------------------------------------------------

    def sync_line(self) -> SyncLine:
        if self._sync is None:
            return SyncLine()
        return _sync_line(self._sync.state, self.store)

    def sticks(self) -> Sequence[Stick]:
        """Sticks that are plugged in."""
        return find_sticks(self.disk)

    def handovers(self) -> Handovers:
        """Hand-overs of the open store."""
        return bootstrap.make_handovers(self.store)

    def _is_online(self) -> bool:
        return self._sync is not None and self._sync.state.has_line

    def fetch(self) -> None:
        """The desk's way to cases of other desks."""
        if self._sync is None:
            raise PlatformUnreachable("nothing to sync with")
        self._sync.fetch()

    def sync_now(self) -> None:
        if self._sync is not None:
            self._sync.wake()

    def _note_print(self, problem: ClerkError | None) -> None:
        self._print_problem = problem.code if problem else None
        self._changed()

    def _need_registry(self) -> DeviceRegistry:
        if self._registry is None:
            raise NotSignedIn
        return self._registry


class _WatchedPrinter:
    """Tells how the last sheet went."""

    def __init__(self, printer: Printer, told: Callable[[ClerkError | None], None]) -> None:
        self._printer = printer
        self._told = told

    def print_pdf(self, pdf: bytes, *, name: str) -> None:
        try:
            self._printer.print_pdf(pdf, name=name)
        except PrintError as problem:
            self._told(problem)
            raise
        self._told(None)


def _nothing() -> None:
    pass


def _plan_of(settings: DeviceSettings, disk: Disk) -> DevicePlan:
    return DevicePlan(settings.reader_port, settings.pad_port, load_profile(settings.pad_profile, disk))


def _sync_line(state: LineState, store: Store) -> SyncLine:
    backlog = store.reads.backlog()
    progress = state.progress
    done = progress.entries_done + progress.blobs_done if progress else 0
    handed = bootstrap.make_handovers(store).standing()
    return SyncLine(
        phase=state.phase,
        is_online=state.has_line,
        pending=backlog.entries,
        pending_cases=backlog.cases,
        oldest_ms=backlog.oldest_at,
        offline_since_ms=state.offline_since_ms,
        last_sync_ms=state.last_done_ms,
        done=done,
        total=done + progress.pending if progress else 0,
        parked=state.report.parked,
        conflicts=store.reads.count_conflicts(),
        rechecks=len(store.reads.differing_rechecks()),
        problem=describe(state.report.problem) if state.report.problem else None,
        exported_ms=handed.exported_at if handed.exported_pending else None,
        carried=handed.waiting,
        clock_offset_ms=state.report.clock_offset_ms,
    )
