"""What the counter knows, kept up to date: papers, rating, upload, line and saving report here by themselves."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject

from clerk_app.domain.civil import civil_date
from clerk_app.domain.draft import Draft
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.rows import PrintJob
from ui.presenters.counter import counter_state
from ui.presenters.counter_facts import CounterFacts, HintRules, Surroundings, VisitFacts
from ui.presenters.words import problem_view
from ui.tasks import Tasks
from ui.viewmodels import visit_work
from ui.viewmodels.autosave import Autosave
from ui.viewmodels.basic import ProblemView
from ui.viewmodels.card_reading import CardReading
from ui.viewmodels.counter_state import CounterState
from ui.viewmodels.paper_queue import PaperQueue, PaperState
from ui.viewmodels.parts import SaveState
from ui.viewmodels.rating_model import RatingModel, RatingViewState
from ui.viewmodels.station_model import Station, StationModel
from ui.viewmodels.view_model import Acts, ViewModel

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CounterParts:
    """The view-models the counter works with; `screen` tells whether the second screen is shown."""

    station: StationModel
    reading: CardReading
    papers: PaperQueue
    rating: RatingModel
    screen: ViewModel[bool]
    acts: Acts


class CounterBoard(ViewModel[CounterState]):
    """The facts behind the counter page, without any act of the clerk."""

    def __init__(
        self, desk: Desk, me: SignedIn, tasks: Tasks, parts: CounterParts, parent: QObject | None = None
    ) -> None:
        rules = HintRules(desk.catalogue.hints, desk.catalogue.label)
        facts = CounterFacts(_around(desk, me, parts.station), rules=rules)
        super().__init__(counter_state(facts, has_second_screen=parts.screen.state), parent)
        self.desk = desk
        self.me = me
        self.parts = parts
        self._facts = facts
        self._tasks = tasks
        self._autosave = Autosave(desk, me, tasks, self)
        self._save_problem: ProblemView | None = None
        self._prints_asked = 0
        self._uploads_asked = 0
        self._papers_settled = 0
        self._next_rules = rules
        self._autosave.changed.connect(self._saving_changed)
        parts.papers.changed.connect(self._papers_changed)
        parts.rating.changed.connect(self._rating_changed)
        parts.station.changed.connect(self._station_changed)
        parts.screen.changed.connect(self._render)

    @property
    def visit(self) -> VisitFacts:
        """The visit at the counter; the second screen shows part of it."""
        return self._facts.visit

    def take_rules(self, rules: HintRules) -> None:
        """The policy hints of another catalogue: they speak from the next visit on."""
        self._next_rules = rules

    def surroundings(self) -> Surroundings:
        """The circumstances as they are now. Safe from any thread: it only reads what was asked before."""
        return _around(self.desk, self.me, self.parts.station)

    def save_now(self) -> None:
        """Give everything that is not saved yet to the lane, before the desk is locked or closed."""
        self._autosave.flush()

    # ---- for the acts -------------------------------------------------------------------------------------------

    def _set(self, **changes: Any) -> None:
        self._facts = replace(self._facts, **changes)
        self._render()

    def _set_visit(self, **changes: Any) -> None:
        self._set(visit=replace(self._facts.visit, **changes))

    def _begin_visit(self, visit: VisitFacts, **changes: Any) -> None:
        """Put another visit, or none, at the counter."""
        rating = self.parts.rating.state.word_for(visit.id)
        rules = self._next_rules
        self._set(visit=visit, prints=(), uploaded=False, saved="none", rating=rating, rules=rules, **changes)
        self._look_at_prints()
        self._look_at_upload()

    def _keep(self, draft: Draft) -> None:
        """Go on with a changed draft; what its answers make of the matter is made anew."""
        work = visit_work.prepared(self.desk, draft)
        self._set(visit=self._facts.visit.with_work(work), problem=None)
        self._autosave.keep(work.draft)

    def _render(self, _from: object = None) -> None:
        self._facts = replace(self._facts, around=self.surroundings())
        self.show(counter_state(self._facts, has_second_screen=self.parts.screen.state))

    # ---- what reports by itself ---------------------------------------------------------------------------------

    def _saving_changed(self, state: SaveState, error: Exception | None) -> None:
        problem = self._facts.problem
        if error is not None:
            problem = self._save_problem = problem_view(error)
        elif state == "saved" and problem is self._save_problem:
            problem = self._save_problem = None
        self._set(saved=state, problem=problem)

    def _papers_changed(self, state: PaperState) -> None:
        if state.settled != self._papers_settled or state.printing:
            self._papers_settled = state.settled
            self._look_at_prints()
        if state.problem is not None and self._facts.visit.stage in ("idle", "done"):
            self._set(problem=state.problem)

    def _rating_changed(self, state: RatingViewState) -> None:
        word = state.word_for(self._facts.visit.id)
        problem = state.problem if state.problem and state.visit == self._facts.visit.id else self._facts.problem
        self._set(rating=word, problem=problem)

    def _station_changed(self, _station: Station) -> None:
        self._render()
        self._look_at_upload()

    def _numbers(self) -> tuple[str, ...]:
        return tuple(item.case.number for item in self._facts.visit.finished if item.case is not None)

    def _look_at_prints(self) -> None:
        numbers = self._numbers()
        if not numbers:
            return
        self._prints_asked += 1
        asked = self._prints_asked
        self._tasks.run(
            lambda: visit_work.prints_of(self.desk, numbers),
            owner=self,
            on_success=lambda prints: self._prints_seen(asked, prints),
            on_failure=_only_logged,
        )

    def _prints_seen(self, asked: int, prints: tuple[PrintJob, ...]) -> None:
        if asked == self._prints_asked:
            self._set(prints=prints)

    def _look_at_upload(self) -> None:
        numbers = self._numbers()
        if not numbers or self._facts.uploaded:
            return
        self._uploads_asked += 1
        asked = self._uploads_asked
        self._tasks.run(
            lambda: visit_work.all_uploaded(self.desk, numbers),
            owner=self,
            on_success=lambda uploaded: self._upload_seen(asked, uploaded=uploaded),
            on_failure=_only_logged,
        )

    def _upload_seen(self, asked: int, *, uploaded: bool) -> None:
        if asked == self._uploads_asked:
            self._set(uploaded=uploaded)


def _around(desk: Desk, me: SignedIn, station: StationModel) -> Surroundings:
    today = civil_date(desk.clock.now_ms())
    return Surroundings(today, desk.calendar, station.state.line.is_online, me.seal_at_hand, desk.channel)


def _only_logged(error: Exception) -> None:
    logger.warning("the state of papers or upload could not be read", exc_info=error)
