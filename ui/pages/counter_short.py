"""The short counter: one page for a matter of two minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.domain.checking import MAX_TEXT
from ui import tokens
from ui.components.chip import Chip
from ui.components.choice_row import ChoiceRow, YesNoRow
from ui.components.date_edit import DateEdit
from ui.components.fact_line import FactLines, fact_at_hand, step_of, walk_facts
from ui.components.field import Field
from ui.components.file_edit import FileEdit
from ui.components.hints import HintLine
from ui.components.line_edit import LineEdit
from ui.components.messages import Banner, ProblemBanner
from ui.components.phone_edit import PhoneEdit
from ui.components.styling import set_look
from ui.components.surfaces import Card, Rule, ScrollColumn, clear
from ui.components.text import label, wrapped
from ui.tokens import Tone

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from ui.pages.counter_footer import CounterFooter
    from ui.viewmodels.counter_state import CounterState, QuestionView
    from ui.viewmodels.parts import ChipView, FieldView

_MAX_WIDTH = 990


class TypedRow(QWidget):
    """A question with a box instead of keys.

    Signals:
        edited: the value.
        answered_by_key: Enter was pressed, so the next question may take the focus.
        file_asked: a file is wanted here; the code.
    """

    edited = Signal(str)
    answered_by_key = Signal()
    file_asked = Signal(str)

    def __init__(self, view: QuestionView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._question = label(view.question, "question")
        self._note = wrapped("", "note")
        self.editor = _typed_editor(view)
        self.editor.setFixedWidth(260)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._question)
        words.addWidget(self._note)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 3, 17, 3)
        row.setSpacing(tokens.SPACE_4)
        row.addLayout(words, 1)
        row.addWidget(self.editor)
        self.editor.edited.connect(self.edited)
        self._code = view.code
        if isinstance(self.editor, FileEdit):
            self.editor.setPlaceholderText(view.placeholder)
            self.editor.file_asked.connect(self._ask_file)
        self.setFocusProxy(self.editor)
        target = self.editor.line() if isinstance(self.editor, PhoneEdit) else self.editor
        target.returnPressed.connect(self.answered_by_key)
        target.setObjectName(f"field:{view.code}")
        target.setAccessibleName(view.question)

    def show_view(self, view: QuestionView) -> None:
        """Show the answer and what is wrong with it."""
        self.editor.show_value(view.value)
        self.editor.set_invalid(invalid=bool(view.error))
        self._note.setText(view.error or view.note)
        self._note.setVisible(bool(view.error or view.note))
        set_look(self._note, "type", "error" if view.error else "note")

    def _ask_file(self) -> None:
        self.file_asked.emit(self._code)


class ShortCounter(QWidget):
    """Everything on one page: the person from the card, the few questions, what to say, one action.

    Signals:
        edited: field code and value.
        presence_answered: the answer to 本人在场.
        file_asked: a file is wanted for the field of this code.
        change_asked: what a source filled in this field is to be changed.
    """

    edited = Signal(str, str)
    file_asked = Signal(str)
    change_asked = Signal(str)
    presence_answered = Signal(bool)

    def __init__(self, footer: CounterFooter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape: tuple[tuple[str, str], ...] = ()
        self._rows: dict[str, ChoiceRow | TypedRow] = {}
        self._fixed_shape: tuple[str, ...] = ()
        self._fixed: dict[str, Field] = {}
        self._title = wrapped("", "figure")
        self._chips = QHBoxLayout()
        self._chips.setSpacing(tokens.SPACE_2)
        self._shown_chips: tuple[ChipView, ...] = ()
        self._effect = Chip()
        self._grid = QGridLayout()
        self._facts = FactLines()
        self._facts.chosen.connect(self.change_asked)
        self._questions = QVBoxLayout()
        self._questions.setSpacing(0)
        self._scroll = ScrollColumn()
        self._say = Banner(Tone.OFFLINE, square=True)
        self._problem = ProblemBanner()
        self._warning = Banner(Tone.WARN, square=True)
        self._hints = HintLine()
        self.hints_asked = self._hints.clicked
        self._required: frozenset[str] = frozenset()
        self._changed: frozenset[str] = frozenset()
        self._card = Card()
        self._card.setMaximumWidth(_MAX_WIDTH)
        self._build(footer)

    def show_state(self, state: CounterState) -> None:
        """Show the matter."""
        matter = state.matter
        if matter is None:
            return
        self._title.setText(matter.name)
        self._show_chips(matter.chips)
        self._effect.show_word(matter.effect.text, matter.effect.tone)
        self._show_fixed(tuple(field for part in state.sections for field in part.fields))
        self._facts.show_facts(tuple(fact for part in state.sections for fact in part.facts))
        self._show_questions(state.questions)
        self._changed = frozenset(question.code for question in state.questions if question.changed)
        self._required = frozenset(question.code for question in state.questions if not question.optional)
        self._warning.say(state.person.warning if state.person else "")
        self._say.say(
            self.tr("对群众说：“{words}”").format(words=state.say) if state.say else "",
            tone=Tone.OFFLINE if state.is_offline else Tone.INFO,
        )
        self._problem.show_problem(state.problem)
        self._hints.show_hints(state.hints)

    def first_focus(self) -> QWidget:
        """The first question that still needs an answer, else the first without one."""
        open_rows = [(code, row) for code, row in self._rows.items() if not _is_answered(row)]
        needed = [row for code, row in open_rows if code in self._required]
        return next(iter([*needed, *(row for _, row in open_rows), *self._rows.values()]), self)

    def to_change(self) -> str | None:
        """The element at hand that a source filled, changed or not; else the cursor goes to the first."""
        line, row = fact_at_hand(self), self.current()
        if line is not None:
            return line.code
        if row in self._changed:
            return row
        walk_facts(self, 1)
        return None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = step_of(event) if fact_at_hand(self) is not None else 0
        if not step or not walk_facts(self, step):
            super().keyPressEvent(event)

    def current(self) -> str | None:
        """The question with the cursor."""
        focus = QApplication.focusWidget()
        if focus is None:
            return None
        return next((code for code, row in self._rows.items() if row is focus or row.isAncestorOf(focus)), None)

    def jump(self, code: str) -> bool:
        """Put the focus on a question; False if there is none of that code."""
        row = self._rows.get(code)
        if row is None:
            return False
        row.setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def _build(self, footer: CounterFooter) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(20, 14, 20, 8)
        head.setSpacing(tokens.SPACE_3)
        head.addWidget(self._title)
        head.addLayout(self._chips)
        head.addStretch(1)
        head.addWidget(self._hints)
        head.addWidget(self._effect)
        self._grid.setContentsMargins(17, 0, 17, 10)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        facts = QHBoxLayout()
        facts.setContentsMargins(17, 0, 17, 10)
        facts.addWidget(self._facts)
        self._card.column.addLayout(head)
        self._card.column.addWidget(self._scroll, 1)
        for part in (self._grid, facts, self._questions):
            self._scroll.column.addLayout(part)
        self._scroll.column.addStretch(1)
        for widget in (self._problem, self._warning, self._say, Rule(), footer):
            self._card.column.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(self._card, 100)
        row.addStretch(1)

    def _show_chips(self, chips: tuple[ChipView, ...]) -> None:
        if chips == self._shown_chips:
            return
        self._shown_chips = chips
        clear(self._chips)
        for chip in chips:
            self._chips.addWidget(Chip(chip.text, chip.tone))

    def _show_fixed(self, views: tuple[FieldView, ...]) -> None:
        codes = tuple(view.code for view in views)
        if codes != self._fixed_shape:
            self._fixed_shape = codes
            clear(self._grid)
            self._fixed = {view.code: Field(view) for view in views}
            for place, field in enumerate(self._fixed.values()):
                self._grid.addWidget(field, place // 4, place % 4)
        for view in views:
            self._fixed[view.code].show_view(view)

    def _show_questions(self, views: tuple[QuestionView, ...]) -> None:
        shape = tuple((view.code, view.editor) for view in views)
        if shape != self._shape:
            self._shape = shape
            clear(self._questions)
            self._rows = {view.code: self._make_row(view) for view in views}
            for row in self._rows.values():
                self._questions.addWidget(Rule(faint=True))
                self._questions.addWidget(row)
        for view in views:
            self._show_question(self._rows[view.code], view)

    def _make_row(self, view: QuestionView) -> ChoiceRow | TypedRow:
        row: ChoiceRow | TypedRow
        if view.editor == "yes_no":
            row = YesNoRow(view.question, view.choices[0].label, view.choices[1].label, view.note)
        elif view.editor == "choice":
            row = ChoiceRow(view.question, view.note)
        else:
            row = TypedRow(view)
            row.file_asked.connect(self.file_asked)
        row.answered_by_key.connect(self._next)
        row.setObjectName(f"question:{view.code}")
        row.edited.connect(self._edited)
        return row

    def _show_question(self, row: ChoiceRow | TypedRow, view: QuestionView) -> None:
        if isinstance(row, TypedRow):
            row.show_view(view)
            return
        row.ask(view.question, view.note, view.error)
        row.offer(view.choices)
        row.show_value(view.value)

    def _edited(self, value: str) -> None:
        sender = self.sender()
        code = next(code for code, row in self._rows.items() if row is sender)
        if isinstance(sender, YesNoRow):
            self.presence_answered.emit(value == "yes")
        else:
            self.edited.emit(code, value)

    def _next(self) -> None:
        rows = list(self._rows.values())
        place = rows.index(self.sender())  # type: ignore[arg-type]
        if place + 1 < len(rows):
            rows[place + 1].setFocus(Qt.FocusReason.TabFocusReason)


def _typed_editor(view: QuestionView) -> LineEdit | PhoneEdit:
    if view.editor == "file":
        return FileEdit(scale="large")
    if view.editor == "phone":
        return PhoneEdit(no_phone=view.choices[0].code if view.choices else "", scale="large")
    if view.editor == "date":
        return DateEdit()
    return LineEdit(limit=MAX_TEXT, scale="large")


def _is_answered(row: ChoiceRow | TypedRow) -> bool:
    return bool(row.value() if isinstance(row, ChoiceRow) else row.editor.value())
