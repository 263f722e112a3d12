"""The line of actions under the counter: the one primary action is always on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui import tokens
from ui.components.button import Button
from ui.components.text import label
from ui.keys import Command
from ui.viewmodels.counter_state import Stage

if TYPE_CHECKING:
    from ui.viewmodels.counter_state import CounterState

_BUTTONS: dict[Stage, tuple[Command, ...]] = {
    "idle": (),
    "person": (Command.READ_CARD, Command.PARK),
    "matter": (Command.READ_CARD, Command.PARK),
    "situations": (Command.READ_CARD, Command.NOTICE, Command.OUTCOME),
    "materials": (Command.READ_CARD, Command.NOTICE, Command.OUTCOME),
    "form": (Command.READ_CARD, Command.NOTICE, Command.OUTCOME),
    "check": (Command.NOTICE, Command.OUTCOME),
    "done": (Command.ANOTHER_MATTER, Command.PRINT, Command.INVITE_RATING),
}

OF_WORK: tuple[Stage, ...] = ("situations", "materials", "form", "check")
"""The stages that work at one matter: what is missing stands beside them."""

_EVEN_NARROW = (Command.OUTCOME, Command.PARK, Command.ANOTHER_MATTER, Command.PRINT)


class CounterFooter(QWidget):
    """Actions.

    Signals:
        asked: a command, by mouse.
    """

    asked = Signal(object)

    def __init__(self, *, scale: str = "base", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons = {command: Button(text, command) for command, text in self._words().items()}
        self._missing = Button("", Command.MISSING_ALL)
        self._saved = label("", "note")
        self._primary = Button("", Command.PRIMARY, kind="primary", scale=scale)
        self._primary.setObjectName("primary")
        row = QHBoxLayout(self)
        row.setContentsMargins(13, 7, 13, 7)
        row.setSpacing(tokens.SPACE_1)
        for command, button in self._buttons.items():
            button.clicked.connect(lambda _checked=False, asked=command: self.asked.emit(asked))
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self._saved)
        row.addSpacing(tokens.SPACE_2)
        row.addWidget(self._missing)
        row.addWidget(self._primary)
        self._missing.clicked.connect(lambda: self.asked.emit(Command.MISSING_ALL))
        self._primary.clicked.connect(lambda: self.asked.emit(Command.PRIMARY))

    def show_state(self, state: CounterState, *, narrow: bool) -> None:
        """Show what can be done now; `narrow` puts what is missing on a button."""
        wanted = _wanted(state, narrow=narrow)
        for command, button in self._buttons.items():
            button.setVisible(command in wanted)
        count = len(state.missing)
        self._missing.show_text(self.tr("还差 {count} 项").format(count=count))
        self._missing.setVisible(narrow and count > 0 and state.stage in OF_WORK)
        self._saved.setText("" if narrow and self._missing.isVisibleTo(self) else self._saved_words(state))
        self._primary.show_text(state.primary.busy or state.primary.label)
        self._primary.setEnabled(state.primary.enabled and not state.primary.busy)
        self._primary.setVisible(bool(state.primary.label))

    def _saved_words(self, state: CounterState) -> str:
        return {
            "none": "",
            "saving": self.tr("正在保存…"),
            "saved": self.tr("已自动保存"),
            "failed": self.tr("没存上"),
        }[state.saved]

    def _words(self) -> dict[Command, str]:
        return {
            Command.READ_CARD: self.tr("读证"),
            Command.ANOTHER_MATTER: self.tr("再办一件"),
            Command.PARK: self.tr("挂起"),
            Command.NOTICE: self.tr("一次性告知书"),
            Command.OUTCOME: self.tr("不能受理…"),
            Command.PRINT: self.tr("补打"),
            Command.INVITE_RATING: self.tr("再请评价"),
        }


def _wanted(state: CounterState, *, narrow: bool) -> tuple[Command, ...]:
    wanted = _BUTTONS[state.stage]
    if state.is_short and state.stage == "form":
        return (Command.NOTICE, Command.OUTCOME)
    if state.done is not None and state.done.rating.text:
        # Once the one invitation of the visit is open, no matter is added to it.
        wanted = tuple(command for command in wanted if command is not Command.ANOTHER_MATTER)
    # Where it is narrow the keys of the others work without their buttons.
    return tuple(command for command in wanted if not narrow or command in _EVEN_NARROW)
