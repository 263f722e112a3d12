"""Signing in: number, password, and whether the seal is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui import tokens
from ui.components.button import Button
from ui.components.chip import Chip
from ui.components.choice_row import YesNoRow
from ui.components.line_edit import LineEdit
from ui.components.messages import Banner, ProblemBanner
from ui.components.styling import set_seen
from ui.components.surfaces import Card
from ui.components.text import label, wrapped
from ui.keys import Command
from ui.pages.page import Page
from ui.tokens import Tone

if TYPE_CHECKING:
    from ui.viewmodels.sign_in_state import LockState, SignInState

_CARD_WIDTH = 440


class SignInModel(Protocol):
    """What the page needs of its view-model."""

    changed: SignalInstance
    state: SignInState

    def sign_in(self, number: str, password: str, *, seal_at_hand: bool) -> None:
        """Try."""

    def recover(self, number: str, password: str, *, seal_at_hand: bool) -> None:
        """Let a store that was put back go on, then sign in."""


class LockModel(Protocol):
    """What the lock needs of its view-model."""

    changed: SignalInstance
    state: LockState

    def unlock(self, password: str) -> None:
        """Try."""


class LabelledLine(QWidget):
    """A label over a line, for the two pages without a form."""

    def __init__(self, caption: str, name: str, *, secret: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = LineEdit(limit=64, scale="large")
        self.line.setObjectName(name)
        self.line.setAccessibleName(caption)
        if secret:
            self.line.setEchoMode(QLineEdit.EchoMode.Password)
        heading = label(caption, "secondary")
        heading.setContentsMargins(tokens.FOCUS_RING_WIDTH, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(heading)
        column.addWidget(self.line)
        self.setFocusProxy(self.line)


class SignInPage(Page):
    """The first page of the day.

    Signals:
        submitted: number, password, seal at hand.
    """

    submitted = Signal(str, str, bool)

    def __init__(self, view_model: SignInModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = view_model
        self._place = wrapped("", "secondary")
        self._mark = Chip()
        self._number = LabelledLine(self.tr("工号"), "clerk_number")
        self._password = LabelledLine(self.tr("密码"), "password", secret=True)
        self._seal = YesNoRow(
            self.tr("公章在手吗？"), self.tr("在手"), self.tr("不在手"), self.tr("记入用印登记；不在手时只出收件凭证")
        )
        self._seal.setObjectName("seal_at_hand")
        self._problem = ProblemBanner()
        self._button = Button(self.tr("登录"), Command.PRIMARY, kind="primary", scale="large")
        self._build()
        for line in (self._number.line, self._password.line):
            line.returnPressed.connect(self._enter_pressed)
        self._seal.answered_by_key.connect(self._button.setFocus)
        self._button.clicked.connect(self._submit)
        view_model.changed.connect(self.render)
        self.render(view_model.state)

    def render(self, state: SignInState) -> None:  # type: ignore[override]
        """Show `state`."""
        self._place.setText(state.place or self.tr("综合窗口"))
        self._mark.show_word(state.mark, Tone.INFO)
        if state.number and not self._number.line.text():
            self._number.line.show_value(state.number)
            if self._number.line.hasFocus():
                self._password.line.setFocus()
        if not self._seal.value():
            self._seal.show_answer(state.seal_at_hand)
        for widget in (self._number, self._password, self._seal, self._button):
            set_seen(widget, seen=not state.is_revoked)
        if state.is_revoked:
            self.setFocus()
        self._button.setEnabled(state.can_sign_in)
        self._button.show_text(state.busy or (self.tr("恢复本机记录") if state.offers_recovery else self.tr("登录")))
        self._problem.show_problem(state.problem)

    def enter(self) -> None:
        self._password.line.clear()
        if self._model.state.is_revoked:
            self.setFocus()
            return
        (self._password if self._number.line.text() else self._number).line.setFocus()

    def run(self, command: Command) -> bool:
        if command is Command.PRIMARY:
            self._submit()
            return True
        return False

    def _enter_pressed(self) -> None:
        if self._number.line.hasFocus() and not self._password.line.text():
            self._password.line.setFocus()
        elif self._model.state.offers_recovery:
            # Going on is for somebody who has read why: a second Enter out of habit only leads there.
            self._button.setFocus()
        else:
            self._submit()

    def _submit(self) -> None:
        if not self._model.state.can_sign_in:
            return
        number, password = self._number.line.text().strip(), self._password.line.text()
        if not number or not password:
            (self._password if number else self._number).line.setFocus()
            return
        seal = bool(self._seal.answer())
        self.submitted.emit(number, password, seal)
        act = self._model.recover if self._model.state.offers_recovery else self._model.sign_in
        act(number, password, seal_at_hand=seal)

    def _build(self) -> None:
        card = Card()
        card.setFixedWidth(_CARD_WIDTH)
        inner = QVBoxLayout()
        inner.setContentsMargins(28, tokens.SPACE_4, 28, tokens.SPACE_4)
        inner.setSpacing(tokens.SPACE_3)
        head = QHBoxLayout()
        head.setContentsMargins(tokens.FOCUS_RING_WIDTH, 0, tokens.FOCUS_RING_WIDTH, 0)
        head.addWidget(label(self.tr("窗口通"), "figure"))
        head.addWidget(self._mark)
        head.addStretch(1)
        self._place.setContentsMargins(tokens.FOCUS_RING_WIDTH, 0, 0, 0)
        inner.addLayout(head)
        inner.addWidget(self._place)
        inner.addSpacing(tokens.SPACE_1)
        inner.addWidget(self._number)
        inner.addWidget(self._password)
        self._seal.set_margins(tokens.FOCUS_RING_WIDTH, 6)
        inner.addWidget(self._seal)
        inner.addWidget(self._problem)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self._button)
        inner.addLayout(foot)
        card.column.addLayout(inner)
        _centre(self, card)


class LockPage(Page):
    """The locked desk: shows nothing of the visit.

    Signals:
        submitted: the password.
    """

    submitted = Signal(str)

    def __init__(self, view_model: LockModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = view_model
        self._clerk = label("", "strong")
        self._kept = Banner(Tone.INFO)
        self._password = LabelledLine(self.tr("密码"), "unlock_password", secret=True)
        self._problem = ProblemBanner()
        self._button = Button(self.tr("解锁"), Command.PRIMARY, kind="primary", scale="large")
        self._build()
        self._password.line.returnPressed.connect(self._submit)
        self._button.clicked.connect(self._submit)
        view_model.changed.connect(self.render)
        self.render(view_model.state)

    def render(self, state: LockState) -> None:  # type: ignore[override]
        """Show `state`."""
        self._clerk.setText(state.clerk)
        kept = self.tr("草稿都在，解锁后接着办。") if state.drafts else ""
        self._kept.say(kept)
        self._button.setEnabled(state.can_unlock)
        self._button.show_text(state.busy or self.tr("解锁"))
        self._problem.show_problem(state.problem)

    def enter(self) -> None:
        self._password.line.clear()
        self._password.line.setFocus()

    def run(self, command: Command) -> bool:
        if command is Command.PRIMARY:
            self._submit()
        return True  # behind the lock no key does anything else

    def _submit(self) -> None:
        password = self._password.line.text()
        if password and self._model.state.can_unlock:
            self._password.line.clear()
            self.submitted.emit(password)
            self._model.unlock(password)

    def _build(self) -> None:
        card = Card()
        card.setFixedWidth(_CARD_WIDTH)
        inner = QVBoxLayout()
        inner.setContentsMargins(28, tokens.SPACE_4, 28, tokens.SPACE_4)
        inner.setSpacing(tokens.SPACE_3)
        heading = label(self.tr("已锁定"), "figure")
        for line in (heading, self._clerk):
            line.setContentsMargins(tokens.FOCUS_RING_WIDTH, 0, 0, 0)
            inner.addWidget(line)
        inner.addWidget(self._password)
        inner.addWidget(self._kept)
        inner.addWidget(self._problem)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self._button)
        inner.addLayout(foot)
        card.column.addLayout(inner)
        _centre(self, card)


def _centre(page: QWidget, card: QWidget) -> None:
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(card)
    row.addStretch(1)
    column = QVBoxLayout(page)
    # At 150 % the card with a problem of two lines fills the page.
    column.setContentsMargins(0, 2, 0, 2)
    column.addStretch(2)
    column.addLayout(row)
    column.addStretch(3)
