"""The box for a date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.components.date_text import iso_date
from ui.components.line_edit import LineEdit

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent
    from PySide6.QtWidgets import QWidget


class DateEdit(LineEdit):
    """A date typed in any usual way; shown as 2026-04-01 and told in ISO form once it is one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, limit=11)
        self.setPlaceholderText(self.tr("年-月-日"))

    def show_value(self, value: str) -> None:
        # While the clerk types, 20260401 stays as typed although it is the same date.
        if not (self.hasFocus() and iso_date(self.text()) == value):
            super().show_value(value)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        found = iso_date(self.text())
        super().focusOutEvent(event)
        if found is not None:
            super().show_value(found)

    def _tell(self, text: str) -> None:
        self.edited.emit(iso_date(text) or text)
