"""Sentences to the clerk: banners that stay, problems with their next step, toasts that go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui import tokens
from ui.components.button import Button
from ui.components.styling import set_look, set_seen
from ui.components.text import label, wrapped
from ui.tokens import Tone

if TYPE_CHECKING:
    from ui.keys import Command
    from ui.viewmodels.basic import ProblemView

TOAST_MS = 6000


class Banner(QFrame):
    """A sentence that stays while it is true. Violet is for offline and for nothing else."""

    def __init__(self, tone: Tone = Tone.OFFLINE, *, square: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("tone", tone.value)
        self.setProperty("square", "true" if square else "false")
        self._heading = wrapped("", "strong")
        self._text = wrapped()
        self.column = QVBoxLayout(self)
        side = 20 if square else tokens.SPACE_4
        self.column.setContentsMargins(side, 10, side, 10)
        self.column.setSpacing(2)
        self.column.addWidget(self._heading)
        self.column.addWidget(self._text)
        self._heading.hide()
        self.hide()

    def say(self, text: str, heading: str = "", tone: Tone | None = None) -> None:
        """Say `text` under `heading`; hidden if both are empty."""
        if tone is not None and tone.value != self.property("tone"):
            set_look(self, "tone", tone.value)
            for inner in (self._heading, self._text):
                inner.style().unpolish(inner)
                inner.style().polish(inner)
        self._heading.setText(heading)
        self._heading.setVisible(bool(heading))
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName("，".join(filter(None, (heading, text))))
        set_seen(self, seen=bool(text or heading))

    def words(self) -> str:
        """Everything it says."""
        return "\n".join(filter(None, (self._heading.text(), self._text.text())))


class ProblemBanner(Banner):
    """What happened, and what to press next."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Tone.BAD, parent=parent)
        self.setObjectName("problem")

    def show_problem(self, problem: ProblemView | None) -> None:
        """Show a problem, or nothing."""
        if problem is None:
            self.say("")
        else:
            self.say(problem.next_step, heading=problem.sentence, tone=problem.tone)


class EmptyState(QWidget):
    """A page with nothing in it: what this is, and what to press.

    Signals:
        acted: the button was pressed.
    """

    acted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = label("", "title")
        self._heading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._text = wrapped("", "secondary")
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._text.setFixedWidth(560)
        self._slot = QHBoxLayout()
        self._slot.setSpacing(tokens.SPACE_2)
        column = QVBoxLayout(self)
        column.setSpacing(tokens.SPACE_2)
        column.addStretch(2)
        column.addWidget(self._heading)
        column.addLayout(_centred(self._text))
        column.addSpacing(tokens.SPACE_2)
        column.addLayout(self._slot)
        column.addStretch(3)

    def say(self, heading: str, text: str) -> None:
        """Say what this is and what to do."""
        self._heading.setText(heading)
        self._text.setText(text)

    def offer(self, text: str, command: Command | None = None, *, kind: str = "primary") -> Button:
        """Add a button; the first one reports through `acted`."""
        button = Button(text, command, kind=kind)
        if not self._slot.count():
            self._slot.addStretch(1)
            self._slot.addStretch(1)
            button.clicked.connect(self.acted)
        self._slot.insertWidget(self._slot.count() - 1, button)
        return button


def _centred(widget: QWidget) -> QHBoxLayout:
    # Not by alignment: a wrapped label would then be measured at the width of the whole page.
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(widget)
    row.addStretch(1)
    return row


class Toast(QFrame):
    """A sentence over the lower edge of the window that goes by itself; never the only place of a fact."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._heading = label("", "strong")
        self._text = wrapped("", "secondary")
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_4, 10, tokens.SPACE_4, 10)
        column.setSpacing(0)
        column.addWidget(self._heading)
        column.addWidget(self._text)
        self.setFixedWidth(440)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TOAST_MS)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def say(self, heading: str, text: str = "") -> None:
        """Say `heading`, with the next step under it."""
        self._heading.setText(heading)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName("，".join(filter(None, (heading, text))))
        self.place()
        self.show()
        self.raise_()
        self._timer.start()

    def words(self) -> str:
        """Everything it says."""
        return "\n".join(filter(None, (self._heading.text(), self._text.text())))

    def place(self) -> None:
        """Stand over the lower edge, in the middle."""
        parent = self.parentWidget()
        assert parent is not None
        self.adjustSize()
        self.move((parent.width() - self.width()) // 2, parent.height() - self.height() - 44)
