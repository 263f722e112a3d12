"""A policy hint rests on what is known, says why, is closed while sensitive, and names nothing that is had already."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.conditions import AllOf, AtLeast, AtMost, OneOf
from clerk_app.domain.form import FieldValue
from clerk_app.domain.hints import HintRule, Lead, hints, told
from clerk_app.domain.known import card_facts, form_facts, licence_facts, rests_on, with_computed
from clerk_app.domain.licences import LicenceFinding
from clerk_app.services.shipped import shipped_catalogue
from tests.unit.domain.builders import person

TODAY = date(2026, 11, 22)
AGE = "computed:age(card:birth_date)"
OLD = HintRule("h.old", "可以申领例津贴", Lead("matter", "P02", "例津贴"), AtLeast(AGE, Decimal(80)), "满 80 周岁")
CERTIFIED = OneOf("held:disability_certificate", ("有",))
CARE = HintRule("h.care", "可以申请例补贴", Lead("matter", "P09", "例补贴"), CERTIFIED, "有残疾人证", sensitive=True)
BORN_1941 = {"card:birth_date": "1941-02-15"}


def codes(known, *rules, **options):
    return [hint.code for hint in hints(known, rules, TODAY, **options)]


def test_a_hint_says_what_and_why_and_on_what_it_rests():
    [hint] = hints(BORN_1941, [OLD], TODAY)
    assert (hint.text, hint.lead.code, hint.reason) == ("可以申领例津贴", "P02", "满 80 周岁")
    assert hint.grounds == ((AGE, "85"),)


@pytest.mark.parametrize(("born", "expected"), [("1946-11-22", ["h.old"]), ("1946-11-23", [])])
def test_the_age_is_that_of_today_to_the_day(born, expected):
    assert codes({"card:birth_date": born}, OLD) == expected


@pytest.mark.parametrize("known", [{}, {"card:birth_date": ""}, {"card:birth_date": "老"}, {"card:name": "林例秀"}])
def test_nothing_is_guessed_from_what_is_not_known(known):
    assert codes(known, OLD, CARE) == []


def test_an_age_that_somebody_claims_does_not_stand_for_the_one_that_is_worked_out():
    assert codes({AGE: "99"}, OLD) == []


def test_a_sensitive_hint_is_only_counted_until_it_is_opened():
    found = hints({**BORN_1941, "held:disability_certificate": "有"}, [OLD, CARE], TODAY)
    closed = told(found)
    assert ([hint.code for hint in closed.open], closed.closed) == (["h.old"], 1)
    opened = told(found, {"h.care"})
    assert ([hint.code for hint in opened.open], opened.closed) == (["h.old", "h.care"], 0)


def test_a_sensitive_hint_that_comes_up_after_the_opening_is_closed_again():
    poor = replace(CARE, code="h.poor", when=OneOf("held:low_income_record", ("有",)))
    found = hints({"held:disability_certificate": "有", "held:low_income_record": "有"}, [CARE, poor], TODAY)
    assert told(found, {"h.care"}).closed == 1


def test_a_hint_does_not_show_itself_in_a_log():
    assert "残疾" not in repr(hints({"held:disability_certificate": "有"}, [CARE], TODAY))


def test_what_is_had_already_is_not_hinted_at():
    card = replace(OLD, lead=replace(OLD.lead, brings=("social_security_card",)))
    assert codes({**BORN_1941, "held:social_security_card": "没有"}, card) == ["h.old"]
    assert codes({**BORN_1941, "held:social_security_card": "有"}, card) == []


def test_unless_silences_and_an_open_question_does_not():
    rule = replace(OLD, unless=OneOf("q.agent", ("代理人来办",)))
    assert codes(BORN_1941, rule) == ["h.old"]
    assert codes({**BORN_1941, "q.agent": "本人来办"}, rule) == ["h.old"]
    assert codes({**BORN_1941, "q.agent": "代理人来办"}, rule) == []


def test_a_matter_of_the_visit_is_not_hinted_at_and_a_package_while_one_of_its_matters_is_left():
    thing = replace(OLD, code="h.thing", lead=Lead("package", "PK14", "例事", children=("P02", "P14")))
    assert codes(BORN_1941, OLD, thing, taken_up=["P02"]) == ["h.thing"]
    assert codes(BORN_1941, OLD, thing, taken_up=["P02", "P14"]) == []
    assert codes(BORN_1941, OLD, thing, taken_up=["PK14"]) == ["h.old"]


def test_the_hints_stand_in_the_order_of_the_rules():
    assert codes({**BORN_1941, "held:disability_certificate": "有"}, CARE, OLD) == ["h.care", "h.old"]


def test_what_a_document_says_is_known_as_the_form_shows_it():
    facts = card_facts(replace(person(), sex="female", newest_address="例省例州市新址"))
    assert facts["card:sex"] == "女"
    assert facts["card:address"] == "例省例州市新址"
    assert not any(code.startswith(("card:number_valid", "card:sam_id", "card:truncated")) for code in facts)


def test_a_good_licence_is_held_and_says_its_items():
    finding = LicenceFinding("valid", "例 1", "例店", "例局", "2026-01-01", "2027-01-01", {"type": "个体工商户"})
    assert licence_facts("business_licence", finding) == {
        "held:business_licence": "有",
        "licence:business_licence": '[{"type": "个体工商户"}]',
        "licence:business_licence.number": "例 1",
        "licence:business_licence.name": "例店",
        "licence:business_licence.issuer": "例局",
        "licence:business_licence.valid_until": "2027-01-01",
        "licence:business_licence.type": "个体工商户",
    }


@pytest.mark.parametrize("state", ["none", "expired", "revoked"])
def test_a_licence_that_is_not_good_is_not_held_and_says_nothing(state):
    assert licence_facts("driving_licence", LicenceFinding(state, fields={"class": "A2"})) == {
        "held:driving_licence": "没有"
    }


def test_from_a_library_that_could_not_be_asked_nothing_follows():
    assert licence_facts("driving_licence", LicenceFinding("unavailable")) == {}


def test_the_vehicles_of_a_firm_are_counted():
    finding = LicenceFinding("valid", fields={"plate.1": "例A1", "plate.2": "例A2"})
    known = with_computed(licence_facts("vehicle_licence", finding), ["computed:rows(licence:vehicle_licence)"], TODAY)
    assert known["computed:rows(licence:vehicle_licence)"] == "2"
    assert "licence:vehicle_licence.plate.1" not in known


def test_a_computation_rests_on_codes_and_not_on_its_words():
    assert rests_on("computed:contains(card:address, 例州市)") == ("card:address",)
    assert rests_on("card:sex") == ("card:sex",)


@given(
    st.dictionaries(
        st.sampled_from(["card:birth_date", "card:sex", "held:disability_certificate", "q.agent", AGE]),
        st.sampled_from(["", "有", "没有", "男", "1941-02-15", "2020-01-01", "80", "0"]),
    )
)
def test_a_hint_never_rests_on_an_open_question(known):
    both = AllOf((AtMost(AGE, Decimal(200)), OneOf("card:sex", ("男",))))
    rules = [OLD, CARE, replace(OLD, code="h.both", when=both)]
    for hint in hints(known, rules, TODAY):
        rule = next(rule for rule in rules if rule.code == hint.code)
        assert {code for code, _ in hint.grounds} == rule.when.asked
        assert all(known.get(part) for code in rule.when.asked for part in rests_on(code))


def test_the_form_says_what_counts_now_and_not_what_was_taken_over_to_be_looked_at():
    matter = shipped_catalogue().matter("P31")
    values = {
        "g.R2.reason": FieldValue("务工", "typed"),
        "g.R2.housing": FieldValue("租赁房屋", "earlier"),
        "g.P9.address": FieldValue("例湖路 1 号", "typed"),
    }
    assert form_facts(matter, values) == {"g.R2.reason": "务工"}
    by_post = {**values, "g.P9.pickup": FieldValue("邮寄", "typed")}
    assert form_facts(matter, by_post).keys() == {"g.R2.reason", "g.P9.pickup", "g.P9.address"}
