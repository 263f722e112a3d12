"""The driver of identity card readers that speak SAM_V."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import replace

from clerk_app.domain.identity import IdentityDocument
from clerk_app.errors import (
    CardNotLifted,
    DeviceError,
    DeviceGarbled,
    DeviceGone,
    DeviceSilent,
    ReaderNotLicensed,
    ReaderSelfTestFailed,
)
from clerk_app.seams import Clock
from devices.contracts import OpenTransport
from devices.drivers.sam_link import SamLink
from devices.protocols import id_card
from devices.protocols.sam import Command, SamAnswer
from devices.protocols.sam_status import CARD_FOUND, NO_SUCH_ITEM, SUCCESS, Remedy, failure, rule_for

logger = logging.getLogger(__name__)

POLL_S = 0.3
"""Readers want at least this pause between two searches for a card."""
_REPEATS = 3
_TRIES = 3
_REPEATABLE = (Remedy.REPEAT, Remedy.REPEAT_THEN_RESET)
_RESETTABLE = (Remedy.RESET, Remedy.REPEAT_THEN_RESET)


class _Refused(Exception):
    """The reader answered with another status than success: an error only once no remedy helps."""

    def __init__(self, remedy: Remedy, error: DeviceError) -> None:
        super().__init__(error.code)
        self.remedy = remedy
        self.error = error


class SamReader:
    """Implements the `CardReader` port. Used from one thread at a time.

    The line is opened on first use and again after it was lost. A card that was read must be lifted before the next
    `read_card`, so that a card left lying is never taken for the next person's.
    """

    def __init__(self, open_transport: OpenTransport, clock: Clock) -> None:
        self._open_transport = open_transport
        self._clock = clock
        self._link: SamLink | None = None
        self._sam_id: str | None = None
        self._is_card_lying = False
        self._is_stopped = False

    def read_card(self, timeout_s: float) -> IdentityDocument:
        """Wait up to `timeout_s` for a card and read it; a card found in time is read to its end.

        Raises `CardNotFound`, `CardNotLifted`, every other `DeviceError` of a reader, and those of opening the line.
        """
        deadline = self._clock.monotonic() + timeout_s
        with self._connected() as link:
            self._identify_reader(link)
            document = self._persist(link, deadline)
            self._is_card_lying = True
            return replace(document, sam_id=self._sam_id)

    def read_again(self, timeout_s: float) -> IdentityDocument:
        """As `read_card`, but the card that was read before may still be lying there: the clerk asked for it."""
        self._is_card_lying = False
        return self.read_card(timeout_s)

    def check(self) -> None:
        """Prove that the reader is there and in order; raises the `DeviceError` that says what is wrong."""
        with self._connected() as link:
            try:
                self._demand(link, Command.CHECK_STATUS, SUCCESS)
            except _Refused as refused:
                raise refused.error from None

    def stop(self) -> None:
        """From any thread: end the use in progress, and every later one, with `DeviceGone`."""
        self._is_stopped = True
        line = self._link
        if line is not None:
            line.stop()

    def close(self) -> None:
        """Close the line; the next use opens it again."""
        if self._link is not None:
            self._link.close()
        self._link = None
        self._sam_id = None

    @contextlib.contextmanager
    def _connected(self) -> Iterator[SamLink]:
        if self._link is None:
            self._link = SamLink(self._open_transport(), self._clock)
        try:
            # Asked after opening: `stop` either finds the line, or is found here.
            if self._is_stopped:
                raise DeviceGone("stopped")
            yield self._link
        except (DeviceGone, DeviceSilent, DeviceGarbled):
            # Some adapters keep a dead line open for ever; only a new one finds the device again.
            self.close()
            raise

    def _identify_reader(self, link: SamLink) -> None:
        """Learn once which reader this is: evidence for the record, but no reason to turn a citizen away."""
        if self._sam_id is not None:
            return
        try:
            answer = self._demand(link, Command.READ_SAM_ID, SUCCESS)
            self._sam_id = id_card.format_sam_id(answer.data)
        except _Refused as refused:
            if isinstance(refused.error, (ReaderSelfTestFailed, ReaderNotLicensed)):
                raise refused.error from None
            logger.warning("the reader tells no SAM id: %s", refused.error)
        except (DeviceSilent, DeviceGarbled) as exc:
            logger.warning("the reader tells no SAM id: %s", exc)

    def _persist(self, link: SamLink, deadline: float) -> IdentityDocument:
        """Try whole read cycles until one succeeds, nothing helps, or no card came in time."""
        troubles = 0
        was_reset = False
        while True:
            try:
                return self._read_once(link)
            except _Refused as refused:
                error = refused.error
                if refused.remedy is Remedy.POLL:
                    troubles = 0
                elif refused.remedy in _RESETTABLE and not was_reset:
                    was_reset = True
                    self._reset(link)
                else:
                    raise error from None
            except (DeviceSilent, DeviceGarbled) as exc:
                error = exc
                troubles += 1
                if troubles == _TRIES:
                    raise
            left = deadline - self._clock.monotonic()
            if left <= 0:
                raise error
            link.rest(min(POLL_S, left))

    def _read_once(self, link: SamLink) -> IdentityDocument:
        if self._is_card_lying:
            self._ensure_lifted(link)
        # A reader reads only what it has just found and selected, so the cycle is always whole.
        self._demand(link, Command.FIND_CARD, CARD_FOUND)
        self._demand(link, Command.SELECT_CARD, SUCCESS)
        base = self._demand(link, Command.READ_BASE, SUCCESS)
        document = id_card.parse_text(id_card.text_of_base(base.data))
        newest = self._demand(link, Command.READ_NEWEST_ADDRESS, SUCCESS, NO_SUCH_ITEM)
        if newest.sw3 == NO_SUCH_ITEM:
            return document
        return id_card.with_newest_address(document, newest.data)

    def _ensure_lifted(self, link: SamLink) -> None:
        # Asked before a search, the newest address is given only of the card that was read before.
        try:
            self._demand(link, Command.READ_NEWEST_ADDRESS, SUCCESS, NO_SUCH_ITEM)
        except _Refused as refused:
            if refused.remedy is Remedy.REPEAT:
                raise  # the line is bad: that says nothing of the card
            self._is_card_lying = False
            return
        raise _Refused(Remedy.POLL, CardNotLifted("the card read before is still lying there"))

    def _demand(self, link: SamLink, command: Command, *successes: int) -> SamAnswer:
        """The answer to `command` with one of the status words that mean success to it.

        Raises `_Refused`, after repeating where the status word says that repeating helps.
        """
        for _ in range(1 + _REPEATS):
            answer = link.ask(command)
            if answer.sw3 in successes:
                return answer
            if answer.sw3 in (SUCCESS, CARD_FOUND):
                raise DeviceGarbled(f"{answer.status} answers another command than {command.name}")
            rule = rule_for(answer)
            if rule.remedy not in _REPEATABLE:
                break
        raise _Refused(rule.remedy, failure(answer))

    def _reset(self, link: SamLink) -> None:
        logger.warning("resetting the reader's SAM")
        with contextlib.suppress(DeviceSilent, DeviceGarbled):
            link.ask(Command.RESET)
