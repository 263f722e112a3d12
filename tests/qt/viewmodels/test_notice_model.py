from __future__ import annotations

import pytest

from clerk_app.domain import notice_number
from clerk_app.services import notices
from clerk_app.services.visits import visit_state
from tests.qt.desk import ELDER, RESIDENCE, WORKER


@pytest.fixture
def said(still):
    """What was told for a moment."""
    told: list[tuple[str, str]] = []
    still.models.notices.said.connect(lambda heading, text: told.append((heading, text)))
    return told


def jobs(still):
    return [(job.document, job.copy) for job in still.opened.desk.journal.reads.print_jobs("queued", "printed")]


def only_notice(still):
    numbers = {job.case_number for job in still.opened.desk.journal.reads.print_jobs("queued", "printed")}
    [number] = {number for number in numbers if notice_number.check(number)}
    found = notices.find_notice(still.opened.desk, number)
    assert found is not None
    return found


def test_the_matter_at_hand_is_told_by_what_was_answered(still, said):
    still.meet(WORKER)
    still.begin("P31", RESIDENCE)
    assert still.models.notices.give()
    still.settle()
    assert jobs(still) == [("one_time_notice", 1), ("one_time_notice", 2)]
    found = only_notice(still)
    assert (found.subject.code, found.answers) == ("P31", {"g.R2.reason": "投靠"})
    assert said[0][0] == "一次性告知书正在打印：居住登记及居住证申领"


def test_whoever_is_old_gets_large_print_unasked_and_anybody_who_asks(still):
    still.meet(ELDER)
    still.begin("P14")
    still.models.notices.give()
    still.settle()
    assert jobs(still)[0] == ("one_time_notice_large", 1)


def test_without_a_card_and_a_matter_it_asks_which(still):
    assert not still.models.notices.give()
    still.models.notices.give_about("PK01")
    still.settle()
    assert (only_notice(still).subject.code, only_notice(still).visit) == ("PK01", "")


def test_pressed_twice_it_prints_once(still):
    still.models.notices.give_about("P31")
    still.models.notices.give_about("P31")
    still.settle()
    assert len(jobs(still)) == 2


def test_its_number_opens_the_same_matter_with_the_next_card(still, said):
    told = notices.notify_once(still.opened.desk, still.opened.me, "PK01", {"q.subject": "公司"}, without=["B11"])
    still.models.notices.reopen(notice_number.grouped(told.number))
    still.settle()
    assert "请按 F2 读证" in said[-1][1]
    still.meet(WORKER)
    still.settle()
    draft = still.counter.visit.work.draft
    assert (draft.matter, draft.values["q.subject"].value, draft.without) == ("PK01", "公司", ("B11",))


def test_with_somebody_here_it_opens_at_once_and_only_once(still):
    told = notices.notify_once(still.opened.desk, still.opened.me, "P31", {"g.R2.reason": "务工"})
    still.meet(WORKER)
    for _ in range(2):
        still.models.notices.reopen(told.number)
        still.settle()
    assert [item.draft.matter for item in still.counter.visit.preparing] == ["P31"]
    assert still.counter.visit.work.draft.values["g.R2.reason"].value == "务工"


def test_a_consultation_ends_with_the_notice_that_was_given(still):
    still.meet(WORKER)
    still.begin("P31", RESIDENCE)
    still.models.notices.give()
    still.settle()
    number, visit = only_notice(still).number, still.counter.visit.id
    still.counter.end_matter(7, "")
    still.settle()
    assert visit_state(still.opened.desk, visit).outcomes[0].notice == number
    assert len(jobs(still)) == 2


def test_a_consultation_without_one_gives_it_and_prints_it(still):
    still.meet(WORKER)
    still.begin("P31", RESIDENCE)
    still.counter.end_matter(7, "")
    still.settle()
    assert still.counter.state.stage == "done"
    assert len(jobs(still)) == 2


def test_a_number_that_is_not_here_says_what_to_do(still, said):
    from datetime import date

    still.models.notices.reopen(notice_number.make("340399", "031", date(2026, 11, 1), 1))
    still.settle()
    assert said
    assert all(said[0])
