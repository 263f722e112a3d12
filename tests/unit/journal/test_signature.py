"""A signature is for one key, one purpose, one message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.journal.signature import (
    ACK,
    CHALLENGE,
    ENROLMENT,
    FACT,
    HEAD,
    KEYS,
    TOKEN,
    head_message,
    public_of,
    sign,
    verify,
)

PRIVATE, OTHER = b"k" * 32, b"o" * 32


@given(st.binary(max_size=100))
def test_a_signature_holds_for_its_key_purpose_and_message_only(message):
    signature = sign(PRIVATE, HEAD, message)
    assert verify(public_of(PRIVATE), HEAD, message, signature)
    assert not verify(public_of(OTHER), HEAD, message, signature)
    assert not verify(public_of(PRIVATE), ACK, message, signature)
    assert not verify(public_of(PRIVATE), HEAD, message + b"x", signature)


@pytest.mark.parametrize("signature", [b"", b"x", bytes(64), bytes(65)])
def test_bytes_that_are_no_signature_verify_as_wrong(signature):
    assert not verify(public_of(PRIVATE), HEAD, b"message", signature)


@pytest.mark.parametrize("public", [b"", b"short", b"\xff" * 32, bytes(33)])
def test_bytes_that_are_no_key_verify_nothing(public):
    assert not verify(public, HEAD, b"message", sign(PRIVATE, HEAD, b"message"))


def test_no_purpose_in_use_could_be_continued_by_a_message():
    purposes = [ACK, CHALLENGE, ENROLMENT, FACT, HEAD, KEYS, TOKEN]
    assert len(set(purposes)) == len(purposes)
    assert [purpose for purpose in purposes if "\0" in purpose or not purpose.isascii()] == []


@given(st.integers(1, 2**63), st.integers(1, 2**63))
def test_heads_at_different_places_are_different_messages(one, other):
    same = head_message("ab" * 16, one, bytes(32)) == head_message("ab" * 16, other, bytes(32))
    assert same == (one == other)
