"""Log-in, lock and log-out. The password was checked when the store was opened; the entry attests the clerk."""

from __future__ import annotations

from clerk_app.services.acts import append_lawful
from clerk_app.services.desk import Desk, SignedIn


def sign_in(desk: Desk, *, clerk: str, name: str, seal_at_hand: bool) -> SignedIn:
    """Open a session. `seal_at_hand` is the recorded answer whether the seal is at this window (用印登记)."""
    session = desk.new_id()
    body = {"name": name, "seal_at_hand": seal_at_hand}
    with desk.journal.write(clerk) as unit:
        unit.append(f"session/{session}", "session.logged_in", body)
        unit.commit()
    return SignedIn(session, clerk, name, seal_at_hand, desk.clock.now_ms())


def lock(desk: Desk, me: SignedIn, *, reason: str) -> None:
    """Lock the desk (`idle` or `asked`); drafts stay. The head is signed."""
    _close(desk, me, "session.locked", {"reason": reason})


def unlock(desk: Desk, me: SignedIn) -> None:
    """Go on after the password was given again."""
    with desk.journal.write(me.clerk) as unit:
        append_lawful(unit, me.stream, "session.unlocked", {})
        unit.commit()


def sign_out(desk: Desk, me: SignedIn) -> None:
    """End the session. The head is signed."""
    _close(desk, me, "session.logged_out", {})


def _close(desk: Desk, me: SignedIn, kind: str, body: dict[str, str]) -> None:
    with desk.journal.write(me.clerk) as unit:
        append_lawful(unit, me.stream, kind, body)
        unit.sign_head()
        unit.commit()
