"""Finding matters, packages and cases; an answer to older words is dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject

from clerk_app.domain import case_number, notice_number
from clerk_app.services.desk import Desk
from ui.presenters.counter_facts import Surroundings
from ui.presenters.filters import EVERYTHING, Filter, picker_filters, toggled
from ui.presenters.hits import appeal_hit, case_hits, elsewhere_hit, grouped_hits, matter_hits, notice_hit
from ui.presenters.words import problem_view
from ui.tasks import Tasks
from ui.viewmodels.search_state import Hit, SearchState
from ui.viewmodels.view_model import ViewModel

CASE_HITS = 20

Look = Callable[[str, Filter], tuple[Hit, ...]]


class SearchModel(ViewModel[SearchState]):
    """A picker's words and filters and what they find. `look` runs off the GUI thread.

    `first`: the filter it begins with; None for a picker without filters.
    """

    def __init__(self, look: Look, tasks: Tasks, parent: QObject | None = None, *, first: Filter | None = None) -> None:
        super().__init__(SearchState(filters=picker_filters(first) if first else ()), parent)
        self._look = look
        self._tasks = tasks
        self._first = first
        self._filter = first or EVERYTHING
        self._latest = 0

    def search(self, text: str) -> None:
        """Look for `text`; everything there is for an empty one."""
        self._latest += 1
        request, chosen = self._latest, self._filter
        views = picker_filters(chosen) if self._first is not None else ()
        self.show(replace(self.state, text=text, searching=True, problem=None, filters=views))
        self._tasks.run(
            lambda: self._look(text.strip(), chosen),
            owner=self,
            on_success=lambda hits: self._found(request, SearchState(text, hits, filters=views)),
            on_failure=lambda error: self._found(
                request, SearchState(text, problem=problem_view(error), filters=views)
            ),
        )

    def toggle_filter(self, digit: int) -> None:
        """Turn a filter on, or off again."""
        if self._first is not None:
            self._filter = toggled(self._filter, digit)
            self.search(self.state.text)

    def begin(self) -> None:
        """Begin again, without words and with the first filter."""
        self._filter = self._first or EVERYTHING
        self.search("")

    def _found(self, request: int, state: SearchState) -> None:
        if request == self._latest:
            self.show(state)


def matters_by(desk: Desk, around: Callable[[], Surroundings]) -> Look:
    """Look among the matters and packages of the catalogue."""

    def look(text: str, only: Filter) -> tuple[Hit, ...]:
        found = desk.search.things(text, channel=only.channel, audience=only.audience)
        return matter_hits(found, around()) if text else grouped_hits(found, around())

    return look


def anything_by(desk: Desk, around: Callable[[], Surroundings]) -> Look:
    """Look among matters, packages and cases; of cases only when there are words.

    Notices and records of the 办不成事 register have numbers of one shape: what is not in the register is a notice's.
    """

    def look(text: str, _only: Filter) -> tuple[Hit, ...]:
        now = around()
        matters = matter_hits(desk.search.things(text), now)
        told = notice_number.parse(text)
        reads, number = desk.journal.reads, case_number.parse(text)
        if told is not None:
            return (notice_hit(told) if reads.fold(f"appeal/{told}").state.words is None else appeal_hit(told),)
        if number is not None and reads.case_stream(number) is None:
            return (elsewhere_hit(number),)
        rows = reads.cases(text=number or text, limit=CASE_HITS) if text else []
        return (*case_hits(rows, now.today), *matters)

    return look
