"""The merge (一件事合并): several departments' matters as one notice, one form, one set of materials.

Pure. A child that waits for another one begins with its result (待前置): it has no date of acceptance and no clock
until then, and what that result brings is not asked of anybody. Adding a child removes nothing but what it produces;
the order in which children are listed changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

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
"""Who wants a thing, and how: the code of the matter with its own way to ask."""


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
    questions = _questions(package, matters, plan.order)
    asked = _gather([matters[code] for code in plan.order], counted, plan)
    fields = _merge_fields(asked)
    steps = tuple(_step(package, matters[code], asked, plan, counted) for code in plan.order)
    return OneThing(
        package=package,
        answers=counted,
        steps=steps,
        dropped=tuple(Dropped(code, reason) for code, reason in sorted(dropped.items())),
        situations=asked_now(questions, counted),
        groups=_merge_groups(asked, fields),
        fields=fields,
        materials=_merge_materials(asked),
        products=_products(asked, plan, matters),
        site_checks=_site_checks(steps, plan),
        fees=tuple((step.matter.code, fee) for step in steps for fee in step.matter.fees),
        rules=tuple(dict.fromkeys(rule for step in steps for rule in step.matter.rules)),
        days=_days(package, steps),
        questions=questions,
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
class _Demand(Generic[Thing]):
    """Who wants things, by their codes.

    Those in `asking` have to be given it, to those in `awaiting` an earlier result brings it; the children of each
    stand in the order of their codes.
    """

    asking: dict[str, Uses[Thing]] = field(default_factory=lambda: defaultdict(list))
    awaiting: dict[str, Uses[Thing]] = field(default_factory=lambda: defaultdict(list))

    def only_awaited(self) -> list[tuple[str, Uses[Thing]]]:
        """What nobody has to give, ordered by code."""
        return [(code, uses) for code, uses in sorted(self.awaiting.items()) if code not in self.asking]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the children want for these answers."""

    fields: _Demand[Field] = field(default_factory=_Demand)
    needs: _Demand[MaterialNeed] = field(default_factory=_Demand)
    groups: dict[str, Uses[FieldGroup]] = field(default_factory=lambda: defaultdict(list))
    group_of: dict[str, str] = field(default_factory=dict)
    fields_of: dict[str, list[str]] = field(default_factory=dict)
    needs_of: dict[str, list[str]] = field(default_factory=dict)


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


def _gather(matters: Iterable[Matter], answers: Answers, plan: _Plan) -> _Asked:
    asked = _Asked()
    asking, awaiting = asked.fields.asking, asked.fields.awaiting
    for matter in sorted(matters, key=lambda matter: matter.code):
        child, brought = matter.code, plan.brought[matter.code]
        fields = asked.fields_of[child] = []
        for group in matter.groups:
            asked.groups[group.code].append((child, group))
            for element in group.fields:
                code, when = element.code, element.when
                if when is None or may_apply(when, answers):  # most stand in no situation, and there are many
                    (awaiting if code in brought else asking)[code].append((child, element))
                    asked.group_of[code] = group.code
                    fields.append(code)
        needs = [need for need in matter.materials if may_apply(need.when, answers)]
        asked.needs_of[child] = [need.code for need in needs]
        for need in needs:
            demand = asked.needs.awaiting if need.code in brought else asked.needs.asking
            demand[need.code].append((child, need))
    return asked


def _children(uses: Uses[Thing]) -> tuple[str, ...]:
    return tuple([child for child, _ in uses])


def _ways(uses: Uses[Thing]) -> list[Thing]:
    return [use for _, use in uses]


def _merge_fields(asked: _Asked) -> tuple[MergedField, ...]:
    """The elements of the one form in its order: groups as in the dictionary, elements as in their group."""
    to_come, awaiting = _licences_to_come(asked), asked.fields.awaiting
    merged = [
        MergedField(
            merged_field(_ways(uses)),
            asked.group_of[code],
            _children(uses),
            _children(awaiting[code]) if code in awaiting else (),
            to_come,
        )
        for code, uses in asked.fields.asking.items()
    ]
    places = {code: uses[0][1].position for code, uses in asked.groups.items()}
    return tuple(sorted(merged, key=lambda one: (places[one.group], one.group, one.field.position, one.field.code)))


def _licences_to_come(asked: _Asked) -> frozenset[str]:
    """The kinds of electronic licences for materials that only a result of the package brings.

    Where one child has to hand the material in, there is a licence already: a firm that changes its name has one.
    """
    materials = (need.material for _, uses in asked.needs.only_awaited() for _, need in uses)
    return frozenset(material.licence for material in materials if material is not None and material.licence)


def _merge_groups(asked: _Asked, fields: Sequence[MergedField]) -> tuple[FieldGroup, ...]:
    """The groups of the one form. `fields` stand in the order of the form already."""
    held: dict[str, list[MergedField]] = defaultdict(list)
    for one in fields:
        held[one.group].append(one)
    return tuple(merged_group(asked.groups[code], ones) for code, ones in held.items())


def _merge_materials(asked: _Asked) -> tuple[MergedMaterial, ...]:
    awaiting = asked.needs.awaiting
    return tuple(
        MergedMaterial(strictest(_ways(uses)), _children(uses), _children(awaiting[code]) if code in awaiting else ())
        for code, uses in sorted(asked.needs.asking.items())
    )


def _products(asked: _Asked, plan: _Plan, matters: Mapping[str, Matter]) -> tuple[Product, ...]:
    """What every child that wants it gets from an earlier result: materials by code, then elements by code."""
    wanted = [
        *((code, strictest(_ways(uses)).name, False, _children(uses)) for code, uses in asked.needs.only_awaited()),
        *((code, uses[0][1].label, True, _children(uses)) for code, uses in asked.fields.only_awaited()),
    ]
    return tuple(
        Product(code, name, is_field, _bringers(code, awaited_by, plan, matters), awaited_by)
        for code, name, is_field, awaited_by in wanted
    )


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
        fields=tuple([one for one in fields if one not in brought]),
        awaited_fields=tuple([one for one in fields if one in brought]),
        materials=tuple([one for one in needs if one not in brought]),
        awaited_materials=tuple([one for one in needs if one in brought]),
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
