"""The 办不成事 register: read off the GUI thread; every step is an act in the journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from PySide6.QtCore import QObject, Signal

from clerk_app.domain import notice_number
from clerk_app.domain.appeals import AppealWords
from clerk_app.domain.civil import civil_date
from clerk_app.services.appeals import (
    handle_appeal,
    load_appeal,
    print_appeal,
    proposed_due,
    record_appeal,
    visit_appeal,
)
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.rows import AppealFilter, AppealRow
from ui.presenters.appeals import appeal_detail, appeal_filters, appeal_line, appeal_lines
from ui.presenters.counter_facts import VisitFacts
from ui.presenters.words import problem_view
from ui.say import say
from ui.tasks import DB_LANE, Tasks
from ui.viewmodels.appeals import AppealDetail, AppealsState
from ui.viewmodels.paper_queue import PaperQueue
from ui.viewmodels.parts import FieldView
from ui.viewmodels.view_model import Acts, ViewModel

_COUNTED: tuple[AppealFilter, ...] = ("open", "handled")


@dataclass(frozen=True, slots=True)
class _Listed:
    rows: tuple[AppealRow, ...]
    counts: dict[str, int]
    detail: AppealDetail | None


class AppealsModel(ViewModel[AppealsState]):
    """The register.

    Signals:
        said: heading and text for a moment.
    """

    said = Signal(str, str)

    def __init__(
        self,
        desk: Desk,
        me: SignedIn,
        tasks: Tasks,
        papers: PaperQueue,
        acts: Acts,
        visit: Callable[[], VisitFacts],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(AppealsState(), parent)
        self._desk, self._me, self._tasks = desk, me, tasks
        self._papers, self._acts, self._visit = papers, acts, visit
        self._latest = 0
        self._looked_at = False
        acts.done.connect(self._something_happened)

    def refresh(self) -> None:
        """Read the list again, and the record in detail."""
        self._looked_at = True
        self._latest += 1
        request, key, selected = self._latest, self.state.current, self.state.selected
        self.show(replace(self.state, loading=not self.state.rows))
        self._tasks.run(
            lambda: self._read(cast("AppealFilter", key), selected),
            owner=self,
            on_success=lambda listed: self._listed(request, listed),
            on_failure=self._failed,
        )

    def filter_by(self, key: str) -> None:
        """Show only these."""
        self.show(replace(self.state, current=key, selected=None, detail=None, problem=None))
        self.refresh()

    def select(self, number: str) -> None:
        """Show one record."""
        if number != self.state.selected:
            self.show(replace(self.state, selected=number, detail=None))
            self.refresh()

    def find(self, number: str) -> None:
        """Show one record among all of them, from whatever list was shown."""
        self.show(replace(self.state, current="all", selected=number, detail=None, problem=None))
        self.refresh()

    def lines(self) -> tuple[FieldView, ...]:
        """The lines of a new record, with what is known of who stands at the counter."""
        visit = self._visit()
        work, document = visit.work, visit.document
        given = work.draft.values.get("g.P4.phone") if work else None
        phone = given.value if given and given.value[:1].isdigit() else ""
        name = (document.name or "") if document else ""
        return appeal_lines(name, phone, work.matter.name if work else "", proposed_due(self._desk))

    def record(self, words: AppealWords) -> None:
        """Write a record down and print its form."""
        self._run(lambda: record_appeal(self._desk, self._me, words), self._recorded)

    def handle(self, number: str, result: str) -> None:
        """Write what came of one."""
        self._run(lambda: handle_appeal(self._desk, self._me, number, result), self._done)

    def visit(self, number: str, *, solved: bool, said: str, due_on: date | None) -> None:
        """Write what the person said afterwards (回访)."""
        self._run(
            lambda: visit_appeal(self._desk, self._me, number, solved=solved, said=said, due_on=due_on), self._done
        )

    def reprint(self) -> None:
        """Print what did not come out; else the form of the record in detail once more."""
        if self._papers.print_again():
            return
        number = self.state.selected
        if number is None:
            self.said.emit(say("还没有选中哪一件"), say("请先选一件，再按 F8 补打登记表。"))
            return
        self._run(lambda: print_appeal(self._desk, self._me, number), self._done)

    # ---- in a lane, and back ------------------------------------------------------------------------------------

    def _read(self, key: AppealFilter, selected: str | None) -> _Listed:
        reads = self._desk.journal.reads
        rows = tuple(reads.appeals(key))
        chosen = selected or (rows[0].number if rows else None)
        detail = self._detail(chosen) if chosen else None
        return _Listed(rows, {kind: reads.count_appeals(kind) for kind in _COUNTED}, detail)

    def _detail(self, number: str) -> AppealDetail:
        appeal = load_appeal(self._desk, number)
        clerks = {appeal.clerk, *(one.clerk for one in appeal.handlings), *(one.clerk for one in appeal.visits)}
        names = {clerk: self._desk.journal.reads.clerk_name(clerk) or clerk for clerk in clerks if clerk}
        return appeal_detail(appeal, names, civil_date(self._desk.clock.now_ms()))

    def _listed(self, request: int, listed: _Listed) -> None:
        if request != self._latest:
            return
        today = civil_date(self._desk.clock.now_ms())
        self.show(
            replace(
                self.state,
                rows=tuple(appeal_line(row, today) for row in listed.rows),
                filters=appeal_filters(listed.counts),
                selected=listed.detail.number if listed.detail else None,
                detail=listed.detail,
                loading=False,
                problem=None,
            )
        )

    def _recorded(self, number: str) -> None:
        self.show(replace(self.state, current="open", selected=number, detail=None))
        told = say("登记号 {number}。", number=notice_number.grouped(number))
        self.said.emit(say("已登记办不成事，登记表正在打印"), told)
        self._done(None)

    def _done(self, _result: object) -> None:
        self._looked_at = True
        self._papers.print_waiting()
        self._acts.done.emit()

    def _failed(self, error: Exception) -> None:
        self.show(replace(self.state, loading=False, problem=problem_view(error)))

    def _run(self, act: Callable[[], object], on_success: Callable[..., None]) -> None:
        self._tasks.run(act, owner=self, on_success=on_success, on_failure=self._failed, lane=DB_LANE)

    def _something_happened(self) -> None:
        if self._looked_at:
            self.refresh()
