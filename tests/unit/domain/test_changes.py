"""Changing what a source filled: what may be changed, on what ground, how it is taken back."""

from dataclasses import replace

import pytest

from clerk_app.domain.changes import changed, needs_reason, taken_back
from clerk_app.domain.draft import draft_from_json, draft_to_json, filled, with_licence
from clerk_app.domain.form import FieldValue, missing
from clerk_app.domain.licences import LicenceFinding
from clerk_app.errors import BadAnswer, UnlawfulStep
from tests.unit.domain.builders import NOW, TODAY, empty_draft, matter, person, read

ADDRESS, NAME, AGE = "g.P2.registered_address", "g.P1.name", "g.P1.birth_date"
P31 = matter("P31")
NEW = "例省例江县例村 5 号"


@pytest.fixture
def draft():
    return read(empty_draft("P31"))


def refusal(draft, code, text, reason="户口已迁"):
    with pytest.raises(UnlawfulStep) as refused:
        changed(draft, P31, code, text, reason, NOW)
    return refused.value.data["reason"]


def test_an_address_may_have_changed_and_what_the_card_said_stays_beside_it(draft):
    said = draft.values[ADDRESS].value
    after = changed(draft, P31, ADDRESS, NEW, " 户口已迁 ", NOW)
    assert after.values[ADDRESS] == FieldValue(NEW, "typed", said, overrules="card", reason="户口已迁")
    assert (after.values[ADDRESS].mark, needs_reason(after.values[ADDRESS])) == ("改", True)
    assert draft_from_json(draft_to_json(after)) == after


def test_it_is_taken_back_with_one_step_or_by_typing_what_the_card_says(draft):
    after = changed(draft, P31, ADDRESS, NEW, "户口已迁", NOW)
    assert taken_back(after, P31, ADDRESS, NOW).values == draft.values
    assert changed(after, P31, ADDRESS, draft.values[ADDRESS].value, "", NOW).values == draft.values
    with pytest.raises(UnlawfulStep):
        taken_back(draft, P31, ADDRESS, NOW)


@pytest.mark.parametrize("code", [NAME, "g.P1.document_number", "g.P1.sex", "g.P1.valid_until"])
def test_who_somebody_is_says_the_chip_alone(draft, code):
    assert refusal(draft, code, "例") == "fixed_by_card"


def test_a_name_that_the_chip_cut_off_may_be_completed():
    cut = read(empty_draft("P31"), person(name="周例", truncated=("name",)))
    after = changed(cut, P31, NAME, "周例𬱖", "芯片缺一个字", NOW)
    assert (after.values[NAME].value, after.values[NAME].original) == ("周例𬱖", "周例")


def test_without_a_reason_nothing_of_a_card_or_a_licence_is_changed(draft):
    assert refusal(draft, ADDRESS, NEW, " ") == "change_without_reason"
    assert refusal(draft, "g.R2.reason", "务工") == "not_filled"


def test_a_value_that_is_wrong_is_refused_with_what_is_wrong(draft):
    for text, told in (("", "不能是空的"), ("例" * 201, "太长")):
        with pytest.raises(BadAnswer) as refused:
            changed(draft, P31, ADDRESS, text, "户口已迁", NOW)
        assert told in refused.value.data["fault"]


def test_what_was_typed_before_a_licence_spoke_waits_for_a_reason():
    p18 = matter("P18")
    draft = read(empty_draft("P18")).typing("g.P6.bank", "例州银行例江支行", NOW)
    draft = with_licence(draft, p18, "social_security_card", LicenceFinding("valid", fields={"bank": "例州银行"}), NOW)
    (lacks,) = [item for item in missing(p18, draft, TODAY) if item.anchor == "g.P6.bank"]
    assert "电子证照的不一样" in lacks.hint
    draft = changed(draft, p18, "g.P6.bank", "例州银行例江支行", "换了开户行", NOW)
    assert "g.P6.bank" not in [item.anchor for item in missing(p18, draft, TODAY)]
    assert filled(draft, p18, NOW).values["g.P6.bank"].reason == "换了开户行"


def test_a_reason_holds_only_for_what_the_source_said_then():
    p18 = matter("P18")
    kind = "social_security_card"
    draft = with_licence(read(empty_draft("P18")), p18, kind, LicenceFinding("valid", fields={"bank": "例州银行"}), NOW)
    draft = changed(draft, p18, "g.P6.bank", "例州银行例江支行", "换了开户行", NOW)
    draft = with_licence(draft, p18, kind, LicenceFinding("valid", fields={"bank": "例湖银行"}), NOW)
    assert (draft.values["g.P6.bank"].original, draft.values["g.P6.bank"].reason) == ("例湖银行", "")


def test_a_computed_value_follows_what_it_is_computed_of():
    b16 = matter("B16")
    code = next(field.code for field in b16.fields if field.is_computed)
    draft = read(empty_draft("B16"))
    said = next(field for field in b16.fields if field.code == code).sources[0].text
    draft = replace(draft, values={**draft.values, code: FieldValue("3", "computed", said_by=said)})
    with pytest.raises(UnlawfulStep) as refused:
        changed(draft, b16, code, "4", "例", NOW)
    assert refused.value.data["reason"] == "fixed_by_computed"
