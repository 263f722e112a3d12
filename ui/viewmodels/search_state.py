"""Finding things by Chinese, pinyin, initials, code or everyday words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ui.viewmodels.basic import ProblemView

HitKind = Literal["matter", "case", "elsewhere"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found; `key` is a matter's code or a case number, `note` what helps to tell hits apart.

    `elsewhere`: a case that is not here and can be asked of the platform.
    """

    kind: HitKind
    key: str
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class SearchState:
    """A picker. `text` is what the hits answer to."""

    text: str = ""
    hits: tuple[Hit, ...] = ()
    searching: bool = False
    problem: ProblemView | None = None
