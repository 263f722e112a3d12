"""U 盘交接: without a line, unsent work goes by stick; every act is one digit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import tokens
from ui.components.chip import Chip, KeyCap
from ui.components.messages import Banner, ProblemBanner
from ui.components.rows import ClickRow
from ui.components.sheet import Sheet
from ui.components.surfaces import Progress, Rule, ScrollColumn, clear
from ui.components.text import ElidedLabel, label, wrapped
from ui.keys import Command, cap

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent

    from ui.viewmodels.handover_state import ActView, FileRow, HandoverState

_WIDTH = 720
_SIDE = 20
_FILES_ROOM, _FILES_NARROW, _FILES_STEP = 250, 96, 27
_LOW_WINDOW = 700
"""At 150 % the window is lower than this, and the list scrolls sooner."""


class HandoverModel(Protocol):
    """What the sheet needs of its view-model."""

    changed: SignalInstance
    state: HandoverState

    def open(self) -> None:
        """Look at the sticks."""

    def close(self) -> None:
        """Nobody looks any more."""

    def walk(self, step: int) -> None:
        """Bring another stick to the front."""

    def act(self, digit: int) -> None:
        """Do what a digit says."""

    def primary(self) -> None:
        """Do what is most likely wanted."""


class HandoverSheet(Sheet):
    """The sheet."""

    def __init__(self, view_model: HandoverModel, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("U 盘交接"), width=_WIDTH, parent=parent)
        self._model = view_model
        self._shown_acts: tuple[ActView, ...] | None = None
        self._shown_files: tuple[tuple[FileRow, ...], tuple[FileRow, ...]] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._stick = ElidedLabel("", "strong")
        self._stick_note = label("", "note")
        self._said = Banner(tokens.Tone.OK)
        self._problem = ProblemBanner()
        self._busy = wrapped("", "secondary")
        self._bar = Progress()
        self._acts = QVBoxLayout()
        self._files = ScrollColumn()
        self._build()
        view_model.changed.connect(self.render)
        self.render(view_model.state)

    def render(self, state: HandoverState) -> None:  # type: ignore[override]
        """Show `state`."""
        self._stick.show_text(self._stick_text(state))
        self._stick_note.setText(state.stick_note)
        self._busy.setText(state.busy)
        self._busy.setVisible(bool(state.busy))
        self._bar.setVisible(state.part is not None)
        self._bar.show_part(state.part or 0.0)
        self._bar.setAccessibleName(state.busy)
        if state.said is not None:
            self._said.say(state.said.text, heading=state.said.heading, tone=state.said.tone)
        else:
            self._said.say("")
        self._problem.show_problem(state.problem)
        self._show_acts(state.acts)
        self._show_files(state.on_stick, state.carried)

    def run(self, command: Command) -> bool:
        if command is Command.PRIMARY:
            self._model.primary()
            return True
        return super().run(command)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_files()
        if not event.spontaneous():
            self._model.open()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self._model.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        digit = event.key() - Qt.Key.Key_0
        if plain and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._model.walk(-1 if event.key() == Qt.Key.Key_Left else 1)
        elif plain and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            bar = self._files.verticalScrollBar()
            bar.setValue(bar.value() + (_FILES_STEP if event.key() == Qt.Key.Key_Down else -_FILES_STEP))
        elif plain and 1 <= digit <= 9:
            self._model.act(digit)
        else:
            super().keyPressEvent(event)

    def _stick_text(self, state: HandoverState) -> str:
        if state.stick:
            return self.tr("U 盘：{name}").format(name=state.stick)
        return self.tr("正在找 U 盘…") if state.loading else self.tr("没有找到 U 盘，请插上；插好会自动列出来。")

    def _clicked(self) -> None:
        self._model.act(int(self.sender().property("digit")))

    def _show_acts(self, acts: tuple[ActView, ...]) -> None:
        if acts == self._shown_acts:
            return
        self._shown_acts = acts
        clear(self._acts)
        for view in acts:
            row = _act_row(view)
            row.clicked.connect(self._clicked)
            self._acts.addWidget(row)

    def _show_files(self, on_stick: tuple[FileRow, ...], carried: tuple[FileRow, ...]) -> None:
        if (on_stick, carried) == self._shown_files:
            return
        self._shown_files = (on_stick, carried)
        clear(self._files.column)
        for heading, rows in ((self.tr("U 盘上有"), on_stick), (self.tr("本机代送"), carried)):
            if rows:
                title = label(heading, "note")
                title.setContentsMargins(_SIDE, 8, _SIDE, 2)
                self._files.column.addWidget(title)
            for view in rows:
                self._files.column.addWidget(_file_row(view))
        self._files.column.addStretch(1)
        self._files.setVisible(bool(on_stick or carried))
        self._fit_files()

    def _fit_files(self) -> None:
        """As high as what is in it, as far as there is room."""
        inner = self._files.column
        needed = inner.totalHeightForWidth(_WIDTH - 2) if inner.hasHeightForWidth() else inner.sizeHint().height()
        room = _FILES_NARROW if self.window().height() < _LOW_WINDOW else _FILES_ROOM
        self._files.setFixedHeight(min(needed, room))

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(_SIDE, 12, _SIDE, 8)
        head.setSpacing(tokens.SPACE_3)
        head.addWidget(self._stick, 1)
        head.addWidget(self._stick_note)
        self.column.addLayout(head)
        told = QVBoxLayout()
        told.setContentsMargins(_SIDE, 0, _SIDE, 8)
        told.setSpacing(6)
        for widget in (self._busy, self._bar, self._said, self._problem):
            told.addWidget(widget)
        self.column.addLayout(told)
        self.column.addLayout(self._acts)
        self.column.addWidget(Rule(faint=True))
        self.column.addWidget(self._files)


def _act_row(view: ActView) -> ClickRow:
    made = ClickRow()
    made.setProperty("digit", view.digit)
    made.setObjectName(f"handover:{view.digit}")
    made.setAccessibleName(f"{view.digit} {view.label}，{view.effect}")
    made.setEnabled(view.enabled)
    key = KeyCap(str(view.digit))
    key.setFixedWidth(22)
    inner = QHBoxLayout()
    inner.setContentsMargins(_SIDE, 7, _SIDE, 7)
    inner.setSpacing(tokens.SPACE_3)
    inner.addWidget(key)
    inner.addWidget(label(view.label, "strong" if view.enabled else "secondary"))
    inner.addWidget(wrapped(view.effect, "note"), 1)
    if view.primary:
        inner.addWidget(KeyCap(cap(Command.PRIMARY)))
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(Rule(faint=True))
    column.addLayout(inner)
    return made


def _file_row(view: FileRow) -> QWidget:
    made = QWidget()
    made.setAccessibleName(f"{view.text}，{view.note}，{view.chip.text}")
    row = QHBoxLayout(made)
    row.setContentsMargins(_SIDE, 3, _SIDE, 3)
    row.setSpacing(tokens.SPACE_3)
    row.addWidget(label(view.text))
    row.addWidget(wrapped(view.note, "note"), 1)
    row.addWidget(Chip(view.chip.text, view.chip.tone))
    return made
