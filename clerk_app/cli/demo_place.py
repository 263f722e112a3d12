"""The demo's workplace: an enrolled store, simulated devices on real wires, a hub as a process of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from clerk_app import bootstrap
from clerk_app.catalogue.people import invented_people
from clerk_app.cli.demo_day import Day, work_through
from clerk_app.cli.hub_process import HubProcess
from clerk_app.cli.seat import Seat
from clerk_app.cli.workplace import LocalWorkplace
from clerk_app.domain.civil import civil_date
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.ratings import Grade, SealedAnswer
from clerk_app.errors import StoreExists
from clerk_app.seams import SystemClock
from clerk_app.security.files import KEYS_FILE
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.ports import Printer
from clerk_app.services.sign_in import sign_in, sign_out
from clerk_app.store.folder import DataFolder
from clerk_app.store.store import Store
from devices.drivers.pad_profile import FF68
from devices.registry import DevicePlan
from devices.simulators.card_reader import CardReaderSimulator
from devices.simulators.rating_pad import RatingPadSimulator
from printing.printers import FolderPrinter
from sync.engine import sync_once
from sync.report import SyncReport

CLERK, CLERK_NAME, PASSWORD = "0312", "王例", "Example-2026"
HALL, DEVICE = "999999", "031"
MARK = "演示"
MAX_SYNCS = 20
WINDOW_SEED = 7
THINKING_S = 6.0
"""How long the demo's visitor looks at the pad, so that the invitation can be seen."""


class DemoPlace:
    """Everything of one demo, in one folder; ends what it started."""

    def __init__(self, out: Path, *, enrolment: Path | None, with_window: bool) -> None:
        self.out = out
        self._with_window = with_window
        self.folder = DataFolder(out / "desk", out / "state")
        self.password_file = out / "password"
        self._enrolment = enrolment
        self._hub = None if enrolment else HubProcess(out / "hub")
        self._hub_runs = False
        self._stack = ExitStack()
        self._clock = SystemClock()
        self._begun = self._clock.monotonic()

    def __enter__(self) -> DemoPlace:
        try:
            self._prepare()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    # ---- what there is ------------------------------------------------------------------------------------------

    @property
    def hub(self) -> HubProcess | None:
        """The demo's own hub; None with an enrolment file of another."""
        return self._hub

    @property
    def store(self) -> Store:
        """The open store."""
        return self.workplace.seat.store

    @property
    def seconds(self) -> float:
        """Since the demo began."""
        return self._clock.monotonic() - self._begun

    @property
    def sign_in(self) -> tuple[str, str, bool]:
        """Who is signed in at the demo's window: number, password, and that the seal is at hand."""
        return CLERK, PASSWORD, True

    # ---- what is done -------------------------------------------------------------------------------------------

    def start_hub(self) -> None:
        """Let the platform be reached; once is enough."""
        if self._hub is not None and not self._hub_runs:
            self._hub.start()
            self._stack.callback(self._hub.stop)
            self._hub_runs = True

    def work(self, *, cases: int, seed: int, told: Callable[[int], None]) -> Day:
        """A clerk signs in, takes in the cases, signs out."""
        desk = self.workplace.open(CLERK, PASSWORD)
        self.workplace.start()
        me = sign_in(desk, clerk=CLERK, name=CLERK_NAME, seal_at_hand=True)
        try:
            return self._work(desk, me, cases, seed, told)
        finally:
            sign_out(desk, me)

    def sync(self) -> SyncReport:
        """Sync until nothing is left, but not for ever."""
        with bootstrap.open_sync_lane(self.store) as lane:
            report = sync_once(lane)
            for _ in range(MAX_SYNCS):
                if report.state not in ("partial", "offline"):
                    break
                report = sync_once(lane)
        return report

    def _work(self, desk: Desk, me: SignedIn, cases: int, seed: int, told: Callable[[int], None]) -> Day:
        return work_through(desk, me, self.workplace, self.visitors, cases=cases, seed=seed, done=told)

    def _prepare(self) -> None:
        if (self.folder.path / KEYS_FILE).exists():
            raise StoreExists(folder=str(self.folder.path))
        self.out.mkdir(parents=True, exist_ok=True)
        self.password_file.write_text(PASSWORD + "\n", "utf-8")
        enrolment = self._enrolment or self._enrol_with_own_hub()
        with bootstrap.create_store(
            self.folder, clerk=CLERK, name=CLERK_NAME, password=PASSWORD, practice=False
        ) as store:
            bootstrap.enrol_store(store, enrolment, clerk=CLERK)
        reader = self._stack.enter_context(CardReaderSimulator())
        pad = self._stack.enter_context(RatingPadSimulator())
        self.visitors = SimulatedVisitors(reader, pad)
        plan = DevicePlan(reader_port=reader.url, pad_port=pad.url, pad_profile=FF68)
        self.workplace = LocalWorkplace(self.folder, lambda: self._seat(plan))
        self._stack.callback(self.workplace.close)

    def _seat(self, plan: DevicePlan) -> Seat:
        if self._with_window:
            return LivelySeat(self.folder, plan=plan, papers=self.out, visitors=self.visitors)
        return DemoSeat(self.folder, plan=plan, papers=self.out)

    def _enrol_with_own_hub(self) -> Path:
        assert self._hub is not None
        file = self.out / "enrolment.json"
        self._hub.enrol(file, hall=HALL, device=DEVICE)
        return file


class DemoSeat(Seat):
    """A seat whose every paper is marked 演示 and lies in the demo's folder."""

    def __init__(self, folder: DataFolder, *, plan: DevicePlan, papers: Path) -> None:
        super().__init__(folder, plan=plan, mark=MARK)
        self._papers = papers

    def make_printer(self) -> Printer:
        return FolderPrinter(self._papers, self.disk)


class LivelySeat(DemoSeat):
    """A seat before which invented people come by themselves: a card whenever one is asked for, and a rating."""

    def __init__(self, folder: DataFolder, *, plan: DevicePlan, papers: Path, visitors: SimulatedVisitors) -> None:
        super().__init__(folder, plan=plan, papers=papers)
        self.visitors = visitors
        self._people = invented_people(WINDOW_SEED, civil_date(SystemClock().now_ms()))

    def read_card(self, timeout_s: float) -> IdentityDocument:
        self.visitors.lay_card(next(self._people))
        try:
            return super().read_card(timeout_s)
        finally:
            self.visitors.lift_card()

    def ask_rating(self, timeout_s: float, seal: Callable[[Grade], bytes]) -> SealedAnswer:
        thinking = threading.Timer(THINKING_S, self.visitors.rate_now, args=("satisfied",))
        thinking.daemon = True
        thinking.start()
        try:
            return super().ask_rating(timeout_s, seal)
        finally:
            thinking.cancel()


class SimulatedVisitors:
    """The people before the simulated devices."""

    def __init__(self, reader: CardReaderSimulator, pad: RatingPadSimulator) -> None:
        self._reader = reader
        self._pad = pad

    def lay_card(self, document: IdentityDocument) -> None:
        self._reader.lay(document)

    def lift_card(self) -> None:
        self._reader.lift()

    def will_rate(self, grade: Grade) -> None:
        self._pad.answer_next(_key_of(grade))

    def rate_now(self, grade: Grade) -> None:
        """Press this grade, whether or not anybody asked."""
        self._pad.press(_key_of(grade))


def _key_of(grade: Grade) -> int:
    return next(key for key, known in FF68.keys.items() if known == grade)
