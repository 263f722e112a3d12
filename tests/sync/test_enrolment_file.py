from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.errors import BadEnrolmentFile
from clerk_app.journal.signature import public_of
from clerk_app.security.enrolment_file import EnrolmentFile
from tests.sync.fakes import SeededRng

IDENTITY = SeededRng("identity").token(32)
FILE = EnrolmentFile(
    hub=public_of(IDENTITY),
    recovery=bytes(31) + b"\x09",
    rating=bytes(31) + b"\x0a",
    handover=bytes(31) + b"\x0b",
    ca="",
    url="http://127.0.0.1:8080",
    page_base="http://127.0.0.1:8080",
    hall="999999",
    hall_name="例州区政务服务中心",
    device="031",
    device_name="3 号窗口",
    secret=b"s" * 32,
    issued_at=1_795_000_000_000,
)
CONTENT = FILE.to_bytes(IDENTITY)


def test_the_file_reads_back_as_it_was_written():
    assert EnrolmentFile.from_bytes(CONTENT) == FILE


@given(st.integers(0, len(CONTENT) - 1), st.integers(1, 255))
def test_a_changed_byte_never_changes_what_is_read(at, flip):
    changed = bytearray(CONTENT)
    changed[at] ^= flip
    with contextlib.suppress(BadEnrolmentFile):
        assert EnrolmentFile.from_bytes(bytes(changed)) == FILE  # a blank between two fields, say


@given(st.integers(0, len(CONTENT) - 2))
def test_a_file_cut_short_is_refused(size):
    with pytest.raises(BadEnrolmentFile):
        EnrolmentFile.from_bytes(CONTENT[:size])


@pytest.mark.parametrize(
    "key", ["url", "secret", "device", "recovery", "rating", "handover", "ca", "page_base", "issued_at"]
)
def test_no_field_can_be_exchanged_without_the_hubs_key(key):
    stored = json.loads(CONTENT)
    stored[key] = 7 if isinstance(stored[key], int) else "".join(reversed(stored[key])) + "0"
    with pytest.raises(BadEnrolmentFile):
        EnrolmentFile.from_bytes(json.dumps(stored).encode())


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"null", b"\xff\xfe", b'{"signature": 3}', b"[" * 5000])
def test_anything_else_is_no_enrolment_file(content):
    with pytest.raises(BadEnrolmentFile):
        EnrolmentFile.from_bytes(content)


def test_only_the_hub_itself_can_write_it():
    with pytest.raises(ValueError):
        FILE.to_bytes(SeededRng("another").token(32))


def test_the_secret_is_not_shown():
    assert "73737373" not in repr(FILE)
