"""Signing in, and the lock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.viewmodels.basic import ProblemView


@dataclass(frozen=True, slots=True)
class SignInState:
    """The first page. `busy`: what is being done; `locked_for_s`: running seconds left of a lock-out, 0 for none.

    `offers_recovery`: the store was put back to an older copy, and the clerk may let it go on. `is_revoked`: the
    platform has revoked this device, nobody signs in here any more.

    The fields take keys from the first paint on, before anything was loaded: `place` is empty until then.
    """

    place: str = ""
    mark: str = ""
    number: str = ""
    seal_at_hand: bool = False
    busy: str = ""
    locked_for_s: int = 0
    problem: ProblemView | None = None
    offers_recovery: bool = False
    is_revoked: bool = False

    @property
    def can_sign_in(self) -> bool:
        """Whether trying makes sense now."""
        return not self.busy and not self.locked_for_s and not self.is_revoked

    @property
    def can_recover(self) -> bool:
        """Whether going on with a store that was put back makes sense now."""
        return self.offers_recovery and self.can_sign_in


@dataclass(frozen=True, slots=True)
class LockState:
    """The locked desk."""

    clerk: str = ""
    drafts: int = 0
    busy: str = ""
    locked_for_s: int = 0
    problem: ProblemView | None = None

    @property
    def can_unlock(self) -> bool:
        """Whether trying makes sense now."""
        return not self.busy and not self.locked_for_s
