"""A case of a catalogue that is not at this desk: looked at by its entries, printed and registered by no other one."""

from dataclasses import replace

import pytest

from clerk_app.catalogue.people import invented_person
from clerk_app.catalogue.shelf import OneCatalogue
from clerk_app.errors import CaseTextsElsewhere
from clerk_app.messages import describe
from clerk_app.services import drafts, papers, visits
from clerk_app.services.cases import show_case
from clerk_app.services.papers import compose_notice
from clerk_app.services.results import register_result, results_to_register
from clerk_app.services.take_in import primary_outcome, take_in
from tests.helpers.intake import TODAY, answered_anyhow
from tests.store.test_packages import SHOP, counter, taken
from tests.store.test_results import CODE, LICENCE, case_at, registered, registration
from ui.presenters.cases import case_detail


def at_a_desk_of_another_version(desk):
    """The same journal at a desk where only a newer catalogue, with other words and no B04, was ever in force."""
    known = desk.catalogue
    newer = replace(
        known,
        version="2099-01-01",
        matters=tuple(
            replace(matter, version="2099-01-01", by_law="《新例法》第一条", result="新证")
            for matter in known.matters
            if matter.code != "B04"
        ),
        packages=(),
    )
    return replace(desk, catalogues=OneCatalogue(newer))


def printed_elsewhere(other, number):
    with pytest.raises(CaseTextsElsewhere) as refusal:
        compose_notice(other, number, "acceptance_notice", copy=1, reprint=True, printed_at=0)
    return refusal.value


def a_matter(desk, me):
    visit = visits.open_visit(desk, me)
    visits.read_applicant(desk, me, visit, invented_person(1, 1, TODAY), source="card", present=True)
    draft = answered_anyhow(desk, me, drafts.open_draft(desk, me, visit, "B04"))
    return take_in(desk, me, draft, primary_outcome(desk, me, draft)).number


def test_papers_of_a_case_are_printed_by_no_other_catalogue_than_its_own(tmp_path):
    with counter(tmp_path) as (desk, me):
        number = taken(desk, me, "PK01", SHOP)[0].number
        refusal = printed_elsewhere(at_a_desk_of_another_version(desk), number)
        assert refusal.data == {"version": desk.catalogue.version}
        said = describe(refusal)
        assert desk.catalogue.version in said.sentence
        assert "同步" in said.next_step


def test_another_copy_is_refused_before_anything_is_queued(tmp_path):
    with counter(tmp_path) as (desk, me):
        number = a_matter(desk, me)
        before = desk.journal.reads.prints_of_case(number)
        with pytest.raises(CaseTextsElsewhere):
            papers.reprint(at_a_desk_of_another_version(desk), me, number, "receipt")
        assert desk.journal.reads.prints_of_case(number) == before
        assert papers.reprint(desk, me, number, "receipt")


def test_a_case_of_another_version_is_looked_at_with_what_its_entries_say(tmp_path):
    with counter(tmp_path) as (desk, me):
        done, _ = taken(desk, me, "PK01", SHOP)
        registered(desk, me, done.number)
        other = at_a_desk_of_another_version(desk)
        here, there = show_case(desk, done.number), show_case(other, done.number)
        assert (here.catalogue_missing, there.catalogue_missing) == ("", desk.catalogue.version)
        assert replace(there, catalogue_missing="", to_register=here.to_register) == here
        data = next(child.result.data for child in there.children if child.result is not None)
        assert data == (("统一社会信用代码", CODE), ("成立日期", LICENCE["established"]))


def test_nothing_is_registered_by_another_catalogue_nor_offered(tmp_path):
    with counter(tmp_path) as (desk, me):
        done, case = taken(desk, me, "PK01", SHOP)
        other = at_a_desk_of_another_version(desk)
        asked = results_to_register(other, case)
        assert [(one.document, dict(one.fields), one.waiting, one.can_register) for one in asked] == [
            ("", {}, True, False)
        ]
        facts = desk.journal.reads.facts(f"case/{done.number}")
        with pytest.raises(CaseTextsElsewhere):
            register_result(other, me, registration(case).number, document_number=CODE, brings={"made_up": "1"})
        assert desk.journal.reads.facts(f"case/{done.number}") == facts
        view = show_case(other, done.number)
        assert view.to_register == ()
        detail = case_detail(view, [], TODAY, uploaded=True, is_online=True, results=asked)
        assert (detail.to_register, detail.to_correct) == ((), ())
        said = next(row.value for row in detail.facts if row.label == "事项目录")
        assert said.startswith(f"本机没有 {desk.catalogue.version} 版，不能补打和登记结果")
        register_result(desk, me, registration(case_at(desk, done.number)).number, document_number=CODE, brings=LICENCE)


def test_where_another_catalogue_has_the_same_version_the_case_is_still_looked_at_and_nothing_registered(tmp_path):
    with counter(tmp_path) as (desk, me):
        number = taken(desk, me, "PK01", SHOP)[0].number
        known = desk.catalogue
        without = replace(known, matters=tuple(matter for matter in known.matters if matter.code != "B04"), packages=())
        other = replace(desk, catalogues=OneCatalogue(without))
        assert show_case(other, number).to_register == ()
        with pytest.raises(CaseTextsElsewhere):
            register_result(other, me, registration(case_at(desk, number)).number, document_number=CODE, brings={})
