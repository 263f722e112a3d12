"""A simulated rating pad with hard keys: the FF 68 protocol from the pad's side."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from clerk_app.seams import Clock
from devices.protocols.ff68 import HOST_SAYS, KEY_PRESSED, PROMPT, START, TO_PAD, PadFrame, PadParser, encode
from devices.simulators.base import Manipulate, Simulator
from devices.simulators.faults import Fault, garbage_before, wrong_byte
from devices.simulators.wires import Wire

EVENTS = ("prompt", "acknowledged")


def repeated_start(count: int) -> Fault:
    """`count` starts come before the frame's own."""
    return garbage_before(START * count)


def wrong_sum() -> Fault:
    """The check byte is wrong."""
    return wrong_byte(-2)


class RatingPadSimulator(Simulator):
    """A pad. Keys are pressed by `press`, or one of `answers` follows each prompt at once until they are used up.

    `acknowledged` holds the keys the host acknowledged. Events to wait for: `prompt`, `acknowledged`.
    """

    def __init__(
        self,
        wire: Wire | None = None,
        *,
        answers: Iterable[int] = (),
        address: int = 1,
        manipulate: Manipulate | None = None,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(wire, manipulate=manipulate, clock=clock)
        self.prompts = 0
        self.acknowledged: list[int] = []
        self._address = address
        self._answers = deque(answers)
        self._parser = PadParser(TO_PAD)

    def answer_next(self, key: int) -> None:
        """Press this key as soon as the host prompts: one more answer behind those that wait already."""
        self._do(lambda: self._answers.append(key))

    def press(self, key: int) -> None:
        """Press a key (0–255)."""
        self._do(lambda: self._send(self._key(key)))

    def press_twice(self, key: int, then: int | None = None) -> None:
        """Press a key and at once the same or another one."""
        second = key if then is None else then
        self._do(lambda: self._send(self._key(key) + self._key(second)))

    # ---- in the simulator's thread --------------------------------------------------------------------------------

    def _receive(self, chunk: bytes) -> None:
        for frame in self._parser.frames(chunk):
            if frame.address != self._address or frame.function != HOST_SAYS or not frame.data:
                continue
            if frame.data == bytes((PROMPT,)):
                self._prompted()
            else:
                self.acknowledged.append(frame.data[-1])
                self._happen("acknowledged")

    def _prompted(self) -> None:
        self.prompts += 1
        if self._answers:
            self._send(self._key(self._answers.popleft()))
        self._happen("prompt")

    def _key(self, key: int) -> bytes:
        return encode(PadFrame(self._address, KEY_PRESSED, bytes((key,))))
