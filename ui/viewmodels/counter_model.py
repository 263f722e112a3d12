"""The acts of the clerk at the counter: one visit from the card to the paper.

Keystrokes change a draft in memory at once and reach the store within a second. Acts run in lane `db`, one at a time;
an act that fails leaves everything as it was, with what to press next.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import cast

from clerk_app.domain.draft import Draft, answered, with_shared
from clerk_app.domain.form import visible_fields
from clerk_app.domain.licences import LicenceFinding
from clerk_app.domain.materials import MaterialState
from clerk_app.domain.outcomes import CONSULTED, Outcome, outcome_of, require_available
from clerk_app.errors import ClerkError, Incomplete, NoSuchDraft, UnlawfulStep
from clerk_app.services.drafts import settle_material
from clerk_app.services.licences import look_up, question_about, with_finding
from clerk_app.services.notices import ReopenedNotice
from ui.presenters.check import leaves
from ui.presenters.citizen import shown_of
from ui.presenters.counter_facts import (
    Finished,
    Preparing,
    VisitFacts,
    first_stage,
    has_materials_step,
    open_situations,
    outcome_now,
    way_of,
)
from ui.presenters.materials import form_received
from ui.presenters.situations import LEFT_OUT, child_of
from ui.presenters.words import note_view, problem_view
from ui.say import say
from ui.tasks import DB_LANE, LICENCE_LANE
from ui.viewmodels import visit_work
from ui.viewmodels.counter_changes import CounterChanges
from ui.viewmodels.counter_state import Stage

logger = logging.getLogger(__name__)

_WORKING: tuple[Stage, ...] = ("situations", "materials", "form", "check")
_REACHABLE: tuple[Stage, ...] = ("person", "matter", "situations", "materials", "form")


class CounterModel(CounterChanges):
    """The counter."""

    _notices: Mapping[str, str] = MappingProxyType({})
    """The one-time notices given in this session, by draft."""

    # ---- the matter ---------------------------------------------------------------------------------------------

    def choose_matter(self, code: str) -> None:
        """Begin a matter in this visit, or go on with it if it was begun."""
        visit = self._facts.visit
        begun = next((item for item in visit.preparing if item.matter.code == code), None)
        if begun is not None:
            self._work_at(begun)
        elif self._may_add_matter() and self._begin("opening"):
            self._run(lambda: visit_work.begin_matter(self.desk, self.me, visit.id, code), self._matter_begun)

    def begin_told(self, again: ReopenedNotice) -> bool:
        """Begin what a one-time notice was about, with its answers and choices; False while something else is done."""
        visit, code = self._facts.visit, again.subject.code
        if any(item.draft.matter == code for item in visit.preparing):
            self.choose_matter(code)
            return True
        if not self._may_add_matter() or not self._begin("opening"):
            return False
        self._run(lambda: visit_work.begin_told(self.desk, self.me, visit.id, again), self._told_begun)
        return True

    def note_notice(self, draft: str, number: str) -> None:
        """Keep the one-time notice that was given about a draft: a consultation ends with it."""
        self._notices = {**self._notices, draft: number}

    def another_matter(self) -> None:
        """Choose another matter for the same person; address, papers and the one rating are shared."""
        if self._may_add_matter() and self._is_free():
            self._set_visit(stage="matter")

    def edit(self, code: str, value: str) -> None:
        """Type into a field."""
        work = self._facts.visit.work
        if work is not None and self._facts.act not in ("taking_in", "ending"):
            self._keep(answered(work.draft, work.matter, code, value, self.desk.clock.now_ms()))

    def answer(self, code: str, value: str) -> None:
        """Answer a question of the matter, or take the answer back with an empty one; choose or leave out a child."""
        work = self._facts.visit.work
        child = child_of(code)
        if not child:
            self.edit(code, value)
        elif work is not None and self._facts.act not in ("taking_in", "ending"):
            without = {*work.draft.without, child} if value == LEFT_OUT else {*work.draft.without} - {child}
            now = self.desk.clock.now_ms()
            self._keep(replace(work.draft, without=tuple(sorted(without)), updated_at=now))

    def set_material(self, code: str, state: str) -> None:
        """Say how a material stands."""
        work = self._facts.visit.work
        if work is None or self._facts.act in ("taking_in", "ending"):
            return
        try:
            need = work.matter.material(code)
            form = form_received(need) if need is not None else "none"
            draft = settle_material(self.desk, work.draft, code, cast("MaterialState", state), form=form)
        except ClerkError as error:
            self._set(problem=problem_view(error))
        else:
            self._keep(draft)
            self._ask_library(draft, code)

    def takes_file(self, code: str) -> tuple[str, str] | None:
        """What F4 on `code` attaches to, with its name; None, and the clerk is told, where nothing takes a file.

        On anything but a material or an element for a file it is the first of either that still lacks one.
        """
        work = self._facts.visit.work
        found = _takes_file(work, code, self._facts.visit.stage) if work is not None else None
        if found is None:
            self._set(problem=note_view(say("没有要附文件的地方。"), say("材料都齐了，或者还没有选事项。")))
        return found

    def attach_scan(self, code: str, path: Path) -> None:
        """Add a file to a material, or answer an element of the form with it; `code` as `takes_file` says."""
        wanted, work = self.takes_file(code), self._facts.visit.work
        if work is not None and wanted is not None and self._begin("attaching"):
            self._run(
                lambda: visit_work.attach_file(self.desk, self.me, work, wanted[0], path),
                lambda saved: self._attached(saved, wanted[0]),
            )

    # ---- the way through the page -------------------------------------------------------------------------------

    def primary(self) -> None:
        """The one primary action of the stage."""
        steps: dict[Stage, Callable[[], None]] = {
            "idle": self.read_card,
            "person": self._go_on_from_person,
            "situations": self._finish_situations,
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
        if visit.work is not None and visit.stage in ("person", "matter"):
            self._work_at(visit.work)
        elif visit.work is not None and visit.stage in _WORKING:
            way = way_of(visit.work)
            before = way[way.index(visit.stage) - 1]
            if before in _WORKING:
                self.go_to(before)

    def go_to(self, stage: str) -> None:
        """A stage that was passed, or one where something is missing."""
        visit = self._facts.visit
        target = cast("Stage", stage)
        of_work = target in _WORKING
        lacks_work = of_work and (visit.work is None or target not in way_of(visit.work))
        if target not in _REACHABLE or visit.stage in ("idle", "done") or lacks_work:
            return
        if self._is_free():
            self._set(visit=replace(visit, stage=target), problem=None)

    def turn_leaf(self, step: int) -> None:
        """Turn the pages of answers on the second screen; after the last comes the first again."""
        visit = self._facts.visit
        if visit.work is not None and visit.stage == "check":
            self._set_visit(leaf=(visit.leaf + step) % leaves(visit.work))

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
            told = self._notices.get(work.draft.id, "")
            self._end(work, lambda: visit_work.end_without_case(self.desk, self.me, work, outcome, reason, told))

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

    # ---- answers of the store -----------------------------------------------------------------------------------

    def _told_begun(self, begun: tuple[Preparing, str]) -> None:
        work, number = begun
        self.note_notice(work.draft.id, number)
        self._matter_begun(work)

    def _matter_begun(self, work: Preparing) -> None:
        visit = self._facts.visit
        shared = visit_work.prepared(self.desk, self._with_shared(work))
        self._set(act="", visit=replace(visit, preparing=(*visit.preparing, shared)), problem=None, saved="saved")
        if shared.draft != work.draft:
            self._autosave.keep(shared.draft)
        self._work_at(shared)
        self.parts.acts.done.emit()

    def _with_shared(self, work: Preparing) -> Draft:
        """What was typed and handed in for the other matters of this visit is not asked again."""
        draft, now = work.draft, self.desk.clock.now_ms()
        for other in self._facts.visit.preparing:
            draft = with_shared(draft, work.matter, other.draft.values, other.draft.materials, now)
        for intake in (item.case.intake for item in self._facts.visit.finished if item.case is not None):
            if intake is not None:
                draft = with_shared(draft, work.matter, intake.fields, intake.materials, now)
        return draft

    def _attached(self, saved: Draft, code: str) -> None:
        self._set(act="")
        work, item, now = self._facts.visit.work, saved.material(code), self.desk.clock.now_ms()
        if work is None or work.draft.id != saved.id:
            return
        if item is not None:
            self._keep(work.draft.with_material(item, now))
        elif (blob := saved.values[code].blob) is not None:
            self._keep(work.draft.attaching(code, blob, now))

    def _ask_library(self, draft: Draft, code: str) -> None:
        """Ask beside the work whether there is such a licence; without a line the material stays 待复核."""
        wanted = question_about(self.me, draft, code)
        if wanted is not None and self.desk.is_online():
            self._tasks.run(
                lambda: look_up(self.desk, wanted),
                owner=self,
                on_success=lambda finding: self._licence_found(draft.id, code, finding),
                on_failure=lambda error: logger.warning("the licence library was not asked", exc_info=error),
                lane=LICENCE_LANE,
            )

    def _licence_found(self, draft_id: str, code: str, finding: LicenceFinding) -> None:
        work = self._facts.visit.work
        if work is None or work.draft.id != draft_id or self._facts.act in ("taking_in", "ending"):
            # The clerk has gone on: what is still to be re-checked, the platform re-checks.
            return
        draft = with_finding(self.desk, work.draft, code, finding)
        if draft is not work.draft:
            self._keep(draft)
            if finding.state != "valid":
                self._set(problem=problem_view(UnlawfulStep(reason=f"licence_{finding.state}")))

    def _ended(self, finished: Finished) -> None:
        visit = self._facts.visit
        left = tuple(item for item in visit.preparing if item.draft.id != visit.current)
        visit = replace(visit, stage="done", preparing=left, current="", finished=(*visit.finished, finished))
        self._begin_visit(visit, act="", problem=None)
        if finished.case is not None or finished.outcome is CONSULTED:
            self.parts.papers.print_waiting()
        if visit.is_over:
            self.parts.rating.invite(visit.id, shown_of(visit, ""))
        self.parts.acts.done.emit()

    def _not_ended(self, draft: Draft, error: Exception) -> None:
        self._failed(error)
        if not isinstance(error, NoSuchDraft):
            self._autosave.keep(draft)

    # ---- steps --------------------------------------------------------------------------------------------------

    def _finish_situations(self) -> None:
        work = self._facts.visit.work
        if work is None:
            return
        if open_situations(work):
            # Without the answers nobody can say which papers and elements there are.
            lacking = tuple(item.label for item in self._facts.missing if item.kind == "situation")
            self._set(problem=problem_view(Incomplete(items=lacking)))
        else:
            self.go_to("materials" if has_materials_step(work) else "form")

    def _finish_form(self) -> None:
        work = self._facts.visit.work
        if work is not None and work.matter.is_short:
            self._take_in_now()
        elif self._lacks_nothing() and self._is_free():
            self._set(visit=replace(self._facts.visit, stage="check", leaf=0), problem=None)

    def _take_in_now(self) -> None:
        work = self._facts.visit.work
        if work is not None and self._lacks_nothing():
            self._take_in(work, outcome_now(work, self._facts.around))

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


def _takes_file(work: Preparing, code: str, stage: Stage) -> tuple[str, str] | None:
    """The element or material that a file is for, with its name: `code` itself, else the first that lacks one."""
    shown = visible_fields(work.matter, work.draft.values)
    fields = {field.code: field.label for field in shown if field.type == "file"}
    papers = {item.code: item.name for item in work.draft.materials}
    open_fields = [one for one in fields if one not in work.draft.values]
    open_papers = [item.code for item in work.draft.materials if item.state == "missing"]
    names = {**papers, **fields}
    lacking = (*open_fields, *open_papers) if stage == "form" else (*open_papers, *open_fields)
    meant = code if code in names else next(iter(lacking), "")
    return (meant, names[meant]) if meant else None
