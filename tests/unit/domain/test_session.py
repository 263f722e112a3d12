"""A session: one clerk, locked and unlocked by the same person, ended once."""

from collections.abc import Mapping
from typing import Any

import pytest

from clerk_app.domain.fold import Fact
from clerk_app.domain.kinds import fold_stream
from clerk_app.domain.session import Session
from tests.unit.domain.builders import NOW

STREAM = f"session/{'b' * 16}"
BODIES: Mapping[str, Mapping[str, Any]] = {
    "session.logged_in": {"name": "王例", "seal_at_hand": True},
    "session.locked": {"reason": "idle"},
    "session.unlocked": {},
    "session.logged_out": {},
}


def fold_kinds(*kinds, clerk="1001"):
    facts = [
        Fact(STREAM, f"session.{kind}", BODIES[f"session.{kind}"], NOW + seq, clerk, chain="c" * 16, seq=seq)
        for seq, kind in enumerate(kinds)
    ]
    return fold_stream(STREAM, facts)


def test_a_whole_session_is_told_by_its_state():
    folded = fold_kinds("logged_in", "locked", "unlocked", "logged_out")
    assert folded.conflicts == ()
    assert folded.state == Session(
        "b" * 16, "ended", "1001", "王例", seal_at_hand=True, logged_in_at=NOW, ended_at=NOW + 3
    )


@pytest.mark.parametrize(
    ("kinds", "reason"),
    [
        (("locked",), "session_not_active"),
        (("logged_out",), "session_not_open"),
        (("logged_in", "logged_in"), "session_already_open"),
        (("logged_in", "unlocked"), "session_not_locked"),
        (("logged_in", "locked", "locked"), "session_not_active"),
        (("logged_in", "logged_out", "logged_out"), "session_not_open"),
        (("logged_in", "logged_out", "logged_in"), "session_already_open"),
    ],
)
def test_an_unlawful_step_has_no_effect_and_leaves_a_conflict(kinds, reason):
    folded = fold_kinds(*kinds)
    assert [conflict.reason for conflict in folded.conflicts] == [reason]
    assert folded.state == fold_kinds(*kinds[:-1]).state


def test_a_locked_session_can_be_ended():
    assert fold_kinds("logged_in", "locked", "logged_out").state.phase == "ended"


def test_nobody_unlocks_the_session_of_another():
    facts = [
        Fact(STREAM, "session.logged_in", BODIES["session.logged_in"], NOW, "1001", chain="c", seq=1),
        Fact(STREAM, "session.locked", BODIES["session.locked"], NOW, "1001", chain="c", seq=2),
        Fact(STREAM, "session.unlocked", {}, NOW, "1002", chain="c", seq=3),
    ]
    folded = fold_stream(STREAM, facts)
    assert folded.state.phase == "locked"
    assert len(folded.conflicts) == 1
