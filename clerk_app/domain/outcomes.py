"""The eight outcomes a matter of a visit can end in, chosen on F10 by one digit; every matter ends in exactly one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from clerk_app.domain import notice_number
from clerk_app.domain.matter import Matter
from clerk_app.errors import NotYetAvailable, UnlawfulStep

OutcomeName = Literal[
    "accepted", "received", "deferred", "correction", "not_accepted", "transferred", "consulted", "abandoned"
]
OutcomeNeed = Literal["document", "form", "materials", "reason"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome. `makes_case`: it opens a case with a number; the others only end the matter in the visit.

    `needs` says what must be there first; `available` whether this version can do it (if not, the draft is kept).
    """

    digit: int
    name: OutcomeName
    label: str
    makes_case: bool
    needs: tuple[OutcomeNeed, ...]
    available: bool = False


ACCEPTED = Outcome(1, "accepted", "受理", True, ("document", "form", "materials"), available=True)
RECEIVED = Outcome(2, "received", "收件待审", True, ("document", "form", "materials"), available=True)
DEFERRED = Outcome(3, "deferred", "容缺", True, ("document", "form", "materials"), available=True)
CORRECTION = Outcome(4, "correction", "补正", True, ("document", "form"))
NOT_ACCEPTED = Outcome(5, "not_accepted", "不予受理（书面）", True, ("document", "reason"))
TRANSFERRED = Outcome(6, "transferred", "转办", False, ("reason",))
CONSULTED = Outcome(7, "consulted", "咨询·已一次告知", False, (), available=True)
ABANDONED = Outcome(8, "abandoned", "本人自愿放弃", False, ("reason",), available=True)

OUTCOMES: tuple[Outcome, ...] = (
    ACCEPTED,
    RECEIVED,
    DEFERRED,
    CORRECTION,
    NOT_ACCEPTED,
    TRANSFERRED,
    CONSULTED,
    ABANDONED,
)


def outcome_of(key: int | str) -> Outcome:
    """The outcome with this digit (1–8) or name; raises `UnlawfulStep` for any other."""
    for outcome in OUTCOMES:
        if key in (outcome.digit, outcome.name):
            return outcome
    raise UnlawfulStep(reason="no_such_outcome")


def require_available(outcome: Outcome) -> None:
    """Raise `NotYetAvailable` for an outcome of a later version; nothing else happens, so the draft is kept."""
    if not outcome.available:
        raise NotYetAvailable(outcome=outcome.label)


def matter_ended_body(matter: Matter, outcome: Outcome, reason: str, *, notice: str = "") -> dict[str, Any]:
    """The body of `visit.matter_ended`: a matter that ends without a case.

    A needed reason may not be blank; a consultation ends with the one-time notice of that number.
    """
    require_available(outcome)
    if outcome.makes_case:
        raise UnlawfulStep(reason="outcome_makes_a_case")
    if "reason" in outcome.needs and not reason.strip():
        raise UnlawfulStep(reason="reason_missing")
    if outcome is CONSULTED and not notice_number.check(notice):
        raise UnlawfulStep(reason="notice_missing")
    body = {
        "matter": matter.code,
        "matter_version": matter.version,
        "matter_name": matter.name,
        "outcome": outcome.name,
        "reason": reason.strip(),
    }
    return {**body, "notice": notice} if notice else body
