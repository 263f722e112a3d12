"""How a driver comes to its line: at a fixed address, or by looking for the device."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Protocol

from serial.tools import list_ports

from clerk_app.errors import DeviceError, DeviceNotFound
from clerk_app.seams import Clock
from devices.contracts import Transport
from devices.drivers.sam_link import SamLink
from devices.protocols.sam import Command
from devices.transport.serial_port import SerialSettings, open_serial

logger = logging.getLogger(__name__)

_QUESTIONS = 3

ListPorts = Callable[[], Iterable[str]]


class Line(Protocol):
    """An `OpenTransport` that knows where it leads."""

    @property
    def port(self) -> str | None:
        """The address of the device, None while it is not known."""

    def __call__(self) -> Transport:
        """Open the line; raises as `OpenTransport` says."""


class FixedLine:
    """The line at the address that the settings name."""

    def __init__(self, settings: SerialSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    @property
    def port(self) -> str | None:
        return self._settings.port

    def __call__(self) -> Transport:
        return open_serial(self._settings, self._clock)


class NoLine:
    """No address is set, and this kind of device cannot be asked who it is."""

    port: str | None = None

    def __call__(self) -> Transport:
        raise DeviceNotFound("no port is set")


class ReaderSearch:
    """Looks for an identity card reader on every serial port by asking for its status (11 FF).

    The port where it was last found is asked first. Ports in `taken` belong to other devices and hear nothing. A port
    where no reader ever answered is asked three times and then left alone until it was unplugged or `ask_all_again`:
    a receipt printer would print every question.
    """

    def __init__(self, baud: int, clock: Clock, *, taken: frozenset[str], list_ports: ListPorts) -> None:
        self._baud = baud
        self._clock = clock
        self._taken = taken
        self._list_ports = list_ports
        self._found: str | None = None
        self._last_found: str | None = None
        self._unanswered: Counter[str] = Counter()

    @property
    def port(self) -> str | None:
        return self._found

    def ask_all_again(self) -> None:
        """Ask the ports again that did not answer before."""
        self._unanswered.clear()

    def __call__(self) -> Transport:
        self._found = None
        present = set(self._list_ports())
        for port in set(self._unanswered) - present:
            del self._unanswered[port]
        for port in sorted(present - self._taken, key=lambda port: (port != self._last_found, port)):
            if port != self._last_found and self._unanswered[port] >= _QUESTIONS:
                continue
            transport = self._reader_at(port)
            if transport is not None:
                self._found = self._last_found = port
                return transport
        raise DeviceNotFound(f"no reader at {len(present)} ports")

    def _reader_at(self, port: str) -> Transport | None:
        try:
            transport = open_serial(SerialSettings(port, self._baud), self._clock)
        except DeviceError as exc:
            logger.debug("port %s: %s", port, exc)
            return None
        try:
            # Whatever the status says: who answers in frames is a reader.
            SamLink(transport, self._clock).ask(Command.CHECK_STATUS)
        except DeviceError as exc:
            logger.debug("no reader at %s: %s", port, exc)
            self._unanswered[port] += 1
            transport.close()
            return None
        return transport


def serial_ports() -> list[str]:
    """The names of this machine's serial ports, without Bluetooth ones: opening those can take half a minute."""
    return [info.device for info in list_ports.comports() if "BTHENUM" not in (info.hwid or "")]
