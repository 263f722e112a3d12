"""Taking a case in: what a window may do, what refuses, what the fact says."""

import json
from dataclasses import replace
from datetime import date

import pytest

from clerk_app.domain import notice_number
from clerk_app.domain.blobs import BlobRef
from clerk_app.domain.changes import changed
from clerk_app.domain.materials import allowed_states, first_materials
from clerk_app.domain.matter import Matter
from clerk_app.domain.outcomes import (
    ABANDONED,
    ACCEPTED,
    CONSULTED,
    OUTCOMES,
    RECEIVED,
    matter_ended_body,
    outcome_of,
    require_available,
)
from clerk_app.domain.powers import effect_of, lacks_seal, power_now
from clerk_app.domain.taking_in import document_number, take_in
from clerk_app.domain.workdays import Due
from clerk_app.errors import ExpiredDocument, Incomplete, NotPresent, NotYetAvailable, UnlawfulStep
from clerk_app.journal.body import MAX_BODY, body_bytes
from tests.unit.domain.builders import (
    NOW,
    TODAY,
    counter,
    empty_draft,
    full_draft,
    item,
    matter,
    person,
    read,
    there,
    typed_in,
)

P14, P31 = matter("P14"), matter("P31")
EVERYWHERE = [(online, seal) for online in (True, False) for seal in (True, False)]


def body_of(code: str, outcome=ACCEPTED, circumstances=None, draft=None):
    return take_in(draft or full_draft(code), matter(code), outcome, circumstances or counter())


def licence(**changes) -> Matter:
    """P31 as if it were a matter of another make."""
    return replace(P31, **changes)


# ---- what a window may do ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("online", "seal"), EVERYWHERE)
def test_p14_is_only_ever_received(online, seal):
    assert power_now(P14, online=online, seal_at_hand=seal) == "receive"
    assert not lacks_seal(P14, online=online, seal_at_hand=seal)


@pytest.mark.parametrize("online", [True, False])
def test_p31_is_accepted_with_the_seal_and_received_without(online):
    assert power_now(P31, online=online, seal_at_hand=True) == "accept"
    assert power_now(P31, online=online, seal_at_hand=False) == "receive"
    assert lacks_seal(P31, online=online, seal_at_hand=False)


def test_a_window_can_do_less_without_a_line():
    weaker = licence(handle=replace(P31.handle, offline_power="receive"))
    assert power_now(weaker, online=True, seal_at_hand=True) == "accept"
    assert power_now(weaker, online=False, seal_at_hand=True) == "receive"
    assert not lacks_seal(weaker, online=False, seal_at_hand=False)


def test_the_effect_of_acceptance_is_said_in_two_lines():
    effect = effect_of(P31, "accept", Due(date(2026, 12, 7), estimated=False))
    assert (effect.when, effect.in_force) == ("on_site", "居住登记今天起生效")
    assert effect.not_yet == "居住证 10 个工作日内（最迟 2026 年 12 月 7 日）发放"


def test_an_estimated_day_is_called_so_in_the_effect():
    effect = effect_of(P31, "accept", Due(date(2027, 1, 8), estimated=True))
    assert effect.not_yet == "居住证 10 个工作日内（最迟 2027 年 1 月 8 日，推算）发放"


def test_what_is_only_received_takes_effect_on_the_platforms_word():
    assert effect_of(P14, "receive", None).when == "platform"
    assert effect_of(P14, "receive", None).in_force == "收件有效"
    assert effect_of(P14, "receive", None).not_yet == "平台确认后认证生效"
    assert effect_of(P31, "receive", None).when == "platform"
    assert "居住登记今天起生效" not in effect_of(P31, "receive", None).in_force


# ---- the fact ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "outcome"), [("P14", RECEIVED), ("P31", ACCEPTED), ("P31", RECEIVED)])
def test_the_fact_is_fit_for_the_journal(code, outcome):
    body = body_of(code, outcome)
    assert len(body_bytes(body)) < MAX_BODY
    assert json.loads(body_bytes(body)) == body


def test_an_accepted_p31_says_when_it_is_due_by_promise_and_by_law():
    body = body_of("P31")
    assert (body["power"], body["received_on"], body["accepted_on"]) == ("accept", "2026-11-23", "2026-11-23")
    assert (body["due_on"], body["due_estimated"]) == ("2026-12-07", False)
    assert (body["legal_due_on"], body["legal_due_estimated"]) == ("2026-12-14", False)
    assert body["notice_due_on"] is None
    assert body["documents"] == [
        {"kind": "acceptance_notice", "document_number": "例州公安登受字〔2026〕第03100037号", "copies": 2}
    ]


