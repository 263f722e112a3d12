"""The case list: what needs me first, one case in detail, its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QItemSelection, QModelIndex, Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QVBoxLayout, QWidget

from ui import tokens
from ui.components.chip import Chip
from ui.components.filtered_list import FilteredList
from ui.components.lanes import Lanes
from ui.components.list_filters import ListFilters
from ui.components.messages import ProblemBanner
from ui.components.rows import PairList
from ui.components.surfaces import Card, ScrollColumn, clear
from ui.components.text import label, wrapped
from ui.components.timeline import Timeline
from ui.keys import Command
from ui.models.cases import CaseTableModel, Column
from ui.models.roles import KEY_ROLE
from ui.pages.page import Page

if TYPE_CHECKING:
    from ui.viewmodels.cases import CaseDetail, CasesState
    from ui.viewmodels.parts import TextRow

_DETAIL_WIDTH, _DETAIL_NARROW = 400, 288


class CasesModel(Protocol):
    """What the page needs of its view-model."""

    changed: SignalInstance
    state: CasesState

    def refresh(self) -> None:
        """Read the list again."""

    def select(self, number: str) -> None:
        """Show one case."""

    def filter_by(self, key: str) -> None:
        """Show only these."""


class CasesPage(Page):
    """The page.

    Signals:
        selected: a case number.
        filtered: the key of a filter.
        attention_asked: the number of a case with something to settle.
        supply_asked: a deferred paper of the case in detail came, or a result of it is to be registered.
    """

    selected = Signal(str)
    filtered = Signal(str)
    attention_asked = Signal(str)
    supply_asked = Signal()

    def __init__(self, view_model: CasesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = view_model
        self._rows = CaseTableModel(self)
        self._list = FilteredList()
        self._table = self._list.table
        self._table.setModel(self._rows)
        self._table.setObjectName("cases")
        self._table.setAccessibleName(self.tr("办件"))
        self._filters = ListFilters()
        self._problem = ProblemBanner()
        self._notice = ProblemBanner()
        self._detail = DetailCard()
        self._build()
        self._connect(view_model)
        self.render(view_model.state)

    def render(self, state: CasesState) -> None:  # type: ignore[override]
        """Show `state`."""
        self._filters.show_filters(state.filters, state.current)
        self._rows.show_rows(state.rows)
        self._problem.show_problem(state.problem)
        self._notice.show_problem(state.notice)
        self._show_list(state)
        self._show_selection(state)
        self._detail.show_detail(state.detail)

    def set_narrow(self, *, narrow: bool) -> None:
        super().set_narrow(narrow=narrow)
        self._detail.setFixedWidth(_DETAIL_NARROW if narrow else _DETAIL_WIDTH)
        for column in (Column.NUMBER, Column.UPLOADED):  # both stand in the detail
            self._table.setColumnHidden(column, narrow)

    def enter(self) -> None:
        self._list.setFocus()
        self._model.refresh()

    def run(self, command: Command) -> bool:
        detail = self._model.state.detail
        if command is Command.PRIMARY and detail is not None and detail.to_settle:
            self.attention_asked.emit(detail.number)
            return True
        if command is Command.PRIMARY and detail is not None and (detail.to_come or detail.results):
            self.supply_asked.emit()
            return True
        return False

    def _show_list(self, state: CasesState) -> None:
        if state.rows:
            self._list.show_table()
            return
        if state.notice is not None:
            self._list.say("", "")
        elif state.problem is not None:
            self._list.say(self.tr("办件没有读出来"), self.tr("记录没有动过。按 Ctrl 2 再读一次。"))
        elif state.loading:
            self._list.say(self.tr("正在读取办件…"), "")
        elif state.text or state.current != "all":
            self._list.say(self.tr("这里没有办件"), self.tr("换一个分类看看；刚收的件在“全部”里。"))
        else:
            self._list.say(self.tr("还没有办件"), self.tr("收了第一件，就会出现在这里。到“受理”开始办（Ctrl 1）。"))

    def _show_selection(self, state: CasesState) -> None:
        place = self._rows.place_of(state.selected) if state.selected else None
        if place is not None and self._table.currentIndex().row() != place:
            self._table.selectRow(place)

    def _selection_changed(self, chosen: QItemSelection, _before: QItemSelection) -> None:
        indexes: list[QModelIndex] = chosen.indexes()
        number = indexes[0].data(KEY_ROLE) if indexes else None
        if number is not None and number != self._model.state.selected:
            self.selected.emit(number)

    def _connect(self, view_model: CasesModel) -> None:
        view_model.changed.connect(self.render)
        self._table.selectionModel().selectionChanged.connect(self._selection_changed)
        self._filters.chosen.connect(self.filtered)
        self._list.walked.connect(self._filters.walk)
        self.selected.connect(view_model.select)
        self.filtered.connect(view_model.filter_by)

    def _build(self) -> None:
        header = self._table.horizontalHeader()
        header.setSectionResizeMode(Column.MATTER, QHeaderView.ResizeMode.Stretch)
        card = Card()
        head = QHBoxLayout()
        head.setContentsMargins(14, 10, 14, 10)
        head.setSpacing(tokens.SPACE_2)
        head.addWidget(label(self.tr("办件"), "title"))
        head.addWidget(self._filters, 1)
        head.addWidget(label(self.tr("← → 换分类"), "note"))
        card.column.addLayout(head)
        padded = QVBoxLayout()
        padded.setContentsMargins(14, 0, 14, 0)
        padded.setSpacing(6)
        for banner in (self._notice, self._problem):
            padded.addWidget(banner)
        card.column.addLayout(padded)
        card.column.addWidget(self._list, 1)
        self._detail.setFixedWidth(_DETAIL_WIDTH)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3)
        row.setSpacing(tokens.SPACE_3)
        row.addWidget(card, 1)
        row.addWidget(self._detail)


class DetailCard(Card):
    """One case."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: CaseDetail | None = None
        self._scroll = ScrollColumn()
        self._scroll.column.setContentsMargins(14, 12, 14, 12)
        self._scroll.column.setSpacing(tokens.SPACE_2)
        self.column.addWidget(self._scroll)
        self._show_nothing()

    def show_detail(self, detail: CaseDetail | None) -> None:
        """Show a case, or that none is chosen."""
        if detail == self._shown:
            return
        self._shown = detail
        clear(self._scroll.column)
        if detail is None:
            self._show_nothing()
        else:
            self._fill(detail)

    def _fill(self, detail: CaseDetail) -> None:
        column = self._scroll.column
        column.addWidget(wrapped(detail.matter, "title"))
        column.addWidget(wrapped(detail.subtitle, "note"))
        column.addWidget(_number_line(detail))
        if detail.task is not None:
            problem = ProblemBanner()
            problem.show_problem(detail.task)
            column.addWidget(problem)
        if detail.scale is not None:
            column.addWidget(Lanes(detail.lanes, detail.scale))
        for heading, rows in ((self.tr("办理"), detail.facts), (self.tr("文书"), detail.papers)):
            if rows:
                column.addSpacing(tokens.SPACE_1)
                column.addWidget(label(heading, "strong"))
                column.addWidget(_pairs(rows))
        column.addSpacing(tokens.SPACE_1)
        column.addWidget(label(self.tr("经过"), "strong"))
        column.addWidget(Timeline(detail.events))
        column.addStretch(1)

    def _show_nothing(self) -> None:
        note = wrapped(self.tr("选一件，这里显示它的经过。"), "secondary")
        note.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._scroll.column.addStretch(1)
        self._scroll.column.addWidget(note)
        self._scroll.column.addStretch(2)


def _number_line(detail: CaseDetail) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(label(detail.shown))
    row.addStretch(1)
    row.addWidget(Chip(detail.uploaded.text, detail.uploaded.tone))
    return made


def _pairs(rows: tuple[TextRow, ...]) -> QWidget:
    pairs = PairList(label_width=72)
    pairs.show_pairs(tuple((row.label, row.value) for row in rows))
    return pairs
