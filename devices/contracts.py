"""What the parts of this folder promise one another.

registry      finds, opens, hands out; knows the state of each device
  driver      joins a protocol with a transport; implements a port of `clerk_app.services.ports`
    protocol  bytes ↔ messages, no I/O
    transport bytes ↔ a line, no meaning
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol


class Transport(Protocol):
    """An open line to one device. All but `stop` is used from one thread at a time; every call ends by itself."""

    def read(self, size: int, timeout_s: float) -> bytes:
        """What has come, at most `size` bytes; waits up to `timeout_s` for the first and returns b"" if none came.

        Raises `DeviceGone` when the device is not there any more.
        """

    def write(self, chunk: bytes) -> None:
        """Send all of `chunk`; raises `DeviceGone`, or `DeviceSilent` when the line takes nothing."""

    def discard_input(self) -> None:
        """Let go what has arrived unread; ends even if the device never stops sending. Raises `DeviceGone`."""

    def stop(self) -> None:
        """From any thread: let the read in progress, and every later one, raise `DeviceGone`."""

    def close(self) -> None:
        """Close the line. Never raises; closing twice is harmless."""


OpenTransport = Callable[[], Transport]
"""Opens the line; raises `BadPort`, `DeviceNotFound`, `DeviceBusy` or `DeviceNotPermitted`."""

DeviceKind = Literal["card_reader", "rating_pad"]
DeviceState = Literal["ready", "not_connected", "failed"]


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """How a device is. `reason` is the code of the last error unless `ready`; `since_ms` the wall clock of the change.

    `port` is where it was found, None while it was not; `last_used_ms` the wall clock of its last finished use.
    """

    kind: DeviceKind
    state: DeviceState
    since_ms: int
    port: str | None = None
    reason: str | None = None
    last_used_ms: int | None = None
