from __future__ import annotations

import pytest
from sqlalchemy import update

from clerk_app.journal.exchange import FeedPage, FeedPlace, ReceivedFact
from clerk_app.journal.hub_facts import HubWord, make_hub_fact
from clerk_app.store.schema import uploads
from clerk_app.store.sync_state import StoreSyncState
from sync.blobs import blobs_in
from tests.helpers.stores import CLERK
from tests.qt.desk import PENSION, RESIDENCE, WORKER

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
    assert desk.models.cases.state.detail.to_settle
    look(desk).choose(KEPT)
    desk.tasks.settle_all()
    assert not desk.models.cases.state.detail.to_settle


# ---- re-checks


@pytest.fixture
def differing(still):
    """P31 whose photo was taken on the clerk's word, and is not in the library; and the applicant's card neither."""
    still.meet(WORKER)
    still.begin("P31", {**RESIDENCE, "g.P9.pickup": "窗口"})
    still.counter.set_material("M06", "exempt")
    still.counter.set_material("M10", "received")
    while still.counter.state.stage != "done":
        still.counter.primary()
        still.settle()
    still.tasks.settle_all()
    [row] = still.place.store.reads.cases()
    the_platform_says(
        still.place.store,
        f"case/{row.number}",
        [("M06", "近期免冠照片", "not_found"), ("document", "身份证件", "expired")],
    )
    return row.number


def the_platform_says(store, stream, differing):
    """The platform has stored everything, and its library knows otherwise."""
    with store.write(CLERK) as unit:
        unit.connection.execute(update(uploads).values(hub_seq=uploads.c.seq, acked=True, complete=True))
        unit.commit()
    words = [
        HubWord(stream, "case.rechecked", {"subject": subject, "name": name, "result": "differs", "reason": why}, 1)
        for subject, name, why in differing
    ]
    facts = tuple(
        ReceivedFact(make_hub_fact(word, hub=bytes(32), region="999999", hub_seq=1000 + at, salt=bytes(16)), bytes(64))
        for at, word in enumerate(words)
    )
    StoreSyncState(store, blobs_in).take_feed(FeedPage((), facts, (), FeedPlace(2000, bytes(32))))


def states(desk, number):
    case = desk.opened.desk.journal.reads.fold(f"case/{number}").state
    return {known.subject: known.state for known in case.rechecks}


def test_each_recheck_that_differs_is_told_with_what_can_be_done(still, differing):
    model = look(still)
    assert [(item.kind, item.key) for item in model.state.items] == [("recheck", "document"), ("recheck", "M06")]
    document, photo = model.state.items
    assert (photo.number, len(photo.choices), len(document.choices)) == (differing, 3, 2)
    assert "补交这份材料。电话 13000000001" in photo.next_step
    assert "带有效证件来核对" in document.next_step


def test_rechecks_are_settled_by_a_digit_and_by_a_sentence(still, differing):
    model = look(still, differing)
    model.choose(1)
    still.tasks.settle_all()
    assert states(still, differing) == {"document": "settled", "M06": "differs"}
    model.choose(3)  # asks for a sentence
    assert not model.state.busy
    model.choose(3, "已请原发证机关补录")
    still.tasks.settle_all()
    assert states(still, differing) == {"M06": "settled", "document": "settled"}
    reads = still.opened.desk.journal.reads
    assert reads.differing_rechecks() == []
    notes = [fact.body["note"] for fact in reads.facts(f"case/{differing}") if fact.kind == "case.recheck_settled"]
    assert notes == ["已核对有效证件", "已请原发证机关补录"]
    assert model.state.items == ()


def test_a_case_with_a_recheck_that_differs_leads_to_it(still, differing):
    still.models.cases.refresh()
    still.models.cases.select(differing)
    still.tasks.settle_all()
    detail = still.models.cases.state.detail
    assert detail.to_settle
    assert "Ctrl ⏎" in detail.task.next_step
