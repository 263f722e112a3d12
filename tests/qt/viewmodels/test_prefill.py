"""The form fills itself from electronic licences: asked one after another beside the work, and never waited for."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from clerk_app.domain.licences import LicenceFinding
from clerk_app.domain.merge import merge
from clerk_app.services import drafts
from clerk_app.services.drafts import my_drafts
from clerk_app.services.workplace import SyncLine
from tests.qt.desk import WORKER
from ui.tasks import LICENCE_LANE

NUMBER = str(WORKER.number)
BANK = {"bank": "例州银行例湖支行", "bank_account": "6200999900000012"}
FIRM = "91999999MA0000001N"


@pytest.fixture
def at_counter(still):
    """周例安 at the counter, with a line."""
    still.place.change(line=SyncLine(is_online=True))
    still.place.library.known[(NUMBER, "M12")] = LicenceFinding("valid", name="周例安", fields=BANK)
    still.meet(WORKER)
    return still


def answer_all(still):
    while any(task.lane == LICENCE_LANE for task in still.tasks.pending):
        still.settle_lane(LICENCE_LANE)


def value(still, code):
    still.counter.save_now()
    still.settle()
    (draft,) = my_drafts(still.opened.desk, still.opened.me)
    return draft.values.get(code)


def asked(still):
    return [(question.holder, question.type, question.purpose) for question in still.place.library.asked]


def test_what_a_licence_says_is_filled_without_typing(at_counter):
    still = at_counter
    still.begin("P18", {})
    answer_all(still)
    bank = value(still, "g.P6.bank")
    assert (bank.value, bank.source, bank.said_by) == (BANK["bank"], "licence", "licence:social_security_card.bank")
    assert value(still, "g.P6.holder").value == "周例安"


def test_only_what_the_form_needs_is_asked_once_and_for_prefilling(at_counter):
    still = at_counter
    still.begin("P18", {})
    answer_all(still)
    assert asked(still) == [(NUMBER, "M12", "prefill"), (NUMBER, "M16", "prefill")]
    still.counter.edit("g.P4.phone", "无手机")
    answer_all(still)
    assert len(asked(still)) == 2


def test_what_the_clerk_typed_meanwhile_stays_and_is_marked(at_counter):
    still = at_counter
    still.begin("P18", {})
    still.counter.edit("g.P6.bank", "例州银行例江支行")
    answer_all(still)
    bank = value(still, "g.P6.bank")
    assert (bank.value, bank.original, bank.is_changed) == ("例州银行例江支行", BANK["bank"], True)


def test_without_a_line_nobody_is_asked_and_the_next_change_with_a_line_asks(at_counter):
    still = at_counter
    still.place.change(line=SyncLine(is_online=False))
    still.begin("P18", {})
    assert asked(still) == []
    still.place.change(line=SyncLine(is_online=True))
    still.counter.edit("g.P4.phone", "无手机")
    answer_all(still)
    assert value(still, "g.P6.bank").source == "licence"


def test_a_line_that_goes_away_meanwhile_changes_nothing_and_asks_no_more_by_itself(at_counter):
    still = at_counter
    still.place.library.away = True
    still.begin("P18", {})
    answer_all(still)
    assert value(still, "g.P6.bank") is None
    assert still.counter.state.problem is None


def test_a_firm_is_asked_about_by_its_whole_credit_code_and_never_by_who_stands_here(at_counter):
    still = at_counter
    says = {"credit_code": FIRM, "type": "有限责任公司", "scope": "餐饮服务"}
    still.place.library.known[(FIRM, "N01")] = LicenceFinding("valid", name="例州例达运输有限公司", fields=says)
    still.begin("B06", {})
    answer_all(still)
    assert asked(still) == []
    still.counter.edit("g.E1.credit_code", FIRM[:10])
    answer_all(still)
    assert asked(still) == []
    still.counter.edit("g.E1.credit_code", FIRM)
    answer_all(still)
    assert asked(still)[0] == (FIRM, "N01", "prefill")
    assert {holder for holder, _, _ in asked(still)} == {FIRM}
    assert (value(still, "g.E1.name").value, value(still, "g.E1.credit_code").source) == (
        "例州例达运输有限公司",
        "licence",
    )


def test_an_answer_to_a_question_of_a_package_merges_it_once(still, monkeypatch):
    still.meet(WORKER)
    still.begin("PK01")
    merging = Mock(side_effect=merge)
    monkeypatch.setattr(drafts, "merge", merging)
    still.counter.answer("q.subject", "公司")
    assert merging.call_count == 1
    work = still.counter.visit.work
    assert (work.one, work.matter) == (
        drafts.one_thing_of(still.opened.desk, work.draft),
        drafts.matter_of(still.opened.desk, work.draft),
    )
