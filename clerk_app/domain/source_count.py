"""How many elements fill themselves (自动填): the engine is run, and what it filled is held against what has a source.

Only a lawful source counts: a card, an electronic licence, an earlier result, a computation. What a person types, what
an earlier visit says, a default or a guess never does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from clerk_app.domain.elements import Field
from clerk_app.domain.filling import Evidence, fill
from clerk_app.domain.form import Values, sourced_elements
from clerk_app.domain.matter import Client, Matter
from clerk_app.domain.merged_parts import at_counter
from clerk_app.domain.needs import LicenceKind, Material
from clerk_app.domain.one_thing import OneThing
from clerk_app.domain.prefill import Form, LookUp, prefilled


@dataclass(frozen=True, slots=True)
class Unfilled:
    """An element that has a source and was not filled all the same, by how many data elements."""

    code: str
    label: str
    sources: tuple[str, ...]
    elements: int


@dataclass(frozen=True, slots=True)
class SourceCount:
    """Data elements of one form: `asked` at the counter, of them `sourced` by the engine and `lawful` with a source.

    `brought` were filled by earlier results out of the `awaited`. `unfilled` is what lacks.
    """

    asked: int
    lawful: int
    sourced: int
    awaited: int
    brought: int
    unfilled: tuple[Unfilled, ...]

    @property
    def typed(self) -> int:
        """What is left for a person to type."""
        return self.asked - self.sourced

    @property
    def filled(self) -> int:
        """What fills itself, at the counter or when an earlier result arrives."""
        return self.sourced + self.brought

    @property
    def is_complete(self) -> bool:
        """Whether everything that has a lawful source was filled from it."""
        return (self.sourced, self.brought) == (self.lawful, self.awaited)


@dataclass(frozen=True, slots=True)
class Counter:
    """Who is at the counter of a run, what the licence library says there, and what earlier results will bring."""

    evidence: Evidence
    kinds: Mapping[str, LicenceKind]
    materials: Collection[Material]
    look_up: LookUp
    today: date


def count_matter(matter: Matter, counter: Counter) -> SourceCount:
    """The form of one matter by itself: nothing comes before it, and what its result brings is not there yet."""
    to_come = {
        material.licence
        for material in counter.materials
        if material.licence and material.code in matter.produces.materials
    }
    return _count([at_counter(one, to_come) for one in matter.fields], (), matter.client, counter)


def count_package(one: OneThing, counter: Counter) -> SourceCount:
    """The one form of a package, and what its earlier results bring."""
    dictionary = {field.code: field for step in one.steps for field in step.matter.fields}
    awaited = [dictionary[product.code] for product in one.products if product.is_field]
    return _count([item.asked for item in one.fields], awaited, one.package.client, counter)


def _count(asked: Sequence[Field], awaited: Sequence[Field], client: Client, counter: Counter) -> SourceCount:
    now = replace(counter.evidence, results={})
    now, at_the_counter = prefilled(Form(asked, client, counter.kinds), now, counter.look_up, counter.today)
    later = replace(now, results=counter.evidence.results)
    values = fill([*asked, *awaited], at_the_counter, later, counter.today)
    brought = [one for one in awaited if (given := values.get(one.code)) is not None and given.source == "result"]
    lacking = [one for one in awaited if one not in brought]
    return SourceCount(
        asked=sum(one.count for one in asked),
        lawful=sum(one.sourced for one in asked),
        sourced=sum(sourced_elements(one, at_the_counter.get(one.code)) for one in asked),
        awaited=sum(one.count for one in awaited),
        brought=sum(one.count for one in brought),
        unfilled=(*_unfilled(asked, at_the_counter), *(_lacking(one, one.count) for one in lacking)),
    )


def _unfilled(asked: Iterable[Field], values: Values) -> Iterable[Unfilled]:
    for one in asked:
        short = one.sourced - sourced_elements(one, values.get(one.code))
        if short:
            yield _lacking(one, short)


def _lacking(one: Field, elements: int) -> Unfilled:
    sources = (*one.sources, *(source for column in one.columns for source in column.sources))
    return Unfilled(one.code, one.label, tuple(dict.fromkeys(source.text for source in sources)), elements)
