"""A session: one clerk at one laptop, from log-in to log-out. Its log-in entry attests who did all that follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from clerk_app.domain.fold import Fact, StreamType, Unlawful

SessionPhase = Literal["none", "active", "locked", "ended"]


@dataclass(frozen=True, slots=True)
class Session:
    """State of a session. Times are UTC in milliseconds; `seal_at_hand` is the answer recorded at log-in (用印登记)."""

    id: str
    phase: SessionPhase = "none"
    clerk: str = ""
    clerk_name: str = ""
    seal_at_hand: bool = False
    logged_in_at: int = 0
    ended_at: int | None = None


def _logged_in(session: Session, fact: Fact) -> Session:
    if session.phase != "none":
        raise Unlawful("session_already_open")
    return replace(
        session,
        phase="active",
        clerk=fact.clerk,
        clerk_name=str(fact.body["name"]),
        seal_at_hand=bool(fact.body["seal_at_hand"]),
        logged_in_at=fact.recorded_at,
    )


def _locked(session: Session, _fact: Fact) -> Session:
    if session.phase != "active":
        raise Unlawful("session_not_active")
    return replace(session, phase="locked")


def _unlocked(session: Session, fact: Fact) -> Session:
    if session.phase != "locked" or fact.clerk != session.clerk:
        raise Unlawful("session_not_locked")
    return replace(session, phase="active")


def _case_looked_up(session: Session, fact: Fact) -> Session:
    """Looking at another desk's case leaves a trace of who did; it changes nothing."""
    if session.phase != "active":
        raise Unlawful("session_not_active")
    str(fact.body["number"])
    return session


def _person_looked_up(session: Session, fact: Fact) -> Session:
    """Asking for the cases of a person leaves a trace of who did: the kind of document, and how its number ends."""
    if session.phase != "active":
        raise Unlawful("session_not_active")
    str(fact.body["document"]), str(fact.body["ending"])
    return session


def _logged_out(session: Session, fact: Fact) -> Session:
    if session.phase not in ("active", "locked"):
        raise Unlawful("session_not_open")
    return replace(session, phase="ended", ended_at=fact.recorded_at)


SESSION = StreamType(
    "session",
    lambda stream: Session(stream.partition("/")[2]),
    {
        "session.logged_in": _logged_in,
        "session.locked": _locked,
        "session.unlocked": _unlocked,
        "session.case_looked_up": _case_looked_up,
        "session.person_looked_up": _person_looked_up,
        "session.logged_out": _logged_out,
    },
)
