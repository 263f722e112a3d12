"""Instead of paper: the library is asked beside the work, and the clerk never waits for it."""

from __future__ import annotations

import pytest

from clerk_app.domain.licences import LicenceFinding
from clerk_app.services.workplace import SyncLine
from tests.qt.desk import RESIDENCE, WORKER
from ui.tasks import LICENCE_LANE
from ui.tokens import Tone

PHOTO = (str(WORKER.number), "M06")


@pytest.fixture
def at_materials(still):
    """P31 of 周例安, with a line."""
    still.place.change(line=SyncLine(is_online=True))
    still.meet(WORKER)
    still.begin("P31", RESIDENCE)
    return still


def photo(still):
    return next(view for view in still.counter.state.materials if view.code == "M06")


def asked(still):
    return [task for task in still.tasks.pending if task.lane == LICENCE_LANE]


def test_a_licence_is_to_be_rechecked_until_the_library_confirms_it(at_materials):
    still = at_materials
    still.place.library.known[PHOTO] = LicenceFinding("valid")
    still.counter.set_material("M06", "exempt")
    assert (photo(still).chip.text, photo(still).chip.tone) == ("免提交 · 待复核", Tone.WARN)
    assert still.counter.state.busy == ""
    still.settle_lane(LICENCE_LANE)
    assert (photo(still).chip.text, photo(still).chip.tone) == ("免提交 · 已核验", Tone.OK)
    [question] = still.place.library.asked
    assert (question.holder, question.type, question.purpose, question.matter) == (*PHOTO, "exempt", "P31")
    assert question.clerk == still.opened.me.clerk


@pytest.mark.parametrize("state", ["none", "expired", "revoked"])
def test_without_a_good_licence_the_paper_is_asked_for(at_materials, state):
    still = at_materials
    still.place.library.known[PHOTO] = LicenceFinding(state)
    still.counter.set_material("M06", "exempt")
    still.settle_lane(LICENCE_LANE)
    assert photo(still).chip.text == "还没有"
    assert "纸质材料" in still.counter.state.problem.next_step


def test_without_a_line_nobody_is_asked_and_the_work_goes_on(at_materials):
    still = at_materials
    still.place.change(line=SyncLine(is_online=False))
    still.counter.set_material("M06", "exempt")
    assert asked(still) == []
    assert photo(still).chip.text == "免提交 · 待复核"


def test_a_line_that_goes_away_meanwhile_changes_nothing(at_materials):
    still = at_materials
    still.place.library.away = True
    still.counter.set_material("M06", "exempt")
    still.settle_lane(LICENCE_LANE)
    assert photo(still).chip.text == "免提交 · 待复核"
    assert still.counter.state.problem is None


def test_an_answer_that_comes_late_does_not_undo_what_the_clerk_did_since(at_materials):
    still = at_materials
    still.counter.set_material("M06", "exempt")
    still.counter.set_material("M06", "received")
    still.settle_lane(LICENCE_LANE)
    assert photo(still).chip.text == "已收"
    assert still.counter.state.problem is None


def test_what_a_card_shows_is_not_asked_of_the_library(at_materials):
    still = at_materials
    still.counter.set_material("M01", "exempt")
    assert asked(still) == []
