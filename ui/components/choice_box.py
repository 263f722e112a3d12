"""A closed list of choices in one line: digits choose, arrows walk, nothing chosen is a state of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QStylePainter,
    QWidget,
)

from ui import tokens
from ui.components.focus import paint_focus_ring
from ui.components.styling import set_flag

if TYPE_CHECKING:
    from ui.viewmodels.basic import Choice


class ChoiceBox(QComboBox):
    """A drop-down of at most a few choices.

    Signals:
        edited: the clerk chose; the code.
        touched_ended: the focus left.
    """

    edited = Signal(str)
    touched_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: tuple[Choice, ...] = ()
        self._hint = self.tr("请选择")
        self.setItemDelegate(_NumberedDelegate(self))
        self.setMaxVisibleItems(12)
        self.setFixedHeight(tokens.FIELD_HEIGHT + 2 * tokens.FOCUS_RING_WIDTH)
        self.activated.connect(self._tell)

    def offer(self, choices: tuple[Choice, ...]) -> None:
        """Offer `choices`; what was chosen stays chosen if it is among them."""
        if choices == self._choices:
            return
        chosen = self.value()
        self._choices = choices
        self.clear()
        self.addItems([choice.label for choice in choices])
        self.show_value(chosen)

    def value(self) -> str:
        """The chosen code, empty for none."""
        index = self.currentIndex()
        return self._choices[index].code if 0 <= index < len(self._choices) else ""

    def show_value(self, value: str) -> None:
        """Show the choice with this code, or none."""
        codes = [choice.code for choice in self._choices]
        self.setCurrentIndex(codes.index(value) if value in codes else -1)

    def set_fixed(self, *, fixed: bool) -> None:
        """A fixed choice cannot be changed and Tab passes it by."""
        self.setEnabled(not fixed)

    def set_hint(self, hint: str) -> None:
        """What stands in the empty box."""
        self._hint = hint or self.tr("请选择")
        self.update()

    def set_invalid(self, *, invalid: bool) -> None:
        """Mark the box."""
        set_flag(self, "invalid", on=invalid)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        digit = event.key() - Qt.Key.Key_0
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain and 1 <= digit <= min(9, len(self._choices)):
            self.setCurrentIndex(digit - 1)
            self._tell(digit - 1)
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Scrolling the page must never change an answer in passing.
        event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.touched_ended.emit()

    def sizeHint(self) -> QSize:
        return QSize(max(super().sizeHint().width(), 120), tokens.FIELD_HEIGHT + 2 * tokens.FOCUS_RING_WIDTH)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint_focus_ring(self, tokens.RADIUS_FIELD)
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        self._paint_text(painter)
        self._paint_arrow(painter)

    def _paint_text(self, painter: QPainter) -> None:
        empty = self.currentIndex() < 0
        colour = tokens.SECONDARY if empty or not self.isEnabled() else tokens.INK
        ring = tokens.FOCUS_RING_WIDTH
        room = QRect(self.rect()).adjusted(ring + 9, 0, -ring - 24, 0)
        text = self._hint if empty else self.currentText()
        painter.setPen(QColor(colour))
        elided = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), elided)

    def _paint_arrow(self, painter: QPainter) -> None:
        middle = QPointF(self.width() - tokens.FOCUS_RING_WIDTH - 14, self.height() / 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.SECONDARY), 1.5))
        painter.drawPolyline(QPolygonF([middle + QPointF(-4, -2), middle + QPointF(0, 2), middle + QPointF(4, -2)]))

    def _tell(self, index: int) -> None:
        if 0 <= index < len(self._choices):
            self.edited.emit(self._choices[index].code)


class _NumberedDelegate(QStyledItemDelegate):
    """Shows in the open list the digit that chooses each row."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        if index.row() < 9:
            option.text = f"{index.row() + 1}   {option.text}"

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width() + 24, tokens.FIELD_HEIGHT)
