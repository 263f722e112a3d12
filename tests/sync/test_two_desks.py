"""One case at two desks: both versions kept and shown, each its writer's, and every desk and the hub agree."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.bootstrap import make_desk
from clerk_app.domain import case_number
from clerk_app.domain.fold import in_order
from clerk_app.domain.kinds import fold_stream
from clerk_app.errors import CaseElsewhere, NoSuchCase, PlatformUnreachable, UnlawfulStep
from clerk_app.messages import describe
from clerk_app.seams import SystemClock
from clerk_app.services.cases import show_case
from clerk_app.services.conflicts import list_conflicts, settle_conflict
from clerk_app.services.look_up import find_case, follow_case, want_case, wanted_case
from clerk_app.services.sign_in import sign_in
from clerk_app.store.verify import verify_store
from sync.background import BackgroundSync, LineState
from sync.directory import LaneDirectory
from sync.engine import sync_once
from sync.hub.digest import digest
from sync.hub.judge import load_facts
from sync.hub.verify import verify_hub
from tests.sync.conftest import Database, Platform, open_platform_hub
from tests.sync.fakes import SeededRng, VirtualClock
from tests.sync.store_desk import StoreDesk
from tests.sync.work import DAY, HALL, case_number_of, taken_in


@pytest.fixture
def database():
    """The hub's side of this is tested on both databases in `test_streams.py`."""
    return Database()


@pytest.fixture(scope="module")
def platform_factory(tmp_path_factory):
    @contextmanager
    def made():
        clock, rng, folder = VirtualClock(), SeededRng(7), tmp_path_factory.mktemp("hub")
        hub = open_platform_hub(folder, clock, rng)
        try:
            yield Platform(folder, clock, rng, hub, Database())
        finally:
            hub.close()

    return made


@pytest.fixture
def windows(platform, tmp_path):
    """Windows 3 and 5, each with its encrypted store."""
    desks = [
        StoreDesk(tmp_path / name, platform.enrol_content(f"{name} 号窗口"), platform.clock, platform.rng)
        for name in ("3", "5")
    ]
    yield desks
    for desk in desks:
        desk.close()


def take_in(desk, **changes):
    number = case_number_of("001", 1)
    desk.append(f"case/{number}", "case.taken_in", taken_in(number, **changes))
    return number


def sync(platform, *desks):
    for desk in desks:
        report = sync_once(platform.lane(desk))
        assert (report.state, report.problem) == ("done", None)


@pytest.fixture
def office(platform):
    """Makes the use cases over a store, with the platform behind them."""

    def over(window, *, online=True):
        @contextmanager
        def lane():
            if not online:
                raise PlatformUnreachable("no line")
            yield platform.lane(window)

        desk = make_desk(window.store, directory=LaneDirectory(lane))
        return desk, sign_in(desk, clerk="0312", name="王例", seal_at_hand=True)

    return over


def state_at_hub(platform, stream):
    with platform.hub.store.reading() as connection:
        return fold_stream(stream, load_facts(connection, HALL, [stream])[stream])


# ---- look-up ------------------------------------------------------------------------------------------------------


def test_a_case_of_another_window_is_looked_up_and_the_look_up_is_recorded(platform, windows, office):
    window3, window5 = windows
    number = take_in(window3)
    sync(platform, window3)
    desk, me = office(window5)
    assert find_case(desk, number) is None
    typed = f"{number[:6]} {number[6:9]} {number[9:15]} {number[15:20]} {number[20:]}"
    assert follow_case(desk, me, typed) == f"case/{number}"
    view = show_case(desk, number)
    assert (view.state, view.applicant) == ("accepted", "周例安")
    [row] = desk.journal.reads.cases()
    assert (row.number, row.device, row.own) == (number, "999999001", False)
    log = [fact for fact in desk.journal.reads.facts(me.stream) if fact.kind == "session.case_looked_up"]
    assert [(fact.clerk, fact.body["number"]) for fact in log] == [("0312", number)]
    # The second time it is here, and nobody is asked or logged.
    assert follow_case(desk, me, number) == f"case/{number}"
    assert len(desk.journal.reads.facts(me.stream)) == 2
    sync(platform, window5)
    assert verify_store(window5.store).first_fault is None
    assert verify_hub(platform.hub).first_fault is None


