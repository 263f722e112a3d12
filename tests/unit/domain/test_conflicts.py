"""Conflicts as data: both versions, what stands, what can be done; and the word that settles one for good."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from clerk_app.domain.conflicts import CHOICES, disputes, settled_body
from clerk_app.domain.fold import SETTLED
from clerk_app.domain.history import history_line
from clerk_app.domain.kinds import fold_stream
from tests.unit.domain.builders import desk_fact

STREAM = f"visit/{'a' * 16}"
OPENED = {"session": "b" * 16, "ticket": None}
HERE, THERE = "c" * 32, "d" * 32


def step(kind, body=None, *, hub_seq, chain=HERE, seq=None):
    fact = desk_fact(STREAM, kind, body or {})
    return replace(fact, chain=chain, seq=seq or hub_seq, hub_seq=hub_seq, act=bytes([hub_seq]) * 32)


def opened():
    return step("visit.opened", OPENED, hub_seq=1)


def settled(act, choice="keep", note="", *, hub_seq=9):
    return step(SETTLED, settled_body(act, choice, note), hub_seq=hub_seq)


def labels(dispute):
    return [words.choice for words in dispute.choices]


def test_both_versions_are_told_and_the_one_that_stands_is_found():
    theirs = step("visit.parked", hub_seq=3, chain=THERE)
    mine = step("visit.parked", hub_seq=4)
    facts = [opened(), step("visit.applicant_read", {"odd": 1}, hub_seq=2), theirs, mine]
    found = {dispute.step.hub_seq: dispute for dispute in disputes(STREAM, facts)}
    assert (found[4].step, found[4].standing) == (mine, theirs)
    assert found[4].conflict.reason == "visit_parked"
    # A step that was never lawful has nothing that stands against it.
    assert found[2].standing is None
    assert labels(found[2]) == ["keep", "ask_supervisor"]


def test_what_stands_is_the_last_step_that_made_the_difference():
    facts = [
        opened(),
        step("visit.parked", hub_seq=2),
        step("visit.resumed", hub_seq=3, chain=THERE),
        step("visit.closed", hub_seq=4, chain=THERE),
        step("visit.parked", hub_seq=5),
    ]
    [dispute] = disputes(STREAM, facts)
    assert dispute.standing == facts[3]


def test_a_step_can_be_recorded_again_once_the_state_allows_it():
    facts = [opened(), step("visit.parked", hub_seq=2, chain=THERE), step("visit.parked", hub_seq=3)]
    [dispute] = disputes(STREAM, facts)
    assert labels(dispute) == ["keep", "ask_supervisor"]
    [dispute] = disputes(STREAM, [*facts, step("visit.resumed", hub_seq=4, chain=THERE)])
    assert labels(dispute) == ["keep", "record_again", "ask_supervisor"]
    assert [words.digit for words in CHOICES.values()] == [1, 2, 3]


@pytest.mark.parametrize("choice", ["keep", "record_again"])
def test_a_settled_conflict_waits_for_nobody_and_stays_without_effect(choice):
    facts = [opened(), step("visit.parked", hub_seq=2, chain=THERE), step("visit.parked", hub_seq=3)]
    before = fold_stream(STREAM, facts)
    after = fold_stream(STREAM, [*facts, settled(bytes([3]) * 32, choice)])
    assert (after.conflicts, after.settled, after.state) == ((), before.conflicts, before.state)
    assert after.without_effect == before.without_effect
    assert disputes(STREAM, [*facts, settled(bytes([3]) * 32, choice)]) == ()


def test_asking_a_supervisor_leaves_it_open_and_says_so():
    facts = [opened(), step("visit.parked", hub_seq=2, chain=THERE), step("visit.parked", hub_seq=3)]
    asked = settled(bytes([3]) * 32, "ask_supervisor", "请看一下")
    [dispute] = disputes(STREAM, [*facts, asked])
    assert [dispute.referred and dispute.referred.note] == ["请看一下"]
    assert disputes(STREAM, [*facts, asked, settled(bytes([3]) * 32, hub_seq=10)]) == ()


def test_a_settlement_holds_in_whatever_order_the_platform_came_to_see_it():
    facts = [step("visit.parked", hub_seq=2, chain=THERE), step("visit.parked", hub_seq=3), settled(bytes([3]) * 32)]
    for order in permutations(facts):
        placed = [replace(fact, hub_seq=number) for number, fact in enumerate(order, 2)]
        folded = fold_stream(STREAM, [opened(), *placed])
        assert len(folded.without_effect) == 1
        # Whichever of the two came second, the named one is never asked about again.
        assert all(conflict.act != bytes([3]) * 32 for conflict in folded.conflicts)


def test_the_same_word_from_two_desks_is_no_new_conflict():
    facts = [opened(), step("visit.parked", hub_seq=2, chain=THERE), step("visit.parked", hub_seq=3)]
    words = [settled(bytes([3]) * 32, hub_seq=4), settled(bytes([3]) * 32, "record_again", hub_seq=5)]
    assert fold_stream(STREAM, [*facts, *words]).conflicts == ()


@pytest.mark.parametrize("body", [{}, {"act": "", "choice": "keep", "note": ""}, {"act": "zz", "choice": "keep"}])
def test_a_settlement_out_of_form_is_a_conflict_itself(body):
    folded = fold_stream(STREAM, [opened(), step(SETTLED, body, hub_seq=2)])
    assert [conflict.reason for conflict in folded.conflicts] == ["malformed"]


def test_the_history_tells_how_a_conflict_was_settled():
    assert history_line(settled(b"1" * 32, "keep", "已电话核实")).text == "冲突处理：以先办的为准，已电话核实"
