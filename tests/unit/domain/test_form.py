"""The one form: what the card fills, what is wrong, what is still missing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.checking import check_field
from clerk_app.domain.conditions import AllOf, AtLeast, OneOf, Rule
from clerk_app.domain.elements import Field, FieldGroup
from clerk_app.domain.filling import Evidence, ReadDocument, fill
from clerk_app.domain.form import (
    FieldValue,
    Missing,
    form_count,
    missing,
    plain,
    typed,
    value_body,
    value_from_body,
    visible_fields,
)
from clerk_app.domain.identity import LONG_TERM
from clerk_app.domain.situations import Situation
from tests.unit.domain.builders import (
    ANSWERS,
    NOW,
    TODAY,
    all_received,
    empty_draft,
    full_draft,
    item,
    matter,
    person,
    read,
    there,
    typed_in,
)

P31 = matter("P31")
P14 = matter("P14")


def codes(found):
    return [item.anchor for item in found]


def prefill(matter, document, read_by="card"):
    return fill(matter.fields, {}, Evidence({"applicant": ReadDocument(document, read_by)}), TODAY)


# ---- what the card fills ----------------------------------------------------------------------------------------


def test_the_card_fills_seven_elements_of_p14_and_eight_of_p31():
    assert len(prefill(P14, person())) == 7
    assert len(prefill(P31, person())) == 8


def test_the_card_fills_what_it_says_and_names_itself_as_source():
    assert {code: value.value for code, value in prefill(P31, person()).items()} == {
        "g.P1.name": "周例安",
        "g.P1.sex": "男",
        "g.P1.ethnicity": "汉",
        "g.P1.birth_date": "1992-02-16",
        "g.P1.document_type": "居民身份证",
        "g.P1.document_number": "999999199202160010",
        "g.P1.valid_until": "2034-05-08",
        "g.P2.registered_address": "例省例州市甲县乙镇丙村 12 号",
    }
    assert {value.source for value in prefill(P31, person()).values()} == {"card"}


@pytest.mark.parametrize(
    ("changes", "code", "value"),
    [
        ({"valid_until": LONG_TERM}, "g.P1.valid_until", "长期"),
        ({"newest_address": "例省例州市新址"}, "g.P2.registered_address", "例省例州市新址"),
        ({"sex": "female"}, "g.P1.sex", "女"),
        ({"sex": "not_stated"}, "g.P1.sex", "未说明"),
        ({"document": "hmt_permit"}, "g.P1.document_type", "港澳台居民居住证"),
        ({"document": "foreign_permanent_2023"}, "g.P1.document_type", "外国人永久居留身份证"),
    ],
)
def test_the_card_is_shown_in_chinese(changes, code, value):
    assert prefill(P31, person(**changes))[code].value == value


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ethnicity": None}, "g.P1.ethnicity"),
        ({"sex": None}, "g.P1.sex"),
        ({"valid_until": None}, "g.P1.valid_until"),
        ({"address": None}, "g.P2.registered_address"),
        ({"document": "unknown"}, "g.P1.document_type"),
    ],
)
def test_what_the_card_does_not_say_stays_empty(changes, code):
    assert code not in prefill(P31, person(**changes))


def test_a_document_copied_by_hand_fills_the_same_fields_as_typed():
    assert {value.source for value in prefill(P31, person(), "manual").values()} == {"typed"}


def test_no_default_ever_counts_as_filled():
    assert form_count(P14, {}, TODAY).sourced == 0
    assert set(plain(read(empty_draft("P14")).values)) == {field.code for field in P14.fields if field.card_key}


# ---- a person types ---------------------------------------------------------------------------------------------


def test_a_changed_value_is_marked_and_keeps_what_the_source_said():
    changed = typed(FieldValue("周例安", "card"), " 周例岸 ")
    assert changed == FieldValue("周例岸", "typed", original="周例安", overrules="card")
    assert changed.is_changed


def test_changing_it_again_still_keeps_what_the_source_said():
    once = typed(FieldValue("周例安", "card"), "周例岸")
    assert typed(once, "周例案") == FieldValue("周例案", "typed", original="周例安", overrules="card")
    assert typed(once, "") == FieldValue("", "typed", original="周例安", overrules="card")
    assert typed(once, "周例安") == FieldValue("周例安", "card")


def test_typing_what_the_source_says_is_no_change():
    assert typed(FieldValue("周例安", "card"), "周例安") == FieldValue("周例安", "card")


def test_a_plain_value_is_typed_over_and_emptied():
    assert typed(None, "务工") == FieldValue("务工", "typed")
    assert typed(FieldValue("务工", "typed"), "经商") == FieldValue("经商", "typed")
    assert typed(FieldValue("务工", "typed"), "  ") is None
    assert typed(None, "") is None


@given(
    st.builds(
        FieldValue,
        st.text(),
        st.sampled_from(["card", "licence", "result", "computed", "earlier", "typed"]),
        st.none() | st.text(),
        st.text(),
    )
)
def test_a_value_comes_back_from_its_body(value):
    assert value_from_body(value_body(value)) == value


def test_a_value_of_an_unknown_source_is_refused():
    with pytest.raises(ValueError):
        value_from_body({"value": "x", "source": "gossip"})


def test_a_value_shows_its_source_but_not_itself():
    assert "周例安" not in repr(FieldValue("周例安", "card", "周例岸"))


# ---- what is wrong ----------------------------------------------------------------------------------------------

PHONE = Field("g.X.phone", "手机", "phone", required=False, choices=("无手机",))
DATE = Field("g.X.date", "日期", "date")
UNTIL = Field("g.X.until", "有效期", "date", choices=("长期",), may_be_future=True)
CHOICE = Field("g.X.choice", "事由", "choice", choices=("务工", "经商"))
TEXT = Field("g.X.text", "单位", "text", required=False)
ID = Field("g.X.id", "证件号码", "id")


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        (PHONE, "", None),
        (PHONE, "无手机", None),
        (PHONE, "13000000001", None),
        (PHONE, "130 0000 0001", None),
        (PHONE, "0571-88888888", None),
        (PHONE, "0571-88888888-123", None),
        (PHONE, "4008000000", None),
        (PHONE, "1300000000", "not_a_phone"),
        (PHONE, "12000000001", "not_a_phone"),
        (PHONE, "没有", "not_a_phone"),
        (DATE, "", "required"),
        (DATE, "2026-11-23", None),
        (DATE, "2026-11-24", "future_date"),
        (DATE, "2026-02-29", "not_a_date"),
        (DATE, "20261123", "not_a_date"),
        (DATE, "2026-W47-1", "not_a_date"),
        (DATE, "去年", "not_a_date"),
        (DATE, "长期", "not_a_date"),
        (UNTIL, "长期", None),
        (UNTIL, "2046-11-23", None),
        (CHOICE, "", "required"),
        (CHOICE, "务工", None),
        (CHOICE, "探亲", "not_a_choice"),
        (TEXT, "", None),
        (TEXT, "例州市例湖公司", None),
        (TEXT, "长" * 201, "too_long"),
        (ID, "999999199202160010", None),
        (ID, "999999199202160011", "not_an_id"),
        (ID, "99999919920216001", None),
        (ID, "12345", "not_an_id"),
        (ID, "证件九九九九九九", "not_an_id"),
    ],
)
def test_a_value_is_judged_by_its_field(field, value, fault):
    found = check_field(field, value, date(2026, 11, 23))
    assert (found.kind if found else None) == fault


def test_an_id_with_a_small_x_is_the_same_id():
    assert check_field(ID, "99999919920216004X", TODAY) == check_field(ID, "99999919920216004x", TODAY)


# ---- what stands on the form ------------------------------------------------------------------------------------


def test_the_address_for_the_post_is_asked_only_for_the_post():
    draft = typed_in(read(empty_draft("P31")))
    assert "g.P9.address" not in [field.code for field in visible_fields(P31, draft.values)]
    by_post = draft.typing("g.P9.pickup", "邮寄", NOW)
    assert "g.P9.address" in [field.code for field in visible_fields(P31, by_post.values)]
    assert codes(missing(P31, by_post, TODAY))[0] == "g.P9.address"


def test_only_a_resident_has_an_ethnicity_to_state():
    foreigner = read(empty_draft("P31"), person(document="foreign_permanent_2023", ethnicity=None))
    assert "g.P1.ethnicity" not in codes(missing(P31, foreigner, TODAY))
    resident = read(empty_draft("P31"), person(ethnicity=None))
    assert "g.P1.ethnicity" in codes(missing(P31, resident, TODAY))


def test_fields_stand_in_the_order_of_the_paper():
    groups = [code.rsplit(".", 1)[0] for code in (field.code for field in P31.fields)]
    assert list(dict.fromkeys(groups)) == ["g.P1", "g.P2", "g.P3", "g.P4", "g.R2", "g.P9"]


# ---- answers against one another --------------------------------------------------------------------------------


SEATS = Field("g.X.seats", "餐位数", "number")
KIND = Field("g.X.kind", "业态", "choice", choices=("餐饮", "销售"))
NO_SEATS = Rule(AllOf((OneOf("g.X.kind", ("销售",)), AtLeast("g.X.seats", Decimal(1)))), "销售不设餐位，请填 0")


def ruled(*, at_group):
    at_the_group, at_the_matter = ((NO_SEATS,), ()) if at_group else ((), (NO_SEATS,))
    return replace(P14, groups=(FieldGroup("g.X", "餐饮", (KIND, SEATS), rules=at_the_group),), rules=at_the_matter)


def wrong(asked, **answers):
    draft = full_draft("P14")
    values = {f"g.X.{key}": FieldValue(value, "typed") for key, value in answers.items()}
    return [(item.anchor, item.hint) for item in missing(asked, replace(draft, values=values), TODAY)]


@pytest.mark.parametrize("at_group", [True, False])
def test_answers_that_do_not_fit_are_told_at_the_last_of_them_in_the_words_of_the_rule(at_group):
    asked = ruled(at_group=at_group)
    assert wrong(asked, kind="销售", seats="8") == [("g.X.seats", "销售不设餐位，请填 0")]
    assert wrong(asked, kind="销售", seats="0") == []
    assert wrong(asked, kind="餐饮", seats="8") == []


def test_a_rule_over_an_open_question_says_nothing():
    assert wrong(ruled(at_group=True), seats="8") == [("g.X.kind", "")]


def test_what_is_wrong_with_an_answer_itself_comes_before_what_a_rule_says():
    assert wrong(ruled(at_group=True), kind="销售", seats="8 个") == [("g.X.seats", "请填数字，例：120 或 36.5")]


def test_an_element_whose_question_is_not_asked_now_is_not_on_the_form():
    sign = Situation("q.sign", "有招牌吗？", ("有", "没有"))
    size = Situation("q.size", "招牌大吗？", ("大", "小"), when=OneOf("q.sign", ("有",)))
    width = Field("g.X.width", "宽", "number", when=OneOf("q.size", ("大",)))
    asked = replace(P14, situations=(sign, size), groups=(FieldGroup("g.X", "招牌", (width,)),))
    big = {"q.size": FieldValue("大", "typed")}
    assert visible_fields(asked, {**big, "q.sign": FieldValue("有", "typed")}) == (width,)
    assert visible_fields(asked, {**big, "q.sign": FieldValue("没有", "typed")}) == ()
    assert visible_fields(asked, big) == ()


# ---- what is missing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["P14", "P31"])
def test_nothing_is_missing_from_a_full_draft(code):
    assert missing(matter(code), full_draft(code), TODAY) == ()
    assert form_count(matter(code), full_draft(code).values, TODAY).to_type == 0


def test_everything_missing_is_named_in_the_order_of_the_paper():
    draft = replace(read(empty_draft("P31")), present=None)
    assert codes(missing(P31, draft, TODAY)) == [
        "presence",
        "g.P3.area",
        "g.P3.detail",
        "g.R2.reason",
        "g.R2.since",
        "g.R2.housing",
        "g.P9.pickup",
        "M10",
        "M06",
        "M17",
    ]


@pytest.mark.parametrize("code", [code for code in ANSWERS if P31.field(code) and code != "g.P4.phone"])
def test_each_required_answer_is_missed_on_its_own(code):
    draft = full_draft("P31").typing(code, "", NOW)
    found = [item for item in missing(P31, draft, TODAY) if item.anchor == code]
    assert [(item.kind, item.severity, item.label) for item in found] == [
        ("field", "must", there(P31.field(code)).label)
    ]


@pytest.mark.parametrize("code", [field.code for field in P31.fields if field.card_key])
def test_each_element_of_the_card_is_missed_on_its_own(code):
    draft = full_draft("P31")
    values = {key: value for key, value in draft.values.items() if key != code}
    found = codes(missing(P31, replace(draft, values=values), TODAY))
    if code == "g.P1.document_type":
        assert found == ["g.P1.document_type"]
    else:
        assert found == [code]


@pytest.mark.parametrize(
    "code", ["g.P4.phone", "g.P4.backup_name", "g.P4.backup_phone", "g.R2.employer", "g.I6.payment"]
)
def test_what_is_optional_is_never_missed(code):
    for name in ("P14", "P31"):
        draft = full_draft(name).typing(code, "", NOW)
        assert missing(matter(name), draft, TODAY) == ()


def test_a_wrong_value_is_missed_with_what_is_wrong():
    draft = full_draft("P31").typing("g.P4.phone", "123", NOW)
    assert missing(P31, draft, TODAY) == (
        Missing("field", "g.P4.phone", "手机", "号码不对；没有手机请填“无手机”", "must"),
    )


def test_what_a_lawful_source_says_is_not_judged_by_the_form():
    draft = full_draft("P31")
    odd = {**draft.values, "g.P1.document_number": FieldValue("999999199202160011", "card")}
    assert missing(P31, replace(draft, values=odd), TODAY) == ()
    wrong = {**draft.values, "g.P1.document_number": FieldValue("999999199202160011", "typed")}
    assert codes(missing(P31, replace(draft, values=wrong), TODAY)) == ["g.P1.document_number"]


@pytest.mark.parametrize(("code", "severity"), [("M10", "must"), ("M06", "should"), ("M17", "should")])
def test_each_missing_paper_is_named_with_what_is_good_for_it(code, severity):
    draft = full_draft("P31")
    changed = replace(item(draft, code), state="missing")
    found = missing(P31, draft.with_material(changed, NOW), TODAY)
    need = there(P31.material(code))
    assert found == (Missing("material", code, need.name, need.accepts, severity),)


def test_a_paper_one_need_not_bring_is_never_missing():
    welcome = tuple(replace(need, required=False) for need in P31.materials)
    found = missing(replace(P31, materials=welcome), empty_draft("P31"), TODAY)
    assert [item for item in found if item.kind == "material"] == []
    assert [item for item in missing(P31, empty_draft("P31"), TODAY) if item.kind == "material"]


def test_a_deferred_paper_is_still_missing_for_acceptance():
    draft = full_draft("P31")
    draft = draft.with_material(replace(item(draft, "M17"), state="deferred"), NOW)
    assert [(item.anchor, item.severity) for item in missing(P31, draft, TODAY)] == [("M17", "should")]


def test_a_state_the_catalogue_does_not_allow_settles_nothing():
    draft = full_draft("P31")
    draft = draft.with_material(replace(item(draft, "M10"), state="promised"), NOW)
    assert codes(missing(P31, draft, TODAY)) == ["M10"]


def test_a_labour_contract_is_asked_only_of_who_works_here():
    draft = typed_in(read(empty_draft("P31"))).typing("g.R2.reason", "就学", NOW)
    assert "M17" not in codes(missing(P31, draft, TODAY))


def test_a_paper_is_asked_for_while_its_question_is_open():
    assert "M17" in codes(missing(P31, read(empty_draft("P31")), TODAY))


def test_reading_the_card_is_what_takes_the_place_of_the_identity_card():
    assert "M01" in codes(missing(P31, empty_draft("P31"), TODAY))
    assert "M01" not in codes(missing(P31, read(empty_draft("P31")), TODAY))
    by_hand = read(empty_draft("P31"), source="manual")
    assert "M01" in codes(missing(P31, by_hand, TODAY))
    assert "M01" not in codes(missing(P31, all_received(by_hand), TODAY))


def test_without_a_document_the_card_is_the_first_thing_missing():
    first = missing(P31, empty_draft("P31"), TODAY)[0]
    assert (first.kind, first.severity, first.hint) == ("document", "must", "请读身份证（F2）")


def test_an_expired_card_is_missing_only_where_the_matter_refuses_it():
    old = full_draft("P31")
    old = replace(old, document=person(valid_until="2026-11-22"))
    assert missing(P31, old, TODAY) == ()
    assert missing(replace(P31, expired_card="accept"), old, TODAY) == ()
    assert codes(missing(replace(P31, expired_card="refuse"), old, TODAY)) == ["document"]
    today_is_its_last = replace(old, document=person(valid_until="2026-11-23"))
    assert missing(replace(P31, expired_card="refuse"), today_is_its_last, TODAY) == ()


def test_an_absent_owner_is_missing_only_where_the_matter_needs_the_person():
    absent = replace(full_draft("P14"), present=False)
    assert [(item.kind, item.label) for item in missing(P14, absent, TODAY)] == [("presence", "本人不在场")]
    assert missing(P31, replace(full_draft("P31"), present=False), TODAY) == ()


# ---- how much is done -------------------------------------------------------------------------------------------


def test_the_form_counts_its_elements_what_was_filled_and_what_is_to_type():
    draft = read(empty_draft("P31"))
    assert form_count(P31, draft.values, TODAY) == type(form_count(P31, {}, TODAY))(elements=19, sourced=8, to_type=6)
    assert form_count(P14, read(empty_draft("P14")).values, TODAY).to_type == 2
    changed = draft.typing("g.P1.name", "周例岸", NOW)
    assert form_count(P31, changed.values, TODAY).sourced == 7
