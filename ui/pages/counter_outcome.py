"""The last two stages: what the applicant checks, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui import tokens
from ui.components.chip import Chip
from ui.components.messages import Banner
from ui.components.rows import PairList
from ui.components.styling import set_seen
from ui.components.surfaces import Rule, ScrollColumn, clear
from ui.components.text import label, wrapped
from ui.pages.counter_stages import Body
from ui.tokens import Tone
from ui.viewmodels.parts import ChipView

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from ui.viewmodels.counter_state import CheckView, ChildView, CounterState, DoneView, PaperView


class CheckBody(Body):
    """Everything that was filled, as it will stand, and what the paper says.

    Signals:
        turned: the second screen turns to the next page (1) or the one before (-1).
    """

    turned = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._shown: CheckView | None = None
        self._citizen = Chip()
        self._scroll = ScrollColumn()
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 16, 8)
        head.addWidget(wrapped(self.tr("请申请人看着第二屏核对；打印后请本人在纸上签字。"), "secondary"), 1)
        head.addWidget(self._citizen)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Rule(faint=True))
        column.addWidget(self._scroll, 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}.get(Qt.Key(event.key()))
        scroll = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is not None:
            self.turned.emit(step)
        elif scroll is not None:
            bar = self._scroll.verticalScrollBar()
            bar.setValue(bar.value() + scroll * 48)
        else:
            super().keyPressEvent(event)

    def show_state(self, state: CounterState) -> None:
        check = state.check
        if check is None or check == self._shown:
            return
        self._shown = check
        self._citizen.show_word(check.citizen.text, check.citizen.tone)
        clear(self._scroll.column)
        self._scroll.column.setContentsMargins(16, 10, 16, 12)
        self._scroll.column.setSpacing(10)
        # First what the act will mean, then the details.
        self._scroll.column.addWidget(_effect(check.in_force, check.not_yet))
        for remark in check.remarks:
            banner = Banner(Tone.WARN)
            banner.say(remark)
            self._scroll.column.addWidget(banner)
        if check.children:
            self._scroll.column.addWidget(_children(self.tr("各事项"), check.children))
        papers = tuple((row.label, row.value) for row in check.papers)
        self._scroll.column.addWidget(_group(self.tr("会打印"), papers))
        for heading, rows in check.groups:
            self._scroll.column.addWidget(_group(heading, tuple((row.label, row.value) for row in rows)))
        self._scroll.column.addStretch(1)


class DoneBody(Body):
    """The outcome: number, what is in force and what not yet, papers, rating, upload."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[DoneView | None, str] | None = None
        scroll = ScrollColumn()
        self._column = scroll.column
        self._column.setContentsMargins(20, 16, 20, 12)
        self._column.setSpacing(tokens.SPACE_3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)

    def show_state(self, state: CounterState) -> None:
        done = state.done
        if done is None or (done, state.say) == self._shown:
            return
        self._shown = (done, state.say)
        clear(self._column)
        self._column.addWidget(_heading(done))
        if done.number:
            self._column.addWidget(_number(done.number))
        self._column.addWidget(_effect(done.in_force, done.not_yet))
        if done.later:
            self._column.addWidget(_line_of(self.tr("容缺后补"), done.later))
        if done.children:
            self._column.addWidget(_children(self.tr("各事项"), done.children))
        for paper in done.papers:
            self._column.addWidget(_paper(paper))
        self._column.addWidget(Rule(faint=True))
        self._column.addWidget(_line(self.tr("评价"), done.rating))
        self._column.addWidget(_line(self.tr("上传"), done.uploaded))
        self._column.addStretch(1)
        if state.say:
            banner = Banner(Tone.OFFLINE if state.is_offline else Tone.INFO)
            banner.say(f"“{state.say}”", heading=self.tr("对群众说"))
            self._column.addWidget(banner)


def _group(heading: str, rows: tuple[tuple[str, str], ...]) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    column.addWidget(label(heading, "strong"))
    halves = QHBoxLayout()
    halves.setSpacing(tokens.SPACE_4)
    for start in (0, 1):
        pairs = PairList(label_width=92)
        pairs.show_pairs(rows[start::2])
        side = QVBoxLayout()
        side.addWidget(pairs)
        side.addStretch(1)
        halves.addLayout(side, 1)
    column.addLayout(halves)
    return made


def _children(heading: str, children: tuple[ChildView, ...]) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    column.addWidget(label(heading, "strong"))
    for child in children:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(label(child.name))
        row.addWidget(wrapped(child.note, "note"), 1)
        row.addWidget(Chip(child.chip.text, child.chip.tone))
        column.addLayout(row)
    return made


def _effect(in_force: str, not_yet: str) -> QWidget:
    made = QFrame()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    for chip, text in (
        (ChipView(made.tr("现在生效"), Tone.OK), in_force),
        (ChipView(made.tr("还没生效"), Tone.NEUTRAL), not_yet),
    ):
        if text:
            row = QHBoxLayout()
            row.setSpacing(10)
            row.addWidget(Chip(chip.text, chip.tone))
            row.addWidget(wrapped(text), 1)
            column.addLayout(row)
    set_seen(made, seen=bool(in_force or not_yet))
    return made


def _line_of(word: str, text: str) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(10)
    row.addWidget(Chip(word, Tone.WARN))
    row.addWidget(wrapped(text), 1)
    return made


def _heading(done: DoneView) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    column.addWidget(label(done.heading, "figure"))
    column.addWidget(wrapped(done.matter, "secondary"))
    return made


def _number(number: str) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(10)
    row.addWidget(label(made.tr("办件编号"), "secondary"))
    value = label(number, "figure")
    value.setObjectName("case_number")
    row.addWidget(value)
    row.addStretch(1)
    return made


def _paper(paper: PaperView) -> QWidget:
    return _line(paper.name, paper.chip)


def _line(text: str, chip: ChipView) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(10)
    row.addWidget(label(text))
    row.addWidget(Chip(chip.text, chip.tone))
    row.addStretch(1)
    set_seen(made, seen=bool(chip.text))
    return made
