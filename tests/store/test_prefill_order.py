"""Card then matter, or matter then card: the same form comes out, with the same sources."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clerk_app.domain.applicant import Applicant
from clerk_app.domain.form import visible_fields
from clerk_app.domain.outcomes import RECEIVED
from clerk_app.services import drafts, visits
from clerk_app.services.licences import prefill_question
from clerk_app.services.results import register_result
from clerk_app.services.shipped import shipped_catalogue
from clerk_app.services.take_in import primary_outcome, take_in
from tests.helpers.intake import answered_anyhow, ready_draft
from tests.store.test_consents import ACCOUNT
from tests.store.test_prefill import OTHER, PERSON, begin, counter
from tests.store.test_results import CODE, LICENCE

CATALOGUE = shipped_catalogue()
CODES = [*(one.code for one in CATALOGUE.matters), *(one.code for one in CATALOGUE.packages)]
TYPED = {"g.P4.phone": "13000000009", "g.E1.name": "例州例味餐饮店"}


@pytest.fixture(scope="module")
def at(tmp_path_factory):
    """A desk where PERSON gave an address, a phone and an account before, and was given a business licence."""
    with counter(tmp_path_factory.mktemp("desk")) as (desk, me):
        take_in(desk, me, ready_draft(desk, me, "P31"), RECEIVED)
        paid = drafts.fill_fields(desk, me, begin(desk, me, "P18"), ACCOUNT)
        take_in(desk, me, answered_anyhow(desk, me, paid), RECEIVED)
        shop = answered_anyhow(desk, me, begin(desk, me, "B04"))
        done = take_in(desk, me, shop, primary_outcome(desk, me, shop))
        register_result(desk, me, done.number, document_number=CODE, brings=LICENCE)
        yield desk, me


def read(desk, draft, person=PERSON, *, present=True):
    applicant = Applicant(person, "card", present, 0)
    return drafts.with_person(desk, draft, applicant, drafts.known_before(desk, applicant))


def without_a_person(desk, me, code):
    return drafts.open_draft(desk, me, visits.open_visit(desk, me), code)


def form(desk, draft):
    """What stands on the form, and what is asked and known beside it; not which draft it is, nor since when."""
    shown = {one.code for one in visible_fields(drafts.matter_of(desk, draft), draft.values)}
    return (
        {code: value for code, value in draft.values.items() if code in shown},
        replace(draft, id="", visit="", updated_at=0, values={}),
    )


def asked_of_the_library(desk, me, draft):
    found = prefill_question(desk, me, draft, drafts.matter_of(desk, draft), ())
    return found and (found[0], replace(found[1], visit=""))


def test_for_every_matter_and_package_the_form_is_the_same_whichever_came_first(at):
    desk, me = at
    said = set()
    for code in CODES:
        first, later = begin(desk, me, code), read(desk, without_a_person(desk, me, code))
        card_first = form(desk, first)
        assert form(desk, later) == card_first, code
        assert asked_of_the_library(desk, me, later) == asked_of_the_library(desk, me, first), code
        said |= {(element, value.source) for element, value in card_first[0].items()}
    assert {("g.P3.detail", "earlier"), ("g.P4.phone", "earlier"), ("g.E1.credit_code", "result")} <= said


def test_what_a_package_asks_for_only_after_another_answer_is_filled_too_whenever_the_card_was_read(at):
    desk, me = at
    draft = drafts.fill_fields(desk, me, without_a_person(desk, me, "PK14"), {"q.age": "60–64 岁"})
    draft = read(desk, draft)
    assert "g.P3.detail" not in draft.values
    draft = drafts.fill_fields(desk, me, draft, {"q.age": "65–79 岁"})
    assert draft.values["g.P3.detail"].source == "earlier"


READINGS = ("card", "absent", "other", "by hand")


def applicant_of(step):
    return Applicant(
        OTHER if step == "other" else PERSON, "manual" if step == "by hand" else "card", step != "absent", 0
    )


def recorded(desk, draft, step):
    applicant = applicant_of(step)
    return drafts.with_person(desk, draft, applicant, drafts.known_before(desk, applicant))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@example(code="P31", before=["card"], last="absent")
@example(code="P31", before=["card"], last="other")
@given(
    code=st.sampled_from(CODES),
    before=st.lists(st.sampled_from([*READINGS, *TYPED]), max_size=6),
    last=st.sampled_from(READINGS),
)
def test_whoever_was_read_before_only_the_last_reading_counts_and_what_was_typed_for_its_owner(at, code, before, last):
    desk, me = at
    draft = without_a_person(desk, me, code)
    typed, owner = {}, None
    for step in (*before, last):
        if step in TYPED:
            if drafts.matter_of(desk, draft).field(step) is not None:
                typed[step] = TYPED[step]
                draft = drafts.fill_fields(desk, me, draft, {step: TYPED[step]})
            continue
        person = applicant_of(step).document
        typed, owner = typed if owner in (None, person) else {}, person
        draft = recorded(desk, draft, step)
    once = drafts.fill_fields(desk, me, recorded(desk, without_a_person(desk, me, code), last), typed)
    assert form(desk, draft) == form(desk, once)
