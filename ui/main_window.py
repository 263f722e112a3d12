"""The clerk's window: its name first, then the sign-in page, then the desk. Keys become commands here.

What the first paint shows needs no page, no key and no name of Qt's `Qt` namespace (which alone costs as much as a
tenth of the start): a clerk who has started the program sees at once that it is coming.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QCloseEvent, QPaintEvent

    from ui.keys import Command
    from ui.pages.page import Page

SIZE = QSize(1366, 768)


class MainWindow(QWidget):
    """The window.

    Signals:
        first_painted: the window was painted for the first time.
        close_asked: the clerk wants to go; the desk is put away first, then the window really closes.
    """

    first_painted = Signal()
    close_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        name = self.tr("窗口通")
        self.setWindowTitle(name)
        self.resize(SIZE)
        self.stack = QStackedWidget()
        self._name_page = _name_page(name)
        self.stack.addWidget(self._name_page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)
        self._run: Callable[[Command], object] | None = None
        self._may_close = False
        self._has_painted = False

    def begin_with(self, page: Page) -> None:
        """Show the first page in place of the name, and turn keys into commands from now on."""
        from ui.keys import CommandKeys

        self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)
        self.stack.removeWidget(self._name_page)
        self._name_page.deleteLater()
        self.hand_keys_to(page.run)
        CommandKeys(self, self._command)
        page.enter()

    def hand_keys_to(self, run: Callable[[Command], object]) -> None:
        """From now on commands go to `run`."""
        self._run = run

    def let_go(self) -> None:
        """Close for good."""
        self._may_close = True
        self.close()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._has_painted:
            self._has_painted = True
            # Told once this event has been dealt with: what follows must not delay the very paint it waited for.
            QTimer.singleShot(0, self, self.first_painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.close_asked.emit()

    def _command(self, command: Command) -> None:
        if self._run is not None:
            self._run(command)


def _name_page(name: str) -> QWidget:
    page, words = QWidget(), QLabel(name)
    words.setProperty("type", "figure")
    row = QHBoxLayout(page)
    row.addStretch(1)
    row.addWidget(words)
    row.addStretch(1)
    return page
