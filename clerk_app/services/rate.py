"""The rating of a visit: one invitation, opened by the last outcome, sealed at the pad's border.

The invitation and its settlement are two entries; between them the pad is asked in its own lane. The grade exists in
the clear only inside the driver.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

from clerk_app.domain.ratings import Grade, SealedAnswer
from clerk_app.errors import NotEnrolled, UnlawfulStep
from clerk_app.security.sealing import seal_grade
from clerk_app.services.acts import append_lawful
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.visits import visit_state


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation that waits for its answer."""

    visit: str
    id: str
    timeout_s: float


def invite_rating(desk: Desk, me: SignedIn, visit: str, *, device: str, timeout_s: float) -> OpenInvitation:
    """Open the one invitation of a visit; refused while a matter has no outcome or when one was opened before."""
    reads = desk.journal.reads
    if reads.drafts_of_visit(visit):
        raise UnlawfulStep(reason="matters_open")
    if not reads.cases_of_visit(visit) and not visit_state(desk, visit).outcomes:
        raise UnlawfulStep(reason="no_outcome")
    invitation = desk.new_id()
    body = {"invitation": invitation, "device": device, "timeout_s": round(timeout_s)}
    with desk.journal.write(me.clerk) as unit:
        append_lawful(unit, f"visit/{visit}", "visit.rating_invited", body)
        unit.commit()
    return OpenInvitation(visit, invitation, timeout_s)


def sealer(desk: Desk, invitation: OpenInvitation, *, device_limited: bool) -> Callable[[Grade], bytes]:
    """What the driver passes a grade through: sealed to the hub's rating key, of constant length."""
    place = desk.place()
    if place is None:
        raise NotEnrolled

    def seal(grade: Grade) -> bytes:
        return seal_grade(place.rating_public, invitation.id, grade, device_limited, desk.rng)

    return seal


def settle_rating(desk: Desk, me: SignedIn, invitation: OpenInvitation, answer: SealedAnswer) -> None:
    """Record what came of the invitation. A late or second answer is refused and writes nothing."""
    _settle(desk, me, invitation.visit, invitation.id, answer)


def settle_left_over(desk: Desk, me: SignedIn) -> int:
    """Settle the invitations that nobody waits for any more, after a crash, as not rated; return how many."""
    visits = desk.journal.reads.invited_visits()
    for visit in visits:
        _settle(desk, me, visit, visit_state(desk, visit).rating.id, SealedAnswer("timed_out"))
    return len(visits)


def _settle(desk: Desk, me: SignedIn, visit: str, invitation: str, answer: SealedAnswer) -> None:
    body = {
        "invitation": invitation,
        "state": answer.state,
        "sealed": base64.b64encode(answer.sealed).decode("ascii") if answer.sealed else None,
        "device_limited": answer.device_limited,
    }
    with desk.journal.write(me.clerk) as unit:
        append_lawful(unit, f"visit/{visit}", "visit.rating_settled", body)
        unit.commit()
