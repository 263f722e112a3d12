"""A fact counts once, wherever it is found and however often."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clerk_app.domain.fold import Fact, once_each
from clerk_app.domain.kinds import fold_stream
from tests.unit.domain.builders import NOW, desk_fact, hub_fact

NUMBER = "3403990312611170003791"
STREAM = f"visit/{'a' * 16}"
OPENED = {"session": "b" * 16, "ticket": None}


def opened(act: bytes = b"1" * 32, chain: str = "c" * 32, seq: int = 1) -> Fact:
    return replace(desk_fact(STREAM, "visit.opened", OPENED), act=act, chain=chain, seq=seq)


def test_the_same_act_at_another_place_changes_nothing():
    original, copy = opened(), opened(chain="d" * 32, seq=7)
    once, twice = fold_stream(STREAM, [original]), fold_stream(STREAM, [original, copy, copy])
    assert (twice.state, twice.conflicts, twice.unknown) == (once.state, (), ())


def test_it_counts_at_the_first_of_its_places_in_the_order():
    placed, unplaced = replace(opened(chain="d" * 32), hub_seq=9), opened()
    assert list(once_each([placed, unplaced])) == [placed]
    assert fold_stream(STREAM, [unplaced, placed]).conflicts == ()


def test_the_same_act_done_twice_is_no_copy():
    assert len(fold_stream(STREAM, [opened(), opened(act=b"2" * 32, seq=2)]).conflicts) == 1


@pytest.mark.parametrize("change", [{"recorded_at": NOW + 1}, {"clerk": "9999"}, {"clock": "unverified"}])
def test_a_copy_whose_header_was_altered_is_another_fact_that_a_person_sees(change):
    assert len(fold_stream(STREAM, [opened(), replace(opened(seq=2), **change)]).conflicts) == 1


def test_a_fact_of_the_hub_counts_once_too():
    ruling = replace(hub_fact(f"case/{NUMBER}", "case.decided", {"result": "grant"}), act=b"3" * 32)
    again = replace(ruling, hub_seq=500)
    assert fold_stream(ruling.stream, [ruling, again]) == fold_stream(ruling.stream, [ruling])


def test_facts_whose_act_is_not_known_are_never_taken_for_copies():
    facts = [desk_fact(STREAM, "visit.opened", OPENED, seq=seq) for seq in (1, 2)]
    assert list(once_each(facts)) == facts
