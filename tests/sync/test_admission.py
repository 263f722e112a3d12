"""More ask than can be served: the line is short and fair, and who is sent away is told when to come back."""

from __future__ import annotations

import asyncio
import re
import threading
from contextlib import asynccontextmanager

import httpx2
import pytest

from clerk_app.errors import PlatformBusy
from sync import transport, wire
from sync.background import SHORTEST_S, LineState, after_sync, pause_s
from sync.engine import sync_once
from sync.hub import app as hub_app
from sync.hub.admission import Admission, Busy, Visitor
from sync.hub.app import Door, app_with
from sync.hub.serve import KEEP_ALIVE_S
from sync.wire import Request, Response
from tests.helpers.proxy import documented_configuration
from tests.sync.conftest import DirectLine
from tests.sync.fakes import VirtualClock
from tests.sync.work import logged_in


class Office:
    """An admission of which a test holds the only worker, and the order in which others are served."""

    def __init__(self, **bounds):
        self.clock = VirtualClock()
        self.admission = Admission(self.clock, **{"workers": 1, **bounds})
        self.served = []
        self.sent_away = {}
        self._tasks = []

    @asynccontextmanager
    async def occupied(self, seconds=0.0):
        async with self.admission.turn(Visitor("holder")):
            yield
            self.clock.advance(seconds)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def ask(self, name, visitor=None, after_s=0.0):
        self.clock.advance(after_s)
        self._tasks.append(asyncio.create_task(self._ask(name, visitor or Visitor(name))))
        await asyncio.sleep(0)
        return self._tasks[-1]

    async def _ask(self, name, visitor):
        try:
            async with self.admission.turn(visitor):
                self.served.append(name)
        except Busy as busy:
            self.sent_away[name] = busy.retry_after_s


def run(story):
    asyncio.run(story())


def test_who_came_first_is_served_first():
    office = Office()

    async def story():
        async with office.occupied():
            for name in "abc":
                await office.ask(name, after_s=0.001)
            assert office.served == []

    run(story)
    assert office.served == ["a", "b", "c"]


def test_no_more_are_served_at_once_than_there_are_workers():
    office = Office(workers=3)
    inside, most = 0, 0

    async def story():
        async def visit(number):
            nonlocal inside, most
            async with office.admission.turn(Visitor(str(number))):
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1

        await asyncio.gather(*(visit(number) for number in range(20)))

    run(story)
    assert (most, inside, office.admission.waiting) == (3, 0, 0)


def test_the_small_pass_the_large_but_only_for_a_while():
    office = Office()

    async def story():
        async with office.occupied():
            await office.ask("batch of 4 MB", Visitor("a", 4_000_000))
            await office.ask("small, soon after", Visitor("b", 100), after_s=0.5)
            await office.ask("small, long after", Visitor("c", 100), after_s=0.6)

    run(story)
    assert office.served == ["small, soon after", "batch of 4 MB", "small, long after"]


def test_entries_pass_blobs():
    office = Office()

    async def story():
        async with office.occupied():
            await office.ask("piece", Visitor("a", 1000, blob=True))
            await office.ask("entries", Visitor("b", 1000))

    run(story)
    assert office.served == ["entries", "piece"]


def test_a_device_with_many_requests_takes_no_turn_from_the_others():
    office = Office()

    async def story():
        async with office.occupied():
            for number in range(4):
                await office.ask(f"a{number}", Visitor("a"))
            await office.ask("b", Visitor("b"))
            await office.ask("c", Visitor("c"))

    run(story)
    assert office.served == ["a0", "b", "c", "a1", "a2", "a3"]


def test_when_the_line_is_full_the_last_of_it_is_sent_away_not_who_came_last():
    office = Office(places=2)

    async def story():
        async with office.occupied():
            await office.ask("large", Visitor("a", 8_000_000))
            await office.ask("b")
            await office.ask("c")

    run(story)
    assert office.served == ["b", "c"]
    assert list(office.sent_away) == ["large"]


def test_a_device_that_was_sent_away_stands_in_front_when_it_returns():
    office = Office(places=1)

    async def story():
        async with office.occupied():
            await office.ask("first")
            await office.ask("second", after_s=0.1)
        async with office.occupied():
            await office.ask("newcomer", after_s=30)
            await office.ask("second", after_s=1)

    run(story)
    assert office.sent_away.keys() == {"second", "newcomer"}
    assert office.served == ["first", "second"]


