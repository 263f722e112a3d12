"""The rules of policy hints from `hints.toml`, and what they can get wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from clerk_app.catalogue.checks import CARD_KEYS, check_comparison, comparisons
from clerk_app.catalogue.read_conditions import read_condition
from clerk_app.catalogue.tables import Table
from clerk_app.domain.computed import COMPUTATIONS
from clerk_app.domain.conditions import AllOf, Condition
from clerk_app.domain.elements import Field
from clerk_app.domain.hints import HintRule, Lead, LeadKind
from clerk_app.domain.known import HELD, NOT_HELD, rests_on
from clerk_app.domain.matter import Matter
from clerk_app.domain.needs import LicenceKind, Material
from clerk_app.domain.packages import Package
from clerk_app.domain.situations import Situation
from clerk_app.domain.sources import source_of

_HINT_CODE = re.compile(r"h\.[a-z][a-z0-9_]*")
_HELD_CODE = re.compile(r"held:([a-z][a-z0-9_]*)")
_ROWS_CODE = re.compile(r"licence:([a-z][a-z0-9_]*)")
_LEADS: tuple[LeadKind, ...] = ("matter", "package", "benefit")
_LICENCE_OWN_KEYS = frozenset({"number", "name", "issuer", "valid_until"})
_NEVER = AllOf(())
"""Stands for a condition that could not be read; its fault is noted and the catalogue is not used."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule may ask of and lead to."""

    elements: Mapping[str, Field]
    situations: Mapping[str, Situation]
    licences: Mapping[str, LicenceKind]
    materials: Mapping[str, Material]
    matters: Mapping[str, Matter]
    packages: Mapping[str, Package]


@dataclass(frozen=True, slots=True)
class _Question:
    """What can be the answer under a code. `fault`: why there is no such code."""

    choices: tuple[str, ...] = ()
    is_number: bool = False
    is_sensitive: bool = False
    fault: str = ""


def read_hints(table: Table | None, known: Known | None) -> tuple[HintRule, ...]:
    """The rules in the order of the file, their faults noted; what they refer to is looked at only with `known`."""
    rules: dict[str, HintRule] = {}
    for row in table.tables("hints") if table else ():
        rule = _read_rule(row, known)
        if rule.code in rules:
            row.fault("code", f"提示 {rule.code} 重复")
        rules[rule.code] = rule
    if table:
        table.close()
    return tuple(rules.values())


def _read_rule(row: Table, known: Known | None) -> HintRule:
    lead = _read_lead(row)
    by_law = known.matters[lead.code].by_law if known and lead.code in known.matters else ""
    has_law = lead.kind == "matter"
    when = read_condition(row.table("when"))
    rule = HintRule(
        code=row.text("code"),
        text=row.text("text"),
        lead=lead,
        when=when or _NEVER,
        reason=row.text("reason"),
        unless=read_condition(row.optional_table("unless")),
        sensitive=row.flag("sensitive", default=False),
        sources=row.texts("sources", default=(by_law,) if has_law else None),
    )
    row.close()
    if rule.code and not _HINT_CODE.fullmatch(rule.code):
        row.fault("code", "提示代码应是 h. 加小写英文")
    return rule if known is None else _looked_at(rule, row, known)


def _read_lead(row: Table) -> Lead:
    given = [key for key in _LEADS if key in row.data]
    where = row.text("where") if given == ["benefit"] else row.text("where", "")
    if len(given) != 1:
        row.fault("", f"要写明提示什么：{'、'.join(_LEADS)} 三者之一")
        row.asked.update(_LEADS)
        return Lead("benefit", "", "")
    named = row.text(given[0])
    return Lead("benefit", "", named, where) if given[0] == "benefit" else Lead(given[0], named, "", where)


def _looked_at(rule: HintRule, row: Table, known: Known) -> HintRule:
    """The rule with what it leads to; what is wrong with it as a whole is noted."""
    _check_condition(rule.when, row, "when", known)
    _check_condition(rule.unless, row, "unless", known)
    grounds = sorted(code for code in rule.asked if _question(code, known).is_sensitive)
    if grounds and not rule.sensitive:
        row.fault("sensitive", f"{' '.join(grounds)} 是敏感信息，这条提示要写 sensitive = true")
    lead = rule.lead
    if lead.kind == "package" and lead.code not in known.packages:
        row.fault("package", f"没有套餐 {lead.code}")
    elif lead.kind == "package":
        package = known.packages[lead.code]
        lead = replace(lead, name=package.name, children=tuple(child.matter for child in package.children))
    elif lead.kind == "matter" and lead.code not in known.matters:
        row.fault("matter", f"没有事项 {lead.code}")
    elif lead.kind == "matter":
        matter = known.matters[lead.code]
        results = (known.materials[code].licence for code in sorted(matter.produces.materials))
        lead = replace(lead, name=matter.name, brings=tuple(licence for licence in results if licence))
    return replace(rule, lead=lead)


def _check_condition(condition: Condition | None, row: Table, key: str, known: Known) -> None:
    for part in comparisons(condition):
        question = _question(part.field, known)
        if question.fault:
            row.fault(key, question.fault)
        else:
            check_comparison(part, question.choices, row, key, is_number=question.is_number)


def _question(code: str, known: Known) -> _Question:
    if code in known.elements:
        element = known.elements[code]
        return _Question(element.choices, element.type == "number", element.sensitive)
    if code in known.situations:
        return _Question(known.situations[code].choices)
    if match := _HELD_CODE.fullmatch(code):
        return _of_licence(code, match[1], known, (HELD, NOT_HELD))
    if match := _ROWS_CODE.fullmatch(code):
        return _of_licence(code, match[1], known)
    try:
        source = source_of(code)
    except ValueError:
        return _Question(fault=f"没有已知情况“{code}”")
    if source.origin == "card" and source.of == "applicant" and source.key in CARD_KEYS:
        return _Question(choices=("男", "女") if source.key == "sex" else ())
    if source.origin == "licence":
        said = known.licences[source.of].keys if source.of in known.licences else ()
        if source.key not in _LICENCE_OWN_KEYS and source.key not in said and source.of in known.licences:
            return _Question(fault=f"没有已知情况“{code}”：电子证照里没有这一项")
        filled = [element for element in known.elements.values() if source in element.sources]
        choices = tuple(choice for element in filled[:1] for choice in element.choices)
        is_number = any(element.type == "number" for element in filled)
        return _of_licence(code, source.of, known, choices, is_number=is_number)
    return _computed(code, known) if source.origin == "computed" else _Question(fault=f"没有已知情况“{code}”")


def _of_licence(
    code: str, kind: str, known: Known, choices: tuple[str, ...] = (), *, is_number: bool = False
) -> _Question:
    if kind not in known.licences:
        return _Question(fault=f"没有已知情况“{code}”：没有电子证照 {kind}")
    return _Question(choices, is_number, known.licences[kind].sensitive)


def _computed(code: str, known: Known) -> _Question:
    source = source_of(code)
    computation = COMPUTATIONS.get(source.of)
    if computation is None:
        return _Question(fault=f"没有算法“{source.of}”，可用：{' '.join(sorted(COMPUTATIONS))}")
    if not computation.takes(len(source.arguments)):
        return _Question(fault=f"算法 {source.of} 的参数个数不对")
    made_from = [_question(part, known) for part in rests_on(code)]
    fault = next((part.fault for part in made_from if part.fault), "")
    sensitive = any(part.is_sensitive for part in made_from)
    return _Question(computation.choices, computation.is_number, sensitive, fault)
