"""What all simulated devices share: a thread that owns the wire, a script, and faults on what is sent."""

from __future__ import annotations

import contextlib
import logging
import queue
import socket
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from clerk_app.seams import Clock, SystemClock
from devices.simulators.faults import Fault, Piece
from devices.simulators.wires import PtyWire, TcpWire, Wire

logger = logging.getLogger(__name__)

ALWAYS = -1
"""As a number of times: from now on."""
Manipulate = Callable[[bytes], list[bytes]]

_LONGEST_WAIT_S = 3600.0
_ANSWER_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a script: `after_s` seconds after the step before, or after the event `on`, `act` is called."""

    after_s: float
    act: Callable[[], None]
    on: str | None = None


@dataclass(slots=True)
class _Call:
    """Something to be done in the simulator's thread."""

    act: Callable[[], None]
    done: threading.Event = field(default_factory=threading.Event)
    error: OSError | None = None


def make_wire(link: Path | None = None) -> Wire:
    """A pseudo-terminal where there are such, else a TCP port."""
    if sys.platform == "win32":
        return TcpWire()
    return PtyWire(link)


class Simulator(ABC):
    """A simulated device. Start it, or use it as a context manager; every method may be called from any thread.

    `manipulate`, if given, has the last word on every message: it returns the pieces that are really sent.
    """

    def __init__(self, wire: Wire | None, *, manipulate: Manipulate | None, clock: Clock | None) -> None:
        self._wire = wire or make_wire()
        self._manipulate = manipulate
        self._clock = clock or SystemClock()
        self._faults: list[tuple[Fault, int]] = []
        self._steps: list[Step] = []
        self._due: float | None = None
        self._events: dict[str, int] = {}
        self._happened = threading.Condition()
        self._calls: queue.SimpleQueue[_Call] = queue.SimpleQueue()
        self._wake_out, self._wake_in = socket.socketpair()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=type(self).__name__, daemon=True)

    @property
    def url(self) -> str:
        """The port URL that a driver opens."""
        return self._wire.url

    def start(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop and give the port back. Harmless when called twice."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._wake_in.send(b"!")
        if self._thread.is_alive():
            self._thread.join()
        self._wire.vanish()
        self._wake_in.close()
        self._wake_out.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def vanish(self) -> None:
        """Pull the plug."""
        self._do(self._wire.vanish)

    def plug_in(self) -> None:
        """Put the plug back."""
        self._do(self._wire.appear)

    def fail(self, fault: Fault, times: int = 1) -> None:
        """Let `fault` happen to the next `times` messages (`ALWAYS`: to all from now on)."""
        self._do(lambda: self._faults.append((fault, times)))

    def play(self, steps: Sequence[Step]) -> None:
        """Play a script from now on."""
        self._do(lambda: self._begin(steps))

    def play_on(self, event: str, act: Callable[[], None]) -> None:
        """Call `act` at the next `event`."""
        self.play([Step(0.0, act, event)])

    def wait_for(self, event: str, count: int = 1, timeout_s: float = _ANSWER_PATIENCE_S) -> bool:
        """Wait until `event` has happened `count` times since the start; False if it did not in time."""
        with self._happened:
            return self._happened.wait_for(lambda: self._events.get(event, 0) >= count, timeout_s)

    # ---- for the devices: called in the simulator's thread only -------------------------------------------------

    @abstractmethod
    def _receive(self, chunk: bytes) -> None:
        """Bytes came from the host."""

    def _send(self, message: bytes) -> None:
        """Send a message through all faults in force."""
        pieces = [Piece(message)]
        remaining: list[tuple[Fault, int]] = []
        for fault, times in self._faults:
            pieces = fault(pieces)
            if times != 1:
                remaining.append((fault, times if times == ALWAYS else times - 1))
        self._faults = remaining
        if self._manipulate is not None:
            pieces = [Piece(part) for part in self._manipulate(b"".join(piece.content for piece in pieces))]
        for piece in pieces:
            if piece.pause_s:
                self._stopping.wait(piece.pause_s)
            self._wire.write(piece.content)

    def _happen(self, event: str) -> None:
        """Tell those who wait for it that something happened."""
        with self._happened:
            self._events[event] = self._events.get(event, 0) + 1
            self._happened.notify_all()
        if self._steps and self._steps[0].on == event and self._due is None:
            self._due = self._clock.monotonic() + self._steps[0].after_s

    def _do(self, act: Callable[[], None]) -> None:
        """Have `act` done in the simulator's thread, and wait for it."""
        if not self._thread.is_alive() or threading.current_thread() is self._thread:
            act()
            return
        call = _Call(act)
        self._calls.put(call)
        self._wake_in.send(b"!")
        if not call.done.wait(_ANSWER_PATIENCE_S):
            raise TimeoutError("the simulator does not answer")
        if call.error is not None:
            raise call.error

    # ---- the thread -----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            chunk = self._wire.read(self._time_to_next_step(), self._wake_out.fileno())
            if chunk:
                self._receive(chunk)
            self._run_calls()
            self._run_due_steps()
        self._run_calls()

    def _run_calls(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                call = self._calls.get_nowait()
                self._wake_out.recv(1)
                try:
                    call.act()
                except OSError as exc:  # the port is taken by now, say
                    call.error = exc
                call.done.set()

    def _begin(self, steps: Sequence[Step]) -> None:
        self._steps = list(steps)
        self._arm()

    def _arm(self) -> None:
        first = self._steps[0] if self._steps else None
        self._due = self._clock.monotonic() + first.after_s if first and first.on is None else None

    def _time_to_next_step(self) -> float:
        if self._due is None:
            return _LONGEST_WAIT_S
        return min(max(0.0, self._due - self._clock.monotonic()), _LONGEST_WAIT_S)

    def _run_due_steps(self) -> None:
        while self._due is not None and self._due <= self._clock.monotonic():
            step = self._steps.pop(0)
            try:
                step.act()
            except OSError as exc:
                logger.warning("a step of the script failed: %s", exc)
            self._arm()
