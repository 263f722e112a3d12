"""Any package that could be: matters, what they ask, what they bring, what comes after what, on what it hangs.

Hypothesis draws the size and a seed, and chance fills the rest: a package is some two hundred choices, and drawing each
of them would take a hundred times as long as merging it. The smallest package that fails is still found by its size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

from clerk_app.domain.conditions import AllOf, AnyOf, Condition, Not, OneOf, both
from clerk_app.domain.elements import FieldGroup
from clerk_app.domain.matter import Matter
from clerk_app.domain.needs import LicenceUse, MaterialNeed, OriginalNeed
from clerk_app.domain.packages import Child, Package
from clerk_app.domain.situations import Situation
from tests.unit.domain.merging import brings, group, matter, need, package

T = TypeVar("T")

CODES = ("B01", "B02", "B03", "B04", "B05", "B06", "B07")
MATERIALS = ("M01", "M02", "M03", "N01", "N02")
GROUPS = tuple(group(f"g.X{place}", ("a", "b", "c"), position=place) for place in range(4))
FIELDS = tuple(field.code for held in GROUPS for field in held.fields)
SITUATIONS = (
    Situation("q.a", "甲？", ("是", "否")),
    Situation("q.b", "乙？", ("是", "否"), when=OneOf("q.a", ("是",))),
    Situation("q.c", "丙？", ("是", "否")),
)
LICENCE_USES: tuple[LicenceUse, ...] = (True, False, "partly")
ORIGINALS: tuple[OriginalNeed, ...] = ("none", "seen", "kept")


@dataclass(frozen=True)
class Made:
    """A package with its matters and some answers; `chance` is for what a test decides itself."""

    package: Package
    matters: dict[str, Matter]
    answers: dict[str, str]
    chance: Random

    @property
    def optional(self) -> list[str]:
        """The children that may be left out."""
        return sorted(child.matter for child in self.package.children if child.optional)

    def some(self, things: Sequence[T]) -> set[T]:
        """Some of these."""
        return {thing for thing in things if self.chance.random() < 0.5}

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """All of these in another order."""
        return self.chance.sample(list(things), len(things))


def made_packages() -> st.SearchStrategy[Made]:
    """A package whose graph has no circle, its children in any order."""
    return st.builds(make_package, st.integers(1, len(CODES)), st.integers(0, 2**32))


def make_package(size: int, seed: int) -> Made:
    """The package of this size and seed."""
    chance = Random(seed)
    order = chance.sample(CODES, size)
    children = [
        Child(
            code,
            after=tuple(chance.sample(order[:place], chance.randint(0, min(place, 2)))),
            optional=chance.random() < 0.5,
            when=_perhaps(chance),
        )
        for place, code in enumerate(order)
    ]
    return Made(
        package(*chance.sample(children, size), situations=SITUATIONS, promised=chance.randint(1, 20)),
        {code: _matter(code, chance) for code in order},
        {one.code: chance.choice(one.choices) for one in SITUATIONS if chance.random() < 0.6},
        chance,
    )


def _matter(code: str, chance: Random) -> Matter:
    """Any matter; what its result brings is not on its own form."""
    produces = brings(
        *chance.sample(MATERIALS, chance.randint(0, 2)), fields=chance.sample(FIELDS, chance.randint(0, 2))
    )
    groups = [_taken(held, produces.fields, chance) for held in chance.sample(GROUPS, len(GROUPS))]
    return matter(
        code,
        days=chance.randint(0, 9),
        needs=[_need(one, chance) for one in chance.sample(MATERIALS, chance.randint(0, len(MATERIALS)))],
        groups=[held for held in groups if held is not None],
        produces=produces,
        situations=SITUATIONS,
        site_check=chance.random() < 0.5,
        department=chance.choice(("市监", "城管", "卫健")),
    )


def _taken(held: FieldGroup, brought: frozenset[str], chance: Random) -> FieldGroup | None:
    fields = tuple(field for field in held.fields if field.code not in brought)
    if not fields or chance.random() < 0.5:
        return None
    when = _perhaps(chance)
    hanging = (_perhaps(chance) if chance.random() < 0.3 else None for _ in fields)
    conditions = [both(when, own) for own in hanging]
    fields = tuple(replace(field, when=own) for field, own in zip(fields, conditions, strict=True))
    return replace(held, fields=fields, when=when)


def _need(code: str, chance: Random) -> MaterialNeed:
    return need(
        code,
        copies=chance.randint(0, 3),
        by_card=chance.random() < 0.5,
        e_licence=chance.choice(LICENCE_USES),
        reusable=chance.random() < 0.5,
        deferrable=chance.random() < 0.5,
        promise=chance.random() < 0.5,
        original=chance.choice(ORIGINALS),
        paper_required=chance.random() < 0.5,
        required=chance.random() < 0.7,
        when=_perhaps(chance),
    )


def _perhaps(chance: Random) -> Condition | None:
    return _condition(chance, 2) if chance.random() < 0.35 else None


def _condition(chance: Random, depth: int) -> Condition:
    """Any condition over the questions."""
    kind = chance.randint(0, 5) if depth else 5
    if kind == 0:
        return Not(_condition(chance, depth - 1))
    if kind in (1, 2):
        parts = (_condition(chance, depth - 1), _condition(chance, depth - 1))
        return AllOf(parts) if kind == 1 else AnyOf(parts)
    asked = chance.choice(SITUATIONS)
    return OneOf(asked.code, (chance.choice(asked.choices),))
