"""Receiving people at the counter: who stands here, setting them aside, going on with them, the next one please.

Acts run in lane `db`, one at a time; an act that fails leaves everything as it was, with what to press next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import QObject

from clerk_app.domain.applicant import ReadSource, same_person
from clerk_app.domain.identity import IdentityDocument
from clerk_app.services import visits
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.drafts import with_person
from ui.presenters.counter_facts import Act, ParkedVisit, VisitFacts, first_stage
from ui.presenters.hints import closed_codes
from ui.presenters.parked import left_over_note
from ui.presenters.words import note_view, problem_view
from ui.say import say
from ui.tasks import DB_LANE, Tasks
from ui.viewmodels import visit_work
from ui.viewmodels.counter_board import CounterBoard, CounterParts

T = TypeVar("T")


class CounterReception(CounterBoard):
    """The acts that concern a person, before and after any matter."""

    def __init__(
        self, desk: Desk, me: SignedIn, tasks: Tasks, parts: CounterParts, parent: QObject | None = None
    ) -> None:
        super().__init__(desk, me, tasks, parts, parent)
        parts.reading.card_read.connect(self._card_read)
        parts.reading.failed.connect(self._card_not_read)

    def begin(self) -> None:
        """Put in order what an earlier session left, and offer to go on with it."""
        self._run(lambda: visit_work.begin_day(self.desk, self.me), self._day_begun)

    # ---- the person ---------------------------------------------------------------------------------------------

    def read_card(self) -> None:
        """Wait for a card on the reader."""
        if self._facts.act == "":
            self._set(act="reading", problem=None)
            self.parts.reading.begin()

    def stop_reading(self) -> None:
        """Wait no more."""
        if self._facts.act == "reading":
            self.parts.reading.give_up()
            self._set(act="")

    def enter_by_hand(self, document: IdentityDocument) -> None:
        """Take a document that was copied by hand; the case will say so."""
        if self._is_free():
            self._meet(document, "manual")

    def answer_presence(self, present: bool) -> None:
        """Record whether the owner of the document stands here."""
        visit = self._facts.visit
        document = visit.document
        if visit.id and visit.present is present:
            self._go_on_from_person()
            return
        if document is None or not self._begin("opening"):
            return
        self._set_visit(present=present)
        self._tasks.run(
            lambda: visit_work.record_applicant(self.desk, self.me, visit.id, document, visit.read_by, present=present),
            owner=self,
            on_success=self._applicant_recorded,
            on_failure=self._applicant_not_recorded,
            lane=DB_LANE,
        )

    # ---- policy hints -------------------------------------------------------------------------------------------

    def open_hints(self) -> None:
        """Open the sensitive hints there are now; what comes up later is closed again."""
        visit, codes = self._facts.visit, closed_codes(self._facts)
        if codes and self._begin("opening"):
            self._run(
                lambda: visits.open_hints(self.desk, self.me, visit.id, codes),
                lambda _: self._hints_opened(visit.id, codes),
            )

    # ---- parking ------------------------------------------------------------------------------------------------

    def park(self) -> None:
        """Set the visit aside; the second screen forgets it at once."""
        visit = self._facts.visit
        if not visit.id or visit.is_over:
            self._set(problem=note_view(say("现在没有要挂起的人。"), say("请按 F2 接待下一位。")))
        elif self._begin("parking"):
            self.save_now()
            self._run(lambda: visit_work.park(self.desk, self.me, visit.id), self._parked)

    def resume(self, visit_id: str) -> None:
        """Go on with a visit that waits."""
        visit = self._facts.visit
        waiting = next((item for item in self._facts.parked if item.id == visit_id), None)
        if waiting is None or not (visit.stage == "idle" or visit.is_over) or not self._begin("resuming"):
            return
        self._leave()
        self._run(lambda: visit_work.take_up(self.desk, self.me, waiting), self._taken_up)

    # ---- answers of the reader ----------------------------------------------------------------------------------

    def _card_read(self, document: IdentityDocument) -> None:
        if self._facts.act == "reading":
            self._set(act="")
            self._meet(document, "card")

    def _card_not_read(self, error: Exception) -> None:
        if self._facts.act == "reading":
            self._set(act="", problem=problem_view(error))

    def _meet(self, document: IdentityDocument, read_by: ReadSource) -> None:
        visit = self._facts.visit
        same = visit.document is not None and same_person(document, visit.document)
        if visit.preparing and not same:
            # Nothing of one person may end in the papers of another, and nothing typed is thrown away unasked.
            self._set(
                problem=note_view(
                    say("这是另一个人的证件，这一位还没办完。"), say("先按 Ctrl+P 挂起，再读证；都还留着。")
                )
            )
            return
        if visit.is_over or not (same or visit.finished):
            self._leave()
            visit = VisitFacts()
        self._begin_visit(
            replace(
                visit,
                stage="person",
                document=document,
                read_by=read_by,
                present=None,
                opened_hints=visit.opened_hints if same else frozenset(),
            ),
            problem=None,
        )

    def _applicant_recorded(self, recorded: visit_work.Recorded) -> None:
        visit = replace(self._facts.visit, id=recorded.visit)
        for work in visit.preparing:
            draft = with_person(self.desk, work.draft, recorded.applicant, recorded.before)
            changed = visit_work.prepared(self.desk, draft)
            visit = visit.with_work(changed)
            self._autosave.keep(changed.draft)
        if visit.stage == "person":
            visit = replace(visit, stage=first_stage(visit.work) if visit.work else "matter")
        self._set(act="", visit=visit, problem=None)
        self.parts.acts.done.emit()

    def _applicant_not_recorded(self, error: Exception) -> None:
        self._set_visit(present=None)
        self._failed(error)

    # ---- answers of the store -----------------------------------------------------------------------------------

    def _day_begun(self, parked: tuple[ParkedVisit, ...]) -> None:
        self._set(parked=parked, problem=left_over_note(parked))

    def _hints_opened(self, visit_id: str, codes: frozenset[str]) -> None:
        visit = self._facts.visit
        opened = visit.opened_hints | codes if visit.id == visit_id else visit.opened_hints
        self._set(act="", visit=replace(visit, opened_hints=opened), problem=None)

    def _parked(self, parked: tuple[ParkedVisit, ...]) -> None:
        self._begin_visit(VisitFacts(), act="", parked=parked, problem=None)
        self.parts.acts.done.emit()

    def _taken_up(self, visit: VisitFacts) -> None:
        parked = tuple(item for item in self._facts.parked if item.id != visit.id)
        self._begin_visit(visit, act="", parked=parked, problem=None)
        self.parts.acts.done.emit()

    def _failed(self, error: Exception) -> None:
        self._set(act="", problem=problem_view(error))

    # ---- steps --------------------------------------------------------------------------------------------------

    def _go_on_from_person(self) -> None:
        visit = self._facts.visit
        ready = visit.stage == "person" and visit.id and visit.present is not None
        if ready and self._is_free():
            self._set_visit(stage=first_stage(visit.work) if visit.work else "matter")

    def _leave(self) -> None:
        """End the visit at the counter, if there is one; what it still waits for goes on by itself."""
        visit = self._facts.visit
        if visit.id and not visit.preparing:
            self.parts.rating.leave(visit.id)

    # ---- one act at a time --------------------------------------------------------------------------------------

    def _begin(self, act: Act) -> bool:
        """Begin an act; False while another is under way, so that a key pressed twice acts once."""
        if not self._is_free():
            return False
        self._set(act=act, problem=None)
        return True

    def _is_free(self) -> bool:
        self.stop_reading()
        return self._facts.act == ""

    def _run(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        self._tasks.run(work, owner=self, on_success=done, on_failure=self._failed, lane=DB_LANE)
