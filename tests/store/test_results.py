"""The result of what was done at the counter (结果登记): said once, it reaches everybody who waits for it."""

from contextlib import contextmanager

import pytest

from clerk_app.catalogue.people import invented_person
from clerk_app.domain.case import Case
from clerk_app.errors import UnlawfulStep
from clerk_app.services import drafts, visits
from clerk_app.services.cases import show_case
from clerk_app.services.results import register_result, results_to_register
from clerk_app.services.take_in import primary_outcome, take_in
from tests.helpers.intake import TODAY, answered_anyhow
from tests.store.test_packages import COMPANY, SHOP, counter, taken

CODE, ESTABLISHED = "91999999MA0EXAMP0F", "2026-11-02"
LICENCE = {"credit_code": CODE, "established": ESTABLISHED}


@contextmanager
def refused(reason):
    with pytest.raises(UnlawfulStep) as found:
        yield
    assert found.value.data["reason"] == reason


def case_at(desk, number):
    case = desk.journal.reads.fold(f"case/{number}").state
    assert isinstance(case, Case)
    return case


def registration(case):
    return next(one for one in case.children if one.matter.code == "B04")


def produced(desk, number):
    return {one.code: (one.value, one.mark) for one in show_case(desk, number).produced}


def registered(desk, me, number, **more):
    child = registration(case_at(desk, number)).number
    register_result(desk, me, child, document_number=CODE, brings=LICENCE, **more)
    return child


def test_what_was_done_at_the_counter_fills_what_waits_for_it_once_its_result_is_said(tmp_path):
    with counter(tmp_path) as (desk, me):
        done, case = taken(desk, me, "PK01", SHOP)
        assert {value for value, _ in produced(desk, done.number).values()} == {"由前序事项产生"}
        (asked,) = results_to_register(desk, case)
        assert (asked.matter_name, asked.document, asked.waiting) == ("个体工商户设立登记", "营业执照", True)
        assert {key: field.label for key, field in asked.fields.items()} == {
            "credit_code": "统一社会信用代码",
            "established": "成立日期",
        }
        registered(desk, me, done.number)
        assert produced(desk, done.number) == {
            "g.E1.credit_code": (CODE, "果"),
            "g.E1.established": (ESTABLISHED, "果"),
        }
        view = show_case(desk, done.number)
        shown = next(one.result for one in view.children if one.matter == "B04")
        assert shown is not None
        assert (shown.document, shown.number) == ("营业执照", CODE)
        assert f"个体工商户设立登记：登记结果，营业执照 {CODE}" in [line.text for line in view.history]
        assert results_to_register(desk, case_at(desk, done.number))[0].waiting is False


def test_a_result_is_said_once_and_put_right_only_as_a_correction(tmp_path):
    with counter(tmp_path) as (desk, me):
        done, _ = taken(desk, me, "PK01", SHOP)
        child = registered(desk, me, done.number)
        with refused("result_registered"):
            registered(desk, me, done.number)
        register_result(desk, me, child, brings={"established": "2026-11-20"}, corrects=True)
        assert produced(desk, done.number)["g.E1.established"] == ("2026-11-20", "果")
        assert produced(desk, done.number)["g.E1.credit_code"] == ("由前序事项产生", "")


@pytest.mark.parametrize(
    ("brings", "number", "reason"),
    [
        ({"credit_code": "91999999MA0EXAMP00"}, CODE, "result_faulty"),
        ({"established": "2126-01-01"}, CODE, "result_faulty"),
        ({}, "", "result_empty"),
        ({}, "9" * 101, "result_faulty"),
    ],
)
def test_a_result_that_cannot_be_is_refused_and_nothing_is_written(tmp_path, brings, number, reason):
    with counter(tmp_path) as (desk, me):
        done, case = taken(desk, me, "PK01", SHOP)
        child = registration(case).number
        before = desk.journal.reads.facts(f"case/{done.number}")
        with refused(reason):
            register_result(desk, me, child, document_number=number, brings=brings)
        assert desk.journal.reads.facts(f"case/{done.number}") == before


def test_what_is_not_granted_has_no_result(tmp_path):
    with counter(tmp_path) as (desk, me):
        done, case = taken(desk, me, "PK01", COMPANY)
        for number in (case.children[0].number, case.children[1].number, done.number):
            with refused("not_granted"):
                register_result(desk, me, number, document_number=CODE, brings=LICENCE)
        assert results_to_register(desk, case) == ()


def later_form(desk, me, matter="B05", *, present=True):
    """The form of a matter that the same person asks for at a later visit."""
    visit = visits.open_visit(desk, me)
    applicant = visits.visit_state(desk, case_of(desk).intake.visit).applicant
    assert applicant is not None
    visits.read_applicant(desk, me, visit, applicant.document, source="card", present=present)
    return drafts.open_draft(desk, me, visit, matter)


def case_of(desk):
    return case_at(desk, desk.journal.reads.cases()[-1].number)


def test_a_later_visit_of_the_same_person_is_not_asked_for_what_the_result_said(tmp_path):
    with counter(tmp_path) as (desk, me):
        done, _ = taken(desk, me, "PK01", SHOP)
        registered(desk, me, done.number)
        draft = later_form(desk, me)
        given = draft.values["g.E1.credit_code"]
        assert (given.value, given.source, given.said_by) == (CODE, "result", "result:B04.credit_code")
        again = drafts.load_draft(desk, me, draft.id)
        assert again == draft
        assert "g.E1.credit_code" not in later_form(desk, me, present=False).values


def test_two_firms_of_one_person_tell_a_later_visit_nothing_of_either(tmp_path):
    with counter(tmp_path) as (desk, me):
        for code in (CODE, "91999999MA0000001N"):
            case = taken(desk, me, "PK01", SHOP)[1]
            child = registration(case).number
            register_result(desk, me, child, document_number=code, brings={"credit_code": code})
        assert "g.E1.credit_code" not in later_form(desk, me).values


def test_a_matter_by_itself_has_its_result_too(tmp_path):
    with counter(tmp_path) as (desk, me):
        visit = visits.open_visit(desk, me)
        visits.read_applicant(desk, me, visit, invented_person(1, 1, TODAY), source="card", present=True)
        draft = answered_anyhow(desk, me, drafts.open_draft(desk, me, visit, "B04"))
        done = take_in(desk, me, draft, primary_outcome(desk, me, draft))
        assert [one.number for one in show_case(desk, done.number).to_register] == [done.number]
        register_result(desk, me, done.number, document_number=CODE, brings=LICENCE)
        view = show_case(desk, done.number)
        assert view.result is not None
        assert (view.result.document, view.result.number) == ("营业执照", CODE)
        assert view.result.data == (("统一社会信用代码", CODE), ("成立日期", ESTABLISHED))
        assert view.to_register == ()
        assert later_form(desk, me).values["g.E1.credit_code"].value == CODE
