from __future__ import annotations

import base64
import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain import case_number
from clerk_app.journal.signature import public_of
from clerk_app.security.progress_token import make_progress_token, parse_progress_token
from tests.sync.fakes import SeededRng

DEVICE = SeededRng("device").token(32)
NUMBER = case_number.make("999999", "031", date(2026, 11, 17), 37)


@pytest.mark.parametrize("number", [NUMBER, case_number.child(NUMBER, 2)])
def test_a_token_names_its_case_and_holds_under_its_device(number):
    token = parse_progress_token(make_progress_token(DEVICE, number))
    assert (token.number, token.hall, token.device) == (number, "999999", "031")
    assert token.is_signed_by(public_of(DEVICE))


def test_another_device_did_not_sign_it():
    token = parse_progress_token(make_progress_token(DEVICE, NUMBER))
    assert not token.is_signed_by(public_of(SeededRng("other").token(32)))


@given(st.integers(0, 200), st.sampled_from("ABCabc019-_"))
def test_a_changed_character_is_noticed(at, char):
    text = make_progress_token(DEVICE, NUMBER)
    at %= len(text)
    changed = text[:at] + char + text[at + 1 :]
    if changed == text:
        return
    with contextlib.suppress(ValueError):
        assert not parse_progress_token(changed).is_signed_by(public_of(DEVICE))


@given(st.text(max_size=250))
def test_any_other_text_is_refused_with_a_value_error(text):
    with pytest.raises(ValueError):
        parse_progress_token(text)


def test_a_number_of_another_device_is_refused():
    foreign = NUMBER.encode() + b"032" + bytes(64)
    with pytest.raises(ValueError):
        parse_progress_token(base64.urlsafe_b64encode(foreign).rstrip(b"=").decode())


def test_the_token_fits_a_small_qr_code_and_an_address():
    text = make_progress_token(DEVICE, NUMBER)
    assert len(text) <= 120
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
