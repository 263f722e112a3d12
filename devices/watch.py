"""Looks at every device about once a second, so that one plugged in again is ready without anybody's doing."""

from __future__ import annotations

import threading

from devices.contracts import DeviceKind
from devices.registry import DeviceRegistry

PERIOD_S = 1.0
_WATCHED: tuple[DeviceKind, ...] = ("card_reader", "rating_pad")


class DeviceWatch:
    """One thread per device, because a look at a silent one takes seconds. Start once; `stop` ends the threads."""

    def __init__(self, registry: DeviceRegistry, period_s: float = PERIOD_S) -> None:
        self._registry = registry
        self._period_s = period_s
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._look, args=(kind,), name=f"watch-{kind}", daemon=True) for kind in _WATCHED
        ]

    def start(self) -> None:
        """Begin looking."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads and wait for them: as long as one look takes, at most some seconds."""
        self._stopped.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def _look(self, kind: DeviceKind) -> None:
        while not self._stopped.is_set():
            self._registry.check(kind)
            self._stopped.wait(self._period_s)
