"""The work list: cases as rows, one in detail, its history from the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ui.viewmodels.basic import Choice, ProblemView
from ui.viewmodels.parts import NO_CHIP, ChipView, FieldView, TextRow

FilterKey = Literal["todo", "open", "owed", "closed", "all"]


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case in the list. `number` is the key, `shown` its grouped form.

    `due_part`: how much of the promised time is used, 0 to 1; None where nothing was promised.
    """

    number: str
    shown: str
    applicant: str
    matter: str
    status: ChipView
    due: str
    due_part: float | None
    uploaded: ChipView


@dataclass(frozen=True, slots=True)
class FilterView:
    """One filter with its count; the count is left out where it says nothing."""

    key: str
    label: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class EventView:
    """One line of the history: what happened, when, and who."""

    text: str
    when: str


@dataclass(frozen=True, slots=True)
class LaneView:
    """A child of a package on the time scale of the whole; places run from 0 to 1.

    `begin` is None while it waits. It ran until `reached`; `until` is its last day, None where it has none. `ended`: a
    decision is there, `good` if it was granted.
    """

    name: str
    chip: ChipView
    note: str = ""
    begin: float | None = None
    reached: float = 0.0
    until: float | None = None
    ended: bool = False
    good: bool = True


@dataclass(frozen=True, slots=True)
class ScaleView:
    """The time scale of a package: its first day, its last, and where today stands, if between them."""

    first: str
    last: str
    today: float | None = None


@dataclass(frozen=True, slots=True)
class ResultAsk:
    """A result that can be registered: the case or child of a package that has it, and the lines to type.

    `corrects`: it was registered already, and the lines hold what was said. `number` is that of the case or child. The
    line `DOCUMENT_NUMBER` is the number on the document, every other one an item of its data by key.
    """

    number: str
    label: str
    document: str
    fields: tuple[FieldView, ...]
    corrects: bool = False


DOCUMENT_NUMBER = "document:number"


@dataclass(frozen=True, slots=True)
class CaseDetail:
    """One case. `task`: what the clerk must do about it, if anything. `papers`: documents with how they stand.

    `to_settle`: it holds something that a person settles, by the page's primary action; where it holds nothing of that
    kind, the same takes in one of the papers `to_come` (容缺), or registers one of the results `to_register`, or
    corrects one (`to_correct`) where nothing else is left to be done.
    """

    number: str
    shown: str
    matter: str
    subtitle: str
    uploaded: ChipView = NO_CHIP
    task: ProblemView | None = None
    to_settle: bool = False
    facts: tuple[TextRow, ...] = ()
    papers: tuple[TextRow, ...] = ()
    events: tuple[EventView, ...] = ()
    lanes: tuple[LaneView, ...] = ()
    scale: ScaleView | None = None
    to_come: tuple[Choice, ...] = ()
    to_register: tuple[ResultAsk, ...] = ()
    to_correct: tuple[ResultAsk, ...] = ()

    @property
    def results(self) -> tuple[ResultAsk, ...]:
        """What the primary action asks about: results that are not there yet, else those that may be corrected."""
        return self.to_register or self.to_correct


@dataclass(frozen=True, slots=True)
class CasesState:
    """The page. `loading`: the first rows are on their way; `problem`: they could not be read.

    `notice`: how taking up a case of another desk goes, or why it did not.
    """

    rows: tuple[CaseLine, ...] = ()
    filters: tuple[FilterView, ...] = ()
    current: FilterKey = "open"
    text: str = ""
    selected: str | None = None
    detail: CaseDetail | None = None
    loading: bool = False
    problem: ProblemView | None = None
    notice: ProblemView | None = None
