"""The rail on the left: seven sections, always in the same place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ui import tokens
from ui.components.chip import CountBadge
from ui.components.icons import SectionIcon
from ui.components.rows import ClickRow
from ui.components.styling import set_flag
from ui.components.text import label
from ui.keys import SECTIONS, cap

if TYPE_CHECKING:
    from ui.viewmodels.frame import SectionItem, SectionKey


class NavButton(ClickRow):
    """One section: picture, word, and how much needs the clerk there."""

    def __init__(self, item: SectionItem, key_cap: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = item.key
        self.setFixedSize(64, 56)
        self.setObjectName(f"section:{item.key}")
        self._icon = SectionIcon(item.key)
        self._word = label(item.label)
        self._word.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 4)
        column.setSpacing(1)
        column.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._word)
        self._badge = CountBadge(self)
        self.setToolTip(key_cap)

    def show_item(self, item: SectionItem, *, current: bool) -> None:
        """Show the count, and whether this is where we are."""
        set_flag(self, "current", on=current)
        self._word.style().unpolish(self._word)
        self._word.style().polish(self._word)
        self._icon.show_colour(tokens.BRAND_HOVER if current else tokens.SECONDARY)
        self._badge.show_count(item.badge)
        self._badge.move(self.width() - self._badge.width() - 4, 1)
        waiting = self.tr("，{count} 件要处理").format(count=item.badge) if item.badge else ""
        self.setAccessibleName(f"{item.label}{waiting}")


class NavRail(QFrame):
    """All sections.

    Signals:
        chosen: the key of the section that was clicked.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(tokens.NAV_RAIL_WIDTH)
        self._buttons: dict[SectionKey, NavButton] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(6, 10, 6, 10)
        self._column.setSpacing(tokens.SPACE_1)
        self._column.addStretch(1)

    def show_sections(self, sections: tuple[SectionItem, ...], current: SectionKey) -> None:
        """Show these sections; they never change their order while the program runs."""
        for position, item in enumerate(sections):
            if item.key not in self._buttons:
                button = NavButton(item, cap(SECTIONS[position]))
                button.clicked.connect(self._clicked)
                self._buttons[item.key] = button
                self._column.insertWidget(position, button)
            self._buttons[item.key].show_item(item, current=item.key == current)

    def _clicked(self) -> None:
        sender = self.sender()
        assert isinstance(sender, NavButton)
        self.chosen.emit(sender.key)
