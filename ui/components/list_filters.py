"""The filters of a list as chips, of which one is chosen: by a click, or by Left and Right in the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui import tokens
from ui.components.chip import Chip
from ui.components.rows import ClickRow
from ui.components.surfaces import clear
from ui.tokens import Tone

if TYPE_CHECKING:
    from ui.viewmodels.cases import FilterView


class ListFilters(QWidget):
    """The chips.

    Signals:
        chosen: the key of a filter.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(tokens.SPACE_2)
        self._shown: tuple[tuple[FilterView, ...], str] | None = None

    def show_filters(self, filters: tuple[FilterView, ...], current: str) -> None:
        """Show the filters and which one is chosen."""
        if (filters, current) == self._shown:
            return
        self._shown = (filters, current)
        clear(self._row)
        for view in filters:
            self._row.addWidget(self._chip(view, on=view.key == current))
        self._row.addStretch(1)

    def walk(self, step: int) -> None:
        """Choose the filter `step` places on, around the end."""
        filters, current = self._shown or ((), "")
        keys = [view.key for view in filters]
        if keys:
            self.chosen.emit(keys[(keys.index(current) + step) % len(keys)])

    def _chip(self, view: FilterView, *, on: bool) -> QWidget:
        made = ClickRow()
        made.setProperty("filter", view.key)
        made.setObjectName(f"filter:{view.key}")
        text = view.label if view.count is None else f"{view.label} {view.count}"
        made.setAccessibleName(text)
        inner = QHBoxLayout(made)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(Chip(text, Tone.INFO if on else Tone.NEUTRAL))
        made.clicked.connect(self._clicked)
        return made

    def _clicked(self) -> None:
        self.chosen.emit(str(self.sender().property("filter")))
