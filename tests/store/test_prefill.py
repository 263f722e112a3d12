"""What fills a form at a counter with a real store: other people's documents, and what the person said before."""

from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from clerk_app import bootstrap
from clerk_app.catalogue.people import invented_person
from clerk_app.domain.form import FieldValue
from clerk_app.domain.materials import allowed_states
from clerk_app.domain.outcomes import RECEIVED
from clerk_app.errors import UnlawfulStep
from clerk_app.services import drafts, visits
from clerk_app.services.cases import show_case
from clerk_app.services.desk import Place
from clerk_app.services.papers import compose_notice
from clerk_app.services.scans import Scan
from clerk_app.services.take_in import take_in
from tests.helpers.intake import TODAY, answered_anyhow, ready_draft, ready_package, sign_in_clerk
from tests.helpers.stores import START_MS, desk_at

PLACE = Place("340399", "031", "例州区政务服务中心", "设备 031", "https://hub.example", b"")
PERSON, OTHER = invented_person(1, 1, TODAY), invented_person(1, 2, TODAY)


@contextmanager
def counter(place):
    with closing(desk_at(place).create()) as store:
        desk = replace(bootstrap.make_desk(store, is_online=lambda: True), place=lambda: PLACE)
        yield desk, sign_in_clerk(desk)


def begin(desk, me, matter, person=PERSON, *, present=True):
    visit = visits.open_visit(desk, me)
    visits.read_applicant(desk, me, visit, person, source="card", present=present)
    return drafts.open_draft(desk, me, visit, matter)


def intake_of(desk, me, draft):
    done = take_in(desk, me, draft, RECEIVED)
    return desk.journal.reads.fold(f"case/{done.number}").state.intake


def kept(draft):
    return {code: value.value for code, value in draft.values.items() if value.source == "earlier"}


# ---- an earlier visit -------------------------------------------------------------------------------------------


def test_address_and_phone_of_an_earlier_visit_stand_there_to_be_looked_at(tmp_path):
    with counter(tmp_path) as (desk, me):
        intake_of(desk, me, ready_draft(desk, me, "P31"))
        again = begin(desk, me, "P31")
        assert kept(again) == {
            "g.P3.area": "例新街道例湖社区",
            "g.P3.detail": "例湖路 18 号 3 栋 502",
            "g.P4.phone": "13000000001",
        }


def test_nothing_else_is_taken_over_and_what_is_said_today_stands_over_it(tmp_path):
    with counter(tmp_path) as (desk, me):
        intake_of(desk, me, ready_draft(desk, me, "P31"))
        again = begin(desk, me, "P31")
        assert "g.R2.reason" not in again.values
        typed = drafts.fill_fields(desk, me, again, {"g.P4.phone": "13000000002"})
        assert typed.values["g.P4.phone"] == FieldValue(
            "13000000002", "typed", original="13000000001", overrules="earlier"
        )


def test_the_newest_answer_counts(tmp_path):
    with counter(tmp_path) as (desk, me):
        intake_of(desk, me, ready_draft(desk, me, "P31"))
        newer = drafts.fill_fields(desk, me, ready_draft(desk, me, "P31"), {"g.P4.phone": "无手机"})
        intake_of(desk, me, newer)
        assert kept(begin(desk, me, "P14")) == {"g.P4.phone": "无手机"}


def test_nobody_else_is_told_what_a_person_once_said(tmp_path):
    with counter(tmp_path) as (desk, me):
        intake_of(desk, me, ready_draft(desk, me, "P31"))
        assert kept(begin(desk, me, "P31", OTHER)) == {}
        namesake = replace(OTHER, name=PERSON.name)
        assert kept(begin(desk, me, "P31", namesake)) == {}
        assert kept(begin(desk, me, "P31", present=False)) == {}


# ---- other people's documents -----------------------------------------------------------------------------------


def roles(desk, draft):
    return drafts.roles_asked(desk, draft)


def test_the_document_of_a_role_fills_what_is_asked_of_it_and_stays_with_the_draft(tmp_path):
    with counter(tmp_path) as (desk, me):
        draft = begin(desk, me, "B04")
        assert "legal_representative" in roles(desk, draft)
        drafts.read_other(desk, me, draft, "legal_representative", OTHER, source="card")
        (draft,) = drafts.my_drafts(desk, me)
        assert draft.values["g.E3.name"] == FieldValue(
            str(OTHER.name), "card", said_by="card@legal_representative:name"
        )
        assert draft.document == PERSON


