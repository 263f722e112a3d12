"""The clerk's window: the sign-in page first, then the desk. Keys become commands here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from ui.keys import Command, CommandKeys
from ui.pages.sign_in import SignInPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QCloseEvent, QPaintEvent

    from ui.viewmodels.sign_in_model import SignInModel

SIZE = QSize(1366, 768)


class MainWindow(QWidget):
    """The window.

    Signals:
        first_painted: the window was painted for the first time.
        close_asked: the clerk wants to go; the desk is put away first, then the window really closes.
    """

    first_painted = Signal()
    close_asked = Signal()

    def __init__(self, sign_in: SignInModel) -> None:
        super().__init__()
        self.setWindowTitle(self.tr("窗口通"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.resize(SIZE)
        self.stack = QStackedWidget()
        self.sign_in_page = SignInPage(sign_in)
        self.stack.addWidget(self.sign_in_page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)
        self._run: Callable[[Command], bool] = self.sign_in_page.run
        self._may_close = False
        self._has_painted = False
        CommandKeys(self, self._command)
        self.sign_in_page.enter()

    def hand_keys_to(self, run: Callable[[Command], bool]) -> None:
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
        self._run(command)
