"""The plan of a package (并联办理): which children take part, in which order, and what earlier results bring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from clerk_app.domain import graph
from clerk_app.domain.conditions import Answers, may_apply
from clerk_app.domain.matter import Matter
from clerk_app.domain.one_thing import DropReason
from clerk_app.domain.packages import Package

Brought = Mapping[str, frozenset[str]]
"""For each child the codes of what the results before it bring: materials and elements."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The order of the children that take part; `ends` is the day on which each ends, `before` is near or far."""

    after: Mapping[str, frozenset[str]]
    order: tuple[str, ...]
    levels: Mapping[str, int]
    before: Mapping[str, frozenset[str]]
    ends: Mapping[str, int]
    produces: Mapping[str, frozenset[str]]
    brought: Brought

    def begins(self, code: str) -> int:
        """The day on which a child begins at the latest."""
        return max([self.ends[before] for before in self.after[code]], default=0)

    def bringers(self, code: str, awaited_by: Iterable[str]) -> tuple[str, ...]:
        """The children, in order, whose results bring this material or element to those who wait for it."""
        before = frozenset[str]().union(*(self.before[child] for child in awaited_by))
        return tuple(child for child in self.order if child in before and code in self.produces[child])

    def site_checks(self, checked: Collection[str]) -> tuple[tuple[str, ...], ...]:
        """One joint visit (联合踏勘), but for a child whose site can be looked at only after the result of another one.

        `checked` are those whose site is looked at at all.
        """
        visits: dict[int, list[str]] = defaultdict(list)
        rounds: dict[str, int] = {}
        for code in self.order:
            if code in checked:
                rounds[code] = 1 + max((rounds[one] for one in self.before[code] if one in rounds), default=0)
                visits[rounds[code]].append(code)
        return tuple(tuple(sorted(visits[number])) for number in sorted(visits))


def make_plan(package: Package, matters: Mapping[str, Matter], dropped: Collection[str]) -> Plan:
    """The plan without the dropped children.

    Who came after a dropped one comes after those before it: what they bring is still brought, and what the dropped one
    would have brought is asked.
    """
    after = graph.without(package.after, dropped)
    levels, before = graph.levels_of(after), graph.ancestors_of(after)
    produces = {code: matters[code].produces.codes for code in after}
    return Plan(
        after=after,
        order=tuple(sorted(after, key=lambda code: (levels[code], code))),
        levels=levels,
        before=before,
        ends=graph.ends_of(after, {code: matters[code].promised.days for code in after}),
        produces=produces,
        brought={code: frozenset[str]().union(*[produces[one] for one in before[code]]) for code in after},
    )


def dropped_children(package: Package, answers: Answers, chosen: Collection[str] | None) -> dict[str, DropReason]:
    """The children that take no part, and why; `chosen` are the optional ones that do (None: all)."""
    found: dict[str, DropReason] = {}
    for child in package.children:
        if not may_apply(child.when, answers):
            found[child.matter] = "situation"
        elif child.optional and chosen is not None and child.matter not in chosen:
            found[child.matter] = "choice"
    return found