def test_a_received_p14_promises_no_day():
    body = body_of("P14", RECEIVED)
    assert (body["power"], body["accepted_on"], body["due_on"], body["legal_due_on"]) == ("receive", None, None, None)
    assert body["notice_due_on"] is None
    assert body["effect"]["when"] == "platform"
    assert body["documents"] == [
        {"kind": "receipt", "document_number": "例州人社服收字〔2026〕第03100037号", "copies": 1}
    ]


def test_a_p31_without_the_seal_is_a_receipt_that_says_when_the_citizen_hears_more():
    body = body_of("P31", RECEIVED, counter(seal=False))
    assert [document["kind"] for document in body["documents"]] == ["receipt"]
    assert body["notice_due_on"] == "2026-11-30"
    assert body["remarks"] == ["without_seal"]
    assert body["seal_at_hand"] is False
    assert body_of("P31", RECEIVED)["remarks"] == []


def test_a_day_past_the_official_table_is_marked_in_the_fact():
    body = body_of("P31", circumstances=counter(today=date(2026, 12, 21)))
    assert (body["due_on"], body["due_estimated"]) == ("2027-01-04", True)
    assert (body["legal_due_on"], body["legal_due_estimated"]) == ("2027-01-11", True)


def test_the_fact_names_visit_session_line_and_matter():
    body = body_of("P31", circumstances=counter(online=False))
    assert (body["visit"], body["session"], body["online"]) == ("a" * 16, "b" * 16, False)
    assert body["matter"] == {
        "code": "P31",
        "version": "2026-11-20",
        "name": "居住登记及居住证申领",
        "department": "例州区公安局",
        "procedure": "registration",
        "kind": "promised",
        "implementation_code": "11999999000000031X3999931000031",
    }
    assert body["applicant"]["name"] == "周例安"
    assert (body["agent"], body["present"]) == (None, True)


def test_a_changed_value_keeps_what_the_card_said_and_is_taken_only_with_its_reason():
    draft = full_draft("P31")
    said = draft.values["g.P2.registered_address"].value
    with pytest.raises(Incomplete) as refused:
        body_of("P31", draft=draft.typing("g.P2.registered_address", "例省例江县例村 5 号", NOW))
    assert refused.value.data["items"] == ("户籍地址",)
    draft = changed(draft, matter("P31"), "g.P2.registered_address", "例省例江县例村 5 号", "户口已迁", NOW)
    assert body_of("P31", draft=draft)["fields"]["g.P2.registered_address"] == {
        "value": "例省例江县例村 5 号",
        "source": "typed",
        "original": said,
        "overrules": "card",
        "reason": "户口已迁",
    }


def test_an_answer_whose_question_no_longer_stands_is_left_out():
    draft = full_draft("P31").typing("g.P9.address", "例湖路 18 号", NOW)
    assert "g.P9.address" not in body_of("P31", draft=draft)["fields"]
    by_post = draft.typing("g.P9.pickup", "邮寄", NOW)
    assert "g.P9.address" in body_of("P31", draft=by_post)["fields"]


def test_a_paper_nobody_needs_is_left_out_unless_it_was_handed_in():
    draft = full_draft("P31").typing("g.R2.reason", "就学", NOW)
    assert [paper["code"] for paper in body_of("P31", draft=draft)["materials"]] == ["M01", "M10", "M06", "M17"]
    kept_by_citizen = draft.with_material(replace(item(draft, "M17"), state="missing"), NOW)
    assert [paper["code"] for paper in body_of("P31", draft=kept_by_citizen)["materials"]] == ["M01", "M10", "M06"]


def test_a_scan_is_never_lost_with_the_question_that_asked_for_it():
    scan = BlobRef("ab" * 32, "a2V5", 12_345, "image/jpeg", "scan-1.jpg")
    draft = full_draft("P31").typing("g.R2.reason", "就学", NOW)
    draft = draft.with_material(replace(item(draft, "M17"), state="exempt", blobs=(scan,)), NOW)
    assert [blob["id"] for blob in body_of("P31", draft=draft)["materials"][-1]["blobs"]] == [scan.id]


def test_a_receipt_never_says_that_a_paper_was_deferred():
    draft = full_draft("P31")
    draft = draft.with_material(replace(item(draft, "M17"), state="deferred", form="none"), NOW)
    papers = {paper["code"]: paper["state"] for paper in body_of("P31", RECEIVED, draft=draft)["materials"]}
    assert papers["M17"] == "missing"


