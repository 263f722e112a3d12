"""Working days against an independent oracle, and what happens past its end."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.workdays import Calendar, Due, Limit, Running
from tests.unit.domain.builders import calendar

FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)
ALL_DAYS = [FIRST + timedelta(days=step) for step in range((LAST - FIRST).days + 1)]

days = st.dates(FIRST, LAST)


def counted(start, end):
    """Working days after `start` up to and including `end`, by the oracle."""
    return sum(chinese_calendar.is_workday(start + timedelta(days=step)) for step in range(1, (end - start).days + 1))


def test_every_day_of_2025_and_2026_is_worked_or_off_as_arranged():
    wrong = [day for day in ALL_DAYS if calendar().is_workday(day) != chinese_calendar.is_workday(day)]
    assert wrong == []


@pytest.mark.parametrize("day", ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"])
def test_the_worked_weekends_of_2026_are_working_days(day):
    worked = date.fromisoformat(f"2026-{day}")
    assert worked.weekday() >= 5
    assert calendar().is_workday(worked)


@given(days, st.integers(0, 60))
def test_a_due_date_is_the_nth_working_day_after_the_event(start, number):
    due = calendar().add_workdays(start, number)
    if due.on > LAST:
        assert due.estimated
        return
    assert not due.estimated
    assert counted(start, due.on) == number
    assert number == 0 or chinese_calendar.is_workday(due.on)


def test_day_one_is_the_next_working_day():
    assert calendar().add_workdays(date(2026, 11, 20), 1) == Due(date(2026, 11, 23), estimated=False)


def test_the_promise_on_the_picture_is_right():
    assert calendar().add_workdays(date(2026, 11, 23), 10).on == date(2026, 12, 7)


def test_nothing_is_added_for_a_limit_of_zero():
    saturday = date(2026, 11, 21)
    assert calendar().add_workdays(saturday, 0) == Due(saturday, estimated=False)


def test_a_negative_limit_is_refused():
    with pytest.raises(ValueError):
        calendar().add_workdays(TODAY, -1)


TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("start", "number", "expected"),
    [
        (date(2026, 12, 25), 4, Due(date(2026, 12, 31), estimated=False)),
        (date(2026, 12, 25), 5, Due(date(2027, 1, 1), estimated=True)),
        (date(2026, 12, 25), 6, Due(date(2027, 1, 4), estimated=True)),
        (date(2027, 3, 5), 1, Due(date(2027, 3, 8), estimated=True)),
    ],
)
def test_past_the_official_table_weekends_are_off_and_the_day_is_estimated(start, number, expected):
    assert calendar().add_workdays(start, number) == expected


def test_an_estimate_is_marked_on_paper():
    assert Due(date(2026, 12, 7), estimated=False).text == "2026 年 12 月 7 日"
    assert Due(date(2027, 1, 8), estimated=True).text == "2027 年 1 月 8 日（推算）"
    assert Due(date(2027, 1, 8), estimated=True).inner_text == "2027 年 1 月 8 日，推算"
    assert Due(date(2026, 12, 7), estimated=False).inner_text == "2026 年 12 月 7 日"


@given(days, days)
def test_counting_between_agrees_with_the_oracle(start, end):
    assert calendar().workdays_between(start, end) == max(0, counted(start, end))


@given(days, st.integers(0, 40), st.integers(-30, 30))
def test_what_remains_and_what_is_used_make_the_whole(start, number, shift):
    due = calendar().add_workdays(start, number).on
    today = due + timedelta(days=shift)
    left = calendar().remaining(today, due)
    if today >= start:
        assert calendar().workdays_between(start, today) + left == number


def test_the_last_day_still_counts_and_the_day_after_is_overdue():
    due = date(2026, 12, 7)
    assert calendar().remaining(date(2026, 12, 4), due) == 1
    assert calendar().remaining(due, due) == 0
    assert calendar().remaining(date(2026, 12, 8), due) == -1


# ---- a clock that stands still ----------------------------------------------------------------------------------


def test_days_of_a_suspension_count_for_nothing():
    stretches = [Running(date(2026, 11, 2), date(2026, 11, 6)), Running(date(2026, 11, 16))]
    assert calendar().elapsed(stretches, date(2026, 11, 20)) == 4 + 4
    assert calendar().due_after(stretches, 10) == calendar().add_workdays(date(2026, 11, 16), 6)


def test_nobody_knows_the_day_while_the_clock_stands_still():
    assert calendar().due_after([Running(date(2026, 11, 2), date(2026, 11, 6))], 10) is None


def test_a_limit_that_was_used_up_before_the_suspension_ended_there():
    stretches = [Running(date(2026, 11, 2), date(2026, 11, 20)), Running(date(2026, 12, 1))]
    assert calendar().due_after(stretches, 5) == Due(date(2026, 11, 9), estimated=False)


def test_a_limit_that_was_used_up_on_the_very_day_of_the_suspension_ended_there():
    assert calendar().due_after([Running(date(2026, 11, 2), date(2026, 11, 9))], 5) == Due(
        date(2026, 11, 9), estimated=False
    )


def test_a_clock_that_never_ran_has_no_last_day():
    assert calendar().due_after([], 5) is None


@given(days, st.lists(st.integers(0, 20), min_size=1, max_size=6), st.integers(1, 30))
def test_a_suspension_moves_the_last_day_by_exactly_its_length(start, lengths, limit):
    """Cut the running time into stretches with breaks: the days that count are the same, however it is cut."""
    stretches, day = [], start
    for position, length in enumerate(lengths):
        end = day + timedelta(days=length)
        stretches.append(Running(day, end if position < len(lengths) - 1 else None))
        day = end + timedelta(days=7)
    due = calendar().due_after(stretches, limit)
    assert due is not None
    assert calendar().elapsed(stretches, due.on) == limit


def test_a_clock_does_not_count_days_that_have_not_come():
    assert calendar().elapsed([Running(date(2026, 11, 2), date(2026, 11, 30))], date(2026, 11, 4)) == 2
    assert calendar().elapsed([Running(date(2026, 11, 20))], date(2026, 11, 4)) == 0


# ---- natural days -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (Limit(0, "natural_day"), Due(date(2026, 9, 18), estimated=False)),
        (Limit(3, "natural_day"), Due(date(2026, 9, 21), estimated=False)),
        (Limit(2, "natural_day"), Due(date(2026, 9, 20), estimated=False)),  # a worked Sunday
        (Limit(13, "natural_day"), Due(date(2026, 10, 8), estimated=False)),  # ends on the first of a week off
        (Limit(105, "natural_day"), Due(date(2027, 1, 1), estimated=True)),
        (Limit(106, "natural_day"), Due(date(2027, 1, 4), estimated=True)),
        (Limit(3), Due(date(2026, 9, 22), estimated=False)),
    ],
)
def test_natural_days_run_through_and_end_on_a_working_day(limit, expected):
    assert calendar().add(date(2026, 9, 18), limit) == expected


def test_at_once_is_today_even_on_a_day_off():
    saturday = date(2026, 11, 21)
    assert calendar().add(saturday, Limit(0, "natural_day")) == Due(saturday, estimated=False)


def test_limits_are_written_as_people_say_them():
    assert [limit.text for limit in (Limit(10), Limit(30, "natural_day"), Limit(0))] == ["10 个工作日", "30 日", "当场"]


def test_without_any_table_every_day_is_an_estimate():
    assert Calendar({}).add_workdays(date(2026, 10, 1), 1) == Due(date(2026, 10, 2), estimated=True)
