"""The work list: read off the GUI thread, shown as far as it is known; answers to older questions are dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from PySide6.QtCore import QObject

from clerk_app.domain.civil import civil_date
from clerk_app.domain.notices import NoticeKind
from clerk_app.services.cases import show_case
from clerk_app.services.deferrals import supply_material
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.look_up import fetch_case, want_case
from clerk_app.services.papers import load_case
from clerk_app.services.results import ResultToRegister, faults, register_result, results_to_register
from clerk_app.services.rows import CaseRow
from ui.presenters.cases import asking_view, case_detail, case_line, filter_views, not_taken_up_view
from ui.presenters.words import note_view, problem_view
from ui.say import say
from ui.tasks import DB_LANE, SYNC_LANE, Tasks
from ui.viewmodels.cases import DOCUMENT_NUMBER, CaseDetail, CasesState, FilterKey
from ui.viewmodels.paper_queue import PaperQueue, PaperState
from ui.viewmodels.station_model import Station, StationModel
from ui.viewmodels.view_model import Acts, ViewModel

LIMIT = 200
"""Cases in the list; older ones are found by number, name or matter."""

_COUNTED: tuple[FilterKey, ...] = ("todo", "open", "owed")


@dataclass(frozen=True, slots=True)
class _Listed:
    rows: tuple[CaseRow, ...]
    counts: dict[FilterKey, int]


@dataclass(frozen=True, slots=True)
class _Detailed:
    detail: CaseDetail
    kinds: tuple[NoticeKind, ...]
    results: tuple[ResultToRegister, ...]


class CasesModel(ViewModel[CasesState]):
    """The work list. It reads only once it was looked at, then after every act."""

    def __init__(
        self,
        desk: Desk,
        me: SignedIn,
        tasks: Tasks,
        station: StationModel,
        papers: PaperQueue,
        acts: Acts,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(CasesState(), parent)
        self._desk = desk
        self._me = me
        self._tasks = tasks
        self._station = station
        self._papers = papers
        self._acts = acts
        self._latest_list = 0
        self._latest_detail = 0
        self._looked_at = False
        self._taking_up = False
        self._kinds: tuple[NoticeKind, ...] = ()
        self._results: tuple[ResultToRegister, ...] = ()
        self._line_seen: tuple[object, ...] = ()
        acts.done.connect(self._something_happened)
        station.changed.connect(self._station_changed)
        papers.changed.connect(self._papers_changed)

    def refresh(self) -> None:
        """Read the list again, and the case in detail."""
        self._looked_at = True
        self._read_list()
        if self.state.selected is not None:
            self._read_detail(self.state.selected)

    def filter_by(self, key: str) -> None:
        """Show only these, and all of them: what was looked for before is over."""
        self.show(replace(self.state, current=cast("FilterKey", key), text="", notice=None))
        self._looked_at = True
        self._read_list()

    def search(self, text: str) -> None:
        """Show only cases that hold `text` in number, applicant or matter, whatever their state."""
        self.show(replace(self.state, text=text.strip(), current="all" if text.strip() else self.state.current))
        self._looked_at = True
        self._read_list()

    def find(self, number: str) -> None:
        """Bring one case to the front, whatever its state."""
        self.show(replace(self.state, text=number, current="all", selected=None, detail=None, notice=None))
        self.select(number)
        self.refresh()

    def take_up(self, number: str) -> None:
        """Ask the platform for a case of another desk; who asks is recorded first. The work goes on meanwhile."""
        if self._taking_up:
            return
        self._taking_up = True
        self.show(
            replace(self.state, text=number, current="all", selected=None, detail=None, notice=asking_view(number))
        )
        self._read_list()
        self._tasks.run(
            lambda: want_case(self._desk, self._me, number),
            owner=self,
            on_success=self._wanted,
            on_failure=lambda error: self._not_taken_up(number, error),
            lane=DB_LANE,
        )

    def select(self, number: str) -> None:
        """Show one case."""
        if number != self.state.selected:
            self.show(replace(self.state, selected=number, detail=None))
            self._read_detail(number)

    def reprint(self) -> None:
        """Print what did not come out; else another copy of the papers of the case in detail, marked 补打."""
        if self._papers.print_again():
            return
        if self.state.selected is None or not self._kinds:
            problem = note_view(say("还没有选中办件。"), say("请先选一件，再按 F8 补打它的文书。"))
            self.show(replace(self.state, problem=problem))
            return
        self.show(replace(self.state, problem=None))
        self._papers.reprint(self.state.selected, self._kinds)

    def supply(self, number: str, code: str) -> None:
        """Record that a deferred paper of a case came (容缺后补)."""
        self._tasks.run(
            lambda: supply_material(self._desk, self._me, number, code),
            owner=self,
            on_success=lambda _none: self._acts.done.emit(),
            on_failure=lambda error: self.show(replace(self.state, problem=problem_view(error))),
            lane=DB_LANE,
        )

    def register(self, number: str, values: Mapping[str, str], *, corrects: bool = False) -> None:
        """Register the result of a case, or of the child of a package with this number (结果登记), or correct it."""
        said = {key: value for key, value in values.items() if key != DOCUMENT_NUMBER}
        self._tasks.run(
            lambda: register_result(
                self._desk,
                self._me,
                number,
                document_number=values.get(DOCUMENT_NUMBER, ""),
                brings=said,
                corrects=corrects,
            ),
            owner=self,
            on_success=lambda _none: self._acts.done.emit(),
            on_failure=lambda error: self.show(replace(self.state, problem=problem_view(error))),
            lane=DB_LANE,
        )

    def faults_of(self, number: str, values: Mapping[str, str]) -> dict[str, str]:
        """What is wrong with the result that is typed, by line; one that says nothing at all lacks its first line."""
        asked = next((one for one in self._results if one.number == number), None)
        if asked is None:
            return {}
        if not any(values.values()):
            return {next(iter(values)): say("请填写")}
        return faults(self._desk, asked, values)

    # ---- a case of another desk ---------------------------------------------------------------------------------

    def _wanted(self, number: str) -> None:
        self._tasks.run(
            lambda: fetch_case(self._desk, number),
            owner=self,
            on_success=lambda _stream: self._taken_up(number),
            on_failure=lambda error: self._not_taken_up(number, error),
            lane=SYNC_LANE,
        )

    def _taken_up(self, number: str) -> None:
        self._taking_up = False
        self.find(number)

    def _not_taken_up(self, number: str, error: Exception) -> None:
        self._taking_up = False
        self.show(replace(self.state, notice=not_taken_up_view(number, error)))

    # ---- the list -----------------------------------------------------------------------------------------------

    def _read_list(self) -> None:
        self._latest_list += 1
        request, text, key = self._latest_list, self.state.text, self.state.current
        self.show(replace(self.state, loading=not self.state.rows))
        self._tasks.run(
            lambda: self._list_in_pool(text, key),
            owner=self,
            on_success=lambda listed: self._listed(request, listed),
            on_failure=lambda error: self._not_listed(request, error),
        )

    def _list_in_pool(self, text: str, key: FilterKey) -> _Listed:
        reads = self._desk.journal.reads
        rows = reads.cases(text=text, kind=key, limit=LIMIT)
        if key in ("open", "all"):
            # What needs the clerk stands first, however old it is.
            first = reads.cases(text=text, kind="todo", limit=LIMIT)
            rows = [*first, *(row for row in rows if not row.needs_clerk)][:LIMIT]
        return _Listed(tuple(rows), {counted: reads.count_cases(counted) for counted in _COUNTED})

    def _listed(self, request: int, listed: _Listed) -> None:
        if request != self._latest_list:
            return
        today, online = civil_date(self._desk.clock.now_ms()), self._station.state.line.is_online
        lines = tuple(case_line(row, self._desk.calendar, today, is_online=online) for row in listed.rows)
        filters = filter_views(listed.counts)
        self.show(replace(self.state, rows=lines, filters=filters, loading=False, problem=None))

    def _not_listed(self, request: int, error: Exception) -> None:
        if request == self._latest_list:
            self.show(replace(self.state, loading=False, problem=problem_view(error)))

    # ---- one case -----------------------------------------------------------------------------------------------

    def _read_detail(self, number: str) -> None:
        self._latest_detail += 1
        request = self._latest_detail
        self._tasks.run(
            lambda: self._detail_in_pool(number),
            owner=self,
            on_success=lambda detailed: self._detailed(request, detailed),
            on_failure=lambda error: self._not_detailed(request, error),
        )

    def _detail_in_pool(self, number: str) -> _Detailed:
        reads = self._desk.journal.reads
        case = load_case(self._desk, number)
        rows = reads.cases(text=case.number, limit=1)
        results = results_to_register(self._desk, case)
        detail = case_detail(
            show_case(self._desk, number),
            reads.prints_of_case(case.number),
            civil_date(self._desk.clock.now_ms()),
            uploaded=bool(rows) and rows[0].uploaded,
            is_online=self._station.state.line.is_online,
            device=rows[0].device if rows and not rows[0].own else "",
            results=results,
        )
        documents = case.intake.documents if case.intake else ()
        return _Detailed(detail, tuple(document.kind for document in documents), results)

    def _detailed(self, request: int, detailed: _Detailed) -> None:
        if request == self._latest_detail:
            self._kinds, self._results = detailed.kinds, detailed.results
            self.show(replace(self.state, detail=detailed.detail))

    def _not_detailed(self, request: int, error: Exception) -> None:
        if request == self._latest_detail:
            self.show(replace(self.state, problem=problem_view(error)))

    # ---- what happens elsewhere ---------------------------------------------------------------------------------

    def _something_happened(self) -> None:
        if self._looked_at:
            self.refresh()

    def _station_changed(self, station: Station) -> None:
        # Not every stir of the line: an upload tells its progress ten times a second.
        line = station.line
        seen = (line.last_sync_ms, line.is_online, line.pending, line.conflicts)
        if seen != self._line_seen:
            self._line_seen = seen
            self._something_happened()

    def _papers_changed(self, state: PaperState) -> None:
        if not self._looked_at:
            return
        if self.state.selected is not None:
            self._read_detail(self.state.selected)
        if state.problem is not None:
            self.show(replace(self.state, problem=state.problem))
