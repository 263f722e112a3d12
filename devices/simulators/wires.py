"""The device's end of a line: a raw pseudo-terminal or a TCP port. Used by the simulator's own thread only."""

from __future__ import annotations

import contextlib
import os
import select
import socket
from abc import ABC, abstractmethod
from pathlib import Path

_CHUNK = 4096
_WRITE_PATIENCE_S = 1.0


class Wire(ABC):
    """One line. It can vanish, as a pulled plug does, and come back."""

    @property
    @abstractmethod
    def url(self) -> str:
        """What the other side opens with pyserial."""

    @abstractmethod
    def appear(self) -> None:
        """Be there; harmless if it is. Raises `OSError` if the port was taken meanwhile."""

    @abstractmethod
    def vanish(self) -> None:
        """Be gone; harmless if it is."""

    @abstractmethod
    def read(self, timeout_s: float, wake: int) -> bytes:
        """What the other side sent; b"" after `timeout_s` or when `wake` (a descriptor) has something to read."""

    @abstractmethod
    def write(self, chunk: bytes) -> None:
        """Send; what nobody takes within a second is lost, as on a real line."""


class PtyWire(Wire):
    """A pseudo-terminal in raw mode. With `link`, a symbolic link of that name leads to it even after a new plug-in."""

    def __init__(self, link: Path | None = None) -> None:
        self._link = link
        self._path = ""
        self._master: int | None = None
        self._slave: int | None = None
        self.appear()

    @property
    def url(self) -> str:
        return str(self._link) if self._link else self._path

    def appear(self) -> None:
        if self._master is not None:
            return
        import tty  # does not exist on Windows, where only TCP is simulated

        # The slave stays open here, so that the line lives on while nobody has it open.
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._path = os.ttyname(self._slave)
        if self._link:
            beside = self._link.with_name(self._link.name + ".new")
            beside.symlink_to(self._path)
            beside.replace(self._link)

    def vanish(self) -> None:
        if self._link:
            self._link.unlink(missing_ok=True)
        for descriptor in (self._master, self._slave):
            if descriptor is not None:
                os.close(descriptor)
        self._master = self._slave = None

    def read(self, timeout_s: float, wake: int) -> bytes:
        watched = [wake] if self._master is None else [wake, self._master]
        ready, _, _ = select.select(watched, [], [], timeout_s)
        if self._master is None or self._master not in ready:
            return b""
        with contextlib.suppress(OSError):
            return os.read(self._master, _CHUNK)
        return b""

    def write(self, chunk: bytes) -> None:
        while chunk and self._master is not None:
            _, ready, _ = select.select([], [self._master], [], _WRITE_PATIENCE_S)
            if not ready:
                return
            try:
                chunk = chunk[os.write(self._master, chunk) :]
            except BlockingIOError:
                continue


class TcpWire(Wire):
    """A TCP port on the loopback that serves one connection at a time; the newest one wins."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._host = host
        self._port = 0
        self._listener: socket.socket | None = None
        self._connection: socket.socket | None = None
        self.appear()

    @property
    def url(self) -> str:
        return f"socket://{self._host}:{self._port}"

    def appear(self) -> None:
        if self._listener is not None:
            return
        self._listener = socket.create_server((self._host, self._port), backlog=1)
        self._port = self._listener.getsockname()[1]

    def vanish(self) -> None:
        self._hang_up()
        if self._listener is not None:
            self._listener.close()
        self._listener = None

    def read(self, timeout_s: float, wake: int) -> bytes:
        watched = [each.fileno() for each in (self._listener, self._connection) if each is not None]
        ready, _, _ = select.select([wake, *watched], [], [], timeout_s)
        if self._connection is not None and self._connection.fileno() in ready:
            return self._receive(self._connection)
        if self._listener is not None and self._listener.fileno() in ready:
            self._accept(self._listener)
        return b""

    def write(self, chunk: bytes) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.sendall(chunk)

    def _accept(self, listener: socket.socket) -> None:
        self._hang_up()
        self._connection, _ = listener.accept()
        self._connection.settimeout(_WRITE_PATIENCE_S)
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _receive(self, connection: socket.socket) -> bytes:
        with contextlib.suppress(OSError):
            chunk = connection.recv(_CHUNK)
            if chunk:
                return chunk
        self._hang_up()
        return b""

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
