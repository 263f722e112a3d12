"""What things stand on: cards, rules, the grey canvas, and a column that scrolls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QProgressBar,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui import tokens
from ui.components.text import label


class Canvas(QFrame):
    """The grey ground of a page."""


class Rule(QFrame):
    """A hairline."""

    def __init__(self, parent: QWidget | None = None, *, faint: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("faint", "true" if faint else "false")
        self.setFixedHeight(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)


class Card(QFrame):
    """A white card; what is put in stands in a column without gaps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(1, 1, 1, 1)
        self.column.setSpacing(0)


class CardHeader(QWidget):
    """The first line of a card: a heading, and to the right a note or what is put there."""

    def __init__(self, heading: str, *, role: str = "strong", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = label(heading, role)
        self._note = label("", "note")
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(14, 10, 14, 10)
        self.row.setSpacing(tokens.SPACE_2)
        self.row.addWidget(self._heading)
        self.row.addStretch(1)
        self.row.addWidget(self._note)
        self._note.hide()

    def show_heading(self, heading: str, note: str = "") -> None:
        """Say `heading` and, smaller to the right, `note`."""
        self._heading.setText(heading)
        self._note.setText(note)
        self._note.setVisible(bool(note))


class Photo(QLabel):
    """The place of a photo. The photo on the card is never stored; the place says so."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(self.tr("无照片"))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFixedSize(60, 74)


class Progress(QProgressBar):
    """A thin bar of true progress, 0 to 1."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextVisible(False)
        self.setRange(0, 1000)
        self.setFixedHeight(8)

    def show_part(self, part: float) -> None:
        """Show how much is done."""
        self.setValue(round(max(0.0, min(1.0, part)) * 1000))


class ScrollColumn(QScrollArea):
    """A column that scrolls up and down only, and follows the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        inner.setObjectName("scrolled")
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.setWidget(inner)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow)

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.isAncestorOf(now) and now is not self.widget():
            self.ensureWidgetVisible(now, 0, 28)


def clear(layout: QLayout) -> None:
    """Take everything out of `layout` and let it go."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
