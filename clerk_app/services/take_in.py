"""The act itself: a draft becomes a case with a number, its papers queued, in one transaction; or ends without one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from clerk_app.domain import case_number
from clerk_app.domain.civil import civil_date
from clerk_app.domain.draft import Draft
from clerk_app.domain.form import plain
from clerk_app.domain.outcomes import ACCEPTED, CONSULTED, RECEIVED, Outcome, matter_ended_body
from clerk_app.domain.package_taking_in import take_in_package
from clerk_app.domain.powers import power_now
from clerk_app.domain.taking_in import Counter, check_intake
from clerk_app.domain.taking_in import take_in as taken_in_body
from clerk_app.errors import MissingGlyph, NeedsUpgrade, NotEnrolled, UnlawfulStep
from clerk_app.failpoints import failpoint
from clerk_app.services.acts import append_lawful
from clerk_app.services.desk import Desk, Place, SignedIn
from clerk_app.services.drafts import matter_of, one_thing_of
from clerk_app.services.notices import give_notice


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What the clerk is told once the act is durable: the number on paper, the digest, the queued print jobs."""

    number: str
    digest: str
    outcome: Outcome
    jobs: tuple[int, ...]


def primary_outcome(desk: Desk, me: SignedIn, draft: Draft) -> Outcome:
    """The outcome behind the one primary action: as far as the window may go with this matter here and now."""
    matter = matter_of(desk, draft)
    power = power_now(matter, online=desk.is_online(), seal_at_hand=me.seal_at_hand)
    return RECEIVED if power == "receive" else ACCEPTED


def take_in(desk: Desk, me: SignedIn, draft: Draft, outcome: Outcome) -> TakenIn:
    """Take the case in. When this returns the act is durable and its papers are queued; if it raises, nothing is.

    Raises `NotEnrolled`, `UnlawfulStep` (the visit is parked or closed), `MissingGlyph` (named before acceptance, not
    at the printer), `NoSuchDraft` (taken in already), and what `domain.taking_in.check_intake` raises.
    """
    place = desk.place()
    if place is None:
        raise NotEnrolled
    one = one_thing_of(desk, draft)
    matter = matter_of(desk, draft)
    check_intake(draft, matter, outcome, _counter(desk, me, place, 0))
    _refuse_unprintable(desk, draft)
    with desk.journal.write(me.clerk) as unit:
        failpoint("take_in.begun")
        visit = unit.fold(f"visit/{draft.visit}")
        if visit.read_only:
            raise NeedsUpgrade
        if visit.state.phase != "open":
            raise UnlawfulStep(reason="visit_not_open")
        counter = _counter(desk, me, place, unit.next_case_counter())
        if one is None:
            kind, body = "case.taken_in", taken_in_body(draft, matter, outcome, counter)
        else:
            kind, body = "case.package_taken_in", take_in_package(draft, one, outcome, counter)
        entry = append_lawful(unit, f"case/{counter.number}", kind, body)
        failpoint("take_in.appended")
        unit.drop_draft(draft.id)
        jobs: list[int] = []
        for document in body["documents"]:
            copies = range(1, document["copies"] + 1)
            jobs += unit.queue_print(counter.number, document["kind"], copies=copies, reprint=False)
        failpoint("take_in.queued")
        for blob in _blobs(body):
            unit.name_blob(blob, counter.number)
        unit.commit()
    failpoint("take_in.committed")
    return TakenIn(counter.number, entry.digest, outcome, tuple(jobs))


def end_matter(desk: Desk, me: SignedIn, draft: Draft, outcome: Outcome, *, reason: str, notice: str = "") -> str:
    """End a matter without a case (7 咨询·已一次告知, 8 本人自愿放弃); the draft goes with the entry that says so.

    A consultation ends with a one-time notice: `notice` if one was given, else one that is given now. Returns its
    number, empty for any other outcome.
    """
    matter = matter_of(desk, draft)
    if outcome is not CONSULTED:
        notice = ""
        matter_ended_body(matter, outcome, reason)
    with desk.journal.write(me.clerk) as unit:
        if outcome is CONSULTED and not notice:
            told = give_notice(
                desk, me, unit, draft.matter, plain(draft.values), without=draft.without, visit=draft.visit
            )
            notice = told.number
        body = matter_ended_body(matter, outcome, reason, notice=notice)
        append_lawful(unit, f"visit/{draft.visit}", "visit.matter_ended", body)
        unit.drop_draft(draft.id)
        unit.commit()
    return notice


def _counter(desk: Desk, me: SignedIn, place: Place, count: int) -> Counter:
    today = _today(desk)
    return Counter(
        number=case_number.make(place.hall, place.device, today, count),
        session=me.session,
        online=desk.is_online(),
        seal_at_hand=me.seal_at_hand,
        today=today,
        calendar=desk.calendar,
    )


def _refuse_unprintable(desk: Desk, draft: Draft) -> None:
    document = draft.document
    spoken = [document.name or "", document.english_name or ""] if document else []
    texts = [*spoken, *plain(draft.values).values()]
    lacking = desk.renderer.missing_glyphs("".join(texts))
    if lacking:
        raise MissingGlyph(characters="、".join(lacking))


def _blobs(body: Mapping[str, Any]) -> list[str]:
    """The files an intake names: those of its materials, and those that answer elements of its form."""
    parts = (*body["materials"], *body["fields"].values())
    return [blob["id"] for part in parts for blob in part.get("blobs", ())]


def _today(desk: Desk) -> date:
    return civil_date(desk.clock.now_ms())
