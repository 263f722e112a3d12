"""Questions answered by one key: choices by digit, yes or no by Y and N."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui import tokens
from ui.components.chip import KeyCap
from ui.components.focus import paint_ring
from ui.components.styling import set_flag, set_look, set_seen
from ui.components.surfaces import clear
from ui.components.text import label, wrapped
from ui.viewmodels.basic import Choice

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent


class Option(QFrame):
    """One answer with its key. Never takes the focus itself: the row does.

    Signals:
        chosen: the clerk clicked it.
    """

    chosen = Signal()

    def __init__(self, text: str, key: str, *, scale: str = "base", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("scale", scale)
        self.setFixedHeight(32 if scale == "small" else 38)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        row = QHBoxLayout(self)
        side = 10 if scale == "small" else 14
        row.setContentsMargins(side, 0, side, 0)
        row.setSpacing(tokens.SPACE_2)
        self._label = label(text)
        row.addWidget(self._label)
        if key:
            row.addWidget(KeyCap(key))
        self.setAccessibleName(text)

    def show_chosen(self, *, on: bool) -> None:
        """Whether it is the answer."""
        set_flag(self, "chosen", on=on)
        for child in self.findChildren(QLabel):
            child.style().unpolish(child)
            child.style().polish(child)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit()


class ChoiceRow(QFrame):
    """A question and its answers on one line; arrows walk, digits choose, and choosing by key moves on.

    `can_take_back`: Backspace takes the answer back.

    Signals:
        edited: the code that was chosen, empty for an answer that was taken back.
        answered_by_key: the answer came from the keyboard, so the next question may take the focus.
    """

    edited = Signal(str)
    answered_by_key = Signal()

    def __init__(
        self,
        question: str,
        note: str = "",
        *,
        scale: str = "base",
        can_take_back: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._scale = scale
        self._can_take_back = can_take_back
        self._choices: tuple[Choice, ...] = ()
        self._options: list[Option] = []
        self._value = ""
        self._question = label(question, "base" if scale == "small" else "question")
        self._note = wrapped(note, "note")
        set_seen(self._note, seen=bool(note))
        self._row = QHBoxLayout(self)
        self._options_row = QHBoxLayout()
        self._options_row.setSpacing(10)
        self._build()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self._describe()

    def set_margins(self, side: int, top: int) -> None:
        """Keep this much free around question and answers."""
        self._row.setContentsMargins(side, top, side, top)

    def ask(self, question: str, note: str = "", error: str = "") -> None:
        """Ask `question`, with a smaller `note` under it, or what is wrong with the answer."""
        self._question.setText(question)
        self._note.setText(error or note)
        self._note.setVisible(bool(error or note))
        set_look(self._note, "type", "error" if error else "note")
        self._describe()

    def offer(self, choices: tuple[Choice, ...]) -> None:
        """Offer these answers."""
        if choices == self._choices:
            return
        self._choices = choices
        clear(self._options_row)
        self._options = []
        for position, choice in enumerate(choices):
            option = Option(choice.label, self._key_of(position), scale=self._scale)
            option.setProperty("code", choice.code)
            option.chosen.connect(self._clicked)
            self._options.append(option)
            self._options_row.addWidget(option)
        self.show_value(self._value)

    def value(self) -> str:
        """The chosen code, empty for none."""
        return self._value

    def show_value(self, value: str) -> None:
        """Show which answer is chosen; none unless `value` is one of them."""
        self._value = value
        for option, choice in zip(self._options, self._choices, strict=True):
            option.show_chosen(on=choice.code == value)
        self._describe()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        position = self._position_of(event)
        if position is not None:
            self._choose(self._choices[position].code)
            self.answered_by_key.emit()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not event.modifiers():
            self._walk(-1 if event.key() == Qt.Key.Key_Left else 1)
        elif self._can_take_back and event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self._choose("")
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus() and self._options:
            ring = tokens.FOCUS_RING_WIDTH
            for option in self._options:
                outer = QRectF(option.geometry()).adjusted(-ring, -ring, ring, ring)
                paint_ring(self, outer, tokens.RADIUS_BUTTON)

    def _key_of(self, position: int) -> str:
        return str(position + 1) if position < 9 else ""

    def _position_of(self, event: QKeyEvent) -> int | None:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return None
        position = event.key() - Qt.Key.Key_1
        return position if 0 <= position < min(9, len(self._choices)) else None

    def _walk(self, step: int) -> None:
        codes = [choice.code for choice in self._choices]
        if not codes:
            return
        start = codes.index(self._value) if self._value in codes else (-1 if step > 0 else len(codes))
        self._choose(codes[max(0, min(len(codes) - 1, start + step))])

    def _clicked(self) -> None:
        self.setFocus()
        self._choose(str(self.sender().property("code")))

    def _choose(self, code: str) -> None:
        if code != self._value:
            self.show_value(code)
            self.edited.emit(code)

    def _build(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._question)
        words.addWidget(self._note)
        self._row.setContentsMargins(20, 6, 20, 6)
        self._row.setSpacing(tokens.SPACE_4)
        self._row.addLayout(words, 1)
        self._row.addLayout(self._options_row)

    def _describe(self) -> None:
        self.setAccessibleName(self._question.text())
        answers = "，".join(f"{self._key_of(position)} {choice.label}" for position, choice in enumerate(self._choices))
        chosen = next((choice.label for choice in self._choices if choice.code == self._value), self.tr("未选"))
        self.setAccessibleDescription(self.tr("{answers}；现在：{chosen}").format(answers=answers, chosen=chosen))


class YesNoRow(ChoiceRow):
    """A question answered by Y or N. The value is `yes`, `no` or empty: not asked is not no."""

    def __init__(self, question: str, yes: str, no: str, note: str = "", parent: QWidget | None = None) -> None:
        super().__init__(question, note, parent=parent)
        self.offer((Choice("yes", yes), Choice("no", no)))

    def answer(self) -> bool | None:
        """The answer, None while there is none."""
        return {"yes": True, "no": False}.get(self.value())

    def show_answer(self, answer: bool | None) -> None:
        """Show an answer, or that there is none."""
        self.show_value("" if answer is None else "yes" if answer else "no")

    def _key_of(self, position: int) -> str:
        return "YN"[position]

    def _position_of(self, event: QKeyEvent) -> int | None:
        if event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
            return None
        return {Qt.Key.Key_Y: 0, Qt.Key.Key_N: 1}.get(Qt.Key(event.key()))
