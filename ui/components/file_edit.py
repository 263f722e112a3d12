"""The place of a file in a form: what is attached, and the keys that attach, replace and remove it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from ui.components.line_edit import LineEdit

_REMOVING = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class FileEdit(LineEdit):
    """Says which file is attached; nothing is typed here.

    Enter on the empty place, or a click, asks for a file, as F4 does on the page; Delete takes the file out.

    Signals:
        file_asked: a file is wanted here.
    """

    file_asked = Signal()

    def __init__(self, parent: QWidget | None = None, *, scale: str = "base") -> None:
        super().__init__(parent, scale=scale)
        self.setReadOnly(True)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)

    def set_fixed(self, *, fixed: bool) -> None:
        """No source fills a file, so it can always be changed."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain == Qt.KeyboardModifier.NoModifier and key in _REMOVING and self.text():
            self.setText("")
            self.edited.emit("")
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not plain and not self.text():
            self.file_asked.emit()
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.text():
            self.file_asked.emit()
