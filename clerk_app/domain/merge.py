"""The merge (一件事合并): several departments' matters as one notice, one form, one set of materials.

Pure. A child that waits for another one begins with its result (待前置): it has no date of acceptance and no clock
until then, and what that result brings is not asked of anybody. Adding a child removes nothing but what it produces;
the order in which children are listed changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from clerk_app.domain import graph
from clerk_app.domain.conditions import Answers, applies, may_apply
from clerk_app.domain.elements import Field, FieldGroup
from clerk_app.domain.matter import Matter
from clerk_app.domain.merged_parts import (
    MergedField,
    MergedMaterial,
    Product,
    merged_field,
    merged_group,
    strictest,
)
from clerk_app.domain.needs import MaterialNeed
from clerk_app.domain.one_thing import Days, Dropped, DropReason, OneThing, Step
from clerk_app.domain.packages import Package
from clerk_app.domain.situations import Situation, asked_now, standing

Thing = TypeVar("Thing")
Uses = list[tuple[str, Thing]]
"""Who asks for a thing, and how: the code of the matter with its own way to ask, ordered by code."""


def merge(
    package: Package,
    matters: Mapping[str, Matter],
    answers: Answers | None = None,
    chosen: Collection[str] | None = None,
) -> OneThing:
    """The package for these answers, with the optional children in `chosen` (None: all of them).

    `matters` holds every child by code. While a question is open, what hangs on it counts as needed.
    """
    every_question = _questions(package, matters, [child.matter for child in package.children])
    counted = standing(every_question, answers or {})
    dropped = _dropped(package, counted, chosen)
    plan = _plan(package, matters, dropped)
    asked = _gather([matters[code] for code in plan.order], counted)
    fields = _merge_fields(asked, plan)
    materials = _merge_materials(asked, plan)
    steps = tuple(_step(package, matters[code], asked, plan, counted) for code in plan.order)
    return OneThing(
        package=package,
        answers=counted,
        steps=steps,
        dropped=tuple(Dropped(code, reason) for code, reason in sorted(dropped.items())),
        situations=asked_now(_questions(package, matters, plan.order), counted),
        groups=_merge_groups(asked, fields),
        fields=fields,
        materials=materials,
        products=_products(asked, plan, matters),
        site_checks=_site_checks(steps, plan),
        fees=tuple((step.matter.code, fee) for step in steps for fee in step.matter.fees),
        rules=tuple(dict.fromkeys(rule for step in steps for rule in step.matter.rules)),
        days=_days(package, steps),
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    """The order of the children that take part, and for each what the results before it bring."""

    after: Mapping[str, frozenset[str]]
    order: tuple[str, ...]
    levels: Mapping[str, int]
    before: Mapping[str, frozenset[str]]
    ends: Mapping[str, int]
    brought: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the children ask for these answers, each for itself."""

    fields: dict[str, Uses[Field]] = field(default_factory=lambda: defaultdict(list))
    needs: dict[str, Uses[MaterialNeed]] = field(default_factory=lambda: defaultdict(list))
    groups: dict[str, Uses[FieldGroup]] = field(default_factory=lambda: defaultdict(list))
    group_of: dict[str, str] = field(default_factory=dict)
    fields_of: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    needs_of: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def _questions(package: Package, matters: Mapping[str, Matter], codes: Iterable[str]) -> tuple[Situation, ...]:
    """The questions of the package, then those of its children, each once."""
    found = {situation.code: situation for situation in package.situations}
    for code in sorted(codes):
        for situation in matters[code].situations:
            found.setdefault(situation.code, situation)
    return tuple(found.values())


def _dropped(package: Package, answers: Answers, chosen: Collection[str] | None) -> dict[str, DropReason]:
    found: dict[str, DropReason] = {}
    for child in package.children:
        if not may_apply(child.when, answers):
            found[child.matter] = "situation"
        elif child.optional and chosen is not None and child.matter not in chosen:
            found[child.matter] = "choice"
    return found


def _plan(package: Package, matters: Mapping[str, Matter], dropped: Collection[str]) -> _Plan:
    """The order without the dropped children.

    Who came after a dropped one comes after those before it: what they bring is still brought, and what the dropped one
    would have brought is asked.
    """
    after = graph.without(package.after, dropped)
    before = graph.ancestors_of(after)
    products = {code: matters[code].produces.materials | matters[code].produces.fields for code in after}
    return _Plan(
        after=after,
        order=graph.in_order(after),
        levels=graph.levels_of(after),
        before=before,
        ends=graph.ends_of(after, {code: matters[code].promised.days for code in after}),
        brought={code: frozenset[str]().union(*(products[one] for one in before[code])) for code in after},
    )


def _gather(matters: Iterable[Matter], answers: Answers) -> _Asked:
    asked = _Asked()
    for matter in sorted(matters, key=lambda matter: matter.code):
        for group in matter.groups:
            for element in group.fields:
                if may_apply(element.when, answers):
                    asked.fields[element.code].append((matter.code, element))
                    asked.group_of[element.code] = group.code
                    asked.fields_of[matter.code].append(element.code)
            asked.groups[group.code].append((matter.code, group))
        for need in matter.materials:
            if may_apply(need.when, answers):
                asked.needs[need.code].append((matter.code, need))
                asked.needs_of[matter.code].append(need.code)
    return asked


