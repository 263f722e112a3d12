from __future__ import annotations

import base64
import json
import logging

import pytest

from clerk_app.errors import DiskFull
from clerk_app.security.sealing import RATING, open_sealed
from clerk_app.settings import DeviceSettings, Settings
from tests.qt.desk import ELDER, PENSION, WORKER, StillDesk
from ui.tasks import DB_LANE, PAD_LANE
from ui.viewmodels import rating_model


def taken_in(still, person=ELDER):
    """One case taken in and its invitation open; the pad has not been asked yet."""
    still.meet(person)
    still.begin("P14", PENSION)
    still.counter.primary()
    still.settle()
    return still.counter.visit.id


def rating_facts(still, visit):
    facts = still.opened.desk.journal.reads.facts(f"visit/{visit}")
    return [fact for fact in facts if fact.kind.startswith("visit.rating")]


def grade_in(still, fact):
    sealed = base64.b64decode(fact.body["sealed"])
    return json.loads(open_sealed(still.place.store.practice_rating_private, sealed, purpose=RATING))[1]


def test_the_last_outcome_opens_the_one_invitation_by_itself(still):
    visit = taken_in(still)
    assert still.models.rating.state.word_for(visit) == "invited"
    assert still.counter.state.done.rating.text == "已邀请"
    assert still.models.citizen.state.page == "rating"
    assert [fact.kind for fact in rating_facts(still, visit)] == ["visit.rating_invited"]


def test_the_pads_answer_is_recorded_and_the_clerk_sees_only_that_there_is_one(still):
    visit = taken_in(still)
    still.place.answers.put("dissatisfied")
    still.tasks.settle_all()
    assert still.counter.state.done.rating.text == "已完成"
    settled = rating_facts(still, visit)[-1]
    assert settled.body["state"] == "answered"
    assert settled.body["device_limited"] is True
    assert grade_in(still, settled) == "dissatisfied"
    assert "dissatisfied" not in repr((still.counter.state, still.models.rating.state, still.models.citizen.state))


def test_what_is_touched_on_the_second_screen_is_sealed_and_recorded(still):
    visit = taken_in(still)
    still.models.citizen.rate("very_dissatisfied")
    still.settle_lane(DB_LANE, None)
    settled = rating_facts(still, visit)[-1]
    assert settled.body["state"] == "answered"
    assert settled.body["device_limited"] is False
    assert grade_in(still, settled) == "very_dissatisfied"
    assert still.models.citizen.state.page == "thanks"


def test_the_pad_answering_after_the_screen_changes_nothing(still):
    visit = taken_in(still)
    still.models.citizen.rate("satisfied")
    still.settle_lane(None, DB_LANE)
    still.place.answers.put("very_dissatisfied")
    still.tasks.settle_all()
    kinds = [fact.kind for fact in rating_facts(still, visit)]
    assert kinds == ["visit.rating_invited", "visit.rating_settled"]
    assert grade_in(still, rating_facts(still, visit)[-1]) == "satisfied"


def test_two_touches_on_the_screen_are_one_rating(still):
    visit = taken_in(still)
    still.models.citizen.rate("satisfied")
    still.models.citizen.rate("very_dissatisfied")
    still.tasks.settle_all()
    assert len(rating_facts(still, visit)) == 2
    assert grade_in(still, rating_facts(still, visit)[-1]) == "satisfied"


def test_a_touch_after_the_end_is_late_and_dropped(still):
    visit = taken_in(still)
    still.tasks.settle_all()
    assert still.counter.state.done.rating.text == "未评价"
    still.models.citizen.rate("satisfied")
    still.tasks.settle_all()
    assert [fact.body.get("state") for fact in rating_facts(still, visit)] == [None, "timed_out"]


def test_a_pad_that_is_gone_ends_the_invitation_only_where_there_is_no_screen(still):
    visit = taken_in(still)
    still.place.answers.put("device_failed")
    still.tasks.settle_all()
    assert still.models.rating.state.word_for(visit) == "device_failed"
    assert "评价器没有回应" in still.counter.state.done.rating.text


def test_with_a_second_screen_a_failed_pad_leaves_the_invitation_open(still):
    still.models.screen.show(True)
    visit = taken_in(still)
    still.place.answers.put("device_failed")
    still.settle_lane(PAD_LANE)
    assert still.models.rating.state.word_for(visit) == "invited"
    still.models.citizen.rate("basically_satisfied")
    still.tasks.settle_all()
    assert still.counter.state.done.rating.text == "已完成"


