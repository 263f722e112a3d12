"""The 办不成事 register: records as rows, one in detail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ui.viewmodels.basic import ProblemView
from ui.viewmodels.cases import EventView, FilterView
from ui.viewmodels.parts import ChipView, TextRow

AppealStep = Literal["handle", "visit"]


@dataclass(frozen=True, slots=True)
class AppealLine:
    """One record in the list."""

    number: str
    when: str
    why: str
    matter: str
    unit: str
    status: ChipView


@dataclass(frozen=True, slots=True)
class AppealDetail:
    """One record. `step`: what comes next, None once it is closed."""

    number: str
    shown: str
    title: str
    status: ChipView
    facts: tuple[TextRow, ...] = ()
    events: tuple[EventView, ...] = ()
    step: AppealStep | None = None
    step_label: str = ""


@dataclass(frozen=True, slots=True)
class AppealsState:
    """The page. `loading`: the first rows are on their way."""

    rows: tuple[AppealLine, ...] = ()
    filters: tuple[FilterView, ...] = ()
    current: str = "open"
    selected: str | None = None
    detail: AppealDetail | None = None
    loading: bool = False
    problem: ProblemView | None = None