def _split(code: str, uses: Uses[Thing], plan: _Plan) -> tuple[list[Thing], tuple[str, ...], tuple[str, ...]]:
    """The ways to ask for `code` that count, the children that ask, and those to which an earlier result brings it."""
    asking = [(child, use) for child, use in uses if code not in plan.brought[child]]
    awaiting = tuple(child for child, _ in uses if code in plan.brought[child])
    return [use for _, use in asking], tuple(child for child, _ in asking), awaiting


def _merge_fields(asked: _Asked, plan: _Plan) -> tuple[MergedField, ...]:
    """The elements of the one form in its order: groups as in the dictionary, elements as in their group."""
    merged = []
    to_come = _licences_to_come(asked, plan)
    for code, uses in asked.fields.items():
        asking, needed_by, awaited_by = _split(code, uses, plan)
        if asking:
            merged.append(MergedField(merged_field(asking), asked.group_of[code], needed_by, awaited_by, to_come))
    places = {code: uses[0][1].position for code, uses in asked.groups.items()}
    return tuple(sorted(merged, key=lambda one: (places[one.group], one.group, one.field.position, one.field.code)))


def _licences_to_come(asked: _Asked, plan: _Plan) -> frozenset[str]:
    """The kinds of electronic licences for materials that only a result of the package brings.

    Where one child has to hand the material in, there is a licence already: a firm that changes its name has one.
    """
    only_brought = (uses for code, uses in asked.needs.items() if not _split(code, uses, plan)[0])
    materials = (need.material for uses in only_brought for _, need in uses)
    return frozenset(material.licence for material in materials if material is not None and material.licence)


def _merge_groups(asked: _Asked, fields: Sequence[MergedField]) -> tuple[FieldGroup, ...]:
    """The groups of the one form. `fields` stand in the order of the form already."""
    held: dict[str, list[MergedField]] = defaultdict(list)
    for one in fields:
        held[one.group].append(one)
    return tuple(merged_group(asked.groups[code], ones) for code, ones in held.items())


def _merge_materials(asked: _Asked, plan: _Plan) -> tuple[MergedMaterial, ...]:
    merged = []
    for code in sorted(asked.needs):
        asking, needed_by, awaited_by = _split(code, asked.needs[code], plan)
        if asking:
            merged.append(MergedMaterial(strictest(asking), needed_by, awaited_by))
    return tuple(merged)


def _products(asked: _Asked, plan: _Plan, matters: Mapping[str, Matter]) -> tuple[Product, ...]:
    """What every child that needs it gets from an earlier result: materials by code, then elements by code."""
    found = []
    for code in sorted(asked.needs):
        asking, _, awaited_by = _split(code, asked.needs[code], plan)
        if not asking:
            name = strictest([need for _, need in asked.needs[code]]).name
            found.append(Product(code, name, False, _bringers(code, awaited_by, plan, matters), awaited_by))
    for code in sorted(asked.fields):
        wanting, _, awaited_by = _split(code, asked.fields[code], plan)
        if not wanting:
            label = asked.fields[code][0][1].label
            found.append(Product(code, label, True, _bringers(code, awaited_by, plan, matters), awaited_by))
    return tuple(found)


def _bringers(code: str, awaited_by: Iterable[str], plan: _Plan, matters: Mapping[str, Matter]) -> tuple[str, ...]:
    before = frozenset[str]().union(*(plan.before[child] for child in awaited_by))
    return tuple(
        child
        for child in plan.order
        if child in before and code in matters[child].produces.materials | matters[child].produces.fields
    )


def _step(package: Package, matter: Matter, asked: _Asked, plan: _Plan, answers: Answers) -> Step:
    code, brought = matter.code, plan.brought[matter.code]
    child = package.child(code)
    begins = max((plan.ends[before] for before in plan.after[code]), default=0)
    fields, needs = asked.fields_of[code], asked.needs_of[code]
    return Step(
        matter=matter,
        level=plan.levels[code],
        after=tuple(sorted(plan.after[code])),
        begins=begins,
        ends=plan.ends[code],
        optional=child is not None and child.optional,
        certain=child is not None and applies(child.when, answers),
        fields=tuple(one for one in fields if one not in brought),
        awaited_fields=tuple(one for one in fields if one in brought),
        materials=tuple(one for one in needs if one not in brought),
        awaited_materials=tuple(one for one in needs if one in brought),
    )


def _site_checks(steps: Iterable[Step], plan: _Plan) -> tuple[tuple[str, ...], ...]:
    """One joint visit (联合踏勘), but for a child whose site can be looked at only after the result of another one."""
    visits: dict[int, list[str]] = defaultdict(list)
    rounds: dict[str, int] = {}
    for step in steps:
        code = step.matter.code
        if step.matter.site_check:
            rounds[code] = 1 + max((rounds[one] for one in plan.before[code] if one in rounds), default=0)
            visits[rounds[code]].append(code)
    return tuple(tuple(sorted(visits[number])) for number in sorted(visits))


def _days(package: Package, steps: Iterable[Step]) -> Days:
    listed = list(steps)
    return Days(
        serial=sum(max(step.matter.promised.days, 1) for step in listed),
        parallel=max((step.ends for step in listed), default=0),
        promised=package.promised.days,
    )
