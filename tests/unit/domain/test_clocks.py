"""The clocks of a case as the work list shows them, and dates as the paper writes them."""

from dataclasses import replace
from datetime import date

import pytest

from clerk_app.domain.case import Case
from clerk_app.domain.case_clock import CaseClock, deemed_accepted_on, promised_clock
from clerk_app.domain.case_state import CaseState
from clerk_app.domain.civil import chinese_time, civil_date, civil_time, optional_date, short_time
from clerk_app.domain.outcomes import RECEIVED
from clerk_app.domain.workdays import Due
from tests.unit.domain.builders import NOW, at, calendar, counter, folded_case, full_draft, hub_fact, taken_in

ACCEPTED_CASE = taken_in(full_draft("P31"))
DUE = Due(date(2026, 12, 7), estimated=False)


def on(case, day):
    return promised_clock(case, calendar(), date.fromisoformat(day))


@pytest.mark.parametrize(
    ("day", "used", "remaining"),
    [("2026-11-23", 0, 10), ("2026-11-24", 1, 9), ("2026-11-29", 4, 6), ("2026-12-07", 10, 0), ("2026-12-09", 12, -2)],
)
def test_the_promise_runs_in_working_days(day, used, remaining):
    assert on(folded_case(ACCEPTED_CASE), day) == CaseClock(DUE, 10, used, remaining, running=True)


def test_a_decision_stops_the_clock():
    decision = hub_fact(
        ACCEPTED_CASE.stream, "case.decided", {"result": "grant", "child": None}, at("2026-12-02 09:00")
    )
    assert on(folded_case(ACCEPTED_CASE, decision), "2027-01-20") == CaseClock(DUE, 10, 7, 3, running=False)


def test_what_was_only_received_shows_no_clock():
    assert on(folded_case(taken_in(full_draft("P14"), RECEIVED)), "2026-11-24") is None
    assert on(Case("3403990312611170003791"), "2026-11-24") is None


# ---- silence ----------------------------------------------------------------------------------------------------


def received(procedure):
    case = folded_case(taken_in(full_draft("P31"), RECEIVED, counter(seal=False)))
    return replace(case, intake=replace(case.intake, matter=replace(case.intake.matter, procedure=procedure)))


def test_a_licence_is_deemed_accepted_from_the_day_of_receipt():
    assert deemed_accepted_on(received("licence"), date(2026, 11, 30)) is None
    assert deemed_accepted_on(received("licence"), date(2026, 12, 1)) == date(2026, 11, 23)


@pytest.mark.parametrize("procedure", ["registration", "payment", "public_service", "filing"])
def test_nothing_else_is_deemed_accepted(procedure):
    assert deemed_accepted_on(received(procedure), date(2027, 12, 1)) is None


def test_silence_means_nothing_once_the_case_went_on_or_before_it_began():
    accepted = folded_case(ACCEPTED_CASE)
    assert deemed_accepted_on(accepted, date(2027, 12, 1)) is None
    assert deemed_accepted_on(Case("3403990312611170003791"), date(2027, 12, 1)) is None


def test_silence_means_nothing_once_the_platform_has_spoken():
    decided = replace(received("licence"), state=CaseState.DECIDED)
    assert deemed_accepted_on(decided, date(2027, 12, 1)) is None


def test_without_a_time_for_notice_there_is_no_silence():
    case = received("licence")
    assert deemed_accepted_on(replace(case, intake=replace(case.intake, notice_due=None)), date(2027, 12, 1)) is None


# ---- civil time -------------------------------------------------------------------------------------------------


def test_the_civil_day_begins_at_four_in_the_afternoon_of_greenwich():
    assert civil_date(at("2026-11-23 23:59")) == date(2026, 11, 23)
    assert civil_date(at("2026-11-24 00:00")) == date(2026, 11, 24)
    assert civil_time(0).isoformat() == "1970-01-01T08:00:00+08:00"


def test_times_are_written_as_people_say_them():
    assert chinese_time(NOW) == "2026 年 11 月 23 日 10:09"
    assert short_time(NOW) == "11-23 10:09"


@pytest.mark.parametrize("instant", [10**18, -(10**18)])
def test_an_instant_beyond_all_calendars_is_none(instant):
    with pytest.raises(ValueError):
        civil_time(instant)


def test_an_absent_date_is_no_date():
    assert optional_date(None) is None
    assert optional_date("2026-11-23") == date(2026, 11, 23)
    with pytest.raises(ValueError):
        optional_date("soon")
