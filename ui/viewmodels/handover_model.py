"""U 盘交接: sticks are looked at and written in a lane of their own; the sheet may be closed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from clerk_app.errors import ClerkError, NotEnrolled, PracticeStore
from clerk_app.services.desk import Desk
from clerk_app.services.handover import ParcelFile, Standing, Stick, TakenIn, parcel_name
from clerk_app.services.rows import Backlog
from clerk_app.services.workplace import Workplace
from ui.presenters.handover import (
    DROP,
    EXPORT,
    FOLDER,
    IMPORT,
    RETURN,
    HandoverFacts,
    dropped_words,
    exported_words,
    handover_state,
    returned_words,
    taken_words,
)
from ui.presenters.words import problem_view
from ui.say import say
from ui.tasks import STICK_LANE, Tasks
from ui.viewmodels.handover_state import HandoverState, SaidView
from ui.viewmodels.view_model import Acts, ViewModel

LOOK_MS = 2000
"""How often a stick that was plugged in or pulled out is looked for while the sheet is open."""
_TICK_MS = 200


@dataclass(frozen=True, slots=True)
class _Seen:
    sticks: tuple[Stick, ...]
    files: tuple[ParcelFile, ...]
    standing: Standing
    backlog: Backlog
    problem: ClerkError | None = None


@dataclass(frozen=True, slots=True)
class _Done:
    said: SaidView | None
    problem: Exception | None = None
    whole: bool = False
    taken: frozenset[ParcelFile] = frozenset()
    returned: frozenset[str] = frozenset()


class _Written:
    """How far a hand-over is, told by the lane and read by the GUI thread."""

    def __init__(self) -> None:
        self.done = self.of = 0

    def tell(self, done: int, of: int) -> None:
        self.done, self.of = done, of


class HandoverModel(ViewModel[HandoverState]):
    """Hand-overs by stick.

    Signals:
        finished: an act came to its end; heading and text, for when nobody looks at the sheet.
        folder_asked: the clerk wants to choose a folder.
    """

    finished = Signal(str, str)
    folder_asked = Signal()

    def __init__(
        self, desk: Desk, workplace: Workplace, tasks: Tasks, acts: Acts, parent: QObject | None = None
    ) -> None:
        facts = HandoverFacts(desk.clock.now_ms())
        super().__init__(handover_state(facts), parent)
        self._facts = facts
        self._desk = desk
        self._workplace = workplace
        self._tasks = tasks
        self._acts = acts
        self._chosen: tuple[Stick, ...] = ()
        self._written = _Written()
        self._looking = False
        self._watch = QTimer(self)
        self._watch.setInterval(LOOK_MS)
        self._watch.timeout.connect(self._look)
        self._ticks = QTimer(self)
        self._ticks.setInterval(_TICK_MS)
        self._ticks.timeout.connect(self._tick)

    def open(self) -> None:
        """Look at the sticks, and again while the sheet is open."""
        if not self._facts.busy:
            self._set(said=None, problem=None, loading=True, taken=frozenset(), returned=frozenset())
        self._watch.start()
        self._look()

    def close(self) -> None:
        """Nobody looks any more; what is being written is written on."""
        self._watch.stop()

    def walk(self, step: int) -> None:
        """Bring the next stick (1) or the one before (-1) to the front."""
        if self._facts.sticks and not self._facts.busy:
            self._set(place=(self._facts.place + step) % len(self._facts.sticks), files=(), loading=True)
            self._look()

    def choose_folder(self, folder: Path) -> None:
        """Use a folder that was chosen by hand as if it were a stick."""
        self._chosen = (Stick(folder.name or str(folder), folder),)
        self._set(sticks=(), place=0, files=(), loading=True)
        self._look()

    def act(self, digit: int) -> None:
        """Do what a digit says, if it makes sense now."""
        view = next((view for view in self.state.acts if view.digit == digit and view.enabled), None)
        if view is None:
            return
        if digit == FOLDER:
            self.folder_asked.emit()
            return
        work, busy = {
            EXPORT: (self._export, say("正在写到 U 盘，请不要拔…")),
            IMPORT: (self._import, say("正在收下，请不要拔 U 盘…")),
            RETURN: (self._return, say("正在写回执，请不要拔 U 盘…")),
            DROP: (self._drop, say("正在删…")),
        }[digit]
        self._begin(work, busy)

    def primary(self) -> None:
        """Do what is most likely wanted."""
        for view in self.state.acts:
            if view.primary:
                self.act(view.digit)

    # ---- in the lane --------------------------------------------------------------------------------------------

    def _export(self, facts: HandoverFacts) -> _Done:
        handovers, stick = self._workplace.handovers(), facts.sticks[facts.place]
        path = stick.path / parcel_name("handover", handovers.device)
        export = handovers.export(path, whole=facts.whole, progress=self._written.tell)
        return _Done(exported_words(export, stick.name))

    def _import(self, facts: HandoverFacts) -> _Done:
        handovers = self._workplace.handovers()
        taken: dict[ParcelFile, TakenIn] = {}
        problem: ClerkError | None = None
        for file in facts.importable:
            try:
                taken[file] = handovers.take_in(file.path)
            except ClerkError as error:
                problem = error
        if any(one.carried is not None for one in taken.values()):
            self._workplace.sync_now()
        missing = any(one.answer is not None and one.answer.missing for one in taken.values())
        return _Done(taken_words(tuple(taken.values())), problem, missing, frozenset(taken))

    def _return(self, facts: HandoverFacts) -> _Done:
        handovers, stick = self._workplace.handovers(), facts.sticks[facts.place]
        for one in facts.deliverable:
            handovers.write_return(stick.path / parcel_name("return", one.device), one.id)
        said = returned_words(tuple(one.device for one in facts.deliverable), stick.name)
        return _Done(said, returned=frozenset(one.id for one in facts.deliverable))

    def _drop(self, facts: HandoverFacts) -> _Done:
        done = (*facts.refused, *facts.brought_back)
        for one in done:
            self._workplace.handovers().drop(one.id)
        return _Done(dropped_words(len(done)))

    def _see(self, place: int, chosen: tuple[Stick, ...]) -> _Seen:
        handovers = self._workplace.handovers()
        handovers.device  # noqa: B018 - says at once where nothing can be handed over
        sticks = (*self._workplace.sticks(), *chosen)
        standing, backlog = handovers.standing(), self._desk.journal.reads.backlog()
        if not sticks:
            return _Seen((), (), standing, backlog)
        try:
            files = tuple(handovers.look(sticks[min(place, len(sticks) - 1)].path))
        except ClerkError as error:
            return _Seen(sticks, (), standing, backlog, error)
        return _Seen(sticks, files, standing, backlog)

    # ---- on the GUI thread --------------------------------------------------------------------------------------

    def _begin(self, work: Callable[[HandoverFacts], _Done], busy: str) -> None:
        facts = self._facts
        self._written = _Written()
        self._ticks.start()
        self._set(busy=busy, said=None, problem=None, written=0, to_write=0)
        self._tasks.run(
            lambda: work(facts), owner=self, on_success=self._done, on_failure=self._not_done, lane=STICK_LANE
        )

    def _done(self, done: _Done) -> None:
        problem = problem_view(done.problem) if done.problem is not None else None
        self._set(
            busy="",
            said=done.said,
            problem=problem,
            whole=done.whole,
            taken=self._facts.taken | done.taken,
            returned=self._facts.returned | done.returned,
        )
        self._ended()
        if problem is not None:
            self.finished.emit(problem.sentence, problem.next_step)
        elif done.said is not None:
            self.finished.emit(done.said.heading, done.said.text)

    def _not_done(self, error: Exception) -> None:
        problem = problem_view(error)
        self._set(busy="", problem=problem)
        self._ended()
        self.finished.emit(problem.sentence, problem.next_step)

    def _ended(self) -> None:
        self._ticks.stop()
        self._acts.done.emit()
        self._look()

    def _tick(self) -> None:
        self._set(written=self._written.done, to_write=self._written.of)

    def _look(self) -> None:
        if self._looking or self._facts.busy:
            return
        self._looking = True
        place, chosen = self._facts.place, self._chosen
        self._tasks.run(
            lambda: self._see(place, chosen),
            owner=self,
            on_success=lambda seen: self._saw(place, seen),
            on_failure=self._saw_nothing,
            lane=STICK_LANE,
        )

    def _saw(self, place: int, seen: _Seen) -> None:
        self._looking = False
        if place != self._facts.place:
            self._look()
            return
        at = min(place, max(len(seen.sticks) - 1, 0))
        problem = problem_view(seen.problem) if seen.problem is not None else self._facts.problem
        self._set(
            sticks=seen.sticks,
            place=at,
            files=seen.files,
            standing=seen.standing,
            backlog=seen.backlog,
            loading=False,
            problem=problem,
        )

    def _saw_nothing(self, error: Exception) -> None:
        self._looking = False
        barred = isinstance(error, NotEnrolled | PracticeStore)
        self._set(loading=False, problem=problem_view(error), is_barred=barred)
        if barred:
            self._watch.stop()

    def _set(self, **changes: Any) -> None:
        self._facts = replace(self._facts, now_ms=self._desk.clock.now_ms(), **changes)
        self.show(handover_state(self._facts))
