"""A hub that takes in a hand-over knows what it would know from the line; its return makes the desk equal, too."""

from __future__ import annotations

import io
import json
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_app.errors import BadParcel
from clerk_app.journal.signature import public_of
from clerk_app.security.enrolment_file import EnrolmentFile
from clerk_app.security.parcel import check_parcel
from sync.engine import sync_once
from sync.handover import pack as packing
from sync.hub import unpack
from sync.hub.decide import Ruling, decide
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.digest import digest
from sync.hub.unpack import open_handover, take_records
from sync.hub.verify import verify_hub
from tests.sync.conftest import Backup, open_platform_hub
from tests.sync.fakes import SeededRng
from tests.sync.parcels import answered, packed, taken_by
from tests.sync.store_desk import StoreDesk
from tests.sync.test_pack import case_with_scan
from tests.sync.work import HALL, case_number_of, logged_in


@pytest.fixture
def make_desk(platform, tmp_path):
    desks: list[StoreDesk] = []

    def make(name="流动办事厅", content=None):
        folder = tmp_path / f"desk{len(desks)}"
        desks.append(StoreDesk(folder, content or platform.enrol_content(name), platform.clock, platform.rng))
        return desks[-1]

    yield make
    for desk in desks:
        desk.close()


@pytest.fixture
def desk(make_desk):
    return make_desk()


def places(desk):
    return {(chain.chain, seq) for chain in desk.own_chains() for seq in range(1, chain.seq + 1)}


def reason_of(hub, content):
    with pytest.raises(BadParcel) as refused:
        taken_by(hub, content)
    return refused.value.data["reason"]


def rows(hub):
    """All that a hub's digest tells, as one value to compare."""
    return digest(hub)


# ---- there and back ---------------------------------------------------------------------------------------------


def test_a_team_without_any_line_is_registered_and_taken_in_and_its_return_makes_all_of_it_uploaded(platform, desk):
    desk.append("session/1", "session.logged_in", logged_in())
    for counter in (1, 2, 3):
        case_with_scan(desk, counter, bytes([counter]) * 400_000)
    told = answered(desk, taken_by(platform.hub, packed(desk)[1]))
    assert (told.acked, told.stopped, told.missing) == (4, 0, 0)
    assert desk.uploaded() == places(desk)
    assert desk.backlog().pending == 0
    found = digest(platform.hub)
    assert (found.entries, found.cases, found.blobs, found.parked) == (4, 3, 3, 0)
    assert verify_hub(platform.hub).first_fault is None


def test_after_the_return_a_sync_by_line_finds_nothing_to_do(platform, desk):
    case_with_scan(desk, 1)
    answered(desk, taken_by(platform.hub, packed(desk)[1]))
    report = sync_once(platform.lane(desk))
    assert (report.state, report.pushed, report.blobs_sent, report.pulled) == ("done", 0, 0, 0)


def test_a_return_that_begins_before_what_was_read_brings_the_rest(platform, desk):
    case_with_scan(desk, 1)
    first = packed(desk)[1]
    case_with_scan(desk, 2)
    returns = [taken_by(platform.hub, first), taken_by(platform.hub, packed(desk)[1])]
    decide(platform.hub, Ruling(case_number_of(desk.enrolment.device, 1), "grant", "", None))
    returns.append(taken_by(platform.hub, packed(desk)[1]))
    assert [answered(desk, content).facts for content in returns] == [0, 0, 1]
    assert desk.uploaded() == places(desk)
    report = sync_once(platform.lane(desk))
    assert (report.state, report.pushed, report.pulled) == ("done", 0, 0)


def test_without_the_return_the_line_brings_the_acks_that_were_earned(platform, desk):
    case_with_scan(desk, 1)
    taken_by(platform.hub, packed(desk)[1])
    assert desk.uploaded() == set()
    report = sync_once(platform.lane(desk))
    assert (report.state, report.blobs_sent) == ("done", 0)
    assert desk.uploaded() == places(desk)


