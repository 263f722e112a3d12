"""What the counter knows at one moment, as plain values: everything its page is made from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from clerk_app.domain.form import Missing, missing, plain
from clerk_app.domain.materials import needed_materials
from clerk_app.domain.outcomes import ACCEPTED, RECEIVED, Outcome
from clerk_app.domain.powers import power_now
from clerk_app.domain.taking_in import blocks
from clerk_app.domain.visit import RatingState

if TYPE_CHECKING:
    from datetime import date

    from clerk_app.domain.applicant import ReadSource
    from clerk_app.domain.case import Case
    from clerk_app.domain.draft import Draft
    from clerk_app.domain.hints import HintRule
    from clerk_app.domain.identity import IdentityDocument
    from clerk_app.domain.matter import Matter, Power
    from clerk_app.domain.workdays import Calendar
    from clerk_app.services.rows import PrintJob
    from ui.viewmodels.basic import ProblemView
    from ui.viewmodels.counter_state import Stage
    from ui.viewmodels.parts import SaveState

Act = Literal["", "reading", "opening", "taking_in", "ending", "parking", "resuming", "attaching"]
"""What is being done right now; nothing else may begin meanwhile."""

RatingWord = RatingState | Literal["waiting"]
"""How the invitation stands, as far as the clerk may know. `waiting`: the visit before is still being rated."""


@dataclass(frozen=True, slots=True)
class Preparing:
    """A matter of the visit that has no outcome yet."""

    draft: Draft
    matter: Matter


@dataclass(frozen=True, slots=True)
class Finished:
    """A matter of the visit with its outcome; `case` where the outcome made one, `way` the stages it went through."""

    name: str
    outcome: Outcome
    case: Case | None = None
    way: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """The visit at the counter. `id` is empty until the first fact of it is written.

    `current` is the id of the draft being worked at; `present` None while nobody has answered. `opened_hints` are the
    codes of the sensitive policy hints that were opened.
    """

    stage: Stage = "idle"
    id: str = ""
    document: IdentityDocument | None = None
    read_by: ReadSource = "card"
    present: bool | None = None
    ticket: str | None = None
    preparing: tuple[Preparing, ...] = ()
    current: str = ""
    finished: tuple[Finished, ...] = ()
    opened_hints: frozenset[str] = frozenset()

    @property
    def work(self) -> Preparing | None:
        """What is being worked at."""
        return next((item for item in self.preparing if item.draft.id == self.current), None)

    @property
    def is_over(self) -> bool:
        """Whether every matter of it has its outcome, and there was one."""
        return bool(self.finished) and not self.preparing

    def with_draft(self, draft: Draft) -> VisitFacts:
        """The visit with `draft` in place of the one of the same id."""
        changed = tuple(replace(item, draft=draft) if item.draft.id == draft.id else item for item in self.preparing)
        return replace(self, preparing=changed)


@dataclass(frozen=True, slots=True)
class ParkedVisit:
    """A visit that waits to be gone on with. `left_over`: not parked, but left by a crash or a closed window."""

    id: str
    name: str
    matters: tuple[str, ...]
    since_ms: int
    left_over: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The circumstances of every act: the day, the working days, the line, the seal."""

    today: date
    calendar: Calendar
    is_online: bool = False
    seal_at_hand: bool = False

    def power(self, matter: Matter) -> Power:
        """How far the window may go with `matter` now."""
        return power_now(matter, online=self.is_online, seal_at_hand=self.seal_at_hand)

    def outcome(self, matter: Matter) -> Outcome:
        """The outcome behind the one primary action."""
        return RECEIVED if self.power(matter) == "receive" else ACCEPTED


@dataclass(frozen=True, slots=True)
class HintRules:
    """The rules of policy hints with the label of the catalogue they come from (示例数据)."""

    rules: tuple[HintRule, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class CounterFacts:
    """Everything the counter shows. `uploaded`: the platform has signed for every case of this visit.

    `rules`: those of the catalogue's policy hints.
    """

    around: Surroundings
    visit: VisitFacts = field(default_factory=VisitFacts)
    parked: tuple[ParkedVisit, ...] = ()
    act: Act = ""
    saved: SaveState = "none"
    prints: tuple[PrintJob, ...] = ()
    rating: RatingWord = "none"
    uploaded: bool = False
    rules: HintRules = field(default_factory=HintRules)
    problem: ProblemView | None = None

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What the matter at hand still lacks, in the order of the paper."""
        work = self.visit.work
        return missing(work.matter, work.draft, self.around.today) if work else ()

    @property
    def blocking(self) -> tuple[Missing, ...]:
        """What of it stands in the way of the primary action."""
        work = self.visit.work
        return blocks(self.missing, self.around.outcome(work.matter)) if work else ()


def has_materials_step(work: Preparing) -> bool:
    """Whether the materials need a look of their own: not where reading the card has settled them all."""
    by_reader = work.draft.read_by == "card"
    return any(not (need.by_card and by_reader) for need in needed_materials(work.matter, plain(work.draft.values)))


def way_of(work: Preparing) -> tuple[Stage, ...]:
    """The stages a matter goes through; empty ones are skipped."""
    if work.matter.is_short:
        return ("person", "matter", "form", "done")
    materials: tuple[Stage, ...] = ("materials",) if has_materials_step(work) else ()
    return ("person", "matter", *materials, "form", "check", "done")


def first_stage(work: Preparing) -> Stage:
    """Where work at a draft begins or goes on: at the materials while one is open, else at the form."""
    if work.matter.is_short or not has_materials_step(work):
        return "form"
    needed = needed_materials(work.matter, plain(work.draft.values))
    items = (work.draft.material(need.code) for need in needed)
    return "materials" if any(item is None or not item.is_settled for item in items) else "form"
