"""A line that does everything a line can do wrong, by a seed: between the desk's engine and the hub's one function."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from random import Random
from typing import Protocol

from clerk_app import failpoints
from clerk_app.errors import PlatformUnreachable
from sync import wire
from sync.transport import CONNECT_S, PROGRESS_S, Traffic
from sync.wire import Request, Response
from tests.helpers.failpoints import names_of
from tests.sync.fakes import VirtualClock
from tests.sync.forgery import SIGNATURE, claim


class Crash(BaseException):
    """A process dies here. A `BaseException`, so that no handler of ours can hide it."""


def crash(name: str) -> None:
    raise Crash(name)


ROUND_TRIP_S = 0.2
BYTES_PER_S = 250_000.0
"""A bad but honest mobile line: 2 Mbit/s."""
HUB_POINTS = tuple(name for name in names_of("hub") if not name.startswith(("hub.enrol.", "hub.decide.")))
"""Where a hub that serves can die; the others are passed by commands."""


@dataclass(frozen=True)
class Weather:
    """How often each fault strikes, relative to `fine`."""

    fine: float = 60
    lost_request: float = 5
    lost_answer: float = 8
    late_request: float = 5
    doubled: float = 5
    replayed_later: float = 4
    cut_answer: float = 4
    cut_request: float = 3
    flipped_answer: float = 3
    flipped_request: float = 3
    old_answer: float = 3
    portal: float = 5
    forged: float = 6
    slow: float = 5
    clock_jump: float = 2
    meanwhile: float = 6
    hub_crash: float = 6

    def swarm(self, random: Random) -> Weather:
        """Some of the faults, some of them often: a run that has all of them a little finds less."""
        found = {
            one.name: getattr(self, one.name) * random.choice((0, 0, 0.5, 1, 1, 3))
            for one in fields(self)
            if one.name != "fine"
        }
        return Weather(self.fine, **found)


FINE = Weather(1, **{one.name: 0 for one in fields(Weather) if one.name != "fine"})

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
CLOCK_JUMPS_S = (3600, -3600, 86_400, -86_400, 3650 * 86_400, -3650 * 86_400)


class Surroundings(Protocol):
    """The world a line goes through."""

    def answer(self, request: Request) -> Response:
        """The hub's answer."""

    def restart_hub(self) -> None:
        """Bring back a hub that crashed."""

    def pass_time(self, seconds: float) -> None:
        """Let time pass everywhere."""

    def meanwhile(self) -> None:
        """Something happens elsewhere while a request is on its way."""

    def note(self, event: str) -> None:
        """Take an event into the trace."""