def test_document_numbers_of_one_case_differ_by_kind():
    number = counter().number
    assert document_number(P31, "receipt", number, TODAY) == "例州公安登收字〔2026〕第03100037号"
    assert document_number(P31, "acceptance_notice", number, TODAY) == "例州公安登受字〔2026〕第03100037号"


def test_a_matter_done_at_once_leaves_no_clock_running():
    at_once = licence(
        handle=replace(
            P31.handle,
            window_power="complete",
            effects={**P31.handle.effects, "complete": P31.handle.effects["accept"]},
        )
    )
    body = take_in(full_draft("P31"), at_once, ACCEPTED, counter())
    assert (body["power"], body["accepted_on"], body["due_on"]) == ("complete", "2026-11-23", None)
    assert [(document["kind"], document["copies"]) for document in body["documents"]] == [("receipt", 1)]


# ---- what refuses -----------------------------------------------------------------------------------------------


def test_a_draft_without_a_document_is_incomplete():
    with pytest.raises(Incomplete) as refusal:
        body_of("P31", draft=empty_draft("P31"))
    assert refusal.value.data["items"][:2] == ("证件", "本人在场？")


def test_an_incomplete_draft_is_refused_with_everything_that_is_missing():
    with pytest.raises(Incomplete) as refusal:
        body_of("P31", draft=read(empty_draft("P31")))
    assert refusal.value.data["items"] == (
        "街道/社区",
        "详细地址",
        "居住事由",
        "居住起始",
        "房屋类型",
        "取件方式",
        "房屋租赁合同或其他住所证明",
        "近期免冠照片",
        "劳动合同或就业协议",
    )


def test_what_acceptance_needs_a_receipt_can_wait_for():
    draft = full_draft("P31")
    draft = draft.with_material(replace(item(draft, "M17"), state="missing"), NOW)
    with pytest.raises(Incomplete) as refusal:
        body_of("P31", draft=draft)
    assert refusal.value.data["items"] == ("劳动合同或就业协议",)
    assert body_of("P31", RECEIVED, draft=draft)["materials"][-1]["state"] == "missing"


def test_a_receipt_cannot_do_without_the_papers_that_matter():
    draft = full_draft("P31")
    draft = draft.with_material(replace(item(draft, "M10"), state="missing"), NOW)
    with pytest.raises(Incomplete):
        body_of("P31", RECEIVED, draft=draft)


@pytest.mark.parametrize("outcome", [ACCEPTED, RECEIVED])
def test_a_matter_that_needs_the_person_is_closed_to_an_absent_owner(outcome):
    with pytest.raises(NotPresent):
        body_of("P14", outcome, draft=replace(full_draft("P14"), present=False))


def test_a_matter_open_to_agents_is_taken_in_with_a_remark():
    body = body_of("P31", draft=replace(full_draft("P31"), present=False))
    assert (body["present"], body["remarks"]) == (False, ["owner_absent"])


def test_an_expired_card_is_noted_where_the_matter_notes_it():
    draft = replace(full_draft("P31"), document=person(valid_until="2026-11-22"))
    assert body_of("P31", draft=draft)["remarks"] == ["expired_document"]


def test_an_expired_card_is_refused_where_the_matter_refuses_it():
    draft = replace(full_draft("P31"), document=person(valid_until="2026-11-22"))
    with pytest.raises(ExpiredDocument):
        take_in(draft, licence(expired_card="refuse"), ACCEPTED, counter())


def test_an_expired_card_is_not_mentioned_where_the_matter_does_not_care():
    draft = replace(full_draft("P31"), document=person(valid_until="2026-11-22"))
    assert take_in(draft, licence(expired_card="accept"), ACCEPTED, counter())["remarks"] == []


@pytest.mark.parametrize("until", ["long_term", None, "2026-11-23", "不详"])
def test_a_card_that_is_not_known_to_be_expired_is_not_noted(until):
    assert body_of("P31", draft=replace(full_draft("P31"), document=person(valid_until=until)))["remarks"] == []


def test_a_document_copied_by_hand_is_noted():
    draft = typed_in(read(empty_draft("P31"), source="manual"))
    for paper in draft.materials:
        draft = draft.with_material(replace(paper, state="received"), NOW)
    assert body_of("P31", draft=draft)["remarks"] == ["copied_by_hand"]


@pytest.mark.parametrize(
    ("code", "seal", "reason"), [("P14", True, "receive_only"), ("P31", False, "seal_not_at_hand")]
)
def test_nobody_accepts_without_the_power_to(code, seal, reason):
    with pytest.raises(UnlawfulStep) as refusal:
        body_of(code, circumstances=counter(seal=seal))
    assert refusal.value.data["reason"] == reason


