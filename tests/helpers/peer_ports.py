"""Real ports with a peer of literal bytes behind them, independent of our simulators: a pty and a TCP port.

    with PtyPeer(receive) as peer:
        open_serial(SerialSettings(peer.url, 9600), clock)

`receive(chunk)` returns the pieces to send back, each written on its own. `vanish()` pulls the plug.
"""

import contextlib
import os
import select
import socket
import threading
import tty
from abc import ABC, abstractmethod
from typing import Any


class _Peer(ABC):
    @abstractmethod
    def _serve(self):
        """Answer until told to stop, then close everything."""

    def __init__(self, receive):
        self._receive = receive
        self._stop_out, self._stop_in = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.failure = None

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.vanish()
        self._stop_in.close()
        self._stop_out.close()
        if self.failure:
            raise self.failure

    def vanish(self):
        with contextlib.suppress(OSError):
            self._stop_in.send(b"!")
        self._thread.join()

    def _answer(self, chunk, write):
        try:
            for piece in self._receive(chunk):
                write(piece)
        except AssertionError as exc:
            self.failure = exc


class PtyPeer(_Peer):
    def __init__(self, receive):
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.url = os.ttyname(self._slave)
        super().__init__(receive)

    def send(self, chunk):
        os.write(self._master, chunk)

    def _serve(self):
        while True:
            watched: list[Any] = [self._master, self._stop_out]
            ready, _, _ = select.select(watched, [], [])
            if self._stop_out in ready:
                break
            self._answer(os.read(self._master, 4096), self.send)
        os.close(self._master)
        os.close(self._slave)


class TcpPeer(_Peer):
    def __init__(self, receive):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"socket://127.0.0.1:{self._listener.getsockname()[1]}"
        self._connections: list[Any] = []
        super().__init__(receive)

    def send(self, chunk):
        self._connections[-1].sendall(chunk)

    def _serve(self):
        while True:
            watched: list[Any] = [self._listener, self._stop_out, *self._connections]
            ready, _, _ = select.select(watched, [], [])
            if self._stop_out in ready:
                break
            if self._listener in ready:
                self._connections.append(self._listener.accept()[0])
            for connection in [each for each in self._connections if each in ready]:
                chunk = connection.recv(4096)
                if chunk:
                    with contextlib.suppress(OSError):
                        self._answer(chunk, self.send)
                else:
                    self._connections.remove(connection)
                    connection.close()
        for each in (*self._connections, self._listener):
            each.close()
