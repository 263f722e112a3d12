"""The one form: sections in the order of the paper, in three columns, two where there is less room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QLineEdit, QSpacerItem, QVBoxLayout, QWidget

from ui import tokens
from ui.components.fact_line import FactLines, fact_at_hand, step_of, walk_facts
from ui.components.field import Field
from ui.components.surfaces import clear
from ui.components.text import label

if TYPE_CHECKING:
    from ui.viewmodels.parts import FieldView, SectionView

_THREE_COLUMNS_FROM = 620
_Shape = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the cursor is: the field, the name of the box in it, the place in its text."""

    code: str
    name: str
    cursor: int | None
    is_typing: bool


class SectionHeading(QWidget):
    """A section's name with a note to the right, under a dashed rule except for the first."""

    def __init__(self, heading: str, *, first: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._first = first
        self._note = label("", "note")
        row = QHBoxLayout(self)
        ring = tokens.FOCUS_RING_WIDTH
        row.setContentsMargins(ring, 2 if first else 8, ring, 0)
        row.addWidget(label(heading, "strong"))
        row.addStretch(1)
        row.addWidget(self._note)

    def show_note(self, note: str) -> None:
        """Say `note` to the right."""
        self._note.setText(note)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._first:
            return
        painter = QPainter(self)
        pen = QPen(QColor(tokens.LINE), 1, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawLine(tokens.FOCUS_RING_WIDTH, 0, self.width() - tokens.FOCUS_RING_WIDTH, 0)


class FormGrid(QWidget):
    """All fields of a form.

    Fields are kept while the form keeps its shape, so that a new state never takes the cursor or a running
    composition of an input method away; where a new shape comes (a conditional field), the focus stays where it was.

    Signals:
        edited: code and new value of a field.
        file_asked: a file is wanted for the field of this code.
        change_asked: what a source filled in this field is to be changed.
    """

    edited = Signal(str, str)
    file_asked = Signal(str)
    change_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape: _Shape = ()
        self._fields: dict[str, Field] = {}
        self._headings: list[SectionHeading] = []
        self._facts: list[FactLines] = []
        self._grids: list[tuple[QGridLayout, list[Field]]] = []
        self._columns = 3
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(13, 8, 13, 8)
        self._column.setSpacing(4)

    def show_sections(self, sections: tuple[SectionView, ...]) -> None:
        """Show the form."""
        shape = tuple((part.heading, tuple((view.code, view.editor) for view in part.fields)) for part in sections)
        place = self._place() if shape != self._shape else None
        if shape != self._shape:
            self._rebuild(sections)
            self._shape = shape
        for heading, facts, part in zip(self._headings, self._facts, sections, strict=True):
            heading.show_note(part.note)
            facts.show_facts(part.facts)
        for part in sections:
            for view in part.fields:
                self._fields[view.code].show_view(view)
        if place is not None:
            self._go_back_to(place)

    def field(self, code: str) -> Field | None:
        """The field with this code."""
        return self._fields.get(code)

    def focused_code(self) -> str | None:
        """The code of the field with the cursor."""
        focus = QApplication.focusWidget()
        inside = (code for code, field in self._fields.items() if focus is not None and field.isAncestorOf(focus))
        return next(inside, None)

    def to_change(self) -> str | None:
        """The element at hand that a source filled, changed or not; else the cursor goes to the first."""
        line, field = fact_at_hand(self), self._fields.get(self.focused_code() or "")
        if line is not None:
            return line.code
        if field is not None and field.is_changed:
            return field.code
        walk_facts(self, 1)
        return None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = step_of(event) if fact_at_hand(self) is not None else 0
        if not step or not walk_facts(self, step):
            super().keyPressEvent(event)

    def first_open(self) -> Field | None:
        """The first field a person still has to fill."""
        for field in self._fields.values():
            if field.is_open():
                return field
        return None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = 3 if self.width() >= _THREE_COLUMNS_FROM else 2
        if columns != self._columns:
            self._columns = columns
            self._flow()

    def _place(self) -> _Place | None:
        """Where the cursor is."""
        code, focus = self.focused_code(), QApplication.focusWidget()
        if code is None or focus is None:
            return None
        cursor = focus.cursorPosition() if isinstance(focus, QLineEdit) else None
        return _Place(code, focus.objectName(), cursor, self._fields[code].is_typing)

    def _go_back_to(self, place: _Place) -> None:
        """Put the cursor where it was, to the very cell of a table: the next key may be on its way."""
        field = self._fields.get(place.code)
        if field is None:
            return
        target = field.findChild(QWidget, place.name) or field.editor
        target.setFocus()
        if isinstance(target, QLineEdit) and place.cursor is not None:
            target.setCursorPosition(place.cursor)
        if place.is_typing:
            field.go_on_typing()

    def _rebuild(self, sections: tuple[SectionView, ...]) -> None:
        clear(self._column)
        self._fields, self._headings, self._facts, self._grids = {}, [], [], []
        for position, part in enumerate(sections):
            heading = SectionHeading(part.heading, first=position == 0)
            self._headings.append(heading)
            self._facts.append(FactLines())
            self._facts[-1].chosen.connect(self.change_asked)
            self._column.addWidget(heading)
            self._column.addWidget(self._facts[-1])
            group = self._group(part.fields)
            self._column.addWidget(group)
            group.show()  # at once: only what is seen takes the cursor
        self._column.addStretch(1)
        self._flow()

    def _group(self, views: tuple[FieldView, ...]) -> QWidget:
        group = QWidget()
        grid = QGridLayout(group)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        fields = []
        for view in views:
            field = Field(view, group)
            field.edited.connect(self.edited)
            field.file_asked.connect(self.file_asked)
            self._fields[view.code] = field
            fields.append(field)
        self._grids.append((grid, fields))
        return group

    def _flow(self) -> None:
        for grid, fields in self._grids:
            while grid.takeAt(0) is not None:
                pass
            place = 0
            for field in fields:
                if field.is_wide:
                    place += -place % self._columns
                    grid.addWidget(field, place // self._columns, 0, 1, self._columns)
                    place += self._columns
                else:
                    grid.addWidget(field, place // self._columns, place % self._columns)
                    place += 1
            for column in range(3):
                used = column < self._columns
                grid.setColumnStretch(column, 1 if used else 0)
                if used and column >= len(fields):
                    # An empty column would also drop its gap, and boxes of two sections would not stand in line.
                    grid.addItem(QSpacerItem(0, 0), 0, column)
