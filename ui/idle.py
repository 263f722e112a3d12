"""Notices that nobody touches the desk."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QWindow

_TOUCHES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.InputMethod,
    }
)


class IdleWatch(QObject):
    """Tells when a window was left alone for a time. It sees the window's own events only, not every widget's.

    Signals:
        left_alone: nobody touched keys or mouse for that long.
    """

    left_alone = Signal()

    def __init__(self, window: QWindow, minutes: float, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.left_alone)
        window.installEventFilter(self)
        self.wait_minutes(minutes)

    def wait_minutes(self, minutes: float) -> None:
        """Tell after that long; 0 for never."""
        self._timer.stop()
        self._timer.setInterval(round(minutes * 60_000))
        if minutes > 0:
            self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCHES and self._timer.interval() > 0:
            self._timer.start()
        return super().eventFilter(watched, event)
