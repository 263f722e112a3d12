"""Policy hints in passing: a card beside the work, or one line. Neither asks for anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import tokens
from ui.components.chip import KeyCap
from ui.components.rows import ClickRow
from ui.components.styling import set_seen
from ui.components.surfaces import Card, clear
from ui.components.text import label, wrapped
from ui.keys import Command, cap

if TYPE_CHECKING:
    from ui.viewmodels.counter_state import HintsView

_SHOWN = 3


class HintCard(Card):
    """The first hints by name, for the left column; hidden without any.

    Signals:
        clicked: the sheet is asked for.
    """

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: HintsView | None = None
        self._row = ClickRow()
        self._row.setObjectName("hints")
        self._heading = label("", "strong")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(tokens.SPACE_1)
        head = QHBoxLayout()
        head.setSpacing(tokens.SPACE_2)
        head.addWidget(self._heading)
        head.addStretch(1)
        head.addWidget(KeyCap(cap(Command.HINTS)))
        column = QVBoxLayout(self._row)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(self._lines)
        self.column.addWidget(self._row)
        self._row.clicked.connect(self.clicked)

    def show_hints(self, view: HintsView) -> None:
        """Show these hints."""
        set_seen(self, seen=bool(view.count))
        if view == self._shown:
            return
        self._shown = view
        self._heading.setText(self.tr("可能还能办 {count} 项").format(count=view.count))
        self._row.setAccessibleName(self._heading.text())
        clear(self._lines)
        named = [hint for hint in view.hints if not hint.sensitive][:_SHOWN]
        for hint in named:
            self._lines.addWidget(wrapped(hint.text, "secondary"))
        if len(view.hints) > len(named):
            self._lines.addWidget(label(self.tr("还有 {count} 项").format(count=len(view.hints) - len(named)), "note"))
        if view.closed:
            self._lines.addWidget(wrapped(self.tr("{count} 项涉及隐私，没有打开").format(count=view.closed), "note"))


class HintLine(ClickRow):
    """That there are any, in one line, for the page that has no columns; hidden without any."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("hint_line")
        self._text = label("", "secondary")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(self._text)
        row.addWidget(KeyCap(cap(Command.HINTS)))

    def show_hints(self, view: HintsView) -> None:
        """Show how many they are."""
        set_seen(self, seen=bool(view.count))
        self._text.setText(self.tr("可能还能办 {count} 项").format(count=view.count))
        self.setAccessibleName(self._text.text())