def test_without_a_line_the_clerk_is_told_that_it_is_another_desks_and_it_comes_later(platform, windows, office):
    window3, window5 = windows
    number = take_in(window3)
    sync(platform, window3)
    desk, me = office(window5, online=False)
    with pytest.raises(CaseElsewhere):
        follow_case(desk, me, number)
    sync(platform, window5)
    assert wanted_case(desk, number) == f"case/{number}"


def test_a_desk_without_any_way_to_the_platform_says_the_same_and_records_nothing(windows):
    desk = make_desk(windows[1].store)
    me = sign_in(desk, clerk="0312", name="王例", seal_at_hand=True)
    with pytest.raises(CaseElsewhere):
        want_case(desk, me, case_number_of("001", 1))
    assert len(desk.journal.reads.facts(me.stream)) == 1


def test_what_the_platform_does_not_hold_or_may_not_show_is_said_plainly(windows, office):
    desk, me = office(windows[1])
    elsewhere = case_number.make("340399", "031", DAY, 37)
    for number, reason in ((case_number_of("009", 1), "not_arrived"), (elsewhere, "other_platform")):
        with pytest.raises(CaseElsewhere) as refused:
            follow_case(desk, me, number)
        assert refused.value.data["reason"] == reason
        assert describe(refused.value).sentence
    with pytest.raises(NoSuchCase):
        follow_case(desk, me, " ")


def test_a_background_sync_fetches_for_whoever_waits(platform, windows):
    window3, window5 = windows
    number = take_in(window3)
    sync(platform, window3)
    window5.look_up(number)

    @contextmanager
    def lane():
        yield platform.lane(window5)

    states: list[LineState] = []
    background = BackgroundSync(lane, SystemClock(), SeededRng(1), states.append)
    background.start()
    try:
        background.fetch()
    finally:
        background.stop()
    assert list(window5.wanted()) == []


def test_whoever_waits_is_let_go_when_the_background_sync_ends(platform, windows):
    @contextmanager
    def lane():
        yield platform.lane(windows[1])

    background = BackgroundSync(lane, VirtualClock(), SeededRng(1), lambda _state: None)
    background.stop()
    with pytest.raises(PlatformUnreachable):
        background.fetch()


# ---- both versions ------------------------------------------------------------------------------------------------


def two_versions(platform, windows):
    """Both windows took in under the same number; window 3 was first."""
    window3, window5 = windows
    number = take_in(window3)
    window5.append(f"case/{number}", "case.taken_in", taken_in(number, power="receive"))
    sync(platform, window3, window5, window3)
    return number


def test_a_case_taken_from_an_offline_clerk_keeps_and_shows_both_versions(platform, windows, office):
    """T8: nothing of the clerk who was offline is thrown away; he sees what stands and what did not take effect."""
    window3, window5 = windows
    number = two_versions(platform, windows)
    for window, where in ((window5, ("设备 001", "本机")), (window3, ("本机", "设备 002"))):
        desk, _me = office(window)
        [conflict] = list_conflicts(desk)
        assert conflict.standing is not None
        assert (conflict.standing.where, conflict.without_effect.where) == where
        assert conflict.what.endswith("没有生效。")
        assert [words.choice for words in conflict.choices] == ["keep", "ask_supervisor"]
        assert (
            len([item for item in show_case(desk, number).history if "收件" in item.text or "受理" in item.text]) == 2
        )
        assert window.backlog().conflicts == 1


def test_a_conflict_settled_at_one_desk_is_settled_at_all(platform, windows, office):
    window3, window5 = windows
    number = two_versions(platform, windows)
    desk, me = office(window5)
    [conflict] = list_conflicts(desk)
    settle_conflict(desk, me, conflict.stream, conflict.act, "ask_supervisor", note="两份收件")
    assert [view.referred for view in list_conflicts(desk)] == ["两份收件"]
    settle_conflict(desk, me, conflict.stream, conflict.act, "keep", note="已核实")
    assert list_conflicts(desk) == ()
    with pytest.raises(UnlawfulStep):
        settle_conflict(desk, me, conflict.stream, conflict.act, "keep")
    sync(platform, window5, window3)
    assert [window.backlog().conflicts for window in windows] == [0, 0]
    found = state_at_hub(platform, f"case/{number}")
    assert (found.conflicts, len(found.settled)) == ((), 1)
    # The hub's verdict on the step itself is as it was: it never had an effect.
    assert digest(platform.hub).parked == 1
    assert verify_hub(platform.hub).first_fault is None
    assert verify_store(window3.store).first_fault is None


