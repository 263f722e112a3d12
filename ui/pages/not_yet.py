"""A section that this version does not have: said calmly, with what to use instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui import tokens
from ui.components.messages import EmptyState
from ui.components.surfaces import Card
from ui.pages.page import Page

if TYPE_CHECKING:
    from ui.viewmodels.frame import SectionKey


class NotYetPage(Page):
    """The page of a section to come."""

    def __init__(self, key: SectionKey, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        empty = EmptyState()
        empty.say(self.tr("{name}：本版还没有").format(name=name), self._instead(key))
        card = Card()
        card.column.addWidget(empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3)
        column.addWidget(card)

    def _instead(self, key: SectionKey) -> str:
        return {
            "delivery": self.tr("证照和结果请按现行的出件登记簿发放。办件是否办结，在“办件”里看。"),
            "outreach": self.tr("外出时照常用“受理”收件，没有网络也能办；路线和上门安排请用现行的表。"),
            "statistics": self.tr("件数和时限可以在“办件”里看；报表请用现行的平台。"),
        }.get(key, "")
