"""A real hub process over real sockets, with a bad network in between."""

from __future__ import annotations

import signal
import sys
from functools import partial

import pytest
from sqlalchemy import select

from clerk_app.errors import CaptivePortal, PlatformRefused, PlatformUnreachable
from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from sync import transport, wire
from sync.address import checked_url
from sync.background import LineState, after_sync
from sync.crew import ThreadedCrew
from sync.engine import sync_once
from sync.hub.decide import Ruling, decide
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.digest import digest
from sync.hub.hub import HubSeams, open_hub
from sync.hub.schema import entries
from sync.hub.verify import verify_hub
from sync.lane import SyncLane
from sync.transport import CONNECTIONS, HttpTransport
from sync.wire import Request
from tests.helpers.hub import RunningHub
from tests.helpers.network import BlackHole, FaultyProxy, Passage, Portal, free_port, http_answer
from tests.sync.fakes import VirtualClock
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import case_number_of, logged_in, scan, taken_in


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """One hub process for the module; every test enrols a device of its own."""
    with RunningHub(tmp_path_factory.mktemp("hub") / "data") as hub:
        yield hub


@pytest.fixture(scope="module")
def beside(served):
    """The same hub's folder opened by this process, beside the one that serves it."""
    hub = open_hub(served.folder, HubSeams(SystemClock(), SystemDisk(), SystemRng()))
    yield hub
    hub.close()


@pytest.fixture
def desk(served, beside):
    content = enrol(beside, EnrolmentWish("999999", "", "窗口", served.url, served.url))
    return MemoryDesk.from_bytes(content, SystemClock(), SystemRng())


def sync(desk, url):
    with HttpTransport(url) as line:
        return sync_once(lane_over(desk, line))


def lane_over(desk, line):
    """As the program has it: several calls at once."""
    return SyncLane(desk, line, SystemClock(), SystemRng(), make_crew=partial(ThreadedCrew, size=CONNECTIONS))


def take_in(desk, counter, *blobs):
    number = case_number_of(desk.enrolment.device, counter)
    desk.append(f"case/{number}", "case.taken_in", taken_in(number, *map(scan, blobs)))
    return number


def arrived(hub, desk):
    """Whether the hub ends this desk's chain as the desk does."""
    heads = {chain.chain: chain.head for chain in digest(hub).chains}
    return heads.get(desk.chains[0].chain) == desk.chains[0].head.hex()


def test_a_day_of_work_goes_over_and_a_decision_comes_back(served, beside, desk):
    blob = desk.put_blob(b"sealed " * 100_000)
    number = take_in(desk, 1, blob)
    report = sync(desk, served.url)
    assert (report.state, report.pushed, report.blobs_sent, report.pending) == ("done", 1, 1, 0)
    assert report.bytes_sent > blob.size
    assert report.bytes_received > 0
    decide(beside, Ruling(number, "grant"))
    report = sync(desk, served.url)
    assert (report.state, report.pulled) == ("done", 1)
    assert arrived(beside, desk)
    assert verify_hub(beside).first_fault is None


def test_how_far_a_desks_clock_is_off_comes_over_the_line(served, beside, desk):
    take_in(desk, 1)
    day_ms = 86_400_000
    with HttpTransport(served.url) as line:
        sync_once(SyncLane(desk, line, VirtualClock(SystemClock().now_ms() - day_ms), SystemRng()))
    with beside.store.reading() as connection:
        mine = entries.c.chain == desk.chains[0].chain
        [offset] = connection.execute(select(entries.c.clock_offset).where(mine)).scalars()
    assert abs(offset + day_ms) < 60_000


def test_one_connection_serves_what_is_little_and_a_few_what_is_much(served, desk):
    with FaultyProxy(served.port) as proxy:
        take_in(desk, 1)
        assert sync(desk, proxy.url).state == "done"
        assert proxy.accepted == 1
        take_in(desk, 2, *(desk.put_blob(bytes([n]) * 300_000) for n in range(9)))
        assert sync(desk, proxy.url).state == "done"
        assert 1 + 4 <= proxy.accepted <= 1 + CONNECTIONS


