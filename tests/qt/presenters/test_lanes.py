from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ui.presenters.lanes import lane_views, scale_view
from ui.samples import packages

TODAY = date(2026, 11, 23)
VIEW = packages.package_case()


def lane(name, view=VIEW):
    return next(lane for lane in lane_views(view, TODAY) if lane.name.startswith(name))


def test_all_lanes_share_one_scale_from_the_intake_to_the_last_promised_day():
    scale = scale_view(VIEW, TODAY)
    assert scale is not None
    assert (scale.first, scale.last) == ("11-17", "12-04")
    assert scale.today == pytest.approx(6 / 17)


def test_what_was_done_at_the_counter_ends_where_it_begins():
    done = lane("个体工商户")
    assert (done.begin, done.reached, done.ended, done.good) == (0.0, 0.0, True, True)
    assert done.chip.text == "11-17 已办结"


def test_what_runs_has_come_as_far_as_today_and_may_go_on_to_its_own_last_day():
    running = lane("食品")
    assert (running.begin, running.until) == (0.0, pytest.approx(10 / 17))
    assert running.reached == pytest.approx(6 / 17)
    assert not running.ended
    assert running.chip.text == "最迟 11-27"


def test_who_waits_has_no_bar_and_says_for_whom():
    waiting = lane("烟草")
    assert waiting.begin is None
    assert waiting.chip.text == "待前置"
    assert waiting.note == "等食品经营许可新办办成后受理、计时"


def test_a_refusal_is_neither_green_nor_called_done():
    refused = replace(VIEW.children[1], state="decided", ended_on="2026-11-20", sentence="不予批准：面积不够")
    shown = lane("食品", replace(VIEW, children=(refused,)))
    assert (shown.ended, shown.good) == (True, False)
    assert (shown.chip.text, shown.note) == ("11-20 不予批准", "不予批准：面积不够")


def test_a_matter_has_no_lanes():
    view = replace(VIEW, children=())
    assert lane_views(view, TODAY) == ()
    assert scale_view(view, TODAY) is None
