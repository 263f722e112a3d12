from __future__ import annotations

import logging
from datetime import date

import pytest

from clerk_app import errors
from ui.presenters.words import clock_text, problem_view, size_text, span_text, status_time
from ui.tokens import Tone

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
MORNING = 1_795_484_520_000  # 2026-11-24 09:42 in China


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (0, "不到 1 分"),
        (-5, "不到 1 分"),
        (59_999, "不到 1 分"),
        (MINUTE, "1 分"),
        (59 * MINUTE, "59 分"),
        (2 * HOUR + 14 * MINUTE, "2 小时 14 分"),
        (23 * HOUR + 59 * MINUTE, "23 小时 59 分"),
        (3 * DAY + 2 * HOUR, "3 天 2 小时"),
    ],
)
def test_lengths_are_said_as_a_clerk_says_them(length, text):
    assert span_text(length) == text


def test_an_instant_of_another_day_carries_its_date():
    assert clock_text(MORNING, date(2026, 11, 24)) == "09:42"
    assert clock_text(MORNING, date(2026, 11, 25)) == "11-24 09:42"


def test_the_status_line_has_date_weekday_and_time():
    assert status_time(MORNING) == "2026-11-24 周二 09:42"


@pytest.mark.parametrize(("size", "text"), [(0, "0 KB"), (1, "1 KB"), (412_000, "412 KB"), (23_700_000, "23.7 MB")])
def test_sizes_are_rounded_up_and_never_nothing(size, text):
    assert size_text(size) == text


def test_every_error_becomes_a_sentence_with_a_next_step():
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.ClerkError):
            view = problem_view(kind(items=("手机",), seconds=61))
            assert view.sentence
            assert view.next_step


@pytest.mark.parametrize(
    ("error", "tone"),
    [
        (errors.NotYetAvailable(outcome="补正"), Tone.INFO),
        (errors.PlatformUnreachable(), Tone.OFFLINE),
        (errors.DiskFull(), Tone.BAD),
        (errors.Incomplete(items=("手机",)), Tone.BAD),
    ],
)
def test_violet_is_for_the_line_and_red_for_what_must_be_done(error, tone):
    assert problem_view(error).tone is tone


def test_what_is_not_ours_is_one_sentence_on_screen_and_whole_in_the_log(caplog):
    with caplog.at_level(logging.ERROR):
        view = problem_view(ZeroDivisionError("1/0"))
    assert "程序出错了" in view.sentence
    assert "ZeroDivisionError" in caplog.text


def test_a_refused_step_says_why_it_was_refused():
    assert "5 位" in problem_view(errors.UnlawfulStep(reason="too_many_parked")).sentence
    assert "什么都没有改变" in problem_view(errors.UnlawfulStep(reason="something_new")).sentence