@pytest.mark.parametrize("up", [1, 200, 900, 2500, 40_000, 300_000])
def test_a_line_cut_at_any_byte_on_the_way_up_ends_well(served, beside, desk, up):
    take_in(desk, 1, desk.put_blob(b"x" * 500_000))
    passage = [Passage(up=up), Passage(up=up * 2), Passage(up=up * 4)]
    with FaultyProxy(served.port, lambda number: passage[number - 1] if number <= 3 else Passage()) as proxy:
        states = [sync(desk, proxy.url).state for _ in range(4)]
    assert states[-1] == "done"
    assert set(states) <= {"offline", "partial", "done"}
    assert arrived(beside, desk)


@pytest.mark.parametrize("down", [1, 30, 300, 900, 1500, 2200, 3000, 4000])
def test_a_line_cut_at_any_byte_on_the_way_down_ends_well(served, beside, desk, down):
    for counter in range(1, 6):
        take_in(desk, counter)
    with FaultyProxy(served.port, lambda number: Passage(down=down) if number <= 2 else Passage()) as proxy:
        states = [sync(desk, proxy.url).state for _ in range(3)]
    assert states[-1] == "done"
    assert len(desk.uploaded()) == 5
    assert arrived(beside, desk)


def test_requests_that_a_proxy_repeats_later_change_nothing(served, beside, desk):
    take_in(desk, 1, desk.put_blob(b"x" * 300_000))
    with FaultyProxy(served.port) as proxy:
        sync(desk, proxy.url)
        before = digest(beside)
        assert proxy.replay() >= 1
        assert proxy.replay() >= 1
        assert digest(beside) == before
        assert sync(desk, proxy.url).state == "done"


def test_a_line_that_falls_silent_is_given_up_and_not_waited_for(served, desk, monkeypatch):
    monkeypatch.setattr(transport, "PROGRESS_S", 0.5)
    take_in(desk, 1)
    with FaultyProxy(served.port, lambda number: Passage(down=700, silent=True)) as proxy:
        assert sync(desk, proxy.url).state == "offline"
    assert desk.uploaded() == set()


def test_time_outs_leave_the_screen_no_longer_than_fifteen_seconds_behind():
    assert transport.CONNECT_S + transport.PROGRESS_S <= 15


# ---- somebody else answers ----------------------------------------------------------------------------------------


PORTALS = {
    "page": http_answer("200 OK", b"<html>please log in</html>", "Content-Type: text/html"),
    "redirect": http_answer("302 Found", b"", "Location: http://127.0.0.1:9/login"),
    "garbage json": http_answer("200 OK", b'{"acks":[{"seq":1}]}', "Content-Type: application/json"),
    "network authentication": http_answer("511 Network Authentication Required"),
    "proxy authentication": http_answer("407 Proxy Authentication Required"),
    "not found": http_answer("404 Not Found", b"nginx"),
    "endless": http_answer("200 OK", b"x" * (wire.MAX_BODY + 1)),
}


@pytest.mark.parametrize("answer", PORTALS.values(), ids=PORTALS.keys())
def test_a_portal_is_named_and_nothing_counts_as_sent(desk, answer):
    take_in(desk, 1)
    with Portal(answer) as portal:
        report = sync(desk, portal.url)
    assert (report.state, report.pending, report.pushed) == ("portal", 1, 0)
    assert isinstance(report.problem, CaptivePortal)
    assert desk.uploaded() == set()


def test_a_redirect_is_never_followed(desk):
    with Portal(http_answer("200 OK")) as elsewhere:
        with Portal(http_answer("307 Temporary Redirect", b"", f"Location: {elsewhere.url}/v1/hello")) as portal:
            assert sync(desk, portal.url).state == "portal"
            assert portal.asked == ["POST /v1/hello HTTP/1.1"]
        assert elsewhere.asked == []


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200", b"SSH-2.0-example\r\n", b"\x00" * 100, http_answer("200 OK", b"x" * 100)[:-50]],
    ids=["nothing", "cut head", "another protocol", "zeros", "cut body"],
)
def test_an_answer_that_is_no_http_is_a_bad_line(desk, answer):
    take_in(desk, 1)
    with Portal(answer) as portal:
        assert sync(desk, portal.url).state == "offline"
    assert desk.uploaded() == set()


