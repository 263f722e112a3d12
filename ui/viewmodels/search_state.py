"""Finding things by Chinese, pinyin, initials, code or everyday words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ui.viewmodels.basic import ProblemView

HitKind = Literal["matter", "package", "case", "elsewhere", "notice", "appeal"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found; `key` is the code of a matter or package or a case number.

    `note` is what helps to tell hits apart, `chip` a word for what it is where that is not plain (一件事). `heading`: a
    group begins with it.

    `elsewhere`: a case that is not here and can be asked of the platform.
    """

    kind: HitKind
    key: str
    name: str
    note: str
    chip: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class FilterView:
    """A filter: Alt and `digit` turn it on and off."""

    digit: int
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class SearchState:
    """A picker. `text` and the chosen `filters` are what the hits answer to; a picker without filters has none."""

    text: str = ""
    hits: tuple[Hit, ...] = ()
    searching: bool = False
    problem: ProblemView | None = None
    filters: tuple[FilterView, ...] = ()

    @property
    def is_filtered(self) -> bool:
        """Whether some of what there is stays hidden."""
        return any(view.chosen for view in self.filters)