def test_who_stands_here_may_be_the_one_with_the_role(tmp_path):
    with counter(tmp_path) as (desk, me):
        draft = begin(desk, me, "B04")
        draft = drafts.read_other(desk, me, draft, "legal_representative", PERSON, source="card")
        assert draft.values["g.E3.document_number"].value == PERSON.number


def test_a_document_nobody_asks_for_is_not_kept(tmp_path):
    with counter(tmp_path) as (desk, me):
        draft = begin(desk, me, "P31")
        with pytest.raises(UnlawfulStep) as refused:
            drafts.read_other(desk, me, draft, "spouse", OTHER, source="card")
        assert refused.value.data["reason"] == "role_not_asked"
        assert drafts.my_drafts(desk, me) == [draft]


def test_whose_document_the_agent_showed_is_in_the_record_of_the_act(tmp_path):
    with counter(tmp_path) as (desk, me):
        draft = begin(desk, me, "P28")
        assert roles(desk, draft) == ()
        draft = drafts.fill_fields(desk, me, draft, {"q.agent": "代理人来办"})
        assert roles(desk, draft) == ("agent",)
        draft = drafts.read_other(desk, me, draft, "agent", OTHER, source="card")
        intake = intake_of(desk, me, answered_anyhow(desk, me, draft))
        assert intake.agent == OTHER
        assert intake.fields["g.P5.document_number"].said_by == "card@agent:number"


# ---- results of earlier children --------------------------------------------------------------------------------


def test_what_a_result_will_bring_is_named_and_asked_of_nobody(tmp_path):
    with counter(tmp_path) as (desk, me):
        draft = ready_package(desk, me, "PK01", {"q.subject": "公司"})
        assert "g.E1.credit_code" not in draft.values
        done = take_in(desk, me, draft, RECEIVED)
        shown = show_case(desk, done.number).produced
        assert [(one.code, one.value, one.mark) for one in shown] == [
            ("g.E1.credit_code", "由前序事项产生", ""),
            ("g.E1.established", "由前序事项产生", ""),
        ]


# ---- materials of a package -------------------------------------------------------------------------------------


def test_one_scan_serves_every_child_that_needs_the_paper(tmp_path):
    with counter(tmp_path) as (desk, me):
        draft = ready_package(desk, me, "PK01", {"q.subject": "个体工商户"})
        one = drafts.one_thing_of(desk, draft)
        assert one is not None
        shared = next(item for item in one.materials if len(item.needed_by) > 1 and draft.material(item.need.code))
        code = shared.need.code
        draft = drafts.attach_scan(desk, me, draft, code, Scan(b"%PDF-1.7", "application/pdf", "1.pdf"))
        done = take_in(desk, me, draft, RECEIVED)
        case = desk.journal.reads.fold(f"case/{done.number}").state
        (kept,) = (item for item in case.intake.materials if item.code == code)
        assert len(kept.blobs) == 1
        assert {child.matter.code for child in case.children if code in child.materials} >= set(shared.needed_by)


def test_a_licence_that_only_some_departments_accept_takes_no_paper_away(tmp_path):
    with counter(tmp_path) as (desk, _me):
        partly = [
            item.need
            for package in desk.catalogue.packages
            for item in drafts.one_thing(desk.catalogue, package.code, {}, ()).materials
            if item.need.e_licence == "partly"
        ]
        assert partly
        assert all("exempt" not in allowed_states(need, "manual") for need in partly if not need.reusable)


# ---- changed values ---------------------------------------------------------------------------------------------


def test_the_paper_says_what_was_changed_from_what_and_why(tmp_path):
    with counter(tmp_path) as (desk, me):
        draft = ready_draft(desk, me, "P31")
        said = draft.values["g.P2.registered_address"].value
        draft = drafts.change_value(desk, me, draft, "g.P2.registered_address", "例省例江县例村 5 号", "户口已迁")
        number = take_in(desk, me, draft, RECEIVED).number
        notice = compose_notice(desk, number, "receipt", copy=1, reprint=False, printed_at=START_MS)
        changed = f"“户籍地址”与身份证读出的不一样：原值“{said}”，现填“例省例江县例村 5 号”。理由：户口已迁。"
        assert changed in notice.remarks
        assert desk.renderer.render(notice).startswith(b"%PDF")


def test_a_change_that_is_taken_back_leaves_nothing_on_the_paper(tmp_path):
    with counter(tmp_path) as (desk, me):
        draft = ready_draft(desk, me, "P31")
        changed = drafts.change_value(desk, me, draft, "g.P2.registered_address", "例省例江县例村 5 号", "户口已迁")
        assert drafts.take_back_change(desk, me, changed, "g.P2.registered_address").values == draft.values
