"""Finds devices, opens them, hands them out, and knows how each of them is.

Nobody keeps a device: it may be unplugged at any moment, so whoever needs one asks here each time. What is handed out
talks to the device that is there at the moment of the call.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from clerk_app.domain.identity import IdentityDocument
from clerk_app.seams import Clock
from clerk_app.services.ports import RatingPad
from devices.contracts import DeviceKind, DeviceStatus
from devices.drivers.ff68_pad import Ff68Pad, RatingPadPort
from devices.drivers.pad_profile import FF68, PadProfile
from devices.drivers.sam_reader import SamReader
from devices.lines import FixedLine, Line, ListPorts, NoLine, ReaderSearch, serial_ports
from devices.protocols import sam
from devices.slot import DeviceSlot
from devices.transport.serial_port import SerialSettings


@dataclass(frozen=True, slots=True)
class DevicePlan:
    """Which devices this workplace has. Ports are pyserial URLs.

    An empty `reader_port` means: look for the reader. An empty `pad_port` means: no pad, because a pad cannot be asked
    who it is.
    """

    reader_port: str = ""
    pad_port: str = ""
    pad_profile: PadProfile = FF68
    reader_baud: int = sam.BAUD


class CardReaderPort:
    """Implements the `CardReader` port on `reader`, each use within `turn`."""

    def __init__(self, reader: SamReader, turn: Callable[[], AbstractContextManager[object]]) -> None:
        self._reader = reader
        self._turn = turn

    def read_card(self, timeout_s: float) -> IdentityDocument:
        with self._turn():
            return self._reader.read_card(timeout_s)

    def read_again(self, timeout_s: float) -> IdentityDocument:
        """As `read_card`, but the card that was read before may still be lying there: the clerk asked for it."""
        with self._turn():
            return self._reader.read_again(timeout_s)


class DeviceRegistry:
    """The devices of one workplace. Safe to use from several threads.

    `changed` is called with the new status of a device, in whichever thread found out; it must not block. `check` each
    device about once a second (`DeviceWatch` does), and a device that was plugged in again is found by itself.
    """

    def __init__(
        self,
        plan: DevicePlan,
        clock: Clock,
        changed: Callable[[DeviceStatus], None] = lambda status: None,
        list_ports: ListPorts = serial_ports,
    ) -> None:
        taken = frozenset([plan.pad_port] if plan.pad_port else [])
        self._search = ReaderSearch(plan.reader_baud, clock, taken=taken, list_ports=list_ports)
        reader_line: Line = self._search
        if plan.reader_port:
            reader_line = FixedLine(SerialSettings(plan.reader_port, plan.reader_baud), clock)
        pad_line: Line = NoLine()
        if plan.pad_port:
            pad_line = FixedLine(SerialSettings(plan.pad_port, plan.pad_profile.baud), clock)
        self._reader = SamReader(reader_line, clock)
        self._pad = Ff68Pad(plan.pad_profile, pad_line, clock)
        self._slots: dict[DeviceKind, DeviceSlot] = {
            "card_reader": DeviceSlot("card_reader", self._reader, reader_line, clock, changed),
            "rating_pad": DeviceSlot("rating_pad", self._pad, pad_line, clock, changed),
        }

    def card_reader(self) -> CardReaderPort:
        """The reader of identity cards. A person wants it now, so ports that did not answer are asked once more."""
        self._search.ask_all_again()
        return CardReaderPort(self._reader, self._slots["card_reader"].turn)

    def rating_pad(self) -> RatingPad:
        """The rating pad."""
        return RatingPadPort(self._pad, self._slots["rating_pad"].turn)

    @property
    def is_pad_limited(self) -> bool:
        """Whether the pad has no key for some grade."""
        return self._pad.profile.is_limited

    def statuses(self) -> tuple[DeviceStatus, ...]:
        """How the devices are, as last seen; never waits."""
        return tuple(slot.status for slot in self._slots.values())

    def check(self, kind: DeviceKind) -> DeviceStatus:
        """Look how a device is now. Takes up to a few seconds, or no time at all while the device is in use."""
        return self._slots[kind].check()

    def close(self) -> None:
        """Let go of all lines, for good; a use in progress ends with `DeviceGone` (a pad's with `device_failed`)."""
        for slot in self._slots.values():
            slot.close()
