"""One-time notices (一次性告知书): given before there is a case, opened again on return, also at another desk.

Giving one is an act with a number of its own; its papers are queued in the same transaction. It names no person, so
that whoever holds the paper may have it opened.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clerk_app.domain import notice_number
from clerk_app.domain.appeals import LONGEST, AppealWords
from clerk_app.domain.civil import civil_date
from clerk_app.domain.draft import Draft
from clerk_app.domain.form import plain
from clerk_app.domain.given_notice import GivenNotice, NoticeSubject, added_body, given_body, not_on_notice
from clerk_app.domain.needs import MaterialNeed
from clerk_app.domain.one_thing import OneThing
from clerk_app.errors import (
    CaseElsewhere,
    NeedsUpgrade,
    NoSuchMatter,
    NoSuchNotice,
    NoSuchPackage,
    NotEnrolled,
    NoticeElsewhere,
    NotOptional,
    UnlawfulStep,
)
from clerk_app.services.acts import append_lawful
from clerk_app.services.appeals import append_appeal, proposed_due
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.look_up import fetch_case, want_case
from clerk_app.services.one_thing import thing_of
from clerk_app.services.ports import Unit

ORDINARY, LARGE = "one_time_notice", "one_time_notice_large"


@dataclass(frozen=True, slots=True)
class NotifiedOnce:
    """What the clerk is told once the notice is durable: its number, the digest, the queued print jobs."""

    number: str
    digest: str
    subject: NoticeSubject
    jobs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReopenedNotice:
    """A notice opened again: what it is about today, and what of that was not on it.

    `one` is None where the catalogue no longer has the matter. `is_other_version`: the catalogue is not the one of the
    paper, whose promise counts all the same. `not_on_it` needs a supervisor's reason, item by item.
    """

    given: GivenNotice
    subject: NoticeSubject
    one: OneThing | None
    is_other_version: bool
    not_on_it: tuple[MaterialNeed, ...]


def notify_once(
    desk: Desk,
    me: SignedIn,
    code: str,
    answers: Mapping[str, str],
    *,
    without: Collection[str] = (),
    visit: str = "",
    large: bool = False,
    queued: bool = True,
) -> NotifiedOnce:
    """Give a notice about a matter or a package: number, fact and papers in one transaction; needs no applicant.

    `queued`: whether its papers wait for the printer (else the caller renders them): the first copy is the citizen's,
    in large print if asked, the second is filed. Raises `NotEnrolled`, `NoSuchMatter`, `NoSuchPackage`,
    `NotOptional`, and `UnlawfulStep` for a matter without a legal basis.
    """
    with desk.journal.write(me.clerk) as unit:
        told = give_notice(desk, me, unit, code, answers, without=without, visit=visit, large=large, queued=queued)
        unit.commit()
    return told


def notify_for(desk: Desk, me: SignedIn, draft: Draft, *, large: bool = False) -> NotifiedOnce:
    """Give a notice about the draft at hand, by what has been answered in it."""
    return notify_once(
        desk, me, draft.matter, plain(draft.values), without=draft.without, visit=draft.visit, large=large
    )


def give_notice(
    desk: Desk,
    me: SignedIn,
    unit: Unit,
    code: str,
    answers: Mapping[str, str],
    *,
    without: Collection[str] = (),
    visit: str = "",
    large: bool = False,
    queued: bool = True,
) -> NotifiedOnce:
    """The act inside a transaction, for those that write more in it."""
    place = desk.place()
    if place is None:
        raise NotEnrolled
    one, subject = thing_of(desk.catalogue, code, answers, without)
    if any(not step.matter.by_law.strip() for step in one.steps):
        raise UnlawfulStep(reason="no_legal_basis")
    today = civil_date(desk.clock.now_ms())
    number = notice_number.make(place.hall, place.device, today, unit.next_case_counter())
    body = given_body(one, subject, without=sorted(without), large=large, session=me.session, visit=visit)
    entry = append_lawful(unit, f"notice/{number}", "notice.given", body)
    jobs: list[int] = []
    if queued:
        jobs += unit.queue_print(number, LARGE if large else ORDINARY, copies=(1,), reprint=False)
        jobs += unit.queue_print(number, ORDINARY, copies=(2,), reprint=False)
    return NotifiedOnce(number, entry.digest, subject, tuple(jobs))


def find_notice(desk: Desk, text: str) -> GivenNotice | None:
    """The notice with this number, as typed or scanned; None if it is not here. Raises `NoSuchNotice` for no number."""
    folded = desk.journal.reads.fold(f"notice/{_number(text)}")
    if folded.read_only:
        raise NeedsUpgrade
    state: GivenNotice = folded.state
    return state if state.subject is not None else None


def reopen_notice(desk: Desk, me: SignedIn, text: str) -> ReopenedNotice:
    """Open a notice again, here or taken up from the platform: the same matter, the same answers.

    Takes as long as the line if another desk gave it. Raises `NoSuchNotice` for what is no number, `NoticeElsewhere`
    where it cannot be had now, and a `PlatformError` from a line that is there and does not do.
    """
    again = want_notice(desk, me, text)
    return again if again is not None else fetch_notice(desk, text)


def want_notice(desk: Desk, me: SignedIn, text: str) -> ReopenedNotice | None:
    """Open a notice that is here; else note that it is looked up, None, and `fetch_notice` then asks the platform.

    Raises `NoSuchNotice`, and `NoticeElsewhere` where there is no line.
    """
    number = _number(text)
    found = find_notice(desk, number)
    if found is not None:
        return opened(desk, found)
    try:
        want_case(desk, me, number)
    except CaseElsewhere as elsewhere:
        raise NoticeElsewhere(**elsewhere.data) from None
    return None


def fetch_notice(desk: Desk, text: str) -> ReopenedNotice:
    """A notice that `want_notice` noted, asked of the platform now; raises as `reopen_notice` does."""
    number = _number(text)
    try:
        fetch_case(desk, number)
    except CaseElsewhere as elsewhere:
        raise NoticeElsewhere(**elsewhere.data) from None
    found = find_notice(desk, number)
    if found is None:
        raise NoticeElsewhere(number=number, reason="not_arrived")
    return opened(desk, found)


def opened(desk: Desk, given: GivenNotice) -> ReopenedNotice:
    """A notice with what its matter asks today for the same answers."""
    subject = given.subject
    if subject is None:
        raise NoSuchNotice
    try:
        one, today = thing_of(desk.catalogue, subject.code, given.answers, given.without)
    except (NoSuchMatter, NoSuchPackage, NotOptional):
        return ReopenedNotice(given, subject, None, True, ())
    fresh = not_on_notice(given, (item.need for item in one.materials))
    return ReopenedNotice(given, subject, one, today.version != subject.version, fresh)


def add_to_notice(
    desk: Desk, me: SignedIn, number: str, needs: Sequence[MaterialNeed], *, reason: str, supervisor: str
) -> None:
    """Ask for what was not on the notice, on a supervisor's word: the 办不成事 record.

    Raises `NoSuchNotice`, and what `domain.given_notice.added_body` raises.
    """
    found = find_notice(desk, number)
    if found is None:
        raise NoSuchNotice
    body: dict[str, Any] = added_body(found, needs, reason=reason, supervisor=supervisor, clerk=me.clerk)
    with desk.journal.write(me.clerk) as unit:
        append_lawful(unit, f"notice/{found.number}", "notice.item_added", body)
        append_appeal(desk, me, unit, _appeal_of(desk, found, needs, reason, supervisor))
        unit.commit()


def _appeal_of(
    desk: Desk, given: GivenNotice, needs: Sequence[MaterialNeed], reason: str, supervisor: str
) -> AppealWords:
    """Who was told once and is asked for more got nowhere: the record says why, and who answers for it."""
    names = "、".join(need.name for need in needs)
    why = f"告知书上没有、又加要的材料：{names}。理由：{reason.strip()}"
    return AppealWords(
        why=why if len(why) <= LONGEST else why[: LONGEST - 1] + "…",
        unit=f"窗口负责人 {supervisor.strip()}",
        due_on=proposed_due(desk),
        matter=given.subject.name if given.subject else "",
        notice=given.number,
        kind="added_item",
        supervisor=supervisor,
    )


def _number(text: str) -> str:
    number = notice_number.parse(text)
    if number is None:
        raise NoSuchNotice
    return number
