"""A card was read while a form is at hand: whose is it? One digit says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import tokens
from ui.components.chip import KeyCap
from ui.components.rows import ClickRow
from ui.components.sheet import Sheet
from ui.components.surfaces import Rule
from ui.components.text import label, wrapped

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from ui.viewmodels.basic import Choice
    from ui.viewmodels.counter_state import WhoseView


class WhoseSheet(Sheet):
    """Who the owner of the card is in this matter; closing it keeps nothing of the card.

    Signals:
        chosen: the role.
    """

    chosen = Signal(str)

    def __init__(self, view: WhoseView, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("这是谁的证件？"), parent=parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._roles = {digit: choice.code for digit, choice in enumerate(view.choices, start=1)}
        lead = wrapped(
            self.tr("{name} {number}：按一个数字。按 Esc 不用这张证件。").format(name=view.name, number=view.number),
            "secondary",
        )
        lead.setContentsMargins(20, 10, 20, 8)
        self.column.addWidget(lead)
        for digit, choice in enumerate(view.choices, start=1):
            row = _role_row(digit, choice)
            row.clicked.connect(self._clicked)
            self.column.addWidget(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        role = self._roles.get(event.key() - Qt.Key.Key_0)
        if role is not None:
            self.chosen.emit(role)
        else:
            super().keyPressEvent(event)

    def _clicked(self) -> None:
        self.chosen.emit(self._roles[int(self.sender().property("digit"))])


def _role_row(digit: int, choice: Choice) -> ClickRow:
    made = ClickRow()
    made.setProperty("digit", digit)
    made.setObjectName(f"whose:{choice.code}")
    made.setAccessibleName(f"{digit} {choice.label}")
    inner = QHBoxLayout()
    inner.setContentsMargins(20, 7, 20, 7)
    inner.setSpacing(tokens.SPACE_3)
    key = KeyCap(str(digit))
    key.setFixedWidth(22)
    inner.addWidget(key)
    inner.addWidget(label(choice.label, "strong"))
    inner.addStretch(1)
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(Rule(faint=True))
    column.addLayout(inner)
    return made
