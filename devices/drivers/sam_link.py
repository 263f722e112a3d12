"""One question, one answer: the SAM_V exchange over a transport, with every wait bounded."""

from __future__ import annotations

import logging

from clerk_app.errors import DeviceGarbled, DeviceSilent
from clerk_app.seams import Clock
from devices.contracts import Transport
from devices.protocols.sam import AnswerParser, Command, SamAnswer, encode_command

logger = logging.getLogger(__name__)

SHORT_ANSWER_S = 1.0
READ_ANSWER_S = 3.0
PAUSE_S = 1.0
"""The longest pause inside an answer: a slow line is no silent one."""
_LONGEST_ANSWER_S = 10.0
"""The end of patience with a reader that goes on sending; a whole card takes 1.4 s at 9600 baud."""


class SamLink:
    """Asks a reader and waits for its answer. Used from one thread at a time."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._parser = AnswerParser()

    def ask(self, command: Command) -> SamAnswer:
        """Send `command` and return the answer.

        The answer must begin within 1 s (3 s for a whole card) and may then come as slowly as one byte a second.
        Raises `DeviceSilent` when nothing came, `DeviceGarbled` when only rubbish did, `DeviceGone`.
        """
        # Answers do not name their command: what a slow reader still owes for an earlier one must not answer this.
        self._transport.discard_input()
        self._parser.reset()
        self._transport.write(encode_command(command))
        answer = self._await_answer(READ_ANSWER_S if command is Command.READ_BASE else SHORT_ANSWER_S)
        logger.debug("%s answered %s", command.name, answer.status)
        return answer

    def rest(self, seconds: float) -> None:
        """Leave the reader alone for so long; a reader that vanishes meanwhile raises `DeviceGone`."""
        deadline = self._clock.monotonic() + seconds
        while (left := deadline - self._clock.monotonic()) > 0:
            self._transport.read(1, left)

    def stop(self) -> None:
        """From any thread: end the exchange in progress with `DeviceGone`."""
        self._transport.stop()

    def close(self) -> None:
        """Close the line."""
        self._transport.close()

    def _await_answer(self, begin_within_s: float) -> SamAnswer:
        now = self._clock.monotonic()
        deadline, last = now + begin_within_s, now + _LONGEST_ANSWER_S
        any_bytes = False
        while (left := min(deadline, last) - self._clock.monotonic()) > 0:
            chunk = self._transport.read(self._parser.wanted, left)
            if not chunk:
                continue
            any_bytes = True
            answers = self._parser.answers(chunk)
            if answers:
                return answers[0]
            if self._parser.has_begun:
                deadline = max(deadline, self._clock.monotonic() + PAUSE_S)
        return self._last_chance(any_bytes=any_bytes)

    def _last_chance(self, *, any_bytes: bool) -> SamAnswer:
        hidden = self._parser.answers_after_silence()
        if hidden:
            return hidden[0]
        if any_bytes:
            raise DeviceGarbled("no answer in what came")
        raise DeviceSilent("no answer")
