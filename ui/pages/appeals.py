"""The 办不成事 register: a place to go when nothing works. What must be answered first stands first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QItemSelection, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QVBoxLayout, QWidget

from ui import tokens
from ui.components.button import Button
from ui.components.chip import Chip
from ui.components.filtered_list import FilteredList
from ui.components.list_filters import ListFilters
from ui.components.messages import ProblemBanner
from ui.components.rows import PairList
from ui.components.surfaces import Card, ScrollColumn, clear
from ui.components.text import label, wrapped
from ui.components.timeline import Timeline
from ui.keys import Command
from ui.models.appeals import UNIT, WHEN, WHY, AppealTableModel
from ui.models.roles import KEY_ROLE
from ui.pages.page import Page

if TYPE_CHECKING:
    from ui.viewmodels.appeals import AppealDetail, AppealsState

_DETAIL_WIDTH, _DETAIL_NARROW = 400, 288


class AppealsModel(Protocol):
    """What the page needs of its view-model."""

    changed: SignalInstance
    state: AppealsState

    def refresh(self) -> None:
        """Read the list again."""

    def select(self, number: str) -> None:
        """Show one record."""

    def filter_by(self, key: str) -> None:
        """Show only these."""


class AppealsPage(Page):
    """The page.

    Signals:
        record_asked: somebody got nowhere and is to be written down.
        step_asked: number and next step (`handle`, `visit`) of the record in detail.
    """

    record_asked = Signal()
    step_asked = Signal(str, str)

    def __init__(self, view_model: AppealsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = view_model
        self._rows = AppealTableModel(self)
        self._list = FilteredList()
        self._table = self._list.table
        self._table.setModel(self._rows)
        self._table.setObjectName("appeals")
        self._table.setAccessibleName(self.tr("办不成事登记"))
        self._filters = ListFilters()
        self._problem = ProblemBanner()
        self._scroll = ScrollColumn()
        self._shown: AppealDetail | None = None
        self._detail = Card()
        self._record = Button(self.tr("登记一件"), Command.ANOTHER_MATTER)
        self._step = Button(self.tr("登记办理结果"), Command.PRIMARY, kind="primary")
        self._build()
        view_model.changed.connect(self.render)
        self._table.selectionModel().selectionChanged.connect(self._selection_changed)
        self._filters.chosen.connect(view_model.filter_by)
        self._list.walked.connect(self._filters.walk)
        self._record.clicked.connect(self.record_asked)
        self._step.clicked.connect(self._ask_step)
        self.render(view_model.state)

    def render(self, state: AppealsState) -> None:  # type: ignore[override]
        """Show `state`."""
        self._filters.show_filters(state.filters, state.current)
        self._rows.show_rows(state.rows)
        self._problem.show_problem(state.problem)
        self._show_list(state)
        place = self._rows.place_of(state.selected) if state.selected else None
        if place is not None and self._table.currentIndex().row() != place:
            self._table.selectRow(place)
        self._show_detail(state.detail)

    def set_narrow(self, *, narrow: bool) -> None:
        super().set_narrow(narrow=narrow)
        self._detail.setFixedWidth(_DETAIL_NARROW if narrow else _DETAIL_WIDTH)
        for column in (WHEN, UNIT):  # both stand in the detail
            self._table.setColumnHidden(column, narrow)

    def enter(self) -> None:
        self._list.setFocus()
        self._model.refresh()

    def run(self, command: Command) -> bool:
        if command is Command.ANOTHER_MATTER:
            self.record_asked.emit()
            return True
        if command is Command.PRIMARY:
            self._ask_step()
            return True
        return False

    def _ask_step(self) -> None:
        detail = self._model.state.detail
        if detail is not None and detail.step is not None:
            self.step_asked.emit(detail.number, detail.step)

    def _show_list(self, state: AppealsState) -> None:
        if state.rows:
            self._list.show_table()
            return
        if state.loading or state.problem is not None:
            self._list.say(self.tr("正在读取登记簿…") if state.loading else self.tr("登记簿没有读出来"), "")
        else:
            self._list.say(self.tr("这里没有要管的"), self.tr("有人事情办不成，按 Ctrl N 记下来，就有人管。"))

    def _selection_changed(self, chosen: QItemSelection, _before: QItemSelection) -> None:
        indexes = chosen.indexes()
        number = indexes[0].data(KEY_ROLE) if indexes else None
        if number is not None and number != self._model.state.selected:
            self._model.select(number)

    def _show_detail(self, detail: AppealDetail | None) -> None:
        self._step.setVisible(detail is not None and detail.step is not None)
        if detail is not None:
            self._step.show_text(detail.step_label)
        if detail == self._shown:
            return
        self._shown = detail
        column = self._scroll.column
        clear(column)
        if detail is None:
            return
        column.addWidget(wrapped(detail.title, "title"))
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label(detail.shown))
        row.addStretch(1)
        row.addWidget(Chip(detail.status.text, detail.status.tone))
        column.addWidget(line)
        pairs = PairList(label_width=72)
        pairs.show_pairs(tuple((fact.label, fact.value) for fact in detail.facts))
        column.addWidget(pairs)
        column.addSpacing(tokens.SPACE_1)
        column.addWidget(label(self.tr("经过"), "strong"))
        column.addWidget(Timeline(detail.events))
        column.addStretch(1)

    def _build(self) -> None:
        self._table.horizontalHeader().setSectionResizeMode(WHY, QHeaderView.ResizeMode.Stretch)
        card = Card()
        head = QHBoxLayout()
        head.setContentsMargins(14, 10, 14, 10)
        head.setSpacing(tokens.SPACE_2)
        head.addWidget(label(self.tr("办不成事"), "title"))
        head.addWidget(self._filters, 1)
        head.addWidget(label(self.tr("← → 换分类"), "note"))
        card.column.addLayout(head)
        padded = QVBoxLayout()
        padded.setContentsMargins(14, 0, 14, 0)
        padded.addWidget(self._problem)
        card.column.addLayout(padded)
        card.column.addWidget(self._list, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(14, 10, 14, 12)
        foot.addWidget(self._record)
        foot.addWidget(label(self.tr("F8 补打登记表"), "note"))
        foot.addStretch(1)
        foot.addWidget(self._step)
        card.column.addLayout(foot)
        self._scroll.column.setContentsMargins(14, 12, 14, 12)
        self._scroll.column.setSpacing(tokens.SPACE_2)
        self._detail.column.addWidget(self._scroll)
        self._detail.setFixedWidth(_DETAIL_WIDTH)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3)
        row.setSpacing(tokens.SPACE_3)
        row.addWidget(card, 1)
        row.addWidget(self._detail)
