"""The one form of a merge: the groups and elements of several matters, each once.

Nearly always several matters take a group alike, so that the form is put together by the group; only where they differ,
or where an earlier result brings a part, it is by the element.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from clerk_app.domain.conditions import Answers, any_of, may_apply
from clerk_app.domain.elements import Field, FieldGroup
from clerk_app.domain.matter import Matter
from clerk_app.domain.merge_plan import Brought
from clerk_app.domain.merged_parts import MergedField, Uses, Wanted, merged_field, only_awaited


class GroupUse(NamedTuple):
    """A group as one child takes it for certain answers; `fields` are those that have to be given to it."""

    child: str
    group: FieldGroup
    codes: tuple[str, ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class FormUses:
    """Who takes what of the form, by code; the children of each stand in the order of their codes."""

    groups: dict[str, list[GroupUse]]
    awaiting: dict[str, Uses[Field]]
    of: dict[str, Wanted]

    def only_awaited(self) -> list[tuple[str, Uses[Field]]]:
        """The elements nobody has to give, ordered by code."""
        asked = {code for wanted in self.of.values() for code in wanted.asked} if self.awaiting else ()
        return only_awaited(self.awaiting, asked)


def form_uses(matters: Iterable[Matter], answers: Answers, brought: Brought) -> FormUses:
    """What these children need of the form for these answers; while a question is open, what hangs on it counts."""
    uses = FormUses(defaultdict(list), defaultdict(list), {})
    for matter in sorted(matters, key=lambda matter: matter.code):
        child, coming = matter.code, brought[matter.code]
        wanted = uses.of[child] = Wanted([], [])
        for group in matter.groups:
            codes, fields = _applying(group, answers)
            if not coming.isdisjoint(codes):
                for field in fields:
                    if field.code in coming:
                        uses.awaiting[field.code].append((child, field))
                        wanted.awaited.append(field.code)
                fields = tuple([field for field in fields if field.code not in coming])
                codes = tuple([field.code for field in fields])
            if codes:
                uses.groups[group.code].append(GroupUse(child, group, codes, fields))
                wanted.asked.extend(codes)
    return uses


def merged_form(uses: FormUses, to_come: frozenset[str]) -> tuple[tuple[FieldGroup, ...], tuple[MergedField, ...]]:
    """The groups and the elements of the one form in its order, that of the dictionary.

    `to_come` are the kinds of electronic licences that a result of the package first brings.
    """
    awaited_by = {code: tuple([child for child, _ in waiting]) for code, waiting in uses.awaiting.items()}
    groups: list[FieldGroup] = []
    fields: list[MergedField] = []
    for code, takers in sorted(uses.groups.items(), key=lambda item: (item[1][0].group.position, item[0])):
        held = [
            MergedField(merged_field(ways), code, children, awaited_by.get(ways[0].code, ()), to_come)
            for children, ways in _ways(takers)
        ]
        groups.append(_merged_group([use.group for use in takers], held))
        fields += held
    return tuple(groups), tuple(fields)


def _applying(group: FieldGroup, answers: Answers) -> tuple[tuple[str, ...], tuple[Field, ...]]:
    """The elements of a group that apply to these answers, with their codes."""
    if not may_apply(group.when, answers):
        return (), ()
    if not group.has_conditions:
        return group.codes, group.fields
    fields = tuple([field for field in group.fields if may_apply(field.when, answers)])
    return tuple([field.code for field in fields]), fields


def _ways(takers: Sequence[GroupUse]) -> Iterator[tuple[tuple[str, ...], Sequence[Field]]]:
    """Each element of a group in its order: who asks for it, and how each of them does."""
    codes = takers[0].codes
    if all(use.codes == codes for use in takers):
        everybody = tuple([use.child for use in takers])
        for ways in zip(*[use.fields for use in takers], strict=True):
            yield everybody, ways
        return
    asking: dict[str, Uses[Field]] = defaultdict(list)
    for use in takers:
        for field in use.fields:
            asking[field.code].append((use.child, field))
    for _, uses in sorted(asking.items(), key=lambda item: (item[1][0][1].position, item[0])):
        yield tuple([child for child, _ in uses]), [field for _, field in uses]


def _merged_group(uses: Sequence[FieldGroup], ones: Sequence[MergedField]) -> FieldGroup:
    """The group with these elements of the one form, in the situations of the children that ask for them."""
    fields, when = tuple([one.asked for one in ones]), any_of([group.when for group in uses])
    for group in uses:
        if group.when == when and group.fields == fields:
            return group  # nearly always one child takes it just so
    return replace(uses[0], fields=fields, when=when)
