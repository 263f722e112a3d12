"""A case: what the desk recorded, what the platform decided, and the order in which that is lawful."""

import json
from datetime import date

import pytest

from clerk_app.domain import case_number
from clerk_app.domain.case import Case
from clerk_app.domain.case_parts import Decision, IssuedDocument, Return
from clerk_app.domain.case_state import STATE_LABELS, TRANSITIONS, CaseState, may_become
from clerk_app.domain.kinds import STREAMS, fold_stream
from clerk_app.domain.outcomes import RECEIVED
from clerk_app.domain.workdays import Due, Running
from tests.unit.domain.builders import (
    NOW,
    at,
    counter,
    desk_fact,
    folded_case,
    full_draft,
    hub_fact,
    person,
    taken_in,
)

GRANT = {"result": "grant", "reason": "", "child": None}
REFUSE = {"result": "refuse", "reason": "居住未满半年", "child": None}
RETURN = {"reason": "合同缺页", "child": None}


def accepted():
    return taken_in(full_draft("P31"))


def reasons(folded):
    return [conflict.reason for conflict in folded.conflicts]


def test_an_accepted_case_holds_everything_the_desk_recorded():
    fact = accepted()
    case = folded_case(fact)
    intake = case.intake
    assert case.state is CaseState.ACCEPTED
    assert case.number == fact.body["number"] == "3403990312611230003723"
    assert case.received_at == intake.received_at == NOW
    assert (intake.received_on, intake.accepted_on) == (date(2026, 11, 23), date(2026, 11, 23))
    assert intake.due == Due(date(2026, 12, 7), estimated=False)
    assert intake.legal_due == Due(date(2026, 12, 14), estimated=False)
    assert intake.notice_due is None
    assert (intake.matter.code, intake.matter.version, intake.matter.procedure) == ("P31", "2026-11-20", "registration")
    assert intake.applicant == person()
    assert intake.agent is None
    assert intake.fields["g.P1.name"].source == "card"
    assert [item.state for item in intake.materials] == ["exempt", "received", "received", "received"]
    assert intake.documents == (IssuedDocument("acceptance_notice", "例州公安登受字〔2026〕第03100037号", 2),)
    assert (intake.clerk, intake.clock) == ("1001", "ok")
    assert case.running == (Running(date(2026, 11, 23)),)


def test_a_received_case_runs_no_promised_clock_yet():
    case = folded_case(taken_in(full_draft("P14"), RECEIVED))
    assert case.state is CaseState.RECEIVED
    assert case.intake.accepted_on is None
    assert case.intake.due is None
    assert case.running == ()


def test_what_a_case_prints_of_itself_names_nobody():
    shown = repr(folded_case(accepted()))
    assert "999999199202160010" not in shown
    assert "周例安" not in shown


def test_taking_the_same_case_in_twice_is_a_conflict():
    fact = accepted()
    folded = fold_stream(fact.stream, [fact, taken_in(full_draft("P14"), RECEIVED)])
    assert reasons(folded) == ["already_taken_in"]
    assert folded.state == folded_case(fact)


def test_a_number_that_is_not_its_streams_own_is_a_conflict():
    fact = accepted()
    elsewhere = f"case/{counter(count=38).number}"
    folded = fold_stream(elsewhere, [desk_fact(elsewhere, fact.kind, fact.body)])
    assert reasons(folded) == ["number_differs"]
    assert folded.state.state is CaseState.DRAFT


def test_a_number_with_wrong_check_digits_is_no_case():
    wrong = "3403990312611230003724"
    assert not case_number.check(wrong)
    folded = fold_stream(f"case/{wrong}", [desk_fact(f"case/{wrong}", "case.taken_in", {"number": wrong})])
    assert reasons(folded) == ["number_differs"]