def test_decisions_travel_back_to_a_team_that_never_has_a_line(platform, desk):
    case_with_scan(desk, 1)
    answered(desk, taken_by(platform.hub, packed(desk)[1]))
    decide(platform.hub, Ruling(case_number_of(desk.enrolment.device, 1), "grant", "", None))
    told = answered(desk, taken_by(platform.hub, packed(desk)[1]))
    assert (told.acked, told.facts) == (0, 1)
    assert len(desk.fact_digests()) == 1
    assert sync_once(platform.lane(desk)).pulled == 0


def test_a_feed_longer_than_a_page_comes_back_in_several(platform, desk, monkeypatch):
    monkeypatch.setattr(unpack, "_FEED_PAGE", 2)
    for counter in range(1, 6):
        case_with_scan(desk, counter)
        answered(desk, taken_by(platform.hub, packed(desk)[1]))
        decide(platform.hub, Ruling(case_number_of(desk.enrolment.device, counter), "grant", "", None))
    assert answered(desk, taken_by(platform.hub, packed(desk)[1])).facts == 1
    assert len(desk.fact_digests()) == 5


def test_acks_more_than_a_part_come_back_in_several(platform, desk, monkeypatch):
    monkeypatch.setattr(unpack, "_ACKS_IN_PART", 2)
    monkeypatch.setattr(packing, "BATCH_BYTES", 300)
    for counter in range(1, 8):
        case_with_scan(desk, counter, bytes([counter]) * 10)
    assert answered(desk, taken_by(platform.hub, packed(desk)[1])).acked == 7
    assert desk.uploaded() == places(desk)


# ---- twice, in any order ----------------------------------------------------------------------------------------


def test_the_same_file_twice_changes_nothing(platform, desk):
    case_with_scan(desk, 1)
    content = packed(desk)[1]
    first = taken_by(platform.hub, content)
    before = rows(platform.hub)
    second = taken_by(platform.hub, content)
    assert rows(platform.hub) == before
    answered(desk, first)
    uploaded, told = desk.uploaded(), answered(desk, second)
    assert (told.acked, desk.uploaded()) == (0, uploaded)
    assert answered(desk, first).acked == 0


def test_an_older_file_after_a_newer_one_and_after_the_line_changes_nothing(platform, desk):
    case_with_scan(desk, 1)
    old = packed(desk)[1]
    case_with_scan(desk, 2)
    new = packed(desk)[1]
    newest_return = taken_by(platform.hub, new)
    before = rows(platform.hub)
    old_return = taken_by(platform.hub, old)
    assert rows(platform.hub) == before
    sync_once(platform.lane(desk))
    uploaded = desk.uploaded()
    for content in (old_return, newest_return):
        answered(desk, content)
    assert desk.uploaded() == uploaded == places(desk)


def test_work_after_the_export_stays_pending_until_it_is_handed_over_too(platform, desk):
    case_with_scan(desk, 1)
    content = packed(desk)[1]
    case_with_scan(desk, 2)
    answered(desk, taken_by(platform.hub, content))
    [chain] = desk.own_chains()
    assert desk.uploaded() == {(chain.chain, 1)}
    answered(desk, taken_by(platform.hub, packed(desk)[1]))
    assert desk.uploaded() == places(desk)


def test_a_return_older_than_what_the_line_brought_does_not_take_back_its_numbers(platform, desk, tmp_path):
    case_with_scan(desk, 1)
    content = taken_by(platform.hub, packed(desk)[1])
    sync_once(platform.lane(desk))
    taken: list[object] = []
    desk.take_acks = taken.append
    assert answered(desk, content).acked == 0
    assert taken == []


