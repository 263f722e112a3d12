"""How large requests are: about a second's worth of the line, never far from the last, always within bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.pace import QUICK_WAY_S, TARGET_S, Pace, Paces

KB = 1024
PACE = Pace(256 * KB, 32 * KB, 1024 * KB)


def settled(rate, pace=PACE):
    """The pace after many full requests over a line of `rate` bytes a second."""
    for _ in range(30):
        pace = pace.after(pace.size - 100, (pace.size - 100) / rate)
    return pace


def test_a_request_takes_about_a_second_whatever_the_line():
    for rate in (40 * KB, 100 * KB, 700 * KB):
        assert 0.8 * TARGET_S < settled(rate).size / rate < 1.25 * TARGET_S


def test_a_fast_line_gets_the_largest_and_a_dead_slow_one_the_smallest():
    assert settled(10**9).size == PACE.most
    assert settled(1000).size == PACE.least
    assert PACE.after(PACE.size, 0.0).size == 2 * PACE.size


def test_a_small_request_that_went_quickly_says_nothing_about_large_ones():
    assert PACE.after(200 * KB // 2, 0.001) == PACE
    assert PACE.after(200 * KB // 2, 10.0).size < PACE.size


def test_a_lost_request_makes_the_next_one_smaller():
    assert PACE.after_failure().size == PACE.size // 2
    for _ in range(9):
        lost = PACE.after_failure()
    assert lost.size >= PACE.least


@given(st.integers(32 * KB, 1024 * KB), st.integers(1, 2048 * KB), st.floats(0, 1e6))
def test_no_request_changes_it_more_than_twofold_or_out_of_bounds(now, size, seconds):
    after = Pace(now, PACE.least, PACE.most).after(size, seconds)
    assert PACE.least <= after.size <= PACE.most
    assert now // 2 <= after.size <= now * 2


def is_quick_after(*ways):
    paces = Paces()
    for seconds in ways:
        paces.met(seconds)
    return paces.is_quick


def test_only_where_a_small_call_is_answered_at_once_are_batches_compressed_quickly():
    assert not is_quick_after()
    assert is_quick_after(QUICK_WAY_S / 2)
    assert not is_quick_after(QUICK_WAY_S / 2, 0.3)


def test_after_the_first_answer_on_a_quick_line_blobs_go_as_fast_as_it_carries_them():
    paces = Paces()
    begun = paces.piece
    paces.met(QUICK_WAY_S / 2)
    assert paces.piece == begun  # a small call came quickly: that says nothing yet about what the line carries
    paces.piece_sent(begun.size, 0.02)
    assert paces.piece.size == begun.most
    paces.piece_sent(begun.most, 10 * TARGET_S)
    assert paces.piece.size == begun.most // 2


def test_on_a_quick_line_blobs_begin_with_what_it_carried_of_a_batch():
    paces = Paces()
    paces.met(QUICK_WAY_S / 2)
    paces.batch_sent(512 * KB, 128 * KB, 0.1)
    assert paces.piece.size == 1280 * KB
    paces.batch_sent(512 * KB, 128 * KB, 0.5)
    assert paces.piece.size == 1280 * KB  # a batch that waited for its turn says nothing against it


@pytest.mark.parametrize(("way", "seconds"), [(0.3, 0.1), (QUICK_WAY_S / 2, TARGET_S)])
def test_elsewhere_and_where_the_line_only_looked_quick_blobs_feel_their_own_way(way, seconds):
    paces = Paces()
    begun = paces.piece
    paces.met(way)
    paces.batch_sent(512 * KB, 2048 * KB, seconds)
    assert paces.piece == begun
    assert not paces.is_quick


def test_elsewhere_blobs_grow_no_more_than_twofold():
    paces = Paces()
    begun = paces.piece.size
    paces.met(QUICK_WAY_S * 2)
    paces.piece_sent(begun, 0.02)
    assert paces.piece.size == 2 * begun
