"""A case handled in several regions: each holds all of it in one sequence, and every desk comes to the same state."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import select, text, update

from clerk_app.bootstrap import make_desk
from clerk_app.domain.kinds import fold_stream
from clerk_app.journal.signature import HEAD, head_message
from clerk_app.services.cases import show_case
from clerk_app.services.conflicts import list_conflicts
from clerk_app.services.look_up import follow_case
from clerk_app.services.sign_in import sign_in
from clerk_app.store.verify import verify_store
from sync.batch import decode_batch, encode_batch
from sync.directory import LaneDirectory
from sync.engine import sync_once
from sync.hub import sharing
from sync.hub.decide import Ruling, decide
from sync.hub.devices import EnrolmentWish, enrol, registered_device
from sync.hub.digest import digest
from sync.hub.judge import load_facts
from sync.hub.push import push
from sync.hub.quarantine import Choice, release
from sync.hub.revoke import revoke
from sync.hub.schema import cases, entries, hub_facts, regions
from sync.hub.service import HubService
from sync.hub.sharing import lock_holders, note_holder
from sync.hub.store import DoAgain
from sync.hub.verify import verify_hub
from tests.sync.conftest import URL, Backup, DirectLine
from tests.sync.fakes import SeededRng
from tests.sync.store_desk import StoreDesk
from tests.sync.test_many_processes import at_once
from tests.sync.work import HALL, case_number_of, taken_in

FIRST, BEFORE = "110199", "340399"
"""Regions whose orders are locked before that of `HALL`, the home of the cases here."""


def enrolled(platform, hall, name="1 号窗口"):
    return enrol(platform.hub, EnrolmentWish(hall, "例邻区政务服务中心", name, URL, URL))


@pytest.fixture
def home(platform):
    """A window of the hall whose cases these are."""
    return platform.desk("3 号窗口")


@pytest.fixture
def away(platform):
    """A window of another hall."""
    return platform.desk_in(BEFORE)


def take_in(desk, counter=1):
    number = case_number_of(desk.enrolment.device, counter, desk.enrolment.hall)
    desk.append(f"case/{number}", "case.taken_in", taken_in(number))
    return number


def sync(platform, *desks):
    for desk in desks:
        report = sync_once(platform.lane(desk))
        assert (report.state, report.problem) == ("done", None)


def at_hub(platform, number, region=HALL):
    stream = f"case/{number}"
    with platform.hub.store.reading() as connection:
        return fold_stream(stream, load_facts(connection, region, [stream])[stream])


def same_everywhere(platform, number, *desks):
    """Every desk and every region have one state; return it."""
    found = at_hub(platform, number)
    for desk in desks:
        stream = f"case/{number}"
        assert fold_stream(stream, desk.facts_of(stream)).state == found.state
        assert at_hub(platform, number, desk.enrolment.hall).state == found.state
        assert len(fold_stream(stream, desk.facts_of(stream)).conflicts) == len(found.conflicts)
    assert verify_hub(platform.hub).first_fault is None
    return found.state


def numbers_of(platform, region):
    """Every number that was given in a region, from all tables that have one."""
    with platform.hub.store.reading() as connection:
        last = connection.execute(select(regions.c.last_hub_seq).where(regions.c.region == region)).scalar_one()
        return last, connection.execute(
            select(entries.c.hub_seq).where(entries.c.region == region).order_by(entries.c.hub_seq)
        ).scalars().all()


# ---- taken up, handled, decided -----------------------------------------------------------------------------------


def test_a_case_of_another_region_comes_whole_and_is_followed(platform, home, away):
    number = take_in(home)
    sync(platform, home)
    decide(platform.hub, Ruling(number, "return", "例"))
    away.look_up(number)
    sync(platform, away)
    assert list(away.wanted()) == []
    assert same_everywhere(platform, number, away).state.value == "returned"
    # And what comes later comes by itself.
    home.append(f"case/{number}", "case.beamed_up", {})
    sync(platform, home, away)
    assert [entry.attested.header.kind for entry in away.entries.values()] == ["case.taken_in", "case.beamed_up"]
    assert {entry.attested.device for entry in away.entries.values()} == {HALL + "001"}


def test_what_is_written_elsewhere_is_in_both_regions_with_one_verdict(platform, home, away):
    number = take_in(home)
    sync(platform, home)
    away.look_up(number)
    sync(platform, away)
    away.append(f"case/{number}", "conflict.settled", {"act": "00" * 32, "choice": "keep", "note": ""})
    away.append(f"case/{number}", "case.taken_in", taken_in(number, power="receive"))
    decide(platform.hub, Ruling(number, "grant"))
    sync(platform, away, home, away)
    assert same_everywhere(platform, number, home, away).state.value == "decided"
    assert [entry.attested.device for entry in home.entries.values()] == [BEFORE + "001"] * 2
    with platform.hub.store.reading() as connection:
        rows = connection.execute(select(entries.c.region, entries.c.verdict).order_by(entries.c.hub_seq)).fetchall()
        [row] = connection.execute(select(cases)).fetchall()
    assert sorted(tuple(row) for row in rows) == [(BEFORE, "applied"), (BEFORE, "parked"), (HALL, "applied")]
    # One case, one fact, however many regions hold copies of them.
    assert (row.region, row.state) == (HALL, "decided")
    found = digest(platform.hub)
    assert (found.cases, found.entries, found.hub_facts) == (1, 3, 1)


def test_who_writes_to_a_case_of_another_region_unasked_holds_it_from_then_on(platform, home, away):
    number = take_in(home)
    sync(platform, home)
    away.append(f"case/{number}", "case.taken_in", taken_in(number, power="receive"))
    sync(platform, away, home)
    assert same_everywhere(platform, number, home, away).intake.power == "accept"
    assert [conflict.reason for conflict in at_hub(platform, number, BEFORE).conflicts] == ["already_taken_in"]


def test_a_case_written_elsewhere_before_its_own_hall_is_enrolled_waits_for_it(platform, away):
    number = case_number_of("001", 1)
    away.append(f"case/{number}", "case.taken_in", taken_in(number))
    sync(platform, away)
    home = platform.desk("3 号窗口")
    home.append(f"case/{number}", "case.taken_in", taken_in(number, power="receive"))
    sync(platform, home, away)
    assert same_everywhere(platform, number, home, away).intake.power == "accept"


def test_every_region_that_holds_a_case_sees_what_each_writes(platform, home, away):
    third, beside = platform.desk_in(FIRST), platform.desk_in(BEFORE, "2 号窗口")
    number = take_in(home)
    sync(platform, home)
    for desk in (away, third, beside):
        desk.look_up(number)
        sync(platform, desk)
    for desk in (third, home, away):
        desk.append(f"case/{number}", "case.beamed_up", {})
        sync(platform, desk)
    sync(platform, home, away, third, beside)
    for desk in (away, third, beside):
        same_everywhere(platform, number, home, desk)
    assert [len(desk.entries) for desk in (home, away, third, beside)] == [2, 3, 3, 4]


def test_a_case_is_found_by_the_platforms_number_in_another_region(platform, home, away):
    number = take_in(home)
    sync(platform, home)
    with platform.hub.store.writing() as connection:
        connection.execute(update(cases).values(official_number="例办〔2026〕7"))
    away.look_up("例办〔2026〕7")
    sync(platform, away)
    assert away.wishes["例办〔2026〕7"].stream == f"case/{number}"


def test_a_hall_that_this_platform_does_not_serve_is_said_to_be_elsewhere(platform, home, away):
    for number, refused in (
        (case_number_of("001", 1, FIRST), "other_region"),
        (case_number_of("001", 9), "unknown_case"),
    ):
        away.look_up(number)
        sync(platform, away)
        assert away.wishes[number].refused == refused
    sync(platform, home)


# ---- faults -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["before", "after"])
def test_a_hub_put_back_comes_to_the_same_state_again(platform, home, away, tmp_path, at):
    """`before` the other region took the case up, or after: what was lost is brought again by both."""
    number = take_in(home)
    sync(platform, home, away)
    if at == "after":
        away.look_up(number)
        sync(platform, away)
    backup = Backup(platform, tmp_path / "backup")
    away.look_up(number)
    sync(platform, away)
    away.append(f"case/{number}", "case.beamed_up", {})
    home.append(f"case/{number}", "case.beamed_up", {})
    sync(platform, away, home)
    decide(platform.hub, Ruling(number, "grant"))
    sync(platform, away, home)
    backup.restore()
    sync(platform, away, home, away, home)
    assert same_everywhere(platform, number, home, away).state.value == "decided"
    assert digest(platform.hub).hub_facts == 1


def test_a_fact_lost_by_the_hub_is_taken_back_from_the_other_region(platform, home, away, tmp_path):
    number = take_in(home)
    away.look_up(number)
    sync(platform, home, away)
    backup = Backup(platform, tmp_path / "backup")
    decide(platform.hub, Ruling(number, "grant"))
    sync(platform, away)
    backup.restore()
    sync(platform, away)
    sync(platform, home, away)
    assert same_everywhere(platform, number, home, away).state.value == "decided"
    with platform.hub.store.reading() as connection:
        assert connection.execute(select(hub_facts.c.region)).scalars().all() == [HALL]


def test_what_is_in_quarantine_takes_part_in_both_regions_once_it_is_released(platform, home, away):
    number = take_in(home)
    sync(platform, home)
    away.look_up(number)
    sync(platform, away)
    with platform.hub.store.reading() as connection:
        device = registered_device(connection, BEFORE + "001")
    away.append(f"case/{number}", "conflict.settled", {"act": "00" * 32, "choice": "keep", "note": ""})
    chain = away.chains[0]
    signature = away.sign(HEAD, head_message(chain.chain, len(chain.entries), chain.head))
    revoke(platform.hub, BEFORE + "001", "例")
    push(platform.hub, device, decode_batch(encode_batch(chain.chain, 1, chain.entries, signature)))
    sync(platform, home)
    assert (len(home.entries), verify_hub(platform.hub).first_fault) == (0, None)
    release(platform.hub, Choice(BEFORE + "001"))
    sync(platform, home)
    same_everywhere(platform, number, home)
    assert [entry.attested.header.kind for entry in home.entries.values()] == ["conflict.settled"]


# ---- at the same time ---------------------------------------------------------------------------------------------


def test_writers_of_two_regions_to_one_case_neither_wait_for_each_other_nor_leave_a_gap(platform, home, away):
    numbers = [take_in(home), take_in(away)]
    sync(platform, home, away)
    for desk, number in ((home, numbers[1]), (away, numbers[0])):
        desk.look_up(number)
    sync(platform, home, away)
    lanes = [
        platform.lane(home),
        platform.lane(away, DirectLine(HubService(platform.open_another(SeededRng("second"))))),
    ]

    def work(desk, lane):
        for _ in range(4):
            for number in numbers:
                desk.append(f"case/{number}", "conflict.settled", {"act": "00" * 32, "choice": "keep", "note": ""})
            sync_once(lane)

    at_once(
        lambda: work(home, lanes[0]),
        lambda: work(away, lanes[1]),
        lambda: [decide(platform.hub, Ruling(number, "extend", due_on="2026-12-08")) for number in numbers],
    )
    sync(platform, home, away, home)
    for number in numbers:
        same_everywhere(platform, number, home, away)
    assert digest(platform.hub).entries == 18


def test_a_writer_whose_case_is_taken_up_meanwhile_begins_again(platform, home, away, monkeypatch):
    """Between reading who holds a case and locking their orders a region with a smaller number took it up."""
    number = take_in(home)
    sync(platform, home, away)
    original, tries = sharing.find_holders, []

    def found_too_early(connection, region, streams):
        tries.append(region)
        found = original(connection, region, streams)
        if len(tries) == 1:
            note_holder(connection, f"case/{number}", found[f"case/{number}"], BEFORE, 1)
        return found

    monkeypatch.setattr(sharing, "find_holders", found_too_early)
    with pytest.raises(DoAgain), platform.hub.store.writing() as connection:
        lock_holders(connection, HALL, [f"case/{number}"])
    home.append(f"case/{number}", "conflict.settled", {"act": "00" * 32, "choice": "keep", "note": ""})
    tries.clear()
    sync(platform, home)
    assert len(tries) == 4
    assert (digest(platform.hub).entries, verify_hub(platform.hub).first_fault) == (2, None)


# ---- verify -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM holders",
        "DELETE FROM copies",
        "UPDATE copies SET body_hash = content",
        "UPDATE copies SET seq = seq + 1",
        "UPDATE copies SET chain = 'x'",
        "UPDATE copies SET quarantined = true",
        "UPDATE copies SET stream = 'case/1'",
    ],
)
def test_the_hubs_verify_finds_a_copy_that_is_not_what_it_was_made_of(platform, home, away, damage):
    number = take_in(home)
    sync(platform, home)
    away.look_up(number)
    sync(platform, away)
    assert verify_hub(platform.hub).first_fault is None
    with platform.hub.store.writing() as connection:
        connection.execute(text(damage))
    assert verify_hub(platform.hub).first_fault is not None


# ---- on the real store --------------------------------------------------------------------------------------------


@pytest.fixture
def counter(platform, home, tmp_path):
    """The use cases over an encrypted store in another hall, with the platform behind them."""
    window = StoreDesk(tmp_path / "window", enrolled(platform, BEFORE), platform.clock, platform.rng)

    @contextmanager
    def lane():
        yield platform.lane(window)

    desk = make_desk(window.store, directory=LaneDirectory(lane))
    yield window, desk, sign_in(desk, clerk="0312", name="王例", seal_at_hand=True)
    window.close()


def test_a_clerk_of_another_hall_looks_a_case_up_and_sees_where_each_version_is_from(platform, home, counter):
    window, desk, me = counter
    number = take_in(home)
    sync(platform, home)
    assert follow_case(desk, me, number) == f"case/{number}"
    assert (show_case(desk, number).state, show_case(desk, number).applicant) == ("accepted", "周例安")
    window.append(f"case/{number}", "case.taken_in", taken_in(number, power="receive"))
    sync(platform, window, home)
    [conflict] = list_conflicts(desk)
    assert conflict.standing is not None
    assert (conflict.standing.where, conflict.without_effect.where) == (f"大厅 {HALL} 设备 001", "本机")
    assert same_everywhere(platform, number, home, window).intake.power == "accept"
    assert verify_store(window.store).first_fault is None
