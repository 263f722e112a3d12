"""The cases of a person without a number: by the document in hand, of this hall or still open, and logged."""

from __future__ import annotations

import json
from contextlib import nullcontext

import pytest
from sqlalchemy import select, text

from clerk_app.bootstrap import make_desk
from clerk_app.domain.identity import IdentityDocument
from clerk_app.errors import NoDocumentNumber, PlatformUnreachable, ProtocolMismatch
from clerk_app.services.look_up import find_person, follow_case
from clerk_app.services.sign_in import sign_in
from sync import capabilities
from sync.directory import LaneDirectory
from sync.engine import sync_once
from sync.hub.decide import Ruling, decide
from sync.hub.reconsider import index_persons
from sync.hub.schema import cases, metadata, person_requests
from sync.hub.verify import verify_hub
from sync.persons import HubPersons
from tests.sync.conftest import DirectLine
from tests.sync.store_desk import StoreDesk
from tests.sync.work import APPLICANT, case_number_of, taken_in

ELSEWHERE = "340399"
NUMBER = APPLICANT["number"]


def take_in(platform, desk, counter, **applicant):
    number = case_number_of(desk.enrolment.device, counter, desk.enrolment.hall)
    desk.append(f"case/{number}", "case.taken_in", taken_in(number) | {"applicant": {**APPLICANT, **applicant}})
    assert sync_once(platform.lane(desk)).state == "done"
    return number


def found_by(platform, desk, number=NUMBER, document="resident_id"):
    finder = HubPersons(lambda: nullcontext(platform.lane(desk)))
    return [case.number for case in finder.find(document, number, "0312")]


@pytest.fixture
def home(platform):
    return platform.desk()


@pytest.fixture
def away(platform):
    desk = platform.desk_in(ELSEWHERE)
    assert sync_once(platform.lane(desk)).state == "done"
    return desk


def test_open_cases_of_every_hall_are_told_and_ended_ones_of_the_own_hall_alone(platform, home, away):
    opened, ended = take_in(platform, home, 1), take_in(platform, home, 2)
    take_in(platform, home, 3, number="999999198808083210")
    take_in(platform, home, 4, number=None)
    decide(platform.hub, Ruling(ended, "grant"))
    theirs = take_in(platform, away, 1)
    assert set(found_by(platform, home)) == {opened, ended, theirs}
    assert set(found_by(platform, away)) == {opened, theirs}
    assert found_by(platform, away, document="hmt_permit") == []
    assert found_by(platform, away, number="999999195001010019") == []


def test_the_platform_keeps_who_asked_and_no_number_for_it(platform, home, away):
    take_in(platform, home, 1)
    found_by(platform, away)
    found_by(platform, away, number="999999195001010019")
    with platform.hub.store.reading() as connection:
        rows = connection.execute(select(person_requests).order_by(person_requests.c.found)).fetchall()
        [kept] = connection.execute(select(cases.c.person)).scalars()
    assert [(row.region, row.device, row.clerk, row.found) for row in rows] == [
        (ELSEWHERE, "001", "0312", 0),
        (ELSEWHERE, "001", "0312", 1),
    ]
    # The same person has the same hash, another one another, and neither is what it is made of.
    assert rows[1].person == kept != rows[0].person
    assert NUMBER not in repr(rows)
    assert "person" in metadata.tables["cases"].columns


def test_rows_from_before_there_was_an_index_are_filled_when_the_hub_is_served(platform, home):
    number = take_in(platform, home, 1)
    with platform.hub.store.writing() as connection:
        connection.execute(text("UPDATE cases SET person = NULL"))
    assert (found_by(platform, home), verify_hub(platform.hub).first_fault) == ([], None)
    assert (index_persons(platform.hub), index_persons(platform.hub)) == (1, 0)
    assert (found_by(platform, home), verify_hub(platform.hub).first_fault) == ([number], None)


def test_an_index_that_says_another_person_is_found_by_verify(platform, home):
    take_in(platform, home, 1)
    with platform.hub.store.writing() as connection:
        connection.execute(text("UPDATE cases SET person = 'x'"))
    assert verify_hub(platform.hub).first_fault is not None


def test_a_hub_that_does_not_know_the_question_is_not_asked(platform, home, monkeypatch):
    assert sync_once(platform.lane(home)).state == "done"
    monkeypatch.setattr(capabilities, "ALL", tuple(set(capabilities.ALL) - {capabilities.FINDS_PERSONS}))
    line = DirectLine(platform.service)
    with pytest.raises(ProtocolMismatch):
        HubPersons(lambda: nullcontext(platform.lane(home, line))).find("resident_id", NUMBER, "0312")
    assert [request.route for request in line.requests] == ["/v1/hello"]


# ---- at the counter -----------------------------------------------------------------------------------------------


@pytest.fixture
def counter(platform, tmp_path):
    content = platform.enrol_content("5 号窗口")
    window = StoreDesk(tmp_path / "window", content, platform.clock, platform.rng)
    desk = make_desk(
        window.store,
        directory=LaneDirectory(lambda: nullcontext(platform.lane(window))),
        finder=HubPersons(lambda: nullcontext(platform.lane(window))),
    )
    assert sync_once(platform.lane(window)).state == "done"
    yield desk, sign_in(desk, clerk="0312", name="王例", seal_at_hand=True)
    window.close()


def test_a_clerk_finds_a_case_by_the_card_and_takes_it_up(platform, away, counter):
    desk, me = counter
    number = take_in(platform, away, 1)
    [found] = find_person(desk, me, IdentityDocument("resident_id", number=NUMBER.lower()))
    assert (found.number, found.state, found.matter_name) == (number, "accepted", "居住登记及居住证申领")
    assert follow_case(desk, me, found.number) == f"case/{number}"
    said = [fact for fact in desk.journal.reads.facts(me.stream) if fact.kind == "session.person_looked_up"]
    assert [(fact.clerk, fact.body) for fact in said] == [("0312", {"document": "resident_id", "ending": NUMBER[-4:]})]
    assert NUMBER not in json.dumps([fact.body for fact in desk.journal.reads.facts(me.stream)])


@pytest.mark.parametrize("number", [None, "", "12", "例" * 18])
def test_a_document_without_a_whole_number_is_not_looked_for(counter, number):
    desk, me = counter
    with pytest.raises(NoDocumentNumber):
        find_person(desk, me, IdentityDocument("resident_id", number=number))
    assert len(desk.journal.reads.facts(me.stream)) == 1


def test_a_desk_without_a_line_says_so_and_records_nothing(counter):
    desk, me = counter
    alone = make_desk(desk.journal)
    with pytest.raises(PlatformUnreachable):
        find_person(alone, me, IdentityDocument("resident_id", number=NUMBER))
    assert len(desk.journal.reads.facts(me.stream)) == 1
