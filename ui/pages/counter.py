"""The counter: one visit from the card to the paper, full or on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ui import tokens
from ui.components.chip import Chip
from ui.components.fact_line import fact_at_hand
from ui.components.flow import FlowLayout
from ui.components.messages import Banner, ProblemBanner
from ui.components.picker import Picker
from ui.components.step_bar import StepBar
from ui.components.surfaces import Card, Rule
from ui.components.text import label
from ui.keys import MISSING, Command
from ui.pages.counter_columns import LeftColumn, RightColumn
from ui.pages.counter_footer import OF_WORK, CounterFooter
from ui.pages.counter_outcome import CheckBody, DoneBody
from ui.pages.counter_short import ShortCounter
from ui.pages.counter_situations import SituationsBody
from ui.pages.counter_stages import Body, FormBody, IdleBody, MaterialsBody, PersonBody
from ui.pages.page import Page
from ui.tokens import Tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.viewmodels.counter_state import CounterState, MatterView, Stage
    from ui.viewmodels.search_state import SearchState

_LEFT_WIDTH, _RIGHT_WIDTH = 236, 300


class CounterModel(Protocol):
    """What the page needs of its view-model."""

    changed: SignalInstance
    state: CounterState

    def primary(self) -> None:
        """The one primary action of the stage."""

    def back(self) -> None:
        """The stage before."""

    def go_to(self, stage: str) -> None:
        """A finished stage."""

    def read_card(self) -> None:
        """Read a card."""

    def stop_reading(self) -> None:
        """Stop waiting for a card."""

    def answer_presence(self, present: bool) -> None:
        """本人在场."""

    def edit(self, code: str, value: str) -> None:
        """Type into a field."""

    def answer(self, code: str, value: str) -> None:
        """Answer a question, or take the answer back with an empty one."""

    def set_material(self, code: str, state: str) -> None:
        """How a material stands."""

    def choose_matter(self, code: str) -> None:
        """Begin a matter."""

    def resume(self, visit: str) -> None:
        """Go on with a parked visit."""

    def park(self) -> None:
        """Set this visit aside."""

    def another_matter(self) -> None:
        """Another matter for the same person."""

    def turn_leaf(self, step: int) -> None:
        """Turn the pages of answers on the second screen."""

    def print_again(self) -> None:
        """Another copy of the last paper, marked 补打."""

    def invite_again(self) -> None:
        """Show the open rating invitation again."""


class SearchModel(Protocol):
    """What the picker needs of its view-model."""

    changed: SignalInstance
    state: SearchState

    def search(self, text: str) -> None:
        """Look for matters."""

    def toggle_filter(self, digit: int) -> None:
        """Turn a filter on, or off again."""

    def begin(self) -> None:
        """Begin again, with neither words nor filters."""


class MatterBody(Body):
    """Choosing the matter."""

    def __init__(self, search: SearchModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picker = Picker(self.tr("找事项"), self.tr("事项名、拼音首字母、编码，或一句平常话"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.picker)
        self.picker.searched.connect(search.search)
        self.picker.filter_asked.connect(search.toggle_filter)
        self.picker.begun.connect(search.begin)
        search.changed.connect(self.picker.render)
        self.picker.render(search.state)

    def first_focus(self) -> QWidget:
        return self.picker


class MatterHeading(QWidget):
    """The matter's name, its chips, and how much of the form is done."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = label("", "title")
        words = QWidget()
        self._words = FlowLayout(words, gap=tokens.SPACE_2, line_gap=tokens.SPACE_1)
        self._words.setContentsMargins(0, 0, 0, 0)
        self._words.addWidget(self._name)
        self._chips: list[Chip] = []
        self._count = label("", "note")
        self._shown: MatterView | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 16, 4)
        row.setSpacing(10)
        row.addWidget(words, 1)
        row.addWidget(self._count)

    def show_matter(self, matter: MatterView | None, count: str) -> None:
        """Show a matter, or hide; an empty count leaves its room to the chips."""
        self.setVisible(matter is not None)
        self._count.setText(count)
        if matter is None or matter == self._shown:
            return
        self._shown = matter
        self._name.setText(matter.name)
        for shown in self._chips:
            self._words.removeWidget(shown)
            shown.deleteLater()
        self._chips = [Chip(chip.text, chip.tone) for chip in (*matter.chips, matter.effect) if chip.text]
        for chip in self._chips:
            self._words.addWidget(chip)


