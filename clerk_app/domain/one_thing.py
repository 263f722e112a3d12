"""One thing (一件事): a package for certain answers, as the notice, the form and the departments need it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Literal, TypeVar

from clerk_app.domain.conditions import Answers, Rule
from clerk_app.domain.elements import FieldGroup
from clerk_app.domain.fees import Fee
from clerk_app.domain.matter import Matter
from clerk_app.domain.merged_parts import MergedField, MergedMaterial, Product
from clerk_app.domain.packages import Package
from clerk_app.domain.situations import Situation

Value = TypeVar("Value")
Item = TypeVar("Item")

DropReason = Literal["situation", "choice"]
"""Why a child is not part: its situation does not hold, or the citizen left it out."""


@dataclass(frozen=True, slots=True)
class Step:
    """A child that takes part, with its own clock.

    `after`: it begins with the results of these (待前置 until then); none: it begins with the intake. `level` counts
    the steps before it; `begins` and `ends` are days after acceptance if every promised limit is used up (当场 0).
    `certain`: false while the question it hangs on is open. `fields` and `materials` are what it takes out of the one
    form and the one set, `awaited_fields` and `awaited_materials` what earlier results bring to it.
    """

    matter: Matter
    level: int
    after: tuple[str, ...]
    begins: int
    ends: int
    optional: bool
    certain: bool
    fields: tuple[str, ...]
    awaited_fields: tuple[str, ...]
    materials: tuple[str, ...]
    awaited_materials: tuple[str, ...]

    @property
    def element_count(self) -> int:
        """Data elements this child needs for itself."""
        wanted = {*self.fields, *self.awaited_fields}
        return sum(field.count for field in self.matter.fields if field.code in wanted)

    @property
    def waits(self) -> bool:
        """Whether it waits for the result of another child."""
        return bool(self.after)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A child that takes no part, and why."""

    matter: str
    reason: DropReason


@dataclass(frozen=True, slots=True)
class Days:
    """Days in the unit of the package: one after another (当场 counts 1), along the longest path (当场 0), promised."""

    serial: int
    parallel: int
    promised: int


@dataclass(frozen=True, slots=True)
class Count:
    """A figure for the children one by one, and for the one thing."""

    before: int
    after: int

    @property
    def saved(self) -> int:
        """What the citizen is spared."""
        return self.before - self.after


@dataclass(frozen=True)
class OneThing:
    """A package for certain answers and choices.

    `situations` are the questions to ask now, `questions` all that may come, in the order of asking; `fields` and
    `materials` what is asked once, `products` what earlier results bring. `site_checks` are the visits of the
    inspectors: the children of one entry are looked at together (联合踏勘). `steps` stand in the order of the work, by
    level and code.
    """

    package: Package
    answers: Answers
    steps: tuple[Step, ...]
    dropped: tuple[Dropped, ...]
    situations: tuple[Situation, ...]
    groups: tuple[FieldGroup, ...]
    fields: tuple[MergedField, ...]
    materials: tuple[MergedMaterial, ...]
    products: tuple[Product, ...]
    site_checks: tuple[tuple[str, ...], ...]
    fees: tuple[tuple[str, Fee], ...]
    rules: tuple[Rule, ...]
    days: Days
    questions: tuple[Situation, ...] = ()

    @cached_property
    def order(self) -> tuple[tuple[str, ...], ...]:
        """The children by level: those of one level run side by side."""
        levels: dict[int, list[str]] = defaultdict(list)
        for step in self.steps:
            levels[step.level].append(step.matter.code)
        return tuple(tuple(levels[level]) for level in sorted(levels))

    @property
    def departments(self) -> tuple[str, ...]:
        """The departments that take part, short, each once, in the order of the work."""
        return tuple(dict.fromkeys(step.matter.department_short for step in self.steps))

    @property
    def field_count(self) -> Count:
        """Data elements: needed by each child for itself, and asked on the one form."""
        before = sum(step.element_count for step in self.steps)
        return Count(before, sum(item.field.count for item in self.fields))

    @property
    def material_count(self) -> Count:
        """Materials: handed in to each child, and once."""
        before = sum(len(step.materials) + len(step.awaited_materials) for step in self.steps)
        return Count(before, len(self.materials))

    @property
    def visit_count(self) -> Count:
        """Times the citizen comes."""
        visits = [step.matter.visits for step in self.steps]
        return Count(sum(visits), max(visits, default=0))

    @property
    def site_check_count(self) -> Count:
        """Times somebody comes to look."""
        return Count(sum(step.matter.site_check for step in self.steps), len(self.site_checks))

    @property
    def day_count(self) -> Count:
        """Days: one matter after another, and as promised for the whole."""
        return Count(self.days.serial, self.days.promised)

    @property
    def sourced(self) -> int:
        """Data elements of the one form that a lawful source fills: a card, an electronic licence, a computation."""
        return sum(item.sourced for item in self.fields)

    @property
    def brought(self) -> int:
        """Data elements no form asks for, because an earlier result brings them."""
        sizes = {field.code: field.count for step in self.steps for field in step.matter.fields}
        return sum(sizes[product.code] for product in self.products if product.is_field)

    @property
    def filled(self) -> int:
        """Data elements that fill themselves, at the counter or when an earlier result arrives."""
        return self.sourced + self.brought

    def step(self, code: str) -> Step | None:
        """The step of this matter, or None."""
        return next((step for step in self.steps if step.matter.code == code), None)


@dataclass(frozen=True, slots=True)
class Payload(Generic[Value, Item]):
    """What one child gets out of the one form and the one set, and what still has to come from earlier results."""

    matter: str
    values: Mapping[str, Value]
    materials: Mapping[str, Item]
    awaited_fields: tuple[str, ...]
    awaited_materials: tuple[str, ...]


def payload(
    one: OneThing, code: str, values: Mapping[str, Value], materials: Mapping[str, Item]
) -> Payload[Value, Item]:
    """Project the one form and the one set back to one child; raises `KeyError` for a matter that takes no part.

    What an earlier result has filled by then is handed on too.
    """
    step = one.step(code)
    if step is None:
        raise KeyError(code)
    wanted, papers = (*step.fields, *step.awaited_fields), (*step.materials, *step.awaited_materials)
    return Payload(
        matter=code,
        values={field: values[field] for field in wanted if field in values},
        materials={material: materials[material] for material in papers if material in materials},
        awaited_fields=tuple(field for field in step.awaited_fields if field not in values),
        awaited_materials=tuple(material for material in step.awaited_materials if material not in materials),
    )


def ready(one: OneThing, finished: Collection[str]) -> tuple[Step, ...]:
    """The steps that may begin once the results of `finished` are there, and have not ended themselves."""
    return tuple(
        step for step in one.steps if step.matter.code not in finished and all(code in finished for code in step.after)
    )
