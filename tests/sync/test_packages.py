"""A package at the hub: its children decided one by one, who waits begins with dates, who cannot begin stops."""

import re
from datetime import date

import pytest

from clerk_app.domain.case import Case
from clerk_app.domain.case_number import child
from clerk_app.domain.case_state import CaseState
from clerk_app.domain.kinds import fold_stream
from clerk_app.domain.outcomes import DEFERRED
from clerk_app.errors import NotDecidable
from clerk_app.seams import SystemDisk
from clerk_app.security.progress_token import make_progress_token
from sync.engine import sync_once
from sync.hub.decide import Ruling, decide
from sync.hub.exchange.export import exchange_to_folder
from sync.hub.exchange.history import standings
from sync.hub.exchange.mapping import records_of
from sync.hub.verify import verify_hub
from sync.wire import Request
from tests.helpers.packages import COMPANY, package_taken_in
from tests.sync.work import HALL, case_number_of

CHILDREN = ("B01", "B05", "B06", "B07", "B08", "B09", "B11")


@pytest.fixture
def desk(platform):
    return platform.desk()


@pytest.fixture
def number(platform, desk):
    """A company opens a restaurant: B01 is accepted at the counter, six permits wait for it."""
    number = case_number_of("001", 1)
    desk.append(f"case/{number}", "case.package_taken_in", package_taken_in(number, "PK01", COMPANY))
    sync_once(platform.lane(desk))
    return number


def case_at(desk, number):
    stream = f"case/{number}"
    case = fold_stream(stream, desk.facts_of(stream)).state
    assert isinstance(case, Case)
    return case


def rule(platform, number, ordinal, result, reason="例由", **more):
    return decide(platform.hub, Ruling(number, result, reason, child(number, ordinal), **more))


def history_of(platform, number):
    with platform.hub.store.reading() as connection:
        (found,) = standings(platform.hub, connection, HALL, [number])
    assert found.history is not None
    return found.history


def records(platform, number, kind):
    """The records of that kind with the last two digits of the number each stands under."""
    made = [keyed.record for keyed in records_of(history_of(platform, number))]
    rows = [record.model_dump() for record in made if record.kind == kind]
    assert all(row["project_no"][:-2] == number for row in rows)
    return [(row["project_no"][-2:], row) for row in rows]


def states(case):
    return [one.state for one in case.children]


def test_a_granted_child_lets_those_begin_that_waited_for_it_with_dates_of_the_calendar(platform, desk, number):
    fact = rule(platform, number, 1, "grant")
    sync_once(platform.lane(desk))
    case = case_at(desk, number)
    first, *permits = case.children
    assert (first.state, {one.state for one in permits}) == (CaseState.DECIDED, {CaseState.ACCEPTED})
    on = permits[0].accepted_on
    assert on is not None
    for one in permits:
        assert (one.accepted_on, one.running[0].start) == (on, on)
        assert one.due is not None
        assert one.legal_due is not None
        assert on < one.due.on <= one.legal_due.on
    assert [item["child"] for item in fact.body["started"]] == [child(number, place) for place in range(2, 8)]
    assert case.state is CaseState.ACCEPTED


def test_a_refused_child_stops_those_that_waited_for_it_and_no_others(platform, desk, number):
    rule(platform, number, 1, "refuse", "名称重复")
    sync_once(platform.lane(desk))
    case = case_at(desk, number)
    assert states(case) == [CaseState.DECIDED, *[CaseState.STOPPED] * 6]
    assert case.state is CaseState.DECIDED
    with pytest.raises(NotDecidable):
        rule(platform, number, 2, "grant")


def test_a_child_that_waits_cannot_be_decided_returned_or_suspended(platform, number):
    for result in ("grant", "refuse", "return", "suspend"):
        with pytest.raises(NotDecidable):
            rule(platform, number, 2, result, name="鉴定")


def test_a_package_is_decided_child_by_child_and_never_as_a_whole(platform, number):
    with pytest.raises(NotDecidable) as refused:
        decide(platform.hub, Ruling(number, "grant"))
    assert refused.value.data["reason"] == "child_not_named"
    with pytest.raises(NotDecidable) as refused:
        decide(platform.hub, Ruling(number, "grant", child=child(number, 9)))
    assert refused.value.data["reason"] == "no_such_child"


def test_one_refused_permit_leaves_the_others_at_work_and_the_whole_ends_with_the_last(platform, desk, number):
    rule(platform, number, 1, "grant")
    rule(platform, number, 2, "refuse", "布局不合要求")
    rule(platform, number, 3, "return", "效果图缺页")
    sync_once(platform.lane(desk))
    case = case_at(desk, number)
    assert states(case)[1:4] == [CaseState.DECIDED, CaseState.RETURNED, CaseState.ACCEPTED]
    assert case.state is CaseState.RETURNED
    assert case.running[-1].end is None
    for ordinal in (4, 5, 6, 7):
        rule(platform, number, ordinal, "grant")
    sync_once(platform.lane(desk))
    assert case_at(desk, number).state is CaseState.RETURNED


def test_the_clock_of_one_child_stands_still_while_the_others_run(platform, desk, number):
    rule(platform, number, 1, "grant")
    rule(platform, number, 2, "suspend", "检验", name="检验")
    rule(platform, number, 3, "extend", "案情复杂", due_on="2027-01-20")
    sync_once(platform.lane(desk))
    _, food, sign, fire, *_ = case_at(desk, number).children
    assert (food.state, food.running[-1].end is not None) == (CaseState.SUSPENDED, True)
    assert (sign.state, sign.due and sign.due.on) == (CaseState.EXTENDED, date(2027, 1, 20))
    assert (fire.state, fire.running[-1].end) == (CaseState.ACCEPTED, None)


