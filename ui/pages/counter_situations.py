"""The questions of a matter (情形): one line a question, one key an answer, and what the answers come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.components.choice_row import ChoiceRow
from ui.components.surfaces import Rule, ScrollColumn
from ui.components.text import label, wrapped
from ui.pages.counter_stages import Body

if TYPE_CHECKING:
    from ui.viewmodels.counter_state import CounterState, QuestionView


class SituationsBody(Body):
    """The questions in the order of asking, then which optional children are done along.

    Signals:
        edited: a question's code and its answer, empty for one that is taken back.
    """

    edited = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, ChoiceRow] = {}
        self._scroll = ScrollColumn()
        self._sizes = label("", "strong")
        self._sizes.setObjectName("sizes")
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 16, 8)
        head.addWidget(wrapped(self.tr("先问情形：按数字回答，退格键收回。改了回答，材料和表跟着变。"), "secondary"), 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 8, 16, 8)
        foot.setSpacing(8)
        foot.addWidget(label(self.tr("按现在的回答"), "note"))
        foot.addWidget(self._sizes)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._scroll, 1)
        column.addWidget(Rule(faint=True))
        column.addLayout(foot)

    def show_state(self, state: CounterState) -> None:
        asked = state.situations
        if tuple(self._rows) != tuple(question.code for question in asked):
            self._rebuild(asked)
        for question in asked:
            row = self._rows[question.code]
            row.ask(question.question, question.note)
            row.offer(question.choices)
            row.show_value(question.value)
        self._sizes.setText(state.sizes)

    def first_focus(self) -> QWidget:
        rows = self._rows.values()
        return next((row for row in rows if not row.value()), next(iter(rows), self))

    def row(self, code: str) -> QWidget | None:
        """The line of a question."""
        return self._rows.get(code)

    def _rebuild(self, asked: tuple[QuestionView, ...]) -> None:
        """Put the lines anew; those that stay are kept, and with them the focus."""
        rows = {question.code: self._rows.get(question.code) or self._new_row(question.code) for question in asked}
        kept = list(rows.values())
        while (item := self._scroll.column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None and widget not in kept:
                widget.hide()
                widget.deleteLater()
        self._rows = rows
        for row in kept:
            self._scroll.column.addWidget(Rule(faint=True))
            self._scroll.column.addWidget(row)
            row.show()  # at once: the next key may be meant for it
        self._scroll.column.addStretch(1)

    def _new_row(self, code: str) -> ChoiceRow:
        row = ChoiceRow("", scale="small", can_take_back=code.startswith("q."))
        row.setObjectName(f"situation:{code}")
        row.setProperty("code", code)
        row.edited.connect(self._edited)
        row.answered_by_key.connect(self._next)
        return row

    def _edited(self, value: str) -> None:
        self.edited.emit(str(self.sender().property("code")), value)

    def _next(self) -> None:
        """Go on to the next question without an answer; to the next line where every one has its own."""
        rows = list(self._rows.values())
        place = rows.index(self.sender())  # type: ignore[arg-type]
        later = rows[place + 1 :]
        target = next((row for row in later if not row.value()), later[0] if later else None)
        if target is not None:
            target.setFocus(Qt.FocusReason.TabFocusReason)
