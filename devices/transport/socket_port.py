"""pyserial's `socket://` port, with three of its habits cured."""

from __future__ import annotations

import contextlib
import socket
from typing import Any

from serial.urlhandler import protocol_socket


class SocketPort(protocol_socket.Serial):  # type: ignore[misc]
    """A TCP line.

    WORKAROUND pyserial 3.5, `serial/urlhandler/protocol_socket.py`: `close` leaks the socket when the peer went first
    and always sleeps 0.3 s; `reset_input_buffer`, called by `open`, reads until the peer pauses, which may be never;
    small requests wait for Nagle's algorithm.
    """

    is_open: bool
    _socket: Any

    def open(self) -> None:
        super().open()
        with contextlib.suppress(OSError):  # the peer may be gone again; the first read will tell
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        """Close at once, whatever the peer did."""
        if self.is_open:
            self.is_open = False
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
            self._socket = None

    def reset_input_buffer(self) -> None:
        """Nothing: the drivers discard old input themselves, with a bound."""
