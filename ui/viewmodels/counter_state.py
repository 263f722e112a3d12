"""The counter as it is shown: one visit, from the card to the paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ui.viewmodels.basic import Choice, ProblemView
from ui.viewmodels.parts import (
    NO_ACTION,
    NO_CHIP,
    ActionView,
    ChipView,
    FieldView,
    MaterialView,
    MissingView,
    SaveState,
    SectionView,
    StepView,
    TextRow,
)

Stage = Literal["idle", "person", "matter", "situations", "materials", "form", "check", "done"]


@dataclass(frozen=True, slots=True)
class PersonView:
    """The person at the counter. The number is plain here, while the visit is open, and nowhere else."""

    name: str
    line: str
    presence: ChipView
    rows: tuple[TextRow, ...]
    ticket: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One matter of the visit with how it stands."""

    text: str
    chip: ChipView = NO_CHIP


@dataclass(frozen=True, slots=True)
class ParkedView:
    """A visit that waits; `digit` resumes it."""

    digit: int
    visit: str
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class MatterView:
    """The matter being prepared."""

    code: str
    name: str
    chips: tuple[ChipView, ...] = ()
    effect: ChipView = NO_CHIP


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question on the short page, answered by one key or typed."""

    code: str
    question: str
    note: str = ""
    value: str = ""
    choices: tuple[Choice, ...] = ()
    editor: Literal["yes_no", "choice", "phone", "text", "date", "file"] = "choice"
    error: str = ""
    optional: bool = False
    placeholder: str = ""
    changed: bool = False


@dataclass(frozen=True, slots=True)
class ChildView:
    """A child of a package (子事项): who does it and from when its clock runs; or, with `part` false, why it is not."""

    name: str
    note: str
    chip: ChipView = NO_CHIP
    part: bool = True


@dataclass(frozen=True, slots=True)
class CheckView:
    """What the applicant checks before signing, and what the paper will say. `citizen`: what their screen shows."""

    groups: tuple[tuple[str, tuple[TextRow, ...]], ...]
    papers: tuple[TextRow, ...]
    in_force: str
    not_yet: str
    citizen: ChipView
    remarks: tuple[str, ...] = ()
    children: tuple[ChildView, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperView:
    """A document of this visit and how its printing stands."""

    name: str
    chip: ChipView


@dataclass(frozen=True, slots=True)
class DoneView:
    """A matter with its outcome. `number` is grouped, empty where no case was made; `later` are papers to come."""

    heading: str
    matter: str
    number: str
    in_force: str
    not_yet: str
    papers: tuple[PaperView, ...] = ()
    children: tuple[ChildView, ...] = ()
    later: str = ""
    rating: ChipView = NO_CHIP
    uploaded: ChipView = NO_CHIP


@dataclass(frozen=True, slots=True)
class HintView:
    """A policy hint. `digit` begins the matter or package `code`; 0 where nothing has to be begun (不用申请).

    A `sensitive` one was opened, and is told in the sheet alone: what lies open all the time does not name it.
    """

    digit: int
    code: str
    text: str
    leads_to: str
    reason: str
    sources: str
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class HintsView:
    """What the person may be entitled to besides. Of `closed` hints nothing is said but how many they are."""

    hints: tuple[HintView, ...] = ()
    closed: int = 0
    label: str = ""

    @property
    def count(self) -> int:
        """All of them."""
        return len(self.hints) + self.closed


NO_HINTS = HintsView()


@dataclass(frozen=True, slots=True)
class WhoseView:
    """A card that was read while a form is at hand, and who its owner may be in this matter."""

    name: str = ""
    number: str = ""
    choices: tuple[Choice, ...] = ()


NOBODY = WhoseView()
"""Nothing to tell."""


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A value that a source filled, about to be changed. `editor`: None for a table, changed in its place."""

    code: str
    label: str
    was: str
    source: str
    value: str
    editor: FieldView | None
    needs_reason: bool = False
    reason: str = ""
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class CounterState:
    """The whole page. `is_short`: the one-page counter. `busy`: what is being done right now, empty for nothing.

    `situations` are the questions of the matter and, of a package, the choice of its optional children; `sizes` says
    in a line what the answers of now come to. `consent`: the sensitive elements whose earlier answers may be used again
    if the person agrees; empty for nothing to ask.
    `produced` is what an earlier result brings and nobody hands in.
    """

    stage: Stage = "idle"
    is_short: bool = False
    person: PersonView | None = None
    presence: bool | None = None
    services: tuple[ServiceLine, ...] = ()
    parked: tuple[ParkedView, ...] = ()
    matter: MatterView | None = None
    steps: tuple[StepView, ...] = ()
    count: str = ""
    sections: tuple[SectionView, ...] = ()
    questions: tuple[QuestionView, ...] = ()
    situations: tuple[QuestionView, ...] = ()
    children: tuple[ChildView, ...] = ()
    sizes: str = ""
    missing: tuple[MissingView, ...] = ()
    materials: tuple[MaterialView, ...] = ()
    produced: tuple[MaterialView, ...] = ()
    say: str = ""
    check: CheckView | None = None
    done: DoneView | None = None
    primary: ActionView = NO_ACTION
    saved: SaveState = "none"
    is_offline: bool = False
    busy: str = ""
    problem: ProblemView | None = None
    hints: HintsView = NO_HINTS
    whose: WhoseView = NOBODY
    consent: tuple[str, ...] = ()
