"""A chain verifies, or the first place where it breaks is named."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.journal.chain import ChainFault, check_chain
from clerk_app.journal.entry import NO_HEAD, Header, make_entry

CHAIN = "ab" * 16


def chain_of(length, *, chain=CHAIN, prev=NO_HEAD, after=0):
    entries = []
    for seq in range(after + 1, after + length + 1):
        header = Header(chain, seq, 1_795_305_600_000 + seq, "ok", "0312", f"visit/{seq:016x}", "visit.opened")
        entry = make_entry(header, {"session": "s", "ticket": None}, prev=prev, salt=bytes([seq]) * 16)
        entries.append(entry)
        prev = entry.hash
    return entries


def first_fault(entries, **place):
    return check_chain(entries, chain=CHAIN, **place)[2]


def test_a_whole_chain_gives_its_length_and_its_head():
    entries = chain_of(5)
    assert check_chain(entries, chain=CHAIN) == (5, entries[-1].hash, None)


def test_an_empty_chain_ends_where_it_begins():
    assert check_chain([], chain=CHAIN, prev=b"p" * 32, after=3) == (3, b"p" * 32, None)


def test_a_chain_can_be_verified_from_the_middle():
    entries = chain_of(5)
    assert check_chain(entries[3:], chain=CHAIN, prev=entries[2].hash, after=3) == (5, entries[-1].hash, None)


def test_a_new_chain_is_verified_on_the_head_it_cites():
    head = chain_of(2)[-1].hash
    entries = chain_of(2, chain="cd" * 16, prev=head)
    assert check_chain(entries, chain="cd" * 16, prev=head)[2] is None
    assert check_chain(entries, chain="cd" * 16)[2] == ChainFault("cd" * 16, 1, "prev")


def test_erasing_a_body_with_its_salt_leaves_the_chain_whole():
    entries = chain_of(3)
    entries[1] = replace(entries[1], body=None, salt=None)
    assert first_fault(entries) is None


def test_a_missing_entry_is_a_gap():
    entries = chain_of(3)
    assert first_fault([entries[0], entries[2]]) == ChainFault(CHAIN, 2, "gap")


def test_an_entry_of_another_chain_is_foreign():
    entries = chain_of(2)
    assert first_fault([entries[0], chain_of(2, chain="cd" * 16)[1]]) == ChainFault(CHAIN, 2, "foreign")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"header": b"nonsense"}, "header"),
        ({"prev": b"x" * 32}, "prev"),
        ({"body": b"{}"}, "body"),
        ({"salt": b"x" * 16}, "body"),
        ({"salt": None}, "body"),
        ({"body_hash": b"x" * 32}, "body"),
        ({"hash": b"x" * 32}, "hash"),
        ({"body": None, "salt": None, "body_hash": b"x" * 32}, "hash"),
    ],
)
def test_every_changed_part_of_an_entry_is_named(change, what):
    entries = chain_of(3)
    entries[1] = replace(entries[1], **change)
    seq, head, fault = check_chain(entries, chain=CHAIN)
    assert (seq, head, fault) == (1, entries[0].hash, ChainFault(CHAIN, 2, what))


@given(st.data())
def test_no_flipped_bit_of_any_entry_goes_unnoticed(data):
    entries = chain_of(3)
    place = data.draw(st.integers(0, 2))
    part = data.draw(st.sampled_from(["header", "body", "salt", "body_hash", "prev", "hash"]))
    content = bytearray(getattr(entries[place], part))
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    content[bit // 8] ^= 1 << bit % 8
    entries[place] = replace(entries[place], **{part: bytes(content)})
    fault = first_fault(entries)
    assert fault is not None
    assert fault.seq == place + 1


@given(st.permutations(range(4)))
def test_entries_out_of_order_never_verify(order):
    entries = chain_of(4)
    shuffled = [entries[place] for place in order]
    assert (first_fault(shuffled) is None) == (shuffled == entries)
