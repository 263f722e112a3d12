"""Paper: from the queue to the printer. The queue was filled by the very transaction that made the case.

A job is marked `printing` before it is handed to the printer. After a crash in between nobody can know whether the
sheet came out: the job waits as `printing` until a person says so, and is never printed again by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import get_args

from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.domain import notice_number
from clerk_app.domain.appeal_form import appeal_form
from clerk_app.domain.case import Case, Intake
from clerk_app.domain.form import plain
from clerk_app.domain.given_notice import GivenNotice
from clerk_app.domain.matter import Matter
from clerk_app.domain.merged_matter import merged_matter
from clerk_app.domain.notice_for import NoticeFrame, notice_for
from clerk_app.domain.notices import AppealFormKind, Notice, NoticeKind
from clerk_app.domain.one_time_notice import OneTimeKind, OneTimeNotice
from clerk_app.domain.one_time_notice_for import one_time_notice
from clerk_app.errors import (
    CaseTextsElsewhere,
    ClerkError,
    NoSuchCase,
    NoSuchNotice,
    NoSuchVersion,
    NoticeTextsElsewhere,
)
from clerk_app.failpoints import failpoint
from clerk_app.services.appeals import load_appeal
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.drafts import one_thing
from clerk_app.services.one_thing import names_of, thing_of
from clerk_app.services.ports import Printer
from clerk_app.services.rows import PrintJob

DocumentKind = NoticeKind | OneTimeKind | AppealFormKind


DOCUMENTS: tuple[DocumentKind, ...] = (*get_args(NoticeKind), *get_args(OneTimeKind), *get_args(AppealFormKind))


@dataclass(frozen=True, slots=True)
class Printed:
    """What came of one job: `pdf` for the archive of the demo, or the `problem`'s code."""

    job: PrintJob
    problem: ClerkError | None = None


def load_case(desk: Desk, number: str) -> Case:
    """A case by our number or the platform's; raise `NoSuchCase`."""
    stream = desk.journal.reads.case_stream(number.replace(" ", ""))
    if stream is None:
        raise NoSuchCase
    case: Case = desk.journal.reads.fold(stream).state
    return case


def compose_notice(desk: Desk, number: str, kind: NoticeKind, *, copy: int, reprint: bool, printed_at: int) -> Notice:
    """What a document of a case says, now or years later, from its facts and the catalogue it began with."""
    case = load_case(desk, number)
    entry = desk.journal.reads.first_entry(f"case/{case.number}")
    if entry is None or case.intake is None:
        raise NoSuchCase
    frame = _frame(desk, case.number, case.intake.clerk, entry.digest, copy=copy, reprint=reprint, at=printed_at)
    return notice_for(case, matter_of_case(desk, case.intake), kind, frame)


def compose_one_time_notice(
    desk: Desk, number: str, kind: OneTimeKind, *, copy: int, reprint: bool, printed_at: int
) -> OneTimeNotice:
    """What a one-time notice says, by its answers and the catalogue it was made with.

    Raises `NoSuchNotice`, and `NoticeTextsElsewhere` where that catalogue is not here: under its number nothing is
    printed that the first paper did not say.
    """
    stream = f"notice/{number}"
    given: GivenNotice = desk.journal.reads.fold(stream).state
    entry = desk.journal.reads.first_entry(stream)
    digest = entry.digest if entry else ""
    if given.subject is None:
        raise NoSuchNotice
    try:
        catalogue = desk.catalogues.version(given.subject.version)
    except NoSuchVersion:
        raise NoticeTextsElsewhere(version=given.subject.version) from None
    one, _ = thing_of(catalogue, given.subject.code, given.answers, given.without)
    frame = _frame(desk, number, given.clerk, digest, copy=copy, reprint=reprint, at=printed_at)
    return one_time_notice(one, given, kind, frame, names_of(catalogue, one))


def compose_appeal_form(desk: Desk, number: str, *, reprint: bool, printed_at: int) -> Notice:
    """What the 办不成事登记表 of a record says as it stands; raise `NoSuchAppeal`."""
    appeal = load_appeal(desk, "".join(number.split()))
    entry = desk.journal.reads.first_entry(f"appeal/{appeal.number}")
    digest = entry.digest if entry else ""
    frame = _frame(desk, appeal.number, appeal.clerk, digest, copy=1, reprint=reprint, at=printed_at)
    return appeal_form(appeal, frame)


