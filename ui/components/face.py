"""The five faces of the rating page, all of one size and colour: only the mouth differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui import tokens

if TYPE_CHECKING:
    from clerk_app.domain.ratings import Grade

_UNIT = 96

# Mouths as quadratic curves on a 96-unit face: start, control, end.
_MOUTHS: dict[Grade, tuple[tuple[float, float], tuple[float, float], tuple[float, float]]] = {
    "very_satisfied": ((30, 56), (48, 84), (66, 56)),
    "satisfied": ((32, 58), (48, 74), (64, 58)),
    "basically_satisfied": ((34, 62), (48, 62), (62, 62)),
    "dissatisfied": ((34, 68), (48, 54), (62, 68)),
    "very_dissatisfied": ((32, 72), (48, 50), (64, 72)),
}


class Face(QWidget):
    """One face."""

    def __init__(self, grade: Grade, size: int = 84, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grade = grade
        self.setFixedSize(size, size)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self.width() / _UNIT, self.height() / _UNIT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.FACE))
        painter.drawEllipse(QPointF(48, 48), 42, 42)
        painter.setBrush(QColor(tokens.FACE_INK))
        painter.drawEllipse(QPointF(35, 40), 5, 5)
        painter.drawEllipse(QPointF(61, 40), 5, 5)
        self._paint_mouth(painter)

    def _paint_mouth(self, painter: QPainter) -> None:
        start, control, end = (QPointF(x, y) for x, y in _MOUTHS[self._grade])
        mouth = QPainterPath(start)
        mouth.quadTo(control, end)
        pen = QPen(QColor(tokens.FACE_INK), 5)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        if self._grade == "very_satisfied":
            mouth.closeSubpath()
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(mouth)