@pytest.mark.parametrize("status", ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"])
def test_a_gateway_that_cannot_reach_the_hub_is_no_portal(desk, status):
    with Portal(http_answer(status, b"", "Retry-After: 7")) as gateway:
        report = sync(desk, gateway.url)
    assert (report.state, report.retry_after_s) == ("offline", 7)


def test_nobody_listening_is_offline(desk):
    with free_port() as port:
        report = sync(desk, f"http://127.0.0.1:{port}")
    assert report.state == "offline"
    assert isinstance(report.problem, PlatformUnreachable)


def test_a_black_hole_is_offline(desk, monkeypatch):
    monkeypatch.setattr(transport, "PROGRESS_S", 0.4)
    with BlackHole() as hole:
        assert sync(desk, hole.url).state == "offline"


class StopsAt:
    """A line on which the hub's process stands still from the first request of a kind on."""

    def __init__(self, line, process, route):
        self._line, self._process, self._route = line, process, route

    @property
    def traffic(self):
        return self._line.traffic

    def send(self, request):
        if request.route.startswith(self._route):
            self._process.send_signal(signal.SIGSTOP)
        return self._line.send(request)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGSTOP")
@pytest.mark.parametrize("route", ["/v1/hello", "/v1/state", "/v1/push", "/v1/blobs"])
def test_a_hub_that_stands_still_is_no_line_and_the_sync_goes_on_once_it_wakes(
    served, beside, desk, route, monkeypatch
):
    take_in(desk, 1, desk.put_blob(route.encode() * 30_000))
    monkeypatch.setattr(transport, "PROGRESS_S", 0.4)  # it stands still for longer than that, or for a minute: the same
    try:
        with HttpTransport(served.url) as line:
            report = sync_once(lane_over(desk, StopsAt(line, served.process, route)))
        shown = after_sync(LineState("idle", has_line=True), report, SystemClock().now_ms())
        assert (shown.phase, shown.has_line, shown.report.pending > 0) == ("offline", False, True)
        assert desk.uploaded() == set()
    finally:
        served.process.send_signal(signal.SIGCONT)
    monkeypatch.undo()
    report = sync(desk, served.url)
    assert (report.state, report.pending) == ("done", 0)
    assert arrived(beside, desk)
    assert verify_hub(beside).first_fault is None


# ---- addresses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/", "http://localhost", "http://[::1]:9", "https://hub.example"])
def test_loopback_and_tls_are_taken(url):
    assert checked_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://192.0.2.7:8080", "plain_http"),
        ("http://hub.example", "plain_http"),
        ("http://127.0.0.1.example", "plain_http"),
        ("ftp://127.0.0.1", "bad_url"),
        ("127.0.0.1:8080", "bad_url"),
        ("https://", "bad_url"),
        ("http://127.0.0.1:port", "bad_url"),
        ("", "bad_url"),
    ],
)
def test_plain_http_beyond_this_machine_and_nonsense_are_refused(url, reason):
    with pytest.raises(PlatformRefused) as refused:
        checked_url(url)
    assert refused.value.data == {"reason": reason}


# ---- anything a stranger may send ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1/hello", 405),
        ("DELETE", "/v1/push", 405),
        ("PUT", "/v1/blobs/" + "0" * 64, 405),
        ("GET", "/v1/feed", 401),
        ("GET", "/v1/../hub-keys.json", 404),
        ("GET", "/p/", 404),
        ("POST", "/p/abc", 405),
        ("GET", "/health", 200),
        ("GET", "/openapi.json", 200),
    ],
)
def test_strangers_get_a_plain_answer(served, method, path, status):
    with HttpTransport(served.url) as line:
        assert line.send(Request(method, path)).status == status


def test_a_body_larger_than_any_of_the_protocol_is_not_read_to_its_end(served):
    with HttpTransport(served.url) as line:
        assert line.send(Request("POST", "/v1/push", {}, bytes(wire.MAX_BODY + 1))).status == 413


def test_logged_in_twice_is_no_matter(served, desk):
    """Two syncs at once of one desk: whoever is second finds everything there already."""
    desk.append("session/1", "session.logged_in", logged_in())
    with HttpTransport(served.url) as one, HttpTransport(served.url) as two:
        lanes = [SyncLane(desk, line, SystemClock(), SystemRng()) for line in (one, two)]
        assert [sync_once(lane).state for lane in lanes] == ["done", "done"]
