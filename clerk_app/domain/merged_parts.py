"""Parts of a merge (合并): one element and one material out of what several matters ask.

Both are strict: what one child needs is needed, and a relief counts only if every child that needs the thing grants it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from clerk_app.domain.conditions import any_of
from clerk_app.domain.elements import Field
from clerk_app.domain.needs import LicenceUse, MaterialNeed
from clerk_app.domain.sources import Source

Thing = TypeVar("Thing")
Uses = list[tuple[str, Thing]]
"""Who wants a thing, and how: the code of the matter with its own way to ask."""

_TERMS = (
    "accepts", "copies", "paper_required", "by_card", "e_licence", "reusable", "deferrable", "promise", "original",
    "defer_days",
)  # fmt: skip
_terms_of = attrgetter(*_TERMS)


class Wanted(NamedTuple):
    """What one child needs, by code in its own order: what is asked for it, and what an earlier result brings."""

    asked: list[str]
    awaited: list[str]


class MergedField(NamedTuple):
    """An element of the one form; a tuple, since a merge makes hundreds of them, and more than once a second.

    `needed_by` are the children that ask it; to those in `awaited_by` the result of an earlier child brings it instead.
    `to_come` are the kinds of electronic licences that a result of the package first brings: nobody holds one yet.
    """

    field: Field
    group: str
    needed_by: tuple[str, ...]
    awaited_by: tuple[str, ...]
    to_come: frozenset[str] = frozenset()

    @property
    def asked(self) -> Field:
        """The element as the counter asks it, with the sources there are at the counter."""
        return at_counter(self.field, self.to_come)

    @property
    def sources(self) -> tuple[Source, ...]:
        """What fills it at the counter: a result comes later, and to the children that wait for it."""
        return self.asked.sources

    @property
    def sourced(self) -> int:
        """How many of its data elements a source fills at the counter."""
        return self.asked.sourced


@dataclass(frozen=True, slots=True)
class MergedMaterial:
    """A material of the one set: `need` is as strict as the strictest.

    `needed_by` are the children it is handed in for; to those in `awaited_by` the result of an earlier child brings it
    instead.
    """

    need: MaterialNeed
    needed_by: tuple[str, ...]
    awaited_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """A material (or, with `is_field`, an element) nobody is asked for: 由前序事项产生.

    `brought_by` are the children whose results bring it, `awaited_by` those that wait for it.
    """

    code: str
    name: str
    is_field: bool
    brought_by: tuple[str, ...]
    awaited_by: tuple[str, ...]


def only_awaited(awaiting: Mapping[str, Uses[Thing]], asked: Collection[str]) -> list[tuple[str, Uses[Thing]]]:
    """What nobody has to give, ordered by code."""
    return [(code, uses) for code, uses in sorted(awaiting.items()) if code not in asked]


def at_counter(field: Field, to_come: Collection[str] = ()) -> Field:
    """The element with the sources there are at the counter.

    Results come later, and so do the electronic licences of the kinds in `to_come`.
    """
    if not field.sources and not field.columns:
        return field
    sources = _there(field.sources, to_come)
    columns = tuple(
        [
            column if (there := _there(column.sources, to_come)) is column.sources else replace(column, sources=there)
            for column in field.columns
        ]
    )
    if sources is field.sources and columns == field.columns:
        return field
    return replace(field, sources=sources, columns=columns)


def merged_field(uses: Sequence[Field]) -> Field:
    """The element as several children ask it: on the form if one of them shows it, required if one requires it."""
    for use in uses:
        if use.when is None and use.required:
            return use
    when, required = any_of([use.when for use in uses]), any(use.required for use in uses)
    first = uses[0]
    return first if (first.when, first.required) == (when, required) else replace(first, when=when, required=required)


def strictest(needs: Sequence[MaterialNeed]) -> MaterialNeed:
    """What one paper must be to serve all these needs for the same material, at least one.

    Required if one requires it. Deferrable, promised, replaced by a card, an electronic licence or a stored copy only
    if every need that requires it allows that; the shortest time to bring it later. Originals: the strictest. Copies:
    the most, or the sum of those on which departments insist.
    """
    asking = [need for need in needs if need.required] or list(needs)
    if len(asking) == 1:
        return asking[0]
    each = [_terms_of(need) for need in asking]
    terms, name, when = _strictest_terms(each), _common_name(asking), any_of([need.when for need in asking])
    for need, its_terms in zip(asking, each, strict=True):
        if its_terms == terms and need.name == name and need.when == when:
            return need  # nearly always one of them is as strict as all together
    return replace(asking[0], name=name, when=when, **dict(zip(_TERMS, terms, strict=True)))


def _strictest_terms(each: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The `_TERMS` that serve all of these needs."""
    accepts, copies, keeps_paper, by_card, e_licence, reusable, deferrable, promise, original, days = zip(
        *each, strict=True
    )
    return (
        "；".join(dict.fromkeys(filter(None, accepts))),
        max(sum(compress(copies, keeps_paper)), *copies),
        any(keeps_paper),
        all(by_card),
        _licence_use(e_licence),
        all(reusable),
        all(deferrable),
        all(promise),
        "kept" if "kept" in original else "seen" if "seen" in original else "none",
        min(days),
    )


def _licence_use(uses: Sequence[LicenceUse]) -> LicenceUse:
    """Accepted by all, by none, or partly (仅部分部门接受)."""
    return uses[0] if uses.count(uses[0]) == len(uses) else "partly"


def _common_name(needs: Sequence[MaterialNeed]) -> str:
    """The name they share. Where they differ, the dictionary's: the narrowest word is good for all of them."""
    names = {need.name for need in needs}
    if len(names) == 1:
        return needs[0].name
    return next((need.material.name for need in needs if need.material is not None), min(names))


def _there(sources: tuple[Source, ...], to_come: Collection[str]) -> tuple[Source, ...]:
    """The sources there are already; the same object where that is all of them."""
    there = tuple([one for one in sources if one.origin != "result" and not _is_to_come(one, to_come)])
    return sources if len(there) == len(sources) else there


def _is_to_come(source: Source, to_come: Collection[str]) -> bool:
    return source.origin == "licence" and source.of in to_come
