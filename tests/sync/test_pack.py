"""Packing a hand-over: everything the hub has not signed for, whole, readable by the hub alone, and no more."""

from __future__ import annotations

from contextlib import closing

import pytest

from clerk_app.errors import BadParcel
from clerk_app.journal.handover import Draft
from clerk_app.journal.hub_keys import HANDOVER_USE, KeyList
from clerk_app.journal.signature import HEAD, head_message, verify
from sync.engine import sync_once
from sync.handover import pack as packing
from tests.sync.fakes import SeededRng
from tests.sync.parcels import packed, unpacked
from tests.sync.store_desk import StoreDesk
from tests.sync.work import case_number_of, logged_in, scan, taken_in

# Both databases meet hand-overs in `test_unpack.py`; here it is about the desks.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def desk(platform, tmp_path):
    with closing(StoreDesk(tmp_path / "desk", platform.enrol_content(), platform.clock, platform.rng)) as desk:
        yield desk


def case_with_scan(desk, counter, content=b"a scanned page " * 9000):
    blob = desk.put_blob(content)
    number = case_number_of(desk.enrolment.device, counter)
    desk.append(f"case/{number}", "case.taken_in", taken_in(number, scan(blob)))
    return blob.id


def opened(platform, content):
    return unpacked(content, platform.hub.keys.handover)


def test_a_device_that_never_had_a_line_hands_over_all_it_wrote(platform, desk):
    desk.append("session/1", "session.logged_in", logged_in())
    blobs = [case_with_scan(desk, 1, b"one" * 50_000), case_with_scan(desk, 2, b"two")]
    told, content = packed(desk)
    found = opened(platform, content)
    [chain] = desk.own_chains()
    assert found.places == [(chain.chain, 1), (chain.chain, 2), (chain.chain, 3)]
    assert found.batches[-1].head == found.batches[-1].reached == chain.head
    assert list(found.blobs) == blobs[::-1]  # the small one first
    assert all(desk.read_blob(blob, 0, 10**6) == sealed for blob, sealed in found.blobs.items())
    assert (told.entries, told.blobs, told.damaged, told.reach) == (3, 2, 0, ((chain.chain, 3),))
    assert told.id == found.parcel.id


def test_each_batch_is_signed_by_the_device_over_the_head_it_leads_to(platform, desk, monkeypatch):
    monkeypatch.setattr(packing, "BATCH_BYTES", 500)
    for number in range(7):
        desk.append(f"session/{number}", "session.logged_in", logged_in())
    found = opened(platform, packed(desk)[1])
    assert len(found.batches) > 2
    public = desk.registration().device_public
    for batch in found.batches:
        assert verify(public, HEAD, head_message(batch.chain, batch.seq, batch.head), batch.signature)
        assert batch.reached == batch.head
    assert [seq for _chain, seq in found.places] == list(range(1, 8))


def test_what_the_hub_has_signed_for_does_not_travel_again(platform, desk):
    case_with_scan(desk, 1)
    sync_once(platform.lane(desk))
    new = case_with_scan(desk, 2)
    found = opened(platform, packed(desk)[1])
    assert [seq for _chain, seq in found.places] == [2]
    assert list(found.blobs) == [new]
    assert found.manifest.wanted == ((found.places[0][0], 2, 2),)
    assert found.manifest.feed == desk.feed_place()


def test_a_whole_hand_over_holds_everything_again(platform, desk):
    first = case_with_scan(desk, 1)
    sync_once(platform.lane(desk))
    second = case_with_scan(desk, 2)
    found = opened(platform, packed(desk, whole=True)[1])
    assert [seq for _chain, seq in found.places] == [1, 2]
    assert set(found.blobs) == {first, second}


def test_blobs_of_entries_the_hub_already_stored_travel_without_their_entries(platform, desk):
    blob = case_with_scan(desk, 1)
    sealed = desk.store.vault.path(blob)
    kept = sealed.read_bytes()
    sealed.unlink()
    sync_once(platform.lane(desk))
    sealed.write_bytes(kept)
    [chain] = desk.own_chains()
    told, content = packed(desk)
    found = opened(platform, content)
    assert (told.entries, told.blobs) == (0, 1)
    assert found.places == []
    assert list(found.blobs) == [blob]
    assert found.manifest.wanted == ((chain.chain, 1, 1),)


def test_a_damaged_scan_is_left_out_and_counted_and_holds_up_nothing(platform, desk):
    damaged, whole = case_with_scan(desk, 1), case_with_scan(desk, 2)
    desk.store.vault.path(damaged).write_bytes(b"something else")
    told, content = packed(desk)
    assert (told.entries, told.blobs, told.damaged) == (2, 1, 1)
    assert list(opened(platform, content).blobs) == [whole]


def test_packing_marks_nothing_as_uploaded(platform, desk):
    case_with_scan(desk, 1)
    before = desk.backlog()
    packed(desk)
    assert desk.backlog() == before
    assert desk.uploaded() == set()


def test_a_desk_with_nothing_to_hand_over_still_says_how_far_it_is(platform, desk):
    found = opened(platform, packed(desk)[1])
    assert (found.places, found.blobs, found.manifest.wanted) == ([], {}, ())


def test_drafts_travel_only_when_they_are_given(platform, desk):
    draft = Draft("d", "v", "0312", 5, b"{}")
    assert opened(platform, packed(desk)[1]).drafts == []
    assert opened(platform, packed(desk, drafts=[draft])[1]).drafts == [draft]


def test_a_stopped_chain_is_named_and_not_sent(platform, desk):
    desk.append("session/1", "session.logged_in", logged_in())
    [stopped] = desk.own_chains()
    desk.cut_chain(stopped.chain, "fork", {})
    desk.append("session/2", "session.logged_in", logged_in())
    found = opened(platform, packed(desk)[1])
    assert [head.chain for head in found.manifest.chains] == [chain.chain for chain in desk.own_chains()]
    assert {chain for chain, _seq in found.places} == {desk.own_chains()[1].chain}


def test_a_lost_stick_yields_nothing(platform, desk):
    case_with_scan(desk, 1)
    content = packed(desk)[1]
    for word in ("周例安", "居住登记", "P31", "case.taken_in", desk.own_chains()[0].chain):
        assert word.encode() not in content
    for key in (platform.hub.keys.rating, desk.answer_key(), desk.store.device_private):
        with pytest.raises(BadParcel):
            unpacked(content, key)


def test_the_newest_key_of_the_hub_is_sealed_to(platform, desk):
    assert desk.handover_key() == desk.enrolment.handover == platform.hub.keys.handover_public
    newer = b"\x09" * 32
    desk.keep_keys(KeyList(desk.enrolment.hub, 9, 0, ((HANDOVER_USE, newer), (HANDOVER_USE, b"\x0a" * 32))), b"")
    assert desk.handover_key() == newer


def test_two_devices_open_their_answers_with_different_keys(platform, desk, tmp_path):
    with closing(StoreDesk(tmp_path / "b", platform.enrol_content("4 号窗口"), platform.clock, SeededRng(9))) as other:
        assert desk.answer_key() != other.answer_key()
    desk.restart()
    assert len(desk.answer_key()) == 32
