"""The citizen's page: truthful, small, without a name and without a single outside address."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from clerk_app.domain.case import Case
from clerk_app.domain.case_state import STATE_LABELS
from clerk_app.domain.fold import Fact, Folded
from clerk_app.domain.kinds import fold_stream
from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from clerk_app.security.progress_token import make_progress_token
from sync.engine import sync_once
from sync.hub.decide import Ruling, decide
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.hub import HubSeams, open_hub
from sync.hub.progress_words import page_for
from sync.lane import SyncLane
from sync.transport import HttpTransport
from sync.wire import Request
from tests.helpers.hub import RunningHub
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import APPLICANT, case_number_of, taken_in

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
def desk(platform):
    return platform.desk()


def take_in(desk, counter=1, **more):
    number = case_number_of("001", counter)
    desk.append(f"case/{number}", "case.taken_in", taken_in(number, **more))
    return number


def page(platform, token):
    return platform.service.handle(Request("GET", f"/p/{token}"))


def text_of(answer):
    html = answer.body.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", html, flags=re.S)))


def test_it_shows_number_matter_state_dates_and_what_to_do(platform, desk):
    number = take_in(desk)
    sync_once(platform.lane(desk))
    answer = page(platform, make_progress_token(desk.private, number))
    text = text_of(answer)
    assert answer.status == 200
    for shown in (
        f"{number[:6]} {number[6:9]} {number[9:15]} {number[15:20]} {number[20:]}",
        "居住登记及居住证申领",
        "已受理",
        "2026 年 11 月 17 日窗口写明：居住登记今天起生效；居住证 10 个工作日内制发。",
        "2026 年 12 月 1 日",
        "您现在不用做什么",
        "12345",
        "演示",
    ):
        assert shown in text, shown


def test_it_names_no_person_and_no_number_of_one(platform, desk):
    number = take_in(desk)
    sync_once(platform.lane(desk))
    decide(platform.hub, Ruling(number, "grant"))
    html = page(platform, make_progress_token(desk.private, number)).body.decode()
    assert APPLICANT["name"] not in html
    assert APPLICANT["name"][0] + "*" not in html
    assert APPLICANT["number"] not in html


def test_a_token_whose_case_has_not_arrived_says_so(platform, desk):
    other = take_in(desk, 1)
    sync_once(platform.lane(desk))
    number = take_in(desk, 2)
    answer = page(platform, make_progress_token(desk.private, number))
    assert answer.status == 200
    assert "窗口已收件，还没传到平台" in text_of(answer)
    assert other != number


def test_a_token_of_a_device_that_never_had_a_line_promises_nothing(platform, desk):
    answer = page(platform, make_progress_token(desk.private, take_in(desk)))
    assert answer.status == 200
    assert "还没有连上过平台" in text_of(answer)
    assert "窗口已收件" not in text_of(answer)


@pytest.mark.parametrize(
    ("result", "shown"),
    [
        ("grant", ("准予", "部门已经同意", "领取结果")),
        ("refuse", ("不予批准", "原因：例由", "行政复议")),
        ("return", ("已退回", "原因：例由", "到原窗口")),
    ],
)
def test_a_decision_shows_what_it_means(platform, desk, result, shown):
    number = take_in(desk)
    sync_once(platform.lane(desk))
    decide(platform.hub, Ruling(number, result, "例由"))
    text = text_of(page(platform, make_progress_token(desk.private, number)))
    for words in shown:
        assert words in text


def test_a_case_only_received_does_not_call_itself_accepted(platform, desk):
    number = take_in(desk, power="receive")
    sync_once(platform.lane(desk))
    text = text_of(page(platform, make_progress_token(desk.private, number)))
    assert "已收件" in text
    assert "受理 " not in text


def test_a_step_in_dispute_is_said_to_be_looked_at(platform, desk):
    number = take_in(desk)
    take_in(desk)
    sync_once(platform.lane(desk))
    assert "由工作人员核对" in text_of(page(platform, make_progress_token(desk.private, number)))


@pytest.mark.parametrize("token", ["", "abc", "../hub-keys.json", "%00", "A" * 116, "A" * 5000, "例"])
def test_a_wrong_address_is_a_plain_page_with_the_number_to_call(platform, token):
    answer = page(platform, token)
    assert answer.status == 404
    assert "12345" in text_of(answer)


def test_a_token_signed_by_somebody_else_shows_nothing_of_the_case(platform, desk):
    number = take_in(desk)
    sync_once(platform.lane(desk))
    answer = page(platform, make_progress_token(b"f" * 32, number))
    assert answer.status == 404
    assert "居住" not in text_of(answer)


def test_text_of_a_fact_never_becomes_markup(platform, desk):
    number = case_number_of("001", 1)
    body = taken_in(number)
    body["matter"]["name"] = "<script>alert(1)</script>"
    desk.append(f"case/{number}", "case.taken_in", body)
    sync_once(platform.lane(desk))
    decide(platform.hub, Ruling(number, "refuse", "<img src=x onerror=alert(1)>"))
    html = page(platform, make_progress_token(desk.private, number)).body.decode()
    assert "<script" not in html
    assert "<img" not in html


def test_nothing_on_it_calls_an_outside_address_or_runs(platform, desk):
    number = take_in(desk)
    sync_once(platform.lane(desk))
    answer = page(platform, make_progress_token(desk.private, number))
    html = answer.body.decode()
    assert not re.search(r"https?:|//|url\(|@import|<script|<form|<input|\son\w+=", html)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


def test_every_state_has_words(platform):
    number = case_number_of("001", 1)
    fact = Fact(f"case/{number}", "case.taken_in", taken_in(number), 1_795_000_000_000, chain="0" * 32, seq=1)
    case = fold_stream(fact.stream, [fact]).state
    assert isinstance(case, Case)
    for state, label in STATE_LABELS.items():
        shown = page_for(Folded(fact.stream, replace(case, state=state)), 1_795_000_000_000)
        assert shown.state in (label, "准予", "不予批准")
        assert shown.sentences or shown.to_do


# ---- in a real browser --------------------------------------------------------------------------------------------


@pytest.fixture
def browser():
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 390])
def test_it_fits_a_phone_and_asks_nobody_else(served, browser, width):
    """Width, type size and requests as a browser sees them, for the longest texts."""
    url, token = served
    context = browser.new_context(viewport={"width": width, "height": 780})
    tab = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: complaints.append(message.text))
    assert tab.goto(f"{url}/p/{token}").status == 200
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 16
    assert tab.evaluate("getComputedStyle(document.querySelector('header')).backgroundColor") == "rgb(29, 91, 214)"
    assert [address for address in asked if not address.startswith(url)] == []
    assert complaints == []
    assert tab.locator("h1").inner_text() == "居住登记及居住证申领"
    tab.close()
    context.close()


@pytest.fixture
def served(tmp_path):
    with RunningHub(tmp_path / "hub") as hub:
        beside = open_hub(hub.folder, HubSeams(SystemClock(), SystemDisk(), SystemRng()))
        content = enrol(beside, EnrolmentWish("999999", "", "x", hub.url, hub.url))
        desk = MemoryDesk.from_bytes(content, SystemClock(), SystemRng())
        number = take_in(desk)
        with HttpTransport(hub.url) as line:
            sync_once(SyncLane(desk, line, SystemClock(), SystemRng()))
        decide(beside, Ruling(number, "refuse", "材料中的居住证明没有写明房屋编号，请向房屋所在社区开具后重新提交" * 3))
        beside.close()
        yield hub.url, make_progress_token(desk.private, number)
