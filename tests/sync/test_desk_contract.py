"""What every desk must keep, be it the store or the fake in memory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from clerk_app.domain.civil import civil_date
from clerk_app.errors import BlobDamaged, DeviceRevoked, ProtocolMismatch
from clerk_app.journal.attested import AttestedEntry
from clerk_app.journal.chain import check_chain
from clerk_app.journal.entry import Header, make_entry
from clerk_app.journal.exchange import (
    FeedPage,
    FeedPlace,
    GivenEntry,
    Reappended,
    ReceivedEntry,
    ReceivedFact,
    Verdict,
)
from clerk_app.journal.hub_facts import Ack, HubWord, SignedAck, make_hub_fact
from clerk_app.journal.hub_keys import KeyList
from clerk_app.journal.orders import REVOKE, Order, SignedOrder
from clerk_app.journal.signature import HEAD, public_of, verify
from tests.sync.memory_desk import MemoryDesk
from tests.sync.store_desk import StoreDesk
from tests.sync.work import case_number_of, logged_in, scan, taken_in

HUB = b"h" * 32


@pytest.fixture(params=["memory", "store"])
def desk(request, platform, tmp_path):
    content = platform.enrol_content()
    made: dict[str, Callable[[], MemoryDesk | StoreDesk]] = {
        "memory": lambda: MemoryDesk.from_bytes(content, platform.clock, platform.rng),
        "store": lambda: StoreDesk(tmp_path / "desk", content, platform.clock, platform.rng),
    }
    with closing(made[request.param]()) as desk:
        yield desk


ORDER = SignedOrder(Order(9, HUB, "999999", "001", 1, REVOKE, ""), b"s" * 64)


@pytest.fixture
def twin(platform):
    """This desk as it was before an older copy of it was put back."""
    return MemoryDesk.from_bytes(platform.enrol_content(), platform.clock, platform.rng)


def sessions(desk, count):
    return [desk.append(f"session/{n}", "session.logged_in", logged_in()) for n in range(count)]


def ack(entry, first, *, hub_seq=1, complete=True):
    head = entry.head
    return SignedAck(Ack(HUB, head.chain, first, head.seq, entry.hash, hub_seq, complete), b"s" * 64)


def test_registration_tells_hub_device_and_public_key(desk):
    registration = desk.registration()
    assert registration.code == "999999001"
    assert (registration.hub, registration.secret) == (desk.enrolment.hub, desk.enrolment.secret)
    assert verify(registration.device_public, HEAD, b"message", desk.sign(HEAD, b"message"))


def test_a_chain_is_listed_once_it_has_an_entry(desk):
    assert list(desk.own_chains()) == []
    last = sessions(desk, 2)[-1]
    [chain] = desk.own_chains()
    assert (chain.chain, chain.seq, chain.head, chain.acked, chain.stopped) == (
        last.head.chain,
        2,
        last.hash,
        0,
        False,
    )


def test_hashes_are_found_by_place_and_the_cited_one_at_zero(desk):
    first, second = sessions(desk, 2)
    chain = first.head.chain
    assert [desk.hash_at(chain, seq) for seq in (0, 1, 2, 3)] == [first.prev, first.hash, second.hash, None]
    assert desk.hash_at("0" * 32, 1) is None


def test_entries_come_in_order_within_a_size_but_at_least_one(desk):
    written = sessions(desk, 5)
    chain = written[0].head.chain
    assert list(desk.entries_after(chain, 0, max_bytes=1 << 20)) == written
    assert list(desk.entries_after(chain, 3, max_bytes=1 << 20)) == written[3:]
    assert list(desk.entries_after(chain, 1, max_bytes=1)) == [written[1]]
    assert list(desk.entries_after(chain, 5, max_bytes=1)) == []


def test_what_an_ack_covers_is_uploaded_and_nothing_else(desk):
    written = sessions(desk, 4)
    desk.take_acks([ack(written[2], 1, hub_seq=9)])
    chain = written[0].head.chain
    assert desk.uploaded() == {(chain, 1), (chain, 2), (chain, 3)}
    assert desk.own_chains()[0].acked == 3
    assert desk.backlog().pending == 1
    assert desk.backlog().oldest_at == written[3].head.recorded_at


def test_an_ack_with_a_hole_before_it_counts_only_up_to_the_hole(desk):
    written = sessions(desk, 3)
    desk.take_acks([ack(written[2], 3)])
    assert desk.own_chains()[0].acked == 0
    desk.take_acks([ack(written[1], 1)])
    assert desk.own_chains()[0].acked == 3


def test_the_same_acks_again_change_nothing(desk):
    written = sessions(desk, 2)
    for _ in range(3):
        desk.take_acks([ack(written[1], 1)])
    assert desk.backlog().pending == 0


def test_an_entry_waits_until_its_blobs_are_there(desk):
    number = case_number_of("001", 1)
    blob = desk.put_blob(b"a scan")
    entry = desk.append(f"case/{number}", "case.taken_in", taken_in(number, scan(blob)))
    assert list(desk.waiting()) == []
    desk.take_acks([ack(entry, 1, complete=False)])
    [waiting] = desk.waiting()
    assert (waiting.chain, waiting.seq, waiting.blobs) == (entry.head.chain, 1, (blob,))
    assert (desk.uploaded(), desk.backlog().pending) == (set(), 1)
    desk.take_acks([ack(entry, 1)])
    assert list(desk.waiting()) == []
    assert desk.backlog().pending == 0


@pytest.mark.parametrize(("days", "urgent"), [(-3, True), (0, True), (1, True), (2, False)])
def test_what_is_due_tomorrow_or_earlier_is_urgent(desk, days, urgent):
    number = case_number_of("001", 1)
    due = civil_date(desk.clock.now_ms()) + timedelta(days=days)
    body = taken_in(number, scan(desk.put_blob(b"a scan"))) | {"due_on": due.isoformat()}
    desk.take_acks([ack(desk.append(f"case/{number}", "case.taken_in", body), 1, complete=False)])
    assert [entry.urgent for entry in desk.waiting()] == [urgent]


def test_blobs_of_other_entries_keep_their_state(desk):
    numbers = [case_number_of("001", 1), case_number_of("001", 2)]
    written = [
        desk.append(f"case/{number}", "case.taken_in", taken_in(number, scan(desk.put_blob(number.encode()))))
        for number in numbers
    ]
    desk.take_acks([ack(written[1], 1, complete=False)])
    desk.take_acks([ack(written[0], 1)])
    assert [entry.seq for entry in desk.waiting()] == [2]
    desk.take_acks([ack(written[1], 2)])
    assert desk.backlog().pending == 0


def test_a_hub_that_lost_a_blob_is_believed(desk):
    number = case_number_of("001", 1)
    entry = desk.append(f"case/{number}", "case.taken_in", taken_in(number, scan(desk.put_blob(b"a scan"))))
    desk.take_acks([ack(entry, 1)])
    desk.take_acks([ack(entry, 1, complete=False)])
    assert len(desk.waiting()) == 1
    assert desk.uploaded() == set()


def test_blobs_are_read_in_pieces(desk):
    blob = desk.put_blob(bytes(range(256)) * 300)
    assert desk.blob_size(blob.id) == blob.size
    pieces = b"".join(desk.read_blob(blob.id, offset, 7000) for offset in range(0, blob.size, 7000))
    assert len(pieces) == blob.size
    assert desk.read_blob(blob.id, blob.size, 10) == b""


def test_a_missing_blob_is_said_to_be_damaged(desk):
    with pytest.raises(BlobDamaged):
        desk.blob_size("0" * 64)
    with pytest.raises(BlobDamaged):
        desk.read_blob("0" * 64, 0, 1)


def fact_of(number, hub_seq, reason=""):
    word = HubWord(f"case/{number}", "case.returned", {"reason": reason, "child": None}, 1_795_000_000_000)
    return ReceivedFact(make_hub_fact(word, hub=HUB, region="999999", hub_seq=hub_seq, salt=b"s" * 16), b"s" * 64)


def page(*, verdicts=(), facts=(), unknown=(), place, entries=(), followed=()):
    return FeedPage(
        tuple(verdicts), tuple(facts), tuple(unknown), place, entries=tuple(entries), followed=tuple(followed)
    )


def received(stream, *, chain="b" * 32, seq=1, hub_seq=3):
    header = Header(chain, seq, 1_795_000_000_000, "ok", "0777", stream, "case.beamed_up")
    entry = make_entry(header, {"seq": seq}, prev=bytes(32), salt=bytes(16))
    return ReceivedEntry(AttestedEntry(HUB, "999999009", hub_seq, entry), b"s" * 64)


def shown(desk, entry, hub_seq):
    return ReceivedEntry(AttestedEntry(desk.registration().hub, "999999009", hub_seq, entry), b"s" * 64)


def test_a_page_is_kept_with_its_place(desk):
    entry = sessions(desk, 1)[0]
    place = FeedPlace(5, b"m" * 32)
    verdict = Verdict(entry.head.chain, 1, 1, 4, "parked", "unknown_kind")
    fact = fact_of(case_number_of("001", 1), 5)
    for _ in range(2):
        desk.take_feed(page(verdicts=[verdict], facts=[fact], unknown=[(5, b'["new-1",5]')], place=place))
    assert desk.feed_place() == place
    assert desk.parked() == {(entry.head.chain, 1): "unknown_kind"}
    assert desk.fact_digests() == [fact.fact.digest]
    assert desk.backlog().parked == 1


def test_a_later_verdict_takes_the_place_of_the_earlier(desk):
    entry = sessions(desk, 1)[0]
    chain = entry.head.chain
    desk.take_feed(page(verdicts=[Verdict(chain, 1, 1, 1, "parked", "unknown_kind")], place=FeedPlace(1, b"m" * 32)))
    desk.take_feed(page(verdicts=[Verdict(chain, 1, 1, 2, "applied")], place=FeedPlace(2, b"n" * 32)))
    assert desk.parked() == {}


@pytest.mark.parametrize(("number", "doubted"), [(6, False), (5, True), (7, True)])
def test_a_verdict_under_another_number_than_the_acks_takes_the_ack_back(desk, number, doubted):
    """The hub was put back and has stored the entries anew, or the verdict is a later one: only a new ack tells."""
    written = sessions(desk, 4)
    chain = written[0].head.chain
    desk.take_acks([ack(written[3], 1, hub_seq=7)])
    # The number of a verdict is that of the last entry it covers: the second and third had 5 and 6.
    desk.take_feed(page(verdicts=[Verdict(chain, 2, 3, number, "applied")], place=FeedPlace(9, b"m" * 32)))
    still = {(chain, 1), (chain, 4)} if doubted else {(chain, seq) for seq in (1, 2, 3, 4)}
    assert (desk.uploaded(), desk.backlog().pending) == (still, 4 - len(still))
    desk.take_acks([ack(written[2], 2, hub_seq=number)])
    assert [fact.hub_seq for n in (1, 2) for fact in desk.facts_of(f"session/{n}")] == [number - 1, number]
    assert (desk.backlog().pending, desk.feed_place().hub_seq) == (0, 9)


def test_two_facts_of_one_number_are_both_kept_after_a_hub_was_put_back(desk):
    number = case_number_of("001", 1)
    desk.take_feed(page(facts=[fact_of(number, 7, "before")], place=FeedPlace(7, b"m" * 32)))
    desk.restart_feed()
    assert desk.feed_place() == FeedPlace()
    desk.take_feed(page(facts=[fact_of(number, 7, "after")], place=FeedPlace(7, b"n" * 32)))
    assert len(desk.fact_digests()) == 2


def test_a_stopped_chain_takes_no_more_and_the_next_cites_it(desk):
    entry = sessions(desk, 1)[0]
    for _ in range(2):
        assert desk.cut_chain(entry.head.chain, "fork", {entry.head.chain: 1}) == Reappended()
    later = desk.append("session/9", "session.logged_in", logged_in())
    assert (later.head.seq, later.prev) == (1, entry.hash)
    assert [chain.stopped for chain in desk.own_chains()] == [True, False]
    desk.cut_chain(entry.head.chain, "fork", {entry.head.chain: 1})
    assert desk.append("session/10", "session.logged_in", logged_in()).head.chain == later.head.chain


def shape(entry):
    """What an act keeps at every place."""
    header = entry.head
    words = (header.recorded_at, header.clock, header.clerk, header.stream, header.kind)
    return (*words, entry.salt, entry.body, entry.body_hash, entry.digest)


def test_what_the_hub_did_not_store_is_appended_again_as_it_was(desk):
    written = sessions(desk, 5)
    old = written[0].head.chain
    desk.take_acks([ack(written[1], 1)])
    assert desk.cut_chain(old, "hash", {old: 2}) == Reappended(3)
    kept, new = desk.own_chains()
    assert (kept.chain, kept.seq, kept.head, kept.acked, kept.stopped) == (old, 2, written[1].hash, 2, True)
    assert (new.seq, new.acked, new.stopped) == (3, 0, False)
    copies = desk.entries_after(new.chain, 0, max_bytes=1 << 20)
    assert [shape(entry) for entry in copies] == [shape(entry) for entry in written[2:]]
    assert check_chain(copies, chain=new.chain, prev=written[1].hash)[2] is None
    assert desk.backlog().pending == 3
    # Once more changes nothing, and work goes on after the copies.
    assert desk.cut_chain(old, "hash", {old: 2}) == Reappended()
    assert desk.append("session/9", "session.logged_in", logged_in()).head.seq == 4


def test_what_was_written_later_is_cut_with_it_and_keeps_its_order(desk):
    first = sessions(desk, 2)
    old = first[0].head.chain
    desk.cut_chain(old, "fork", {old: 2})
    later = [desk.append(f"session/1{n}", "session.logged_in", logged_in()) for n in range(2)]
    middle = later[0].head.chain
    assert desk.cut_chain(old, "hash", {old: 1, middle: 0}) == Reappended(3)
    new = desk.own_chains()[-1]
    copies = desk.entries_after(new.chain, 0, max_bytes=1 << 20)
    assert [shape(entry) for entry in copies] == [shape(entry) for entry in (first[1], *later)]


def test_a_chain_that_came_of_a_repair_and_was_refused_whole_is_left_for_a_person(desk):
    written = sessions(desk, 2)
    old = written[0].head.chain
    desk.cut_chain(old, "signature", {old: 0})
    [copied] = desk.own_chains()
    assert desk.cut_chain(copied.chain, "signature", {copied.chain: 0}) == Reappended()
    assert [(chain.chain, chain.seq) for chain in desk.own_chains()] == [(copied.chain, 2)]
    assert desk.append("session/9", "session.logged_in", logged_in()).head.seq == 1


def test_what_only_the_hub_had_comes_back_to_its_own_place(desk, twin):
    written = sessions(twin, 3)
    old = written[0].head.chain
    desk.take_back(old, written[:2])
    desk.take_back(old, written)
    desk.take_back(old, written[1:])
    [found] = desk.own_chains()
    assert (found.chain, found.seq, found.head, found.stopped) == (old, 3, written[2].hash, True)
    assert list(desk.entries_after(old, 0, max_bytes=1 << 20)) == written
    # Nothing is ever written after it.
    assert desk.append("session/9", "session.logged_in", logged_in()).head.chain != old


def test_entries_that_do_not_continue_the_journal_are_not_taken(desk, twin):
    written = sessions(twin, 3)
    old = written[0].head.chain
    with pytest.raises(ProtocolMismatch):
        desk.take_back(old, written[1:])
    with pytest.raises(ProtocolMismatch):
        desk.take_back(old, [written[0], replace(written[1], body=b"{}")])
    assert list(desk.own_chains()) == []


def test_a_verdict_that_was_read_before_its_entry_was_taken_back_is_read_again(desk, twin):
    [entry] = sessions(twin, 1)
    chain = entry.head.chain
    desk.take_feed(page(verdicts=[Verdict(chain, 1, 1, 4, "parked", "unknown_kind")], place=FeedPlace(5, b"m" * 32)))
    desk.take_back(chain, [entry])
    desk.take_acks([ack(entry, 1, hub_seq=4)])
    assert desk.feed_place() == FeedPlace()


def test_facts_that_the_feed_no_longer_brings_are_lost_until_the_hub_has_them_again(desk):
    number = case_number_of("001", 1)
    facts = [fact_of(number, hub_seq, reason) for hub_seq, reason in ((7, "one"), (8, "two"))]
    desk.take_feed(page(facts=facts, place=FeedPlace(8, b"m" * 32)))
    assert list(desk.lost_facts()) == []
    desk.restart_feed()
    desk.take_feed(page(facts=facts[:1], place=FeedPlace(7, b"n" * 32)))
    assert list(desk.lost_facts()) == facts[1:]
    moved = ReceivedFact(replace(facts[1].fact, hub_seq=20), b"t" * 64)
    desk.take_facts([moved])
    assert (list(desk.lost_facts()), len(desk.fact_digests())) == ([], 2)


def test_entries_that_the_feed_no_longer_brings_are_lost_until_it_is_known_how_they_stand(desk, twin):
    first, second, third = (shown(desk, entry, number) for number, entry in enumerate(sessions(twin, 3), 7))
    desk.take_feed(page(entries=[first, second, third], place=FeedPlace(9, b"m" * 32)))
    assert list(desk.lost_entries()) == []
    desk.restart_feed()
    desk.take_feed(page(entries=[second], place=FeedPlace(8, b"n" * 32)))
    lost = list(desk.lost_entries())
    assert [desk.received_entry(hash_) for hash_ in lost] == [first, third]
    desk.take_standings([GivenEntry(lost[0], "lost"), GivenEntry(lost[1], "quarantined")])
    desk.restart()
    assert list(desk.lost_entries()) == []
    assert [len(desk.facts_of(f"session/{n}")) for n in range(3)] == [1, 1, 0]
    # What the feed shows takes part again.
    desk.take_feed(page(entries=[third], place=FeedPlace(10, b"o" * 32)))
    assert len(desk.facts_of("session/2")) == 1


def test_what_this_desk_wrote_and_was_shown_is_there_once_whichever_it_loses(desk, twin):
    written = sessions(twin, 2)
    desk.take_feed(page(entries=[shown(desk, written[0], 7)], place=FeedPlace(7, b"m" * 32)))
    assert [fact.hub_seq for fact in desk.facts_of("session/0")] == [7]
    desk.take_back(written[0].head.chain, written)
    assert [fact.act for fact in desk.facts_of("session/0")] == [written[0].body_hash]
    desk.restart_feed()
    assert list(desk.lost_entries()) == []
    # Cut off and written again elsewhere, the old place is the hub's to show.
    desk.cut_chain(written[0].head.chain, "fork", {written[0].head.chain: 0})
    assert [fact.act for fact in desk.facts_of("session/0")] == [written[0].body_hash] * 2
    assert len(desk.lost_entries()) == 1


def test_the_newest_key_list_is_remembered(desk):
    assert desk.key_serial() == 0
    desk.keep_keys(KeyList(HUB, 3, 1, (("ack", public_of(b"k" * 32)),)), b"s" * 64)
    assert desk.key_serial() == 3


def test_everything_survives_a_restart(desk):
    written = sessions(desk, 3)
    desk.take_acks([ack(written[1], 1)])
    desk.take_feed(page(place=FeedPlace(3, b"m" * 32)))
    desk.restart()
    assert desk.own_chains()[0].acked == 2
    assert desk.feed_place() == FeedPlace(3, b"m" * 32)
    assert desk.backlog().pending == 1


def test_an_order_to_leave_ends_the_clerks_work_and_not_the_syncing(desk):
    [entry] = sessions(desk, 1)
    for _ in range(2):
        desk.take_order(ORDER)
    with pytest.raises(DeviceRevoked):
        sessions(desk, 1)
    desk.restart()
    with pytest.raises(DeviceRevoked):
        sessions(desk, 1)
    desk.take_acks([ack(entry, 1)])
    assert [chain.acked for chain in desk.own_chains()] == [1]
