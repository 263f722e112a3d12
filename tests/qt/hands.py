"""What a clerk's hands do: keys to whatever has the focus, Chinese through an input method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QInputMethodEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

if TYPE_CHECKING:
    from PySide6.QtCore import Qt


def focus() -> Any:
    """The widget that takes the keys."""
    widget = QApplication.focusWidget()
    assert widget is not None, "nothing has the focus"
    return widget


def type_text(text: str) -> None:
    """Commit `text` as an input method does."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(focus(), event)


def press(key: Qt.Key | str, times: int = 1) -> None:
    """Press a key, or a combination like `Ctrl+Return`, in whatever has the focus."""
    for _ in range(times):
        if isinstance(key, str):
            QTest.keySequence(focus(), QKeySequence(key))
        else:
            QTest.keyClick(focus(), key)


def said(widget: QWidget) -> str:
    """Every word that can be seen in `widget`, a line each."""
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))
