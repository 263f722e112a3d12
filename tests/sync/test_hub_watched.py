"""What whoever runs the hub sees of it: health, metrics and the log; nothing of any citizen."""

from __future__ import annotations

import json
import logging
import shutil
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from sqlalchemy import text

from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from clerk_app.security.progress_token import make_progress_token
from sync.engine import sync_once
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.hub import HubSeams, open_hub
from sync.hub.log import JsonLines
from sync.hub.watch import pattern_of
from sync.lane import SyncLane
from sync.transport import HttpTransport
from sync.wire import Request
from tests.helpers.hub import RunningHub
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import APPLICANT, case_number_of, scan, taken_in


def health(platform):
    answer = platform.service.handle(Request("GET", "/health"))
    return answer.status, json.loads(answer.body)


def get(url, **headers):
    try:
        request = urllib.request.Request(url, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


# ---- health -------------------------------------------------------------------------------------------------------


def test_a_hub_whose_parts_answer_is_well(platform):
    status, parts = health(platform)
    assert status == 200
    assert (parts["ok"], parts["database"], parts["blobs"]) == (True, "ok", "ok")


def test_a_proxy_is_told_when_the_blobs_are_gone(platform):
    shutil.rmtree(platform.folder / "blobs")
    status, parts = health(platform)
    assert (status, parts["ok"], parts["database"], parts["blobs"]) == (503, False, "ok", "failed")


def test_a_proxy_is_told_when_the_database_does_not_answer(platform):
    with platform.hub.store.writing() as connection:
        connection.execute(text("ALTER TABLE meta RENAME TO gone"))
    status, parts = health(platform)
    assert (status, parts["database"], parts["blobs"]) == (503, "failed", "ok")


# ---- metrics and log of a real process ----------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[1, 3], ids=["one process", "three processes"])
def watched(request, tmp_path_factory):
    """A hub with a request log, after a day with a case, a page, a refusal and a stranger."""
    folder = tmp_path_factory.mktemp("watched")
    log = folder / "requests.jsonl"
    with RunningHub(folder / "hub", "--log", str(log), processes=request.param) as hub:
        beside = open_hub(folder / "hub", HubSeams(SystemClock(), SystemDisk(), SystemRng()))
        desk = MemoryDesk.from_bytes(
            enrol(beside, EnrolmentWish("999999", "", "窗口", hub.url, hub.url)), SystemClock(), SystemRng()
        )
        beside.close()
        number = case_number_of(desk.enrolment.device, 1)
        desk.append(f"case/{number}", "case.taken_in", taken_in(number, scan(desk.put_blob(b"sealed " * 1000))))
        with HttpTransport(hub.url) as line:
            assert sync_once(SyncLane(desk, line, SystemClock(), SystemRng())).state == "done"
        token = make_progress_token(desk.private, number)
        assert get(f"{hub.url}/p/{token}")[0] == 200
        assert get(f"{hub.url}/v1/feed?after=0", Authorization="Bearer nobody")[0] == 401
        assert get(f"{hub.url}/someone/{APPLICANT['number']}")[0] == 404
        yield hub, desk, log, (token, number)


def test_metrics_count_what_was_asked_and_what_is_held(watched):
    hub, *_rest = watched
    status, page = get(f"{hub.url}/metrics")
    assert status == 200
    lines = page.splitlines()
    for line in (
        'window_clerk_hub_requests_total{method="POST",route="/v1/push",status="200"} 1.0',
        'window_clerk_hub_requests_total{method="GET",route="/p/{token}",status="200"} 1.0',
        'window_clerk_hub_refusals_total{code="bad_token"} 1.0',
        'window_clerk_hub_request_seconds_count{route="/v1/push"} 1.0',
        "window_clerk_hub_entries 1.0",
        "window_clerk_hub_devices 1.0",
        "window_clerk_hub_chains_stopped 0.0",
        "window_clerk_hub_requests_in_progress 0.0",
        "window_clerk_hub_database_up 1.0",
    ):
        assert line in lines


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "Via"])
def test_what_came_through_a_proxy_finds_no_metrics(watched, header):
    hub, *_rest = watched
    assert get(f"{hub.url}/metrics", **{header: "127.0.0.1"})[0] == 404


def test_every_request_is_one_line_of_json(watched):
    _hub, desk, log, _told = watched
    told = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    requests = [line for line in told if line["event"] == "request"]
    routes = [(line["method"], line["route"], line["status"]) for line in requests]
    assert ("POST", "/v1/push", 200) in routes
    assert ("PATCH", "/v1/blobs/{id}", 200) in routes
    assert ("GET", "/p/{token}", 200) in routes
    assert ("GET", "other", 404) in routes
    (push,) = [line for line in requests if line["route"] == "/v1/push"]
    assert push["device"] == desk.enrolment.hall + desk.enrolment.device
    assert push["received"] > 0
    assert len(push["request"]) == 16
    (refused,) = [line for line in requests if line["code"] == "bad_token"]
    assert refused["device"] == ""


def test_the_log_names_no_citizen_no_case_and_no_token(watched):
    hub, _desk, log, told = watched
    own = Path(hub.folder / "hub.log")
    text = log.read_text(encoding="utf-8") + (own.read_text(encoding="utf-8") if own.exists() else "")
    for secret in (*told, APPLICANT["name"], APPLICANT["number"]):
        assert secret not in text


# ---- errors -------------------------------------------------------------------------------------------------------


def test_an_error_is_logged_by_kind_and_place_without_its_words():
    def fail():
        try:
            int(APPLICANT["number"] + "X")
        except ValueError as error:
            raise RuntimeError(APPLICANT["name"]) from error

    try:
        fail()
    except RuntimeError as error:
        record = logging.LogRecord("hub", logging.ERROR, "", 0, "it failed", (), (RuntimeError, error, None))
    line = JsonLines().format(record)
    assert APPLICANT["name"] not in line
    assert APPLICANT["number"] not in line
    told = json.loads(line)
    assert [one["kind"] for one in told["error"]] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert told["error"][0]["at"][-1].startswith("test_hub_watched.py:")


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("/v1/push", "/v1/push"),
        ("/v1/blobs", "/v1/blobs"),
        ("/v1/blobs/" + "a" * 64, "/v1/blobs/{id}"),
        ("/v1/blobs/x", "other"),
        ("/p/anything", "/p/{token}"),
        ("/health", "/health"),
        ("/周例安", "other"),
    ],
)
def test_a_path_is_told_as_its_pattern(path, pattern):
    assert pattern_of(path) == pattern
