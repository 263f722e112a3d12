"""A clerk at work, for tests: signed in, with drafts that lack nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from clerk_app.catalogue.people import invented_person
from clerk_app.domain.draft import Draft
from clerk_app.domain.identity import IdentityDocument
from clerk_app.security.passwords import KdfCost
from clerk_app.services import drafts, visits
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.sign_in import sign_in
from tests.helpers.packages import unanswered

CLERK, PASSWORD = "0312", "Example-2026"
CHEAP = KdfCost(64, 1, 1)
TODAY = date(2026, 11, 23)

ANSWERS = {
    "P14": {"g.I6.benefit": "城乡居民", "g.P4.phone": "无手机"},
    "P31": {
        "g.P3.area": "例新街道例湖社区",
        "g.P3.detail": "例湖路 18 号 3 栋 502",
        "g.R2.reason": "务工",
        "g.R2.since": "2026-04-01",
        "g.R2.housing": "租赁房屋",
        "g.P4.phone": "13000000001",
    },
}


def sign_in_clerk(desk: Desk, *, seal_at_hand: bool = False) -> SignedIn:
    """The invented clerk 王例 at this desk."""
    return sign_in(desk, clerk=CLERK, name="王例", seal_at_hand=seal_at_hand)


def ready_draft(desk: Desk, me: SignedIn, matter: str, person: IdentityDocument | None = None) -> Draft:
    """A draft of `matter` in a new visit that lacks nothing."""
    visit = visits.open_visit(desk, me)
    visits.read_applicant(desk, me, visit, person or invented_person(1, 1, TODAY), source="card", present=True)
    return completed(desk, me, drafts.open_draft(desk, me, visit, matter))


def ready_package(
    desk: Desk, me: SignedIn, code: str, answers: Mapping[str, str], without: Collection[str] = ()
) -> Draft:
    """A draft of a package in a new visit that lacks nothing; questions not in `answers` get their first choice."""
    visit = visits.open_visit(desk, me)
    visits.read_applicant(desk, me, visit, invented_person(1, 1, TODAY), source="card", present=True)
    draft = drafts.leave_out(desk, me, drafts.open_draft(desk, me, visit, code), without)
    draft = drafts.fill_fields(desk, me, draft, answers)
    return answered_anyhow(desk, me, draft)


def answered_anyhow(desk: Desk, me: SignedIn, draft: Draft) -> Draft:
    """The draft with something good in every element that nothing fills, and every material received."""
    while todo := unanswered(drafts.matter_of(desk, draft), draft):
        draft = drafts.fill_fields(desk, me, draft, todo)
    for item in draft.materials:
        if item.state == "missing":
            draft = drafts.receive_material(desk, me, draft, item.code, "received")
    return draft


def completed(desk: Desk, me: SignedIn, draft: Draft) -> Draft:
    """The draft with every question answered and every material settled."""
    matter = drafts.matter_of(desk, draft)
    answers = dict(ANSWERS[draft.matter])
    for field in matter.typed_fields:
        if field.required and field.type == "choice":
            answers.setdefault(field.code, field.choices[0])
    draft = drafts.fill_fields(desk, me, draft, answers)
    for item in draft.materials:
        if item.state == "missing":
            draft = drafts.receive_material(desk, me, draft, item.code, "received")
    return draft
