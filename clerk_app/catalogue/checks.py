"""What a well-formed catalogue can still get wrong: references, powers without words, rules that contradict."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields
from string import Formatter

from clerk_app.catalogue.tables import Table
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.matter import Condition, EffectText, Field, HandleItem, Matter, Power

CARD_KEYS = frozenset(field.name for field in fields(IdentityDocument))
PLACEHOLDERS = frozenset({"limit", "due"})

_MATTER_CODE = re.compile(r"[PB][0-9]{2}")
_IMPLEMENTATION_CODE = re.compile(r"[0-9A-Z]{18}[1-7][0-9A-Z]{12}")
_RANK: dict[Power, int] = {"receive": 0, "accept": 1, "complete": 2}


def check_field(field: Field, group: str, table: Table) -> None:
    """Note what is wrong with a form element of `group`."""
    if not field.code.startswith(f"{group}."):
        table.fault("code", f"要素代码应以 {group}. 开头")
    if field.type == "choice" and not field.choices:
        table.fault("choices", "选择类要素要有选项")
    if field.source is not None and (field.card_key is None or field.card_key not in CARD_KEYS):
        table.fault("source", f"没有来源“{field.source}”")


def check_matter(matter: Matter, table: Table) -> None:
    """Note what is wrong with a matter as a whole."""
    if table.file.name != f"matters/{matter.code}.toml" or not _MATTER_CODE.fullmatch(matter.code):
        table.fault("code", "应是 P 或 B 加两位数字，并与文件名一致")
    if not _IMPLEMENTATION_CODE.fullmatch(matter.implementation_code):
        table.fault("implementation_code", "实施编码应是 31 位：信用代码 18、行使层级 1、基本编码 12")
    _check_repeats([field.code for field in matter.fields], table, "groups")
    _check_repeats([need.code for need in matter.materials], table, "materials")
    for need in matter.materials:
        _check_condition(need.when, matter, table, "materials")
    for field in matter.fields:
        _check_condition(field.when, matter, table, "groups")
    if matter.pickup_field is not None and matter.field(matter.pickup_field) is None:
        table.fault("pickup_field", f"表单里没有要素 {matter.pickup_field}")
    if matter.kind == "at_once" and matter.promised.days:
        table.fault("kind", "即办件的承诺时限应是 0")
    _check_handle(matter.handle, table.table("handle"))


def _check_handle(handle: HandleItem, table: Table) -> None:
    if _RANK[handle.offline_power] > _RANK[handle.window_power]:
        table.fault("offline_power", "离线权限不能大于窗口权限")
    needed: set[Power] = {handle.window_power, handle.offline_power}
    if handle.sealed_notice:
        needed.add("receive")  # the seal may not be at hand
    for power in sorted(needed, key=lambda power: _RANK[power]):
        if power not in handle.effects:
            table.fault("effects", f"缺 {power} 时的生效说明")
    for effect in handle.effects.values():
        _check_effect(effect, table)


def _check_effect(effect: EffectText, table: Table) -> None:
    for line in (effect.in_force, effect.not_yet):
        try:
            names = {name for _, name, _, _ in Formatter().parse(line) if name is not None}
        except ValueError:
            table.fault("effects", "花括号不成对")
            return
        for name in sorted(names - PLACEHOLDERS):
            table.fault("effects", f"不认识的占位 {{{name}}}")


def _check_condition(condition: Condition | None, matter: Matter, table: Table, key: str) -> None:
    if condition is None:
        return
    asked = matter.field(condition.field)
    if asked is None:
        table.fault(key, f"条件所问的要素 {condition.field} 不在表单里")
    elif unknown := [value for value in condition.values if value not in asked.choices]:
        table.fault(key, f"要素 {condition.field} 没有选项：{' '.join(unknown)}")


def _check_repeats(codes: Sequence[str], table: Table, key: str) -> None:
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        table.fault(key, f"{code} 重复")
