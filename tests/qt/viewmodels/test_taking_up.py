"""A case of another desk: found by its number, asked of a real hub, shown; and said plainly where it cannot be."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from clerk_app.domain import case_number
from clerk_app.errors import PlatformUnreachable
from clerk_app.seams import SystemClock, SystemRng
from clerk_app.store.sync_state import StoreSyncState
from sync.blobs import blobs_in
from sync.directory import LaneDirectory
from sync.hub.service import HubService
from sync.lane import SyncLane
from tests.qt.desk import StillDesk
from tests.sync.conftest import DirectLine
from tests.sync.work import case_number_of
from ui.tasks import DB_LANE, SYNC_LANE
from ui.tokens import Tone

NUMBER = case_number_of("001", 1)


@pytest.fixture
def other(enrolled, hub):
    """Another window whose case is on the platform."""
    place = enrolled("other", cases=1)
    place.directory = directory_of(place, hub)
    desk = StillDesk(place)
    place.directory.fetch()  # one sync
    return desk


@pytest.fixture
def here(enrolled, hub, other):
    place = enrolled("here")
    place.directory = directory_of(place, hub)
    return StillDesk(place)


def directory_of(place, hub):
    @contextmanager
    def lane():
        if place.line.phase == "offline":
            raise PlatformUnreachable("no line")
        yield SyncLane(StoreSyncState(place.store, blobs_in), DirectLine(HubService(hub)), SystemClock(), SystemRng())

    return LaneDirectory(lane)


def search(desk, text):
    desk.models.anything.search(text)
    desk.tasks.settle_all()
    return desk.models.anything.state.hits


def take_up(desk, number):
    model = desk.models.cases
    model.take_up(number)
    desk.tasks.settle_all()
    return model


def test_a_right_number_of_no_case_here_offers_to_ask_the_platform(here):
    [hit] = search(here, case_number.grouped(NUMBER))
    assert (hit.kind, hit.key, hit.name) == ("elsewhere", NUMBER, "到平台调取这一件")
    assert "会记下是谁查的" in hit.note
    assert all(hit.kind != "elsewhere" for hit in search(here, NUMBER[:-1]))


def test_it_is_asked_for_beside_the_work_recorded_and_shown(here):
    model = here.models.cases
    model.take_up(NUMBER)
    model.take_up(NUMBER)  # pressed twice
    assert "正在向平台调取" in model.state.notice.sentence
    assert [task.lane for task in here.tasks.pending if task.lane] == [DB_LANE]
    here.settle_lane(DB_LANE)
    assert [task.lane for task in here.tasks.pending if task.lane] == [SYNC_LANE]
    here.tasks.settle_all()
    assert (model.state.notice, model.state.selected) == (None, NUMBER)
    assert ("原窗口", "设备 001，已调取") in [(row.label, row.value) for row in model.state.detail.facts]
    facts = here.opened.desk.journal.reads.facts(here.opened.me.stream)
    assert [fact.body["number"] for fact in facts if fact.kind == "session.case_looked_up"] == [NUMBER]
    [hit] = search(here, NUMBER)
    assert hit.kind == "case"


def test_what_the_platform_does_not_hold_yet_is_amber_with_the_next_step(here):
    notice = take_up(here, case_number_of("009", 1)).state.notice
    assert "平台上还没有这个办件" in notice.sentence
    assert (notice.tone, "稍后再调取" in notice.next_step) == (Tone.WARN, True)


def test_without_a_line_it_is_calm_and_the_next_filter_shows_the_list_again(here):
    here.place.line = here.place.line.__class__(phase="offline")
    model = take_up(here, NUMBER)
    assert model.state.notice.tone is Tone.OFFLINE
    assert "现在没有网络" in model.state.notice.sentence
    model.filter_by("open")
    here.tasks.settle_all()
    assert (model.state.notice, model.state.text) == (None, "")


def test_a_practice_desk_looks_up_nothing(still):
    assert "练习" in take_up(still, NUMBER).state.notice.sentence
