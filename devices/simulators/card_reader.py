"""A simulated identity card reader: the SAM_V protocol from the reader's side."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from clerk_app.domain.identity import IdentityDocument
from clerk_app.seams import Clock
from devices.protocols.sam import PREAMBLE, RequestParser, SamAnswer, SamRequest, encode_answer
from devices.simulators import card_block
from devices.simulators.base import ALWAYS, Manipulate, Simulator
from devices.simulators.faults import Fault, garbage_before, wrong_byte
from devices.simulators.wires import Wire

SAMPLE = IdentityDocument(
    "resident_id",
    name="周例安",
    sex="male",
    ethnicity_code="01",
    birth_date="1992-02-16",
    address="例省例州市甲县乙镇丙村12号",
    number="999999199202160010",
    issuer="例州市公安局甲县分局",
    valid_from="2014-05-08",
    valid_until="2034-05-08",
)
"""An invented person; the area 999999 does not exist."""

_PHOTO_SIZE = 1024
_SAM_ID = bytes.fromhex("05 00 01 00") + b"".join(n.to_bytes(4, "little") for n in (20121231, 1, 1))

_SUCCESS, _FOUND, _NO_SUCH_ITEM = "000090", "00009F", "000091"
_ABSENT, _SELECT_FAILED, _READ_FAILED, _BAD_COMMAND = "000080", "000081", "000041", "000021"


@dataclass(frozen=True, slots=True)
class SimulatedCard:
    """What lies on a chip: the text block of 256 bytes, and the 70 bytes of a newest address if one was written."""

    block: bytes
    newest_address: bytes | None = None


Layable = SimulatedCard | IdentityDocument | bytes
"""What can be laid on the reader: a card, a document to make one of, or a raw text block."""


def card_of(what: Layable) -> SimulatedCard:
    """The card that `what` describes."""
    if isinstance(what, SimulatedCard):
        return what
    if isinstance(what, bytes):
        return SimulatedCard(what)
    newest = what.newest_address
    return SimulatedCard(card_block.text_block(what), None if newest is None else card_block.newest_address(newest))


def repeated_preamble(count: int) -> Fault:
    """`count` preambles come before the frame's own."""
    return garbage_before(PREAMBLE * count)


def wrong_check() -> Fault:
    """The check byte is wrong."""
    return wrong_byte(-1)


@dataclass(slots=True)
class _Lapse:
    """A status word to be answered instead, to one command or to any."""

    status: str
    command: tuple[int, int] | None
    times: int


class CardReaderSimulator(Simulator):
    """A reader. Cards are laid and lifted, or come from a pile.

    `cards` is a pile: the host's search finds the top one, which is taken away once it was read to its end; the next
    search finds the next. `needs_lift`: as some real readers do, it finds a card only once until the card is lifted.
    Events to wait for: `EVENTS`.
    """

    def __init__(
        self,
        wire: Wire | None = None,
        *,
        cards: Iterable[Layable] = (),
        needs_lift: bool = False,
        manipulate: Manipulate | None = None,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(wire, manipulate=manipulate, clock=clock)
        self.commands: list[tuple[int, int]] = []
        self._parser = RequestParser()
        self._lapses: list[_Lapse] = []
        self._pile = deque(card_of(card) for card in cards)
        self._is_from_pile = False
        self._needs_lift = needs_lift
        self._card: SimulatedCard | None = None
        self._is_found = self._is_selected = self._was_read = False

    def lay(self, what: Layable) -> None:
        """Lay a card on the reader, in place of the one that lies there."""
        card = card_of(what)
        self._do(lambda: self._put(card))

    def lift(self) -> None:
        """Take the card away."""
        self._do(lambda: self._put(None))

    def refuse(self, status: str, command: tuple[int, int] | None = None, times: int = 1) -> None:
        """Answer `status` (six hex digits) to the next `times` commands, or to the next of this one command."""
        bytes.fromhex(status)
        self._do(lambda: self._lapses.append(_Lapse(status, command, times)))

    # ---- in the simulator's thread --------------------------------------------------------------------------------

    def _receive(self, chunk: bytes) -> None:
        for request in self._parser.requests(chunk):
            command = (request.command, request.parameter)
            self.commands.append(command)
            status, data = self._lapse(command) or self._answer(request)
            sw1, sw2, sw3 = bytes.fromhex(status)
            self._send(encode_answer(SamAnswer(sw1, sw2, sw3, data)))
            self._happen("command")
            if command in _EVENTS:
                self._happen(_EVENTS[command])

    def _lapse(self, command: tuple[int, int]) -> tuple[str, bytes] | None:
        for lapse in self._lapses:
            if lapse.command in (None, command):
                if lapse.times != ALWAYS:
                    lapse.times -= 1
                    self._lapses = [each for each in self._lapses if each.times]
                return lapse.status, b""
        return None

    def _answer(self, request: SamRequest) -> tuple[str, bytes]:
        match (request.command, request.parameter):
            case (0x10, 0xFF):
                self._is_found = self._is_selected = self._was_read = False
                return _SUCCESS, b""
            case (0x11, 0xFF):
                return _SUCCESS, b""
            case (0x12, 0xFF):
                return _SUCCESS, _SAM_ID
            case (0x20, 0x01):
                return self._find()
            case (0x20, 0x02):
                return self._select()
            case (0x30, 0x01):
                return self._read_base()
            case (0x30, 0x03):
                return self._read_newest_address()
        # Fingerprints (30 10) among them: nobody here has a use for them.
        return _BAD_COMMAND, b""

    def _find(self) -> tuple[str, bytes]:
        if self._card is None and self._pile:
            self._put(self._pile.popleft())
            self._is_from_pile = True
        if self._card is None or (self._needs_lift and self._was_read):
            return _ABSENT, b""
        self._is_found, self._is_selected = True, False
        return _FOUND, bytes(4)

    def _select(self) -> tuple[str, bytes]:
        if self._card is None or not self._is_found:
            return _SELECT_FAILED, b""
        self._is_found, self._is_selected = False, True
        return _SUCCESS, bytes(8)

    def _read_base(self) -> tuple[str, bytes]:
        if self._card is None or not self._is_selected:
            return _READ_FAILED, b""
        self._is_selected, self._was_read = False, True
        block = self._card.block
        lengths = len(block).to_bytes(2, "big") + _PHOTO_SIZE.to_bytes(2, "big")
        return _SUCCESS, lengths + block + bytes(_PHOTO_SIZE)

    def _read_newest_address(self) -> tuple[str, bytes]:
        if self._card is None or not self._was_read:
            return _READ_FAILED, b""
        address = self._card.newest_address
        if self._is_from_pile:
            self._put(None)
        return (_NO_SUCH_ITEM, b"") if address is None else (_SUCCESS, address)

    def _put(self, card: SimulatedCard | None) -> None:
        self._card = card
        self._is_found = self._is_selected = self._was_read = self._is_from_pile = False


_EVENTS = {
    (0x10, 0xFF): "reset",
    (0x11, 0xFF): "status",
    (0x12, 0xFF): "sam_id",
    (0x20, 0x01): "find",
    (0x20, 0x02): "select",
    (0x30, 0x01): "read",
    (0x30, 0x03): "newest_address",
}
EVENTS = ("command", *_EVENTS.values())
