"""One-time notices at a desk: given, printed, opened again, and what was not on them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
import pytest

from clerk_app.bootstrap import create_store, make_desk
from clerk_app.catalogue.files import DataFiles, FolderFiles
from clerk_app.catalogue.loader import SHIPPED, read_files
from clerk_app.catalogue.shelf import OneCatalogue, Shelf
from clerk_app.domain import notice_number
from clerk_app.domain.matter import MatterVersion
from clerk_app.domain.one_time_notice import OneTimeNotice
from clerk_app.domain.outcomes import ABANDONED, CONSULTED
from clerk_app.errors import (
    NoSuchMatter,
    NoSuchNotice,
    NotEnrolled,
    NoticeElsewhere,
    NoticeTextsElsewhere,
    NotOptional,
    PracticeStore,
    UnlawfulStep,
)
from clerk_app.services import drafts, notices, papers, take_in, visits
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.store.folder import DataFolder
from tests.helpers.intake import CHEAP, CLERK, PASSWORD, ready_draft, sign_in_clerk

RESTAURANT = {"q.subject": "公司", "q.signboard": "不挂", "q.tobacco": "卖"}


@pytest.fixture
def desk(tmp_path: Path):
    with create_store(
        DataFolder(tmp_path / "data", tmp_path / "state"),
        clerk=CLERK, name="王例", password=PASSWORD, practice=True, cost=CHEAP,
    ) as store:  # fmt: skip
        yield make_desk(store)


@pytest.fixture
def me(desk: Desk) -> SignedIn:
    return sign_in_clerk(desk)


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_a_notice_is_given_before_there_is_a_card_a_visit_or_a_case(desk: Desk, me: SignedIn) -> None:
    told = notices.notify_once(desk, me, "pk01", RESTAURANT)
    assert notice_number.check(told.number)
    given = notices.find_notice(desk, told.number)
    assert given is not None
    assert given.subject == told.subject
    assert (given.answers, given.visit, given.clerk) == (RESTAURANT, "", CLERK)
    assert desk.journal.reads.count_cases() == 0


def test_its_two_copies_wait_for_the_printer_and_the_citizen_s_may_be_large(desk: Desk, me: SignedIn) -> None:
    told = notices.notify_once(desk, me, "P31", {}, large=True)
    jobs = [(job.case_number, job.document, job.copy) for job in desk.journal.reads.print_jobs("queued")]
    assert jobs == [(told.number, "one_time_notice_large", 1), (told.number, "one_time_notice", 2)]


def test_the_queue_prints_it(desk: Desk, me: SignedIn) -> None:
    told = notices.notify_once(desk, me, "P31", {"g.R2.reason": "务工"})
    sheets: dict[str, bytes] = {}

    class Keeping:
        def print_pdf(self, pdf: bytes, *, name: str) -> None:
            sheets[name] = pdf

    while papers.print_next(desk, me, Keeping()):
        pass
    first, second = sheets.values()
    assert "第一联 申请人" in text_of(first)
    assert "第二联 存档" in text_of(second)
    assert notice_number.grouped(told.number) in text_of(first)
    assert "居住事由：务工" in text_of(first)
    assert desk.journal.reads.print_jobs("queued", "failed", "printing") == []


def test_it_is_rendered_again_years_later_and_says_so(desk: Desk, me: SignedIn) -> None:
    told = notices.notify_once(desk, me, "PK12", {})
    text = text_of(papers.render_document(desk, notice_number.grouped(told.number), "one_time_notice"))
    assert "补打" in text
    with pytest.raises(NoSuchNotice):
        papers.render_document(desk, "1234", "one_time_notice")
    other = notice_number.make("999999", "000", date(2026, 1, 1), 1)
    with pytest.raises(NoSuchNotice):
        papers.render_document(desk, other, "one_time_notice")


def test_printed_again_it_says_what_it_said_whatever_catalogue_is_in_force_by_then(desk: Desk, me: SignedIn) -> None:
    numbers = [notices.notify_once(desk, me, code, {}).number for code in ("P31", "PK11")]
    before = [texts(desk, number) for number in numbers]
    sample = read_files(FolderFiles(SHIPPED))
    data = json.loads(json.dumps(sample.data))
    data["catalogue.toml"]["version"] = "2027-01-01"
    data["matters/P31.toml"]["by_law"] = "《新例法》第一条"
    assert isinstance(desk.catalogues, Shelf)
    desk.catalogues.put(read_files(DataFiles(data)), "imported")
    assert desk.catalogue.matter("P31").by_law == "《新例法》第一条"
    assert [texts(desk, number) for number in numbers] == before


def test_a_notice_whose_catalogue_is_not_here_is_not_printed_with_other_texts(desk: Desk, me: SignedIn) -> None:
    told = notices.notify_once(desk, me, "P31", {})
    elsewhere = with_another_material(desk, "P31")
    with pytest.raises(NoticeTextsElsewhere) as refusal:
        papers.render_document(elsewhere, told.number, "one_time_notice")
    assert refusal.value.data == {"version": desk.catalogue.version}


def texts(desk: Desk, number: str) -> OneTimeNotice:
    """What the paper says, printed again at one and the same time."""
    return papers.compose_one_time_notice(desk, number, "one_time_notice", copy=1, reprint=True, printed_at=0)


def test_numbers_of_notices_and_cases_never_meet(desk: Desk, me: SignedIn) -> None:
    numbers = [notices.notify_once(desk, me, "P31", {}).number for _ in range(3)]
    assert len({*numbers}) == 3
    draft = ready_draft(desk, me, "P14")
    taken = take_in.take_in(desk, me, draft, take_in.primary_outcome(desk, me, draft))
    assert len(taken.number) != len(numbers[0])


def test_scanned_on_return_it_opens_the_same_matter_and_answers(desk: Desk, me: SignedIn) -> None:
    told = notices.notify_once(desk, me, "PK01", RESTAURANT, without=["B11"])
    again = notices.reopen_notice(desk, me, f" {notice_number.grouped(told.number)}\n")
    assert (again.subject.code, again.given.answers, again.given.without) == ("PK01", RESTAURANT, ("B11",))
    assert not again.is_other_version
    assert again.not_on_it == ()
    assert again.one is not None
    assert "B11" not in {step.matter.code for step in again.one.steps}


def test_under_a_newer_catalogue_what_it_adds_is_marked_and_needs_a_supervisor(desk: Desk, me: SignedIn) -> None:
    told = notices.notify_once(desk, me, "P31", {})
    newer = with_another_material(desk, "P31")
    again = notices.reopen_notice(newer, me, told.number)
    assert again.is_other_version
    assert [need.code for need in again.not_on_it] == ["M13"]
    with pytest.raises(UnlawfulStep):
        notices.add_to_notice(newer, me, told.number, again.not_on_it, reason="新目录要求", supervisor=CLERK)
    notices.add_to_notice(newer, me, told.number, again.not_on_it, reason="新目录要求", supervisor="0001")
    later = notices.reopen_notice(newer, me, told.number)
    assert later.not_on_it == ()
    [added] = later.given.added
    assert (added.reason, added.supervisor, added.clerk) == ("新目录要求", "0001", CLERK)


def test_a_matter_that_the_catalogue_no_longer_has_still_tells_what_the_paper_said(desk: Desk, me: SignedIn) -> None:
    told = notices.notify_once(desk, me, "P31", {})
    without = replace(desk, catalogues=OneCatalogue(replace(desk.catalogue, matters=desk.catalogue.matters[:3])))
    again = notices.reopen_notice(without, me, told.number)
    assert (again.one, again.is_other_version, again.subject.name) == (None, True, "居住登记及居住证申领")


def test_what_cannot_be_given_writes_nothing(desk: Desk, me: SignedIn) -> None:
    before = desk.journal.reads.backlog().entries
    with pytest.raises(NoSuchMatter):
        notices.notify_once(desk, me, "P99", {})
    with pytest.raises(NotOptional):
        notices.notify_once(desk, me, "PK01", {}, without=["B05"])
    with pytest.raises(NotOptional):
        notices.notify_once(desk, me, "P31", {}, without=["B05"])
    with pytest.raises(NotEnrolled):
        notices.notify_once(replace(desk, place=lambda: None), me, "P31", {})
    assert desk.journal.reads.backlog().entries == before
    assert desk.journal.reads.print_jobs("queued") == []


def test_a_number_that_is_none_or_not_here_is_one_sentence(desk: Desk, me: SignedIn) -> None:
    with pytest.raises(NoSuchNotice):
        notices.reopen_notice(desk, me, "9999")
    foreign = notice_number.make("340399", "031", date(2026, 1, 1), 1)
    with pytest.raises((NoticeElsewhere, PracticeStore)):
        notices.reopen_notice(desk, me, foreign)


def test_a_consultation_ends_with_its_notice_in_one_transaction(desk: Desk, me: SignedIn) -> None:
    draft = ready_draft(desk, me, "P31")
    number = take_in.end_matter(desk, me, draft, CONSULTED, reason="")
    [ended] = visits.visit_state(desk, draft.visit).outcomes
    assert (ended.outcome, ended.notice) == ("consulted", number)
    given = notices.find_notice(desk, number)
    assert given is not None
    assert given.visit == draft.visit
    assert given.answers == {"g.R2.reason": "务工"}
    assert desk.journal.reads.draft(draft.id) is None


def test_a_notice_given_before_is_the_one_it_ends_with(desk: Desk, me: SignedIn) -> None:
    draft = ready_draft(desk, me, "P31")
    told = notices.notify_for(desk, me, draft)
    assert take_in.end_matter(desk, me, draft, CONSULTED, reason="", notice=told.number) == told.number
    assert len(desk.journal.reads.print_jobs("queued")) == 2
    assert visits.visit_state(desk, draft.visit).outcomes[0].notice == told.number


def test_giving_up_needs_no_notice(desk: Desk, me: SignedIn) -> None:
    draft = ready_draft(desk, me, "P31")
    assert take_in.end_matter(desk, me, draft, ABANDONED, reason="改天再来") == ""


def test_a_package_at_hand_is_told_with_what_was_left_out(desk: Desk, me: SignedIn) -> None:
    visit = visits.open_visit(desk, me)
    draft = drafts.open_draft(desk, me, visit, "PK01")
    draft = drafts.fill_fields(desk, me, draft, RESTAURANT)
    draft = drafts.leave_out(desk, me, draft, ["B11"])
    given = notices.find_notice(desk, notices.notify_for(desk, me, draft).number)
    assert given is not None
    assert (given.answers, given.without, given.visit) == (RESTAURANT, ("B11",), visit)


def with_another_material(desk: Desk, code: str) -> Desk:
    """The desk with a newer catalogue in which the matter asks for one thing more."""
    known = desk.catalogue
    extra = next(need for matter in known.matters for need in matter.materials if need.code == "M13")
    matters = tuple(
        replace(matter, version=MatterVersion("2027-01-01"), materials=(*matter.materials, replace(extra, when=None)))
        if matter.code == code
        else matter
        for matter in known.matters
    )
    return replace(desk, catalogues=OneCatalogue(replace(known, matters=matters, version=MatterVersion("2027-01-01"))))
