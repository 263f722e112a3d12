"""Lines that pyserial opens: serial ports by name and every URL it knows (`socket://`, `rfc2217://`, …).

Whatever pyserial and the system below it raise ends here: as `DeviceGone` on an open line, as one of the errors of
`OpenTransport` while opening.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import serial

from clerk_app.errors import (
    BadPort,
    DeviceBusy,
    DeviceError,
    DeviceGone,
    DeviceNotFound,
    DeviceNotPermitted,
    DeviceSilent,
)
from clerk_app.seams import Clock
from devices.transport.socket_port import SocketPort

try:
    from termios import error as _TermiosError
except ImportError:  # Windows
    _TermiosError = OSError  # type: ignore[assignment,misc]

_LINE_FAULTS = (serial.SerialException, OSError, TypeError, _TermiosError)
"""All that pyserial was seen to raise on a line that vanished; TypeError from a port closed by another thread."""

_POLL_S = 0.02
_WRITE_TIMEOUT_S = 2.0
_DISCARD_LIMIT = 65536
_URL_WITH_HOST = ("socket", "rfc2217")


@dataclass(frozen=True, slots=True)
class SerialSettings:
    """Where the device is and how fast it talks; 8 data bits, no parity, 1 stop bit, no flow control."""

    port: str
    baud: int


class SerialTransport:
    """An open pyserial port.

    `in_waiting` is never asked: on `socket://` it is not a count. Reads ask for a number of bytes and come back after
    a fixed short poll, because changing pyserial's time-out configures the port anew.
    """

    def __init__(self, port: Any, clock: Clock) -> None:
        self._port = port
        self._clock = clock
        self._is_stopped = False

    def read(self, size: int, timeout_s: float) -> bytes:
        deadline = self._clock.monotonic() + timeout_s
        while True:
            received = self._poll(size)
            if received or self._clock.monotonic() >= deadline:
                return received

    def write(self, chunk: bytes) -> None:
        try:
            self._port.write(chunk)
        except serial.SerialTimeoutException as exc:
            raise DeviceSilent("the line takes no bytes") from exc
        except _LINE_FAULTS as exc:
            raise DeviceGone(str(exc)) from exc

    def discard_input(self) -> None:
        discarded = 0
        while discarded < _DISCARD_LIMIT:
            chunk = self._poll(_DISCARD_LIMIT)
            if not chunk:
                return
            discarded += len(chunk)

    def stop(self) -> None:
        self._is_stopped = True

    def close(self) -> None:
        try:
            self._port.close()
        except _LINE_FAULTS:
            return  # it was gone already

    def _poll(self, size: int) -> bytes:
        if self._is_stopped:
            raise DeviceGone("stopped")
        try:
            return bytes(self._port.read(size))
        except _LINE_FAULTS as exc:
            raise DeviceGone(str(exc)) from exc


def open_serial(settings: SerialSettings, clock: Clock) -> SerialTransport:
    """Open the line. Raises `BadPort`, `DeviceNotFound`, `DeviceBusy`, `DeviceNotPermitted`."""
    _check_address(settings.port)
    try:
        port = _unopened(settings)
        port.open()
    except _LINE_FAULTS as exc:
        raise _opening_error(exc) from exc
    except ValueError as exc:  # a scheme or a speed that pyserial does not know
        raise BadPort(str(exc), port=settings.port) from exc
    return SerialTransport(port, clock)


def _unopened(settings: SerialSettings) -> Any:
    options: dict[str, Any] = {"baudrate": settings.baud, "timeout": _POLL_S, "write_timeout": _WRITE_TIMEOUT_S}
    if settings.port.startswith("socket://"):
        port = SocketPort(**options)
        port.port = settings.port
        return port
    if "://" not in settings.port:
        options["exclusive"] = True
    return serial.serial_for_url(settings.port, do_not_open=True, **options)


def _check_address(port: str) -> None:
    """Tell a wrong address from a device that is not there: pyserial raises the same for both."""
    if not port.strip() or "\0" in port:
        raise BadPort(port=port)
    scheme, separator, _ = port.partition("://")
    if separator and scheme in _URL_WITH_HOST:
        try:
            parts = urlsplit(port)
            complete = bool(parts.hostname) and parts.port is not None
        except ValueError:  # a port that is no number
            complete = False
        if not complete:
            raise BadPort(port=port)


def _opening_error(exc: BaseException) -> DeviceError:
    number = getattr(exc, "errno", None)
    # WORKAROUND pyserial on Windows hands on the system's error only as text.
    if number in (errno.EBUSY, errno.EWOULDBLOCK, errno.EAGAIN) or "PermissionError" in str(exc):
        return DeviceBusy(str(exc))
    if number in (errno.EACCES, errno.EPERM):
        return DeviceNotPermitted(str(exc))
    return DeviceNotFound(str(exc))
