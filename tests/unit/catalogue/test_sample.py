"""The shipped sample catalogue: its two golden matters, P14 and P31, in every detail."""

import pytest

from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.catalogue.loader import load_catalogue
from clerk_app.domain.document_words import card_value
from clerk_app.errors import NoSuchMatter
from tests.unit.domain.builders import person

CATALOGUE = load_catalogue()
P14, P31 = CATALOGUE.matter("P14"), CATALOGUE.matter("P31")
TWO = Catalogue(CATALOGUE.version, CATALOGUE.label, (P14, P31))


def test_the_sample_says_what_it_is():
    assert (CATALOGUE.version, CATALOGUE.label) == ("2026-11-20", "示例数据")
    assert all(matter.sample and matter.version == CATALOGUE.version for matter in CATALOGUE.matters)


@pytest.mark.parametrize(("matter", "elements", "from_card"), [(P14, 13, 7), (P31, 19, 8)])
def test_elements_and_how_many_the_card_fills(matter, elements, from_card):
    assert len(matter.fields) == elements
    assert sum(field.card_key is not None for field in matter.fields) == from_card
    assert len(matter.typed_fields) == elements - from_card


def test_the_elements_of_p14():
    assert [field.code for field in P14.fields] == [
        "g.P1.name",
        "g.P1.sex",
        "g.P1.ethnicity",
        "g.P1.birth_date",
        "g.P1.document_type",
        "g.P1.document_number",
        "g.P1.valid_until",
        "g.P4.phone",
        "g.P4.backup_name",
        "g.P4.backup_phone",
        "g.I6.benefit",
        "g.I6.payment",
        "g.I6.method",
    ]


def test_the_elements_of_p31():
    assert [field.code for field in P31.fields[7:]] == [
        "g.P2.registered_address",
        "g.P3.area",
        "g.P3.detail",
        "g.P4.phone",
        "g.P4.backup_name",
        "g.P4.backup_phone",
        "g.R2.reason",
        "g.R2.since",
        "g.R2.housing",
        "g.R2.employer",
        "g.P9.pickup",
        "g.P9.address",
    ]


def test_what_nobody_has_to_answer():
    optional = {field.code for matter in (P14, P31) for field in matter.fields if not field.required}
    assert optional == {
        "g.P4.phone",
        "g.P4.backup_name",
        "g.P4.backup_phone",
        "g.I6.payment",
        "g.R2.employer",
    }


def test_a_phone_is_optional_everywhere_and_having_none_is_an_answer():
    phones = {field for matter in CATALOGUE.matters for field in matter.fields if field.type == "phone"}
    assert {phone.code for phone in phones} == {
        "g.P4.phone",
        "g.P4.backup_phone",
        "g.P5.phone",
        "g.E3.phone",
        "g.E5.phone",
    }
    assert not any(phone.required for phone in phones)
    assert all("无手机" in phone.choices for phone in phones if phone.code != "g.P4.backup_phone")


def test_the_materials_of_p31_and_what_may_replace_them():
    flags = {
        need.code: (need.by_card, need.e_licence, need.reusable, need.deferrable, need.promise, need.situational)
        for need in P31.materials
    }
    assert flags == {
        "M01": (True, True, False, False, False, False),
        "M10": (False, False, False, False, False, False),
        "M06": (False, False, True, True, False, False),
        "M17": (False, False, False, True, False, True),
    }
    assert [need.code for need in P14.materials] == ["M01"]


def test_a_matter_may_name_a_paper_by_all_it_takes():
    assert [need.name for need in P31.materials] == [
        "居民身份证",
        "房屋租赁合同或其他住所证明",
        "近期免冠照片",
        "劳动合同或就业协议",
    ]


def test_who_may_come_and_with_what_card():
    assert (P14.presence, P14.expired_card) == ("in_person", "note")
    assert (P31.presence, P31.expired_card) == ("agent_allowed", "note")


def test_what_the_window_may_do():
    assert (P14.handle.window_power, P14.handle.offline_power, P14.handle.effect_when) == (
        "receive",
        "receive",
        "platform",
    )
    assert (P31.handle.window_power, P31.handle.offline_power, P31.handle.effect_when) == (
        "accept",
        "accept",
        "on_site",
    )
    assert (P14.handle.sealed_notice, P31.handle.sealed_notice) == (False, True)


def test_procedures_kinds_and_limits():
    assert (P14.procedure, P14.kind, P14.legal.days, P14.promised.days) == ("public_service", "at_once", 1, 0)
    assert (P31.procedure, P31.kind, P31.legal.days, P31.promised.days) == ("registration", "promised", 15, 10)
    assert {limit.unit for limit in (P14.legal, P14.promised, P31.legal, P31.promised)} == {"workday"}


def test_only_p14_fits_the_short_counter():
    assert P14.is_short
    assert not P31.is_short


def test_each_field_of_the_card_can_be_read_from_a_card():
    for matter in CATALOGUE.matters:
        for field in matter.fields:
            assert field.card_key is None or card_value(person(), field.card_key)


def test_a_code_is_read_in_any_case_and_an_unknown_one_is_refused():
    assert CATALOGUE.matter("p14") is P14
    with pytest.raises(NoSuchMatter):
        CATALOGUE.matter("P99")


@pytest.mark.parametrize(
    "code", [matter.code for matter in CATALOGUE.matters] + [package.code for package in CATALOGUE.packages]
)
def test_an_element_is_told_from_every_other_of_its_form_by_its_label_alone(code):
    """What is still missing, and what the citizen checks, stand in lists without the heads of their groups."""
    package = next((found for found in CATALOGUE.packages if found.code == code), None)
    matters = CATALOGUE.children(package).values() if package else [CATALOGUE.matter(code)]
    fields = {field.code: field.label for matter in matters for field in matter.fields}
    labels = list(fields.values())
    assert sorted({label for label in labels if labels.count(label) > 1}) == []
    assert {"名称", "类型", "电话"}.isdisjoint(labels)
