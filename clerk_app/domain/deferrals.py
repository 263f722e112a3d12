"""容缺: a case is accepted though some of its papers come later, each by a day that the paper names.

Only where the catalogue allows it and the applicant chooses it. Until the last one is in nothing is granted; what comes
late is taken all the same, and everybody sees that it was late.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clerk_app.domain.materials import MaterialItem


@dataclass(frozen=True, slots=True)
class Deferral:
    """One paper that comes later, the last day for it, and the day on which it came."""

    code: str
    name: str
    until: date
    supplied_on: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has not come yet."""
        return self.supplied_on is None

    def is_late(self, today: date) -> bool:
        """Whether its day has passed without it, or it came after."""
        return (self.supplied_on or today) > self.until


@dataclass(frozen=True, slots=True)
class Owed:
    """What the citizen still owes an open case: papers to come (容缺), and promises in place of papers (告知承诺).

    A promise has no day here: the department checks it after its decision, and then it is no more owed to the window.
    """

    papers: tuple[Deferral, ...] = ()
    promises: tuple[str, ...] = ()

    @property
    def until(self) -> date | None:
        """The first of the last days; None where no paper has one."""
        return min((paper.until for paper in self.papers), default=None)


NOTHING_OWED = Owed()


def deferrals_of(materials: Iterable[MaterialItem]) -> tuple[Deferral, ...]:
    """What was deferred at the intake; raise `ValueError` for a paper without a last day."""
    found = [item for item in materials if item.state == "deferred"]
    if any(item.defer_until is None for item in found):
        raise ValueError("a deferred paper has a last day")
    return tuple(Deferral(item.code, item.name, item.defer_until) for item in found if item.defer_until)


def open_codes(deferrals: Iterable[Deferral]) -> frozenset[str]:
    """The codes of the papers that have not come yet."""
    return frozenset(known.code for known in deferrals if known.is_open)