def test_nobody_waits_longer_than_a_desk_believes_in_its_line():
    office = Office(wait_s=0.01)

    async def story():
        async with office.occupied():
            await (await office.ask("a"))

    run(story)
    assert office.sent_away == {"a": pytest.approx(1, abs=1)}
    assert Admission(VirtualClock())._wait_s < transport.PROGRESS_S / 1.5


def test_those_sent_away_together_are_not_told_to_return_together():
    office = Office(places=0)

    async def story():
        async with office.occupied():
            for number in range(40):
                await office.ask(str(number))

    run(story)
    told = list(office.sent_away.values())
    assert len(told) == 40
    assert len(set(told)) > 1
    assert all(1 <= seconds <= 60 for seconds in told)


def test_the_longer_the_line_the_later_one_is_told_to_return():
    short, long = Office(places=2), Office(places=300)

    async def story():
        for office in (short, long):
            for _ in range(200):
                async with office.occupied(seconds=0.5):
                    pass
            async with office.occupied():
                for number in range(office.admission._places + 20):
                    await office.ask(str(number))

    run(story)
    assert max(short.sent_away.values()) < min(long.sent_away.values())


def test_who_leaves_the_line_leaves_no_hole_in_it():
    office = Office()

    async def story():
        async with office.occupied():
            leaving = await office.ask("a")
            await office.ask("b")
            leaving.cancel()
        async with office.occupied():
            called = await office.ask("c")
        assert called.done()

    run(story)
    assert office.served == ["b", "c"]
    assert (office.admission.waiting, office.admission._free, dict(office.admission._present)) == (0, 1, {})


def test_who_leaves_at_the_very_moment_of_being_called_gives_the_worker_back():
    office = Office()

    async def story():
        async with office.admission.turn(Visitor("holder")):
            called = await office.ask("a")
        called.cancel()
        await asyncio.gather(called, return_exceptions=True)

    run(story)
    assert office.admission._free == 1


def test_batches_of_one_device_are_worked_on_one_after_another_and_hold_up_nobody_else():
    office = Office(workers=8)

    async def story():
        async with office.admission.turn(Visitor("a", batch=True)):
            await office.ask("a's second batch", Visitor("a", batch=True))
            await office.ask("a's third batch", Visitor("a", batch=True))
            await office.ask("a's scans", Visitor("a", blob=True))
            await office.ask("b's batch", Visitor("b", batch=True))
            assert office.served == ["a's scans", "b's batch"]
            assert office.admission.waiting == 2
        await asyncio.gather(*office._tasks)

    run(story)
    assert office.served[2:] == ["a's second batch", "a's third batch"]
    assert office.admission._free == 8


def test_batches_without_a_good_token_are_told_so_all_at_once():
    office = Office(workers=8)

    async def story():
        async with office.admission.turn(Visitor(batch=True)):
            await office.ask("another", Visitor(batch=True))
            assert office.served == ["another"]

    run(story)


def test_a_batch_whose_device_leaves_as_it_is_called_lets_the_next_one_go():
    office = Office(workers=8)

    async def story():
        async with office.admission.turn(Visitor("a", batch=True)):
            called = await office.ask("second", Visitor("a", batch=True))
        called.cancel()
        await asyncio.gather(called, return_exceptions=True)
        await office.ask("third", Visitor("a", batch=True))
        assert office.served == ["third"]

    run(story)
    assert office.admission._free == 8


def test_the_length_of_the_line_is_told_whenever_it_changes():
    told: list[int] = []
    office = Office(on_line=told.append)

    async def story():
        async with office.occupied():
            leaving = await office.ask("a")
            await office.ask("b")
            leaving.cancel()
            await asyncio.sleep(0)
            assert told == [1, 2, 1]

    run(story)
    assert told == [1, 2, 1, 0]


# ---- over HTTP ----------------------------------------------------------------------------------------------------


class Held:
    """A service whose requests stand still until released."""

    def __init__(self, service):
        self._service = service
        self.release = threading.Event()
        self.device_code, self.busy = service.device_code, service.busy

    def handle(self, request):
        if request.route != "/health":
            assert self.release.wait(20)
        return self._service.handle(request)


