"""A deferred paper came (容缺后补): which one, by one digit."""

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
    """The papers that are still to come.

    Signals:
        chosen: the code of the paper that came.
    """

    chosen = Signal(str)

    def __init__(self, matter: str, papers: tuple[Choice, ...], parent: QWidget | None = None) -> None:
        super().__init__(self.tr("容缺的材料补来了"), parent=parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._papers = papers[:9]
        lead = wrapped(self.tr("{matter}：看过原件，按数字收下。").format(matter=matter), "secondary")
        lead.setContentsMargins(20, 10, 20, 8)
        self.column.addWidget(lead)
        for number, paper in enumerate(self._papers, 1):
            row = ClickRow()
            row.setProperty("code", paper.code)
            row.setAccessibleName(f"{number} {paper.label}")
            line = QHBoxLayout(row)
            line.setContentsMargins(20, 8, 20, 8)
            line.setSpacing(10)
            line.addWidget(KeyCap(str(number)))
            line.addWidget(label(paper.label), 1)
            row.clicked.connect(self._clicked)
            self.column.addWidget(Rule(faint=True))
            self.column.addWidget(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = event.key() - Qt.Key.Key_1
        if 0 <= place < len(self._papers):
            self.chosen.emit(self._papers[place].code)
        else:
            super().keyPressEvent(event)

    def _clicked(self) -> None:
        self.chosen.emit(str(self.sender().property("code")))
