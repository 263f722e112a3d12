from __future__ import annotations

import pytest

from tests.qt.desk import PENSION

KEPT, AGAIN, SUPERVISOR = 1, 2, 3


@pytest.fixture
def desk(still):
    """A desk with one case, of which a second taking-in has no effect."""
    still.meet()
    still.begin("P14", PENSION)
    while still.counter.state.stage != "done":
        still.counter.primary()
        still.settle()
    still.tasks.settle_all()
    return still


@pytest.fixture
def number(desk):
    journal, me = desk.opened.desk.journal, desk.opened.me
    [row] = journal.reads.cases()
    stream = f"case/{row.number}"
    [fact] = journal.reads.facts(stream)
    with journal.write(me.clerk) as unit:
        unit.append(stream, fact.kind, fact.body)  # past the services, as another desk's act may come
        unit.commit()
    return row.number


def look(desk, *which):
    model = desk.models.attention
    model.look(*which)
    assert model.state.loading
    desk.tasks.settle_all()
    return model


def test_a_step_without_effect_is_told_with_what_can_be_done(desk, number):
    item = look(desk).state.item
    assert (item.kind, item.number) == ("conflict", number)
    assert "没有生效" in item.what
    assert [box.chip.text for box in item.versions] == ["现在算数", "没有生效"]
    assert [choice.digit for choice in item.choices] == [KEPT, SUPERVISOR]  # done again, it would have no effect again


def test_one_digit_settles_it_and_the_clerk_is_told(desk, number):
    model, told, emptied = look(desk), [], []
    model.settled.connect(lambda heading, text: told.append(heading))
    model.emptied.connect(lambda: emptied.append(True))
    model.choose(KEPT)
    assert model.state.busy
    model.choose(KEPT)  # pressed twice
    desk.tasks.settle_all()
    assert model.state.items == ()
    assert (told, emptied) == (["已记录：以先办的为准"], [True])
    reads = desk.opened.desk.journal.reads
    assert reads.count_conflicts() == 0
    assert [fact.kind for fact in reads.facts(f"case/{number}")][-1] == "conflict.settled"


def test_what_is_referred_to_a_supervisor_stays_with_the_word(desk, number):
    model = look(desk)
    model.choose(SUPERVISOR)
    desk.tasks.settle_all()
    assert model.state.item.note.startswith("已请主管处理")
    assert desk.opened.desk.journal.reads.count_conflicts() == 1


def test_a_digit_that_is_no_choice_does_nothing(desk, number):
    model = look(desk)
    model.choose(AGAIN)
    model.choose(7)
    assert not model.state.busy


def test_only_one_case_is_looked_at_when_it_is_named(desk, number):
    assert len(look(desk, number).state.items) == 1
    other = desk.opened.desk
    assert other.journal.reads.case_stream("1" * 22) is None


def test_the_case_says_that_a_person_must_decide(desk, number):
    desk.models.cases.refresh()
    desk.models.cases.select(number)
    desk.tasks.settle_all()
    assert desk.models.cases.state.detail.disputed
    look(desk).choose(KEPT)
    desk.tasks.settle_all()
    assert not desk.models.cases.state.detail.disputed
