"""The second screen: only the visit at the counter, numbers masked, and never a grade."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from clerk_app.domain import case_number
from clerk_app.domain.ratings import PadState
from ui.presenters.check import LEAF, citizen_rows, leaves
from ui.presenters.children import saved_text
from ui.presenters.counter_facts import VisitFacts
from ui.say import say
from ui.viewmodels.citizen_state import CitizenState


@dataclass(frozen=True, slots=True)
class Shown:
    """What is rated: the matters of the visit, its last case number, and the page behind its QR code."""

    matters: str = ""
    number: str = ""
    progress_url: str = ""


@dataclass(frozen=True, slots=True)
class CitizenFacts:
    """`rating` while an invitation is open; `thanks` for the few seconds after it was settled."""

    hall: str
    window: str
    clerk: str
    clerk_number: str
    mark: str = ""
    visit: VisitFacts = field(default_factory=VisitFacts)
    rating: Shown | None = None
    timeout_s: int = 60
    thanks: PadState | None = None


def citizen_state(facts: CitizenFacts) -> CitizenState:
    """Rating before thanks before check before idle: who is being asked is not interrupted by who comes next."""
    base = CitizenState(place=facts.hall, window=_window_text(facts), mark=facts.mark)
    if facts.rating is not None:
        return replace(
            base,
            page="rating",
            matters=facts.rating.matters,
            number=case_number.grouped(facts.rating.number) if facts.rating.number else "",
            timeout_s=facts.timeout_s,
            progress_url=facts.rating.progress_url,
        )
    if facts.thanks is not None:
        return replace(base, page="thanks", thanks=facts.thanks)
    work = facts.visit.work if facts.visit.stage in ("form", "check") else None
    if work is None or not (facts.visit.stage == "check" or work.matter.is_short):
        return base
    rows, first = citizen_rows(work), facts.visit.leaf * LEAF
    return replace(
        base,
        page="check",
        matters=work.matter.name,
        rows=rows[first : first + LEAF],
        leaf=facts.visit.leaf + 1,
        leaves=leaves(work),
        saved=saved_text(work.one),
    )


def shown_of(visit: VisitFacts, progress_url: str) -> Shown:
    """What the rating page says of a visit that is over."""
    numbers = [item.case.number for item in visit.finished if item.case is not None]
    return Shown("、".join(item.name for item in visit.finished), numbers[-1] if numbers else "", progress_url)


def _window_text(facts: CitizenFacts) -> str:
    number = say("工号 {number}", number=facts.clerk_number) if facts.clerk_number else ""
    return " · ".join(filter(None, (facts.window, facts.clerk, number)))
