"""How devices and the line are, as last asked. Asked again whenever the workplace says that something has changed."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from clerk_app.services.workplace import DeviceLine, SyncLine, Workplace
from ui.tasks import Tasks
from ui.viewmodels.view_model import ViewModel

logger = logging.getLogger(__name__)

PAUSE_MS = 100
"""At most ten looks a second, however often devices and line stir."""


@dataclass(frozen=True, slots=True)
class Station:
    """Devices and line."""

    devices: tuple[DeviceLine, ...] = ()
    line: SyncLine = field(default_factory=SyncLine)


class StationModel(ViewModel[Station]):
    """Watches the workplace from sign-in on.

    Signals:
        _stirred: something changed; emitted by any thread, delivered on the GUI thread.
    """

    _stirred = Signal()

    def __init__(self, workplace: Workplace, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(Station(), parent)
        self._workplace = workplace
        self._tasks = tasks
        self._asking = False
        self._again = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.look)
        self._stirred.connect(self._wait_a_little, Qt.ConnectionType.QueuedConnection)

    def begin(self) -> None:
        """Listen to the workplace, and look for the first time."""
        self._workplace.watch(self._stirred.emit)
        self.look()

    def end(self) -> None:
        """Listen no more; a worker must not emit into what is being closed."""
        self._workplace.watch(_nothing)
        self._pause.stop()

    def look(self) -> None:
        """Ask how everything is. While one question is out, another waits for its answer."""
        if self._asking:
            self._again = True
            return
        self._asking, self._again = True, False
        self._tasks.run(self._ask, owner=self, on_success=self._answered, on_failure=self._failed)

    def _ask(self) -> Station:
        return Station(tuple(self._workplace.devices()), self._workplace.sync_line())

    def _answered(self, station: Station) -> None:
        self._asking = False
        self.show(station)
        self._go_on()

    def _failed(self, error: Exception) -> None:
        # What was seen last stays; the next stir asks again.
        self._asking = False
        logger.warning("devices and line could not be asked", exc_info=error)
        self._go_on()

    def _go_on(self) -> None:
        if self._again:
            self._wait_a_little()

    def _wait_a_little(self) -> None:
        if not self._pause.isActive():
            self._pause.start()


def _nothing() -> None:
    pass
