"""Sheets: a small page laid over the window. The page beneath stays visible but takes neither keys nor clicks."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui import tokens
from ui.components.chip import KeyCap
from ui.components.surfaces import Rule
from ui.components.text import label
from ui.keys import Command, cap

_VEIL_ALPHA = 0.32


class Sheet(QFrame):
    """The white page in the middle; what it holds is put into `column`.

    Signals:
        closed: it was closed without an answer.
    """

    closed = Signal()

    def __init__(self, heading: str, *, width: int = 560, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(width)
        self.setAccessibleName(heading)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(1, 1, 1, tokens.SPACE_3)
        self.column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(20, 14, 16, 12)
        head.addWidget(label(heading, "title"))
        head.addStretch(1)
        head.setSpacing(tokens.SPACE_2)
        head.addWidget(label(self.tr("关闭"), "note"))
        head.addWidget(KeyCap(cap(Command.CLOSE)))
        self.column.addLayout(head)
        self.column.addWidget(Rule())

    def first_focus(self) -> QWidget:
        """What takes the keys when the sheet opens."""
        return self

    def run(self, command: Command) -> bool:
        """Do what a key asks; whether it was for this sheet."""
        if command is Command.CLOSE:
            self.closed.emit()
            return True
        return False

    def focusNextPrevChild(self, forward: bool) -> bool:
        # Tab stays within the sheet.
        candidates = [child for child in _in_tab_order(self) if child.isVisible() and child.isEnabled()]
        if not candidates:
            return True
        current = QApplication.focusWidget()
        place = candidates.index(current) if current in candidates else (-1 if forward else 0)
        step = 1 if forward else -1
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        candidates[(place + step) % len(candidates)].setFocus(reason)
        return True


class Veil(QWidget):
    """Covers a window and carries one sheet at a time; the focus returns to where it was.

    Signals:
        closed: the sheet is gone, for whatever reason.
    """

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._sheet: Sheet | None = None
        self._before: QWidget | None = None
        parent.installEventFilter(self)
        column = QVBoxLayout(self)
        column.addStretch(2)
        self._slot = QHBoxLayout()
        self._slot.addStretch(1)
        self._slot.addStretch(1)
        column.addLayout(self._slot)
        column.addStretch(3)
        self.hide()

    @property
    def sheet(self) -> Sheet | None:
        """The sheet in front, or None."""
        return self._sheet

    def open(self, sheet: Sheet) -> None:
        """Lay `sheet` over the window, in place of another."""
        if self._sheet is None:
            self._before = QApplication.focusWidget()
        self._drop()
        self._sheet = sheet
        sheet.closed.connect(self.close_sheet)
        self._slot.insertWidget(1, sheet)
        self._cover()
        self.show()
        self.raise_()
        sheet.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def close_sheet(self) -> None:
        """Take the sheet away."""
        if self._sheet is None:
            return
        self._drop()
        self.hide()
        before, self._before = self._before, None
        if before is not None and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self._sheet is not None:
            self._cover()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:
        veil = QColor(tokens.INK)
        veil.setAlphaF(_VEIL_ALPHA)
        QPainter(self).fillRect(self.rect(), veil)

    def _cover(self) -> None:
        parent = self.parentWidget()
        assert parent is not None
        self.setGeometry(parent.rect())

    def _drop(self) -> None:
        sheet, self._sheet = self._sheet, None
        if sheet is not None:
            self._slot.removeWidget(sheet)
            sheet.hide()
            sheet.deleteLater()


def _in_tab_order(top: QWidget) -> list[QWidget]:
    """The descendants of `top` that Tab reaches, in tab order."""
    found: list[QWidget] = []
    widget = top.nextInFocusChain()
    while widget is not None and widget is not top:
        takes_tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
        if takes_tab and top.isAncestorOf(widget):
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found