def exchange(app, *requests):
    """The answers to requests sent at once, and to /health while they stand still."""

    async def story():
        service = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=service, base_url="http://hub") as client:
            sent = [
                asyncio.create_task(
                    client.request(one.method, one.path, headers=dict(one.headers), content=one.body or None)
                )
                for one in requests
            ]
            done, _standing_still = await asyncio.wait(sent, timeout=20, return_when=asyncio.FIRST_COMPLETED)
            health = await client.get("/health")
            held.release.set()
            return [await one for one in sent], [sent.index(one) for one in done], health

    held = app.state.held
    return asyncio.run(story())


def held_app(service, **bounds):
    held = Held(service)
    app = app_with(Door(held, Admission(VirtualClock(), **bounds), lambda: Response(404)))
    app.state.held = held
    return app


class OneAnswer(DirectLine):
    """Gives the desk an answer that was made elsewhere."""

    def __init__(self, service, route, answer):
        super().__init__(service)
        self._route, self._answer = route, answer

    def send(self, request):
        return self._answer(request) if request.route == self._route else super().send(request)


def test_a_full_hub_says_so_with_its_signature_and_stays_healthy(platform):
    app = held_app(platform.service, workers=1, places=0)
    requests = [Request("POST", "/v1/state", {wire.REQUEST_ID: str(number)}, b"{}") for number in range(2)]
    answers, first_done, health = exchange(app, *requests)
    assert (first_done, health.status_code) == ([1], 200)
    assert [answer.status_code for answer in answers] == [401, 503]
    assert int(answers[1].headers["retry-after"]) >= 1
    assert "hub-signature" in answers[1].headers


def test_a_citizen_is_told_to_come_back_in_plain_http(platform):
    app = held_app(platform.service, workers=1, places=0)
    answers, _done, _health = exchange(app, Request("GET", "/p/x"), Request("GET", "/p/y"))
    assert [answer.status_code for answer in answers] == [404, 503]


def test_bodies_beyond_the_memory_for_them_are_refused(platform, monkeypatch):
    monkeypatch.setattr(hub_app, "MAX_HELD", 5000)
    app = held_app(platform.service)
    requests = [Request("POST", "/v1/push", {}, bytes(3000)) for _ in range(2)]
    answers, first_done, _health = exchange(app, *requests)
    assert (first_done, [answer.status_code for answer in answers]) == ([1], [401, 503])
    # What was held is given back.
    answers, _done, _health = exchange(app, *requests[:1])
    assert answers[0].status_code == 401


def test_a_busy_platform_is_no_trouble_to_anybody(platform):
    desk = platform.desk()
    sync_once(platform.lane(desk))
    desk.append("session/1", "session.logged_in", logged_in())
    lane = platform.lane(desk, OneAnswer(platform.service, "/v1/push", lambda one: platform.service.busy(one, 7)))
    report = sync_once(lane)
    assert (report.state, report.retry_after_s, report.pending) == ("partial", 7, 1)
    assert isinstance(report.problem, PlatformBusy)
    state = after_sync(LineState(failures=0), report, 0)
    assert (state.phase, state.has_line, state.failures) == ("idle", True, 0)
    assert 7 <= pause_s(state, 0.0) <= pause_s(state, 1.0) <= 7 * 1.5
    assert sync_once(platform.lane(desk)).state == "done"


def test_a_platform_that_is_busy_at_the_first_word_is_not_offline(platform):
    desk = platform.desk()
    lane = platform.lane(desk, OneAnswer(platform.service, "/v1/hello", lambda one: platform.service.busy(one, 1)))
    state = after_sync(LineState(), sync_once(lane), 0)
    assert (state.phase, state.offline_since_ms) == ("idle", None)
    assert pause_s(state, 0.0) >= SHORTEST_S


def test_an_unsigned_busy_answer_is_believed_by_nobody(platform):
    desk = platform.desk()
    lane = platform.lane(
        desk, OneAnswer(platform.service, "/v1/hello", lambda _one: Response(503, {"retry-after": "9"}))
    )
    assert not isinstance(sync_once(lane).problem, PlatformBusy)


def test_every_connection_is_closed_by_the_side_that_sends_first():
    """A desk lets go before the proxy, and the proxy before the hub: nobody writes into a closing connection."""
    [proxy] = re.findall(r"timeout http-keep-alive (\d+)s", documented_configuration())
    assert transport.KEEP_ALIVE_S < int(proxy) < KEEP_ALIVE_S
