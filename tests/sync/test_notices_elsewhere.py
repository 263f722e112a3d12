"""A one-time notice at another desk of the hall: the number on the paper opens the same matter and answers there."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date

import pytest

from clerk_app.bootstrap import make_desk
from clerk_app.domain import notice_number
from clerk_app.domain.fold import Fact
from clerk_app.errors import NoticeElsewhere, PlatformUnreachable
from clerk_app.messages import describe
from clerk_app.services import notices
from clerk_app.services.sign_in import sign_in
from sync.directory import LaneDirectory
from sync.engine import sync_once
from sync.hub.progress_page import progress_page
from sync.wire import Request
from tests.sync.conftest import Database
from tests.sync.store_desk import StoreDesk
from tests.sync.work import DAY, HALL

ANSWERS = {"q.subject": "公司", "q.signboard": "不挂"}


@pytest.fixture
def database():
    """The hub's side of following a stream is tested on both databases in `test_streams.py`."""
    return Database()


@pytest.fixture
def windows(platform, tmp_path):
    desks = [
        StoreDesk(tmp_path / name, platform.enrol_content(f"{name} 号窗口"), platform.clock, platform.rng)
        for name in ("3", "5")
    ]
    yield desks
    for desk in desks:
        desk.close()


@pytest.fixture
def office(platform):
    """Makes the use cases over a store, with the platform behind them."""

    def over(window, *, online=True):
        @contextmanager
        def lane():
            if not online:
                raise PlatformUnreachable("no line")
            yield platform.lane(window)

        desk = make_desk(window.store, directory=LaneDirectory(lane))
        return desk, sign_in(desk, clerk="0312", name="王例", seal_at_hand=True)

    return over


def held(desk, number):
    """The notice as this desk has it."""
    found = notices.find_notice(desk, number)
    assert found is not None
    return found


@pytest.fixture
def given(platform, windows, office):
    """A notice that window 3 gave and the platform has."""
    desk, me = office(windows[0])
    told = notices.notify_once(desk, me, "PK01", ANSWERS, without=["B11"])
    report = sync_once(platform.lane(windows[0]))
    assert (report.state, report.parked) == ("done", 0)
    return told


def test_another_window_opens_it_by_its_number(windows, office, given):
    desk, me = office(windows[1])
    again = notices.reopen_notice(desk, me, notice_number.grouped(given.number))
    assert (again.subject, again.given.answers, again.given.without) == (given.subject, ANSWERS, ("B11",))
    assert again.not_on_it == ()
    # The second time it is here, and no line is needed.
    offline, _ = office(windows[1], online=False)
    assert held(offline, given.number).answers == ANSWERS


def test_what_is_added_there_is_seen_here(platform, windows, office, given):
    there, clerk_there = office(windows[1])
    again = notices.reopen_notice(there, clerk_there, given.number)
    material = next(need for need in there.catalogue.matter("P31").materials if need.code == "M17")
    notices.add_to_notice(there, clerk_there, again.given.number, [material], reason="新要求", supervisor="0001")
    for window in (windows[1], windows[0]):
        assert sync_once(platform.lane(window)).state == "done"
    here, _ = office(windows[0])
    assert [added.reason for added in held(here, given.number).added] == ["新要求"]


def test_without_a_line_one_sentence_says_what_to_do_and_the_next_sync_brings_it(platform, windows, office, given):
    desk, me = office(windows[1], online=False)
    with pytest.raises(NoticeElsewhere) as refusal:
        notices.reopen_notice(desk, me, given.number)
    assert refusal.value.data["reason"] == "no_line"
    assert "F3" in describe(refusal.value).next_step
    assert sync_once(platform.lane(windows[1])).state == "done"
    assert held(desk, given.number).subject == given.subject


def test_a_number_the_platform_does_not_have_is_said_to_be_so(windows, office):
    desk, me = office(windows[1])
    unknown = notice_number.make(HALL, "001", DAY, 999)
    with pytest.raises(NoticeElsewhere) as refusal:
        notices.reopen_notice(desk, me, unknown)
    assert refusal.value.data["reason"] == "not_arrived"
    with pytest.raises(NoticeElsewhere) as refusal:
        notices.reopen_notice(desk, me, notice_number.make("340399", "001", DAY, 1))
    assert refusal.value.data["reason"] == "other_platform"


def test_the_page_behind_its_qr_code_says_what_it_is(platform, windows, office, given):
    token = windows[0].store.progress_token(given.number)
    page = progress_page(platform.hub, Request("GET", f"/p/{token}"))
    text = page.body.decode()
    assert page.status == 200
    for words in ("开办餐饮店一件事", notice_number.grouped(given.number), "还没有交材料", "照纸上的清单"):
        assert words in text


def test_a_device_that_takes_its_notices_back_gives_no_number_twice(windows, office):
    from clerk_app.store.repair import counter_after

    number = notice_number.make(HALL, "001", date(2026, 11, 17), 412)
    with windows[0].store.write("0312") as unit:
        assert counter_after(unit.connection, 7, [f"notice/{number}"]) == 412
        assert counter_after(unit.connection, 12_400, [f"notice/{number}"]) == 12_412
        assert counter_after(unit.connection, 12_413, [f"notice/{number}"]) == 12_413


def test_facts_of_notices_show_nothing_in_a_log():
    assert "开店" not in repr(Fact("notice/1", "notice.given", {"subject": "开店"}, 0))
