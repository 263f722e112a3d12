"""What a person must look at: one thing at a time, both versions of it, and what can be done by one digit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ui.viewmodels.basic import ProblemView
from ui.viewmodels.parts import ChipView

AttentionKind = Literal["conflict", "recheck", "parked", "unreadable"]


@dataclass(frozen=True, slots=True)
class VersionBox:
    """One of two versions: what was done, where, when and by whom, with whether it counts."""

    text: str
    source: str
    chip: ChipView


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """What can be done: its digit, a name, and what then happens.

    `note`: the words it is recorded with; `ask_note`: what the clerk is asked to write where there are none.
    """

    digit: int
    label: str
    effect: str
    note: str = ""
    ask_note: str = ""


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """One thing. `what` happened, what is `lost`, and `next_step` where nothing can be chosen.

    `key` names it within its stream: the act of a conflict, the subject of a re-check.
    `case` is the grouped number and the matter, empty for what belongs to no case; `number` the key of that case.
    `note` is what was said about it before.
    """

    kind: AttentionKind
    stream: str
    key: str
    number: str
    case: str
    what: str
    lost: str
    versions: tuple[VersionBox, ...] = ()
    choices: tuple[ChoiceView, ...] = ()
    next_step: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class AttentionState:
    """All of it. `place` is the item in front, from 0; `busy`: a choice is being recorded."""

    items: tuple[AttentionItem, ...] = ()
    place: int = 0
    loading: bool = True
    busy: bool = False
    problem: ProblemView | None = None

    @property
    def item(self) -> AttentionItem | None:
        """The item in front."""
        return self.items[self.place] if self.place < len(self.items) else None
