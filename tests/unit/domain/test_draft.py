"""A draft: saved and read back whole, filled by a document, begun afresh for another person."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.applicant import Applicant
from clerk_app.domain.blobs import BlobRef
from clerk_app.domain.draft import (
    Draft,
    answered,
    draft_from_json,
    draft_to_json,
    for_applicant,
    with_licence,
    with_other,
    with_shared,
)
from clerk_app.domain.earlier import Earlier
from clerk_app.domain.elements import Field, FieldGroup
from clerk_app.domain.filling import ReadDocument
from clerk_app.domain.form import FieldValue, form_count
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.licences import LicenceFinding
from clerk_app.domain.materials import MaterialItem
from clerk_app.domain.sources import source_of
from tests.unit.domain.builders import (
    NOW,
    TODAY,
    all_received,
    empty_draft,
    full_draft,
    item,
    matter,
    other_person,
    person,
    read,
    there,
    typed_in,
)

texts = st.text(st.characters(codec="utf-8"), max_size=20)
ids = st.text("0123456789abcdef", min_size=16, max_size=16)
blobs = st.builds(BlobRef, ids, texts, st.integers(0, 10**9), texts, texts)
materials = st.builds(
    MaterialItem,
    texts,
    texts,
    st.sampled_from(["received", "exempt", "deferred", "promised", "missing"]),
    st.sampled_from(["none", "original_seen", "original_kept", "copy_kept", "electronic"]),
    st.integers(0, 99),
    st.integers(0, 999),
    st.lists(blobs, max_size=3).map(tuple),
)
values = st.builds(
    FieldValue,
    texts,
    st.sampled_from(["card", "licence", "result", "computed", "earlier", "typed"]),
    st.none() | texts,
    texts,
)
findings = st.builds(
    LicenceFinding, st.just("valid"), texts, texts, texts, texts, texts, st.dictionaries(texts, texts, max_size=3)
)
documents = st.builds(
    IdentityDocument,
    st.sampled_from(["resident_id", "hmt_permit", "unknown"]),
    name=st.none() | texts,
    number=st.none() | texts,
    number_valid=st.none() | st.booleans(),
    truncated=st.lists(st.sampled_from(["name", "address"]), unique=True).map(tuple),
)
drafts = st.builds(
    Draft,
    id=ids,
    visit=ids,
    matter=texts,
    matter_version=texts,
    owner=texts,
    updated_at=st.integers(0, 2**52),
    document=st.none() | documents,
    read_by=st.sampled_from([None, "card", "manual"]),
    present=st.sampled_from([None, True, False]),
    values=st.dictionaries(texts, values, max_size=5),
    materials=st.lists(materials, max_size=4).map(tuple),
    others=st.dictionaries(
        st.sampled_from(["agent", "spouse"]), st.builds(ReadDocument, documents, st.sampled_from(["card", "manual"]))
    ),
    licences=st.dictionaries(texts, findings, max_size=2),
    results=st.dictionaries(texts, st.dictionaries(texts, texts, max_size=2), max_size=2),
    earlier=st.dictionaries(texts, texts, max_size=2),
)


@given(drafts)
def test_a_draft_comes_back_from_its_json(draft):
    assert draft_from_json(draft_to_json(draft)) == draft


def test_rare_characters_survive():
    draft = read(empty_draft("P31"), person(name="𠮷例𬱖"))
    assert there(draft_from_json(draft_to_json(draft)).document).name == "𠮷例𬱖"
    assert "𠮷例𬱖" in draft_to_json(draft)


def test_a_draft_of_a_later_format_is_refused():
    later = json.loads(draft_to_json(empty_draft("P14"))) | {"format": 2}
    with pytest.raises(ValueError):
        draft_from_json(json.dumps(later))


@pytest.mark.parametrize("text", ["", "[", "{}", '{"format": 1}'])
def test_what_is_no_draft_is_refused(text):
    with pytest.raises((ValueError, KeyError)):
        draft_from_json(text)


def test_what_a_draft_prints_of_itself_names_nobody():
    shown = repr(full_draft("P31"))
    assert "周例安" not in shown
    assert "999999199202160010" not in shown
    assert "例湖路" not in shown


# ---- reading a document -----------------------------------------------------------------------------------------


def test_a_document_fills_the_form_and_takes_the_place_of_the_card():
    draft = read(empty_draft("P31"))
    assert (draft.document, draft.read_by, draft.present) == (person(), "card", True)
    assert draft.values["g.P1.name"] == FieldValue("周例安", "card")
    assert item(draft, "M01").state == "exempt"
    assert draft.updated_at == NOW


def test_what_was_typed_before_the_card_came_stays():
    draft = read(empty_draft("P31").typing("g.R2.reason", "务工", NOW))
    assert draft.values["g.R2.reason"] == FieldValue("务工", "typed")


def test_reading_the_same_card_again_undoes_changes_but_keeps_answers_and_papers():
    draft = full_draft("P31").typing("g.P1.name", "周例岸", NOW)
    again = read(draft, person(newest_address="例省例州市新址"))
    assert again.values["g.P1.name"] == FieldValue("周例安", "card")
    assert again.values["g.P2.registered_address"].value == "例省例州市新址"
    assert again.values["g.R2.reason"].value == "务工"
    assert item(again, "M10").state == "received"


def test_another_persons_card_begins_afresh():
    second = read(full_draft("P31"), other_person())
    assert second == read(empty_draft("P31"), other_person())


def test_a_document_without_a_number_is_never_taken_for_the_same_person():
    nameless = person(number=None)
    assert (
        read(read(typed_in(empty_draft("P31")), nameless), nameless).values.keys()
        == read(empty_draft("P31"), nameless).values.keys()
    )


def test_reading_by_hand_after_the_card_asks_for_the_card_again():
    draft = read(read(empty_draft("P31")), source="manual")
    assert item(draft, "M01").state == "missing"


# ---- one change at a time ---------------------------------------------------------------------------------------


def test_emptying_a_typed_field_leaves_no_trace():
    draft = empty_draft("P31").typing("g.R2.reason", "务工", NOW).typing("g.R2.reason", "", NOW)
    assert draft == empty_draft("P31")


def test_typing_moves_the_time_of_the_draft():
    assert empty_draft("P31").typing("g.R2.reason", "务工", NOW + 5).updated_at == NOW + 5


def test_a_material_replaces_the_one_of_its_code_and_no_other():
    draft = all_received(read(empty_draft("P31")))
    changed = draft.with_material(replace(item(draft, "M10"), pages=9), NOW + 5)
    assert [known.code for known in changed.materials] == [known.code for known in draft.materials]
    assert item(changed, "M10").pages == 9
    assert changed.material("M17") == draft.material("M17")
    assert changed.material("M99") is None


def test_the_key_of_a_scan_is_not_in_what_a_draft_prints_of_itself():
    scan = BlobRef("ab" * 32, "a2V5IG9mIHRoZSBzY2Fu", 12_345, "image/jpeg", "scan-1.jpg")
    draft = full_draft("P31")
    draft = draft.with_material(replace(item(draft, "M10"), blobs=(scan,)), NOW)
    assert scan.key not in repr(draft)


# ---- other people's documents, licences -------------------------------------------------------------------------

B06 = matter("B06")
AGENT = Field("g.P5.name", "代理人姓名", "text", sources=(source_of("card@agent:name"),))
LICENCE = LicenceFinding("valid", name="例州例达运输有限公司", fields={"scope": "餐饮服务"})


def test_another_persons_document_fills_only_what_is_asked_of_that_person():
    draft = with_other(read(empty_draft("B06")), B06, "legal_representative", ReadDocument(other_person(), "card"), NOW)
    assert draft.values == read(empty_draft("B06")).values
    assert draft_from_json(draft_to_json(draft)) == draft


def test_the_document_of_a_role_read_again_says_everything_anew():
    p01 = replace(B06, groups=(FieldGroup("g.P5", "代理人", (AGENT,)),))
    draft = with_other(empty_draft("B06"), p01, "agent", ReadDocument(other_person(), "card"), NOW)
    changed = answered(draft, p01, AGENT.code, "林例绣", NOW)
    assert changed.values[AGENT.code].is_changed
    again = with_other(changed, p01, "agent", ReadDocument(person(), "card"), NOW)
    assert again.values[AGENT.code] == FieldValue("周例安", "card", said_by="card@agent:name")


def test_typing_what_the_source_had_said_leaves_no_mark():
    p01 = replace(B06, groups=(FieldGroup("g.P5", "代理人", (AGENT,)),))
    draft = with_other(empty_draft("B06"), p01, "agent", ReadDocument(other_person(), "card"), NOW)
    changed = answered(draft, p01, AGENT.code, "林例绣", NOW)
    assert answered(changed, p01, AGENT.code, "林例秀", NOW).values == draft.values


def test_another_applicant_takes_nothing_of_what_was_read_and_found_before():
    draft = with_other(read(empty_draft("B06")), B06, "agent", ReadDocument(person(), "card"), NOW)
    draft = with_licence(draft, B06, "business_licence", LICENCE, NOW)
    second = read(draft, other_person())
    assert (dict(second.others), dict(second.licences)) == ({}, {})
    assert "g.E1.name" not in second.values


def test_what_a_licence_filled_is_taken_back_when_the_next_holder_has_none():
    draft = with_licence(read(empty_draft("B06")), B06, "business_licence", LICENCE, NOW)
    assert draft.values["g.E1.scope"].value == "餐饮服务"
    changed = answered(draft, B06, "g.E1.scope", "食品销售", NOW)
    other_firm = with_licence(changed, B06, "business_licence", LicenceFinding("none"), NOW)
    assert "g.E1.name" not in other_firm.values
    assert other_firm.values["g.E1.scope"].value == "食品销售"
    assert with_licence(draft, B06, "business_licence", LicenceFinding("unavailable"), NOW) is draft


def test_emptying_what_was_copied_by_hand_leaves_it_empty():
    draft = read(empty_draft("P31"), source="manual")
    emptied = answered(draft, matter("P31"), "g.P1.ethnicity", "", NOW)
    assert "g.P1.ethnicity" not in emptied.values


# ---- an earlier visit -------------------------------------------------------------------------------------------

PHONE = Field("g.P4.phone", "手机", "phone", required=False, choices=("无手机",), earlier=True)
SAVINGS = Field("g.H3.savings", "存款", "text", required=False, sensitive=True, earlier=True)
REASON = Field("g.R2.reason", "事由", "text")
ASKS = replace(matter("P14"), groups=(FieldGroup("g.X", "例", (PHONE, SAVINGS, REASON)),))
SAID = {"g.P4.phone": "无手机", "g.H3.savings": "3000", "g.R2.reason": "务工", "g.X.other": "例"}


def here(draft=None, said=SAID, document=None, *, present=True, results=None, asks=ASKS):
    """The draft of who stands here, with what that person said and was given before."""
    applicant = Applicant(document or person(), "card", present, NOW)
    before = Earlier(said, results or {})
    return for_applicant(draft or empty_draft("P14"), asks, applicant, before, NOW, offered=asks.fields)


def test_only_what_may_be_taken_over_is_and_never_a_sensitive_answer():
    draft = here()
    assert draft.values == {"g.P4.phone": FieldValue("无手机", "earlier")}
    assert there(draft.consent).codes == ("g.H3.savings",)
    assert "3000" not in draft_to_json(draft)
    assert form_count(ASKS, draft.values, TODAY).sourced == 0


def test_nothing_is_taken_over_for_who_is_not_here_and_it_goes_with_who_goes():
    absent = here(present=False)
    assert (absent.values, absent.consent, absent.earlier) == ({}, None, {})
    assert here(here(), present=False) == absent
    assert here(absent) == here()
    assert here(here()) == here()


def test_what_no_longer_is_a_good_answer_is_not_taken_over():
    assert here(said={"g.P4.phone": "12"}).values == {}


@pytest.mark.parametrize("text", ["13000000001", "无手机"])
def test_what_was_typed_before_the_card_came_stands_over_an_earlier_visit_as_if_typed_after_it(text):
    before_the_card = here(answered(empty_draft("P14"), ASKS, "g.P4.phone", text, NOW))
    assert before_the_card.values["g.P4.phone"].value == text
    assert before_the_card == answered(here(), ASKS, "g.P4.phone", text, NOW)


def test_of_what_was_typed_over_an_earlier_answer_only_the_typing_stays_when_its_person_goes():
    draft = answered(here(), ASKS, "g.P4.phone", "13000000001", NOW)
    assert here(draft, present=False).values == {"g.P4.phone": FieldValue("13000000001", "typed")}
    emptied = answered(here(), ASKS, "g.P4.phone", "", NOW)
    assert here(emptied, present=False).values == {}
    assert here(emptied).values == emptied.values


def test_another_person_at_the_counter_gets_nothing_of_the_first():
    first = answered(here(results={"B04": {"credit_code": "91999999MA0EXAMP0F"}}), ASKS, "g.R2.reason", "务工", NOW)
    assert here(first, said={}, document=other_person()) == here(said={}, document=other_person())


def test_what_results_say_comes_with_a_card_read_later_and_goes_with_its_person():
    result = replace(REASON, code="g.E1.established", sources=(source_of("result:B04.established"),))
    asks = replace(ASKS, groups=(FieldGroup("g.X", "例", (result,)),))
    given = {"B04": {"established": "2026-11-02"}}
    draft = here(here(present=False, asks=asks), results=given, asks=asks)
    assert draft.values == {"g.E1.established": FieldValue("2026-11-02", "result", said_by="result:B04.established")}
    assert here(draft, present=False, asks=asks).values == {}


def test_what_was_typed_for_another_matter_today_stands_over_an_earlier_visit():
    today = {"g.P4.phone": FieldValue("13000000001", "typed")}
    over = FieldValue("13000000001", "typed", original="无手机", overrules="earlier")
    assert with_shared(here(), ASKS, today, (), NOW).values["g.P4.phone"] == over
    assert with_shared(here(), ASKS, {"g.P4.phone": over}, (), NOW).values["g.P4.phone"] == over
