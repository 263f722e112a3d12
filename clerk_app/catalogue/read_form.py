"""The dictionary of form elements: groups, elements, their sources and rules."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import get_args

from clerk_app.catalogue.checks import check_column, check_field
from clerk_app.catalogue.read_conditions import read_condition, read_rules
from clerk_app.catalogue.tables import Table
from clerk_app.domain.conditions import both
from clerk_app.domain.elements import Column, Field, FieldGroup, FieldType
from clerk_app.domain.sources import Source, source_of

_GROUP_CODE = re.compile(r"g\.[A-Z][A-Za-z0-9]{0,11}")


def read_groups(tables: Iterable[Table]) -> dict[str, FieldGroup]:
    """The groups of these files by code, in the order of the paper."""
    groups: dict[str, FieldGroup] = {}
    for table in tables:
        for row in table.tables("groups"):
            code = row.code("code", _GROUP_CODE, "g. 加大写英文和数字")
            if code in groups:
                row.fault("code", f"要素组 {code} 重复")
            groups[code] = FieldGroup(
                code,
                row.text("name"),
                tuple(_read_field(item, code, place) for place, item in enumerate(row.tables("fields"))),
                read_rules(row),
                position=len(groups),
            )
            row.close()
        table.close()
    return groups


def read_group_uses(table: Table, groups: dict[str, FieldGroup], brought: Collection[str]) -> tuple[FieldGroup, ...]:
    """The groups a matter takes: codes, or `{ group, when }` for one it takes only in a situation.

    An element that its own result brings is never asked by the matter itself: nobody can know it before.
    """
    taken = []
    for item in table.texts_or_tables("groups"):
        if isinstance(item, str):
            code, when = item, None
        else:
            code, when = item.text("group"), read_condition(item.table("when"))
            item.close()
        if code not in groups:
            table.fault("groups", f"没有要素组 {code}")
            continue
        group = groups[code]
        fields = tuple(field for field in group.fields if field.code not in brought)
        if when is not None:
            fields = tuple(replace(field, when=both(when, field.when)) for field in fields)
        if fields:
            # Matters that take a group alike share one object, so that a merge sees at a glance that they do.
            taken.append(group if fields == group.fields else replace(group, fields=fields, when=when))
    return tuple(taken)


def _read_field(table: Table, group: str, place: int) -> Field:
    field = Field(
        code=table.text("code"),
        label=table.text("label"),
        type=table.word("type", get_args(FieldType)),
        required=table.flag("required", default=True),
        choices=table.texts("choices", default=()),
        sources=_read_sources(table),
        when=read_condition(table.optional_table("when")),
        why=table.text("why"),
        hint=table.text("hint", ""),
        sensitive=table.flag("sensitive", default=False),
        earlier=table.flag("earlier", default=False),
        may_be_future=table.flag("may_be_future", default=False),
        unit=table.text("unit", ""),
        at_least=table.optional_decimal("at_least"),
        at_most=table.optional_decimal("at_most"),
        columns=tuple(_read_column(row) for row in table.tables("columns", optional=True)),
        min_rows=table.whole("min_rows", default=0),
        position=place,
    )
    table.close()
    check_field(field, group, table)
    return field


def _read_column(table: Table) -> Column:
    column = Column(
        key=table.text("key"),
        label=table.text("label"),
        type=table.word("type", get_args(FieldType)),
        required=table.flag("required", default=True),
        choices=table.texts("choices", default=()),
        sources=_read_sources(table),
    )
    table.close()
    check_column(column, table)
    return column


def _read_sources(table: Table) -> tuple[Source, ...]:
    """`sources`, or the one `source`."""
    single = table.optional_text("source")
    texts = table.texts("sources", default=())
    if single is not None and texts:
        table.fault("sources", "source 和 sources 只能写一个")
    key = "source" if single is not None else "sources"
    found = []
    for text in (single,) if single is not None else texts:
        try:
            found.append(source_of(text))
        except ValueError:
            table.fault(key, f"没有来源“{text}”")
    return tuple(found)
