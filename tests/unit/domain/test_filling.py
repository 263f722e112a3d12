"""Filling the form: every source says what it can, the best first, and nothing a person typed is lost."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.elements import Column, Field
from clerk_app.domain.filling import Evidence, ReadDocument, card_roles, fill, licence_kinds
from clerk_app.domain.form import FieldValue, sourced_elements
from clerk_app.domain.form_tables import table_rows, table_text
from clerk_app.domain.licences import LicenceFinding
from clerk_app.domain.sources import source_of
from tests.unit.domain.builders import other_person, person

TODAY = date(2026, 11, 23)


def field(code, kind="text", *sources, columns=()):
    return Field(code, code, kind, sources=tuple(source_of(text) for text in sources), columns=columns)


def column(key, *sources):
    return Column(key, key, "text", sources=tuple(source_of(text) for text in sources))


NAME = field("g.E3.name", "text", "card@legal_representative:name", "licence:business_licence.legal_representative")
AGENT = field("g.P5.name", "text", "card@agent:name")
CODE = field("g.E1.credit_code", "credit_code", "result:B04.credit_code", "licence:business_licence.credit_code")
BORN = field("g.P1.birth_date", "date", "card:birth_date")
AGE = field("g.P1.age", "number", "computed:age(g.P1.birth_date)")
COUNT = field("g.V3.vehicles", "number", "computed:rows(g.V1.vehicles)")
TWICE = field("g.V3.again", "number", "computed:same(g.V3.vehicles)")
VEHICLES = field(
    "g.V1.vehicles",
    "table",
    columns=(
        column("plate", "licence:vehicle_licence.plate"),
        column("axles", "licence:vehicle_registration.axles"),
        column("grade"),
    ),
)
FORM = (NAME, AGENT, CODE, AGE, TWICE, COUNT, VEHICLES, BORN)

LICENCE = LicenceFinding("valid", fields={"legal_representative": "周例安", "credit_code": "91999999MA0000001N"})
TRUCKS = LicenceFinding("valid", fields={"plate.1": "例A99001", "plate.2": "例A99002"})
AXLES = LicenceFinding("valid", fields={"axles.2": "2", "axles.1": "3"})


def by_card(**documents):
    return Evidence({role: ReadDocument(document, "card") for role, document in documents.items()})


def licensed(**licences):
    return Evidence(licences=licences)


def rows(value):
    return table_rows(value.value)


def made(*kept):
    return table_text(VEHICLES.columns, kept)


def test_each_source_fills_what_it_says_and_is_named():
    evidence = Evidence(
        by_card(applicant=person(), agent=other_person()).documents,
        {"business_licence": LICENCE},
        {"B04": {"credit_code": "92999999MA0000002N"}},
    )
    assert fill(FORM, {}, evidence, TODAY) == {
        "g.E3.name": FieldValue("周例安", "licence", said_by="licence:business_licence.legal_representative"),
        "g.P5.name": FieldValue("林例秀", "card", said_by="card@agent:name"),
        "g.E1.credit_code": FieldValue("92999999MA0000002N", "result", said_by="result:B04.credit_code"),
        "g.P1.birth_date": FieldValue("1992-02-16", "card"),
        "g.P1.age": FieldValue("34", "computed", said_by="computed:age(g.P1.birth_date)"),
    }


def test_a_better_source_that_comes_later_takes_the_place_of_a_worse_one():
    first = fill(FORM, {}, licensed(business_licence=LICENCE), TODAY)
    both = Evidence(by_card(legal_representative=other_person()).documents, {"business_licence": LICENCE})
    assert first["g.E3.name"].value == "周例安"
    assert fill(FORM, first, both, TODAY)["g.E3.name"] == FieldValue(
        "林例秀", "card", said_by="card@legal_representative:name"
    )


def test_one_persons_document_fills_nothing_of_another_person():
    assert fill(FORM, {}, by_card(applicant=person()), TODAY).keys() == {"g.P1.birth_date", "g.P1.age"}


def test_a_document_of_another_person_copied_by_hand_is_typed():
    evidence = Evidence({"agent": ReadDocument(other_person(), "manual")})
    assert fill(FORM, {}, evidence, TODAY)["g.P5.name"].source == "typed"
    kept = {"g.P5.name": FieldValue("林例绣", "typed")}
    assert fill(FORM, kept, evidence, TODAY) == kept


@pytest.mark.parametrize(
    ("before", "after"),
    [("周例安", "licence"), ("周例岸", "typed")],
)
def test_what_was_typed_before_a_source_came_stays_and_is_marked_where_it_differs(before, after):
    given = fill(FORM, {"g.E3.name": FieldValue(before, "typed")}, licensed(business_licence=LICENCE), TODAY)
    assert (given["g.E3.name"].value, given["g.E3.name"].source) == (before, after)
    assert given["g.E3.name"].is_changed == (after == "typed")


def test_a_changed_value_stays_and_is_measured_against_what_the_source_says_now():
    changed = {"g.E3.name": FieldValue("周例岸", "typed", original="周例安")}
    renamed = replace(LICENCE, fields={**LICENCE.fields, "legal_representative": "周例岸"})
    assert fill(FORM, changed, licensed(business_licence=LICENCE), TODAY)["g.E3.name"].is_changed
    assert fill(FORM, changed, licensed(business_licence=renamed), TODAY)["g.E3.name"].source == "licence"


def test_computations_rest_on_one_another_and_fall_away_with_what_they_rest_on():
    filled = fill(FORM, {}, licensed(vehicle_licence=TRUCKS), TODAY)
    assert (filled["g.V3.vehicles"].value, filled["g.V3.again"].value) == ("2", "2")
    without = {code: value for code, value in filled.items() if code != "g.V1.vehicles"}
    assert fill(FORM, without, Evidence(), TODAY) == {}


# ---- tables -----------------------------------------------------------------------------------------------------


def test_the_rows_of_one_number_belong_together_whichever_licence_says_them():
    filled = fill(FORM, {}, licensed(vehicle_licence=TRUCKS, vehicle_registration=AXLES), TODAY)["g.V1.vehicles"]
    assert rows(filled) == ({"plate": "例A99001", "axles": "3"}, {"plate": "例A99002", "axles": "2"})
    assert sourced_elements(VEHICLES, filled) == 2
    second = LicenceFinding("valid", fields={"axles.2": "2"})
    filled = fill(FORM, {}, licensed(vehicle_licence=TRUCKS, vehicle_registration=second), TODAY)["g.V1.vehicles"]
    assert rows(filled) == ({"plate": "例A99001"}, {"plate": "例A99002", "axles": "2"})
    assert sourced_elements(VEHICLES, filled) == 1


def test_a_cell_added_to_a_row_changes_nothing_of_what_the_licence_says():
    filled = fill(FORM, {}, licensed(vehicle_licence=TRUCKS), TODAY)
    added = made({"plate": "例A99001", "grade": "一级"}, {"plate": "例A99002", "grade": "二级"})
    over = FieldValue(added, "typed", original=filled["g.V1.vehicles"].value)
    given = fill(FORM, {"g.V1.vehicles": over}, licensed(vehicle_licence=TRUCKS), TODAY)["g.V1.vehicles"]
    assert (given.source, given.is_changed, sourced_elements(VEHICLES, given)) == ("licence", False, 1)
    later = fill(FORM, {"g.V1.vehicles": given}, licensed(vehicle_licence=TRUCKS, vehicle_registration=AXLES), TODAY)
    assert rows(later["g.V1.vehicles"])[0] == {"plate": "例A99001", "axles": "3", "grade": "一级"}
    assert sourced_elements(VEHICLES, later["g.V1.vehicles"]) == 2


def test_a_changed_cell_of_a_licence_marks_the_table_and_nothing_typed_is_lost():
    changed = made({"plate": "例A99009", "grade": "一级"}, {"plate": "例A99002"})
    over = FieldValue(changed, "typed", original=made({"plate": "例A99001"}, {"plate": "例A99002"}))
    given = fill(FORM, {"g.V1.vehicles": over}, licensed(vehicle_licence=TRUCKS), TODAY)["g.V1.vehicles"]
    assert given.is_changed
    assert given.value == changed
    assert sourced_elements(VEHICLES, given) == 0


def test_what_a_form_could_use_is_named_once_in_the_order_of_the_paper():
    assert licence_kinds(FORM) == ("business_licence", "vehicle_licence", "vehicle_registration")
    assert card_roles(FORM) == ("legal_representative", "agent")


# ---- properties -------------------------------------------------------------------------------------------------

texts = st.sampled_from(["周例安", "林例秀", "1992-02-16", "12", ""])
findings = st.sampled_from([LICENCE, TRUCKS, AXLES])
evidences = st.builds(
    Evidence,
    st.dictionaries(
        st.sampled_from(["applicant", "agent", "legal_representative"]),
        st.builds(ReadDocument, st.sampled_from([person(), other_person()]), st.sampled_from(["card", "manual"])),
    ),
    st.dictionaries(st.sampled_from(["business_licence", "vehicle_licence", "vehicle_registration"]), findings),
    st.just({}),
)
values = st.dictionaries(
    st.sampled_from([one.code for one in FORM if not one.columns]),
    st.builds(FieldValue, texts, st.just("typed"), st.none() | texts),
)


@given(values, evidences)
def test_filling_again_changes_nothing(given_values, evidence):
    once = fill(FORM, given_values, evidence, TODAY)
    assert fill(FORM, once, evidence, TODAY) == once


@given(values, evidences)
def test_what_a_person_typed_is_never_lost(given_values, evidence):
    filled = fill(FORM, given_values, evidence, TODAY)
    assert {code: filled[code].value for code in given_values} == {
        code: value.value for code, value in given_values.items()
    }


@given(values, evidences)
def test_the_order_in_which_things_are_read_changes_nothing(given_values, evidence):
    step_by_step = dict(given_values)
    for role in sorted(evidence.documents):
        step_by_step = fill(
            FORM,
            step_by_step,
            Evidence({known: evidence.documents[known] for known in evidence.documents if known <= role}),
            TODAY,
        )
    step_by_step = fill(FORM, step_by_step, evidence, TODAY)
    at_once = fill(FORM, given_values, evidence, TODAY)
    assert {code: value.value for code, value in step_by_step.items()} == {
        code: value.value for code, value in at_once.items()
    }
