from __future__ import annotations

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.journal.entry import NO_HEAD, Entry, Header, make_entry
from clerk_app.journal.signature import HEAD, head_message, public_of, sign, verify
from sync import wire
from sync.batch import decode_batch, encode_batch
from sync.wire import Malformed, compress, decompress
from tests.sync.fakes import SeededRng

DEVICE = SeededRng("device").token(32)
CHAIN = "0a" * 16


def chain_of(count, *, erased=()):
    entries, prev = [], NO_HEAD
    for seq in range(1, count + 1):
        header = Header(CHAIN, seq, 1_795_000_000_000 + seq, "ok", "0312", f"session/{seq}", "session.locked")
        entry = make_entry(header, {"n": seq, "name": "例"}, prev=prev, salt=bytes([seq % 256]) * 16)
        prev = entry.hash
        entries.append(
            Entry(entry.header, None, None, entry.body_hash, entry.prev, entry.hash) if seq in erased else entry
        )
    return entries


def batch_of(entries):
    last = entries[-1]
    signature = sign(DEVICE, HEAD, head_message(CHAIN, last.head.seq, last.hash))
    return encode_batch(CHAIN, entries[0].head.seq, entries, signature)


@pytest.mark.parametrize("count", [1, 2, 50])
def test_a_batch_brings_back_every_byte(count):
    entries = chain_of(count)
    batch = decode_batch(batch_of(entries))
    assert (batch.chain, batch.first, batch.seq) == (CHAIN, 1, count)
    assert list(batch.entries) == entries
    assert batch.reached == batch.head
    assert verify(public_of(DEVICE), HEAD, head_message(CHAIN, count, batch.head), batch.signature)


def test_a_batch_may_begin_in_the_middle_of_a_chain():
    entries = chain_of(9)[4:]
    batch = decode_batch(batch_of(entries))
    assert (batch.first, batch.prev, list(batch.entries)) == (5, entries[0].prev, entries)


def test_an_erased_body_still_chains():
    entries = chain_of(3, erased={2})
    assert list(decode_batch(batch_of(entries)).entries) == entries


@given(st.binary(max_size=300))
def test_any_bytes_are_malformed_and_nothing_worse(content):
    for attempt in (content, compress(content)):
        with pytest.raises(Malformed):
            decode_batch(attempt)


WHOLE = batch_of(chain_of(3, erased={2}))
PLAIN = decompress(WHOLE)


@given(st.integers(0, len(WHOLE) - 1))
def test_a_batch_cut_anywhere_is_malformed(size):
    with pytest.raises(Malformed):
        decode_batch(WHOLE[:size])


@given(st.integers(0, len(PLAIN) - 1))
def test_a_batch_cut_before_it_was_compressed_is_malformed(size):
    with pytest.raises(Malformed):
        decode_batch(compress(PLAIN[:size]))


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_flipped_byte_is_malformed_or_shows_in_head_or_signature(at, flip):
    changed = bytearray(WHOLE)
    changed[at] ^= flip
    try:
        batch = decode_batch(bytes(changed))
    except Malformed:
        return
    message = head_message(batch.chain, batch.seq, batch.head)
    assert batch.reached != batch.head or not verify(public_of(DEVICE), HEAD, message, batch.signature)


@given(st.integers(0, len(PLAIN) - 1), st.integers(1, 255))
def test_no_byte_of_the_content_can_be_changed_unseen(at, flip):
    changed = bytearray(PLAIN)
    changed[at] ^= flip
    try:
        batch = decode_batch(compress(bytes(changed)))
    except Malformed:
        return
    message = head_message(batch.chain, batch.seq, batch.head)
    assert batch.reached != batch.head or not verify(public_of(DEVICE), HEAD, message, batch.signature)


def test_a_small_frame_that_would_fill_the_memory_is_refused_before_it_is_opened():
    bomb = zstandard.ZstdCompressor().compress(bytes(wire.MAX_PLAIN + 1))
    assert len(bomb) < 100_000
    with pytest.raises(Malformed):
        decompress(bomb)


def test_a_frame_that_does_not_tell_its_size_is_refused():
    with pytest.raises(Malformed):
        decompress(zstandard.ZstdCompressor(write_content_size=False).compress(b"content"))


def test_a_body_larger_than_any_is_refused():
    entry = chain_of(1)[0]
    large = Entry(entry.header, bytes(70_000), entry.salt, entry.body_hash, entry.prev, entry.hash)
    with pytest.raises(Malformed):
        decode_batch(encode_batch(CHAIN, 1, [large], bytes(64)))
