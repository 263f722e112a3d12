"""A list below filters, or what is said where nothing passes them; either way Left and Right walk the filters."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from ui.components.messages import EmptyState
from ui.components.table import Table

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class FilteredList(QStackedWidget):
    """The `table`, or words in its place.

    Signals:
        walked: to the filter so many places on, -1 or 1.
    """

    walked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = _RowTable()
        self._empty = EmptyState()
        self.addWidget(self.table)
        self.addWidget(self._empty)
        self.setFocusProxy(self.table)

    def show_table(self) -> None:
        """Show the rows."""
        self._change_to(self.table)

    def say(self, heading: str, text: str) -> None:
        """Say that there are none, and what to do."""
        self._empty.say(heading, text)
        self._empty.setAccessibleName(heading)
        self._change_to(self._empty)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None:
            self.walked.emit(step)
        else:
            super().keyPressEvent(event)

    def _change_to(self, widget: QWidget) -> None:
        # Qt takes it along.
        self.setCurrentWidget(widget)
        self.setFocusProxy(widget)


class _RowTable(Table):
    """One row is one thing, so that Left and Right are free for whoever is around it."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if Qt.Key(event.key()) in _STEPS:
            event.ignore()
        else:
            super().keyPressEvent(event)
