"""What stands in the middle of the full counter, one body for each stage of the visit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.components.chip import KeyCap
from ui.components.choice_row import ChoiceRow, YesNoRow
from ui.components.form_grid import FormGrid
from ui.components.messages import EmptyState
from ui.components.rows import ClickRow
from ui.components.surfaces import Rule, ScrollColumn, clear
from ui.components.text import label, wrapped
from ui.keys import Command

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from ui.viewmodels.counter_state import CounterState, ParkedView
    from ui.viewmodels.parts import MaterialView


class Body(QWidget):
    """One stage."""

    def show_state(self, state: CounterState) -> None:
        """Show what of `state` belongs here."""

    def first_focus(self) -> QWidget:
        """What takes the keys when the stage begins."""
        return self


class IdleBody(Body):
    """Nobody at the counter: what to do next, and who waits in parking.

    Signals:
        card_asked: read a card.
        manual_asked: copy a document by hand.
        resumed: a parked visit.
    """

    card_asked = Signal()
    manual_asked = Signal()
    resumed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setObjectName("idle")
        self._parked: tuple[ParkedView, ...] = ()
        self._empty = EmptyState()
        self._read = self._empty.offer(self.tr("读证"), Command.READ_CARD)
        self._manual = self._empty.offer(self.tr("手工录入"), kind="plain")
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._empty, 1)
        column.addLayout(self._list)
        self._empty.acted.connect(self.card_asked)
        self._manual.clicked.connect(self.manual_asked)

    def show_state(self, state: CounterState) -> None:
        if state.busy:
            self._empty.say(state.busy, self.tr("读完自动往下走；按 Esc 停止。"))
        else:
            self._empty.say(
                self.tr("请下一位，把身份证放在读卡器上"), self.tr("按 F2 读证。证件读不出来，可以手工录入。")
            )
        self._read.setEnabled(not state.busy)
        self._manual.setEnabled(not state.busy)
        self.setAccessibleName(state.busy or self.tr("等下一位"))
        self._show_parked(state.parked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        digit = event.key() - Qt.Key.Key_0
        for parked in self._parked:
            if parked.digit == digit:
                self.resumed.emit(parked.visit)
                return
        super().keyPressEvent(event)

    def _show_parked(self, parked: tuple[ParkedView, ...]) -> None:
        if parked == self._parked:
            return
        self._parked = parked
        clear(self._list)
        if parked:
            self._list.addWidget(Rule())
            heading = label(self.tr("挂起的 {count} 位 · 按数字接着办").format(count=len(parked)), "note")
            heading.setContentsMargins(16, 10, 16, 4)
            self._list.addWidget(heading)
        for view in parked:
            row = _parked_row(view)
            row.clicked.connect(self._parked_clicked)
            self._list.addWidget(row)

    def _parked_clicked(self) -> None:
        self.resumed.emit(str(self.sender().property("visit")))


class PersonBody(Body):
    """The one question about the person: whether they stand here (本人在场).

    Signals:
        answered: the answer.
    """

    answered = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = YesNoRow(
            self.tr("本人在场吗？"),
            self.tr("在"),
            self.tr("不在"),
            self.tr("看人和证件是否一致。回答记入办件；有的事项必须本人到场。"),
        )
        self._row.setObjectName("presence")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self._row)
        column.addStretch(1)
        self._row.edited.connect(self._edited)

    def show_state(self, state: CounterState) -> None:
        self._row.show_answer(state.presence)

    def first_focus(self) -> QWidget:
        return self._row

    def _edited(self, value: str) -> None:
        self.answered.emit(value == "yes")


class MaterialsBody(Body):
    """One line a material, one key an answer.

    Signals:
        edited: material code and its state.
    """

    edited = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, ChoiceRow] = {}
        self._produced: tuple[MaterialView, ...] = ()
        self._scroll = ScrollColumn()
        self._lead = wrapped(self.tr("先看材料：缺了哪样，现在就告诉群众，不用等填完表。"), "secondary")
        self._lead.setContentsMargins(16, 8, 16, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._lead)
        column.addWidget(self._scroll, 1)

    def show_state(self, state: CounterState) -> None:
        codes = tuple(material.code for material in state.materials)
        if (tuple(self._rows), self._produced) != (codes, state.produced):
            self._produced = state.produced
            self._rebuild(state.materials)
        for material in state.materials:
            row = self._rows[material.code]
            row.ask(material.name, material.note)
            row.offer(material.choices)
            row.show_value(material.state)

    def first_focus(self) -> QWidget:
        for row in self._rows.values():
            if row.value() in ("", "missing"):
                return row
        return next(iter(self._rows.values()), self)

    def row(self, code: str) -> QWidget | None:
        """The line of a material."""
        return self._rows.get(code)

    def current(self) -> str | None:
        """The material whose line has the focus."""
        return next((code for code, row in self._rows.items() if row.hasFocus()), None)

    def _rebuild(self, materials: tuple[MaterialView, ...]) -> None:
        clear(self._scroll.column)
        self._rows = {}
        for material in materials:
            row = ChoiceRow(material.name, scale="small")
            row.setObjectName(f"material:{material.code}")
            row.edited.connect(self._edited)
            row.answered_by_key.connect(self._next)
            self._rows[material.code] = row
            self._scroll.column.addWidget(Rule(faint=True))
            self._scroll.column.addWidget(row)
        if self._produced:
            self._scroll.column.addWidget(Rule(faint=True))
            self._scroll.column.addWidget(_produced_lines(self._produced))
        self._scroll.column.addStretch(1)

    def _edited(self, value: str) -> None:
        sender = self.sender()
        code = next(code for code, row in self._rows.items() if row is sender)
        self.edited.emit(code, value)

    def _next(self) -> None:
        rows = list(self._rows.values())
        place = rows.index(self.sender())  # type: ignore[arg-type]
        if place + 1 < len(rows):
            rows[place + 1].setFocus(Qt.FocusReason.TabFocusReason)


class FormBody(Body):
    """The one form.

    Signals:
        edited: field code and value.
        file_asked: a file is wanted for the field of this code.
        change_asked: what a source filled in this field is to be changed.
    """

    edited = Signal(str, str)
    file_asked = Signal(str)
    change_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = FormGrid()
        self._scroll = ScrollColumn()
        self._scroll.column.addWidget(self._grid)
        self._scroll.column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._scroll)
        self._grid.edited.connect(self.edited)
        self._grid.file_asked.connect(self.file_asked)
        self._grid.change_asked.connect(self.change_asked)

    def show_state(self, state: CounterState) -> None:
        self._grid.show_sections(state.sections)

    def first_focus(self) -> QWidget:
        field = self._grid.first_open()
        return field.editor if field is not None else self

    def to_change(self) -> str | None:
        """The element at hand that a source filled; else the cursor goes to the first such."""
        return self._grid.to_change()

    def current(self) -> str | None:
        """The field with the cursor."""
        return self._grid.focused_code()

    def jump(self, code: str) -> bool:
        """Put the cursor into a field; False if the form has no such field."""
        field = self._grid.field(code)
        if field is None:
            return False
        field.focus_editor()
        return True


def _produced_lines(produced: tuple[MaterialView, ...]) -> QWidget:
    """What nobody is asked for because an earlier result brings it, quietly under what is asked."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(20, 10, 20, 10)
    column.setSpacing(4)
    column.addWidget(label(made.tr("不用交，也不用填：由前序事项产生"), "note"))
    for view in produced:
        column.addWidget(wrapped(f"{view.name} · {view.note}", "secondary"))
    return made


def _parked_row(view: ParkedView) -> ClickRow:
    made = ClickRow()
    made.setProperty("visit", view.visit)
    made.setAccessibleName(f"{view.digit} {view.text} {view.note}")
    row = QHBoxLayout(made)
    row.setContentsMargins(16, 8, 16, 8)
    row.setSpacing(10)
    row.addWidget(KeyCap(str(view.digit)))
    row.addWidget(label(view.text))
    row.addStretch(1)
    row.addWidget(label(view.note, "note"))
    return made
