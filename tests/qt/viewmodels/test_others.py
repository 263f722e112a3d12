"""A card read while a form is at hand: the clerk says whose it is, and only then it fills anything."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from clerk_app.services.drafts import my_drafts
from tests.qt.desk import ELDER, WORKER
from ui.dialogs.whose import WhoseSheet

OTHER = replace(WORKER, name="吴例宁", number="999999198508120022", birth_date="1985-08-12")


@pytest.fixture
def by_agent(still):
    """P28 of 周例安, for whom somebody else came."""
    still.meet(WORKER)
    still.begin("P28", {"q.agent": "代理人来办"})
    return still


def lay_down(still, person):
    still.place.cards.put(person)
    still.counter.read_card()
    still.settle()


def draft(still):
    still.counter.save_now()
    still.settle()
    (found,) = my_drafts(still.opened.desk, still.opened.me)
    return found


def asked(still):
    return [choice.code for choice in still.counter.state.whose.choices]


def test_the_clerk_is_asked_whose_the_card_is_and_then_it_fills_the_form(by_agent):
    still = by_agent
    lay_down(still, ELDER)
    assert (still.counter.state.whose.name, asked(still)) == ("林例秀", ["agent"])
    assert "g.P5.name" not in draft(still).values
    still.counter.read_for("agent")
    assert asked(still) == []
    found = draft(still)
    assert (found.values["g.P5.name"].value, found.values["g.P5.name"].source) == ("林例秀", "card")
    assert found.document == WORKER


def test_a_card_that_is_nobodys_leaves_no_trace(by_agent):
    still = by_agent
    before = draft(still)
    lay_down(still, ELDER)
    still.counter.read_for_nobody()
    assert asked(still) == []
    assert (draft(still).others, draft(still).values) == (before.others, before.values)


def test_the_applicants_own_card_may_be_that_of_a_role_or_only_read_again(by_agent):
    still = by_agent
    lay_down(still, WORKER)
    assert asked(still) == ["applicant", "agent"]
    still.counter.read_for("applicant")
    assert still.counter.state.stage == "person"


def test_where_nobody_elses_card_is_asked_for_another_one_stays_another_person(still):
    still.meet(WORKER)
    still.begin("P31")
    lay_down(still, ELDER)
    assert asked(still) == []
    assert "另一个人" in still.counter.state.problem.sentence


def test_a_digit_on_the_sheet_says_whose_it_is(by_agent, qtbot):
    still = by_agent
    lay_down(still, WORKER)
    sheet = WhoseSheet(still.counter.state.whose)
    qtbot.addWidget(sheet)
    with qtbot.waitSignal(sheet.chosen) as said:
        QTest.keyClick(sheet, Qt.Key.Key_2)
    assert said.args == ["agent"]


def at_counter(still):
    return still.counter.visit.work.draft


def test_it_is_still_there_after_the_visit_was_set_aside_and_in_nobody_elses_form(by_agent):
    still = by_agent
    lay_down(still, ELDER)
    still.counter.read_for("agent")
    before, first = at_counter(still), still.counter.visit.id
    still.counter.park()
    still.settle()
    still.meet(OTHER)
    still.begin("P28", {"q.agent": "代理人来办"})
    assert (at_counter(still).others, at_counter(still).values.get("g.P5.name")) == ({}, None)
    assert "林例秀" not in str(still.counter.state.sections)
    still.counter.park()
    still.settle()
    still.counter.resume(first)
    still.settle()
    again = at_counter(still)
    assert (again.others, again.values) == (before.others, before.values)
    assert again.others["agent"].document == ELDER
    facts = {fact.label: fact.value for part in still.counter.state.sections for fact in part.facts}
    assert "林例秀" in facts.values()


def test_it_is_not_taken_over_into_another_matter_of_the_same_visit(by_agent):
    still = by_agent
    lay_down(still, ELDER)
    still.counter.read_for("agent")
    still.counter.another_matter()
    still.begin("P21")
    assert at_counter(still).matter == "P21"
    assert at_counter(still).others == {}