def test_no_choice_in_time_is_not_rated(qtbot, qapp, place):
    still = StillDesk(place, settings=Settings(devices=DeviceSettings(rating_timeout_s=0.1)))
    still.models.screen.show(True)
    taken_in(still)
    # The pad's lane is held by something else; the end comes by itself.
    qtbot.waitUntil(lambda: any(task.lane == DB_LANE for task in still.tasks.pending), timeout=5000)
    still.settle_lane(DB_LANE)
    assert still.counter.state.done.rating.text == "未评价"
    assert still.models.citizen.state.thanks == "timed_out"


def test_the_invitation_shows_again_only_while_it_is_open(still):
    shown = []
    still.models.rating.shown_again.connect(lambda: shown.append(True))
    taken_in(still)
    still.counter.invite_again()
    assert shown == [True]
    still.tasks.settle_all()
    still.counter.invite_again()
    assert shown == [True]
    assert "没有打开的评价邀请" in still.counter.state.problem.sentence


def test_calling_the_next_person_leaves_the_invitation_open_only_for_a_while(monkeypatch, qtbot, qapp, place):
    monkeypatch.setattr(rating_model, "LEFT_OPEN_S", 0.2)
    still = StillDesk(place, settings=Settings(devices=DeviceSettings(rating_timeout_s=60.0)))
    visit = taken_in(still)
    still.counter.primary()
    assert still.counter.state.stage == "idle"
    assert still.models.citizen.state.page == "rating"
    qtbot.waitUntil(lambda: any(task.lane == DB_LANE for task in still.tasks.pending))
    still.settle()
    qtbot.waitUntil(lambda: any(task.lane == DB_LANE for task in still.tasks.pending))
    still.settle()
    assert rating_facts(still, visit)[-1].body["state"] == "timed_out"


def test_the_next_visits_invitation_waits_until_the_first_is_settled(still):
    first = taken_in(still)
    second = taken_in(still, WORKER)
    assert still.models.rating.state.word_for(second) == "waiting"
    assert still.counter.state.done.rating.text == "等上一位评完"
    still.place.answers.put("satisfied")
    still.settle_lane(PAD_LANE)
    still.settle_lane(DB_LANE)
    assert rating_facts(still, first)[-1].body["state"] == "answered"
    assert still.models.rating.state.word_for(second) == "invited"


def test_a_visit_left_before_its_turn_still_gets_its_invitation_and_is_closed_then(still):
    taken_in(still)
    second = taken_in(still, WORKER)
    still.counter.primary()
    still.tasks.settle_all()
    folded = still.opened.desk.journal.reads.fold(f"visit/{second}")
    assert folded.conflicts == ()
    assert folded.state.phase == "closed"
    assert folded.state.rating.state == "timed_out"


def test_an_answer_that_the_store_refuses_is_kept_and_written_later(monkeypatch, qtbot, still):
    visit = taken_in(still)
    write = still.place.store.write
    monkeypatch.setattr(still.place.store, "write", lambda _clerk: (_ for _ in ()).throw(DiskFull()))
    still.place.answers.put("satisfied")
    still.settle_lane(PAD_LANE)
    still.settle_lane(DB_LANE)
    monkeypatch.setattr(still.place.store, "write", write)
    assert still.models.rating.state.word_for(visit) == "invited"
    qtbot.waitUntil(lambda: bool(still.tasks.pending), timeout=5000)
    still.tasks.settle_all()
    assert grade_in(still, rating_facts(still, visit)[-1]) == "satisfied"


@pytest.mark.parametrize("nonsense", ["", "great", "5"])
def test_nothing_but_the_five_grades_is_taken(still, nonsense):
    visit = taken_in(still)
    before = len(still.tasks.pending)
    still.models.citizen.rate(nonsense)
    assert len(still.tasks.pending) == before
    assert len(rating_facts(still, visit)) == 1


def test_no_log_ever_names_a_grade(caplog, still):
    with caplog.at_level(logging.DEBUG):
        taken_in(still)
        still.place.answers.put("very_dissatisfied")
        still.tasks.settle_all()
        taken_in(still, WORKER)
        still.models.citizen.rate("very_dissatisfied")
        still.tasks.settle_all()
    assert still.models.rating.state.word == "answered"
    assert "dissatisfied" not in caplog.text
