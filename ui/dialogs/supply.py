"""What comes to a case later: a deferred paper (容缺后补) or a result to register, by one digit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.components.chip import KeyCap
from ui.components.rows import ClickRow
from ui.components.sheet import Sheet
from ui.components.surfaces import Rule
from ui.components.text import label, wrapped

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from ui.viewmodels.basic import Choice


class SupplySheet(Sheet):
    """The papers that are still to come, then the results that can be registered.

    Signals:
        chosen: the code of the paper that came.
        result_chosen: the number of the case or child whose result is to be registered.
    """

    chosen = Signal(str)
    result_chosen = Signal(str)

    def __init__(
        self,
        matter: str,
        papers: tuple[Choice, ...],
        results: tuple[Choice, ...] = (),
        parent: QWidget | None = None,
    ) -> None:
        title = self.tr("容缺的材料补来了") if papers else self.tr("登记结果")
        super().__init__(title, parent=parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._rows = (
            *((self.chosen, paper) for paper in papers),
            *((self.result_chosen, result) for result in results),
        )[:9]
        told = self.tr("{matter}：看过原件，按数字收下。") if papers else self.tr("{matter}：按数字选一项。")
        lead = wrapped(told.format(matter=matter), "secondary")
        lead.setContentsMargins(20, 10, 20, 8)
        self.column.addWidget(lead)
        for number, (_, choice) in enumerate(self._rows, 1):
            row = ClickRow()
            row.setProperty("place", number - 1)
            row.setAccessibleName(f"{number} {choice.label}")
            line = QHBoxLayout(row)
            line.setContentsMargins(20, 8, 20, 8)
            line.setSpacing(10)
            line.addWidget(KeyCap(str(number)))
            line.addWidget(label(choice.label), 1)
            row.clicked.connect(self._clicked)
            self.column.addWidget(Rule(faint=True))
            self.column.addWidget(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = event.key() - Qt.Key.Key_1
        if 0 <= place < len(self._rows):
            self._choose(place)
        else:
            super().keyPressEvent(event)

    def _clicked(self) -> None:
        self._choose(int(self.sender().property("place")))

    def _choose(self, place: int) -> None:
        signal, choice = self._rows[place]
        signal.emit(choice.code)
