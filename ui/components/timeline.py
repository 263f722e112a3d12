"""The history of a case: dots on a line, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import tokens
from ui.components.text import label, wrapped

if TYPE_CHECKING:
    from ui.viewmodels.cases import EventView


class _Dot(QWidget):
    """A dot with the line down to the next one."""

    def __init__(self, *, last: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._last = last
        self.setFixedWidth(14)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._last:
            painter.setPen(QPen(QColor(tokens.LINE), 2))
            painter.drawLine(QPointF(7, 16), QPointF(7, self.height() + 4))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.MARK))
        painter.drawEllipse(QPointF(7, 10), 5, 5)


class Timeline(QWidget):
    """All events."""

    def __init__(self, events: tuple[EventView, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for event in events:
            column.addWidget(_event_row(event, last=event is events[-1]))


def _event_row(event: EventView, *, last: bool) -> QWidget:
    made = QWidget()
    words = QVBoxLayout()
    words.setSpacing(0)
    words.addWidget(wrapped(event.text))
    words.addWidget(label(event.when, "note"))
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(10)
    row.addWidget(_Dot(last=last))
    row.addLayout(words, 1)
    return made
