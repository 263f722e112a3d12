"""Ctrl+H: what the person may be entitled to besides, with the reason.

A digit begins it, Alt and the digit print its one-time notice, 0 opens what is closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import tokens
from ui.components.chip import Chip, KeyCap
from ui.components.rows import ClickRow
from ui.components.sheet import Sheet
from ui.components.surfaces import Rule, ScrollColumn, clear
from ui.components.text import label, wrapped
from ui.keys import MISSING, Command

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from ui.viewmodels.counter_state import CounterState, HintsView, HintView


_STEP = 90
"""Pixels an arrow key scrolls: about one hint."""


class HintsModel(Protocol):
    """What the sheet needs of the counter."""

    changed: SignalInstance
    state: CounterState

    def open_hints(self) -> None:
        """Open the sensitive hints; it is recorded."""


class HintsSheet(Sheet):
    """The hints.

    Signals:
        chosen: the code of the matter or package to begin.
        notice_asked: the code of the one whose one-time notice is printed.
    """

    chosen = Signal(str)
    notice_asked = Signal(str)

    def __init__(self, model: HintsModel, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("可能还能办"), width=660, parent=parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._model = model
        self._shown: HintsView | None = None
        self._codes: dict[int, str] = {}
        self._scroll = ScrollColumn()
        self._scroll.setMinimumHeight(300)
        self.column.addWidget(self._scroll, 1)
        self.column.addWidget(Rule())
        foot = QHBoxLayout()
        foot.setContentsMargins(20, 10, 20, 0)
        foot.setSpacing(tokens.SPACE_2)
        self._label = Chip()
        foot.addWidget(self._label)
        foot.addWidget(label(self.tr("只是提示，能不能享受以部门认定为准。"), "note"), 1)
        foot.addWidget(label(self.tr("数字 就办 · Alt+数字 打印一次告知书"), "note"))
        self.column.addLayout(foot)
        model.changed.connect(self._render)
        self._render(model.state)

    def run(self, command: Command) -> bool:
        code = self._codes.get(MISSING.index(command) + 1) if command in MISSING else None
        if code is not None:
            self.notice_asked.emit(code)
            return True
        return super().run(command)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        digit = event.key() - Qt.Key.Key_0
        if digit == 0 and self._model.state.hints.closed:
            self._model.open_hints()
        elif digit in self._codes:
            self.chosen.emit(self._codes[digit])
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            bar = self._scroll.verticalScrollBar()
            bar.setValue(bar.value() + (_STEP if event.key() == Qt.Key.Key_Down else -_STEP))
        else:
            super().keyPressEvent(event)

    def _render(self, state: CounterState) -> None:
        view = state.hints
        if view == self._shown:
            return
        self._shown = view
        self._codes = {hint.digit: hint.code for hint in view.hints if hint.digit}
        self._label.show_word(view.label)
        clear(self._scroll.column)
        for hint in view.hints:
            row = _hint_row(hint)
            if hint.digit:
                row.clicked.connect(self._clicked)
            self._scroll.column.addWidget(row)
        if view.closed:
            closed = _closed_row(view.closed)
            closed.clicked.connect(self._model.open_hints)
            self._scroll.column.addWidget(closed)
        if not view.count:
            nothing = label(self.tr("按现在知道的，没有要提示的。"), "secondary")
            nothing.setContentsMargins(20, 14, 20, 14)
            self._scroll.column.addWidget(nothing)
        self._scroll.column.addStretch(1)

    def _clicked(self) -> None:
        self.chosen.emit(str(self.sender().property("code")))


def _hint_row(hint: HintView) -> ClickRow:
    made = ClickRow()
    made.setProperty("code", hint.code)
    made.setObjectName(f"hint:{hint.code}")
    made.setAccessibleName(f"{hint.digit or ''} {hint.text}，{hint.reason}")
    words = QVBoxLayout()
    words.setSpacing(1)
    words.addWidget(label(hint.text, "strong"))
    words.addWidget(wrapped(hint.reason))
    for line in (hint.leads_to, hint.sources):
        if line:
            words.addWidget(wrapped(line, "note"))
    return _row_of(made, str(hint.digit) if hint.digit else "", words)


def _closed_row(count: int) -> ClickRow:
    made = ClickRow()
    made.setObjectName("hint:closed")
    heading = made.tr("另有 {count} 项涉及隐私，没有打开").format(count=count)
    made.setAccessibleName(f"0 {heading}")
    words = QVBoxLayout()
    words.setSpacing(1)
    words.addWidget(label(heading, "strong"))
    words.addWidget(wrapped(made.tr("旁边没有别人、本人愿意听的时候再打开；谁打开的会记下来。"), "note"))
    return _row_of(made, "0", words)


def _row_of(made: ClickRow, key: str, words: QVBoxLayout) -> ClickRow:
    row = QHBoxLayout()
    row.setContentsMargins(20, 9, 20, 9)
    row.setSpacing(tokens.SPACE_3)
    if key:
        place = KeyCap(key)
        place.setFixedWidth(22)
        row.addWidget(place, 0, Qt.AlignmentFlag.AlignTop)
    else:
        row.addSpacing(22)
    row.addLayout(words, 1)
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addLayout(row)
    column.addWidget(Rule(faint=True))
    return made
