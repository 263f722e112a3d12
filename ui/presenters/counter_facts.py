"""What the counter knows at one moment, as plain values: everything its page is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from clerk_app.domain.form import Missing, missing, plain
from clerk_app.domain.materials import needed_materials
from clerk_app.domain.outcomes import ACCEPTED, DEFERRED, RECEIVED, Outcome
from clerk_app.domain.powers import power_now
from clerk_app.domain.situations import asked_now
from clerk_app.domain.taking_in import blocks
from clerk_app.domain.visit import RatingState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from clerk_app.domain.applicant import ReadSource
    from clerk_app.domain.case import Case
    from clerk_app.domain.draft import Draft
    from clerk_app.domain.filling import ReadDocument
    from clerk_app.domain.hints import HintRule
    from clerk_app.domain.identity import IdentityDocument
    from clerk_app.domain.matter import Channel, Matter, Power
    from clerk_app.domain.one_thing import OneThing
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
    """A matter of the visit that has no outcome yet.

    Of a package `one` is what it comes to with the answers and choices of now, `matter` the same in the shape of a
    matter, and `names` are those of all its children by code, also of those that take no part.
    """

    draft: Draft
    matter: Matter
    one: OneThing | None = None
    names: Mapping[str, str] = field(default_factory=dict)


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
    codes of the sensitive policy hints that were opened. `leaf` is the page of the answers that the second screen shows
    for checking, where they do not fit on one.
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
    leaf: int = 0

    @property
    def work(self) -> Preparing | None:
        """What is being worked at."""
        return next((item for item in self.preparing if item.draft.id == self.current), None)

    @property
    def is_over(self) -> bool:
        """Whether every matter of it has its outcome, and there was one."""
        return bool(self.finished) and not self.preparing

    def with_work(self, work: Preparing) -> VisitFacts:
        """The visit with `work` in place of what was prepared in the draft of the same id."""
        changed = tuple(work if item.draft.id == work.draft.id else item for item in self.preparing)
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
    """The circumstances of every act: the day, the working days, the line, the seal, where the desk serves."""

    today: date
    calendar: Calendar
    is_online: bool = False
    seal_at_hand: bool = False
    channel: Channel = "hall"

    def power(self, matter: Matter) -> Power:
        """How far the window may go with `matter` now."""
        return power_now(matter, online=self.is_online, seal_at_hand=self.seal_at_hand)

    def outcome(self, matter: Matter) -> Outcome:
        """As far as the window may go with `matter` if nothing is missing."""
        return RECEIVED if self.power(matter) == "receive" else ACCEPTED


@dataclass(frozen=True, slots=True)
class HintRules:
    """The rules of policy hints with the label of the catalogue they come from (示例数据)."""

    rules: Sequence[HintRule] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class CounterFacts:
    """Everything the counter shows. `uploaded`: the platform has signed for every case of this visit.

    `rules`: those of the catalogue's policy hints. `other`: a card that was read and nobody has said whose it is.
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
    other: ReadDocument | None = None

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What the matter at hand still lacks, in the order of the paper."""
        work = self.visit.work
        return missing(work.matter, work.draft, self.around.today) if work else ()

    @property
    def blocking(self) -> tuple[Missing, ...]:
        """What of it stands in the way of the primary action."""
        work = self.visit.work
        return blocks(self.missing, outcome_now(work, self.around)) if work else ()


def deferred_now(work: Preparing, around: Surroundings) -> tuple[str, ...]:
    """The papers that come later (容缺), by code; none unless the window may accept and all that lacks may wait."""
    lacking = [item for item in missing(work.matter, work.draft, around.today) if item.kind == "material"]
    chosen = tuple(item.anchor for item in lacking if comes_later(item, work, around))
    return chosen if len(chosen) == len(lacking) else ()


def comes_later(item: Missing, work: Preparing, around: Surroundings) -> bool:
    """Whether a missing paper was chosen to come later, where the window may accept without it."""
    given = work.draft.material(item.anchor) if item.severity == "should" else None
    return given is not None and given.state == "deferred" and around.outcome(work.matter) is ACCEPTED


def outcome_now(work: Preparing, around: Surroundings) -> Outcome:
    """The outcome behind the one primary action."""
    return DEFERRED if deferred_now(work, around) else around.outcome(work.matter)


def has_situations_step(work: Preparing) -> bool:
    """Whether there is anything to ask or to choose before the materials."""
    optional = work.one is not None and any(child.optional for child in work.one.package.children)
    return bool(work.matter.situations) or optional


def open_situations(work: Preparing) -> bool:
    """Whether a question is asked now and has no answer yet."""
    answers = plain(work.draft.values)
    return any(not answers.get(question.code) for question in asked_now(work.matter.situations, answers))


def has_materials_step(work: Preparing) -> bool:
    """Whether the materials need a look of their own: not where reading the card has settled them all."""
    by_reader = work.draft.read_by == "card"
    return any(not (need.by_card and by_reader) for need in needed_materials(work.matter, plain(work.draft.values)))


def way_of(work: Preparing) -> tuple[Stage, ...]:
    """The stages a matter goes through; empty ones are skipped."""
    if work.matter.is_short:
        return ("person", "matter", "form", "done")
    situations: tuple[Stage, ...] = ("situations",) if has_situations_step(work) else ()
    materials: tuple[Stage, ...] = ("materials",) if has_materials_step(work) else ()
    return ("person", "matter", *situations, *materials, "form", "check", "done")


def first_stage(work: Preparing) -> Stage:
    """Where work at a draft begins or goes on: at the first step where something is open, else at the form."""
    if work.matter.is_short:
        return "form"
    if open_situations(work):
        return "situations"
    if not has_materials_step(work):
        return "form"
    needed = needed_materials(work.matter, plain(work.draft.values))
    items = (work.draft.material(need.code) for need in needed)
    return "materials" if any(item is None or not item.is_settled for item in items) else "form"
