"""Parallel departments as lanes on one time scale: what has run, what is left, what is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import tokens
from ui.components.chip import Chip
from ui.components.text import wrapped

if TYPE_CHECKING:
    from ui.viewmodels.cases import LaneView, ScaleView

_HEIGHT, _LEAST = 8.0, 6.0


class Scale(QWidget):
    """The days over the lanes: the first, the last, and today at its place."""

    def __init__(self, scale: ScaleView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scale = scale
        self.setProperty("type", "note")
        self.setFixedHeight(18)
        self.setAccessibleName(self.tr("{first} 到 {last}").format(first=scale.first, last=scale.last))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = self.font()
        font.setPixelSize(tokens.TYPE_NOTE)
        painter.setFont(font)
        painter.setPen(QColor(tokens.SECONDARY))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), int(middle | Qt.AlignmentFlag.AlignLeft), self._scale.first)
        painter.drawText(self.rect(), int(middle | Qt.AlignmentFlag.AlignRight), self._scale.last)
        if self._scale.today is None:
            return
        today = self.tr("今天")
        metrics = painter.fontMetrics()
        width, at = metrics.horizontalAdvance(today), self._scale.today * self.width()
        left = at - width / 2
        first_ends = metrics.horizontalAdvance(self._scale.first) + 6
        last_begins = self.width() - metrics.horizontalAdvance(self._scale.last) - 6
        if first_ends <= left and left + width <= last_begins:
            painter.drawText(QRectF(left, 0, width + 2, self.height()), int(middle), today)


class LaneBar(QWidget):
    """The bar of one child: light as far as it may take, dark as far as it has run, green once it is done."""

    def __init__(self, lane: LaneView, today: float | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._today = today
        self.setFixedHeight(14)
        self.setAccessibleName(f"{lane.name}，{lane.chip.text}")

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        self._stretch(painter, 0.0, 1.0, tokens.CANVAS)
        lane = self._lane
        if lane.begin is not None:
            if lane.until is not None and not lane.ended:
                self._stretch(painter, lane.begin, lane.until, tokens.LINE)
            colour = (tokens.OK if lane.good else tokens.BAD) if lane.ended else tokens.MARK
            self._stretch(painter, lane.begin, max(lane.reached, lane.begin), colour)
        if self._today is not None:
            painter.setBrush(QColor(tokens.SECONDARY))
            painter.drawRect(QRectF(self._today * self.width() - 0.5, 0, 1, self.height()))

    def _stretch(self, painter: QPainter, begin: float, end: float, colour: str) -> None:
        width = max((end - begin) * self.width(), _LEAST)
        left = min(begin * self.width(), self.width() - width)
        painter.setBrush(QColor(colour))
        painter.drawRoundedRect(QRectF(left, (self.height() - _HEIGHT) / 2, width, _HEIGHT), 4, 4)


class Lanes(QWidget):
    """All lanes under their scale."""

    def __init__(self, lanes: tuple[LaneView, ...], scale: ScaleView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(Scale(scale))
        for lane in lanes:
            head = QHBoxLayout()
            head.setContentsMargins(0, 4, 0, 0)
            head.setSpacing(10)
            head.addWidget(wrapped(lane.name), 1)
            head.addWidget(Chip(lane.chip.text, lane.chip.tone))
            column.addLayout(head)
            column.addWidget(LaneBar(lane, scale.today))
            if lane.note:
                column.addWidget(wrapped(lane.note, "note"))
