"""What only shows when all files are read: sources that lead nowhere, questions and papers that nobody uses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import get_args

from clerk_app.catalogue.checks import check_computed, check_situation
from clerk_app.catalogue.tables import Table
from clerk_app.domain.computed import computed_from
from clerk_app.domain.conditions import Condition
from clerk_app.domain.elements import Field, FieldGroup
from clerk_app.domain.graph import cycle_in
from clerk_app.domain.matter import Matter
from clerk_app.domain.needs import LicenceKind
from clerk_app.domain.packages import Package
from clerk_app.domain.situations import Situation
from clerk_app.domain.sources import CardRole, Source


def check_situations(situations: Mapping[str, tuple[Situation, Table]]) -> None:
    """Note what is wrong with the situations among themselves."""
    known = {code: situation for code, (situation, _) in situations.items()}
    for situation, table in situations.values():
        check_situation(situation, known, table)
    hangs_on = {
        code: (situation.when.asked if situation.when else frozenset()) & known.keys()
        for code, situation in known.items()
    }
    if circle := cycle_in(hangs_on):
        situations[circle[0]][1].fault("when", f"情形的先后成了圈：{' → '.join((*circle, circle[0]))}")


def check_sources(
    tables: Iterable[Table], groups: Mapping[str, FieldGroup], licences: Mapping[str, LicenceKind],
    matters: Mapping[str, Matter],
) -> None:  # fmt: skip
    """Note every source of an element that leads nowhere; `tables` are the files of elements."""
    elements = {field.code: field for group in groups.values() for field in group.fields}
    rows = {}
    for table in tables:
        for row in (field for group in table.tables("groups") for field in group.tables("fields")):
            field = elements.get(str(row.data.get("code")))
            if field is not None:
                rows[field.code] = row
                _check_field_sources(field, row, elements, licences, matters)
    waits_for = {code: _computed_from(field) & elements.keys() for code, field in elements.items()}
    if circle := cycle_in(waits_for):
        first = elements[circle[0]]
        key = _sources_key(rows[first.code]) if first.is_computed else "columns"
        rows[first.code].fault(key, f"要素互相推算成了圈，谁也算不出来：{' → '.join((*circle, circle[0]))}")


def check_holders(table: Table | None, groups: Mapping[str, FieldGroup], licences: Mapping[str, LicenceKind]) -> None:
    """Note every holder of a kind of licence that is neither a role nor an element with a number in it."""
    numbered = {
        field.code for group in groups.values() for field in group.fields if field.type in ("id", "credit_code")
    }
    for row in table.tables("licences") if table else ():
        kind = licences.get(str(row.data.get("code")))
        for holder in kind.holders if kind else ():
            if holder not in get_args(CardRole) and holder not in numbered:
                row.fault("holders", f"没有持有人“{holder}”：要写证件的角色，或者填证件号码、信用代码的要素")


def _check_field_sources(
    field: Field, table: Table, elements: Mapping[str, Field], licences: Mapping[str, LicenceKind],
    matters: Mapping[str, Matter],
) -> None:  # fmt: skip
    columns = ((column.sources, "columns") for column in field.columns)
    for sources, place in ((field.sources, _sources_key(table)), *columns):
        for source in sources:
            if source.origin == "computed":
                check_computed(elements, table, source, place)
            elif source.origin == "licence" and not _licence_says(source, licences):
                table.fault(place, f"没有来源“{source.text}”：电子证照里没有这一项")
            elif source.origin == "result" and not _result_brings(source, field.code, matters):
                table.fault(place, f"没有来源“{source.text}”：{source.of} 的结果不产生 {field.code}")


def _sources_key(table: Table) -> str:
    return "source" if "source" in table.data else "sources"


def _computed_from(field: Field) -> frozenset[str]:
    """The elements this one is computed from, a table also by its columns."""
    sources = (*field.sources, *(source for column in field.columns for source in column.sources))
    computed = (source for source in sources if source.origin == "computed")
    return frozenset(code for source in computed for code in computed_from(source))


def _licence_says(source: Source, licences: Mapping[str, LicenceKind]) -> bool:
    return source.of in licences and source.key in licences[source.of].keys


def _result_brings(source: Source, code: str, matters: Mapping[str, Matter]) -> bool:
    return source.of in matters and code in matters[source.of].produces.fields


def warn_of_unused(
    situations: Mapping[str, tuple[Situation, Table]], matters: Collection[Matter], packages: Collection[Package]
) -> None:
    """Warn of situations nobody asks, and of choices on which nothing hangs."""
    asked = {situation.code for matter in matters for situation in matter.situations}
    asked |= {situation.code for package in packages for situation in package.situations}
    used = _used_choices(matters, packages, (situation for situation, _ in situations.values()))
    for code, (_, table) in situations.items():
        if code not in asked:
            table.warn("code", f"没有事项或套餐用到情形 {code}")
        elif code not in used:
            table.warn("choices", f"情形 {code} 的回答不影响任何事项、材料或要素")


def _used_choices(
    matters: Collection[Matter], packages: Collection[Package], situations: Iterable[Situation]
) -> frozenset[str]:
    """The codes on which something hangs."""
    conditions = _all_conditions(matters, packages, situations)
    return frozenset().union(*(condition.asked for condition in conditions if condition is not None))


def _all_conditions(
    matters: Collection[Matter], packages: Collection[Package], situations: Iterable[Situation]
) -> Iterator[Condition | None]:
    for matter in matters:
        yield from (need.when for need in matter.materials)
        yield from (field.when for field in matter.fields)
        yield from (rule.when for rule in matter.rules)
        yield from (rule.when for group in matter.groups for rule in group.rules)
    for package in packages:
        yield from (child.when for child in package.children)
    yield from (situation.when for situation in situations)
