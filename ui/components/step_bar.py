"""The steps of a visit, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from ui import tokens
from ui.components.rows import ClickRow
from ui.components.surfaces import clear
from ui.components.text import label

if TYPE_CHECKING:
    from ui.viewmodels.parts import StepState, StepView


class StepDot(QWidget):
    """A number in a circle; a tick once done."""

    def __init__(self, number: int, state: StepState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number = number
        self._state = state
        self.setFixedSize(22, 22)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        circle = QRectF(1, 1, 20, 20)
        if self._state == "ahead":
            painter.setPen(QPen(QColor(tokens.MARK), 1.5))
            painter.setBrush(QColor(tokens.SURFACE))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.BRAND if self._state == "current" else tokens.SECONDARY))
        painter.drawEllipse(circle)
        if self._state == "done":
            painter.setPen(QPen(QColor(tokens.SURFACE), 1.8))
            painter.drawPolyline(QPolygonF([QPointF(6.5, 11.5), QPointF(9.7, 14.5), QPointF(15.5, 7.8)]))
            return
        font = self.font()
        font.setPixelSize(tokens.TYPE_NOTE)
        painter.setFont(font)
        painter.setPen(QColor(tokens.SURFACE if self._state == "current" else tokens.SECONDARY))
        painter.drawText(circle, int(Qt.AlignmentFlag.AlignCenter), str(self._number))


class StepItem(ClickRow):
    """One step; done ones can be clicked to go back to."""

    def __init__(self, number: int, view: StepView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = view.key
        role = {"current": "step-current", "done": "secondary", "ahead": "secondary"}[view.state]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(StepDot(number, view.state))
        row.addWidget(label(view.label, role))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        state = {"done": self.tr("已完成"), "current": self.tr("现在"), "ahead": self.tr("未到")}[view.state]
        self.setAccessibleName(f"{number} {view.label} {state}")
        if view.state != "done":
            self.setCursor(Qt.CursorShape.ArrowCursor)


class StepBar(QFrame):
    """All steps.

    Signals:
        chosen: a finished step was clicked; its key.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[StepView, ...] = ()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(tokens.SPACE_4, 9, tokens.SPACE_4, 9)
        self._row.setSpacing(tokens.SPACE_2)
        self.setFixedHeight(40)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), 40)

    def show_steps(self, steps: tuple[StepView, ...]) -> None:
        """Show these steps."""
        if steps == self._steps:
            return
        self._steps = steps
        clear(self._row)
        for number, step in enumerate(steps, 1):
            item = StepItem(number, step)
            item.clicked.connect(self._clicked)
            self._row.addWidget(item)
            if number < len(steps):
                self._row.addStretch(1)

    def _clicked(self) -> None:
        sender = self.sender()
        assert isinstance(sender, StepItem)
        if any(step.key == sender.key and step.state == "done" for step in self._steps):
            self.chosen.emit(sender.key)
