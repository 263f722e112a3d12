"""Older desks with newer hubs and the other way round: what one end cannot do is left out, and nothing else."""

from __future__ import annotations

import json

import pytest

from sync import wire
from sync.engine import sync_once
from sync.hub.decide import Ruling, decide
from sync.hub.digest import digest
from sync.hub.service import ROUTES, HubService
from sync.hub.verify import verify_hub
from sync.report import Repaired
from sync.wire import Request, Response
from tests.sync.conftest import DirectLine
from tests.sync.work import case_number_of, logged_in, scan, taken_in

NEW_ROUTES = [
    ("GET", "/v1/entries"),
    ("POST", "/v1/facts"),
    ("POST", "/v1/streams"),
    ("POST", "/v1/handovers"),
    ("PATCH", "/v1/blobs"),
]


class VersionsLine(DirectLine):
    """A desk or a hub of the first version, or one of a later version than ours, at either end of the line."""

    def __init__(self, hub, desk_age, hub_age):
        super().__init__(HubService(hub))
        self._hub, self._desk_age, self._hub_age = hub, desk_age, hub_age

    def send(self, request: Request) -> Response:
        asked = self._reworded(request, self._desk_age)
        answer = super().send(asked)
        if request.route != "/v1/hello":
            return answer
        content = json.loads(wire.json_content(answer))
        content = content if self._hub_age == "same" else self._of_age(content, self._hub_age)
        plain = Response(answer.status, {wire.CONTENT_TYPE: wire.JSON}, json.dumps(content).encode())
        signed: Response = self._hub.keys.sign_answer(request, plain)
        return signed

    def _reworded(self, request: Request, age: str) -> Request:
        if request.route != "/v1/hello" or age == "same":
            return request
        content = self._of_age(json.loads(request.body), age)
        return Request(request.method, request.path, request.headers, json.dumps(content).encode())

    @staticmethod
    def _of_age(content, age):
        if age == "first":
            return {name: value for name, value in content.items() if name != "capabilities"}
        return {**content, "capabilities": [*content["capabilities"], "telepathy"], "mood": {"deep": [1]}}


AGES = ("first", "same", "later")


@pytest.mark.parametrize("hub_age", AGES)
@pytest.mark.parametrize("desk_age", ["same", "later"])
def test_every_pair_of_versions_syncs(platform, monkeypatch, desk_age, hub_age):
    if hub_age == "first":
        for route in NEW_ROUTES:
            monkeypatch.delitem(ROUTES, route)
    desk = platform.desk()
    line = VersionsLine(platform.hub, desk_age, hub_age)
    lane = platform.lane(desk, line)
    numbers = [case_number_of("001", counter) for counter in (1, 2)]
    for number in numbers:
        scans = [scan(desk.put_blob(content)) for content in (b"a scan", b"another scan")]
        desk.append(f"case/{number}", "case.taken_in", taken_in(number, *scans))
    desk.look_up(case_number_of("002", 1))
    assert (sync_once(lane).state, sync_once(lane).pending) == ("done", 0)
    decide(platform.hub, Ruling(numbers[0], "grant"))
    assert sync_once(lane).pulled == 1
    assert (digest(platform.hub).cases, digest(platform.hub).blobs) == (2, 2)
    assert verify_hub(platform.hub).first_fault is None
    used = {request.route for request in line.requests}
    assert ("/v1/streams" in used) == (hub_age != "first")
    together = [request for request in line.requests if (request.method, request.route) == ("PATCH", "/v1/blobs")]
    assert len(together) == (0 if hub_age == "first" else 1)


def test_with_a_hub_of_the_first_version_a_store_that_was_put_back_is_told_and_goes_on(platform, monkeypatch):
    for route in NEW_ROUTES:
        monkeypatch.delitem(ROUTES, route)
    desk = platform.desk()
    lane = platform.lane(desk, VersionsLine(platform.hub, "same", "first"))
    for number in range(3):
        desk.append(f"session/{number}", "session.logged_in", logged_in())
    sync_once(lane)
    del desk.chains[0].entries[1:]
    desk.chains[0].acked = {1: desk.chains[0].acked[3]}
    report = sync_once(lane)
    assert report.problem is not None
    assert (report.problem.data, report.repaired) == ({"reason": "store_rolled_back"}, Repaired())
    desk.append("session/9", "session.logged_in", logged_in())
    assert sync_once(lane).pending == 0
    assert digest(platform.hub).entries == 4


def test_a_desk_of_the_first_version_is_served_as_ever(platform):
    desk = platform.desk()
    desk.append("session/1", "session.logged_in", logged_in())
    assert sync_once(platform.lane(desk, VersionsLine(platform.hub, "first", "same"))).state == "done"


def test_the_hub_takes_the_hello_of_a_desk_of_the_first_version(platform):
    desk = platform.desk()
    ask = {"protocols": [1], "device": "999999001", "public_key": desk.registration().device_public.hex()}
    answer = platform.service.handle(Request("POST", "/v1/hello", {}, json.dumps(ask).encode()))
    assert answer.status == 200
