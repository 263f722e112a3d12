"""Chips and key caps: small labels that always carry a word."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui.components.styling import set_flag, set_look, set_seen
from ui.tokens import Tone


class Chip(QLabel):
    """A word with a tone. Without a word it is hidden: colour alone says nothing."""

    def __init__(self, text: str = "", tone: Tone = Tone.NEUTRAL, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setProperty("tone", tone.value)
        self.show_word(text, tone)

    @property
    def tone(self) -> Tone:
        """The present tone."""
        return Tone(self.property("tone"))

    def show_word(self, text: str, tone: Tone = Tone.NEUTRAL) -> None:
        """Say `text` in `tone`."""
        self.setText(text)
        set_seen(self, seen=bool(text))
        set_look(self, "tone", tone.value)


class KeyCap(QLabel):
    """The name of a key, as it is printed on it."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(key, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)


class SourceBadge(QLabel):
    """Where a value comes from, in one character; the tooltip says it in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_source(self, mark: str, meaning: str, *, changed: bool = False) -> None:
        """Show `mark` with `meaning` as its tooltip; hidden without a mark. `changed`: a person wrote over it."""
        self.setText(mark)
        set_flag(self, "changed", on=changed)
        self.setToolTip(meaning)
        set_seen(self, seen=bool(mark))


class CountBadge(QLabel):
    """A count of what needs the clerk, white on red; hidden at zero."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hide()

    def show_count(self, count: int) -> None:
        """Show `count`, at most 99+."""
        self.setText(str(count) if count < 100 else "99+")
        self.adjustSize()
        self.setVisible(count > 0)
