"""Buttons with their key on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from ui import tokens
from ui.components.chip import KeyCap
from ui.components.focus import paint_focus_ring
from ui.components.styling import set_look, set_seen
from ui.keys import Command, cap

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class Button(QPushButton):
    """A push button that shows which key does the same. `kind`: plain, primary (one per page) or link."""

    def __init__(
        self,
        text: str,
        command: Command | None = None,
        *,
        kind: str = "plain",
        scale: str = "base",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", kind)
        self.setProperty("scale", scale)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)
        self._label = _inner_label()
        self._cap = KeyCap(cap(command) if command is not None else "")
        self._cap.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        set_look(self._cap, "on", "brand" if kind == "primary" else "surface")
        set_seen(self._cap, seen=command is not None)
        row = QHBoxLayout(self)
        side = 8 if kind == "link" else 14
        row.setContentsMargins(side + tokens.FOCUS_RING_WIDTH, 0, side + tokens.FOCUS_RING_WIDTH, 0)
        row.setSpacing(tokens.SPACE_2)
        row.addStretch(1)
        row.addWidget(self._label)
        row.addWidget(self._cap)
        row.addStretch(1)
        self.setFixedHeight(self._outer_height())
        self.show_text(text)

    def show_text(self, text: str) -> None:
        """Say `text` from now on."""
        self._label.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def words(self) -> str:
        """The text it shows."""
        return self._label.text()

    def sizeHint(self) -> QSize:
        self.ensurePolished()
        inner = self.layout().sizeHint()  # type: ignore[union-attr]
        return QSize(inner.width(), self._outer_height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_focus_ring(self, tokens.RADIUS_BUTTON)
        super().paintEvent(event)

    def _outer_height(self) -> int:
        inner = {"large": 44, "base": tokens.BUTTON_HEIGHT}[str(self.property("scale"))]
        if self.property("kind") == "link":
            inner = 26
        return inner + 2 * tokens.FOCUS_RING_WIDTH


def _inner_label() -> QLabel:
    inner = QLabel()
    inner.setTextFormat(Qt.TextFormat.PlainText)
    inner.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return inner
