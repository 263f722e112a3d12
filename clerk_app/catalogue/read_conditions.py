"""Conditions and rules as the catalogue writes them: tables, never text to be parsed."""

from __future__ import annotations

from clerk_app.catalogue.tables import Table
from clerk_app.domain.conditions import AllOf, AnyOf, AtLeast, AtMost, Condition, Filled, Not, OneOf, Rule

_COMPARISONS = ("values", "at_least", "at_most", "filled")
_JUNCTIONS = ("all", "any", "not")


def read_condition(table: Table | None) -> Condition | None:
    """The condition in a table; None without one, and after a fault."""
    if table is None or table.hollow:
        return None
    condition = _junction(table) if any(key in table.data for key in _JUNCTIONS) else _comparison(table)
    table.close()
    return condition


def read_rules(table: Table) -> tuple[Rule, ...]:
    """The `rules` of a group or a matter."""
    rules = []
    for row in table.tables("rules", optional=True):
        when, message = read_condition(row.table("when")), row.text("message")
        row.close()
        if when is not None:
            rules.append(Rule(when, message))
    return tuple(rules)


def _junction(table: Table) -> Condition | None:
    if len(table.data) > 1:
        table.fault("", f"条件里只能有 {' '.join(_JUNCTIONS)} 之一")
        table.asked.update(table.data)
        return None
    if "not" in table.data:
        part = read_condition(table.table("not"))
        return None if part is None else Not(part)
    key = "all" if "all" in table.data else "any"
    read = [read_condition(row) for row in table.tables(key)]
    parts = tuple(part for part in read if part is not None)
    return AllOf(parts) if key == "all" else AnyOf(parts)


def _comparison(table: Table) -> Condition | None:
    field = table.text("field")
    found = [key for key in _COMPARISONS if key in table.data]
    if len(found) != 1:
        table.fault("", f"条件要有 {' '.join(_COMPARISONS)} 中的一个，且只能有一个")
        table.asked.update(_COMPARISONS)
        return None
    return _COMPARE[found[0]](table, field)


def _one_of(table: Table, field: str) -> Condition:
    values = table.texts("values")
    if "values" in table.data and table.data["values"] == []:
        table.fault("values", "至少要有一个")
    return OneOf(field, values)


def _filled(table: Table, field: str) -> Condition:
    if not table.flag("filled"):
        table.fault("filled", "只能是 true；没有填写用 not")
    return Filled(field)


_COMPARE = {
    "values": _one_of,
    "at_least": lambda table, field: AtLeast(field, table.decimal("at_least")),
    "at_most": lambda table, field: AtMost(field, table.decimal("at_most")),
    "filled": _filled,
}
