"""Desk and hub in one process: what each promises the other."""

from __future__ import annotations

from sync.engine import sync_once
from sync.hub.decide import Ruling, decide
from sync.hub.digest import digest
from sync.hub.verify import verify_hub
from tests.sync.conftest import DirectLine
from tests.sync.work import case_number_of, logged_in, scan, taken_in


def test_the_first_sync_registers_and_brings_everything_over(platform):
    desk = platform.desk()
    desk.append("session/1", "session.logged_in", logged_in())
    desk.append(f"case/{case_number_of('001', 1)}", "case.taken_in", taken_in(case_number_of("001", 1)))
    report = sync_once(platform.lane(desk))
    assert (report.state, report.pushed, report.pending, report.parked) == ("done", 2, 0, 0)
    found = digest(platform.hub)
    assert [(chain.entries, chain.head) for chain in found.chains] == [(2, desk.chains[0].head.hex())]
    assert (found.cases, found.entries, found.parked) == (1, 2, 0)
    assert desk.applied == {(desk.chains[0].chain, 1), (desk.chains[0].chain, 2)}
    assert verify_hub(platform.hub).first_fault is None


def test_nothing_changed_is_one_round_trip_of_little_with_a_token(platform):
    desk = platform.desk()
    desk.append("session/1", "session.logged_in", logged_in())
    line = DirectLine(platform.service)
    lane = platform.lane(desk, line)
    sync_once(lane)
    line.requests.clear()
    report = sync_once(lane)
    assert report.state == "done"
    assert [request.path for request in line.requests] == ["/v1/state"]
    assert report.bytes_sent + report.bytes_received < 2000


def test_blobs_follow_their_entry_and_only_then_is_it_complete(platform):
    desk = platform.desk()
    content = b"sealed scan " * 60_000
    blob = desk.put_blob(content)
    number = case_number_of("001", 1)
    desk.append(f"case/{number}", "case.taken_in", taken_in(number, scan(blob)))
    report = sync_once(platform.lane(desk))
    assert (report.state, report.blobs_sent, report.pending) == ("done", 1, 0)
    assert platform.hub.shelf.path(blob.id).read_bytes() == content
    assert digest(platform.hub).blobs == 1


def test_a_decision_comes_back_signed(platform):
    desk = platform.desk()
    number = case_number_of("001", 1)
    desk.append(f"case/{number}", "case.taken_in", taken_in(number))
    lane = platform.lane(desk)
    sync_once(lane)
    decide(platform.hub, Ruling(number, "grant"))
    report = sync_once(lane)
    assert (report.state, report.pulled) == ("done", 1)
    [received] = desk.facts.values()
    assert (received.fact.stream, received.fact.kind) == (f"case/{number}", "case.decided")
    assert received.fact.body == {"result": "grant", "reason": "", "child": None}
    assert verify_hub(platform.hub).first_fault is None
