"""Streams of several desks: who follows one sees all of it, in the hub's order, in the hub's signed word."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy import select, update

from clerk_app.domain.kinds import fold_stream
from clerk_app.errors import ProtocolMismatch
from clerk_app.journal.attested import AttestedEntry, read_attested_entry
from clerk_app.journal.exchange import FeedPlace
from clerk_app.journal.signature import HEAD, head_message
from sync.batch import decode_batch, encode_batch
from sync.engine import sync_once
from sync.entry_item import entry_item, read_entry_item
from sync.feed_page import read_page
from sync.hub.decide import Ruling, decide
from sync.hub.devices import Device, registered_device
from sync.hub.feed import read_feed
from sync.hub.follows import take_up
from sync.hub.judge import load_facts
from sync.hub.push import push
from sync.hub.quarantine import Choice, release
from sync.hub.revoke import revoke
from sync.hub.schema import entries, feed, follows
from sync.hub.verify import verify_hub
from sync.schemas import CaseWish, FeedItem, StreamsAsk
from tests.sync.conftest import Backup
from tests.sync.store_desk import StoreDesk
from tests.sync.work import HALL, case_number_of, logged_in, taken_in

OTHER_REGION = case_number_of("001", 1, hall="999998")


def take_in(desk, counter=1, device="001"):
    number = case_number_of(device, counter)
    desk.append(f"case/{number}", "case.taken_in", taken_in(number))
    return number


@pytest.fixture
def desks(platform):
    """Window 3 and window 5."""
    return platform.desk("3 号窗口"), platform.desk("5 号窗口")


def sync(platform, *desks):
    reports = [sync_once(platform.lane(desk)) for desk in desks]
    assert [(report.state, report.problem) for report in reports] == [("done", None)] * len(desks)
    return reports[-1]


def state_at_hub(platform, stream):
    with platform.hub.store.reading() as connection:
        return fold_stream(stream, load_facts(connection, HALL, [stream])[stream])


def state_at(desk, stream):
    return fold_stream(stream, desk.facts_of(stream))


def seen(desk):
    return sorted((entry.attested.hub_seq, entry.attested.header.kind) for entry in desk.entries.values())


# ---- what is shown ------------------------------------------------------------------------------------------------


def test_a_case_taken_up_by_its_number_comes_whole_and_is_followed(platform, desks):
    window3, window5 = desks
    number = take_in(window3)
    sync(platform, window3)
    decide(platform.hub, Ruling(number, "return", "例"))
    window5.look_up(number)
    report = sync(platform, window5)
    assert (report.pulled, list(window5.wanted())) == (2, [])
    assert state_at(window5, f"case/{number}") == state_at_hub(platform, f"case/{number}")
    assert seen(window5) == [(1, "case.taken_in")]
    # And what comes later comes by itself.
    window3.append(f"case/{number}", "case.beamed_up", {})
    sync(platform, window3, window5)
    assert seen(window5) == [(1, "case.taken_in"), (6, "case.beamed_up")]
    assert verify_hub(platform.hub).first_fault is None


def test_a_desk_that_does_not_follow_sees_nothing(platform, desks):
    window3, window5 = desks
    number = take_in(window3)
    sync(platform, window3, window5)
    decide(platform.hub, Ruling(number, "grant"))
    assert sync(platform, window5).pulled == 0
    assert seen(window5) == []


def test_who_writes_to_a_stream_is_shown_what_others_wrote_before_and_after(platform, desks):
    window3, window5 = desks
    number = take_in(window3)
    window5.append(f"case/{number}", "case.taken_in", taken_in(number))
    sync(platform, window3, window5)
    assert seen(window5) == [(1, "case.taken_in")]
    assert [conflict.reason for conflict in state_at(window5, f"case/{number}").conflicts] == ["already_taken_in"]
    sync(platform, window3)
    assert seen(window3) == [(2, "case.taken_in")]
    for desk in desks:
        assert state_at(desk, f"case/{number}") == state_at_hub(platform, f"case/{number}")
    assert verify_hub(platform.hub).first_fault is None


def test_a_device_is_not_shown_its_own_entries(platform, desks):
    window3, _ = desks
    number = take_in(window3)
    window3.append(f"case/{number}", "case.beamed_up", {})
    sync(platform, window3)
    window3.append(f"case/{number}", "case.beamed_up", {})
    assert sync(platform, window3).pulled == 0
    assert seen(window3) == []


def test_taking_up_again_changes_nothing(platform, desks):
    window3, window5 = desks
    number = take_in(window3)
    sync(platform, window3)
    for _ in range(3):
        window5.look_up(number)
        sync(platform, window5)
    with platform.hub.store.reading() as connection:
        rows = connection.execute(select(follows)).fetchall()
    assert [(row.device, row.stream, row.clerk, row.hub_seq) for row in rows] == [("002", f"case/{number}", "0312", 3)]
    window3.look_up(number)
    sync(platform, window3)
    assert list(window3.wanted()) == []
    assert verify_hub(platform.hub).first_fault is None


def test_a_case_is_found_by_the_platforms_number_too(platform, desks):
    window3, window5 = desks
    number = take_in(window3)
    sync(platform, window3)
    with platform.hub.store.writing() as connection:
        connection.exec_driver_sql("UPDATE cases SET official_number = '例办〔2026〕7'")
    window5.look_up("例办〔2026〕7")
    sync(platform, window5)
    assert state_at(window5, f"case/{number}").state.number == number


def test_a_case_that_has_not_arrived_is_refused_and_can_be_asked_for_again(platform, desks):
    window3, window5 = desks
    number = take_in(window3)
    window5.look_up(number)
    sync(platform, window5)
    assert window5.wishes[number].refused == "unknown_case"
    sync(platform, window3)
    window5.look_up(number)
    sync(platform, window5)
    assert seen(window5) == [(1, "case.taken_in")]


def test_a_long_past_comes_in_pages(platform, desks, monkeypatch):
    monkeypatch.setattr("sync.client.FEED_PAGE", 3)
    window3, window5 = desks
    number = take_in(window3)
    for _ in range(10):
        window3.append(f"case/{number}", "case.beamed_up", {})
    sync(platform, window3)
    window5.look_up(number)
    assert sync(platform, window5).pulled == 11
    assert [hub_seq for hub_seq, _ in seen(window5)] == list(range(1, 12))


def test_a_page_is_cut_by_its_size_and_the_rest_follows(platform, desks, monkeypatch):
    monkeypatch.setattr("sync.hub.feed.PAGE_BYTES", 3000)
    window3, window5 = desks
    number = take_in(window3)
    for _ in range(60):
        window3.append(f"case/{number}", "case.beamed_up", {"text": "例" * 300})
    sync(platform, window3)
    window5.look_up(number)
    assert sync(platform, window5).pulled == 61


def test_a_body_that_is_no_text_is_shown_as_its_hash(platform, desks):
    window3, _window5 = desks
    entry = window3.append("case/x", "case.taken_in", {})
    odd = dataclasses.replace(entry, body=b"\xff\xfe")
    item = entry_item(AttestedEntry(platform.hub.identity, "999999001", 1, odd), b"s" * 64)
    shown = read_attested_entry(item.content.encode())
    assert (shown.entry.body, shown.entry.body_hash, shown.entry.hash) == (None, entry.body_hash, entry.hash)


# ---- nothing but the hub's word -----------------------------------------------------------------------------------


def changed_lines(content, index, line):
    lines = content.split("\n", 4)
    lines[index] = line
    return "\n".join(lines)


@pytest.mark.parametrize(
    "damage",
    [
        lambda item: FeedItem(content=item.content, signature="0" * 128),
        lambda item: FeedItem(content=item.content),
        lambda item: FeedItem(content=item.content.replace("P31", "P32"), signature=item.signature),
        lambda item: FeedItem(content=item.content.replace('"0312"', '"0999"'), signature=item.signature),
        lambda item: FeedItem(content=item.content.replace("999999001", "999999002"), signature=item.signature),
        lambda item: FeedItem(content=changed_lines(item.content, 2, "11" * 32), signature=item.signature),
        lambda item: FeedItem(content=changed_lines(item.content, 3, "00" * 32), signature=item.signature),
        lambda item: FeedItem(content="\n".join(item.content.split("\n")[:3]), signature=item.signature),
        lambda item: FeedItem(content=item.content + " ", signature=item.signature),
    ],
)
def test_an_entry_that_the_hub_did_not_say_just_so_is_refused(platform, desks, damage):
    window3, _ = desks
    entry = window3.append("case/x", "case.taken_in", taken_in(case_number_of("001", 1)))
    attested = AttestedEntry(platform.hub.identity, "999999001", 7, entry)
    item = entry_item(attested, platform.hub.keys.sign_entry(attested))
    assert read_entry_item(item, platform.hub.key_list).attested == attested
    with pytest.raises(ProtocolMismatch):
        read_entry_item(damage(item), platform.hub.key_list)


def page_of(platform, code, after=0):
    with platform.hub.store.reading() as connection:
        device = registered_device(connection, code)
    return read_feed(platform.hub, device, after, 100)


def test_a_line_that_names_another_item_is_refused(platform, desks):
    window3, window5 = desks
    numbers = [take_in(window3, counter) for counter in (1, 2)]
    sync(platform, window3)
    for number in numbers:
        window5.look_up(number)
    sync(platform, window5)
    answer = page_of(platform, "999999002")
    assert read_page(answer, FeedPlace(), platform.hub.key_list) is not None
    first, _follow, second, _follow = answer.items
    line, _, _below = first.content.partition("\n")
    swapped = FeedItem(content=line + "\n" + second.content.partition("\n")[2], signature=second.signature)
    with pytest.raises(ProtocolMismatch):
        read_page(answer.model_copy(update={"items": [swapped]}), FeedPlace(), platform.hub.key_list)


def test_a_page_without_one_of_its_entries_is_not_taken(platform, desks):
    window3, window5 = desks
    number = take_in(window3)
    sync(platform, window3)
    window5.look_up(number)
    sync(platform, window5)
    answer = page_of(platform, "999999002")
    cut = answer.model_copy(update={"items": answer.items[1:]})
    assert read_page(cut, FeedPlace(), platform.hub.key_list) is None


# ---- after a restore ----------------------------------------------------------------------------------------------


def test_a_hub_that_forgot_who_follows_is_asked_again(platform, desks, tmp_path):
    window3, window5 = desks
    number = take_in(window3)
    sync(platform, window3, window5)
    backup = Backup(platform, tmp_path / "backup")
    window5.look_up(number)
    sync(platform, window5)
    backup.restore()
    sync(platform, window5)
    window3.append(f"case/{number}", "case.beamed_up", {})
    sync(platform, window3, window5)
    assert [kind for _, kind in seen(window5)] == ["case.taken_in", "case.beamed_up"]
    assert state_at(window5, f"case/{number}") == state_at_hub(platform, f"case/{number}")
    assert verify_hub(platform.hub).first_fault is None


def test_a_case_that_a_hub_put_back_has_lost_is_shown_again_though_its_desk_comes_last(platform, desks, tmp_path):
    """Who was shown it asks before it is there again, also of a clerk who looks it up just then."""
    window3, window5 = desks
    sync(platform, window3, window5)
    backup = Backup(platform, tmp_path / "backup")
    number = take_in(window3)
    sync(platform, window3)
    window5.look_up(number)
    sync(platform, window5)
    backup.restore()
    sync(platform, window5)
    window5.look_up(number)
    window3.append(f"case/{number}", "case.beamed_up", {})
    sync(platform, window5, window3, window5)
    assert [kind for _, kind in seen(window5)] == ["case.taken_in", "case.beamed_up"]
    assert state_at(window5, f"case/{number}") == state_at_hub(platform, f"case/{number}")
    assert list(window5.wanted()) == []
    assert verify_hub(platform.hub).first_fault is None


def test_what_the_hub_and_its_writer_both_lost_comes_back_from_whoever_was_shown_it(platform, desks, tmp_path):
    window3, window5 = desks
    sync(platform, window3, window5)
    backup, image = Backup(platform, tmp_path / "backup"), window3.image()
    number = take_in(window3)
    sync(platform, window3)
    window5.look_up(number)
    sync(platform, window5)
    backup.restore()
    window3.put_back(image)
    sync(platform, window3, window5, window3, window5)
    assert state_at(window5, f"case/{number}") == state_at_hub(platform, f"case/{number}")


@pytest.mark.parametrize("stream", ["case/1", "session/1", f"case/{OTHER_REGION}", "case"])
def test_only_a_case_of_a_hall_that_is_served_is_followed_before_it_is_there(platform, desks, stream):
    window5 = desks[1]
    device = Device(HALL, "002", window5.registration().device_public)
    wish = CaseWish(number=case_number_of("001", 1), clerk="0312", stream=stream)
    assert take_up(platform.hub, device, StreamsAsk(cases=[wish])).cases[0].refused == "unknown_case"


def test_entries_that_get_other_numbers_after_a_restore_fold_in_the_new_order(platform, desks, tmp_path):
    window3, window5 = desks
    sync(platform, *desks)
    backup = Backup(platform, tmp_path / "backup")
    number = take_in(window3)
    window5.append(f"case/{number}", "case.taken_in", taken_in(number, power="receive"))
    sync(platform, window3, window5, window3)
    assert state_at(window5, f"case/{number}").state.intake.power == "accept"
    backup.restore()
    # Now the other window is the first to come.
    sync(platform, window5, window3, window5, window3)
    for desk in desks:
        assert state_at(desk, f"case/{number}") == state_at_hub(platform, f"case/{number}")
    assert state_at(window3, f"case/{number}").state.intake.power == "receive"
    assert verify_hub(platform.hub).first_fault is None


# ---- on the real store --------------------------------------------------------------------------------------------


@pytest.fixture
def store_desk(platform, tmp_path):
    desk = StoreDesk(tmp_path / "desk", platform.enrol_content("5 号窗口"), platform.clock, platform.rng)
    yield desk
    desk.close()


def test_the_store_lists_a_case_of_another_desk_and_counts_its_entries_apart(platform, store_desk):
    window3 = platform.desk("3 号窗口")
    number = take_in(window3, device="002")
    sync(platform, window3)
    store_desk.look_up(number)
    sync(platform, store_desk)
    [row] = store_desk.store.reads.cases()
    assert (row.number, row.uploaded) == (number, True)
    assert store_desk.store.reads.first_entry(f"case/{number}") == window3.chains[0].entries[0]
    assert list(store_desk.own_chains()) == []
    from clerk_app.store.verify import verify_store

    found = verify_store(store_desk.store)
    assert (found.first_fault, found.entries, found.received) == (None, 0, 1)


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("UPDATE received_entries SET body = CAST(replace(body, 'P31', 'P99') AS BLOB)", "chain_ok"),
        ("UPDATE received_entries SET header = CAST(replace(header, '0312', '0999') AS BLOB)", "chain_ok"),
        ("UPDATE received_entries SET stream = 'case/1'", "chain_ok"),
        ("UPDATE received_entries SET device = '999999009'", "signatures_ok"),
        ("UPDATE received_entries SET hub_seq = 9", "signatures_ok"),
        ("UPDATE received_entries SET signature = zeroblob(64)", "signatures_ok"),
        ("DELETE FROM received_entries", "projections_ok"),
    ],
)
def test_verify_finds_what_was_changed_of_anothers_entry(platform, store_desk, statement, part):
    from clerk_app.store.verify import verify_store

    window3 = platform.desk("3 号窗口")
    number = take_in(window3)
    sync(platform, window3)
    store_desk.look_up(number)
    sync(platform, store_desk)
    with store_desk.store.write("") as unit:
        unit.connection.exec_driver_sql(statement)
        unit.commit()
    found = verify_store(store_desk.store)
    assert not getattr(found, part)
    assert found.first_fault


def test_an_act_that_came_second_becomes_a_conflict_in_the_very_transaction(platform, store_desk):
    window3 = platform.desk("3 号窗口")
    number = take_in(window3)
    store_desk.append(f"case/{number}", "case.taken_in", taken_in(number, power="receive"))
    assert store_desk.backlog().conflicts == 0
    report = sync(platform, window3, store_desk)
    assert (report.conflicts, report.parked) == (1, 1)
    assert [row.state for row in store_desk.store.reads.cases(kind="todo")] == ["accepted"]
    # Both versions are kept, each by whom it was made.
    facts = store_desk.facts_of(f"case/{number}")
    assert [fact.body["power"] for fact in facts] == ["accept", "receive"]


def test_half_a_surrogate_pair_of_another_program_stops_nothing(platform, store_desk):
    window3 = platform.desk("3 号窗口")
    number = case_number_of("001", 1)
    body = taken_in(number)
    body["applicant"] = {**body["applicant"], "name": "\ud800"}
    entry = window3.append(f"case/{number}", "case.taken_in", taken_in(number))
    raw = entry.body.replace('"周例安"'.encode(), b'"\\ud800"')
    from clerk_app.journal.body import body_hash
    from clerk_app.journal.entry import link

    hashed = body_hash(entry.salt, raw)
    odd = dataclasses.replace(entry, body=raw, body_hash=hashed, hash=link(entry.prev, entry.header, hashed))
    window3.chains[0].entries[0] = odd
    sync(platform, window3)
    store_desk.look_up(number)
    sync(platform, store_desk)
    assert [row.applicant for row in store_desk.store.reads.cases()] == ["?"]


# ---- verify at the hub --------------------------------------------------------------------------------------------


def forget_a_follow(connection):
    connection.execute(follows.delete())


def show_another(connection):
    connection.execute(update(feed).where(feed.c.shows == 1).values(shows=2))


def drop_what_is_shown(connection):
    connection.execute(entries.delete().where(entries.c.hub_seq == 1))


@pytest.mark.parametrize("damage", [forget_a_follow, show_another, drop_what_is_shown])
def test_the_hubs_verify_finds(platform, desks, damage):
    window3, window5 = desks
    number = take_in(window3)
    take_in(window3, 2)
    sync(platform, window3)
    window5.look_up(number)
    sync(platform, window5)
    assert verify_hub(platform.hub).first_fault is None
    with platform.hub.store.writing() as connection:
        damage(connection)
    assert verify_hub(platform.hub).first_fault is not None


def test_a_session_of_the_same_name_is_seen_by_both(platform, desks):
    for desk in desks:
        desk.append("session/1", "session.logged_in", logged_in())
    sync(platform, *desks, *desks)
    assert [len(desk.entries) for desk in desks] == [1, 1]


def test_what_is_in_quarantine_is_shown_to_those_who_follow_once_it_is_released(platform, desks):
    window3, window5 = desks
    number = take_in(window3)
    sync(platform, window3)
    with platform.hub.store.reading() as connection:
        device = registered_device(connection, "999999001")
    window5.look_up(number)
    sync(platform, window5)
    window3.append(f"case/{number}", "case.beamed_up", {})
    chain = window3.chains[0]
    signature = window3.sign(HEAD, head_message(chain.chain, len(chain.entries), chain.head))
    batch = decode_batch(encode_batch(chain.chain, 1, chain.entries, signature))
    revoke(platform.hub, "999999001", "例")
    push(platform.hub, device, batch)
    assert sync(platform, window5).pulled == 0
    release(platform.hub, Choice("999999001"))
    sync(platform, window5)
    assert [kind for _, kind in seen(window5)] == ["case.taken_in", "case.beamed_up"]
    assert state_at(window5, f"case/{number}") == state_at_hub(platform, f"case/{number}")
    assert verify_hub(platform.hub).first_fault is None
