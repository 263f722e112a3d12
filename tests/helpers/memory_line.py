"""A line in memory with a clock of its own: hours of silence pass in no time, and every wait can be counted."""

from collections import deque
from collections.abc import Callable

from clerk_app.errors import DeviceGone
from clerk_app.seams import SystemClock

Answer = Callable[[bytes], list[tuple[float, bytes]]]


class VirtualClock:
    """Time that passes only when somebody waits for it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def running_s(self) -> float:
        return self.now

    def now_ms(self) -> int:
        return int(self.now * 1000)


class QuickClock(SystemClock):
    """The machine's clock, ten times as fast: for waits on real ports that nothing will end."""

    def monotonic(self) -> float:
        return super().monotonic() * 10


class MemoryLine:
    """Implements `Transport`: what `answer` returns for each write arrives so many seconds later.

    `pull()` is the plug being pulled; `chatter`, if set, arrives whenever nothing else does.
    """

    def __init__(self, clock: VirtualClock, answer: Answer) -> None:
        self.clock = clock
        self.written: list[tuple[float, bytes]] = []
        self.is_closed = False
        self.chatter = b""
        self._answer = answer
        self._arriving: deque[tuple[float, bytes]] = deque()
        self._is_gone = False

    def pull(self) -> None:
        self._is_gone = True

    def arrive(self, chunk: bytes, in_s: float = 0.0) -> None:
        self._arriving.append((self.clock.now + in_s, chunk))

    def read(self, size: int, timeout_s: float) -> bytes:
        assert size >= 1
        assert timeout_s >= 0
        self._check()
        deadline = self.clock.now + timeout_s
        if self._arriving and self._arriving[0][0] <= deadline:
            at, chunk = self._arriving.popleft()
            self.clock.now = max(self.clock.now, at)
            if chunk[size:]:
                self._arriving.appendleft((at, chunk[size:]))
            return chunk[:size]
        if self.chatter:
            self.clock.now += 0.001
            return self.chatter[:size]
        self.clock.now = deadline
        return b""

    def write(self, chunk: bytes) -> None:
        self._check()
        self.written.append((self.clock.now, chunk))
        for in_s, piece in self._answer(chunk):
            self.arrive(piece, in_s)
        self._check()  # the plug may be pulled while writing

    def discard_input(self) -> None:
        self._check()
        while self._arriving and self._arriving[0][0] <= self.clock.now:
            self._arriving.popleft()

    def stop(self) -> None:
        self.pull()

    def close(self) -> None:
        self.is_closed = True

    def _check(self) -> None:
        assert not self.is_closed, "the driver uses a line it has closed"
        if self._is_gone:
            raise DeviceGone("pulled")
