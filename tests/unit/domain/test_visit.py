"""A visit: lawful and unlawful steps, one invitation, an applicant who may be read again."""

from dataclasses import replace

import pytest

from clerk_app.domain.fold import Conflict
from clerk_app.domain.kinds import fold_stream
from clerk_app.domain.visit import Invitation, Visit
from tests.unit.domain.builders import NOW, desk_fact, hub_fact
from tests.unit.domain.steps import VISIT_BODIES, VISIT_STREAM, visit_fact

GONE = "(no such key)"
APPLICANT = VISIT_BODIES["visit.applicant_read"]


def fold_kinds(*kinds):
    """Fold steps of these kinds, each with its usual body, one second apart."""
    facts = [visit_fact(kind, recorded_at=NOW + 1000 * seq, seq=seq) for seq, kind in enumerate(kinds, start=1)]
    return fold_stream(VISIT_STREAM, facts)


def reasons(folded):
    return [conflict.reason for conflict in folded.conflicts]


def test_a_visit_without_facts_is_not_open():
    assert fold_kinds().state == Visit("a" * 16)


def test_a_whole_visit_is_told_by_its_state():
    folded = fold_kinds(
        "visit.opened",
        "visit.applicant_read",
        "visit.parked",
        "visit.resumed",
        "visit.matter_ended",
        "visit.rating_invited",
        "visit.rating_settled",
        "visit.closed",
    )
    visit = folded.state
    assert folded.conflicts == ()
    assert (visit.phase, visit.session, visit.ticket, visit.clerk) == ("closed", "b" * 16, "A037", "1001")
    assert (visit.opened_at, visit.parked_at, visit.closed_at) == (NOW + 1000, None, NOW + 8000)
    assert (visit.applicant.document.name, visit.applicant.source, visit.applicant.present) == ("周例安", "card", True)
    assert [(ended.matter, ended.outcome, ended.reason) for ended in visit.outcomes] == [
        ("P14", "abandoned", "材料在家")
    ]
    assert visit.rating == Invitation("answered", "e" * 16, "pad-1", 60, NOW + 6000, NOW + 7000, device_limited=True)


def test_the_state_never_carries_what_the_citizen_answered():
    folded = fold_kinds("visit.opened", "visit.rating_invited", "visit.rating_settled")
    assert VISIT_BODIES["visit.rating_settled"]["sealed"] not in repr(folded)


def test_the_number_of_the_applicant_is_in_no_printed_state():
    assert "999999199202160010" not in repr(fold_kinds("visit.opened", "visit.applicant_read"))


def test_the_later_reading_replaces_the_earlier():
    again = {**APPLICANT, "source": "manual", "present": False}
    facts = [
        visit_fact("visit.opened", seq=1),
        visit_fact("visit.applicant_read", seq=2),
        desk_fact(VISIT_STREAM, "visit.applicant_read", again, seq=3),
    ]
    applicant = fold_stream(VISIT_STREAM, facts).state.applicant
    assert (applicant.source, applicant.present) == ("manual", False)


@pytest.mark.parametrize(
    "kind", [kind for kind in VISIT_BODIES if kind not in ("visit.opened", "visit.rating_settled")]
)
def test_nothing_happens_before_a_visit_is_opened(kind):
    folded = fold_kinds(kind)
    assert folded.state == Visit("a" * 16)
    assert len(folded.conflicts) == 1


@pytest.mark.parametrize("kind", ["visit.applicant_read", "visit.parked", "visit.matter_ended", "visit.rating_invited"])
def test_a_parked_visit_takes_no_act(kind):
    before = fold_kinds("visit.opened", "visit.parked")
    after = fold_kinds("visit.opened", "visit.parked", kind)
    assert after.state == before.state
    assert reasons(after) == ["visit_parked"]


def test_a_parked_visit_can_be_closed():
    assert fold_kinds("visit.opened", "visit.parked", "visit.closed").state.phase == "closed"


@pytest.mark.parametrize("kind", [kind for kind in VISIT_BODIES if kind != "visit.rating_settled"])
def test_a_closed_visit_takes_no_act(kind):
    before = fold_kinds("visit.opened", "visit.closed")
    after = fold_kinds("visit.opened", "visit.closed", kind)
    assert after.state == before.state
    assert len(after.conflicts) == 1


@pytest.mark.parametrize(
    ("kinds", "reason"),
    [
        (("visit.opened", "visit.opened"), "visit_already_open"),
        (("visit.opened", "visit.resumed"), "visit_not_parked"),
        (("visit.opened", "visit.rating_settled"), "not_invited"),
        (("visit.opened", "visit.rating_invited", "visit.rating_invited"), "already_invited"),
        (
            ("visit.opened", "visit.rating_invited", "visit.rating_settled", "visit.rating_settled"),
            "already_settled",
        ),
        (
            ("visit.opened", "visit.rating_invited", "visit.rating_settled", "visit.rating_invited"),
            "already_invited",
        ),
    ],
)
def test_an_unlawful_step_has_no_effect_and_leaves_a_conflict(kinds, reason):
    folded = fold_kinds(*kinds)
    assert reasons(folded) == [reason]
    assert folded.state == fold_kinds(*kinds[:-1]).state


