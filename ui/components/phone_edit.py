"""A telephone number, or the plain answer that there is none."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.components.button import Button
from ui.components.line_edit import LineEdit
from ui.components.styling import set_seen

_DIALLABLE = "0123456789-+"


class PhoneEdit(QWidget):
    """A number; N, or the button, says that there is no phone. Tells digits without spaces.

    `no_phone` is the value that stands for 无手机; without one the answer is not offered.

    Signals:
        edited: the clerk changed the number.
        touched_ended: the focus left.
    """

    edited = Signal(str)
    touched_ended = Signal()

    def __init__(self, parent: QWidget | None = None, *, no_phone: str = "", scale: str = "base") -> None:
        super().__init__(parent)
        self._no_phone = no_phone
        self._line = LineEdit(limit=20, scale=scale)
        self._line.installEventFilter(self)
        self._line.edited.connect(self._typed)
        self._line.touched_ended.connect(self._left)
        self._none = Button(self.tr("无手机"), kind="link")
        self._none.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._none.setToolTip(self.tr("按 N"))
        set_seen(self._none, seen=bool(no_phone))
        self._none.clicked.connect(self._say_none)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._line, 1)
        row.addWidget(self._none)
        self.setFocusProxy(self._line)
        self._value = ""

    def set_hint(self, hint: str) -> None:
        """What stands in the empty box."""
        self._line.setPlaceholderText(hint)

    def line(self) -> LineEdit:
        """The box that takes the keys."""
        return self._line

    def value(self) -> str:
        """The digits, `no_phone`, or empty."""
        return self._value

    def show_value(self, value: str) -> None:
        """Show `value`, grouped as it is spoken."""
        self._value = value
        if self._line.hasFocus() and _digits(self._line.text()) == value:
            return
        self._line.show_value(self.tr("无手机") if self._is_none() else grouped_phone(value))
        self._none.setVisible(bool(self._no_phone) and not self._is_none() and not self._line.isReadOnly())

    def set_fixed(self, *, fixed: bool) -> None:
        """A fixed number cannot be changed."""
        self._line.set_fixed(fixed=fixed)
        self._none.setVisible(bool(self._no_phone) and not fixed)

    def set_invalid(self, *, invalid: bool) -> None:
        """Mark the box."""
        self._line.set_invalid(invalid=invalid)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._line and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if self._no_phone and event.key() == Qt.Key.Key_N and not event.modifiers():
                self._say_none()
                return True
            if self._is_none() and event.text().isdigit():
                self._line.clear()
        return super().eventFilter(watched, event)

    def _is_none(self) -> bool:
        return bool(self._no_phone) and self._value == self._no_phone

    def _say_none(self) -> None:
        self._tell(self._no_phone)
        self.show_value(self._no_phone)
        self._line.selectAll()

    def _typed(self, text: str) -> None:
        if self._no_phone and "无" in text:
            self._say_none()
            return
        self._tell(_digits(text))

    def _tell(self, value: str) -> None:
        self._value = value
        self.edited.emit(value)

    def _left(self) -> None:
        self.show_value(self._value)
        self.touched_ended.emit()


def grouped_phone(digits: str) -> str:
    """A mobile number as it is spoken, 130 0000 0001; anything else as it is."""
    if len(digits) == 11 and digits.isdigit() and digits.startswith("1"):
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    return digits


def _digits(text: str) -> str:
    return "".join(character for character in text if character in _DIALLABLE)
