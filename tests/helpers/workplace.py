"""A workplace over a real store, with a reader, a pad, a printer and a line that do what the test says."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from clerk_app import bootstrap
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.notices import Notice
from clerk_app.domain.one_time_notice import OneTimeNotice
from clerk_app.domain.ratings import Grade, PadState, SealedAnswer
from clerk_app.errors import CardNotFound, PrintError
from clerk_app.services.desk import Desk
from clerk_app.services.handover import Handovers, Stick
from clerk_app.services.ports import CaseDirectory, NoticeRenderer, Printer
from clerk_app.services.rows import Recovered
from clerk_app.services.workplace import DeviceLine, SyncLine
from clerk_app.settings import DeviceSettings, Settings
from clerk_app.store.folder import DataFolder
from clerk_app.store.store import Store
from tests.helpers.licences import KnownLicences
from tests.helpers.stores import CHEAP, CLERK, NAME, PASSWORD

Item = TypeVar("Item")

READY = (DeviceLine("card_reader", "ready"), DeviceLine("rating_pad", "ready"), DeviceLine("printer", "ready"))


class QuickPaper:
    """Sets a notice in no time: what it would say, as bytes. `rare` are characters no font can draw."""

    def __init__(self, rare: str = "") -> None:
        self._rare = rare

    def render(self, notice: Notice | OneTimeNotice) -> bytes:
        return f"{notice.title} {notice.number} {notice.copy_label}".encode()

    def missing_glyphs(self, text: str) -> str:
        return "".join(character for character in self._rare if character in text)


@dataclass
class ScriptedPrinter:
    """Keeps what came out; `problem` is what every sheet meets while it is set."""

    sheets: list[str] = field(default_factory=list)
    problem: PrintError | None = None

    def print_pdf(self, pdf: bytes, *, name: str) -> None:
        if self.problem is not None:
            raise self.problem
        self.sheets.append(pdf.decode("utf-8", "replace") if not pdf.startswith(b"%PDF") else name)


class ScriptedWorkplace:
    """Implements `services.workplace.Workplace`.

    `cards` and `answers` are what reader and pad bring next; without one they wait until their time is up, or until
    `hurry` ends every wait.
    """

    def __init__(self, folder: Path, *, mark: str = "", renderer: NoticeRenderer | None = None) -> None:
        self.folder = DataFolder(folder, folder.parent / "state")
        self.mark = mark
        self.renderer: NoticeRenderer = renderer or QuickPaper()
        self.cards: queue.Queue[IdentityDocument | Exception] = queue.Queue()
        self.answers: queue.Queue[Grade | PadState] = queue.Queue()
        self.paper = ScriptedPrinter()
        self.library = KnownLicences()
        self.own_settings = Settings(devices=DeviceSettings(card_timeout_s=5.0, rating_timeout_s=5.0))
        self.line = SyncLine()
        self.lines: tuple[DeviceLine, ...] = READY
        self.directory: CaseDirectory | None = None
        self.plugged_in: tuple[Stick, ...] = ()
        self.syncs_asked = 0
        self.reads_begun = 0
        self.asks_begun = 0
        self.seals_made = 0
        self.is_started = False
        self.is_closed = False
        self._stop = threading.Event()
        self._changed: Callable[[], None] = _nothing
        self._open = ExitStack()

    def create(self, *, practice: bool = True) -> ScriptedWorkplace:
        """Make the store with its first clerk, cheaply."""
        with bootstrap.create_store(
            self.folder, clerk=CLERK, name=NAME, password=PASSWORD, practice=practice, cost=CHEAP
        ):
            pass
        return self

    def again(self) -> ScriptedWorkplace:
        """The same folder after this program ended."""
        self.close()
        return ScriptedWorkplace(self.folder.path, mark=self.mark, renderer=self.renderer)

    def change(self, *, line: SyncLine | None = None, lines: tuple[DeviceLine, ...] | None = None) -> None:
        """Let devices or line become otherwise, and say so."""
        self.line = line or self.line
        self.lines = lines or self.lines
        self._changed()

    def hurry(self) -> None:
        """End every wait of reader and pad at once, also those to come."""
        self._stop.set()

    # ---- Workplace ----------------------------------------------------------------------------------------------

    def clerks(self) -> Mapping[str, str]:
        return bootstrap.clerks(self.folder)

    def settings(self) -> Settings:
        return self.own_settings

    def open(self, clerk: str, password: str) -> Desk:
        self.store: Store = self._open.enter_context(bootstrap.open_for_writing(self.folder, clerk, password))
        desk = bootstrap.make_desk(
            self.store, mark=self.mark, is_online=lambda: self.line.is_online, directory=self.directory
        )
        return replace(desk, renderer=self.renderer, licences=self.library)

    def recover(self, clerk: str, password: str) -> Recovered:
        return bootstrap.recover_store(self.folder, clerk, password)

    def check_password(self, clerk: str, password: str) -> None:
        bootstrap.check_password(self.folder, clerk, password)

    def start(self) -> None:
        self.is_started = True

    def close(self) -> None:
        self.hurry()
        self.is_closed = True
        self._open.close()

    def read_card(self, timeout_s: float) -> IdentityDocument:
        self.reads_begun += 1
        card = self._wait(self.cards, timeout_s)
        if card is None:
            raise CardNotFound
        if isinstance(card, Exception):
            raise card
        return card

    def ask_rating(self, timeout_s: float, seal: Callable[[Grade], bytes]) -> SealedAnswer:
        self.asks_begun += 1
        answer = self._wait(self.answers, timeout_s)
        if answer is None or answer == "timed_out":
            return SealedAnswer("timed_out", device_limited=True)
        if answer == "device_failed" or answer == "answered":
            return SealedAnswer("device_failed", device_limited=True)
        self.seals_made += 1
        return SealedAnswer("answered", seal(answer), device_limited=True)

    @property
    def is_pad_limited(self) -> bool:
        return True

    def printer(self) -> Printer:
        return self.paper

    def devices(self) -> Sequence[DeviceLine]:
        return self.lines

    def sync_line(self) -> SyncLine:
        return self.line

    def sticks(self) -> Sequence[Stick]:
        return self.plugged_in

    def handovers(self) -> Handovers:
        return bootstrap.make_handovers(self.store)

    def sync_now(self) -> None:
        self.syncs_asked += 1

    def watch(self, changed: Callable[[], None]) -> None:
        self._changed = changed

    def _wait(self, source: queue.Queue[Item], timeout_s: float) -> Item | None:
        waited = 0.0
        while waited <= timeout_s:
            try:
                return source.get_nowait() if self._stop.is_set() else source.get(timeout=0.02)
            except queue.Empty:
                if self._stop.is_set():
                    return None
                waited += 0.02
        return None


def _nothing() -> None:
    pass
