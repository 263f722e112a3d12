"""Several processes that serve one socket: each takes a connection when it is free, and one that dies is replaced.

A process may compute on one core at a time; a hub with two gets along with two. They are forked from one that has
loaded everything, so that they start at once and share what they only read. The parent holds the socket, serves nobody
and opens nothing: no thread and no connection of it may pass to a child. Its death is theirs too.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

logger = logging.getLogger(__name__)

MOST = 4
"""As many by default where there are as many cores: beyond it one SQLite file gains nothing."""
CAN_FORK = sys.platform == "linux"
"""Windows cannot, and libraries of macOS do not bear it."""
COUNTED_TOGETHER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder in which processes count together; `prometheus_client` asks while it is loaded."""
PAUSE_S = 1.0
"""Before a process is replaced: what cannot start must not be started without end."""


def as_many_as_cores() -> int:
    """One process for each core that we may use, `MOST` at most; one where processes cannot share a socket."""
    return min(MOST, len(os.sched_getaffinity(0))) if CAN_FORK else 1


def share_work(count: int, work: Callable[[], None], ended: Callable[[int], None]) -> int:
    """Run `work` in `count` forked processes until told to stop; return the signal that said so, SIGTERM or SIGINT.

    `ended` hears the number of each process that ended. What `work` raises goes to the log and ends its process.
    """
    return _Parent(count, work, ended).run()


class _Parent:
    """Starts, replaces, and passes on what it is told."""

    def __init__(self, count: int, work: Callable[[], None], ended: Callable[[int], None]) -> None:
        self._count, self._work, self._ended = count, work, ended
        self._children: set[int] = set()
        self._told: int | None = None
        self._life, self._breath = os.pipe()

    def run(self) -> int:
        before = {number: signal.signal(number, self._pass_on) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            while self._told is None or self._children:
                if self._told is None and len(self._children) < self._count:
                    self._start()
                else:
                    self._wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(self._life)
            os.close(self._breath)
        return self._told

    def _start(self) -> None:
        sys.stdout.flush()
        with _held_back(signal.SIGTERM, signal.SIGINT):
            if self._told is not None:
                # Told just now: a child of after that would never hear of it.
                return
            child = os.fork()
            if child:
                self._children.add(child)
                return
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
        self._be_a_child()

    def _be_a_child(self) -> None:
        """Never returns."""
        code = 1
        try:
            os.close(self._breath)
            threading.Thread(target=_die_with, args=(self._life,), daemon=True).start()
            self._work()
            code = 0
        except KeyboardInterrupt:
            code = 0
        except BaseException:
            logger.exception("a serving process failed")
        finally:
            logging.shutdown()
            os._exit(code)

    def _wait(self) -> None:
        """Until one ends. The kernel tells of each; a signal only makes us look again."""
        child, status = os.wait()
        if child not in self._children:
            return
        self._children.remove(child)
        self._ended(child)
        if self._told is None:
            logger.error("serving process %d ended (%d) and is replaced", child, os.waitstatus_to_exitcode(status))
            threading.Event().wait(PAUSE_S)

    def _pass_on(self, number: int, _frame: FrameType | None) -> None:
        self._told = number
        for child in self._children:
            os.kill(child, signal.SIGTERM)


class _held_back:
    """Signals wait while the block runs, so that none falls between a fork and our knowing of it."""

    def __init__(self, *numbers: int) -> None:
        self._numbers = numbers

    def __enter__(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, self._numbers)

    def __exit__(self, *_error: object) -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, self._numbers)


def _die_with(life: int) -> None:
    """Wait for the end of a pipe whose other end the parent alone holds; then end at once, as it did."""
    while os.read(life, 1):
        pass
    os._exit(1)
