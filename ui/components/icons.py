"""The seven pictures of the rail: plain line drawings on a 24-unit square, drawn, not loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.viewmodels.frame import SectionKey

_UNIT = 24


class SectionIcon(QWidget):
    """One picture in one colour."""

    def __init__(self, key: SectionKey, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = _DRAWINGS[key]()
        self._colour = "#000000"
        self.setFixedSize(_UNIT, _UNIT)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_colour(self, colour: str) -> None:
        """Draw in `colour`."""
        if colour != self._colour:
            self._colour = colour
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(self._colour), 1.7)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPath(self._path)


def _intake() -> QPainterPath:
    # A person behind a counter.
    path = QPainterPath()
    path.addEllipse(QPointF(12, 6.5), 3.2, 3.2)
    path.moveTo(6, 16)
    path.cubicTo(6, 12.4, 8.6, 11.6, 12, 11.6)
    path.cubicTo(15.4, 11.6, 18, 12.4, 18, 16)
    _lines(path, [(3, 16), (21, 16)], [(5, 16), (5, 20.5)], [(19, 16), (19, 20.5)])
    return path


def _cases() -> QPainterPath:
    # A list on a sheet.
    path = QPainterPath()
    path.addRoundedRect(QRectF(5, 3.5, 14, 17), 2, 2)
    _lines(path, [(8.5, 8.5), (15.5, 8.5)], [(8.5, 12), (15.5, 12)], [(8.5, 15.5), (12.5, 15.5)])
    return path


def _delivery() -> QPainterPath:
    # An envelope.
    path = QPainterPath()
    path.addRoundedRect(QRectF(3.5, 6, 17, 12.5), 2, 2)
    _lines(path, [(4.2, 7.2), (12, 13.2), (19.8, 7.2)])
    return path


def _outreach() -> QPainterPath:
    # A place on a map.
    path = QPainterPath()
    path.moveTo(12, 21)
    path.cubicTo(7.6, 16.2, 5.5, 13, 5.5, 10)
    path.cubicTo(5.5, 6.2, 8.4, 3.5, 12, 3.5)
    path.cubicTo(15.6, 3.5, 18.5, 6.2, 18.5, 10)
    path.cubicTo(18.5, 13, 16.4, 16.2, 12, 21)
    path.addEllipse(QPointF(12, 10), 2.4, 2.4)
    return path


def _appeals() -> QPainterPath:
    # Words said.
    path = QPainterPath()
    path.moveTo(6.5, 4.5)
    path.lineTo(17.5, 4.5)
    path.quadTo(20, 4.5, 20, 7)
    path.lineTo(20, 13.5)
    path.quadTo(20, 16, 17.5, 16)
    path.lineTo(11.5, 16)
    path.lineTo(7.5, 19.8)
    path.lineTo(7.5, 16)
    path.lineTo(6.5, 16)
    path.quadTo(4, 16, 4, 13.5)
    path.lineTo(4, 7)
    path.quadTo(4, 4.5, 6.5, 4.5)
    _lines(path, [(8, 8.6), (16, 8.6)], [(8, 12), (13, 12)])
    return path


def _statistics() -> QPainterPath:
    # Three bars.
    path = QPainterPath()
    _lines(path, [(3.5, 20), (20.5, 20)])
    for left, top in ((5.2, 12), (10.4, 7), (15.6, 4)):
        path.addRect(QRectF(left, top, 3.2, 20 - top))
    return path


def _devices() -> QPainterPath:
    # A plug.
    path = QPainterPath()
    _lines(path, [(9, 3.5), (9, 8)], [(15, 3.5), (15, 8)])
    path.moveTo(6, 8)
    path.lineTo(18, 8)
    path.lineTo(18, 11)
    path.cubicTo(18, 14.6, 15.4, 16.5, 12, 16.5)
    path.cubicTo(8.6, 16.5, 6, 14.6, 6, 11)
    path.closeSubpath()
    _lines(path, [(12, 16.5), (12, 20.8)])
    return path


def _lines(path: QPainterPath, *strokes: list[tuple[float, float]]) -> None:
    for stroke in strokes:
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in stroke]))


_DRAWINGS: dict[SectionKey, Callable[[], QPainterPath]] = {
    "intake": _intake,
    "cases": _cases,
    "delivery": _delivery,
    "outreach": _outreach,
    "appeals": _appeals,
    "statistics": _statistics,
    "devices": _devices,
}
