"""请您看一眼: one thing at a time with both versions, settled by one digit; and what only waits, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.domain.checking import MAX_TEXT
from ui import tokens
from ui.components.button import Button
from ui.components.chip import Chip, KeyCap
from ui.components.line_edit import LineEdit
from ui.components.messages import ProblemBanner
from ui.components.rows import ClickRow
from ui.components.sheet import Sheet
from ui.components.surfaces import Card, Rule, clear
from ui.components.text import label, wrapped
from ui.keys import Command
from ui.tokens import Tone

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from ui.viewmodels.attention_state import AttentionItem, AttentionState, ChoiceView, VersionBox

_WIDTH = 720
OPEN_CASE = 9
"""The digit that shows the case of the item in front."""


class AttentionModel(Protocol):
    """What the sheet needs of its view-model."""

    changed: SignalInstance
    state: AttentionState

    def walk(self, step: int) -> None:
        """Bring another to the front."""

    def choose(self, digit: int, note: str = "") -> None:
        """Record a choice."""


class AttentionSheet(Sheet):
    """The sheet.

    Signals:
        case_asked: the number of a case to be shown.
    """

    case_asked = Signal(str)

    def __init__(self, view_model: AttentionModel, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("请您看一眼"), width=_WIDTH, parent=parent)
        self._model = view_model
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._slot = QVBoxLayout()
        self._problem = ProblemBanner()
        self._shown: AttentionItem | None = None
        self._asked = 0
        self._note = LineEdit(limit=MAX_TEXT)
        self._note.setObjectName("attention_note")
        self._confirm = Button(self.tr("记下"), Command.PRIMARY, kind="primary")
        self._note_row = self._make_note_row()
        padded = QVBoxLayout()
        padded.setContentsMargins(20, 8, 20, 0)
        padded.addWidget(self._problem)
        self.column.addLayout(self._slot)
        self.column.addWidget(self._note_row)
        self.column.addLayout(padded)
        self._note.returnPressed.connect(self._finish)
        self._confirm.clicked.connect(self._finish)
        view_model.changed.connect(self.render)
        self.render(view_model.state)

    def render(self, state: AttentionState) -> None:  # type: ignore[override]
        """Show `state`."""
        clear(self._slot)
        body = QWidget()
        self._slot.addWidget(body)
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 12, 20, 0)
        column.setSpacing(tokens.SPACE_2)
        self._problem.show_problem(state.problem)
        self._confirm.setEnabled(not state.busy)
        if state.item != self._shown:
            self._shown = state.item
            self._ask(None)
        if state.item is not None:
            self._fill(column, state, state.item)
        elif state.loading:
            column.addWidget(wrapped(self.tr("正在读取…"), "secondary"))
        elif state.problem is None:
            column.addWidget(wrapped(self.tr("都看过了，没有要处理的。"), "secondary"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        digit = event.key() - Qt.Key.Key_0
        if plain and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._model.walk(-1 if event.key() == Qt.Key.Key_Left else 1)
        elif plain and digit == OPEN_CASE:
            self._open_case()
        elif plain and 1 <= digit < OPEN_CASE:
            self._choose(digit)
        else:
            super().keyPressEvent(event)

    def _open_case(self) -> None:
        item = self._model.state.item
        if item is not None and item.number:
            self.case_asked.emit(item.number)

    def run(self, command: Command) -> bool:
        if command is Command.PRIMARY and self._asked:
            self._finish()
            return True
        return super().run(command)

    def _choice_clicked(self) -> None:
        self._choose(int(self.sender().property("digit")))

    def _choose(self, digit: int) -> None:
        item = self._model.state.item
        choice = next((view for view in item.choices if view.digit == digit), None) if item else None
        if choice is not None and choice.ask_note:
            self._ask(choice)
        else:
            self._model.choose(digit)

    def _ask(self, choice: ChoiceView | None) -> None:
        """Let the clerk write the note of a choice; None takes the line away."""
        self._asked = choice.digit if choice else 0
        self._note_row.setVisible(choice is not None)
        for row in self.findChildren(ClickRow):
            if row.property("digit") is not None:
                row.setVisible(choice is None)
        self._note.clear()
        self._note.set_invalid(invalid=False)
        if choice is not None:
            self._note.setAccessibleName(choice.ask_note)
            self._note.setPlaceholderText(choice.ask_note)
            self._note.setFocus()
        elif self._note.hasFocus():
            self.setFocus()

    def _finish(self) -> None:
        note = self._note.text().strip()
        if note and not self._model.state.busy:
            self._model.choose(self._asked, note)
        elif not note:
            self._note.set_invalid(invalid=True)
            self._note.setFocus()

    def _make_note_row(self) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(17, 6, 17, 2)
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(self._note, 1)
        row.addWidget(self._confirm)
        return made

    def _fill(self, column: QVBoxLayout, state: AttentionState, item: AttentionItem) -> None:
        column.addLayout(_head(state, item))
        column.addWidget(wrapped(item.what, "title"))
        for version in item.versions:
            column.addWidget(_version(version))
        lost = QHBoxLayout()
        lost.setSpacing(tokens.SPACE_2)
        lost.addWidget(Chip(self.tr("没有丢失"), Tone.OK))
        lost.addWidget(wrapped(item.lost, "note"), 1)
        column.addLayout(lost)
        if item.note:
            column.addWidget(wrapped(item.note, "note"))
        if item.next_step:
            column.addWidget(wrapped(item.next_step))
        for choice in item.choices:
            row = _choice(choice, enabled=not state.busy)
            row.clicked.connect(self._choice_clicked)
            column.addWidget(row)
        column.addLayout(self._foot(state, item))

    def _foot(self, state: AttentionState, item: AttentionItem) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 6, 0, 0)
        foot.setSpacing(tokens.SPACE_2)
        if item.number:
            row = ClickRow()
            row.setObjectName("attention:case")
            row.setAccessibleName(self.tr("9 打开这一件"))
            row.clicked.connect(self._open_case)
            inner = QHBoxLayout(row)
            inner.setContentsMargins(0, 0, 0, 0)
            inner.addWidget(KeyCap(str(OPEN_CASE)))
            inner.addWidget(label(self.tr("打开这一件"), "secondary"))
            foot.addWidget(row)
        foot.addStretch(1)
        if len(state.items) > 1:
            foot.addWidget(label(self.tr("← → 看下一条"), "note"))
        return foot


def _head(state: AttentionState, item: AttentionItem) -> QHBoxLayout:
    head = QHBoxLayout()
    head.addWidget(label(item.case, "note"), 1)
    if len(state.items) > 1:
        head.addWidget(label(f"{state.place + 1} / {len(state.items)}", "note"))
    return head


def _version(view: VersionBox) -> QWidget:
    made = Card()
    row = QHBoxLayout()
    row.setContentsMargins(12, 8, 12, 8)
    row.setSpacing(tokens.SPACE_3)
    words = QVBoxLayout()
    words.setSpacing(0)
    words.addWidget(wrapped(view.text, "strong"))
    words.addWidget(wrapped(view.source, "note"))
    row.addLayout(words, 1)
    row.addWidget(Chip(view.chip.text, view.chip.tone))
    made.column.addLayout(row)
    made.setAccessibleName(f"{view.chip.text}：{view.text}，{view.source}")
    return made


def _choice(view: ChoiceView, *, enabled: bool) -> ClickRow:
    made = ClickRow()
    made.setProperty("digit", view.digit)
    made.setObjectName(f"attention:{view.digit}")
    made.setAccessibleName(f"{view.digit} {view.label}，{view.effect}")
    made.setEnabled(enabled)
    inner = QHBoxLayout()
    inner.setContentsMargins(0, 7, 0, 7)
    inner.setSpacing(tokens.SPACE_3)
    key = KeyCap(str(view.digit))
    key.setFixedWidth(22)
    inner.addWidget(key)
    inner.addWidget(label(view.label, "strong"))
    inner.addWidget(wrapped(view.effect, "note"), 1)
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(Rule(faint=True))
    column.addLayout(inner)
    return made
