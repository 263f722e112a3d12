"""A bad network on loopback: a proxy that cuts, swallows and repeats, and a portal that answers for everybody."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_CHUNK = 65536
_NEVER = 1 << 60


@dataclass(frozen=True)
class Passage:
    """What happens to one connection: bytes that pass in each direction before it is cut; `silent` instead of a cut."""

    up: int = _NEVER
    down: int = _NEVER
    silent: bool = False


CLEAN = Passage()


class Listener:
    """Accepts connections on loopback until closed; each is served in a thread of its own."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.accepted = 0
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._closing = threading.Event()
        self._start(self._accept)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            self.accepted += 1
            number = self.accepted
            self._open.append(connection)
            self._start(lambda connection=connection, number=number: self._served(connection, number))  # type: ignore[misc]

    def _served(self, connection: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError):
            self.serve(connection, number)
        _close(connection)

    def serve(self, connection: socket.socket, number: int) -> None:
        raise NotImplementedError

    def close(self) -> None:
        self._closing.set()
        # Closing alone does not wake a thread that is waiting in accept.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in self._open:
            _close(connection)
        for thread in self._threads:
            thread.join(10)

    def __enter__(self):
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


class FaultyProxy(Listener):
    """Forwards to `port`; `passage` says what happens to the n-th connection (from 1)."""

    def __init__(self, port: int, passage: Callable[[int], Passage] = lambda _number: CLEAN) -> None:
        self.target = port
        self.passage = passage
        self.captured: list[bytes] = []
        super().__init__()

    def serve(self, connection: socket.socket, number: int) -> None:
        passage = self.passage(number)
        hub = socket.create_connection(("127.0.0.1", self.target))
        self._open.append(hub)
        heard = bytearray()
        up = threading.Thread(target=self._pump, args=(connection, hub, passage.up, passage, heard), daemon=True)
        up.start()
        self._pump(hub, connection, passage.down, passage, bytearray())
        up.join(10)
        self.captured.append(bytes(heard))
        _close(hub)

    def _pump(
        self, source: socket.socket, target: socket.socket, left: int, passage: Passage, heard: bytearray
    ) -> None:
        with contextlib.suppress(OSError):
            while left > 0 and (part := source.recv(min(_CHUNK, left))):
                heard += part
                target.sendall(part)
                left -= len(part)
            if passage.silent and not left:
                self._closing.wait(30)
        _close(source)
        _close(target)

    def replay(self) -> int:
        """Send every captured connection's bytes again, as a proxy that repeats POSTs would; return how many."""
        deadline = time.monotonic() + 10
        while len(self.captured) < self.accepted and time.monotonic() < deadline:
            self._closing.wait(0.01)
        for content in self.captured:
            with socket.create_connection(("127.0.0.1", self.target)) as hub, contextlib.suppress(OSError):
                hub.settimeout(5)
                hub.sendall(content)
                hub.shutdown(socket.SHUT_WR)
                while hub.recv(_CHUNK):
                    pass
        return len(self.captured)


class Portal(Listener):
    """Answers every request with the same bytes, whatever was asked."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self.asked: list[str] = []
        super().__init__()

    def serve(self, connection: socket.socket, number: int) -> None:
        heard = b""
        while b"\r\n\r\n" not in heard:
            part = connection.recv(_CHUNK)
            if not part:
                return
            heard += part
        self.asked.append(heard.split(b"\r\n")[0].decode())
        connection.sendall(self._answer)
        # Let the client read all of it before the connection is reset under the rest of its request.
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(_CHUNK):
            pass


class BlackHole(Listener):
    """Takes everything and never says a word."""

    def serve(self, connection: socket.socket, number: int) -> None:
        while connection.recv(_CHUNK):
            pass


def http_answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    """The bytes of one HTTP answer, after which the connection is closed."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextlib.contextmanager
def free_port() -> Iterator[int]:
    """A port on which nobody listens while the block runs."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def _close(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
