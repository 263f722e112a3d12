"""Rows of the right column: what is missing, and the materials as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui import tokens
from ui.components.chip import Chip, KeyCap
from ui.components.surfaces import Rule, clear
from ui.components.text import wrapped

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

    from ui.viewmodels.counter_state import ChildView
    from ui.viewmodels.parts import MaterialView, MissingView


_REACHED_BY_DIGIT = 9


class ClickRow(QFrame):
    """A row that can be clicked; the keyboard reaches the same by its own key.

    Signals:
        clicked: pressed and released inside.
    """

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()


class TodoRow(ClickRow):
    """One missing item with the digit that jumps to it."""

    def __init__(self, number: int, view: MissingView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.anchor = view.anchor
        self.setObjectName(f"missing:{view.anchor}")
        self.setAccessibleName(self.tr("{number} 跳到：{label}").format(number=number, label=view.label))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(wrapped(view.label))
        if view.note:
            words.addWidget(wrapped(view.note, "note"))
        key = KeyCap(str(number))
        key.setFixedWidth(22)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(10)
        row.addWidget(key)
        row.addLayout(words, 1)
        if view.chip:
            row.addWidget(Chip(view.chip.text, view.chip.tone))


class TodoList(QWidget):
    """What is still missing, as far as a digit reaches: who has settled these sees the next ones.

    Signals:
        chosen: the anchor to jump to.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: tuple[MissingView, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def show_items(self, items: tuple[MissingView, ...]) -> None:
        """Show these items."""
        if items == self._items:
            return
        self._items = items
        clear(self._column)
        for number, item in enumerate(items[:_REACHED_BY_DIGIT], 1):
            self._column.addWidget(Rule(faint=True))
            row = TodoRow(number, item)
            row.clicked.connect(self._clicked)
            self._column.addWidget(row)
        if len(items) > _REACHED_BY_DIGIT:
            more = wrapped(self.tr("后面还有 {count} 项").format(count=len(items) - _REACHED_BY_DIGIT), "note")
            more.setContentsMargins(12, 8, 12, 8)
            self._column.addWidget(Rule(faint=True))
            self._column.addWidget(more)

    def anchor(self, number: int) -> str | None:
        """Where Alt and digit `number` jump, None if there is no such item."""
        return self._items[number - 1].anchor if 1 <= number <= len(self._items) else None

    def _clicked(self) -> None:
        sender = self.sender()
        assert isinstance(sender, TodoRow)
        self.chosen.emit(sender.anchor)


class MaterialRow(QWidget):
    """One material as it stands."""

    def __init__(self, view: MaterialView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(wrapped(view.name))
        if view.note:
            words.addWidget(wrapped(view.note, "note"))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(10)
        row.addLayout(words, 1)
        row.addWidget(Chip(view.chip.text, view.chip.tone))


class MaterialList(QWidget):
    """The materials as they stand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._materials: tuple[MaterialView, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def show_materials(self, materials: tuple[MaterialView, ...]) -> None:
        """Show these materials."""
        if materials == self._materials:
            return
        self._materials = materials
        clear(self._column)
        for material in materials:
            self._column.addWidget(Rule(faint=True))
            self._column.addWidget(MaterialRow(material))


class ChildRow(QWidget):
    """One child of a package."""

    def __init__(self, view: ChildView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(wrapped(view.name, "base" if view.part else "secondary"))
        words.addWidget(wrapped(view.note, "note"))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(10)
        row.addLayout(words, 1)
        if view.chip.text:
            row.addWidget(Chip(view.chip.text, view.chip.tone))


class ChildList(QWidget):
    """The children of a package, those that take no part quietly at the end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._children: tuple[ChildView, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def show_children(self, children: tuple[ChildView, ...]) -> None:
        """Show these children."""
        if children == self._children:
            return
        self._children = children
        clear(self._column)
        for child in children:
            self._column.addWidget(Rule(faint=True))
            self._column.addWidget(ChildRow(child))


class PairList(QWidget):
    """Labels and values in two columns."""

    def __init__(self, label_width: int = 52, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label_width = label_width
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._pairs: tuple[tuple[str, str], ...] = ()

    def show_pairs(self, pairs: tuple[tuple[str, str], ...]) -> None:
        """Show these pairs."""
        if pairs == self._pairs:
            return
        self._pairs = pairs
        clear(self._column)
        for name, value in pairs:
            self._column.addWidget(self._line(name, value))

    def _line(self, name: str, value: str) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_1)
        caption: QLabel = wrapped(name, "secondary")
        caption.setFixedWidth(self._label_width)
        caption.setAlignment(Qt.AlignmentFlag.AlignTop)
        text = wrapped(value)
        text.setAlignment(Qt.AlignmentFlag.AlignTop)
        row.addWidget(caption)
        row.addWidget(text, 1)
        return line
