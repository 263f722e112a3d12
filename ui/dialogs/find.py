"""Ctrl+K: find anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from ui.components.picker import Picker
from ui.components.sheet import Sheet
from ui.keys import Command

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.pages.counter import SearchModel


class FindSheet(Sheet):
    """Matters and cases by name, number, person or everyday words.

    Signals:
        chosen: kind and key of a hit.
    """

    chosen = Signal(str, str)

    def __init__(self, search: SearchModel, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("搜事项、办件、人"), width=620, parent=parent)
        self._picker = Picker(self.tr("搜事项、办件、人"), self.tr("姓名、办件编号、事项，或一句平常话"))
        self._picker.setMinimumHeight(380)
        self.column.addWidget(self._picker, 1)
        self._picker.searched.connect(search.search)
        self._picker.begun.connect(search.begin)
        self._picker.chosen.connect(self.chosen)
        search.changed.connect(self._picker.render)
        self._picker.reset()

    def first_focus(self) -> QWidget:
        return self._picker

    def run(self, command: Command) -> bool:
        if command is Command.PRIMARY:
            self._picker.choose_current()
            return True
        return super().run(command)
