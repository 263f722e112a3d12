"""Labels by role, so that type sizes and colours stay in the stylesheet."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


def label(text: str = "", role: str = "base", parent: QWidget | None = None) -> QLabel:
    """A plain-text label. Roles: base note secondary strong title figure question error alarm, citizen-*."""
    made = QLabel(text, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("type", role)
    return made


def wrapped(text: str = "", role: str = "base", parent: QWidget | None = None) -> QLabel:
    """A label that breaks its text over lines instead of cutting it."""
    made = WrappedLabel(parent)
    made.setProperty("type", role)
    made.setText(text)
    made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return made


class WrappedLabel(QLabel):
    """Breaks also within a long run without a space, such as the path of a file: Qt alone would cut it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)

    def setText(self, text: str) -> None:
        super().setText(_LONG_RUN.sub(lambda run: _SEPARATOR.sub(rf"\g<0>{_MAY_BREAK}", run[0]), text))

    def text(self) -> str:
        return super().text().replace(_MAY_BREAK, "")


_MAY_BREAK = "\u200b"
"""The zero-width space: a line may end here."""
_LONG_RUN = re.compile(r"[!-~]{24,}")
_SEPARATOR = re.compile(r"[\\/._-]")


class ElidedLabel(QLabel):
    """One line that ends in … where the room does; the whole text is then in the tooltip and for screen readers."""

    def __init__(self, text: str = "", role: str = "base", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("type", role)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str) -> None:
        """Show `text` from now on."""
        if text != self.text():
            self.setText(text)
            self._update_tooltip()

    def is_elided(self) -> bool:
        """Whether the text is cut at the present width."""
        return self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        least = min(metrics.horizontalAdvance("汉…"), metrics.horizontalAdvance(self.text()) + 1)
        return QSize(least, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._update_tooltip()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.is_elided():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(self.alignment()), text)

    def _update_tooltip(self) -> None:
        self.setToolTip(self.text() if self.is_elided() else "")
