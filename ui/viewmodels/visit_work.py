"""What the counter asks of the services in one go, off the GUI thread: each function is one piece of lane work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from clerk_app.domain.applicant import Applicant, ReadSource
from clerk_app.domain.case import Case
from clerk_app.domain.draft import Draft, draft_from_json
from clerk_app.domain.earlier import Earlier
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.outcomes import ACCEPTED, DEFERRED, RECEIVED, Outcome, outcome_of
from clerk_app.errors import CatalogueDamaged, NoSuchMatter, NoSuchPackage, NoSuchVersion
from clerk_app.services import drafts, papers, take_in, visits
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.notices import ReopenedNotice
from clerk_app.services.rows import DraftRow, PrintJob, VisitRow
from clerk_app.services.scans import read_scan
from ui.presenters.counter_facts import Finished, ParkedVisit, Preparing, VisitFacts, first_stage, way_of


@dataclass(frozen=True, slots=True)
class Recorded:
    """Who stands at the counter in a visit, and what that person's earlier cases say."""

    visit: str
    applicant: Applicant
    before: Earlier


def record_applicant(
    desk: Desk, me: SignedIn, visit: str, document: IdentityDocument, read_by: ReadSource, *, present: bool
) -> Recorded:
    """Record who stands here, in `visit` or in a new one for an empty id."""
    visit = visit or visits.open_visit(desk, me)
    visits.read_applicant(desk, me, visit, document, source=read_by, present=present)
    applicant = Applicant(document, read_by, present, desk.clock.now_ms())
    return Recorded(visit, applicant, drafts.known_before(desk, applicant))


def begin_matter(desk: Desk, me: SignedIn, visit: str, code: str) -> Preparing:
    """Begin a matter in a visit."""
    return prepared(desk, drafts.open_draft(desk, me, visit, code))


def begin_told(desk: Desk, me: SignedIn, visit: str, again: ReopenedNotice) -> tuple[Preparing, str]:
    """Begin what a one-time notice was about, with its answers and choices; with the number of the notice."""
    draft = drafts.open_draft(desk, me, visit, again.subject.code)
    draft = drafts.fill_fields(desk, me, draft, again.given.answers)
    if again.given.without:
        draft = drafts.leave_out(desk, me, draft, again.given.without)
    return prepared(desk, draft), again.given.number


def prepared(desk: Desk, draft: Draft) -> Preparing:
    """A draft with what its answers and choices make of its matter or package. Reads nothing: safe on any thread."""
    draft, matter, one = drafts.standing(desk, draft)
    catalogue = desk.catalogues.version(draft.matter_version)
    names = {code: child.name for code, child in catalogue.children(one.package).items()} if one else {}
    return Preparing(draft, matter, one, names)


def take_case_in(desk: Desk, me: SignedIn, work: Preparing, outcome: Outcome) -> Finished:
    """Take the case in, and look at it as it now stands in the journal."""
    taken = take_in.take_in(desk, me, work.draft, outcome)
    return Finished(work.matter.name, outcome, papers.load_case(desk, taken.number), way_of(work))


def end_without_case(
    desk: Desk, me: SignedIn, work: Preparing, outcome: Outcome, reason: str, notice: str = ""
) -> Finished:
    """End a matter that becomes no case; a consultation with the one-time notice given before, or one given now."""
    take_in.end_matter(desk, me, work.draft, outcome, reason=reason, notice=notice)
    return Finished(work.matter.name, outcome, way=way_of(work))


def attach_file(desk: Desk, me: SignedIn, work: Preparing, code: str, path: Path) -> Draft:
    """Add a file to a material, or answer a form element with it; raise `BadFile` for one that cannot be taken."""
    scan = read_scan(path)
    if work.draft.material(code) is not None:
        return drafts.attach_scan(desk, me, work.draft, code, scan)
    return drafts.attach_file(desk, me, work.draft, code, scan)


def park(desk: Desk, me: SignedIn, visit: str) -> tuple[ParkedVisit, ...]:
    """Set a visit aside; return all that wait now."""
    visits.park_visit(desk, me, visit)
    return waiting_visits(desk, me)


