"""A visit at the counter: opened, its applicant read, parked, resumed, closed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from clerk_app.domain.applicant import ReadSource, document_body
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.visit import MAX_PARKED, Visit
from clerk_app.errors import UnlawfulStep
from clerk_app.services.acts import append_lawful
from clerk_app.services.desk import Desk, SignedIn


def open_visit(desk: Desk, me: SignedIn, *, ticket: str | None = None) -> str:
    """Begin a visit; return its id."""
    visit = desk.new_id()
    with desk.journal.write(me.clerk) as unit:
        unit.append(f"visit/{visit}", "visit.opened", {"session": me.session, "ticket": ticket})
        unit.commit()
    return visit


def read_applicant(
    desk: Desk, me: SignedIn, visit: str, document: IdentityDocument, *, source: ReadSource, present: bool
) -> None:
    """Record whose document was read, and whether its owner stood here (本人在场)."""
    _act(
        desk,
        me,
        visit,
        "visit.applicant_read",
        {"source": source, "present": present, "document": document_body(document)},
    )


def open_hints(desk: Desk, me: SignedIn, visit: str, codes: Collection[str]) -> None:
    """Record that the clerk opens sensitive policy hints of these codes; only then may they be shown."""
    _act(desk, me, visit, "visit.hints_opened", {"hints": sorted(codes)})


def park_visit(desk: Desk, me: SignedIn, visit: str) -> None:
    """Set a visit aside; at most five wait at once."""
    if len(desk.journal.reads.visits("parked")) >= MAX_PARKED:
        raise UnlawfulStep(reason="too_many_parked")
    _act(desk, me, visit, "visit.parked", {})


def resume_visit(desk: Desk, me: SignedIn, visit: str) -> None:
    """Go on with a parked visit."""
    _act(desk, me, visit, "visit.resumed", {})


def close_visit(desk: Desk, me: SignedIn, visit: str) -> None:
    """End a visit; refused while a matter still waits for its outcome."""
    if desk.journal.reads.drafts_of_visit(visit):
        raise UnlawfulStep(reason="matters_open")
    _act(desk, me, visit, "visit.closed", {})


def visit_state(desk: Desk, visit: str) -> Visit:
    """The present state of a visit."""
    state: Visit = desk.journal.reads.fold(f"visit/{visit}").state
    return state


def _act(desk: Desk, me: SignedIn, visit: str, kind: str, body: dict[str, Any]) -> None:
    with desk.journal.write(me.clerk) as unit:
        append_lawful(unit, f"visit/{visit}", kind, body)
        unit.commit()