def test_a_step_is_recorded_again_on_top_of_what_stands(platform, windows, office):
    window3, window5 = windows
    visit = "visit/00112233aabbccdd"
    window3.append(visit, "visit.opened", {"session": "b" * 16, "ticket": None})
    window3.append(visit, "visit.parked", {})
    sync(platform, window3)
    window5.append(visit, "visit.parked", {})
    sync(platform, window5)
    window3.append(visit, "visit.resumed", {})
    sync(platform, window3, window5)
    desk, me = office(window5)
    [conflict] = list_conflicts(desk)
    settle_conflict(desk, me, visit, conflict.act, "record_again")
    assert list_conflicts(desk) == ()
    assert desk.journal.reads.fold(visit).state.phase == "parked"
    sync(platform, window5, window3)
    assert window3.store.reads.fold(visit).state.phase == "parked"


def test_a_visit_at_another_counter_is_not_among_those_this_desk_serves(platform, windows):
    window3, window5 = windows
    window3.append("visit/1", "visit.opened", {"session": "b" * 16, "ticket": None})
    invited = {"invitation": "1", "device": "pad", "timeout_s": 30}
    window3.append("visit/1", "visit.rating_invited", invited)
    sync(platform, window3)
    window5.append("visit/1", "visit.parked", {})
    sync(platform, window5)
    for window, served in ((window3, ["1"]), (window5, [])):
        reads = window.store.reads
        assert reads.fold("visit/1").state.rating.state == "invited"
        assert (reads.invited_visits(), reads.open_invitations()) == (served, len(served))
    assert [visit.id for visit in window5.store.reads.visits("parked")] == []


def test_what_one_clerk_wrote_stays_his_whoever_syncs_it(platform, windows):
    """T16: the clerk is in the header that the hash covers; another clerk's sync changes nothing about it."""
    window3, window5 = windows
    number = case_number_of("001", 1)
    window3.append(f"case/{number}", "case.taken_in", taken_in(number), clerk="0312")
    window3.append("session/2", "session.logged_in", {"name": "林例秀", "seal_at_hand": True}, clerk="0999")
    sync(platform, window3)
    window5.look_up(number, "0777")
    sync(platform, window5)
    for window in windows:
        assert window.store.reads.fold(f"case/{number}").state.intake.clerk == "0312"
    with platform.hub.store.reading() as connection:
        [fact] = load_facts(connection, HALL, [f"case/{number}"])[f"case/{number}"]
    assert fact.clerk == "0312"


def test_what_is_written_while_it_is_uploaded_goes_up_once_and_after_it(platform, windows):
    """T13: a second version is a second entry; the first is not sent twice."""
    window3, window5 = windows
    number = take_in(window3)
    window5.look_up(number)
    lane = platform.lane(window3)
    send = lane.transport.send

    def write_meanwhile(request):
        answer = send(request)
        if request.route == "/v1/push" and len(window3.facts_of(f"case/{number}")) == 1:
            window3.append(f"case/{number}", "case.beamed_up", {})
        return answer

    lane.transport.send = write_meanwhile
    sync_once(lane)
    sync(platform, window3, window5)
    assert digest(platform.hub).entries == 2
    assert [fact.kind for fact in in_order(window5.facts_of(f"case/{number}"))] == ["case.taken_in", "case.beamed_up"]


# ---- whatever the order -------------------------------------------------------------------------------------------

ACTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("visit.opened", {"session": "b" * 16, "ticket": None}),
    ("visit.parked", {}),
    ("visit.resumed", {}),
    ("visit.closed", {}),
)


@settings(max_examples=12)
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from((*ACTS, None))), min_size=4, max_size=24))
def test_in_whatever_order_desks_work_and_sync_all_come_to_one_state(platform_factory, steps):
    with platform_factory() as platform:
        desks = [platform.desk(f"{number} 号窗口") for number in range(3)]
        written: Counter[bytes] = Counter()
        for number, act in steps:
            if act is None:
                sync_once(platform.lane(desks[number]))
            else:
                entry = desks[number].append("visit/1", *act)
                written[entry.hash] += 1
        for desk in [*desks, *desks]:
            assert sync_once(platform.lane(desk)).state == "done"
        found = state_at_hub(platform, "visit/1")
        for desk in desks:
            facts = desk.facts_of("visit/1")
            if any(fact.chain == desk.chains[0].chain for fact in facts):
                assert fold_stream("visit/1", facts) == found
                # Every act of everybody is in the history, once.
                assert len(facts) == sum(written.values())
        assert verify_hub(platform.hub).first_fault is None
