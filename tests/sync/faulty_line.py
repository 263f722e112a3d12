"""A line that does everything a line can do wrong, by a seed: between the desk's engine and the hub's one function."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from clerk_app import failpoints
from clerk_app.errors import PlatformUnreachable
from clerk_app.journal.hub_facts import Ack, sign_ack
from sync import wire
from sync.schemas import AckMessage
from sync.transport import Traffic
from sync.wire import Request, Response
from tests.sync.fakes import VirtualClock


class Crash(BaseException):
    """A process dies here. A `BaseException`, so that no handler of ours can hide it."""


def crash(name: str) -> None:
    raise Crash(name)


@dataclass(frozen=True)
class Weather:
    """How often each fault strikes, relative to `fine`."""

    fine: int = 60
    lost_request: int = 6
    lost_answer: int = 8
    doubled: int = 5
    replayed_later: int = 4
    cut_answer: int = 4
    cut_request: int = 3
    flipped_answer: int = 3
    flipped_request: int = 3
    old_answer: int = 3
    portal: int = 5
    forged: int = 3
    slow: int = 5
    hub_crash: int = 6


FINE = Weather(*([1] + [0] * 13))

HUB_POINTS = (
    "hub.push.before_commit",
    "hub.push.after_commit",
    "hub.blob.appended",
    "hub.blob.synced",
    "hub.blob.renamed",
    "hub.blob.before_commit",
    "hub.blob.after_commit",
    "hub.register.before_commit",
    "hub.register.after_commit",
)

PORTALS = (
    Response(200, {"content-type": "text/html"}, b"<html><body>Please log in</body></html>"),
    Response(302, {"location": "http://login.example/"}, b""),
    Response(200, {"content-type": "application/json"}, b'{"acks":[]}'),
    Response(200, {"content-type": "application/json"}, b"{"),
    Response(200, {}, b""),
    Response(511, {}, b"log in"),
    Response(503, {"retry-after": "5"}, b"busy"),
    Response(401, {}, b"{}"),
    Response(200, {"hub-signature": "00" * 64, "content-type": "application/json"}, b'{"acks":[]}'),
)


class FaultyLine:
    """Carries requests; `hub` answers one, `restart` brings a hub back that crashed."""

    def __init__(
        self,
        random: Random,
        clock: VirtualClock,
        hub: Callable[[Request], Response],
        restart: Callable[[], None],
        note: Callable[[str], None],
    ) -> None:
        self._random = random
        self._clock = clock
        self._hub = hub
        self._restart = restart
        self._note = note
        self._past: list[tuple[Request, Response]] = []
        self.weather = Weather()
        self.cut = False
        self.traffic = Traffic()

    def send(self, request: Request) -> Response:
        self.traffic = replace(self.traffic, sent=self.traffic.sent + len(request.body))
        if self.cut:
            self._note(f"cut {request.method} {request.path}")
            raise PlatformUnreachable
        weather = vars(self.weather)
        fault = self._random.choices(list(weather), list(weather.values()))[0]
        answer: Response = getattr(self, f"_{fault}")(request)
        self._note(f"{fault} {request.method} {request.path} {answer.status} {len(answer.body)}")
        self.traffic = replace(self.traffic, received=self.traffic.received + len(answer.body))
        return answer

    # ---- what can happen ----------------------------------------------------------------------------------------

    def _fine(self, request: Request) -> Response:
        answer = self._deliver(request)
        self._past.append((request, answer))
        return answer

    def _lost_request(self, request: Request) -> Response:
        raise self._lost("request", request)

    def _lost_answer(self, request: Request) -> Response:
        self._fine(request)
        raise self._lost("answer", request)

    def _doubled(self, request: Request) -> Response:
        times = self._random.choice((2, 2, 2, 3, 3, 5, 50))
        answers = [self._fine(request) for _ in range(times)]
        return self._random.choice(answers)

    def _replayed_later(self, request: Request) -> Response:
        for old, _answer in self._random.sample(self._past, min(3, len(self._past))):
            self._deliver(old)
        return self._fine(request)

    def _cut_answer(self, request: Request) -> Response:
        answer = self._fine(request)
        return replace(answer, body=answer.body[: self._random.randint(0, max(0, len(answer.body) - 1))])

    def _cut_request(self, request: Request) -> Response:
        return self._fine(replace(request, body=request.body[: self._random.randint(0, max(0, len(request.body) - 1))]))

    def _flipped_answer(self, request: Request) -> Response:
        answer = self._fine(request)
        return replace(answer, body=self._flipped(answer.body))

    def _flipped_request(self, request: Request) -> Response:
        return self._fine(replace(request, body=self._flipped(request.body)))

    def _old_answer(self, request: Request) -> Response:
        self._fine(request)
        alike = [answer for old, answer in self._past if (old.method, old.route) == (request.method, request.route)]
        return self._random.choice(alike)

    def _portal(self, request: Request) -> Response:
        return self._random.choice(PORTALS)

    def _forged(self, request: Request) -> Response:
        """An answer in perfect form that claims everything was stored, by somebody without the hub's key."""
        answer = self._deliver(request) if request.route != "/v1/push" else Response(200)
        if request.route not in ("/v1/push", "/v1/acks"):
            return replace(answer, headers={**answer.headers, wire.SIGNATURE: "5a" * 64})
        return Response(200, {"content-type": "application/json", wire.SIGNATURE: "5a" * 64}, self._claim(request))

    def _slow(self, request: Request) -> Response:
        self._clock.advance(self._random.choice((0.3, 3, 30, 2000)))
        return self._fine(request)

    def _hub_crash(self, request: Request) -> Response:
        failpoints.arm(self._random.choice(HUB_POINTS), 1, crash)
        try:
            return self._fine(request)
        except Crash as point:
            self._restart()
            raise self._lost(f"hub crash at {point}", request) from None
        finally:
            failpoints.disarm()

    # ---- how ----------------------------------------------------------------------------------------------------

    def _deliver(self, request: Request) -> Response:
        return self._hub(request)

    def _lost(self, what: str, request: Request) -> PlatformUnreachable:
        self._note(f"lost {what} {request.method} {request.path}")
        return PlatformUnreachable()

    def _flipped(self, body: bytes) -> bytes:
        if not body:
            return body
        at = self._random.randrange(len(body))
        return body[:at] + bytes([body[at] ^ (1 << self._random.randrange(8))]) + body[at + 1 :]

    def _claim(self, request: Request) -> bytes:
        if request.route == "/v1/acks":
            ranges = [(one["chain"], one["first"], one["last"]) for one in json.loads(request.body)["ranges"]]
            heads = [bytes(32)] * len(ranges)
        else:
            plain = wire.decompress(request.body)
            first, count = int.from_bytes(plain[36:44], "big"), int.from_bytes(plain[76:80], "big")
            ranges, heads = [(plain[4:36].decode(), first, first + count - 1)], [plain[80:112]]
        acks = [
            AckMessage.of(sign_ack(b"f" * 32, Ack(b"h" * 32, chain, first, last, head, last, True)))
            for (chain, first, last), head in zip(ranges, heads, strict=True)
        ]
        return json.dumps({"acks": [ack.model_dump() for ack in acks]}).encode()
