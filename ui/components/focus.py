"""The focus ring: three pixels of brand at 13 %, around the visible box of whatever takes the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ui import tokens

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


def paint_focus_ring(widget: QWidget, radius: int) -> None:
    """Paint the ring into the margin that `widget` keeps free; call it before the widget paints itself."""
    if widget.hasFocus():
        paint_ring(widget, QRectF(widget.rect()), radius)


def paint_ring(widget: QWidget, outer: QRectF, radius: int) -> None:
    """Paint a ring whose outer edge is `outer` and whose inner corner has `radius`."""
    colour = QColor(tokens.BRAND)
    colour.setAlphaF(tokens.FOCUS_RING_ALPHA)
    half = tokens.FOCUS_RING_WIDTH / 2
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, tokens.FOCUS_RING_WIDTH))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(outer.adjusted(half, half, -half, -half), radius + half, radius + half)
