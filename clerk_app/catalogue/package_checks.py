"""What a well-formed package can still get wrong: its graph, its limit, its questions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain

from clerk_app.catalogue.checks import check_condition
from clerk_app.catalogue.tables import Table
from clerk_app.domain import graph
from clerk_app.domain.matter import Matter
from clerk_app.domain.packages import Child, Package

_PACKAGE_CODE = re.compile(r"PK[0-9]{2,6}")


def check_package(package: Package, matters: Mapping[str, Matter], table: Table) -> None:
    """Note what is wrong with a package as a whole; `matters` by code."""
    if table.file.name != f"packages/{package.code}.toml" or not _PACKAGE_CODE.fullmatch(package.code):
        table.fault("code", "应是 PK 加两位以上数字，并与文件名一致")
    if not package.promised.days:
        table.fault("limits", "套餐的承诺时限应大于 0")
    if not _check_children(package, matters, table):
        return
    _check_questions(package, matters, table)
    _check_limit(package, matters, table)
    _warn_of_channels(package, matters, table)
    _warn_of_forgotten_order(package, matters, table)


def _check_children(package: Package, matters: Mapping[str, Matter], table: Table) -> bool:
    """Whether the children form a graph of known matters."""
    before = len(table.file.faults.found)
    codes = [child.matter for child in package.children]
    for position, (child, row) in enumerate(zip(package.children, table.tables("children"), strict=True)):
        if child.matter not in matters:
            row.fault("matter", f"没有事项 {child.matter}")
        if child.matter in codes[:position]:
            row.fault("matter", f"子事项 {child.matter} 重复")
        for code in child.after:
            if code == child.matter:
                row.fault("after", f"{code} 不能排在自己之后")
            elif code not in codes:
                row.fault("after", f"{code} 不是这个套餐的子事项")
    if len(table.file.faults.found) > before:
        return False
    if circle := graph.cycle_in(package.after):
        table.fault("children", f"先后次序成了圈：{' → '.join((*circle, circle[0]))}")
    return not circle


def _check_questions(package: Package, matters: Mapping[str, Matter], table: Table) -> None:
    """A child may hang on the situations of the package and on no others."""
    known = {situation.code: situation for situation in package.situations}
    for child, row in zip(package.children, table.tables("children"), strict=True):
        check_condition(child.when, {}, known, row, "when")


def _check_limit(package: Package, matters: Mapping[str, Matter], table: Table) -> None:
    for child, row in zip(package.children, table.tables("children"), strict=True):
        if matters[child.matter].promised.unit != package.promised.unit:
            row.fault("matter", f"{child.matter} 的时限单位和套餐的不一样")
            return
    days = {child.matter: matters[child.matter].promised.days for child in package.children}
    parallel = graph.longest_path(package.after, days)
    if package.promised.days < parallel and not package.promised_reason.strip():
        table.table("limits").fault(
            "promised", f"承诺 {package.promised.days} 日比并联所需的 {parallel} 日短，要在 reason 里写明理由"
        )


def _warn_of_channels(package: Package, matters: Mapping[str, Matter], table: Table) -> None:
    for child, row in zip(package.children, table.tables("children"), strict=True):
        lacking = [channel for channel in package.channels if channel not in matters[child.matter].channels]
        if lacking and not child.optional:
            row.warn("matter", f"{child.matter} 不能以 {' '.join(lacking)} 方式办理，套餐却写了")


def _warn_of_forgotten_order(package: Package, matters: Mapping[str, Matter], table: Table) -> None:
    """A child that asks for what another one brings should come after it."""
    ancestors = graph.ancestors_of(package.after)
    for child, row in zip(package.children, table.tables("children"), strict=True):
        asked = matters[child.matter]
        needed = {need.code for need in asked.materials} | {field.code for field in asked.fields}
        for other in package.children:
            produces = matters[other.matter].produces
            brought = needed & (produces.materials | produces.fields)
            if brought and _unordered(child, other, ancestors):
                row.warn("after", f"{other.matter} 的结果就是 {' '.join(sorted(brought))}，这里却没有写在它之后")


def _unordered(child: Child, other: Child, ancestors: Mapping[str, frozenset[str]]) -> bool:
    named = chain(ancestors[child.matter], (child.matter,))
    return other.matter not in named and child.matter not in ancestors[other.matter]
