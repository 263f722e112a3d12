"""The model behind the 办不成事 register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ui.models.roles import CHIP_ROLE, KEY_ROLE

if TYPE_CHECKING:
    from ui.viewmodels.appeals import AppealLine

Index = QModelIndex | QPersistentModelIndex

WHEN, WHY, MATTER, UNIT, STATUS = range(5)
"""Columns in the order of the screen."""

_ROOT = QModelIndex()
_TEXT = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole)


class AppealTableModel(QAbstractTableModel):
    """Rows are `AppealLine`s."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[AppealLine, ...] = ()
        self._headings = (
            self.tr("登记"),
            self.tr("为什么没办成"),
            self.tr("事项"),
            self.tr("承办"),
            self.tr("期限 / 状态"),
        )

    def show_rows(self, rows: tuple[AppealLine, ...]) -> None:
        """Show these rows."""
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def place_of(self, number: str) -> int | None:
        """The row of a record, or None."""
        return next((place for place, row in enumerate(self._rows) if row.number == number), None)

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._headings)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._rows[index.row()]
        if role in _TEXT:
            return (line.when, line.why, line.matter, line.unit, line.status.text)[index.column()]
        if role == CHIP_ROLE:
            return line.status if index.column() == STATUS else None
        return line.number if role == KEY_ROLE else None
