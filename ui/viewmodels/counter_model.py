"""The acts of the clerk at the counter: one visit from the card to the paper.

Keystrokes change a draft in memory at once and reach the store within a second. Acts run in lane `db`, one at a time;
an act that fails leaves everything as it was, with what to press next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar, cast

from PySide6.QtCore import QObject

from clerk_app.domain.applicant import Applicant, ReadSource, same_person
from clerk_app.domain.draft import Draft, with_applicant
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.materials import MaterialState
from clerk_app.domain.outcomes import Outcome, outcome_of, require_available
from clerk_app.errors import ClerkError, Incomplete, NoSuchDraft
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.drafts import settle_material
from ui.presenters.citizen import shown_of
from ui.presenters.counter_facts import (
    Act,
    Finished,
    ParkedVisit,
    Preparing,
    VisitFacts,
    first_stage,
    has_materials_step,
)
from ui.presenters.parked import left_over_note
from ui.presenters.words import note_view, problem_view
from ui.say import say
from ui.tasks import DB_LANE, Tasks
from ui.viewmodels import visit_work
from ui.viewmodels.counter_board import CounterBoard, CounterParts
from ui.viewmodels.counter_state import Stage

T = TypeVar("T")

_WORKING: tuple[Stage, ...] = ("materials", "form", "check")
_REACHABLE: tuple[Stage, ...] = ("person", "matter", "materials", "form")


class CounterModel(CounterBoard):
    """The counter."""

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

    # ---- the matter ---------------------------------------------------------------------------------------------

    def choose_matter(self, code: str) -> None:
        """Begin a matter in this visit, or go on with it if it was begun."""
        visit = self._facts.visit
        begun = next((item for item in visit.preparing if item.matter.code == code), None)
        if begun is not None:
            self._work_at(begun)
        elif self._may_add_matter() and self._begin("opening"):
            self._run(lambda: visit_work.begin_matter(self.desk, self.me, visit.id, code), self._matter_begun)

    def another_matter(self) -> None:
        """Choose another matter for the same person; address, papers and the one rating are shared."""
        if self._may_add_matter() and self._is_free():
            self._set_visit(stage="matter")

    def edit(self, code: str, value: str) -> None:
        """Type into a field."""
        work = self._facts.visit.work
        if work is not None and self._facts.act not in ("taking_in", "ending"):
            self._keep(work.draft.typing(code, value, self.desk.clock.now_ms()))

    def set_material(self, code: str, state: str) -> None:
        """Say how a material stands."""
        work = self._facts.visit.work
        if work is None or self._facts.act in ("taking_in", "ending"):
            return
        try:
            self._keep(settle_material(self.desk, work.draft, code, cast("MaterialState", state)))
        except ClerkError as error:
            self._set(problem=problem_view(error))

    def attach_scan(self, code: str, path: Path) -> None:
        """Add a file to a material; without a code to the first that is still missing."""
        work = self._facts.visit.work
        wanted = code or _first_missing(work)
        if work is None or not wanted:
            self._set(problem=note_view(say("没有要附文件的材料。"), say("请先选事项。")))
        elif self._begin("attaching"):
            draft = work.draft
            self._run(
                lambda: visit_work.attach_file(self.desk, self.me, draft, wanted, path),
                lambda saved: self._attached(saved, wanted),
            )

    # ---- the way through the page -------------------------------------------------------------------------------

    def primary(self) -> None:
        """The one primary action of the stage."""
        steps: dict[Stage, Callable[[], None]] = {
            "idle": self.read_card,
            "person": self._go_on_from_person,
            "materials": lambda: self.go_to("form"),
            "form": self._finish_form,
            "check": self._take_in_now,
            "done": self._go_on_from_done,
        }
        step = steps.get(self._facts.visit.stage)
        if step is not None:
            step()

    def back(self) -> None:
        """The stage before."""
        visit = self._facts.visit
        if visit.stage == "check":
            self.go_to("form")
        elif visit.stage == "form":
            self.go_to("materials")
        elif visit.work is not None and visit.stage in ("person", "matter"):
            self._work_at(visit.work)

    def go_to(self, stage: str) -> None:
        """A stage that was passed, or one where something is missing."""
        visit = self._facts.visit
        target = cast("Stage", stage)
        lacks_work = target in ("materials", "form") and visit.work is None
        no_materials = target == "materials" and visit.work is not None and not has_materials_step(visit.work)
        if target not in _REACHABLE or visit.stage in ("idle", "done") or lacks_work or no_materials:
            return
        if self._is_free():
            self._set(visit=replace(visit, stage=target), problem=None)

    # ---- outcomes -----------------------------------------------------------------------------------------------

    def end_matter(self, digit: int, reason: str) -> None:
        """End the matter at hand in one of the eight outcomes; one this version cannot do leaves the draft as it is."""
        work = self._facts.visit.work
        try:
            outcome = outcome_of(digit)
            require_available(outcome)
        except ClerkError as error:
            self._set(problem=problem_view(error))
            return
        if work is None or self._facts.visit.stage not in _WORKING:
            self._set(problem=note_view(say("现在没有在办的事项。"), say("请先读证（F2）、选事项（F3）。")))
        elif outcome.makes_case:
            self._take_in(work, outcome)
        elif self._begin("ending"):
            self._end(work, lambda: visit_work.end_without_case(self.desk, self.me, work, outcome, reason))

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

    # ---- paper and rating ---------------------------------------------------------------------------------------

    def print_again(self) -> None:
        """Print what did not come out; else another copy of the papers of this case, marked 补打."""
        if self.parts.papers.print_again():
            self._set(problem=None)
            return
        last = self._facts.visit.finished[-1] if self._facts.visit.stage == "done" else None
        if last is None or last.case is None or last.case.intake is None:
            self._set(
                problem=note_view(say("没有在等的文书。"), say("要补打，请到“办件”（Ctrl 2）选中那一件，按 F8。"))
            )
        else:
            kinds = tuple(document.kind for document in last.case.intake.documents)
            self.parts.papers.reprint(last.case.number, kinds)

    def invite_again(self) -> None:
        """Show the open rating invitation again; a settled one cannot be opened again by anybody."""
        if not self.parts.rating.invite_again():
            self._set(problem=note_view(say("现在没有打开的评价邀请。"), say("每次接待只邀请一次，不能重来。")))

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
            replace(visit, stage="person", document=document, read_by=read_by, present=None), problem=None
        )

    def _applicant_recorded(self, visit_id: str) -> None:
        visit = replace(self._facts.visit, id=visit_id)
        for work in visit.preparing:
            draft = self._of_this_person(work)
            visit = visit.with_draft(draft)
            self._autosave.keep(draft)
        if visit.stage == "person":
            visit = replace(visit, stage=first_stage(visit.work) if visit.work else "matter")
        self._set(act="", visit=visit, problem=None)
        self.parts.acts.done.emit()

    def _applicant_not_recorded(self, error: Exception) -> None:
        self._set_visit(present=None)
        self._failed(error)

    def _of_this_person(self, work: Preparing) -> Draft:
        visit, now = self._facts.visit, self.desk.clock.now_ms()
        if work.draft.document == visit.document or visit.document is None:
            return replace(work.draft, present=visit.present, updated_at=now)
        applicant = Applicant(visit.document, visit.read_by, visit.present is True, now)
        return with_applicant(work.draft, work.matter, applicant, now)

    # ---- answers of the store -----------------------------------------------------------------------------------

    def _day_begun(self, parked: tuple[ParkedVisit, ...]) -> None:
        self._set(parked=parked, problem=left_over_note(parked))

    def _matter_begun(self, work: Preparing) -> None:
        visit = self._facts.visit
        self._set(act="", visit=replace(visit, preparing=(*visit.preparing, work)), problem=None, saved="saved")
        self._work_at(work)
        self.parts.acts.done.emit()

    def _attached(self, saved: Draft, code: str) -> None:
        self._set(act="")
        work, item = self._facts.visit.work, saved.material(code)
        if work is not None and item is not None:
            self._keep(work.draft.with_material(item, self.desk.clock.now_ms()))

    def _ended(self, finished: Finished) -> None:
        visit = self._facts.visit
        left = tuple(item for item in visit.preparing if item.draft.id != visit.current)
        visit = replace(visit, stage="done", preparing=left, current="", finished=(*visit.finished, finished))
        self._begin_visit(visit, act="", problem=None)
        if finished.case is not None:
            self.parts.papers.print_waiting()
        if visit.is_over:
            self.parts.rating.invite(visit.id, shown_of(visit, ""))
        self.parts.acts.done.emit()

    def _not_ended(self, draft: Draft, error: Exception) -> None:
        self._failed(error)
        if not isinstance(error, NoSuchDraft):
            self._autosave.keep(draft)

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

    def _finish_form(self) -> None:
        work = self._facts.visit.work
        if work is not None and work.matter.is_short:
            self._take_in_now()
        elif self._lacks_nothing() and self._is_free():
            self._set(visit=replace(self._facts.visit, stage="check"), problem=None)

    def _take_in_now(self) -> None:
        work = self._facts.visit.work
        if work is not None and self._lacks_nothing():
            self._take_in(work, self._facts.around.outcome(work.matter))

    def _take_in(self, work: Preparing, outcome: Outcome) -> None:
        if self._begin("taking_in"):
            self._end(work, lambda: visit_work.take_case_in(self.desk, self.me, work, outcome))

    def _end(self, work: Preparing, act: Callable[[], Finished]) -> None:
        self._autosave.forget(work.draft.id)
        self._tasks.run(
            act,
            owner=self,
            on_success=self._ended,
            on_failure=lambda error: self._not_ended(work.draft, error),
            lane=DB_LANE,
        )

    def _go_on_from_done(self) -> None:
        visit = self._facts.visit
        if visit.preparing:
            self._work_at(visit.preparing[0])
        elif self._is_free():
            self._leave()
            self._begin_visit(VisitFacts(), problem=None)

    def _work_at(self, work: Preparing) -> None:
        if self._is_free():
            stage = first_stage(work)
            self._set(visit=replace(self._facts.visit, current=work.draft.id, stage=stage), problem=None)

    def _leave(self) -> None:
        """End the visit at the counter, if there is one; what it still waits for goes on by itself."""
        visit = self._facts.visit
        if visit.id and not visit.preparing:
            self.parts.rating.leave(visit.id)

    def _lacks_nothing(self) -> bool:
        blocking = self._facts.blocking
        if blocking:
            self._set(problem=problem_view(Incomplete(items=tuple(item.label for item in blocking))))
        return not blocking

    def _may_add_matter(self) -> bool:
        visit = self._facts.visit
        if not visit.id:
            self._set(problem=note_view(say("还没有读证。"), say("请先按 F2 读身份证，再选事项。")))
        elif visit.is_over:
            self._set(
                problem=note_view(
                    say("评价已经邀请，这次接待到此为止。"), say("同一个人再办，请按 F2 重新读证，另算一次。")
                )
            )
        return bool(visit.id) and not visit.is_over

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


def _first_missing(work: Preparing | None) -> str:
    if work is None:
        return ""
    return next((item.code for item in work.draft.materials if item.state == "missing"), "")
