"""The records of a hand-over: read back as written, bounded, and refused where they are none."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.errors import BadParcel
from clerk_app.journal import handover
from clerk_app.journal.exchange import FeedPlace
from clerk_app.journal.handover import BATCH, BLOB, DRAFT, ChainHead, Draft, Manifest, read_records

MANIFEST = Manifest(
    (ChainHead("a" * 32, 7, b"\x01" * 32), ChainHead("b" * 32, 2, b"\x02" * 32)),
    (("a" * 32, 3, 7),),
    FeedPlace(12, b"\x03" * 32),
    proof=b"\x04" * 32,
    answer_to=b"\x05" * 32,
)
DRAFT_1 = Draft("d1", "v1", "0312", 1_795_000_000_000, "张例，居住证明".encode())


class Plain:
    """The content of a parcel without its seal."""

    def __init__(self, content):
        self._file, self._size = io.BytesIO(content), len(content)

    @property
    def at(self):
        return self._file.tell()

    @property
    def left(self):
        return self._size - self.at

    def seek(self, at):
        self._file.seek(at)

    def read(self, size):
        content = self._file.read(size)
        if len(content) < size:
            raise BadParcel(reason="damaged")
        return content


def content_of(*records):
    parts: list[bytes] = []
    for kind, content in records:
        if kind == BLOB:
            blob, pieces = content
            handover.write_blob(parts.append, blob, sum(map(len, pieces)), iter(pieces))
        else:
            handover.write_record(parts.append, kind, content)
    return b"".join(parts)


def test_records_read_back_in_order():
    plain = Plain(content_of((1, MANIFEST.to_bytes()), (BATCH, b"batch"), (BLOB, ("ab" * 32, [b"one", b"two"]))))
    manifest, batch, blob = read_records(plain)
    assert Manifest.from_bytes(manifest.read(plain)) == MANIFEST
    assert batch.read(plain) == b"batch"
    assert (blob.blob, blob.size) == ("ab" * 32, 6)
    assert b"".join(blob.pieces(plain, 2, 3)) == b"etwo"


def test_reading_goes_on_from_any_record_even_after_one_was_read_in_part():
    plain = Plain(content_of((BATCH, b"first"), (BLOB, ("cd" * 32, [b"x" * 100])), (BATCH, b"second")))
    records = []
    for record in read_records(plain):
        records.append(record)
        plain.seek(record.start)  # whoever read it left the place anywhere
    again = list(read_records(plain, records[1].start))
    assert again == records[1:]
    assert again[-1].read(plain) == b"second"


@given(st.text(), st.binary(max_size=50), st.integers(0, 2**52))
def test_a_draft_reads_back_byte_for_byte(name, content, when):
    draft = Draft(name, "v", "0312", when, content)
    assert Draft.from_bytes(draft.to_bytes()) == draft


def test_a_draft_does_not_show_what_was_typed():
    assert "张例" not in repr(DRAFT_1)
    assert "张例" not in str(DRAFT_1)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 5000,
        DRAFT_1.to_bytes(),
        MANIFEST.to_bytes().replace(b"[12,", b"[-1,"),
        MANIFEST.to_bytes().replace(b",7,", b",true,"),
        MANIFEST.to_bytes().replace(b'"aaaaaa', b'[],"aaaaaa'),
        MANIFEST.to_bytes().replace(b",3,7]", b",3,-7]"),
        MANIFEST.to_bytes().replace(b",3,7]", b",3]"),
        MANIFEST.to_bytes().replace(b"04" * 32, b"04"),
        MANIFEST.to_bytes().replace(b"05" * 32, b"xx"),
    ],
)
def test_anything_else_is_no_manifest(content):
    with pytest.raises(BadParcel):
        Manifest.from_bytes(content)


@pytest.mark.parametrize(
    "content", [b"", b"7", b"{}", MANIFEST.to_bytes(), DRAFT_1.to_bytes().replace(b'"0312"', b"312")]
)
def test_anything_else_is_no_draft(content):
    with pytest.raises(BadParcel):
        Draft.from_bytes(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x63" + bytes(8), "newer"),
        (b"\x02", "damaged"),
        (b"\x02" + (5).to_bytes(8, "big") + b"four", "damaged"),
        (b"\x02" + (handover.MAX_RECORD + 1).to_bytes(8, "big"), "damaged"),
        (b"\x03" + (31).to_bytes(8, "big") + bytes(31), "damaged"),
        (b"\x03" + (2**60).to_bytes(8, "big") + bytes(32), "damaged"),
    ],
)
def test_what_is_no_record_is_refused_and_nothing_of_it_is_read(content, reason):
    with pytest.raises(BadParcel) as refused:
        list(read_records(Plain(content)))
    assert refused.value.data["reason"] == reason


@given(st.binary(max_size=200))
def test_any_bytes_are_records_or_refused(content):
    plain = Plain(content)
    try:
        for record in read_records(plain):
            record.read(plain)
    except BadParcel:
        return
    assert plain.left == 0 or record.end == len(content)


@pytest.mark.parametrize("pieces", [[b"ab"], [b"abcd"], []])
def test_a_blob_of_another_size_than_announced_is_not_written_as_if_it_were_whole(pieces):
    with pytest.raises(ValueError):
        handover.write_blob(lambda _content: None, "ab" * 32, 3, iter(pieces))


def test_a_record_that_no_reader_would_take_is_not_written():
    with pytest.raises(ValueError):
        handover.write_record(lambda _content: None, DRAFT, bytes(handover.MAX_RECORD + 1))