@dataclass
class FaultyLine:
    """Carries the requests of one desk."""

    random: Random
    clock: VirtualClock
    around: Surroundings
    weather: Weather
    is_cut: bool = False
    is_portal: bool = False
    traffic: Traffic = field(default_factory=Traffic)
    seconds: float = 0.0
    """Time spent on requests so far."""
    requests: int = 0
    follows: int = 0
    """Requests to follow cases so far."""
    _past: list[tuple[Request, Response]] = field(default_factory=list)
    _late: list[Request] = field(default_factory=list)

    def send(self, request: Request) -> Response:
        self.requests += 1
        self.follows += request.path == "/v1/streams"
        self.traffic = replace(self.traffic, sent=self.traffic.sent + len(request.body))
        self._spend(ROUND_TRIP_S + len(request.body) / BYTES_PER_S)
        if self.is_cut:
            self._spend(CONNECT_S)
            raise self._lost("at the cut", request)
        if self.is_portal:
            self.around.note(f"portal {request.method} {request.path}")
            return self._portal(request)
        weather = vars(self.weather)
        fault = self.random.choices(list(weather), list(weather.values()))[0]
        answer: Response = getattr(self, f"_{fault}")(request)
        self.around.note(f"{fault} {request.method} {request.path} {answer.status} {len(answer.body)}")
        self.traffic = replace(self.traffic, received=self.traffic.received + len(answer.body))
        self._spend(len(answer.body) / BYTES_PER_S)
        return answer

    def deliver_late(self) -> None:
        """What was held up somewhere arrives now, in any order, at whatever hub there is by then."""
        late, self._late = self._late, []
        self.random.shuffle(late)
        for request in late:
            self._deliver_for_nobody(request)

    # ---- what can happen ----------------------------------------------------------------------------------------

    def _fine(self, request: Request) -> Response:
        answer = self._deliver(request)
        self._past.append((request, answer))
        return answer

    def _lost_request(self, request: Request) -> Response:
        self._spend(PROGRESS_S)
        raise self._lost("request", request)

    def _lost_answer(self, request: Request) -> Response:
        self._fine(request)
        self._spend(PROGRESS_S)
        raise self._lost("answer", request)

    def _late_request(self, request: Request) -> Response:
        """A black hole that lets go one day."""
        self._late.append(request)
        self._spend(PROGRESS_S)
        raise self._lost("for now the request", request)

    def _doubled(self, request: Request) -> Response:
        times = self.random.choice((2, 2, 2, 3, 3, 5, 50))
        answers = [self._fine(request) for _ in range(times)]
        return self.random.choice(answers)

    def _replayed_later(self, request: Request) -> Response:
        for old, _answer in self.random.sample(self._past, min(3, len(self._past))):
            self._deliver_for_nobody(old)
        self.deliver_late()
        return self._fine(request)

    def _cut_answer(self, request: Request) -> Response:
        answer = self._fine(request)
        return replace(answer, body=answer.body[: self.random.randint(0, max(0, len(answer.body) - 1))])

    def _cut_request(self, request: Request) -> Response:
        return self._fine(
            replace(request, content=request.body[: self.random.randint(0, max(0, len(request.body) - 1))])
        )

    def _flipped_answer(self, request: Request) -> Response:
        answer = self._fine(request)
        return replace(answer, body=self._flipped(answer.body))

    def _flipped_request(self, request: Request) -> Response:
        return self._fine(replace(request, content=self._flipped(request.body)))

    def _old_answer(self, request: Request) -> Response:
        self._fine(request)
        alike = [answer for old, answer in self._past if (old.method, old.route) == (request.method, request.route)]
        return self.random.choice(alike)

    def _portal(self, request: Request) -> Response:
        return self.random.choice(PORTALS)

    def _forged(self, request: Request) -> Response:
        """An answer in perfect form that claims everything was stored, by somebody without the hub's key."""
        body = claim(request.route, request.headers, request.body)
        if body is None:
            answer = self._deliver(request)
            return replace(answer, headers={**answer.headers, wire.SIGNATURE: SIGNATURE})
        return Response(200, {"content-type": "application/json", wire.SIGNATURE: SIGNATURE}, body)

    def _slow(self, request: Request) -> Response:
        self._spend(self.random.choice((0.3, 3, 30, 2000)))
        return self._fine(request)

    def _clock_jump(self, request: Request) -> Response:
        """Somebody sets the desk's clock in the middle of a sync."""
        self.clock.jump(self.random.choice(CLOCK_JUMPS_S))
        return self._fine(request)

    def _meanwhile(self, request: Request) -> Response:
        self.around.meanwhile()
        return self._fine(request)

    def _hub_crash(self, request: Request) -> Response:
        failpoints.arm(self.random.choice(HUB_POINTS), 1, crash)
        try:
            return self._fine(request)
        finally:
            failpoints.disarm()

    # ---- how ----------------------------------------------------------------------------------------------------

    def _deliver(self, request: Request) -> Response:
        try:
            return self.around.answer(request)
        except Crash as point:
            if not str(point).startswith("hub."):
                raise
            self.around.restart_hub()
            raise self._lost(f"hub crash at {point}", request) from None

    def _deliver_for_nobody(self, request: Request) -> None:
        """A request whose sender no longer listens."""
        try:
            answer = self._deliver(request)
        except PlatformUnreachable:
            return
        self.around.note(f"late {request.method} {request.path} {answer.status}")

    def _lost(self, what: str, request: Request) -> PlatformUnreachable:
        self.around.note(f"lost {what} {request.method} {request.path}")
        return PlatformUnreachable()

    def _spend(self, seconds: float) -> None:
        self.seconds += seconds
        self.around.pass_time(seconds)

    def _flipped(self, body: bytes) -> bytes:
        if not body:
            return body
        at = self.random.randrange(len(body))
        return body[:at] + bytes([body[at] ^ (1 << self.random.randrange(8))]) + body[at + 1 :]