@pytest.mark.parametrize("changes", [{"matter": "P14"}, {"matter_version": "2025-01-01"}])
def test_a_draft_of_another_matter_or_version_is_refused(changes):
    with pytest.raises(UnlawfulStep) as refusal:
        body_of("P31", draft=replace(full_draft("P31"), **changes))
    assert refusal.value.data["reason"] == "another_matter"


# ---- outcomes ---------------------------------------------------------------------------------------------------


def test_the_eight_outcomes_have_the_digits_of_f10():
    assert [(outcome.digit, outcome.label) for outcome in OUTCOMES] == [
        (1, "受理"),
        (2, "收件待审"),
        (3, "容缺"),
        (4, "补正"),
        (5, "不予受理（书面）"),
        (6, "转办"),
        (7, "咨询·已一次告知"),
        (8, "本人自愿放弃"),
    ]


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.name)
def test_outcomes_of_a_later_version_are_refused_before_anything_else(outcome):
    draft = empty_draft("P31")
    if outcome.digit in (1, 2, 3, 7, 8):
        require_available(outcome)
        return
    with pytest.raises(NotYetAvailable):
        take_in(draft, P31, outcome, counter())


def test_what_ends_without_a_case_leaves_no_number_behind():
    assert {outcome.name for outcome in OUTCOMES if not outcome.makes_case} == {"transferred", "consulted", "abandoned"}


@pytest.mark.parametrize("key", [1, "accepted"])
def test_an_outcome_is_found_by_digit_and_by_name(key):
    assert outcome_of(key) is ACCEPTED


@pytest.mark.parametrize("key", [0, 9, "", "受理"])
def test_there_is_no_ninth_outcome(key):
    with pytest.raises(UnlawfulStep):
        outcome_of(key)


def test_giving_up_makes_no_case():
    with pytest.raises(UnlawfulStep) as refusal:
        body_of("P31", ABANDONED)
    assert refusal.value.data["reason"] == "outcome_makes_no_case"


def test_giving_up_is_recorded_with_its_reason():
    assert matter_ended_body(P14, ABANDONED, " 材料在家 ") == {
        "matter": "P14",
        "matter_version": "2026-11-20",
        "matter_name": "养老保险待遇领取资格认证",
        "outcome": "abandoned",
        "reason": "材料在家",
    }


def test_giving_up_needs_a_reason():
    with pytest.raises(UnlawfulStep) as refusal:
        matter_ended_body(P14, ABANDONED, "  ")
    assert refusal.value.data["reason"] == "reason_missing"


def test_an_outcome_that_makes_a_case_does_not_just_end_the_matter():
    with pytest.raises(UnlawfulStep):
        matter_ended_body(P14, ACCEPTED, "x")


def test_a_consultation_ends_with_the_notice_that_was_given():
    number = notice_number.make("999999", "031", date(2026, 11, 23), 7)
    assert matter_ended_body(P14, CONSULTED, "", notice=number)["notice"] == number
    with pytest.raises(UnlawfulStep) as refusal:
        matter_ended_body(P14, CONSULTED, "")
    assert refusal.value.data["reason"] == "notice_missing"


# ---- materials --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "read_by", "states"),
    [
        ("M01", "card", ("received", "exempt", "missing")),
        ("M01", "manual", ("received", "exempt", "missing")),
        ("M10", "card", ("received", "missing")),
        ("M17", "card", ("received", "deferred", "missing")),
        ("M06", None, ("received", "exempt", "deferred", "missing")),
    ],
)
def test_a_clerk_may_choose_only_what_the_catalogue_allows(code, read_by, states):
    assert allowed_states(there(P31.material(code)), read_by) == states


def test_a_card_that_was_not_read_satisfies_nothing_by_itself():
    by_card_only = replace(there(P31.material("M01")), e_licence=False)
    assert "exempt" in allowed_states(by_card_only, "card")
    assert "exempt" not in allowed_states(by_card_only, "manual")
    assert "promised" in allowed_states(replace(by_card_only, promise=True), None)


def test_a_licence_that_stands_for_a_part_only_does_not_spare_the_paper():
    partly = replace(there(P31.material("M01")), e_licence="partly", by_card=False)
    assert "exempt" not in allowed_states(partly, "card")


def test_a_new_draft_begins_with_every_paper_missing():
    assert {paper.state for paper in first_materials(P31, None)} == {"missing"}
    assert [paper.code for paper in first_materials(P31, "card") if paper.state == "exempt"] == ["M01"]