@pytest.mark.parametrize("key", list(taken_in(full_draft("P31")).body))
def test_an_intake_that_lacks_anything_but_an_extra_date_has_no_effect(key):
    fact = accepted()
    body = {name: value for name, value in fact.body.items() if name != key}
    folded = fold_stream(fact.stream, [desk_fact(fact.stream, fact.kind, body)])
    if key.endswith(("due_on", "due_estimated")):
        assert folded.state.state is CaseState.ACCEPTED  # an older writer knew fewer dates
        assert not any(due and due.estimated for due in (folded.state.intake.due, folded.state.intake.legal_due))
    elif key == "number":
        assert folded.conflicts
    else:
        assert reasons(folded) == ["malformed"]
        assert folded.state == Case(folded.state.number)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("power",), "rule"),
        (("matter", "procedure"), "magic"),
        (("effect", "when"), "later"),
        (("received_on",), "soon"),
        (("materials", 0, "state"), "lost"),
        (("materials", 0, "form"), "stone"),
        (("materials", 0, "blobs"), [{}]),
        (("fields", "g.P1.name", "source"), "gossip"),
        (("documents", 0, "kind"), "poem"),
        (("fields",), []),
    ],
)
def test_an_intake_with_a_word_nobody_knows_has_no_effect(path, value):
    fact = accepted()
    body = json.loads(json.dumps(fact.body))
    place = body
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    folded = fold_stream(fact.stream, [desk_fact(fact.stream, fact.kind, body)])
    assert reasons(folded) == ["malformed"]
    assert folded.state.intake is None


# ---- the platform's word ----------------------------------------------------------------------------------------


def test_a_decision_ends_the_clock_and_binds_the_official_number():
    fact = accepted()
    decided_at = at("2026-12-01 16:00")
    decision = hub_fact(fact.stream, "case.decided", {**GRANT, "official_number": "2026-居-17"}, decided_at)
    case = folded_case(fact, decision)
    assert case.state is CaseState.DECIDED
    assert case.decision == Decision("grant", "", date(2026, 12, 1))
    assert case.official_number == "2026-居-17"
    assert case.running == (Running(date(2026, 11, 23), date(2026, 12, 1)),)


def test_a_refusal_keeps_its_reason():
    fact = accepted()
    case = folded_case(fact, hub_fact(fact.stream, "case.decided", REFUSE))
    assert case.decision == Decision("refuse", "居住未满半年", date(2026, 11, 23))
    assert case.official_number is None


def test_a_case_that_was_only_received_is_decided_by_the_platforms_word():
    fact = taken_in(full_draft("P14"), RECEIVED)
    assert folded_case(fact, hub_fact(fact.stream, "case.decided", GRANT)).state is CaseState.DECIDED


def test_a_return_keeps_its_reason_and_the_clock_runs_on():
    fact = accepted()
    case = folded_case(fact, hub_fact(fact.stream, "case.returned", RETURN))
    assert case.state is CaseState.RETURNED
    assert case.returned == Return("合同缺页", date(2026, 11, 23))
    assert case.running == (Running(date(2026, 11, 23)),)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (("case.decided", GRANT), ("case.decided", REFUSE), "decided_to_decided"),
        (("case.decided", GRANT), ("case.returned", RETURN), "decided_to_returned"),
        (("case.returned", RETURN), ("case.returned", RETURN), "returned_to_returned"),
        (("case.returned", RETURN), ("case.decided", GRANT), "returned_to_decided"),
    ],
)
def test_a_second_word_that_contradicts_the_first_is_a_conflict(first, second, reason):
    fact = accepted()
    one = hub_fact(fact.stream, first[0], first[1], hub_seq=100)
    two = hub_fact(fact.stream, second[0], second[1], hub_seq=101)
    folded = fold_stream(fact.stream, [fact, one, two])
    assert folded.state == folded_case(fact, one)
    assert reasons(folded) == [reason]


@pytest.mark.parametrize(("kind", "body"), [("case.decided", GRANT), ("case.returned", RETURN)])
def test_no_desk_can_write_the_platforms_word(kind, body):
    fact = accepted()
    folded = fold_stream(fact.stream, [fact, desk_fact(fact.stream, kind, body, seq=2)])
    assert folded.state == folded_case(fact)
    assert reasons(folded) == ["only_the_platform"]


