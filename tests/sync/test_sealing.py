from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.ratings import GRADES
from clerk_app.security.sealing import (
    RATING,
    RECOVERY,
    NotSealedForUs,
    open_sealed,
    public_of_sealing,
    seal,
    seal_grade,
)
from sync.hub.grades import OpenedGrade, open_grade
from tests.sync.fakes import SeededRng

PRIVATE = SeededRng("hub").token(32)
PUBLIC = public_of_sealing(PRIVATE)


@given(st.binary(max_size=300))
def test_what_is_sealed_opens_again(content):
    sealed = seal(PUBLIC, content, purpose=RECOVERY, rng=SeededRng(1))
    assert open_sealed(PRIVATE, sealed, purpose=RECOVERY) == content


@given(st.integers(0, 200), st.integers(1, 255))
def test_a_changed_byte_anywhere_is_refused(at, flip):
    sealed = bytearray(seal(PUBLIC, b"x" * 152, purpose=RECOVERY, rng=SeededRng(1)))
    sealed[at % len(sealed)] ^= flip
    with pytest.raises(NotSealedForUs):
        open_sealed(PRIVATE, bytes(sealed), purpose=RECOVERY)


@pytest.mark.parametrize("size", [0, 1, 33, 48, 49])
def test_cut_bytes_are_refused(size):
    sealed = seal(PUBLIC, b"content", purpose=RECOVERY, rng=SeededRng(1))
    with pytest.raises(NotSealedForUs):
        open_sealed(PRIVATE, sealed[:size], purpose=RECOVERY)


def test_one_purpose_never_opens_another():
    sealed = seal(PUBLIC, b"content", purpose=RECOVERY, rng=SeededRng(1))
    with pytest.raises(NotSealedForUs):
        open_sealed(PRIVATE, sealed, purpose=RATING)


def test_another_key_does_not_open():
    sealed = seal(PUBLIC, b"content", purpose=RECOVERY, rng=SeededRng(1))
    with pytest.raises(NotSealedForUs):
        open_sealed(SeededRng("other").token(32), sealed, purpose=RECOVERY)


def test_every_grade_has_the_same_sealed_length_and_never_the_same_bytes():
    rng = SeededRng(2)
    sealed = [
        seal_grade(PUBLIC, "0123456789abcdef", grade, limited, rng) for grade in GRADES for limited in (False, True)
    ]
    assert len({len(one) for one in sealed}) == 1
    assert len(set(sealed)) == len(sealed)
    assert seal_grade(PUBLIC, "0123456789abcdef", GRADES[0], False, rng) not in sealed


@pytest.mark.parametrize("grade", GRADES)
def test_the_hub_opens_the_grade_of_the_invitation(grade):
    sealed = seal_grade(PUBLIC, "0123456789abcdef", grade, True, SeededRng(3))
    assert open_grade(PRIVATE, sealed, "0123456789abcdef") == OpenedGrade(grade, device_limited=True)


def test_a_grade_cannot_be_moved_to_another_invitation():
    sealed = seal_grade(PUBLIC, "0123456789abcdef", "dissatisfied", False, SeededRng(3))
    with pytest.raises(NotSealedForUs):
        open_grade(PRIVATE, sealed, "ffffffffffffffff")
