"""Parts of a merge (合并): one element and one material out of what several matters ask.

Both are strict: what one child needs is needed, and a relief counts only if every child that needs the thing grants it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from clerk_app.domain.conditions import any_of
from clerk_app.domain.elements import Field, FieldGroup
from clerk_app.domain.needs import LicenceUse, MaterialNeed, OriginalNeed
from clerk_app.domain.sources import Source

_ORIGINALS: tuple[OriginalNeed, ...] = ("none", "seen", "kept")


@dataclass(frozen=True, slots=True)
class MergedField:
    """An element of the one form.

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


def at_counter(field: Field, to_come: Collection[str] = ()) -> Field:
    """The element with the sources there are at the counter.

    Results come later, and so do the electronic licences of the kinds in `to_come`.
    """
    sources = _there(field.sources, to_come)
    columns = tuple(replace(column, sources=_there(column.sources, to_come)) for column in field.columns)
    if (sources, columns) == (field.sources, field.columns):
        return field
    return replace(field, sources=sources, columns=columns)


def merged_field(uses: Sequence[Field]) -> Field:
    """The element as several children ask it: on the form if one of them shows it, required if one requires it."""
    for use in uses:
        if use.when is None and use.required:
            return use
    when, required = any_of([use.when for use in uses]), any(use.required for use in uses)
    return replace(uses[0], when=when, required=required)


def merged_group(uses: Iterable[tuple[str, FieldGroup]], ones: Sequence[MergedField]) -> FieldGroup:
    """The group with these elements of the one form, in the situations of the children that ask for them."""
    asking = {child for one in ones for child in one.needed_by}
    held = [group for child, group in uses if child in asking]
    return replace(held[0], fields=tuple(one.asked for one in ones), when=any_of([group.when for group in held]))


def strictest(needs: Sequence[MaterialNeed]) -> MaterialNeed:
    """What one paper must be to serve all these needs for the same material, at least one.

    Required if one requires it. Deferrable, promised, replaced by a card, an electronic licence or a stored copy only
    if every need that requires it allows that; the shortest time to bring it later. Originals: the strictest. Copies:
    the most, or the sum of those on which departments insist.
    """
    asking = [need for need in needs if need.required] or list(needs)
    if len(asking) == 1:
        return asking[0]
    insisting = [need.copies for need in asking if need.paper_required]
    return MaterialNeed(
        code=asking[0].code,
        name=_common_name(asking),
        accepts="；".join(dict.fromkeys([need.accepts for need in asking if need.accepts])),
        copies=max(sum(insisting), max([need.copies for need in asking])),
        by_card=all(need.by_card for need in asking),
        e_licence=_licence_use(asking),
        reusable=all(need.reusable for need in asking),
        deferrable=all(need.deferrable for need in asking),
        promise=all(need.promise for need in asking),
        when=any_of([need.when for need in asking]),
        original=max([need.original for need in asking], key=_ORIGINALS.index),
        paper_required=bool(insisting),
        defer_days=min([need.defer_days for need in asking]),
        required=asking[0].required,
        material=asking[0].material,
    )


def _licence_use(needs: Sequence[MaterialNeed]) -> LicenceUse:
    """Accepted by all, by none, or partly (仅部分部门接受)."""
    uses = {need.e_licence for need in needs}
    return next(iter(uses)) if len(uses) == 1 else "partly"


def _common_name(needs: Sequence[MaterialNeed]) -> str:
    """The name they share. Where they differ, the dictionary's: the narrowest word is good for all of them."""
    names = {need.name for need in needs}
    if len(names) == 1:
        return needs[0].name
    return next((need.material.name for need in needs if need.material is not None), min(names))


def _there(sources: Iterable[Source], to_come: Collection[str]) -> tuple[Source, ...]:
    return tuple(
        source
        for source in sources
        if source.origin != "result" and not (source.origin == "licence" and source.of in to_come)
    )
