"""Services refuse what the fold would not apply, and write nothing then."""

from __future__ import annotations

from pathlib import Path

import pytest

from clerk_app.bootstrap import create_store, make_desk
from clerk_app.domain import case_number
from clerk_app.domain.outcomes import ABANDONED
from clerk_app.domain.ratings import SealedAnswer
from clerk_app.errors import NeedsUpgrade, NoSuchDraft, NotEnrolled, UnlawfulStep
from clerk_app.services import rate, take_in, visits
from clerk_app.services.desk import Desk
from clerk_app.store.folder import DataFolder
from tests.helpers.intake import CHEAP, CLERK, PASSWORD, ready_draft, sign_in_clerk


@pytest.fixture
def desk(tmp_path: Path):
    with create_store(
        DataFolder(tmp_path / "data", tmp_path / "state"),
        clerk=CLERK, name="王例", password=PASSWORD, practice=True, cost=CHEAP,
    ) as store:  # fmt: skip
        yield make_desk(store)


def entries(desk: Desk) -> int:
    return desk.journal.reads.backlog().entries


def test_a_parked_visit_takes_no_case_and_keeps_the_draft(desk: Desk) -> None:
    me = sign_in_clerk(desk)
    draft = ready_draft(desk, me, "P14")
    visits.park_visit(desk, me, draft.visit)
    before = entries(desk)
    with pytest.raises(UnlawfulStep):
        take_in.take_in(desk, me, draft, take_in.primary_outcome(desk, me, draft))
    with pytest.raises(UnlawfulStep):
        take_in.end_matter(desk, me, draft, ABANDONED, reason="改天再来")
    assert entries(desk) == before
    assert desk.journal.reads.draft(draft.id) is not None


def test_the_same_draft_is_taken_in_once(desk: Desk) -> None:
    me = sign_in_clerk(desk)
    draft = ready_draft(desk, me, "P14")
    outcome = take_in.primary_outcome(desk, me, draft)
    take_in.take_in(desk, me, draft, outcome)
    with pytest.raises(NoSuchDraft):
        take_in.take_in(desk, me, draft, outcome)
    assert desk.journal.reads.count_cases() == 1


def test_a_given_up_matter_leaves_an_entry_and_no_draft(desk: Desk) -> None:
    me = sign_in_clerk(desk)
    draft = ready_draft(desk, me, "P31")
    take_in.end_matter(desk, me, draft, ABANDONED, reason="改天再来")
    assert desk.journal.reads.draft(draft.id) is None
    assert [ended.outcome for ended in visits.visit_state(desk, draft.visit).outcomes] == ["abandoned"]


def test_a_visit_with_an_open_matter_is_not_closed(desk: Desk) -> None:
    me = sign_in_clerk(desk)
    draft = ready_draft(desk, me, "P14")
    with pytest.raises(UnlawfulStep):
        visits.close_visit(desk, me, draft.visit)
    assert visits.visit_state(desk, draft.visit).phase == "open"


def test_before_enrolment_a_store_takes_in_nothing_real(tmp_path: Path) -> None:
    with create_store(
        DataFolder(tmp_path / "data", tmp_path / "state"),
        clerk=CLERK, name="王例", password=PASSWORD, practice=False, cost=CHEAP,
    ) as store:  # fmt: skip
        desk = make_desk(store)
        me = sign_in_clerk(desk)
        draft = ready_draft(desk, me, "P14")
        with pytest.raises(NotEnrolled):
            take_in.take_in(desk, me, draft, take_in.primary_outcome(desk, me, draft))
        assert store.reads.count_cases() == 0


def test_a_visit_that_a_newer_version_wrote_into_is_read_only(desk: Desk) -> None:
    me = sign_in_clerk(desk)
    draft = ready_draft(desk, me, "P14")
    with desk.journal.write(CLERK) as unit:
        unit.append(f"visit/{draft.visit}", "visit.of_a_newer_version", {})
        unit.commit()
    before = entries(desk)
    for act in (
        lambda: visits.park_visit(desk, me, draft.visit),
        lambda: take_in.take_in(desk, me, draft, take_in.primary_outcome(desk, me, draft)),
        lambda: take_in.end_matter(desk, me, draft, ABANDONED, reason="改天再来"),
    ):
        with pytest.raises(NeedsUpgrade):
            act()
    assert entries(desk) == before


def test_a_number_that_was_given_already_is_never_given_again(desk: Desk) -> None:
    me = sign_in_clerk(desk)
    first, second = ready_draft(desk, me, "P14"), ready_draft(desk, me, "P14")
    outcome = take_in.primary_outcome(desk, me, first)
    number = take_in.take_in(desk, me, first, outcome).number
    taken = int(number[15:20])
    with desk.journal.write(CLERK) as unit:
        while unit.next_case_counter() % case_number.COUNTER_SPAN != (taken - 1) % case_number.COUNTER_SPAN:
            pass
        unit.commit()
    with pytest.raises(UnlawfulStep):
        take_in.take_in(desk, me, second, outcome)
    assert desk.journal.reads.count_cases() == 1
    assert desk.journal.reads.draft(second.id) is not None


def test_an_invitation_is_settled_once(desk: Desk) -> None:
    me = sign_in_clerk(desk)
    draft = ready_draft(desk, me, "P14")
    take_in.take_in(desk, me, draft, take_in.primary_outcome(desk, me, draft))
    invitation = rate.invite_rating(desk, me, draft.visit, device="rating_pad", timeout_s=60)
    rate.settle_rating(desk, me, invitation, SealedAnswer("timed_out"))
    before = entries(desk)
    for again in (
        lambda: rate.settle_rating(desk, me, invitation, SealedAnswer("answered", b"sealed")),
        lambda: rate.invite_rating(desk, me, draft.visit, device="rating_pad", timeout_s=60),
    ):
        with pytest.raises(UnlawfulStep):
            again()
    assert entries(desk) == before
