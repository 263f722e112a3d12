"""A QR code, drawn as squares."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui import tokens

_QUIET = 4


class QrCode(QWidget):
    """The code of a text, with its quiet zone; nothing while there is no text."""

    def __init__(self, size: int = 132, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._modules: tuple[bytes, ...] = ()
        self.setFixedSize(size, size)
        self.hide()

    def show_text(self, text: str) -> None:
        """Show the code of `text`."""
        if text == self._text:
            return
        self._text = text
        self._modules = _modules(text) if text else ()
        self.setVisible(bool(text))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._modules:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.SURFACE))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.INK))
        cell = self.width() / (len(self._modules) + 2 * _QUIET)
        for y, line in enumerate(self._modules):
            for x, dark in enumerate(line):
                if dark:
                    painter.drawRect(QRectF((x + _QUIET) * cell, (y + _QUIET) * cell, cell + 0.2, cell + 0.2))


def _modules(text: str) -> tuple[bytes, ...]:
    import segno  # not needed by the first window

    return tuple(bytes(line) for line in segno.make(text, error="m").matrix)
