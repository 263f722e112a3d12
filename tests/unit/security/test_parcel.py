"""The sealed parcel: whole or refused, for one reader alone, never larger in memory than a chunk."""

import hashlib
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.errors import BadParcel
from clerk_app.journal.signature import PARCEL, public_of, sign
from clerk_app.security.parcel import CHUNK, Address, Envelope, ParcelReader, ParcelWriter, check_parcel
from clerk_app.security.sealing import public_of_sealing
from tests.helpers.stores import SeededRng

DEVICE_KEY, HUB_KEY, OTHER_KEY = (SeededRng(seed).token(32) for seed in (1, 2, 3))
ADDRESS = Address("handover", b"\x07" * 32, "999999031", public_of(DEVICE_KEY), public_of_sealing(HUB_KEY))
CONTENT = bytes(range(256)) * 600  # two whole chunks and a part


def signed_by(private):
    return lambda purpose, message: sign(private, purpose, message)


def written(*pieces, seed=5, private=DEVICE_KEY):
    file = io.BytesIO()
    writer = ParcelWriter(file, ADDRESS, made_at=1_795_000_000_000, rng=SeededRng(seed))
    for piece in pieces:
        writer.write(piece)
    return writer.finish(signed_by(private)), file.getvalue()


def opened(content, private=HUB_KEY):
    file = io.BytesIO(content)
    return ParcelReader(file, check_parcel(file), private)


def read_whole(content):
    reader = opened(content)
    return reader.read(reader.left)


WHOLE = written(CONTENT)[1]


def reason_of(content):
    with pytest.raises(BadParcel) as refused:
        check_parcel(io.BytesIO(content))
    return refused.value.data["reason"]


# ---- there and back ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7])
def test_the_content_reads_back_whatever_its_size(size):
    content = (CONTENT * 2)[:size]
    reader = opened(written(content)[1])
    assert reader.left == size
    assert reader.read(size) == content
    assert reader.left == 0


@given(st.lists(st.binary(max_size=300), max_size=8), st.integers(0, 2), st.data())
def test_the_content_reads_back_from_any_place_however_it_was_written(pieces, chunks, data):
    pieces = [*pieces, CONTENT[: chunks * CHUNK], *pieces]
    content = b"".join(pieces)
    reader = opened(written(*pieces)[1])
    at = data.draw(st.integers(0, len(content)))
    size = data.draw(st.integers(0, len(content) - at))
    reader.seek(at)
    assert reader.read(size) == content[at : at + size]
    assert reader.at == at + size


def test_the_id_is_the_digest_of_the_whole_file():
    parcel, content = written(CONTENT)
    checked = check_parcel(io.BytesIO(content))
    assert parcel == checked.id == hashlib.sha256(content).hexdigest()
    assert checked.size == len(content)
    assert checked.envelope.device == "999999031"
    assert checked.envelope.made_at == 1_795_000_000_000


# ---- a lost stick -----------------------------------------------------------------------------------------------


def test_nobody_but_the_recipient_can_read_it():
    assert b"name-of-a-person" not in written(b"name-of-a-person " * 9000)[1]
    with pytest.raises(BadParcel) as refused:
        opened(WHOLE, OTHER_KEY)
    assert refused.value.data["reason"] == "not_for_us"


def test_the_same_content_twice_has_nothing_in_common():
    one, other = written(CONTENT, seed=1)[1], written(CONTENT, seed=2)[1]
    head = len(one) - len(CONTENT)
    assert one[head : head + CHUNK] != other[head : head + CHUNK]


# ---- damage -----------------------------------------------------------------------------------------------------


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_changed_byte_anywhere_is_refused_by_whoever_carries_it(at, flip):
    changed = bytearray(WHOLE)
    changed[at] ^= flip
    assert reason_of(bytes(changed)) in ("damaged", "foreign", "newer")


@given(st.integers(0, len(WHOLE) - 1))
def test_a_parcel_cut_short_is_refused(size):
    assert reason_of(WHOLE[:size]) in ("damaged", "foreign")


LAST_CHUNK = len(CONTENT) % CHUNK + 16


@pytest.mark.parametrize("cut", [LAST_CHUNK, LAST_CHUNK + CHUNK + 16, 16])
def test_a_parcel_cut_at_a_chunk_and_signed_again_by_its_maker_still_does_not_open(cut):
    body = WHOLE[:-64][:-cut]
    resigned = body + sign(DEVICE_KEY, PARCEL, hashlib.sha256(body).digest())
    with pytest.raises(BadParcel) as refused:
        read_whole(resigned)
    assert refused.value.data["reason"] == "damaged"


@given(st.binary(min_size=1, max_size=200))
def test_anything_after_its_end_is_refused(more):
    assert reason_of(WHOLE + more) == "damaged"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "foreign"),
        (b"WCH", "foreign"),
        (b"WCH1", "damaged"),
        (b"WCH2 of a later version", "newer"),
        (b"PK\x03\x04 a zip archive", "foreign"),
        (b"WCH1\xff\xff\xff\xff", "damaged"),
        (b"WCH1\x00\x00\x00\x02[]", "damaged"),
        (b"WCH1\x00\x00\x00\x04null", "damaged"),
        (b"WCH1\x00\x00\x00\x09" + b"[" * 9, "damaged"),
    ],
)
def test_another_file_is_refused_for_what_it_is(content, reason):
    assert reason_of(content) == reason


def test_whoever_signs_with_another_key_than_the_named_one_is_refused():
    assert reason_of(written(CONTENT, private=OTHER_KEY)[1]) == "damaged"


def test_reading_past_the_end_is_refused_and_never_waits():
    reader = opened(WHOLE)
    with pytest.raises(BadParcel):
        reader.seek(len(CONTENT) + 1)
    reader.seek(len(CONTENT) - 3)
    with pytest.raises(BadParcel):
        reader.read(4)


# ---- the envelope -----------------------------------------------------------------------------------------------


ENVELOPE = check_parcel(io.BytesIO(WHOLE)).envelope


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "gift"},
        {"device": "31"},
        {"device": "99999903x"},
        {"made_at": -1},
        {"made_at": 2**53},
        {"hub": b""},
        {"maker": b"\x01" * 31},
        {"recipient": b""},
    ],
)
def test_an_envelope_out_of_range_is_none(change):
    with pytest.raises(ValueError):
        Envelope.from_bytes(replace(ENVELOPE, **change).to_bytes())


@given(st.integers(0, len(ENVELOPE.to_bytes()) - 1), st.integers(1, 255))
def test_an_envelope_reads_back_as_the_bytes_it_was_or_not_at_all(at, flip):
    changed = bytearray(ENVELOPE.to_bytes())
    changed[at] ^= flip
    try:
        read = Envelope.from_bytes(bytes(changed))
    except ValueError:
        return
    assert read.to_bytes() == bytes(changed)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"[1,2,3,4,5,6,7,8]", b"[" * 5000, b"\xff"])
def test_anything_else_is_no_envelope(content):
    with pytest.raises(ValueError):
        Envelope.from_bytes(content)