# ---- stopped half-way -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("patience", [0, 1, 2, 5])
def test_taking_in_goes_on_where_it_stopped_whatever_little_was_done_each_time(platform, desk, monkeypatch, patience):
    monkeypatch.setattr(packing, "BATCH_BYTES", 900)
    monkeypatch.setattr(unpack, "PIECE_BYTES", 100_000)
    for counter in range(1, 5):
        case_with_scan(desk, counter, bytes([counter]) * 250_000)
    file = io.BytesIO(packed(desk)[1])
    handover = open_handover(platform.hub, file, check_parcel(file))
    after: int | None = 0
    calls = 0
    while after is not None:
        left = iter([False] * patience)
        after = take_records(platform.hub, handover, after, lambda: next(left, True))  # noqa: B023
        calls += 1
        assert calls < 60
    assert calls > 1
    found = digest(platform.hub)
    assert (found.entries, found.blobs) == (4, 4)
    assert verify_hub(platform.hub).first_fault is None


def test_a_blob_that_is_being_uploaded_by_line_at_the_same_time_is_not_spoilt(platform, desk):
    blob = case_with_scan(desk, 1, b"x" * 700_000)
    content = packed(desk)[1]
    part = desk.store.vault.path(blob).read_bytes()[:300_000]
    platform.hub.shelf.append(blob, 0, part)
    answered(desk, taken_by(platform.hub, content))
    assert desk.uploaded() == places(desk)


# ---- who may hand over ------------------------------------------------------------------------------------------


def test_a_device_the_hub_does_not_know_is_refused_and_nothing_is_kept(platform, desk, tmp_path):
    case_with_scan(desk, 1)
    stranger = replace(desk.enrolment, device="777").to_bytes(platform.hub.keys.identity)
    with closing(StoreDesk(tmp_path / "stranger", stranger, platform.clock, platform.rng)) as other:
        case_with_scan(other, 1)
        before = rows(platform.hub)
        assert reason_of(platform.hub, packed(other)[1]) == "unknown_device"
    assert rows(platform.hub) == before


def test_a_device_without_the_secret_of_its_enrolment_is_not_registered(platform, desk, tmp_path):
    file = EnrolmentFile.from_bytes(platform.enrol_content("另一台"))
    forged = replace(file, secret=b"guessed".ljust(32)).to_bytes(platform.hub.keys.identity)
    with closing(StoreDesk(tmp_path / "forged", forged, platform.clock, platform.rng)) as other:
        case_with_scan(other, 1)
        assert reason_of(platform.hub, packed(other)[1]) == "bad_secret"


def test_another_laptop_with_the_same_enrolment_file_is_refused(platform, make_desk):
    content = platform.enrol_content()
    first, second = make_desk(content=content), make_desk(content=content)
    case_with_scan(first, 1)
    case_with_scan(second, 1)
    taken_by(platform.hub, packed(first)[1])
    before = rows(platform.hub)
    assert reason_of(platform.hub, packed(second)[1]) == "other_key"
    assert rows(platform.hub) == before


def test_a_file_of_another_hub_is_refused(platform, desk, tmp_path):
    other = open_platform_hub(tmp_path / "other", platform.clock, SeededRng("other hub"))
    with closing(other):
        enrol(other, EnrolmentWish(HALL, "例", "x", "http://127.0.0.1:1", "http://127.0.0.1:1"))
        case_with_scan(desk, 1)
        assert reason_of(other, packed(desk)[1]) == "other_hub"


def test_what_is_sealed_to_the_recovery_key_opens_only_with_it(platform, desk):
    case_with_scan(desk, 1)
    file = io.BytesIO()
    packing.pack(desk, packing.Packing(platform.hub.keys.recovery_public), file, clock=desk.clock, rng=desk.rng)
    assert reason_of(platform.hub, file.getvalue()) == "recovery_needed"
    [offline] = platform.folder.glob("recovery-key-*")
    private = bytes.fromhex(json.loads(offline.read_text())["recovery"])
    handover = open_handover(platform.hub, file, check_parcel(file), private)
    assert take_records(platform.hub, handover, 0, lambda: False) is None
    assert digest(platform.hub).cases == 1


# ---- damage -----------------------------------------------------------------------------------------------------