def render_document(desk: Desk, number: str, kind: DocumentKind, *, copy: int = 1, reprint: bool = True) -> bytes:
    """The PDF of a document of a case, of a one-time notice, or of a record in the 办不成事 register."""
    now = desk.clock.now_ms()
    if kind == "one_time_notice" or kind == "one_time_notice_large":
        told = notice_number.parse(number)
        if told is None:
            raise NoSuchNotice
        return desk.renderer.render(
            compose_one_time_notice(desk, told, kind, copy=copy, reprint=reprint, printed_at=now)
        )
    if kind == "appeal_form":
        return desk.renderer.render(compose_appeal_form(desk, number, reprint=reprint, printed_at=now))
    return desk.renderer.render(compose_notice(desk, number, kind, copy=copy, reprint=reprint, printed_at=now))


def _frame(desk: Desk, number: str, clerk: str, digest: str, *, copy: int, reprint: bool, at: int) -> NoticeFrame:
    place = desk.place()
    return NoticeFrame(
        hall_name=place.hall_name if place else desk.settings.hall_name,
        window_name=desk.settings.window_name,
        device=place.device if place else "000",
        clerk_name=desk.journal.reads.clerk_name(clerk) or clerk,
        clerk_number=clerk,
        consult_phone=desk.settings.consult_phone,
        complaint_phone=desk.settings.complaint_phone,
        progress_url=progress_url(desk, number),
        digest=digest,
        printed_at=at,
        copy=copy,
        reprint=reprint,
        mark=desk.mark,
    )


def catalogue_of(desk: Desk, version: str) -> Catalogue:
    """The catalogue that a case began with; raise `CaseTextsElsewhere`, `CatalogueDamaged`.

    A case of another desk may be of one that never was here. No other version stands in for it.
    """
    try:
        return desk.catalogues.version(version)
    except NoSuchVersion:
        raise CaseTextsElsewhere(version=version) from None


def matter_of_case(desk: Desk, intake: Intake) -> Matter:
    """The matter of a case, or its package as it was asked for; raises as `catalogue_of` does.

    Names, dates, effects and papers are in the entry; what the law, the form and the promises say is not.
    """
    code, package = intake.matter.code, intake.package
    catalogue = catalogue_of(desk, intake.matter.version)
    if package is None:
        return catalogue.matter(code)
    answers = {**plain(intake.fields), **package.answers}
    return merged_matter(one_thing(catalogue, code, answers, package.without))


def reprint(desk: Desk, me: SignedIn, number: str, kind: NoticeKind) -> list[int]:
    """Queue another copy, marked 补打; raises as `catalogue_of` does, before anything is queued."""
    case = load_case(desk, number)
    if case.intake is not None:
        catalogue_of(desk, case.intake.matter.version)
    with desk.journal.write(me.clerk) as unit:
        jobs = unit.queue_print(case.number, kind, copies=(1,), reprint=True)
        unit.commit()
    return jobs


def print_next(desk: Desk, me: SignedIn, printer: Printer, *, held: Collection[int] = ()) -> Printed | None:
    """Put the oldest queued copy on paper; None when the queue is empty. A failed job waits for F8.

    `held` jobs are passed over: what was queued before this session is printed only when a person asks for it.
    """
    waiting = [job for job in desk.journal.reads.print_jobs("queued") if job.id not in held]
    if not waiting:
        return None
    job = waiting[0]
    try:
        pdf = render_document(desk, job.case_number, _kind(job), copy=job.copy, reprint=job.reprint)
        _mark(desk, me, job, "printing")
        failpoint("print.marked")
        printer.print_pdf(pdf, name=f"{job.case_number}-{job.document}-{job.id}")
        failpoint("print.handed_over")
    except ClerkError as problem:
        _mark(desk, me, job, "failed", problem.code)
        return Printed(job, problem)
    _mark(desk, me, job, "printed")
    return Printed(job)


def retry_print(desk: Desk, me: SignedIn, job: int) -> None:
    """Queue a failed job again, or one that a crash left half-way and that a person found not printed."""
    with desk.journal.write(me.clerk) as unit:
        unit.mark_print(job, "queued")
        unit.commit()


def confirm_print(desk: Desk, me: SignedIn, job: int) -> None:
    """A person found that a job which a crash left half-way did come out."""
    with desk.journal.write(me.clerk) as unit:
        unit.mark_print(job, "printed")
        unit.commit()


def progress_url(desk: Desk, number: str) -> str:
    """The page behind the QR code of a case's papers; empty where the device has no platform."""
    place = desk.place()
    if place is None or not place.progress_base:
        return ""
    return f"{place.progress_base}/p/{desk.journal.progress_token(number)}"


def _mark(desk: Desk, me: SignedIn, job: PrintJob, state: str, problem: str = "") -> None:
    with desk.journal.write(me.clerk) as unit:
        unit.mark_print(job.id, state, problem)
        unit.commit()


def _kind(job: PrintJob) -> DocumentKind:
    kinds: dict[str, DocumentKind] = {kind: kind for kind in DOCUMENTS}
    return kinds.get(job.document, "receipt")
