"""Work off the GUI thread, results on it.

One rule: a widget is touched only by the GUI thread, a wire only by its lane, a store connection only by the lane that
opened it. A lane is a single worker; what is given to it runs one after another. Work without a lane runs in a small
wide pool (reads).

The runner is the only QObject here and lives as long as the application: a worker never emits into an object that is
being destroyed, which a runnable owning its own signals would do.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

T = TypeVar("T")

DB_LANE = "db"
SYNC_LANE = "sync"
PAPER_LANE = "paper"
READER_LANE = "reader"
PAD_LANE = "pad"
LICENCE_LANE = "licences"
STICK_LANE = "stick"

_WIDE_WORKERS = 4


class Tasks(Protocol):
    """What a view-model needs of the runner."""

    def run(
        self,
        work: Callable[[], T],
        *,
        owner: QObject,
        on_success: Callable[[T], None],
        on_failure: Callable[[Exception], None],
        lane: str | None = None,
    ) -> None:
        """Do `work` elsewhere; exactly one of the two callbacks runs later on the GUI thread.

        Neither runs if `owner` is gone by then. A failure always has a home: `on_failure` is required.
        """


class _Call:
    """One piece of work with its outcome."""

    __slots__ = ("error", "on_failure", "on_success", "owner", "result", "work")

    def __init__(
        self,
        work: Callable[[], Any],
        owner: QObject,
        on_success: Callable[[Any], None],
        on_failure: Callable[[Exception], None],
    ) -> None:
        self.work = work
        self.owner = owner
        self.on_success = on_success
        self.on_failure = on_failure
        self.result: Any = None
        self.error: Exception | None = None


class TaskRunner(QObject):
    """Owns the worker threads.

    Signals:
        _settled: a call has its outcome; emitted by workers, delivered in order on the GUI thread.
    """

    _settled = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wide = ThreadPoolExecutor(_WIDE_WORKERS, thread_name_prefix="wide")
        self._lanes: dict[str, Executor] = {}
        self._closing = threading.Event()
        self._settled.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], T],
        *,
        owner: QObject,
        on_success: Callable[[T], None],
        on_failure: Callable[[Exception], None],
        lane: str | None = None,
    ) -> None:
        """See `Tasks.run`. Called on the GUI thread; after `shutdown` nothing begins any more."""
        if self._closing.is_set():
            logger.debug("the runner is closed, nothing begins")
            return
        call = _Call(work, owner, on_success, on_failure)
        self._executor(lane).submit(self._work, call)

    def shutdown(self) -> None:
        """Drop what has not begun, wait for what has; so nothing in a lane may wait without a deadline."""
        self._closing.set()
        for executor in (self._wide, *self._lanes.values()):
            executor.shutdown(wait=True, cancel_futures=True)

    def _executor(self, lane: str | None) -> Executor:
        if lane is None:
            return self._wide
        if lane not in self._lanes:
            self._lanes[lane] = ThreadPoolExecutor(1, thread_name_prefix=lane)
        return self._lanes[lane]

    def _work(self, call: _Call) -> None:
        try:
            call.result = call.work()
        except Exception as error:  # the border: told to the view-model on the GUI thread
            call.error = error
        if not self._closing.is_set():
            self._settled.emit(call)

    @Slot(object)
    def _deliver(self, call: _Call) -> None:
        if self._closing.is_set() or not shiboken6.isValid(call.owner):
            logger.debug("the owner or the runner is gone, the outcome is dropped")
        elif call.error is None:
            call.on_success(call.result)
        else:
            call.on_failure(call.error)
