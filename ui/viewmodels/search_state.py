"""Finding things by Chinese, pinyin, initials, code or everyday words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ui.viewmodels.basic import ProblemView

HitKind = Literal["matter", "package", "case", "elsewhere"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found; `key` is the code of a matter or package or a case number.

    `note` is what helps to tell hits apart, `chip` a word for what it is where that is not plain (一件事).

    `elsewhere`: a case that is not here and can be asked of the platform.
    """

    kind: HitKind
    key: str
    name: str
    note: str
    chip: str = ""


@dataclass(frozen=True, slots=True)
class SearchState:
    """A picker. `text` is what the hits answer to."""

    text: str = ""
    hits: tuple[Hit, ...] = ()
    searching: bool = False
    problem: ProblemView | None = None
