"""特别程序 and 延期: the department's word alone; the clock stands still meanwhile, the new day is the department's."""

from __future__ import annotations

from datetime import date

import pytest

from clerk_app.domain.case_clock import promised_clock
from clerk_app.domain.case_state import CaseState
from clerk_app.domain.kinds import fold_stream
from clerk_app.domain.workdays import Running
from tests.unit.domain.builders import at, calendar, desk_fact, folded_case, full_draft, hub_fact, taken_in

ACCEPTED = taken_in(full_draft("P31"))
STREAM = ACCEPTED.stream


def suspended(hub_seq=101, name="鉴定"):
    body = {"name": name, "reason": "房屋安全", "child": None}
    return hub_fact(STREAM, "case.suspended", body, at("2026-11-25 10:00"), hub_seq)


def resumed(hub_seq=102, due_on="2026-12-14"):
    body = {"result": "合格", "due_on": due_on, "child": None}
    return hub_fact(STREAM, "case.resumed", body, at("2026-12-02 10:00"), hub_seq)


def extended(hub_seq=103, due_on="2026-12-21"):
    body = {"reason": "案情复杂", "due_on": due_on, "child": None}
    return hub_fact(STREAM, "case.extended", body, at("2026-12-03 10:00"), hub_seq)


def reasons(*facts):
    return [conflict.reason for conflict in fold_stream(STREAM, facts).conflicts]


def test_the_clock_stands_still_while_a_special_procedure_goes_on():
    case = folded_case(ACCEPTED, suspended())
    assert case.state is CaseState.SUSPENDED
    assert case.running == (Running(date(2026, 11, 23), date(2026, 11, 25)),)
    clock = promised_clock(case, calendar(), date(2026, 12, 1))
    assert clock is not None
    assert (clock.running, clock.used) == (False, 2)
    assert case.special[0].ended_at is None


def test_after_it_the_department_says_the_new_day():
    case = folded_case(ACCEPTED, suspended(), resumed())
    assert (case.state, case.due and case.due.on) == (CaseState.REVIEW, date(2026, 12, 14))
    assert case.running[-1] == Running(date(2026, 12, 2))
    assert (case.special[0].ended_at, case.special[0].result) == (at("2026-12-02 10:00"), "合格")
    clock = promised_clock(case, calendar(), date(2026, 12, 4))
    assert clock is not None
    assert (clock.used, clock.remaining, clock.running) == (4, 6, True)
    kept = folded_case(ACCEPTED, suspended(), resumed(due_on=None))
    assert kept.due == kept.intake.due


def test_a_limit_is_extended_once():
    case = folded_case(ACCEPTED, extended())
    assert (case.state, case.due and case.due.on) == (CaseState.EXTENDED, date(2026, 12, 21))
    assert case.special[0].kind == "extension"
    assert reasons(ACCEPTED, extended(), extended(104)) == ["already_extended"]


def test_what_was_promised_on_paper_is_never_rewritten():
    case = folded_case(ACCEPTED, extended())
    assert case.intake.due.on == date(2026, 12, 7)


@pytest.mark.parametrize("make", [suspended, resumed, extended])
def test_only_the_platform_says_so(make):
    body = make().body
    assert reasons(ACCEPTED, desk_fact(STREAM, make().kind, body, seq=2)) == ["only_the_platform"]
    assert reasons(make()) == ["not_taken_in"]


def test_out_of_turn_it_has_no_effect():
    assert reasons(ACCEPTED, resumed()) == ["not_suspended"]
    assert reasons(ACCEPTED, suspended(), suspended(102)) == ["suspended_to_suspended"]
    decided = hub_fact(STREAM, "case.decided", {"result": "grant", "reason": "", "child": None}, hub_seq=110)
    assert reasons(ACCEPTED, suspended(), decided) == ["suspended_to_decided"]
    assert reasons(ACCEPTED, suspended(), resumed(), decided) == []


@pytest.mark.parametrize("due_on", ["soon", 7])
def test_a_day_that_is_none_has_no_effect(due_on):
    assert reasons(ACCEPTED, extended(due_on=due_on)) == ["malformed"]
