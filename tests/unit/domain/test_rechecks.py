"""待复核: what could not be checked at the counter is marked, re-checked by the platform, and settled by a person."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from clerk_app.domain.case_state import CaseState
from clerk_app.domain.kinds import fold_stream
from clerk_app.domain.materials import check_of, material_body, material_from_body
from clerk_app.domain.notice_words import remark_sentences
from clerk_app.domain.outcomes import ACCEPTED
from clerk_app.domain.rechecks import REASON_LABELS, Recheck
from tests.unit.domain.builders import (
    NOW,
    counter,
    desk_fact,
    folded_case,
    full_draft,
    hub_fact,
    item,
    matter,
    taken_in,
    there,
)


def photo_from_the_library(check="pending"):
    """P31 with the photo taken from the licence library."""
    draft = full_draft("P31")
    photo = replace(item(draft, "M06"), state="exempt", form="none", copies=0, pages=0, check=check)
    return draft.with_material(photo, NOW)


def accepted_offline():
    return taken_in(photo_from_the_library(), ACCEPTED, counter(online=False))


def rechecked(subject="M06", result="confirmed", reason="", hub_seq=100):
    body = {"subject": subject, "name": "近期免冠照片", "result": result, "reason": reason}
    return hub_fact(accepted_offline().stream, "case.rechecked", body, hub_seq=hub_seq)


def settled(subject="M06", note="已补交照片"):
    body = {"subject": subject, "name": "近期免冠照片", "note": note}
    return desk_fact(accepted_offline().stream, "case.recheck_settled", body, seq=9)


def reasons(*facts):
    return [conflict.reason for conflict in fold_stream(facts[0].stream, facts).conflicts]


@pytest.mark.parametrize(
    ("code", "state", "read_by", "check"),
    [
        ("M06", "exempt", "card", "pending"),
        ("M01", "exempt", "card", None),
        ("M01", "exempt", "manual", "pending"),
        ("M06", "received", "card", None),
        ("M06", "missing", "card", None),
    ],
)
def test_an_exemption_that_no_card_shows_rests_on_the_library(code, state, read_by, check):
    assert check_of(there(matter("P31").material(code)), state, read_by) == check


def test_a_check_is_kept_in_the_body_and_a_body_without_one_is_as_it_always_was():
    plain = item(full_draft("P31"), "M06")
    assert "check" not in material_body(plain)
    for known in (plain, replace(plain, check="pending"), replace(plain, check="confirmed")):
        assert material_from_body(json.loads(json.dumps(material_body(known)))) == known
    with pytest.raises(ValueError):
        material_from_body({**material_body(plain), "check": "perhaps"})


def test_without_a_line_document_and_unconfirmed_licence_are_marked():
    assert accepted_offline().body["rechecks"] == ["document", "M06"]
    assert folded_case(accepted_offline()).rechecks == (
        Recheck("document", "身份证件"),
        Recheck("M06", "近期免冠照片"),
    )


def test_with_a_line_only_what_the_library_did_not_confirm_is_marked():
    online = counter(online=True)
    assert taken_in(photo_from_the_library(), ACCEPTED, online).body["rechecks"] == ["M06"]
    assert "rechecks" not in taken_in(photo_from_the_library("confirmed"), ACCEPTED, online).body
    assert "rechecks" not in taken_in(full_draft("P31"), ACCEPTED, online).body


def test_the_paper_says_that_a_licence_was_not_verified_yet():
    [sentence] = remark_sentences(folded_case(accepted_offline()).intake)
    assert "复核不符的，窗口会联系您补交" in sentence
    plain = folded_case(taken_in(full_draft("P31"), ACCEPTED, counter(online=False)))
    assert remark_sentences(plain.intake) == ()


def test_a_confirmed_recheck_needs_nobody():
    case = folded_case(accepted_offline(), rechecked())
    assert [known.state for known in case.rechecks] == ["pending", "confirmed"]
    assert not any(known.sentence for known in case.rechecks)
    assert case.state is CaseState.ACCEPTED


@pytest.mark.parametrize("reason", [reason for reason in REASON_LABELS if reason])
def test_what_differs_is_a_sentence_with_a_next_step_until_a_person_settles_it(reason):
    facts = (accepted_offline(), rechecked(result="differs", reason=reason))
    [_, photo] = folded_case(*facts).rechecks
    assert photo.sentence == f"近期免冠照片：{REASON_LABELS[reason]}。"
    assert photo.next_step == "请联系申请人补交这份材料。"
    assert replace(photo, subject="document").next_step == "请联系申请人带有效证件来核对。"
    [_, photo] = folded_case(*facts, replace(settled(), hub_seq=200)).rechecks
    assert (photo.state, photo.sentence) == ("settled", "")


def test_of_two_answers_about_one_thing_the_first_counts():
    facts = (accepted_offline(), rechecked(), rechecked(result="differs", reason="expired", hub_seq=101))
    assert reasons(*facts) == ["recheck_is_confirmed"]


def test_only_the_platform_rechecks_and_only_what_was_marked():
    pretended = desk_fact(accepted_offline().stream, "case.rechecked", rechecked().body, seq=2)
    assert reasons(accepted_offline(), pretended) == ["only_the_platform"]
    assert reasons(accepted_offline(), rechecked(subject="M10")) == ["no_such_recheck"]
    assert reasons(accepted_offline(), rechecked(result="perhaps")) == ["malformed"]
    assert reasons(rechecked()) == ["not_taken_in"]


def test_nothing_is_settled_before_it_differs_nor_without_a_word():
    assert reasons(accepted_offline(), settled()) == ["recheck_is_pending"]
    differs = rechecked(result="differs", reason="not_found")
    assert reasons(accepted_offline(), differs, settled(note=" ")) == ["malformed"]


def test_a_recheck_comes_through_after_the_decision_too():
    decided = hub_fact(
        accepted_offline().stream, "case.decided", {"result": "grant", "reason": "", "child": None}, hub_seq=50
    )
    case = folded_case(accepted_offline(), decided, rechecked(result="differs", reason="expired"))
    assert (case.state, case.rechecks[1].state) == (CaseState.DECIDED, "differs")