@pytest.mark.parametrize(("kind", "body"), [("case.decided", GRANT), ("case.returned", RETURN)])
def test_nothing_is_decided_before_the_case_is_there(kind, body):
    stream = accepted().stream
    folded = fold_stream(stream, [hub_fact(stream, kind, body)])
    assert folded.state.state is CaseState.DRAFT
    assert reasons(folded) == ["not_taken_in"]


def test_a_decision_on_a_child_the_case_does_not_have_is_a_conflict():
    fact = accepted()
    folded = fold_stream(fact.stream, [fact, hub_fact(fact.stream, "case.decided", {**GRANT, "child": "01"})])
    assert reasons(folded) == ["no_such_child"]


@pytest.mark.parametrize("result", ["maybe", None, ["grant"]])
def test_a_decision_that_is_none_has_no_effect(result):
    fact = accepted()
    folded = fold_stream(fact.stream, [fact, hub_fact(fact.stream, "case.decided", {**GRANT, "result": result})])
    assert folded.state == folded_case(fact)
    assert reasons(folded) == ["malformed"]


def test_an_instant_beyond_all_calendars_has_no_effect():
    fact = accepted()
    folded = fold_stream(fact.stream, [fact, hub_fact(fact.stream, "case.decided", GRANT, 10**18)])
    assert reasons(folded) == ["malformed"]


def test_a_decision_known_before_its_intake_is_put_in_its_place_by_the_platforms_order():
    fact = accepted()
    decision = hub_fact(fact.stream, "case.decided", GRANT, hub_seq=8)
    assert folded_case(decision, fact).state is CaseState.DECIDED


# ---- the table --------------------------------------------------------------------------------------------------


def test_every_state_has_a_name_and_a_place_in_the_table():
    assert set(STATE_LABELS) == set(TRANSITIONS) == set(CaseState)


def test_every_state_can_be_reached_and_only_ends_lead_nowhere():
    reached = {CaseState.DRAFT} | {target for targets in TRANSITIONS.values() for target in targets}
    assert reached == set(CaseState)
    assert {state for state, targets in TRANSITIONS.items() if not targets} == {
        CaseState.NOT_ACCEPTED,
        CaseState.ARCHIVED,
        CaseState.WITHDRAWN,
        CaseState.TRANSFERRED,
        CaseState.VOIDED,
        CaseState.CLOSED_NO_CORRECTION,
        CaseState.DISCARDED,
        CaseState.STOPPED,
    }


@pytest.mark.parametrize(
    ("state", "target"),
    [
        (CaseState.RECEIVED, CaseState.CORRECTION),
        (CaseState.CORRECTION, CaseState.RECEIVED),
        (CaseState.RECEIVED, CaseState.ACCEPTED_DEFICIT),
        (CaseState.REVIEW, CaseState.SUSPENDED),
        (CaseState.SUSPENDED, CaseState.REVIEW),
        (CaseState.REVIEW, CaseState.EXTENDED),
        (CaseState.EXTENDED, CaseState.REVIEW),
        (CaseState.RETURNED, CaseState.REVIEW),
        (CaseState.DECIDED, CaseState.CLOSED),
        (CaseState.CLOSED, CaseState.DELIVERED),
        (CaseState.DELIVERED, CaseState.ARCHIVED),
    ],
)
def test_the_way_of_a_case_leads_on(state, target):
    assert may_become(state, target)


@pytest.mark.parametrize(
    ("state", "target"),
    [
        (CaseState.NOT_ACCEPTED, CaseState.ACCEPTED),
        (CaseState.SUSPENDED, CaseState.DECIDED),
        (CaseState.DECIDED, CaseState.REVIEW),
        (CaseState.DECIDED, CaseState.WITHDRAWN),
        (CaseState.ARCHIVED, CaseState.VOIDED),
    ],
)
def test_no_case_takes_a_way_the_law_does_not_know(state, target):
    assert not may_become(state, target)


def test_the_families_of_streams_are_known():
    assert set(STREAMS) == {"session", "visit", "case", "notice", "appeal"}
    assert all(kind.startswith(f"{name}.") for name, family in STREAMS.items() for kind in family.handlers)
