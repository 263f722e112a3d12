"""One-line editors. Every editor tells `edited(str)` and is shown a value without moving the clerk's cursor."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPaintEvent, QValidator
from PySide6.QtWidgets import QLineEdit, QWidget

from ui import tokens
from ui.components.focus import paint_focus_ring
from ui.components.styling import set_flag

LARGE_FIELD_HEIGHT = 40


class CodePointLimit(QValidator):
    """Keeps a text within a number of characters as people count them.

    `QLineEdit.maxLength` counts UTF-16 units and would let only half as many rare characters through. What does not
    fit is taken from what was just put in, never from what stood there before.

    Signals:
        overflowed: something did not fit.
    """

    overflowed = Signal()

    def __init__(self, limit: int, parent: QObject) -> None:
        super().__init__(parent)
        self._limit = limit

    def validate(self, text: str, cursor: int) -> object:
        """See QValidator; `cursor` is in UTF-16 units, as Qt counts."""
        excess = len(text) - self._limit
        if excess <= 0:
            return QValidator.State.Acceptable, text, cursor
        self.overflowed.emit()
        before = _utf16_prefix(text, cursor)
        kept = text[: max(len(before) - excess, 0)]
        shorter = (kept + text[len(before) :])[: self._limit]
        return QValidator.State.Acceptable, shorter, _utf16_length(kept)


class LineEdit(QLineEdit):
    """A line of text.

    Signals:
        edited: the clerk changed the text; never emitted by `show_value`, nor while an input method composes.
        overflowed: a character did not fit.
        touched_ended: the focus left.
    """

    edited = Signal(str)
    overflowed = Signal()
    touched_ended = Signal()

    def __init__(self, parent: QWidget | None = None, *, limit: int | None = None, scale: str = "base") -> None:
        super().__init__(parent)
        self.setProperty("scale", scale)
        inner = LARGE_FIELD_HEIGHT if scale == "large" else tokens.FIELD_HEIGHT
        self.setFixedHeight(inner + 2 * tokens.FOCUS_RING_WIDTH)
        self.textEdited.connect(self._tell)
        self._limit: CodePointLimit | None = None
        self.limit_to(limit)

    def limit_to(self, limit: int | None) -> None:
        """Hold at most `limit` characters (code points), or any number."""
        if limit is None:
            self.setValidator(None)  # type: ignore[arg-type]
            return
        self._limit = CodePointLimit(limit, self)
        self._limit.overflowed.connect(self.overflowed)
        self.setValidator(self._limit)

    def value(self) -> str:
        """The present text."""
        return self.text()

    def show_value(self, value: str) -> None:
        """Show `value`; the cursor and a running composition are left alone if it is shown already."""
        if value != self.text():
            self.setText(value)
            self.setCursorPosition(0 if not self.hasFocus() else len(value.encode("utf-16-le")) // 2)

    def set_fixed(self, *, fixed: bool) -> None:
        """A fixed value is shown and can be copied, but Tab passes it by."""
        if self.isReadOnly() == fixed:
            return
        self.setReadOnly(fixed)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus if fixed else Qt.FocusPolicy.StrongFocus)

    def set_invalid(self, *, invalid: bool) -> None:
        """Mark the box."""
        set_flag(self, "invalid", on=invalid)

    def event(self, event: QEvent) -> bool:
        # The window's keys go before the editor's own bindings of the same keys (Ctrl+K, Ctrl+P …).
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_window_key(event):
            event.ignore()
            return False
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self.hasFocus() and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.touched_ended.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_focus_ring(self, tokens.RADIUS_FIELD)
        super().paintEvent(event)

    def _tell(self, text: str) -> None:
        self.edited.emit(text)


class UpperEdit(LineEdit):
    """A line for numbers of documents and firms, whose letters are capitals however they are typed."""

    def _tell(self, text: str) -> None:
        if text != text.upper():
            place = self.cursorPosition()
            self.setText(text.upper())
            self.setCursorPosition(place)
        super()._tell(text.upper())


_WINDOW_CONTROL_KEYS = frozenset(
    {Qt.Key.Key_K, Qt.Key.Key_P, Qt.Key.Key_N, Qt.Key.Key_L, Qt.Key.Key_U, Qt.Key.Key_E, Qt.Key.Key_Return}
)


def _is_window_key(event: QKeyEvent) -> bool:
    control = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.ControlModifier
    return control and event.key() in _WINDOW_CONTROL_KEYS


def _utf16_prefix(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore")


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
