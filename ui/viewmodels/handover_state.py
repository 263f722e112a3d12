"""U 盘交接: which stick, what can be done with it, what lies on it, and what is carried for others."""

from __future__ import annotations

from dataclasses import dataclass

from ui.tokens import Tone
from ui.viewmodels.basic import ProblemView
from ui.viewmodels.parts import NO_CHIP, ChipView


@dataclass(frozen=True, slots=True)
class ActView:
    """What a digit does. `enabled`: it makes sense now; `primary`: the main key does the same."""

    digit: int
    label: str
    effect: str
    enabled: bool = True
    primary: bool = False


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file on the stick, or a hand-over that is carried: what it is, more in small, and how it stands."""

    text: str
    note: str
    chip: ChipView = NO_CHIP


@dataclass(frozen=True, slots=True)
class SaidView:
    """What came of the last act."""

    heading: str
    text: str
    tone: Tone = Tone.OK


@dataclass(frozen=True, slots=True)
class HandoverState:
    """The sheet. `stick`: the name of the one in front, empty without any; `stick_note`: its room, and others.

    `busy`: what is being done, `part` how much of it (0 to 1; None where nobody knows). `said` and `problem` stand
    until the next act.
    """

    stick: str = ""
    stick_note: str = ""
    acts: tuple[ActView, ...] = ()
    on_stick: tuple[FileRow, ...] = ()
    carried: tuple[FileRow, ...] = ()
    loading: bool = True
    busy: str = ""
    part: float | None = None
    said: SaidView | None = None
    problem: ProblemView | None = None
