"""Sheets of the counter: the matter picker on F3, and the folded right column on Alt+0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.components.picker import Picker
from ui.components.sheet import Sheet
from ui.keys import MISSING, Command
from ui.pages.counter_columns import RightColumn

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from ui.pages.counter import SearchModel
    from ui.viewmodels.counter_state import CounterState


class MatterSheet(Sheet):
    """F3 at any time.

    Signals:
        chosen: a matter's code.
    """

    chosen = Signal(str)

    def __init__(self, search: SearchModel, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("选事项"), width=620, parent=parent)
        self._picker = Picker(self.tr("找事项"), self.tr("事项名、拼音首字母、编码，或一句平常话"))
        self._picker.setMinimumHeight(380)
        self.column.addWidget(self._picker, 1)
        self._picker.searched.connect(search.search)
        self._picker.filter_asked.connect(search.toggle_filter)
        self._picker.begun.connect(search.begin)
        self._picker.chosen.connect(self._chosen)
        search.changed.connect(self._picker.render)
        self._picker.render(search.state)
        self._picker.reset()

    def first_focus(self) -> QWidget:
        return self._picker

    def _chosen(self, _kind: str, code: str) -> None:
        self.chosen.emit(code)

    def run(self, command: Command) -> bool:
        if command is Command.PRIMARY:
            self._picker.choose_current()
            return True
        if command in MISSING:
            self._picker.ask_filter(MISSING.index(command) + 1)
            return True
        return super().run(command)


class MissingSheet(Sheet):
    """What is missing and the materials, where the window is too narrow for the right column.

    Signals:
        chosen: the anchor to jump to.
    """

    chosen = Signal(str)

    def __init__(self, state: CounterState, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("还差什么"), width=420, parent=parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._right = RightColumn()
        self._right.setMinimumHeight(360)
        padded = QVBoxLayout()
        padded.setContentsMargins(12, 12, 12, 0)
        padded.addWidget(self._right)
        self.column.addLayout(padded)
        self._right.show_matter(state)
        self._right.chosen.connect(self.chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        anchor = self._right.anchor(event.key() - Qt.Key.Key_0)
        if anchor is not None:
            self.chosen.emit(anchor)
        else:
            super().keyPressEvent(event)

    def run(self, command: Command) -> bool:
        anchor = self._right.anchor(MISSING.index(command) + 1) if command in MISSING else None
        if anchor is not None:
            self.chosen.emit(anchor)
            return True
        return super().run(command)
