"""A lock-out counted down: seconds of running time, as the throttle counts them."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, QTimer, Signal

from clerk_app.errors import LockedOut
from clerk_app.seams import Clock

TICK_MS = 1000


class LockOut(QObject):
    """Counts down what is left of a lock-out.

    Signals:
        ticked: seconds left; 0 when trying makes sense again.
    """

    ticked = Signal(int)

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._until_s = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def begin(self, error: Exception) -> int:
        """Start from a refused try; the seconds it locks for, 0 if it does not."""
        if not isinstance(error, LockedOut):
            return 0
        seconds = int(error.data.get("seconds", 0))
        self._until_s = self._clock.running_s() + seconds
        if seconds:
            self._timer.start()
        return seconds

    def _tick(self) -> None:
        left = max(math.ceil(self._until_s - self._clock.running_s()), 0)
        if not left:
            self._timer.stop()
        self.ticked.emit(left)
