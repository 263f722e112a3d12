"""A visit: one person's service occasion at the counter, with as many matters as needed and one rating invitation.

    none ──opened──► open ──parked──► parked
                      │ ▲───resumed─────┤
                      └────closed───────┴──► closed

The applicant may be read again while the visit is open (a wrong card, a renewed one): the later reading replaces the
earlier. A parked visit takes no act of the clerk but resume and close. The rating is the citizen's: its settlement is
lawful in every phase after the invitation, once; what comes after the first settlement is late and has no effect.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, cast, get_args

from clerk_app.domain.applicant import Applicant, document_from_body, read_source, same_person
from clerk_app.domain.fold import Fact, StreamType, Unlawful
from clerk_app.domain.outcomes import OUTCOMES
from clerk_app.domain.ratings import PadState

VisitPhase = Literal["none", "open", "parked", "closed"]
RatingState = Literal["none", "invited", "answered", "timed_out", "device_failed"]

_MAKES_A_CASE = frozenset(outcome.name for outcome in OUTCOMES if outcome.makes_case)

MAX_PARKED = 5
"""Visits parked at once at one desk."""


@dataclass(frozen=True, slots=True)
class EndedMatter:
    """A matter that ended without a case (e.g. 本人自愿放弃). `outcome` is a name of `outcomes.py`.

    `notice` is the number of the one-time notice that a consultation ended with, else empty.
    """

    matter: str
    matter_version: str
    matter_name: str
    outcome: str
    reason: str
    ended_at: int
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """The one rating invitation of a visit. The sealed grade stays in its fact; no state ever carries it."""

    state: RatingState = "none"
    id: str = ""
    device: str = ""
    timeout_s: int = 0
    invited_at: int | None = None
    settled_at: int | None = None
    device_limited: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """State of a visit. Times are UTC in milliseconds; `ticket` is the queue ticket, None for a walk-in.

    `opened_hints`: codes of the sensitive policy hints that were opened in it.
    """

    id: str
    phase: VisitPhase = "none"
    session: str = ""
    clerk: str = ""
    ticket: str | None = None
    opened_at: int = 0
    parked_at: int | None = None
    closed_at: int | None = None
    applicant: Applicant | None = None
    outcomes: tuple[EndedMatter, ...] = ()
    rating: Invitation = field(default_factory=Invitation)
    opened_hints: frozenset[str] = frozenset()


def _opened(visit: Visit, fact: Fact) -> Visit:
    if visit.phase != "none":
        raise Unlawful("visit_already_open")
    ticket = fact.body["ticket"]
    return replace(
        visit,
        phase="open",
        session=str(fact.body["session"]),
        clerk=fact.clerk,
        ticket=None if ticket is None else str(ticket),
        opened_at=fact.recorded_at,
    )


def _applicant_read(visit: Visit, fact: Fact) -> Visit:
    _require_open(visit)
    applicant = Applicant(
        document=document_from_body(fact.body["document"]),
        source=read_source(fact.body["source"]),
        present=_flag(fact.body["present"]),
        read_at=fact.recorded_at,
    )
    same = visit.applicant is not None and same_person(visit.applicant.document, applicant.document)
    return replace(visit, applicant=applicant, opened_hints=visit.opened_hints if same else frozenset())


def _parked(visit: Visit, fact: Fact) -> Visit:
    _require_open(visit)
    return replace(visit, phase="parked", parked_at=fact.recorded_at)


def _resumed(visit: Visit, _fact: Fact) -> Visit:
    if visit.phase != "parked":
        raise Unlawful("visit_not_parked")
    return replace(visit, phase="open", parked_at=None)


def _matter_ended(visit: Visit, fact: Fact) -> Visit:
    _require_open(visit)
    if fact.body["outcome"] in _MAKES_A_CASE:
        raise Unlawful("outcome_makes_a_case")
    ended = EndedMatter(
        matter=str(fact.body["matter"]),
        matter_version=str(fact.body["matter_version"]),
        matter_name=str(fact.body["matter_name"]),
        outcome=str(fact.body["outcome"]),
        reason=str(fact.body["reason"]),
        ended_at=fact.recorded_at,
        notice=str(fact.body.get("notice", "")),
    )
    return replace(visit, outcomes=(*visit.outcomes, ended))


def _hints_opened(visit: Visit, fact: Fact) -> Visit:
    """Looking at sensitive hints leaves a trace of who did; another person's document closes them again."""
    _require_open(visit)
    codes = fact.body["hints"]
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise TypeError("not a list of codes")
    return replace(visit, opened_hints=visit.opened_hints | frozenset(codes))


def _rating_invited(visit: Visit, fact: Fact) -> Visit:
    _require_open(visit)
    if visit.rating.state != "none":
        raise Unlawful("already_invited")
    invitation = Invitation(
        state="invited",
        id=str(fact.body["invitation"]),
        device=str(fact.body["device"]),
        timeout_s=int(fact.body["timeout_s"]),
        invited_at=fact.recorded_at,
    )
    return replace(visit, rating=invitation)


def _rating_settled(visit: Visit, fact: Fact) -> Visit:
    if visit.rating.state == "none":
        raise Unlawful("not_invited")
    if visit.rating.state != "invited":
        raise Unlawful("already_settled")
    if fact.body["invitation"] != visit.rating.id:
        raise Unlawful("another_invitation")
    settled = replace(
        visit.rating,
        state=_pad_state(fact.body["state"]),
        settled_at=fact.recorded_at,
        device_limited=_flag(fact.body["device_limited"]),
    )
    return replace(visit, rating=settled)


def _closed(visit: Visit, fact: Fact) -> Visit:
    if visit.phase not in ("open", "parked"):
        raise Unlawful("visit_not_open")
    return replace(visit, phase="closed", parked_at=None, closed_at=fact.recorded_at)


def _require_open(visit: Visit) -> None:
    if visit.phase == "parked":
        raise Unlawful("visit_parked")
    if visit.phase != "open":
        raise Unlawful("visit_not_open")


def _pad_state(text: str) -> PadState:
    if text not in get_args(PadState):
        raise ValueError(text)
    return cast("PadState", text)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("not a yes or no")
    return value


VISIT = StreamType(
    "visit",
    lambda stream: Visit(stream.partition("/")[2]),
    {
        "visit.opened": _opened,
        "visit.applicant_read": _applicant_read,
        "visit.parked": _parked,
        "visit.resumed": _resumed,
        "visit.matter_ended": _matter_ended,
        "visit.hints_opened": _hints_opened,
        "visit.rating_invited": _rating_invited,
        "visit.rating_settled": _rating_settled,
        "visit.closed": _closed,
    },
)
