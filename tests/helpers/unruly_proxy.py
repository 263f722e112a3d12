"""A proxy over TCP that does to every request what chance says: repeats, holds back, cuts, damages, delays, or answers
itself as a portal would."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import BinaryIO

from tests.helpers.network import Listener, http_answer
from tests.sync.forgery import SIGNATURE, claim

DELAY_S = 0.05
UPSTREAM_S = 10.0
PORTALS = (
    http_answer("200 OK", b"<html><body>Please log in</body></html>", "Content-Type: text/html"),
    http_answer("200 OK", b'{"acks":[]}', "Content-Type: application/json"),
    http_answer("200 OK", b'{"acks":[]}', "Content-Type: application/json", f"Hub-Signature: {'5a' * 64}"),
    http_answer("302 Found", b"", "Location: http://login.example/"),
    http_answer("511 Network Authentication Required", b"log in"),
    b"\x00\xffno http at all\r\n\r\n",
    b"",
)


@dataclass(frozen=True)
class Heard:
    """One request as it was heard."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class UnrulyProxy(Listener):
    """Between a client and the hub at `port`, until `is_tame`; `struck` counts what it did."""

    def __init__(self, port: int, seed: int) -> None:
        self.is_tame = False
        self.struck: Counter[str] = Counter()
        self._hub_port = port
        self._random = Random(seed)
        self._lock = threading.Lock()
        self._held: list[Heard] = []
        self._said: dict[str, list[bytes]] = {}
        super().__init__()

    def serve(self, connection: socket.socket, number: int) -> None:
        source = connection.makefile("rb")
        while (heard := _read(source)) is not None:
            answer, goes_on = self._answer(heard)
            connection.sendall(answer)
            if not goes_on:
                return

    def deliver_held(self) -> None:
        """What was held back arrives now, in any order."""
        with self._lock:
            held, self._held = self._held, []
            self._random.shuffle(held)
        for heard in held:
            with contextlib.suppress(OSError, http.client.HTTPException):
                self._forward(heard)

    def _answer(self, heard: Heard) -> tuple[bytes, bool]:
        """The bytes that go back, and whether the connection stays open."""
        faults = (
            "fine",
            "doubled",
            "held",
            "swallowed",
            "truncated",
            "cut_up",
            "flipped",
            "delayed",
            "portal",
            "forged",
            "old",
        )
        with self._lock:
            fault = "fine" if self.is_tame else self._random.choices(faults, (30, *([3] * 10)))[0]
            self.struck[fault] += 1
            at, times, portal = self._random.random(), self._random.choice((2, 3, 10)), self._random.choice(PORTALS)
        match fault:
            case "held":
                with self._lock:
                    self._held.append(heard)
                return b"", False
            case "portal":
                return portal, False
            case "forged" if (body := claim(heard.path, heard.headers, heard.body)) is not None:
                return http_answer("200 OK", body, f"Hub-Signature: {SIGNATURE}"), False
            case "cut_up":
                self._forward(heard, share=at)
                return b"", False
            case "delayed":
                self._closing.wait(DELAY_S)
                self.deliver_held()
            case "doubled":
                for _ in range(times - 1):
                    self._forward(heard)
        answer = self._forward(heard)
        match fault:
            case "swallowed":
                return b"", False
            case "truncated":
                return answer[: int(at * len(answer))], False
            case "flipped" if answer:
                where = int(at * len(answer))
                return answer[:where] + bytes([answer[where] ^ 1]) + answer[where + 1 :], False
            case "old":
                answer = self._said[heard.path][0]
        return answer, bool(answer)

    def _forward(self, heard: Heard, share: float = 1.0) -> bytes:
        """Deliver a request, or only the beginning of its body; return the answer's bytes."""
        hub = http.client.HTTPConnection("127.0.0.1", self._hub_port, timeout=UPSTREAM_S)
        try:
            if share < 1.0:
                hub.putrequest(heard.method, heard.path, skip_host=True, skip_accept_encoding=True)
                for name, value in heard.headers.items():
                    hub.putheader(name, value)
                hub.endheaders(heard.body[: int(share * len(heard.body))])
                return b""
            hub.request(heard.method, heard.path, heard.body or None, heard.headers)
            said = hub.getresponse()
            body = said.read()
        finally:
            hub.close()
        head = [f"HTTP/1.1 {said.status} {said.reason}", *(f"{name}: {value}" for name, value in said.getheaders())]
        answer = "\r\n".join([*head, "", ""]).encode("latin-1") + body
        with self._lock:
            self._said.setdefault(heard.path, []).append(answer)
        return answer


def _read(source: BinaryIO) -> Heard | None:
    """The next request on a connection; None at its end."""
    line = source.readline()
    if not line.strip():
        return None
    method, path, _version = line.decode("latin-1").split()
    headers = {}
    while text := source.readline().decode("latin-1").strip():
        name, _, value = text.partition(":")
        headers[name.lower()] = value.strip()
    body = source.read(int(headers.get("content-length", 0)))
    return Heard(method, path, headers, body)
