"""The frame: section, devices, line, what waits, the clock."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any, cast

from PySide6.QtCore import QObject, QTimer, Signal

from clerk_app.domain.civil import civil_date
from clerk_app.errors import CatalogueDamaged
from clerk_app.messages import describe
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.workplace import Workplace
from ui.presenters.counter_facts import HintRules
from ui.presenters.frame import FrameFacts, catalogue_text, frame_state
from ui.say import say
from ui.tasks import SYNC_LANE, Tasks
from ui.viewmodels.frame import FrameState, SectionKey
from ui.viewmodels.station_model import Station, StationModel
from ui.viewmodels.view_model import Acts, ViewModel

logger = logging.getLogger(__name__)

TICK_MS = 1000


@dataclass(frozen=True, slots=True)
class _Edition:
    """The catalogue in force: how it is shown and its policy hints; or what is wrong with it."""

    text: str = ""
    rules: HintRules | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Counts:
    hall: str
    practice: bool
    drafts: int
    to_do: int
    late_appeals: int
    catalogue: _Edition


class FrameModel(ViewModel[FrameState]):
    """The frame.

    Signals:
        said: heading and text of something to say in passing.
        catalogue_came: the `HintRules` of another catalogue that is in force now.
    """

    said = Signal(str, str)
    catalogue_came = Signal(object)

    def __init__(
        self,
        desk: Desk,
        me: SignedIn,
        workplace: Workplace,
        tasks: Tasks,
        station: StationModel,
        acts: Acts,
        parent: QObject | None = None,
    ) -> None:
        facts = FrameFacts(
            hall=desk.settings.hall_name,
            window=desk.settings.window_name,
            clerk=me.name,
            catalogue=catalogue_text(desk.catalogue.version, desk.catalogue.label),
            mark=desk.mark,
            now_ms=desk.clock.now_ms(),
        )
        super().__init__(frame_state(facts), parent)
        self._facts = facts
        self._desk = desk
        self._me = me
        self._workplace = workplace
        self._tasks = tasks
        self._counting = False
        self._count_again = False
        self._clock = QTimer(self)
        self._clock.setInterval(TICK_MS)
        self._clock.timeout.connect(self._tick)
        station.changed.connect(self._station_changed)
        acts.done.connect(self.count)

    def begin(self) -> None:
        """Count for the first time and let the clock run."""
        self._clock.start()
        self.count()

    @property
    def drafts(self) -> int:
        """Drafts of this clerk, as last counted."""
        return self._facts.drafts

    def show_section(self, key: str) -> None:
        """Go to a section."""
        self._set(current=cast("SectionKey", key))

    def sync_now(self) -> None:
        """Sync as soon as possible; how it goes is told by the line's chip."""
        if self._facts.practice:
            self.said.emit(say("练习记录不上传"), say("正式登记后才会同步。"))
            return
        self._tasks.run(
            self._workplace.sync_now, owner=self, on_success=_nothing, on_failure=self._not_synced, lane=SYNC_LANE
        )

    def count(self) -> None:
        """Count drafts and cases to do again; while one count is out, the next waits for it."""
        if self._counting:
            self._count_again = True
            return
        self._counting, self._count_again = True, False
        self._tasks.run(self._count, owner=self, on_success=self._counted, on_failure=self._not_counted)

    def _count(self) -> _Counts:
        reads = self._desk.journal.reads
        place = self._desk.place()
        return _Counts(
            hall=place.hall_name if place else self._desk.settings.hall_name,
            practice=self._desk.journal.practice,
            drafts=len(reads.drafts_of(self._me.clerk)),
            to_do=reads.count_cases("todo"),
            catalogue=_edition(self._desk),
            late_appeals=reads.count_appeals("open", before=civil_date(self._desk.clock.now_ms()).isoformat()),
        )

    def _counted(self, counts: _Counts) -> None:
        self._counting = False
        self._set(
            hall=counts.hall,
            practice=counts.practice,
            drafts=counts.drafts,
            to_do=counts.to_do,
            late_appeals=counts.late_appeals,
            catalogue_problem=counts.catalogue.problem,
        )
        self._take_edition(counts.catalogue)
        if self._count_again:
            self.count()

    def _take_edition(self, edition: _Edition) -> None:
        """Say that another catalogue is in force. What is open goes on with its own: nothing moves under the hands."""
        if edition.rules is None or edition.text == self._facts.catalogue:
            return
        self._set(catalogue=edition.text)
        self.catalogue_came.emit(edition.rules)
        self.said.emit(
            say("事项目录换新了：{edition}", edition=edition.text),
            say("从下一件起用新目录；已经开始的草稿和办件照原来的办完。"),
        )

    def _not_counted(self, error: Exception) -> None:
        self._counting = False
        logger.warning("drafts and cases could not be counted", exc_info=error)

    def _station_changed(self, station: Station) -> None:
        synced = station.line.last_sync_ms != self._facts.line.last_sync_ms
        self._set(devices=station.devices, line=station.line)
        if synced:
            self.count()

    def _not_synced(self, error: Exception) -> None:
        logger.warning("the sync could not be started", exc_info=error)

    def _tick(self) -> None:
        self._set(now_ms=self._desk.clock.now_ms())

    def _set(self, **changes: Any) -> None:
        self._facts = replace(self._facts, **changes)
        self.show(frame_state(self._facts))


def _edition(desk: Desk) -> _Edition:
    try:
        catalogue = desk.catalogue
        rules = HintRules(catalogue.hints, catalogue.label)
    except CatalogueDamaged as damaged:
        return _Edition(problem=describe(damaged).line())
    return _Edition(catalogue_text(catalogue.version, catalogue.label), rules)


def _nothing(_done: object) -> None:
    pass
