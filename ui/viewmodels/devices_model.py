"""Devices and sync: how each stands, and trying one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from clerk_app.domain.document_words import document_label
from clerk_app.domain.identity import IdentityDocument
from clerk_app.services.desk import Desk
from clerk_app.services.rows import Backlog, Recovered, RepairRow
from clerk_app.services.workplace import Workplace
from ui.presenters.devices import SECOND_SCREEN, UNCERTAIN_PAPERS, DeviceFacts, devices_state
from ui.presenters.words import problem_view
from ui.say import say
from ui.tasks import READER_LANE, SYNC_LANE, Tasks
from ui.viewmodels.devices_state import DevicesState
from ui.viewmodels.paper_queue import PaperQueue, PaperState
from ui.viewmodels.station_model import Station, StationModel
from ui.viewmodels.view_model import ViewModel


@dataclass(frozen=True, slots=True)
class _Looked:
    backlog: Backlog
    practice: bool
    bound_to_machine: bool
    repairs: tuple[RepairRow, ...]
    unreadable: int
    details: tuple[tuple[str, str], ...]


class DevicesModel(ViewModel[DevicesState]):
    """The page of devices and sync.

    Signals:
        screen_asked: the clerk wants the second screen shown or put away.
    """

    screen_asked = Signal()

    def __init__(
        self,
        desk: Desk,
        workplace: Workplace,
        tasks: Tasks,
        station: StationModel,
        papers: PaperQueue,
        screen: ViewModel[bool],
        *,
        card_timeout_s: float,
        recovered: Recovered | None = None,
        parent: QObject | None = None,
    ) -> None:
        facts = DeviceFacts(desk.clock.now_ms(), second_screen_shown=screen.state, recovered=recovered)
        super().__init__(devices_state(facts), parent)
        self._facts = facts
        self._desk = desk
        self._workplace = workplace
        self._tasks = tasks
        self._station = station
        self._papers = papers
        self._card_timeout_s = card_timeout_s
        self._looking = False
        station.changed.connect(self._station_changed)
        papers.changed.connect(self._papers_changed)
        screen.changed.connect(self._screen_changed)

    def refresh(self) -> None:
        """Look again."""
        self._station.look()
        if self._looking:
            return
        self._looking = True
        self._tasks.run(self._look, owner=self, on_success=self._looked, on_failure=self._failed)

    def try_device(self, key: str) -> None:
        """Try one device, or do what its button says."""
        if key == "card_reader":
            self._try_reader()
        elif key == "printer":
            self._papers.print_again()
        elif key == UNCERTAIN_PAPERS:
            self._papers.confirm_uncertain()
        elif key == SECOND_SCREEN:
            self.screen_asked.emit()

    def sync_now(self) -> None:
        """Sync as soon as possible."""
        self._tasks.run(
            self._workplace.sync_now, owner=self, on_success=_nothing, on_failure=self._failed, lane=SYNC_LANE
        )

    def _try_reader(self) -> None:
        if self._facts.trying:
            return
        self._said("card_reader", say("请放一张身份证…"), trying="card_reader")
        self._tasks.run(
            lambda: self._workplace.read_card(self._card_timeout_s),
            owner=self,
            on_success=self._card_read,
            on_failure=self._card_not_read,
            lane=READER_LANE,
        )

    def _card_read(self, document: IdentityDocument) -> None:
        # Only that it works: whose card it was is nobody's business on this page.
        kind = document_label(document) or say("证件")
        self._said("card_reader", say("读到了一张{kind}，读卡器正常。", kind=kind))

    def _card_not_read(self, error: Exception) -> None:
        words = problem_view(error)
        self._said("card_reader", f"{words.sentence}{words.next_step}")

    def _look(self) -> _Looked:
        reads = self._desk.journal.reads
        place = self._desk.place()
        where = f"{place.hall} {place.device}" if place else say("还没有登记")
        cases = say("{count} 件", count=reads.count_cases())
        details = ((say("设备号"), where), (say("本机办件"), cases))
        return _Looked(
            backlog=reads.backlog(),
            practice=self._desk.journal.practice,
            bound_to_machine=self._desk.journal.is_bound_to_machine,
            repairs=tuple(reads.repairs()),
            unreadable=reads.count_unreadable(),
            details=details,
        )

    def _looked(self, looked: _Looked) -> None:
        self._looking = False
        self._set(
            backlog=looked.backlog,
            practice=looked.practice,
            bound_to_machine=looked.bound_to_machine,
            repairs=looked.repairs,
            unreadable=looked.unreadable,
            details=looked.details,
            problem=None,
        )

    def _failed(self, error: Exception) -> None:
        self._looking = False
        self._set(problem=problem_view(error))

    def _station_changed(self, station: Station) -> None:
        stirred = station.line != self._facts.line
        self._set(devices=station.devices, line=station.line)
        if stirred and not self._looking:
            self._looking = True
            self._tasks.run(self._look, owner=self, on_success=self._looked, on_failure=self._failed)

    def _papers_changed(self, papers: PaperState) -> None:
        self._set(waiting=papers.waiting, uncertain=papers.uncertain, print_problem=papers.problem)

    def _screen_changed(self, shown: bool) -> None:
        self._set(second_screen_shown=shown)

    def _said(self, key: str, text: str, trying: str = "") -> None:
        self._set(said={**self._facts.said, key: text}, trying=trying)

    def _set(self, **changes: Any) -> None:
        self._facts = replace(self._facts, now_ms=self._desk.clock.now_ms(), **changes)
        self.show(devices_state(self._facts))


def _nothing(_done: object) -> None:
    pass
