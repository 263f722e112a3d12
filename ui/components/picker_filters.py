"""The filters of a picker as chips, each with the digit that turns it on and off together with Alt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.components.chip import Chip, KeyCap
from ui.components.flow import FlowLayout
from ui.components.rows import ClickRow
from ui.components.surfaces import clear
from ui.components.text import label
from ui.tokens import Tone

if TYPE_CHECKING:
    from ui.viewmodels.search_state import FilterView


class PickerFilters(QWidget):
    """The chips; hidden where there is nothing to filter by.

    Signals:
        chosen: the digit of a chip.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self, gap=10, line_gap=4)
        self._flow.setContentsMargins(3, 0, 3, 2)
        self._chips: dict[int, Chip] = {}
        self._rows: dict[int, ClickRow] = {}
        self.hide()

    def show_filters(self, filters: tuple[FilterView, ...]) -> None:
        """Show these filters, the chosen ones marked."""
        if tuple(self._chips) != tuple(view.digit for view in filters):
            self._build(filters)
        for view in filters:
            self._chips[view.digit].show_word(view.label, Tone.INFO if view.chosen else Tone.NEUTRAL)
            state = self.tr("已选") if view.chosen else self.tr("未选")
            self._rows[view.digit].setAccessibleName(f"Alt {view.digit} {view.label} {state}")

    def _build(self, filters: tuple[FilterView, ...]) -> None:
        clear(self._flow)
        self._chips, self._rows = {}, {}
        if filters:
            self._flow.addWidget(label(self.tr("只看（Alt+数字）"), "note"))
        for view in filters:
            row = ClickRow(self)
            row.setObjectName(f"filter:{view.digit}")
            row.setProperty("digit", view.digit)
            row.clicked.connect(self._clicked)
            inner = QHBoxLayout(row)
            inner.setContentsMargins(0, 0, 0, 0)
            inner.setSpacing(3)
            chip = Chip(view.label)
            inner.addWidget(KeyCap(str(view.digit)))
            inner.addWidget(chip)
            self._chips[view.digit], self._rows[view.digit] = chip, row
            self._flow.addWidget(row)
        self.setVisible(bool(filters))

    def _clicked(self) -> None:
        self.chosen.emit(int(self.sender().property("digit")))
