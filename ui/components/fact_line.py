"""Elements that a source has filled, set like words in quiet lines; one of them may be taken up to be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QWidget

from ui import tokens
from ui.components.chip import SourceBadge
from ui.components.flow import FlowLayout
from ui.components.focus import paint_focus_ring
from ui.components.surfaces import clear
from ui.components.text import ElidedLabel, label

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

    from ui.viewmodels.parts import FactView

_TAKING_UP = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_STEPS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}


class FactLine(QFrame):
    """One filled element. Tab passes it by; Ctrl+E on the page and the arrows lead to it, Enter or a click takes it up.

    Signals:
        chosen: it is to be changed; its code.
    """

    chosen = Signal(str)

    def __init__(self, fact: FactView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.code = fact.code
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus if fact.code else Qt.FocusPolicy.NoFocus)
        self.setObjectName(f"fact:{fact.code}")
        self.setAccessibleName(f"{fact.label} {fact.value}，{fact.mark_meaning}")
        self.setAccessibleDescription(self.tr("按回车改"))
        row = QHBoxLayout(self)
        ring = tokens.FOCUS_RING_WIDTH
        row.setContentsMargins(ring, 0, ring, 0)
        row.setSpacing(6)
        row.addWidget(label(fact.label, "note"))
        row.addWidget(ElidedLabel(fact.value))
        badge = SourceBadge()
        badge.show_source(fact.mark, fact.mark_meaning)
        row.addWidget(badge)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _TAKING_UP:
            self.chosen.emit(self.code)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.code and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.code)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_focus_ring(self, tokens.RADIUS_FIELD)
        super().paintEvent(event)


class FactLines(QWidget):
    """Some of them, side by side.

    Signals:
        chosen: one is to be changed; its code.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: tuple[FactView, ...] = ()
        self._flow = FlowLayout(self, gap=22 - 2 * tokens.FOCUS_RING_WIDTH)
        self._flow.setContentsMargins(0, 0, 0, 4)
        self.hide()

    def show_facts(self, facts: tuple[FactView, ...]) -> None:
        """Show these."""
        if facts != self._facts:
            self._facts = facts
            clear(self._flow)
            for fact in facts:
                line = FactLine(fact)
                line.chosen.connect(self.chosen)
                self._flow.addWidget(line)
        self.setVisible(bool(facts))


def step_of(event: QKeyEvent) -> int:
    """Which way an arrow leads: 1, -1, or 0 for any other key."""
    return _STEPS.get(Qt.Key(event.key()), 0)


def fact_at_hand(place: QWidget) -> FactLine | None:
    """The filled element of `place` that has the cursor."""
    focus = QApplication.focusWidget()
    return focus if isinstance(focus, FactLine) and place.isAncestorOf(focus) else None


def walk_facts(place: QWidget, step: int) -> bool:
    """Go to the next filled element of `place`, or the first; False if it has none."""
    lines = [line for line in place.findChildren(FactLine) if line.code and line.isVisible()]
    here = fact_at_hand(place)
    if not lines:
        return False
    lines[(lines.index(here) + step) % len(lines) if here in lines else 0].setFocus(Qt.FocusReason.ShortcutFocusReason)
    return True
