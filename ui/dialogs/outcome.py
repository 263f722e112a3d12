"""F10: how the matter ends, by one digit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.domain.checking import MAX_TEXT
from ui import tokens
from ui.components.button import Button
from ui.components.chip import Chip, KeyCap
from ui.components.line_edit import LineEdit
from ui.components.messages import Banner
from ui.components.rows import ClickRow
from ui.components.sheet import Sheet
from ui.components.surfaces import Rule
from ui.components.text import label, wrapped
from ui.keys import Command
from ui.tokens import Tone

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from ui.viewmodels.outcome_state import OutcomeView


class OutcomeSheet(Sheet):
    """The eight outcomes; one that needs a reason asks for it before it is told.

    Signals:
        chosen: digit and reason (empty where none is needed).
    """

    chosen = Signal(int, str)

    def __init__(self, outcomes: tuple[OutcomeView, ...], matter: str, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("办理结果"), parent=parent)
        self._outcomes = {outcome.digit: outcome for outcome in outcomes}
        self._asked: OutcomeView | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        lead = wrapped(self.tr("{matter}：按一个数字。每个事项只有一个结果。").format(matter=matter), "secondary")
        lead.setContentsMargins(20, 10, 20, 8)
        self.column.addWidget(lead)
        for outcome in outcomes:
            row = _outcome_row(outcome)
            row.clicked.connect(self._clicked)
            self.column.addWidget(row)
        self._said = Banner(Tone.INFO)
        self._reason = LineEdit(limit=MAX_TEXT)
        self._reason.setObjectName("outcome_reason")
        self._confirm = Button(self.tr("就这样办结"), Command.PRIMARY, kind="primary")
        self._foot = self._make_foot()
        self._foot.hide()
        padded = QVBoxLayout()
        padded.setContentsMargins(20, 6, 20, 0)
        padded.addWidget(self._said)
        self.column.addLayout(padded)
        self.column.addWidget(self._foot)
        self._reason.returnPressed.connect(self._finish)
        self._confirm.clicked.connect(self._finish)

    def run(self, command: Command) -> bool:
        if command is Command.PRIMARY and self._asked is not None:
            self._finish()
            return True
        return super().run(command)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        digit = event.key() - Qt.Key.Key_0
        if digit in self._outcomes and self._asked is None:
            self._choose(digit)
        else:
            super().keyPressEvent(event)

    def _clicked(self) -> None:
        self._choose(int(self.sender().property("digit")))

    def _choose(self, digit: int) -> None:
        outcome = self._outcomes[digit]
        if outcome.instead:
            self._said.say(outcome.instead, heading=self.tr("“{label}”本版还没有").format(label=outcome.label))
        elif outcome.ask_reason:
            self._asked = outcome
            self._reason.setAccessibleName(outcome.ask_reason)
            self._reason.setPlaceholderText(outcome.ask_reason)
            self._foot.show()
            self._reason.setFocus()
        else:
            self.chosen.emit(digit, "")

    def _finish(self) -> None:
        reason = self._reason.text().strip()
        if self._asked is None:
            return
        if reason:
            self.chosen.emit(self._asked.digit, reason)
        else:
            self._reason.set_invalid(invalid=True)
            self._reason.setFocus()

    def _make_foot(self) -> QWidget:
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(17, 6, 17, 2)
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(self._reason, 1)
        row.addWidget(self._confirm)
        return foot


def _outcome_row(outcome: OutcomeView) -> ClickRow:
    made = ClickRow()
    made.setProperty("digit", outcome.digit)
    made.setObjectName(f"outcome:{outcome.digit}")
    made.setAccessibleName(f"{outcome.digit} {outcome.label}，{outcome.note}")
    inner = QHBoxLayout()
    inner.setContentsMargins(20, 7, 20, 7)
    inner.setSpacing(tokens.SPACE_3)
    key = KeyCap(str(outcome.digit))
    key.setFixedWidth(22)
    inner.addWidget(key)
    inner.addWidget(label(outcome.label, "strong" if not outcome.instead else "secondary"))
    inner.addWidget(label(outcome.note, "note"))
    inner.addStretch(1)
    if outcome.instead:
        inner.addWidget(Chip(made.tr("本版还没有")))
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(Rule(faint=True))
    column.addLayout(inner)
    return made
