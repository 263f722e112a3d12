"""What the hub does with entries: stores all that chains, once, whatever they say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from clerk_app.domain import kinds, session
from clerk_app.errors import PlatformUnreachable
from clerk_app.journal.body import body_hash
from clerk_app.journal.entry import Entry, Header, link
from clerk_app.journal.signature import HEAD, head_message
from sync.batch import decode_batch, encode_batch
from sync.engine import sync_once
from sync.hub.devices import Device
from sync.hub.digest import digest
from sync.hub.push import push
from sync.hub.reconsider import reconsider
from sync.hub.schema import entries
from sync.hub.verify import verify_hub
from sync.report import Repaired
from tests.sync.conftest import DirectLine
from tests.sync.work import case_number_of, logged_in, taken_in


class LosesAnswers(DirectLine):
    """The hub commits, the answer is lost, `times` in a row; each try reaches the hub `copies` times."""

    def __init__(self, service, path, times, copies=1):
        super().__init__(service)
        self._path, self._times, self._copies = path, times, copies

    def send(self, request):
        if request.route != self._path or not self._times:
            return super().send(request)
        self._times -= 1
        for _ in range(self._copies):
            super().send(request)
        raise PlatformUnreachable


def take_in(desk, counter=1):
    number = case_number_of("001", counter)
    return desk.append(f"case/{number}", "case.taken_in", taken_in(number))


@pytest.mark.parametrize("times", [1, 2, 7, 50])
def test_a_lost_answer_resent_many_times_makes_exactly_one_case(platform, times):
    desk = platform.desk()
    take_in(desk)
    lane = platform.lane(desk, LosesAnswers(platform.service, "/v1/push", times))
    states = [sync_once(lane).state for _ in range(2)]
    assert states[-1] == "done"
    found = digest(platform.hub)
    assert (found.cases, found.entries) == (1, 1)
    assert verify_hub(platform.hub).first_fault is None


@pytest.mark.parametrize("copies", [1, 2, 50])
def test_a_request_that_arrives_many_times_makes_exactly_one_case(platform, copies):
    desk = platform.desk()
    take_in(desk)
    lane = platform.lane(desk, LosesAnswers(platform.service, "/v1/push", 1, copies))
    sync_once(lane)
    sync_once(lane)
    assert (digest(platform.hub).cases, digest(platform.hub).entries) == (1, 1)


def test_what_the_hub_has_is_confirmed_not_sent_again(platform):
    desk = platform.desk()
    for counter in range(1, 30):
        take_in(desk, counter)
    line = LosesAnswers(platform.service, "/v1/push", 1)
    lane = platform.lane(desk, line)
    sync_once(lane)
    line.requests.clear()
    assert sync_once(lane).state == "done"
    assert "/v1/push" not in [request.route for request in line.requests]
    assert "/v1/acks" in [request.route for request in line.requests]


def test_a_replay_gets_the_same_acks(platform):
    desk = platform.desk()
    take_in(desk)
    line = DirectLine(platform.service)
    sync_once(platform.lane(desk, line))
    [request] = [request for request in line.requests if request.route == "/v1/push"]
    assert line.service.handle(request) == line.service.handle(request)


def test_one_bad_entry_first_in_the_queue_holds_up_nothing(platform):
    desk = platform.desk()
    desk.append("case/nonsense", "case.taken_in", {"number": 7, "deep": {"blobs": "none"}})
    for counter in range(1, 100):
        take_in(desk, counter)
    report = sync_once(platform.lane(desk))
    assert (report.state, report.pushed, report.parked, report.pending) == ("done", 100, 1, 0)
    assert digest(platform.hub).cases == 99


@pytest.mark.parametrize(
    ("stream", "kind", "body", "reason"),
    [
        ("session/1", "session.beamed_up", {}, "unknown_kind"),
        ("orbit/1", "orbit.entered", {}, "unknown_kind"),
        ("session/1", "session.logged_in", {}, "malformed"),
        ("session/1", "session.logged_out", {}, "session_not_open"),
    ],
)
def test_a_parked_entry_is_stored_and_says_why(platform, stream, kind, body, reason):
    desk = platform.desk()
    entry = desk.append(stream, kind, body)
    report = sync_once(platform.lane(desk))
    assert (report.state, report.parked) == ("done", 1)
    assert desk.parked() == {(entry.head.chain, 1): reason}
    assert digest(platform.hub).parked == 1
    assert verify_hub(platform.hub).first_fault is None


def test_an_entry_parked_for_its_kind_is_judged_again_after_an_upgrade(platform, monkeypatch):
    newer = replace(
        session.SESSION, handlers={**session.SESSION.handlers, "session.napped": lambda state, _fact: state}
    )
    desk = platform.desk()
    desk.append("session/1", "session.logged_in", logged_in())
    desk.append("session/1", "session.napped", {})
    lane = platform.lane(desk)
    assert sync_once(lane).parked == 1
    monkeypatch.setattr(kinds, "STREAMS", {**kinds.STREAMS, "session": newer})
    assert reconsider(platform.hub) == 1
    assert reconsider(platform.hub) == 0
    assert sync_once(lane).parked == 0
    assert digest(platform.hub).parked == 0
    assert verify_hub(platform.hub).first_fault is None


def test_user_b_syncs_the_work_of_user_a_and_it_stays_as(platform):
    desk = platform.desk()
    desk.append("session/1", "session.logged_in", logged_in(), clerk="0312")
    lane = platform.lane(desk)
    desk.append("session/2", "session.logged_in", logged_in(), clerk="0999")
    sync_once(lane)
    assert [entry.head.clerk for entry in stored_entries(platform)] == ["0312", "0999"]


def test_what_is_written_while_a_sync_runs_is_sent_too_and_once(platform):
    desk = platform.desk()
    take_in(desk)

    class WritesMeanwhile(DirectLine):
        def send(self, request):
            written = len(desk.chains[0].entries)
            if request.route == "/v1/push" and written < 4:
                take_in(desk, written + 1)
            return super().send(request)

    report = sync_once(platform.lane(desk, WritesMeanwhile(platform.service)))
    assert (report.state, report.pushed, report.pending) == ("done", 4, 0)
    assert digest(platform.hub).entries == 4


# ---- chains that do not hold --------------------------------------------------------------------------------------


def stored_entries(platform):
    with platform.hub.store.reading() as connection:
        rows = connection.execute(select(entries).order_by(entries.c.hub_seq)).fetchall()
    return [Entry(row.header, row.body, row.salt, row.body_hash, b"", row.hash) for row in rows]


def test_an_entry_that_was_changed_holds_up_nothing_and_is_left_for_a_person(platform):
    desk = platform.desk()
    take_in(desk, 1)
    sync_once(platform.lane(desk))
    bad = take_in(desk, 2)
    take_in(desk, 3)
    desk.chains[0].entries[1] = replace(bad, body=bad.body.replace(b"P31", b"P99"))
    for repaired in (Repaired(reappended=1), Repaired()):
        report = sync_once(platform.lane(desk))
        assert (report.state, report.pending, report.settled, report.repaired) == ("partial", 0, True, repaired)
        assert report.problem is not None
        assert (report.problem.code, report.problem.data) == ("entry_damaged", {"count": 1})
    take_in(desk, 4)
    sync_once(platform.lane(desk))
    found = digest(platform.hub)
    assert (sorted(chain.entries for chain in found.chains), found.cases) == ([1, 2], 3)
    assert verify_hub(platform.hub).first_fault is None


def test_a_head_signed_by_another_key_stops_every_chain_and_is_tried_again_a_day_later(platform):
    desk = platform.desk()
    take_in(desk)
    sync_once(platform.lane(desk))
    take_in(desk, 2)
    mine = desk.sign
    desk.sign = lambda purpose, message: mine("another" if purpose == HEAD else purpose, message)
    for _ in range(3):
        report = sync_once(platform.lane(desk))
        assert (report.state, report.pending, report.settled) == ("partial", 1, True)
        assert report.problem is not None
        assert report.problem.data == {"reason": "chain_signature"}
    assert digest(platform.hub).entries == 1
    assert len(desk.chains) <= 3
    desk.sign = mine
    platform.clock.advance(86_400)
    report = sync_once(platform.lane(desk))
    assert (report.state, report.pending, digest(platform.hub).entries) == ("done", 0, 2)


def test_a_restored_laptop_that_went_on_is_a_fork_and_both_ends_get_both_works(platform):
    desk = platform.desk()
    lane = platform.lane(desk)
    take_in(desk, 1)
    sync_once(lane)
    snapshot = list(desk.chains[0].entries)
    take_in(desk, 2)
    sync_once(lane)
    # Yesterday's copy is put back, and work goes on from there.
    desk.chains[0].entries[:] = snapshot
    desk.chains[0].acked.pop(2)
    take_in(desk, 3)
    report = sync_once(lane)
    assert (report.state, report.pending, report.problem) == ("done", 0, None)
    assert report.repaired == Repaired(reappended=1, taken_back=1)
    take_in(desk, 4)
    assert sync_once(lane).repaired == Repaired()
    found = digest(platform.hub)
    assert (found.entries, found.cases) == (4, 4)
    assert {chain.chain: (chain.entries, chain.head) for chain in found.chains} == {
        chain.chain: (chain.seq, chain.head.hex()) for chain in desk.own_chains()
    }


def test_where_two_long_histories_part_is_found_with_few_questions(platform):
    desk = platform.desk()
    line = DirectLine(platform.service)
    lane = platform.lane(desk, line)
    for counter in range(1, 101):
        desk.append(f"session/{counter}", "session.logged_in", logged_in())
    sync_once(lane)
    snapshot = desk.chains[0].entries[:70]
    # The copy was made before the acks of its last entries came.
    desk.chains[0].entries[:] = snapshot
    desk.chains[0].acked = {seq: signed for seq, signed in desk.chains[0].acked.items() if seq <= 10}
    for counter in range(200, 260):
        desk.append(f"session/{counter}", "session.logged_in", logged_in())
    before = len(line.requests)
    report = sync_once(lane)
    assert (report.state, report.pending) == ("done", 0)
    assert report.repaired == Repaired(reappended=60, taken_back=30)
    assert len(line.requests) - before <= 12
    assert digest(platform.hub).entries == 160


def test_a_laptop_put_back_to_yesterday_gets_its_own_work_back(platform):
    desk = platform.desk()
    lane = platform.lane(desk)
    take_in(desk, 1)
    take_in(desk, 2)
    sync_once(lane)
    lost = desk.chains[0].entries[1]
    del desk.chains[0].entries[1:]
    desk.chains[0].acked.pop(2)
    report = sync_once(lane)
    assert (report.state, report.repaired) == ("done", Repaired(taken_back=1))
    assert desk.chains[0].entries[1] == lost
    assert desk.uploaded() == {(desk.chains[0].chain, 1), (desk.chains[0].chain, 2)}
    take_in(desk, 3)
    assert sync_once(lane).pending == 0
    assert [chain.entries for chain in sorted(digest(platform.hub).chains, key=lambda one: one.entries)] == [1, 2]


def test_a_chain_that_the_laptop_forgot_comes_back_whole(platform):
    desk = platform.desk()
    lane = platform.lane(desk)
    take_in(desk, 1)
    desk.cut_chain(desk.chains[0].chain, "fork", {})
    written = take_in(desk, 2)
    sync_once(lane)
    forgotten = desk.chains.pop()
    report = sync_once(lane)
    assert (report.state, report.repaired) == ("done", Repaired(taken_back=1))
    assert written in desk.entries_after(forgotten.chain, 0, max_bytes=1 << 20)
    take_in(desk, 3)
    assert sync_once(lane).pending == 0
    assert digest(platform.hub).entries == 3


def test_what_was_sent_and_arrives_only_after_it_was_written_again_counts_once(platform):
    desk = platform.desk()
    lane = platform.lane(desk)
    take_in(desk, 1)
    sync_once(lane)
    old = desk.chains[0]
    late = take_in(desk, 2)
    signature = desk.sign(HEAD, head_message(old.chain, 2, late.hash))
    batch = encode_batch(old.chain, 2, [late], signature)
    desk.cut_chain(old.chain, "fork", {old.chain: 1})
    sync_once(lane)
    device = Device("999999", "001", desk.registration().device_public)
    assert push(platform.hub, device, decode_batch(batch)).acks
    report = sync_once(lane)
    assert (report.state, report.pending, report.conflicts) == ("done", 0, 0)
    found = digest(platform.hub)
    assert (found.entries, found.cases, found.parked) == (3, 2, 0)
    assert verify_hub(platform.hub).first_fault is None


def test_a_batch_after_a_gap_counts_for_nothing_until_the_gap_is_filled(platform):
    desk = platform.desk()
    for counter in (1, 2, 3):
        take_in(desk, counter)
    lane = platform.lane(desk)
    line = lane.transport

    class SkipsOne(DirectLine):
        def send(self, request):
            if request.route == "/v1/push":
                entries = desk.chains[0].entries[1:]
                signature = desk.sign(HEAD, head_message(desk.chains[0].chain, 3, entries[-1].hash))
                request = replace(request, content=encode_batch(desk.chains[0].chain, 2, entries, signature))
            return super().send(request)

    lane.transport = SkipsOne(platform.service)
    sync_once(lane)
    assert digest(platform.hub).entries == 0
    lane.transport = line
    assert sync_once(lane).state == "done"


def test_a_chain_of_another_device_is_refused(platform):
    first, second = platform.desk("1 号窗口"), platform.desk("2 号窗口")
    take_in(first)
    sync_once(platform.lane(first))
    second.chains[0].chain = first.chains[0].chain
    take_in(second)
    assert sync_once(platform.lane(second)).state == "refused"
    assert digest(platform.hub).entries == 1


def test_a_new_chain_cites_the_head_of_the_earlier_one(platform):
    desk = platform.desk()
    take_in(desk, 1)
    head = desk.chains[0].head
    desk.begin_chain()
    take_in(desk, 2)
    assert sync_once(platform.lane(desk)).state == "done"
    [_, second] = desk.chains
    assert second.entries[0].prev == head
    assert verify_hub(platform.hub).first_fault is None


@pytest.mark.parametrize(
    "body",
    [
        b"[1,2",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 20_000,
        b'{"number":1e999}',
        b'{"matter":{"name":"\\ud800"}}',
        b'{"blobs":[{"id":"' + b"0" * 64 + b'"}],"x":"\\u0000"}',
    ],
    ids=["cut", "list", "null", "no text", "deep", "infinite", "half a pair", "nul"],
)
def test_a_body_that_is_no_body_of_ours_is_parked_and_poisons_nothing(platform, body):
    """A broken or hostile program holds a real device's key: its chain is good, its words are not."""
    desk = platform.desk()
    sync_once(platform.lane(desk))
    take_in(desk, 1)
    chain = desk.chains[0]
    header = Header(chain.chain, 2, 0, "ok", "0312", f"case/{case_number_of('001', 2)}", "case.taken_in").to_bytes()
    hashed = body_hash(b"s" * 16, body)
    chain.entries.append(Entry(header, body, b"s" * 16, hashed, chain.head, link(chain.head, header, hashed)))
    take_in(desk, 3)
    signature = desk.sign(HEAD, head_message(chain.chain, 3, chain.head))
    batch = decode_batch(encode_batch(chain.chain, 1, chain.entries, signature))
    answer = push(platform.hub, Device("999999", "001", desk.registration().device_public), batch)
    assert answer.acks[-1].seq == 3
    found = digest(platform.hub)
    assert (found.entries, found.cases, found.parked) == (3, 2, 1)
    assert verify_hub(platform.hub).first_fault is None


