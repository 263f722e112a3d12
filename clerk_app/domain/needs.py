"""Materials (材料) as the catalogue knows them: the dictionary, and what a matter asks of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clerk_app.domain.conditions import Condition
from clerk_app.domain.sources import APPLICANT

OriginalNeed = Literal["none", "seen", "kept"]
"""What is done with an original, in rising strictness: not asked for, seen and given back (验原件), kept (收原件)."""

LicenceUse = bool | Literal["partly"]
"""Whether an electronic licence replaces the paper; `partly`: only for a part, or only in some offices."""

DEFER_DAYS = 10
"""Working days for a deferred material unless the matter says otherwise."""


@dataclass(frozen=True, slots=True)
class Material:
    """An entry of the dictionary. `issuer` is who makes it (政府核发, 申请人自备, 其他); `where` says where to get it.

    `licence` is the kind of electronic licence that replaces it, `printed` whether the program prints it from the form,
    `sample` what a good one looks like. `original`: what is done with it where a matter does not say otherwise.
    """

    code: str
    name: str
    issuer: str = ""
    licence: str | None = None
    where: str = ""
    printed: bool = False
    sample: str = ""
    original: OriginalNeed = "seen"


@dataclass(frozen=True, slots=True)
class MaterialNeed:
    """A material the matter asks for.

    `by_card`: reading the card satisfies it (免提交). `e_licence`: an electronic licence replaces the paper.
    `reusable`: a copy in the licence library may be used again. `deferrable`: 容缺 allowed, for `defer_days` working
    days. `promise`: 告知承诺 replaces it. `copies`: sheets of paper; `paper_required`: the department insists on its
    own. `required`: false for 非必要. `when`: needed only in that situation; while the question is unanswered it counts
    as needed, so that the citizen hears of everything at once. `accepts` tells which papers are good for it.
    """

    code: str
    name: str
    accepts: str = ""
    copies: int = 1
    by_card: bool = False
    e_licence: LicenceUse = False
    reusable: bool = False
    deferrable: bool = False
    promise: bool = False
    when: Condition | None = None
    original: OriginalNeed = "seen"
    paper_required: bool = False
    defer_days: int = DEFER_DAYS
    required: bool = True
    material: Material | None = None

    @property
    def situational(self) -> bool:
        """Whether only some situations need it."""
        return self.when is not None


@dataclass(frozen=True, slots=True)
class LicenceKind:
    """A kind of electronic licence and the keys of its data.

    `holders` says by whose number it is found, the first that is known: roles of documents, or elements that hold one.
    `sensitive`: that somebody holds one is nobody else's concern.
    """

    code: str
    name: str
    keys: tuple[str, ...]
    sensitive: bool = False
    holders: tuple[str, ...] = (APPLICANT,)
