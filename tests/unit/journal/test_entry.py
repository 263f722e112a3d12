"""Headers and bodies: one spelling each, and nothing else is read."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.errors import BugError
from clerk_app.journal.body import MAX_BODY, body_bytes, body_hash, read_body
from clerk_app.journal.entry import NO_HEAD, Header, link, make_entry

HEADER = Header("ab" * 16, 7, 1_795_305_600_000, "ok", "0312", "visit/8899aabbccddeeff", "visit.opened")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc_", min_size=1), inner, max_size=4),
    max_leaves=12,
)
BODIES = st.dictionaries(st.text("abc_", min_size=1), VALUES, max_size=5)


@given(TEXT, TEXT, TEXT, st.integers(1, 2**53 - 1), st.integers(0, 2**53 - 1))
def test_a_header_comes_back_from_its_bytes_whatever_the_texts(clerk, stream, kind, seq, recorded_at):
    header = replace(HEADER, clerk=clerk, stream=stream, kind=kind, seq=seq, recorded_at=recorded_at)
    assert Header.from_bytes(header.to_bytes()) == header


FIELDS = json.loads(HEADER.to_bytes())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"7",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"[" * 100_000,
        HEADER.to_bytes() + b" ",
        HEADER.to_bytes().replace(b",", b", "),
        HEADER.to_bytes().replace(b"0312", b"\\u0030312"),
        HEADER.to_bytes()[:-1] + b',"more"]',
        *(
            json.dumps([*FIELDS[:place], value, *FIELDS[place + 1 :]], separators=(",", ":")).encode()
            for place, value in (
                (0, "md5"),
                (1, 5),
                (2, 0),
                (2, -1),
                (2, True),
                (2, 7.0),
                (2, "7"),
                (3, 1.5),
                (3, None),
                (4, "maybe"),
                (5, None),
                (6, []),
                (7, {}),
            )
        ),
    ],
)
def test_bytes_that_the_journal_would_not_have_written_are_no_header(content):
    with pytest.raises(ValueError):
        Header.from_bytes(content)


@given(BODIES)
def test_a_body_comes_back_from_its_bytes(body):
    assert read_body(body_bytes(body)) == body


@pytest.mark.parametrize(
    "body",
    [
        {"money": 12.3},
        {"deep": [{"money": 0.0}]},
        {"名": "例"},
        {"inner": {"名": "例"}},
        {7: "seven"},
        {"large": 2**53},
        {"large": -(2**53)},
        {"bytes": b"x"},
        {"text": "half \ud83d"},
        {"x": "x" * MAX_BODY},
    ],
)
def test_what_has_no_place_in_a_body_is_a_bug(body):
    with pytest.raises(BugError):
        body_bytes(body)


def test_a_body_of_exactly_64_kilobytes_is_still_a_body():
    room = MAX_BODY - len(body_bytes({"x": ""}))
    assert len(body_bytes({"x": "x" * room})) == MAX_BODY


@given(BODIES, st.binary(min_size=16, max_size=16), st.binary(min_size=32, max_size=32))
def test_an_entry_is_chained_by_header_salt_and_body(body, salt, prev):
    entry = make_entry(HEADER, body, prev=prev, salt=salt)
    assert entry.body_hash == body_hash(salt, body_bytes(body))
    assert entry.hash == link(prev, HEADER.to_bytes(), entry.body_hash)
    assert (entry.head, entry.content) == (HEADER, body)


def test_the_digest_on_paper_is_that_of_the_act_and_not_of_its_place():
    entry = make_entry(HEADER, {}, prev=NO_HEAD, salt=bytes(16))
    elsewhere = make_entry(replace(HEADER, chain="d" * 32, seq=HEADER.seq + 1), {}, prev=b"p" * 32, salt=bytes(16))
    assert entry.digest == elsewhere.digest == entry.body_hash.hex()[:8]
    assert entry.digest != make_entry(HEADER, {}, prev=NO_HEAD, salt=b"1" * 16).digest


def test_an_erased_entry_says_so_instead_of_showing_an_empty_body():
    entry = replace(make_entry(HEADER, {"name": "例"}, prev=NO_HEAD, salt=bytes(16)), body=None, salt=None)
    with pytest.raises(BugError):
        _ = entry.content
