"""The vault: sealed once, found by what is sealed, and never opened wrong."""

import hashlib

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.errors import BlobDamaged
from clerk_app.seams import SystemDisk
from clerk_app.store.vault import Vault, open_blob, seal_blob
from tests.helpers.stores import SeededRng

CHUNK = 64 * 1024
KEY, PREFIX = bytes(range(32)), bytes(7)
SIZES = st.sampled_from([0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])


@pytest.fixture
def vault(tmp_path):
    (tmp_path / "blobs").mkdir()
    return Vault(tmp_path / "blobs", SystemDisk(), SeededRng(5))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 7])
def test_content_of_any_size_comes_back(vault, size):
    content = SeededRng(size).token(size)
    blob = vault.put(content)
    assert vault.get(blob.id, blob.key) == content
    assert len(vault.sealed(blob.id)) == blob.size


def test_the_name_is_the_hash_of_what_lies_there(vault):
    blob = vault.put(b"scan")
    assert hashlib.sha256(vault.path(blob.id).read_bytes()).hexdigest() == blob.id


def test_the_same_scan_twice_is_two_blobs_with_two_keys(vault):
    one, other = vault.put(b"scan"), vault.put(b"scan")
    assert one.id != other.id
    assert one.key != other.key


def test_nothing_half_written_stays(vault):
    blob = vault.put(b"scan")
    leftover = vault.path(blob.id).with_name("half.tmp")
    leftover.write_bytes(b"half")
    vault.clear_unfinished()
    assert not leftover.exists()
    assert vault.get(blob.id, blob.key) == b"scan"


def test_a_missing_blob_is_damaged(vault):
    with pytest.raises(BlobDamaged):
        vault.sealed("0" * 64)


def test_another_blobs_key_opens_nothing(vault):
    one, other = vault.put(b"one"), vault.put(b"other")
    with pytest.raises(BlobDamaged):
        vault.get(one.id, other.key)
    with pytest.raises(BlobDamaged):
        vault.get(one.id, b"short")


def test_every_flipped_byte_is_refused(vault):
    blob = vault.put(b"a short scan")
    path = vault.path(blob.id)
    content = path.read_bytes()
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x80]) + content[place + 1 :])
        with pytest.raises(BlobDamaged):
            vault.get(blob.id, blob.key)


def test_another_blob_in_its_place_is_refused(vault):
    one, other = vault.put(b"one"), vault.put(b"other")
    vault.path(one.id).write_bytes(vault.path(other.id).read_bytes())
    with pytest.raises(BlobDamaged):
        vault.get(one.id, other.key)


# ---- the seal itself, where nobody checks the hash ----------------------------------------------------------------


def opens(sealed):
    try:
        return open_blob(sealed, key=KEY)
    except (InvalidTag, ValueError):
        return None


@settings(max_examples=30)
@given(SIZES, st.data())
def test_a_cut_end_is_noticed_also_at_a_chunks_border(size, data):
    sealed = seal_blob(bytes(size), key=KEY, prefix=PREFIX)
    step = CHUNK + 16
    borders = [11 + number * step for number in range((len(sealed) - 11) // step + 1)]
    length = data.draw(st.sampled_from([*borders, 0, 4, 10]) | st.integers(0, len(sealed)))
    assert opens(sealed[:length]) == (bytes(size) if length == len(sealed) else None)


def test_chunks_cannot_change_places_or_be_doubled():
    sealed = seal_blob(bytes(3 * CHUNK), key=KEY, prefix=PREFIX)
    head, chunks = sealed[:11], [sealed[11 + n * (CHUNK + 16) : 11 + (n + 1) * (CHUNK + 16)] for n in range(3)]
    assert opens(head + b"".join(chunks)) == bytes(3 * CHUNK)
    for order in ([1, 0, 2], [0, 2], [2], [0, 1, 2, 2], [0, 0, 1, 2], [0, 1]):
        assert opens(head + b"".join(chunks[n] for n in order)) is None


def test_bytes_that_are_no_blob_are_refused():
    for content in (b"", b"WCB1", b"WCB2" + bytes(100), bytes(1000)):
        assert opens(content) is None