def take_up(desk: Desk, me: SignedIn, waiting: ParkedVisit) -> VisitFacts:
    """Go on with a visit that waits, where it was left."""
    state = visits.visit_state(desk, waiting.id)
    mine = [row for row in desk.journal.reads.drafts_of_visit(waiting.id) if row.owner == me.clerk]
    preparing = tuple(_preparing(desk, row) for row in mine)
    applicant = state.applicant
    taken_up = VisitFacts(
        stage=first_stage(preparing[0]) if preparing else "matter",
        id=waiting.id,
        document=applicant.document if applicant else None,
        read_by=applicant.source if applicant else "card",
        present=applicant.present if applicant else None,
        ticket=state.ticket,
        preparing=preparing,
        current=preparing[0].draft.id if preparing else "",
        finished=_finished(desk, waiting.id),
        opened_hints=state.opened_hints,
    )
    if not waiting.left_over:
        visits.resume_visit(desk, me, waiting.id)
    return taken_up


def begin_day(desk: Desk, me: SignedIn) -> tuple[ParkedVisit, ...]:
    """Put in order what an earlier session left, and return what can be gone on with.

    Invitations that nobody waits for are settled as not rated; a visit left open without a draft has nothing to go on
    with and is closed.
    """
    from clerk_app.services.rate import settle_left_over

    settle_left_over(desk, me)
    for row in desk.journal.reads.visits("open"):
        if not desk.journal.reads.drafts_of_visit(row.id):
            visits.close_visit(desk, me, row.id)
    return waiting_visits(desk, me)


def waiting_visits(desk: Desk, me: SignedIn, besides: str = "") -> tuple[ParkedVisit, ...]:
    """Visits this clerk can go on with, oldest first; another clerk's come back to their owner. Not `besides`."""
    reads = desk.journal.reads
    rows = [row for phase in ("parked", "open") for row in reads.visits(phase) if row.id != besides]
    found = (_waiting(desk, me, row, reads.drafts_of_visit(row.id)) for row in rows)
    return tuple(sorted((visit for visit in found if visit is not None), key=lambda visit: visit.since_ms))


def prints_of(desk: Desk, numbers: tuple[str, ...]) -> tuple[PrintJob, ...]:
    """Every copy of the papers of these cases."""
    return tuple(job for number in numbers for job in desk.journal.reads.prints_of_case(number))


def all_uploaded(desk: Desk, numbers: tuple[str, ...]) -> bool:
    """Whether the platform has signed for all of these cases."""
    rows = (row for number in numbers for row in desk.journal.reads.cases(text=number, limit=1))
    return bool(numbers) and all(row.uploaded for row in rows)


def _waiting(desk: Desk, me: SignedIn, row: VisitRow, draft_rows: list[DraftRow]) -> ParkedVisit | None:
    mine = [draft for draft in draft_rows if draft.owner == me.clerk]
    left_over = row.phase == "open"
    if (draft_rows or left_over) and not mine:
        return None
    names = tuple(_name_of(desk, draft_from_json(draft.content.decode())) for draft in mine)
    since = max((draft.updated_at for draft in mine), default=row.opened_at)
    return ParkedVisit(row.id, row.applicant, names, since, left_over)


def _preparing(desk: Desk, row: DraftRow) -> Preparing:
    return prepared(desk, draft_from_json(row.content.decode()))


def _name_of(desk: Desk, draft: Draft) -> str:
    try:
        return drafts.name_of(desk, draft)
    except (NoSuchMatter, NoSuchPackage, NoSuchVersion, CatalogueDamaged):
        return draft.matter


def _finished(desk: Desk, visit: str) -> tuple[Finished, ...]:
    cases = (papers.load_case(desk, number) for number in desk.journal.reads.cases_of_visit(visit))
    taken = [_taken(case) for case in cases]
    ended = visits.visit_state(desk, visit).outcomes
    return (*taken, *(Finished(item.matter_name, outcome_of(item.outcome)) for item in ended))


def _taken(case: Case) -> Finished:
    assert case.intake is not None
    outcome = DEFERRED if case.deferrals else RECEIVED if case.intake.power == "receive" else ACCEPTED
    return Finished(case.intake.matter.name, outcome, case)
