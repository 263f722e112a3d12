"""A small table typed by keys: a line a row, one empty line always at the end, a line without any cell is none."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QVBoxLayout, QWidget

from clerk_app.domain.elements import Column
from clerk_app.domain.form_tables import Row, table_rows, table_text
from ui import tokens
from ui.components.choice_box import ChoiceBox
from ui.components.line_edit import LineEdit
from ui.components.phone_edit import PhoneEdit
from ui.components.styling import set_seen
from ui.components.text import ElidedLabel, label, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.components.field import Editor
    from ui.viewmodels.parts import FieldView


_COLUMNS_IN_LINE, _BLOCK_COLUMNS = 5, 3  # three as in the rest of the form: an owner or a chassis number is seen whole


class TableEdit(QWidget):
    """The rows of a table element.

    Typing into the empty line makes it a row and puts another one under it; Ctrl+Delete takes the row with the cursor
    out. `make` builds the editor of a cell. A table of many columns has a block a row, each cell under its own label.

    Signals:
        edited: the rows as the form keeps them.
        touched_ended: the focus left the table.
    """

    edited = Signal(str)
    touched_ended = Signal()

    def __init__(
        self,
        name: str,
        columns: tuple[FieldView, ...],
        make: Callable[[FieldView], QWidget],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._columns = columns
        self._make = make
        self._cells: list[list[QWidget]] = []
        self._labels: list[list[QWidget]] = []
        self._value = ""
        self._fixed = False
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(0)
        self._in_blocks = len(columns) > _COLUMNS_IN_LINE
        self._across = _BLOCK_COLUMNS if self._in_blocks else len(columns)
        for place in range(self._across):
            self._grid.setColumnStretch(place, 1)
            if not self._in_blocks:
                self._grid.addWidget(_heading(columns[place].label), 0, place)
        self._hint = label(self.tr("Tab 下一格 · 填了末行会再多一行 · Ctrl+Delete 删这一行"), "note")
        self._hint.setContentsMargins(tokens.FOCUS_RING_WIDTH, 0, 0, 0)
        column_layout = QVBoxLayout(self)
        column_layout.setContentsMargins(0, 0, 0, 0)
        column_layout.setSpacing(2)
        column_layout.addLayout(self._grid)
        column_layout.addWidget(self._hint)
        self.show_value("")

    def value(self) -> str:
        """The rows as the form keeps them; empty without a row."""
        return self._value

    def show_value(self, value: str) -> None:
        """Show these rows; the cursor stays where it is while they are those shown already."""
        if value == self._value and self._cells:
            return
        self._value = value
        self._show_rows(list(table_rows(value)))

    def set_fixed(self, *, fixed: bool) -> None:
        """Whether the clerk may change it."""
        if fixed != self._fixed:
            self._fixed = fixed
            self._show_rows(self._rows())
        set_seen(self._hint, seen=not fixed)

    def set_invalid(self, *, invalid: bool) -> None:
        """Mark the cells that still lack something, where the table as a whole is not good."""
        for row, cells in zip(self._rows(), self._cells, strict=True):
            for column, cell in zip(self._columns, cells, strict=True):
                lacks = invalid and not column.optional and any(row.values()) and not row.get(column.code)
                _as_editor(cell).set_invalid(invalid=lacks)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and _takes_out(event):
            self._take_out(watched)
            return True
        if event.type() == QEvent.Type.FocusOut and not self.isAncestorOf(_focus()):
            self.touched_ended.emit()
        return super().eventFilter(watched, event)

    def _rows(self) -> list[Row]:
        """Every line as it stands, the empty one at the end included."""
        return [
            {column.code: _as_editor(cell).value() for column, cell in zip(self._columns, cells, strict=True)}
            for cells in self._cells
        ]

    def _show_rows(self, rows: list[Row]) -> None:
        wanted = [row for row in rows if any(row.values())]
        if not self._fixed:
            wanted.append({})
        while len(self._cells) > len(wanted):
            for widget in (*self._cells.pop(), *self._labels.pop()):
                self._grid.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        while len(self._cells) < len(wanted):
            self._add_line()
        for row, cells in zip(wanted, self._cells, strict=True):
            for column, cell in zip(self._columns, cells, strict=True):
                _as_editor(cell).show_value(row.get(column.code, ""))
                _as_editor(cell).set_fixed(fixed=self._fixed)
        self._lead_to_open()

    def _lead_to_open(self) -> None:
        """Who comes to the table comes to the first cell that still has to be filled, else to the first of all."""
        if not self._cells:
            return
        lines = [(row, cells) for row, cells in zip(self._rows(), self._cells, strict=True) if any(row.values())]
        lacking = (
            cell
            for row, cells in lines
            for column, cell in zip(self._columns, cells, strict=True)
            if not column.optional and not row[column.code]
        )
        self.setFocusProxy(_target(next(lacking, self._cells[0][0])))

    def _add_line(self) -> None:
        number = len(self._cells) + 1
        cells = []
        for column in self._columns:
            cell = self._make(column)
            if isinstance(cell, ChoiceBox):
                cell.offer(column.choices)
            target = _target(cell)
            target.setObjectName(f"cell:{number}:{column.code}")
            target.setAccessibleName(
                self.tr("{table}第 {number} 行，{column}").format(table=self._name, number=number, column=column.label)
            )
            target.installEventFilter(self)
            _as_editor(cell).edited.connect(self._edited)
            if isinstance(target, LineEdit):
                target.returnPressed.connect(self._next)
            cells.append(cell)
        self._labels.append(self._place(number, cells))
        if self._cells:
            QWidget.setTabOrder(_target(self._cells[-1][-1]), _target(cells[0]))
        for before, after in pairwise(cells):
            QWidget.setTabOrder(_target(before), _target(after))
        for cell in cells:
            cell.show()  # at once: the next key may be meant for it
        self._cells.append(cells)

    def _place(self, number: int, cells: list[QWidget]) -> list[QWidget]:
        """Put the cells of a line into the grid; return what stands there beside them."""
        if not self._in_blocks:
            for place, cell in enumerate(cells):
                self._grid.addWidget(cell, number, place)
            return []
        height = 1 + 2 * -(-len(cells) // self._across)
        top = (number - 1) * height
        head = label(self.tr("第 {number} 行").format(number=number), "strong")
        head.setContentsMargins(tokens.FOCUS_RING_WIDTH, tokens.SPACE_1, 0, 0)
        self._grid.addWidget(head, top, 0, 1, self._across)
        beside: list[QWidget] = [head]
        for place, (column, cell) in enumerate(zip(self._columns, cells, strict=True)):
            row, across = top + 1 + 2 * (place // self._across), place % self._across
            beside.append(_block_heading(column.label))
            self._grid.addWidget(beside[-1], row, across, Qt.AlignmentFlag.AlignBottom)
            self._grid.addWidget(cell, row + 1, across)
        return beside

    def _edited(self, _value: str) -> None:
        rows = self._rows()
        if rows and any(rows[-1].values()):
            self._add_line()
        self._lead_to_open()
        self._tell(rows)

    def _take_out(self, watched: QObject) -> None:
        holding = (any(_target(cell) is watched for cell in cells) for cells in self._cells)
        place = next((number for number, holds in enumerate(holding) if holds), None)
        if place is None or self._fixed:
            return
        rows = self._rows()
        del rows[place]
        self._show_rows(rows)
        self._tell(self._rows())
        _target(self._cells[min(place, len(self._cells) - 1)][0]).setFocus()

    def _tell(self, rows: list[Row]) -> None:
        value = table_text([Column(column.code, column.label, "text") for column in self._columns], rows)
        if value != self._value:
            self._value = value
            self.edited.emit(value)

    def _next(self) -> None:
        focus = QApplication.focusWidget()
        if focus is not None:
            tab = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(focus, tab)


def _heading(text: str) -> QWidget:
    made = ElidedLabel(text, "note")
    made.setContentsMargins(tokens.FOCUS_RING_WIDTH, 0, 0, 0)
    return made


def _block_heading(text: str) -> QWidget:
    made = wrapped(text, "note")  # there is room below another, but not beside it
    made.setContentsMargins(tokens.FOCUS_RING_WIDTH, 0, 0, 0)
    return made


def _takes_out(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Delete and event.modifiers() == Qt.KeyboardModifier.ControlModifier


def _focus() -> QWidget:
    return cast("QWidget", QApplication.focusWidget())


def _as_editor(cell: QWidget) -> Editor:
    return cast("Editor", cell)


def _target(cell: QWidget) -> QWidget:
    """What takes the keys."""
    return cell.line() if isinstance(cell, PhoneEdit) else cell
