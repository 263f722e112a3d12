"""What an eye would find wrong on a page: cut words, inputs without a name, things over one another."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractScrollArea, QComboBox, QLabel, QLineEdit, QScrollArea, QWidget

from ui.components.button import Button
from ui.components.choice_row import ChoiceRow
from ui.components.text import ElidedLabel
from ui.tokens import contrast

if TYPE_CHECKING:
    from collections.abc import Iterator


def cut_words(top: QWidget) -> list[str]:
    """Labels whose text does not fit into them, or that stick out of what holds them."""
    return [f"{label.text()!r} {reason}" for label, reason in _cut(top)]


def _cut(top: QWidget) -> Iterator[tuple[QLabel, str]]:
    for label in top.findChildren(QLabel):
        if not label.isVisibleTo(top) or not label.text():
            continue
        if isinstance(label, ElidedLabel):
            if label.is_elided():
                yield label, "is elided"
        elif _needs(label) > label.height() + 1:
            yield label, f"needs {_needs(label)} of {label.height()} lines' height"
        elif label.wordWrap() and _widest(label) > label.width() + 1:
            yield label, f"a line of it needs {_widest(label)} of {label.width()} pixels"
        elif not label.wordWrap() and label.sizeHint().width() > label.width() + 1:
            yield label, f"needs {label.sizeHint().width()} of {label.width()} pixels"
        elif not _inside_parent(label, top):
            yield label, "sticks out"


def _needs(label: QLabel) -> int:
    return label.heightForWidth(label.width()) if label.wordWrap() else label.fontMetrics().height()


def _widest(label: QLabel) -> int:
    """The longest line after wrapping: Qt lets a word that is longer than the label stick out of it."""
    room = QRect(0, 0, label.contentsRect().width(), 10_000)
    return label.fontMetrics().boundingRect(room, int(Qt.TextFlag.TextWordWrap), QLabel.text(label)).width()


def _inside_parent(widget: QWidget, top: QWidget) -> bool:
    """Whether every ancestor that does not scroll has room for the widget."""
    rect = QRect(widget.mapTo(top, QPoint(0, 0)), widget.size())
    ancestor = widget.parentWidget()
    while ancestor is not None and ancestor is not top.parentWidget():
        room = QRect(ancestor.mapTo(top, QPoint(0, 0)), ancestor.size())
        if isinstance(ancestor.parentWidget(), QScrollArea):
            # What scrolls may stand outside above and below, never to the sides.
            return rect.left() >= room.left() - 1 and rect.right() <= room.right() + 1
        if not room.adjusted(-1, -1, 1, 1).contains(rect):
            return False
        ancestor = ancestor.parentWidget()
    return True


def faint_words(top: QWidget) -> list[str]:
    """Labels that can hardly be read where they stand, measured on the picture itself.

    Thin strokes never reach their full colour, so the measure is lower than the 4.5 that the colours themselves keep.
    A line of which a scroll area shows only the upper edge is read after scrolling: its strokes are not there yet.
    """
    picture = top.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    scale = picture.width() / top.width()
    found = []
    for label in top.findChildren(QLabel):
        seen = label.visibleRegion().boundingRect()
        if label.text() and 2 * seen.height() > label.height() and not _is_covered(label, seen.center(), top):
            area = QRect(label.mapTo(top, seen.topLeft()) * scale, seen.size() * scale)
            ratio = _measured_contrast(picture.copy(area))
            if ratio < _READABLE:
                found.append(f"{label.text()!r} {ratio:.1f}")
    return found


_READABLE = 3.0


def _is_covered(label: QLabel, point: QPoint, top: QWidget) -> bool:
    above = top.childAt(label.mapTo(top, point))
    return above is not None and above is not label and not above.isAncestorOf(label)


def _measured_contrast(part: QImage) -> float:
    counted = Counter(memoryview(part.constBits()).cast("I").tolist())
    background = f"#{counted.most_common(1)[0][0] & 0xFFFFFF:06x}"
    return max(contrast(f"#{pixel & 0xFFFFFF:06x}", background) for pixel in counted)


def nameless_inputs(top: QWidget) -> list[str]:
    """Widgets that take keys but say nothing to a screen reader."""
    kinds = (QLineEdit, QComboBox, Button, ChoiceRow, QAbstractScrollArea)
    return [
        f"{type(widget).__name__} {widget.objectName()}"
        for widget in top.findChildren(QWidget)
        if isinstance(widget, kinds)
        and widget.isVisibleTo(top)
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not widget.accessibleName()
    ]


def overlapping_siblings(top: QWidget) -> list[str]:
    """Labels and buttons of one parent that lie over one another."""
    found = []
    shown = [w for w in top.findChildren(QWidget) if isinstance(w, QLabel | Button) and w.isVisibleTo(top)]
    by_parent: dict[QWidget | None, list[QWidget]] = {}
    for widget in shown:
        by_parent.setdefault(widget.parentWidget(), []).append(widget)
    for siblings in by_parent.values():
        for place, one in enumerate(siblings):
            for other in siblings[place + 1 :]:
                over = one.geometry().intersected(other.geometry())
                if over.width() > 1 and over.height() > 1:
                    found.append(f"{_words(one)} over {_words(other)}")
    return found


def _words(widget: QWidget) -> str:
    return widget.text() if isinstance(widget, QLabel) else widget.accessibleName()
