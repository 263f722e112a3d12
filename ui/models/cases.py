"""The model behind the case list."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ui.models.roles import CHIP_ROLE, KEY_ROLE, PART_ROLE
from ui.tokens import Tone

if TYPE_CHECKING:
    from ui.viewmodels.cases import CaseLine
    from ui.viewmodels.parts import ChipView

Index = QModelIndex | QPersistentModelIndex

_ROOT = QModelIndex()

_DISPLAY = Qt.ItemDataRole.DisplayRole
_READ_ALOUD = Qt.ItemDataRole.AccessibleTextRole


class Column(IntEnum):
    """Columns in the order of the screen."""

    NUMBER = 0
    APPLICANT = 1
    MATTER = 2
    STATUS = 3
    DUE = 4
    UPLOADED = 5


class CaseTableModel(QAbstractTableModel):
    """Rows are `CaseLine`s; a new list with the same cases changes cells in place and keeps the selection."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[CaseLine, ...] = ()
        self._headings = (
            self.tr("办件编号"),
            self.tr("申请人"),
            self.tr("事项"),
            self.tr("要做什么 / 状态"),
            self.tr("时限"),
            self.tr("上传"),
        )

    def show_rows(self, rows: tuple[CaseLine, ...]) -> None:
        """Show these rows."""
        same = [row.number for row in rows] == [row.number for row in self._rows]
        if not same:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
            return
        changed = [place for place, (old, new) in enumerate(zip(self._rows, rows, strict=True)) if old != new]
        self._rows = rows
        for place in changed:
            last = len(Column) - 1
            self.dataChanged.emit(self.index(place, 0), self.index(place, last), [_DISPLAY, CHIP_ROLE, PART_ROLE])

    def place_of(self, number: str) -> int | None:
        """The row of a case, or None."""
        return next((place for place, row in enumerate(self._rows) if row.number == number), None)

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == _DISPLAY:
            return self._headings[section]
        return None

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        if not index.isValid():
            return None
        line, column = self._rows[index.row()], Column(index.column())
        chip = _chip(line, column)
        if role in (_DISPLAY, _READ_ALOUD, Qt.ItemDataRole.ToolTipRole):
            return chip.text if chip else _text(line, column)
        if role == CHIP_ROLE:
            return None if chip is None or _is_plain(column, chip) else chip
        if role == PART_ROLE:
            return line.due_part if column is Column.DUE else None
        return line.number if role == KEY_ROLE else None


def _text(line: CaseLine, column: Column) -> str:
    return {
        Column.NUMBER: line.shown,
        Column.APPLICANT: line.applicant,
        Column.MATTER: line.matter,
        Column.DUE: line.due,
    }[column]


def _chip(line: CaseLine, column: Column) -> ChipView | None:
    return {Column.STATUS: line.status, Column.UPLOADED: line.uploaded}.get(column)


def _is_plain(column: Column, chip: ChipView) -> bool:
    # 已上传 is the ordinary case and stays quiet; only what waits stands out.
    return column is Column.UPLOADED and chip.tone is Tone.NEUTRAL
