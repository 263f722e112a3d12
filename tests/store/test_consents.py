"""Sensitive answers of an earlier visit: used again only after the person was asked and agreed, and that is kept."""

from dataclasses import replace

import pytest

from clerk_app.domain.draft import draft_from_json, draft_to_json
from clerk_app.domain.outcomes import RECEIVED
from clerk_app.errors import UnlawfulStep
from clerk_app.services import drafts
from clerk_app.services.papers import compose_notice
from clerk_app.services.take_in import take_in
from tests.helpers.intake import answered_anyhow
from tests.helpers.stores import START_MS
from tests.store.test_prefill import OTHER, PERSON, begin, counter

ACCOUNT = {"g.P6.bank": "例州银行例江支行", "g.P6.account": "6200999900000012", "g.P6.holder": "例"}


@pytest.fixture
def at(tmp_path):
    """A desk where PERSON once had unemployment benefit paid to an account."""
    with counter(tmp_path) as (desk, me):
        draft = drafts.fill_fields(desk, me, begin(desk, me, "P18"), ACCOUNT)
        take_in(desk, me, answered_anyhow(desk, me, draft), RECEIVED)
        yield desk, me


def account(draft):
    return {code: draft.values[code].value for code in ACCOUNT if code in draft.values}


def taken(desk, me, draft):
    number = take_in(desk, me, answered_anyhow(desk, me, draft), RECEIVED).number
    (fact,) = desk.journal.reads.facts(f"case/{number}")
    return number, fact.body


def test_what_is_sensitive_is_asked_about_and_not_there_before_the_answer(at):
    desk, me = at
    again = begin(desk, me, "P19")
    assert (again.consent.codes, again.consent.given) == (tuple(ACCOUNT), None)
    assert account(again) == {}
    assert draft_from_json(draft_to_json(again)) == again


def test_with_a_yes_it_stands_again_and_the_entry_says_who_when_and_for_what(at):
    desk, me = at
    agreed = drafts.answer_consent(desk, me, begin(desk, me, "P19"), given=True)
    assert account(agreed) == ACCOUNT
    assert {agreed.values[code].source for code in ACCOUNT} == {"earlier"}
    assert agreed.consent is not None
    number, body = taken(desk, me, agreed)
    assert body["consent"] == {"elements": list(ACCOUNT), "given": True, "at": agreed.consent.at}
    assert (body["applicant"]["number"], body["matter"]["code"]) == (PERSON.number, "P19")
    notice = compose_notice(desk, number, "receipt", copy=1, reprint=False, printed_at=START_MS)
    assert "经您本人同意，用了您上次办理时留下的开户行、账号、户名。" in notice.remarks
    with pytest.raises(UnlawfulStep):
        drafts.answer_consent(desk, me, agreed, given=False)


def test_with_a_no_nothing_is_used_and_nothing_is_said_of_it(at):
    desk, me = at
    refused = drafts.answer_consent(desk, me, begin(desk, me, "P19"), given=False)
    assert account(refused) == {}
    number, body = taken(desk, me, refused)
    assert "consent" not in body
    notice = compose_notice(desk, number, "receipt", copy=1, reprint=False, printed_at=START_MS)
    assert not any("同意" in remark for remark in notice.remarks)


def test_a_consent_covers_no_more_than_what_is_used(at):
    desk, me = at
    agreed = drafts.answer_consent(desk, me, begin(desk, me, "P19"), given=True)
    agreed = drafts.fill_fields(desk, me, agreed, {"g.P6.bank": "例湖农商银行"})
    assert taken(desk, me, agreed)[1]["consent"]["elements"] == ["g.P6.account", "g.P6.holder"]


def test_nobody_else_is_asked_and_nobody_in_the_persons_absence(at):
    desk, me = at
    assert begin(desk, me, "P19", OTHER).consent is None
    assert begin(desk, me, "P19", replace(OTHER, name=PERSON.name)).consent is None
    assert begin(desk, me, "P19", present=False).consent is None
    assert begin(desk, me, "P14").consent is None


def test_an_answer_is_given_by_who_stands_here_and_only_to_a_question(at):
    desk, me = at
    for draft in (begin(desk, me, "P14"), replace(begin(desk, me, "P19"), present=False)):
        with pytest.raises(UnlawfulStep) as refused:
            drafts.answer_consent(desk, me, draft, given=True)
        assert refused.value.data["reason"] == "nothing_to_consent"