@pytest.mark.parametrize(
    "header",
    [
        b"[" * 3000,
        b"7",
        b'["sha256-ed25519","CHAIN",2,0,"ok","0312",["case"],"case.taken_in"]',
        b'["sha256-ed25519","CHAIN",2,1e400,"ok","0312","case/1","case.taken_in"]',
        b'["sha256-ed25519","CHAIN",2,0,"ok","0312","case/\\u0000","case.taken_in"]',
        b'["sha256-ed25519","CHAIN",2,0,"ok","0312","case/\\ud800","case.taken_in"]',
    ],
    ids=["deep", "number", "list as stream", "infinite time", "nul", "half a pair"],
)
def test_a_header_out_of_form_stops_its_chain_and_no_other(platform, header):
    desk = platform.desk()
    sync_once(platform.lane(desk))
    take_in(desk, 1)
    chain = desk.chains[0]
    header = header.replace(b"CHAIN", chain.chain.encode())
    hashed = body_hash(b"s" * 16, b"{}")
    chain.entries.append(Entry(header, b"{}", b"s" * 16, hashed, chain.head, link(chain.head, header, hashed)))
    signature = desk.sign(HEAD, head_message(chain.chain, 2, chain.head))
    batch = decode_batch(encode_batch(chain.chain, 1, chain.entries, signature))
    answer = push(platform.hub, Device("999999", "001", desk.registration().device_public), batch)
    assert answer.stopped is not None
    assert answer.stopped.reason == "hash"
    other = platform.desk("2 号窗口")
    take_in(other)
    assert sync_once(platform.lane(other)).state == "done"