def test_desk_and_hub_fold_the_same_case_and_the_hub_verifies(platform, desk, number):
    rule(platform, number, 1, "grant")
    rule(platform, number, 4, "refuse")
    sync_once(platform.lane(desk))
    assert history_of(platform, number).case == case_at(desk, number)
    assert verify_hub(platform.hub).first_fault is None


def test_nothing_is_granted_before_the_deferred_papers_are_in(platform, desk):
    number = case_number_of("001", 2)
    body = package_taken_in(number, "PK01", COMPANY, outcome=DEFERRED, missing=("N10",))
    desk.append(f"case/{number}", "case.package_taken_in", body)
    sync_once(platform.lane(desk))
    rule(platform, number, 1, "grant")
    sync_once(platform.lane(desk))
    lacking = next(one.ordinal for one in case_at(desk, number).children if one.deferred)
    assert states(case_at(desk, number))[lacking - 1] is CaseState.ACCEPTED_DEFICIT
    with pytest.raises(NotDecidable):
        rule(platform, number, lacking, "grant")
    supplied = next(item for item in body["materials"] if item["state"] == "deferred")
    paper = {**supplied, "state": "received", "form": "original_seen", "copies": 1, "pages": 1}
    desk.append(f"case/{number}", "case.material_supplied", {"materials": [paper]})
    sync_once(platform.lane(desk))
    rule(platform, number, lacking, "grant")
    assert verify_hub(platform.hub).first_fault is None


def test_every_child_has_records_of_its_own_with_its_own_clock(platform, number):
    platform.clock.advance(86_400)
    rule(platform, number, 1, "grant")
    rule(platform, number, 2, "grant", "符合条件")
    accepts = dict(records(platform, number, "accept"))
    assert list(accepts) == ["01", "02", "03", "04", "05", "06", "07"]
    for one in history_of(platform, number).case.children:
        row = accepts[one.number[-2:]]
        assert row["task_code"] == one.matter.implementation_code
        assert one.due is not None
        assert row["promise_date"].date() == one.due.on
    assert accepts["02"]["accept_date"] > accepts["01"]["accept_date"]
    assert [ordinal for ordinal, _ in records(platform, number, "result")] == ["01", "02"]
    steps = [
        (row["process_name"], row["event_name"])
        for ordinal, row in records(platform, number, "process")
        if ordinal == "02"
    ]
    assert steps == [("申办", "收件"), ("受理", "受理"), ("审批", "准予"), ("办结", "办结")]


def test_a_child_that_waits_is_received_and_not_accepted_in_the_records(platform, number):
    assert [ordinal for ordinal, _ in records(platform, number, "accept")] == ["01"]
    received = [ordinal for ordinal, row in records(platform, number, "process") if row["event_name"] == "收件"]
    assert received == ["01", "02", "03", "04", "05", "06", "07"]


def test_what_was_sent_of_the_children_is_corrected_and_never_sent_twice(platform, number, tmp_path):
    first = exchange_to_folder(platform.hub, tmp_path / "out", SystemDisk())
    assert first.written["I"]["accept"] == 1
    platform.clock.advance(60)
    rule(platform, number, 1, "grant")
    second = exchange_to_folder(platform.hub, tmp_path / "out", SystemDisk())
    assert second.written == {"I": {"accept": 6, "process": 8, "result": 1}}
    assert exchange_to_folder(platform.hub, tmp_path / "out", SystemDisk()).written == {}
    assert second.withheld == 0


def test_the_citizens_page_has_a_lane_for_every_child(platform, desk, number):
    rule(platform, number, 1, "grant")
    rule(platform, number, 2, "return", "健康证明缺页")
    answer = platform.service.handle(Request("GET", f"/p/{make_progress_token(desk.private, number)}"))
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.body.decode()))
    assert answer.status == 200
    for shown in ("开办餐饮店一件事", "部分退回", "食品经营许可新办", "健康证明缺页", "最迟", "例州区城市管理局"):
        assert shown in text, shown


def test_the_page_says_what_waits_and_what_will_not_begin(platform, desk, number):
    token = make_progress_token(desk.private, number)
    waiting = platform.service.handle(Request("GET", f"/p/{token}")).body.decode()
    assert "待前置" in waiting
    rule(platform, number, 1, "refuse", "名称重复")
    stopped = platform.service.handle(Request("GET", f"/p/{token}")).body.decode()
    assert "前序未通过" in stopped
    assert "行政复议" in stopped


def produced(case):
    return {code: (value.value, value.source, value.said_by) for code, value in case.brought.items()}


def test_what_a_decision_brings_fills_what_waited_for_it_with_its_source(platform, desk, number):
    case = case_at(desk, number)
    assert [one.code for one in case.intake.package.awaited] == ["g.E1.credit_code", "g.E1.established"]
    assert produced(case) == {}
    rule(platform, number, 1, "grant", brings={"credit_code": "91999999MA0000001N", "scope": "不用的"})
    sync_once(platform.lane(desk))
    assert produced(case_at(desk, number)) == {
        "g.E1.credit_code": ("91999999MA0000001N", "result", "result:B01.credit_code")
    }


def test_a_refusal_brings_nothing(platform, desk, number):
    rule(platform, number, 1, "refuse", brings={"credit_code": "91999999MA0000001N"})
    sync_once(platform.lane(desk))
    assert produced(case_at(desk, number)) == {}
