"""Collects Python's cyclic garbage on the GUI thread only.

Python collects in whatever thread happens to allocate. A window or timer that hangs in a cycle would then be destroyed
in a worker, which Qt does not allow: it warns at best and ends the process at worst.

Looking through everything takes some 30 ms, two frames, nearly all of it for what was loaded at the start and never
goes: so it is done once, and what is left by then is not looked through again.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

PAUSE_MS = 1000
_OLDEST = 2


class GuiCollector(QObject):
    """Takes collecting over from the interpreter as long as it runs. The generations keep their thresholds."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.collect)

    def begin(self) -> None:
        """No thread collects any more but this one."""
        gc.disable()
        self._timer.start()

    def end(self) -> None:
        """Give collecting back to the interpreter."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def collect(self) -> None:
        """Collect the oldest generation that is due."""
        due = [
            generation
            for generation, (count, threshold) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
            if threshold and count > threshold
        ]
        if due:
            gc.collect(max(due))
            if max(due) == _OLDEST and not gc.get_freeze_count():
                gc.freeze()
