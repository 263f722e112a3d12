"""Lawful sources (来源) of a form element: where its value may come from without anybody typing it.

    card:name                       the identity document of the applicant
    card@agent:name                 another person's document
    licence:business_licence.name   an electronic licence (电子证照)
    result:B04.credit_code          the result of a matter that comes before in the package
    computed:age(g.P1.birth_date)   worked out from other elements

A default or a guess is no source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Origin = Literal["card", "licence", "result", "computed"]

CardRole = Literal["applicant", "agent", "legal_representative", "second_parent", "spouse", "guardian"]
"""Whose document is read."""

ROLE_LABELS: Mapping[CardRole, str] = {
    "applicant": "本人",
    "agent": "代理人",
    "legal_representative": "法定代表人（负责人）",
    "second_parent": "父母另一方",
    "spouse": "配偶",
    "guardian": "监护人",
}

APPLICANT: CardRole = "applicant"

_CARD = re.compile(r"card(?:@([a-z_]+))?:([a-z_]+)")
_DOTTED = re.compile(r"(licence|result):([A-Za-z0-9_]+)\.([A-Za-z0-9_]+)")
_COMPUTED = re.compile(r"computed:([a-z_]+)\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Source:
    """One source. `of`: the role of a card, the kind of a licence, the matter of a result, the name of a function.

    `key` is what it says there, empty for a computation; `arguments` are those of a computation.
    """

    origin: Origin
    of: str
    key: str = ""
    arguments: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """As the catalogue writes it."""
        if self.origin == "computed":
            return f"computed:{self.of}({', '.join(self.arguments)})"
        if self.origin == "card":
            return f"card:{self.key}" if self.of == APPLICANT else f"card@{self.of}:{self.key}"
        return f"{self.origin}:{self.of}.{self.key}"


def source_of(text: str) -> Source:
    """Read a source as the catalogue writes it; raises `ValueError` for anything else."""
    if card := _CARD.fullmatch(text):
        role = card[1] or APPLICANT
        if role not in get_args(CardRole):
            raise ValueError(f"unknown role {role!r}")
        return Source("card", role, card[2])
    if dotted := _DOTTED.fullmatch(text):
        return Source("licence" if dotted[1] == "licence" else "result", dotted[2], dotted[3])
    if computed := _COMPUTED.fullmatch(text):
        arguments = tuple(part.strip() for part in computed[2].split(",")) if computed[2].strip() else ()
        return Source("computed", computed[1], "", arguments)
    raise ValueError(f"no source {text!r}")
