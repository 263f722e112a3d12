"""What comes after what: circles, levels, longest paths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.graph import (
    ancestors_of,
    cycle_in,
    ends_of,
    in_order,
    levels_of,
    longest_path,
    without,
)

DIAMOND = {"d": ("b", "c"), "b": ("a",), "c": ("a",), "a": (), "e": ()}
CODES = "abcdefgh"


@st.composite
def graphs(draw):
    """Any graph without a circle, its codes in no particular order."""
    order = draw(st.permutations(CODES))
    after = {
        code: draw(st.sets(st.sampled_from(order[:place]))) if place else set() for place, code in enumerate(order)
    }
    return {code: after[code] for code in draw(st.permutations(CODES))}


def test_what_waits_for_nothing_comes_first_then_by_code():
    assert in_order(DIAMOND) == ("a", "e", "b", "c", "d")
    assert levels_of(DIAMOND) == {"a": 0, "e": 0, "b": 1, "c": 1, "d": 2}


def test_everything_before_near_or_far():
    assert ancestors_of(DIAMOND)["d"] == {"a", "b", "c"}


def test_the_longest_way_counts():
    days = {"a": 1, "b": 5, "c": 2, "d": 1, "e": 3}
    assert longest_path(DIAMOND, days) == 7
    assert ends_of(DIAMOND, days) == {"a": 1, "b": 6, "c": 3, "d": 7, "e": 3}
    assert longest_path({}, {}) == 0


def test_what_came_after_a_dropped_one_comes_after_those_before_it():
    assert without(DIAMOND, {"b"}) == {"d": {"a", "c"}, "c": {"a"}, "a": set(), "e": set()}
    assert without(DIAMOND, {"a", "b", "c"}) == {"d": set(), "e": set()}


@pytest.mark.parametrize(
    ("after", "circle"),
    [
        (DIAMOND, ()),
        ({"a": ("a",)}, ("a",)),
        ({"a": ("b",), "b": ("a",)}, ("b", "a")),
        ({"a": (), "b": ("a", "d"), "c": ("b",), "d": ("c",)}, ("c", "d", "b")),
    ],
)
def test_a_circle_is_named(after, circle):
    assert cycle_in(after) == circle


@given(graphs())
def test_no_graph_that_can_be_worked_off_is_called_a_circle(after):
    assert cycle_in(after) == ()
    seen: set[str] = set()
    for code in in_order(after):
        assert after[code] <= seen
        seen.add(code)


@given(graphs(), st.data())
def test_one_step_back_makes_every_way_a_circle(after, data):
    before = ancestors_of(after)
    behind = [code for code in after if before[code]]
    if not behind:
        return
    last = data.draw(st.sampled_from(sorted(behind)))
    first = data.draw(st.sampled_from(sorted(before[last])))
    looped = {**after, first: after[first] | {last}}
    circle = cycle_in(looped)
    assert circle
    assert all(earlier in looped[later] for earlier, later in zip(circle, (*circle[1:], circle[0]), strict=True))


@given(graphs(), st.sets(st.sampled_from(CODES)))
def test_dropping_keeps_what_comes_before_what(after, dropped):
    kept = without(after, dropped)
    assert set(kept) == set(after) - dropped
    far, before = ancestors_of(kept), ancestors_of(after)
    assert {code: before[code] - dropped for code in kept} == far