class CounterPage(Page):
    """The page.

    Signals:
        sheet_asked: outcome, the matter picker, the folded column, the hints or the manual entry, by name.
        file_asked: a file for the material or form element of this code, empty if none is meant.
        change_asked: what a source filled in this element is to be changed.
    """

    sheet_asked = Signal(str)
    file_asked = Signal(str)
    change_asked = Signal(str)

    def __init__(self, view_model: CounterModel, search: SearchModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = view_model
        self._stage: tuple[Stage, bool] | None = None
        self._steps = StepBar()
        self._steps_rule, self._footer_rule = Rule(), Rule()
        self._heading = MatterHeading()
        self._problem = ProblemBanner()
        self._offline = Banner(Tone.OFFLINE)
        self._matter = MatterBody(search)
        self._situations = SituationsBody()
        self._materials = MaterialsBody()
        self._form = FormBody()
        self._check = CheckBody()
        self._idle = IdleBody()
        self._person = PersonBody()
        self._bodies: dict[Stage, Body] = {
            "idle": self._idle,
            "person": self._person,
            "matter": self._matter,
            "situations": self._situations,
            "materials": self._materials,
            "form": self._form,
            "check": self._check,
            "done": DoneBody(),
        }
        self._stack = QStackedWidget()
        self._footer = CounterFooter()
        self._short_footer = CounterFooter(scale="large")
        self._short = ShortCounter(self._short_footer)
        self._left = LeftColumn()
        self._right = RightColumn()
        self._both = QStackedWidget()
        self._build()
        self._connect(view_model)
        self.render(view_model.state)

    def render(self, state: CounterState) -> None:  # type: ignore[override]
        """Show `state`."""
        short = state.is_short and state.stage == "form"
        self._steps.show_steps(state.steps)
        self._frame_body(state)
        shows_matter = state.stage not in ("idle", "person", "done")
        self._heading.show_matter(state.matter if shows_matter else None, "" if self.is_narrow else state.count)
        self._problem.show_problem(state.problem)
        self._bodies[state.stage].show_state(state)
        self._stack.setCurrentWidget(self._bodies[state.stage])
        self._left.show_visit(state)
        self._right.show_matter(state)
        self._right.setVisible(not self.is_narrow and state.stage in OF_WORK)
        self._footer.show_state(state, narrow=self.is_narrow)
        if short:
            self._short.show_state(state)
            self._short_footer.show_state(state, narrow=self.is_narrow)
        self._both.setCurrentIndex(1 if short else 0)
        self._follow(state, short=short)

    def run(self, command: Command) -> bool:
        if command in MISSING:
            self._digit(MISSING.index(command) + 1)
            return True
        acts: dict[Command, Callable[[], None]] = {
            Command.PRIMARY: self._primary,
            Command.BACK: self._model.back,
            Command.READ_CARD: self._model.read_card,
            Command.CLOSE: self._close,
            Command.PARK: self._model.park,
            Command.ANOTHER_MATTER: self._model.another_matter,
            Command.PRINT: self._model.print_again,
            Command.INVITE_RATING: self._model.invite_again,
            Command.CHOOSE_MATTER: lambda: self.sheet_asked.emit("matter"),
            Command.HINTS: lambda: self.sheet_asked.emit("hints"),
            Command.OUTCOME: lambda: self.sheet_asked.emit("outcome"),
            Command.NOTICE: lambda: self.sheet_asked.emit("notice"),
            Command.NOTICE_LARGE: lambda: self.sheet_asked.emit("notice_large"),
            Command.MISSING_ALL: lambda: self.sheet_asked.emit("missing"),
            Command.CHANGE: self._change,
            Command.SCAN: lambda: self.file_asked.emit(self._at_hand()),
        }
        act = acts.get(command)
        if act is None:
            return False
        act()
        return True

    def set_narrow(self, *, narrow: bool) -> None:
        if narrow != self.is_narrow:
            super().set_narrow(narrow=narrow)
            self.render(self._model.state)

    def enter(self) -> None:
        state = self._model.state
        self._focus_stage(short=state.is_short and state.stage == "form")

    def jump(self, anchor: str) -> None:
        """Go to where `anchor` is put right, in whatever stage that is."""
        state = self._model.state
        if self._both.currentIndex() == 1:
            self._short.jump(anchor)
            return
        if anchor == "document":
            self._model.read_card()
            return
        stage = self._stage_of(anchor, state)
        if stage != state.stage:
            self._model.go_to(stage)
        if stage in ("situations", "materials"):
            row = (self._situations if stage == "situations" else self._materials).row(anchor)
            if row is not None:
                row.setFocus()
        elif stage == "form":
            self._form.jump(anchor)

    def _change(self) -> None:
        """Take up the filled element at hand, or lead to the first one."""
        if self._model.state.stage == "form":
            place = self._short if self._both.currentIndex() == 1 else self._form
            code = place.to_change()
            if code is not None:
                self.change_asked.emit(code)

    def _close(self) -> None:
        """Let a filled element go, or a card that is waited for."""
        if fact_at_hand(self) is not None:
            self.enter()
        else:
            self._model.stop_reading()

    def _at_hand(self) -> str:
        """The material or field that has the focus."""
        places = (self._materials, self._form, self._short)
        return next(filter(None, (place.current() for place in places)), "")

    def _frame_body(self, state: CounterState) -> None:
        idle = state.stage == "idle"  # there the one act stands in the middle of the page
        for part, seen in (
            (self._steps, bool(state.steps)),
            (self._steps_rule, bool(state.steps)),
            (self._footer, not idle),
            (self._footer_rule, not idle),
        ):
            part.setVisible(seen)

    def _stage_of(self, anchor: str, state: CounterState) -> Stage:
        if anchor == "presence":
            return "person"
        if anchor.startswith("q."):
            return "situations"
        return "materials" if any(material.code == anchor for material in state.materials) else "form"

    def _digit(self, number: int) -> None:
        """Alt and a digit: while a matter is being chosen a filter, else the item that is missing."""
        if self._model.state.stage == "matter":
            self._matter.picker.ask_filter(number)
        else:
            self._jump_to(number)

    def _jump_to(self, number: int) -> None:
        items = self._model.state.missing
        if 1 <= number <= len(items):
            self.jump(items[number - 1].anchor)

    def _primary(self) -> None:
        if self._model.state.stage == "matter":
            self._matter.picker.choose_current()
        else:
            self._model.primary()

    def _chosen(self, _kind: str, code: str) -> None:
        self._model.choose_matter(code)

    def _follow(self, state: CounterState, *, short: bool) -> None:
        """Move the focus when the stage has changed, and only then."""
        if self._stage != (state.stage, short):
            self._stage = (state.stage, short)
            if state.stage == "matter":
                # What was looked for last belongs to somebody else.
                self._matter.picker.reset()
            self._focus_stage(short=short)

    def _focus_stage(self, *, short: bool) -> None:
        target = self._short.first_focus() if short else self._bodies[self._model.state.stage].first_focus()
        target.setFocus()

    def _connect(self, view_model: CounterModel) -> None:
        view_model.changed.connect(self.render)
        self._idle.card_asked.connect(view_model.read_card)
        self._idle.manual_asked.connect(lambda: self.sheet_asked.emit("manual"))
        self._idle.resumed.connect(view_model.resume)
        self._person.answered.connect(view_model.answer_presence)
        self._short.presence_answered.connect(view_model.answer_presence)
        self._matter.picker.chosen.connect(self._chosen)
        self._situations.edited.connect(view_model.answer)
        self._materials.edited.connect(view_model.set_material)
        for form in (self._form, self._short):
            form.edited.connect(view_model.edit)
            form.file_asked.connect(self.file_asked)
            form.change_asked.connect(self.change_asked)
        self._check.turned.connect(view_model.turn_leaf)
        self._steps.chosen.connect(view_model.go_to)
        self._right.chosen.connect(self.jump)
        for place in (self._left, self._short):
            place.hints_asked.connect(lambda: self.sheet_asked.emit("hints"))
        for footer in (self._footer, self._short_footer):
            footer.asked.connect(self.run)

    def _build(self) -> None:
        card = Card()
        for widget in (self._steps, self._steps_rule, self._heading, self._padded(self._problem)):
            card.column.addWidget(widget)
        for body in self._bodies.values():
            self._stack.addWidget(body)
        card.column.addWidget(self._stack, 1)
        card.column.addWidget(self._footer_rule)
        card.column.addWidget(self._footer)
        self._left.setFixedWidth(_LEFT_WIDTH)
        self._right.setFixedWidth(_RIGHT_WIDTH)
        full = QWidget()
        row = QHBoxLayout(full)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_3)
        row.addWidget(self._left)
        row.addWidget(card, 1)
        row.addWidget(self._right)
        self._both.addWidget(full)
        self._both.addWidget(self._short)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3)
        column.addWidget(self._both)

    def _padded(self, inner: QWidget) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(16, 6, 16, 0)
        column.addWidget(inner)
        return made