def test_a_conflict_names_the_step_for_the_person_who_looks_at_it():
    folded = fold_kinds("visit.opened", "visit.opened")
    assert folded.conflicts == (
        Conflict("visit.opened", "visit_already_open", NOW + 2000, chain="c" * 16, seq=2, hub_seq=None),
    )


@pytest.mark.parametrize("outcome", ["accepted", "received", "not_accepted"])
def test_an_outcome_that_makes_a_case_is_told_by_the_case_alone(outcome):
    body = {**VISIT_BODIES["visit.matter_ended"], "outcome": outcome}
    facts = [visit_fact("visit.opened", seq=1), desk_fact(VISIT_STREAM, "visit.matter_ended", body, seq=2)]
    folded = fold_stream(VISIT_STREAM, facts)
    assert folded.state.outcomes == ()
    assert reasons(folded) == ["outcome_makes_a_case"]


@pytest.mark.parametrize("aside", ["visit.closed", "visit.parked"])
def test_the_citizen_may_still_answer_when_the_clerk_has_gone_on(aside):
    folded = fold_kinds("visit.opened", "visit.rating_invited", aside, "visit.rating_settled")
    assert folded.conflicts == ()
    assert folded.state.rating.state == "answered"


def test_a_late_answer_does_not_replace_the_silence_recorded_before():
    silence = {**VISIT_BODIES["visit.rating_settled"], "state": "timed_out", "sealed": None}
    facts = [
        visit_fact("visit.opened", seq=1),
        visit_fact("visit.rating_invited", seq=2),
        desk_fact(VISIT_STREAM, "visit.rating_settled", silence, seq=3),
        visit_fact("visit.rating_settled", seq=4),
    ]
    folded = fold_stream(VISIT_STREAM, facts)
    assert folded.state.rating.state == "timed_out"
    assert reasons(folded) == ["already_settled"]


def test_an_answer_to_another_invitation_does_not_count():
    foreign = {**VISIT_BODIES["visit.rating_settled"], "invitation": "f" * 16}
    facts = [
        visit_fact("visit.opened", seq=1),
        visit_fact("visit.rating_invited", seq=2),
        desk_fact(VISIT_STREAM, "visit.rating_settled", foreign, seq=3),
    ]
    folded = fold_stream(VISIT_STREAM, facts)
    assert folded.state.rating.state == "invited"
    assert reasons(folded) == ["another_invitation"]


@pytest.mark.parametrize(
    ("kind", "damage"),
    [
        ("visit.opened", {"session": GONE}),
        ("visit.applicant_read", {"present": "yes"}),
        ("visit.applicant_read", {"source": "guess"}),
        ("visit.applicant_read", {"document": {"name": "周例安"}}),
        ("visit.applicant_read", {"document": []}),
        ("visit.rating_settled", {"state": "bribed"}),
        ("visit.rating_settled", {"device_limited": 1}),
        ("visit.rating_invited", {"timeout_s": "soon"}),
    ],
)
def test_a_body_that_makes_no_sense_has_no_effect(kind, damage):
    needed = {"visit.opened": [], "visit.rating_settled": ["visit.opened", "visit.rating_invited"]}
    facts = [visit_fact(step, seq=seq) for seq, step in enumerate(needed.get(kind, ["visit.opened"]), start=1)]
    body = {key: value for key, value in {**VISIT_BODIES[kind], **damage}.items() if value != GONE}
    before = fold_stream(VISIT_STREAM, facts)
    after = fold_stream(VISIT_STREAM, [*facts, desk_fact(VISIT_STREAM, kind, body, seq=9)])
    assert after.state == before.state
    assert reasons(after) == ["malformed"]


def test_a_kind_of_a_later_version_makes_the_visit_read_only():
    facts = [visit_fact("visit.opened", seq=1), hub_fact(VISIT_STREAM, "visit.agent_read", {})]
    folded = fold_stream(VISIT_STREAM, facts)
    assert folded.read_only
    assert folded.unknown == ("visit.agent_read",)
    assert folded.state.phase == "open"


def test_a_stream_of_a_later_version_is_read_only_as_a_whole():
    folded = fold_stream("round/1", [desk_fact("round/1", "round.begun", {})])
    assert folded.read_only
    assert folded.state is None


def test_opening_hints_leaves_a_trace_and_changes_nothing_else():
    before, after = fold_kinds("visit.opened"), fold_kinds("visit.opened", "visit.hints_opened")
    assert after.state.opened_hints == {"h.disabled_care"}
    assert replace(after.state, opened_hints=frozenset()) == before.state


def test_hints_are_opened_only_while_the_visit_is_open():
    for kinds in (("visit.hints_opened",), ("visit.opened", "visit.parked", "visit.hints_opened")):
        assert fold_kinds(*kinds).conflicts


def test_another_persons_document_closes_the_hints_that_were_opened():
    read = VISIT_BODIES["visit.applicant_read"]
    other = {**read, "document": {**read["document"], "number": "999999199202160037"}}
    kinds = ("visit.opened", "visit.applicant_read", "visit.hints_opened", "visit.applicant_read")
    same = [visit_fact(kind, seq=place) for place, kind in enumerate(kinds, 1)]
    assert fold_stream(VISIT_STREAM, same).state.opened_hints == {"h.disabled_care"}
    changed = [*same[:3], desk_fact(VISIT_STREAM, "visit.applicant_read", other, seq=4)]
    assert fold_stream(VISIT_STREAM, changed).state.opened_hints == frozenset()