@given(data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_flipped_or_cut_file_changes_nothing_at_either_end(platform, desk, data):
    if not desk.own_chains():
        case_with_scan(desk, 1)
        desk.content = packed(desk)[1]
        desk.before = rows(platform.hub)
    content = bytearray(desk.content)
    at = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[at] ^= data.draw(st.integers(1, 255))
    else:
        del content[at:]
    with pytest.raises(BadParcel):
        taken_by(platform.hub, bytes(content))
    assert rows(platform.hub) == desk.before


def test_a_flipped_return_changes_nothing(platform, desk):
    case_with_scan(desk, 1)
    content = taken_by(platform.hub, packed(desk)[1])
    for at in range(0, len(content), 97):
        changed = bytearray(content)
        changed[at] ^= 0x40
        with pytest.raises(BadParcel):
            answered(desk, bytes(changed))
    assert desk.uploaded() == set()


def test_a_chain_that_was_changed_on_the_desk_is_stopped_and_the_desk_goes_on_with_a_new_one(platform, desk):
    case_with_scan(desk, 1)
    good = desk.sign
    desk.sign = lambda purpose, message: bytes(64) if purpose == "head" else good(purpose, message)
    content = packed(desk)[1]
    desk.sign = good
    told = answered(desk, taken_by(platform.hub, content))
    assert (told.acked, told.stopped) == (0, 1)
    assert desk.own_chains()[0].stopped
    desk.append("session/2", "session.logged_in", logged_in())
    told = answered(desk, taken_by(platform.hub, packed(desk)[1]))
    assert told.acked == 1
    assert verify_hub(platform.hub).first_fault is None


def test_entries_whose_forerunners_the_hub_lost_are_told_as_missing_and_a_whole_hand_over_heals_it(platform, desk):
    backup = Backup(platform, platform.folder.parent / "backup")
    case_with_scan(desk, 1)
    sync_once(platform.lane(desk))
    backup.restore()
    case_with_scan(desk, 2)
    told = answered(desk, taken_by(platform.hub, packed(desk)[1]))
    assert (told.acked, told.missing) == (0, 1)
    assert answered(desk, taken_by(platform.hub, packed(desk, whole=True)[1])).missing == 0
    assert digest(platform.hub).cases == 2
    assert desk.uploaded() == places(desk)


# ---- whose return -----------------------------------------------------------------------------------------------


def test_the_return_of_another_device_is_refused_and_named(platform, make_desk):
    one, other = make_desk(), make_desk()
    case_with_scan(one, 1)
    content = taken_by(platform.hub, packed(one)[1])
    with pytest.raises(BadParcel) as refused:
        answered(other, content)
    assert refused.value.data == {"reason": "other_device", "device": "001"}


def test_a_return_that_another_key_made_is_refused(platform, desk, monkeypatch):
    case_with_scan(desk, 1)
    content = packed(desk)[1]
    monkeypatch.setattr(unpack, "public_of", lambda _private: public_of(desk.store.device_private))
    monkeypatch.setattr(unpack, "sign", lambda _private, purpose, message: desk.sign(purpose, message))
    forged = taken_by(platform.hub, content)
    with pytest.raises(BadParcel):
        answered(desk, forged)
    assert desk.uploaded() == set()


def test_an_older_return_is_verified_by_the_newer_keys_the_desk_knows(platform, desk):
    case_with_scan(desk, 1)
    content = taken_by(platform.hub, packed(desk)[1])
    listed = platform.hub.key_list
    desk.keep_keys(replace(listed, serial=9), b"")
    assert answered(desk, content).acked == 1
    assert desk.key_serial() == 9


def test_nothing_of_a_return_is_believed_before_the_identity_key_vouches_for_its_keys(platform, desk):
    case_with_scan(desk, 1)
    forged = replace(platform.hub, key_list_signature=bytes(64))
    with pytest.raises(BadParcel):
        answered(desk, taken_by(forged, packed(desk)[1]))
    assert desk.uploaded() == set()
