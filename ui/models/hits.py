"""The model behind pickers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ui.models.roles import HEADING_ROLE, KEY_ROLE, KIND_ROLE, NOTE_ROLE, WORD_ROLE

if TYPE_CHECKING:
    from ui.viewmodels.search_state import Hit

Index = QModelIndex | QPersistentModelIndex

_ROOT = QModelIndex()


class HitListModel(QAbstractListModel):
    """What was found, best first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hits: tuple[Hit, ...] = ()

    def show_hits(self, hits: tuple[Hit, ...]) -> None:
        """Show these hits."""
        if hits != self._hits:
            self.beginResetModel()
            self._hits = hits
            self.endResetModel()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._hits)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        hit = self._hits[index.row()]
        values: dict[int, str] = {
            Qt.ItemDataRole.DisplayRole: hit.name,
            Qt.ItemDataRole.AccessibleTextRole: "，".join(filter(None, (hit.heading, hit.name, hit.chip, hit.note))),
            NOTE_ROLE: hit.note,
            KEY_ROLE: hit.key,
            KIND_ROLE: hit.kind,
            WORD_ROLE: hit.chip,
            HEADING_ROLE: hit.heading,
        }
        return values.get(role)
