"""What a well-formed catalogue can still get wrong: references, powers without words, rules that contradict."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from string import Formatter

from clerk_app.catalogue.tables import Table
from clerk_app.domain.computed import COMPUTATIONS, computed_from
from clerk_app.domain.conditions import NOT_ASKED, AllOf, AnyOf, AtLeast, AtMost, Condition, Filled, Not, OneOf
from clerk_app.domain.elements import Column, Field
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.matter import EffectText, HandleItem, Matter, Power
from clerk_app.domain.situations import Situation
from clerk_app.domain.sources import Source

CARD_KEYS = frozenset(field.name for field in fields(IdentityDocument))
PLACEHOLDERS = frozenset({"limit", "due"})

Comparison = OneOf | AtLeast | AtMost | Filled

_MATTER_CODE = re.compile(r"[PB][0-9]{2,6}")
_SITUATION_CODE = re.compile(r"q\.[a-z][a-z0-9_]*")
_COLUMN_KEY = re.compile(r"[a-z][a-z0-9_]*")
_IMPLEMENTATION_CODE = re.compile(r"[0-9A-Z]{18}[1-7][0-9A-Z]{12}")
_CARRIED_OVER = ("text", "id", "address", "phone")
"""Types of what one matter may take over from an earlier one: name, document, address, phone."""
_RANK: dict[Power, int] = {"receive": 0, "accept": 1, "complete": 2}


def check_field(field: Field, group: str, table: Table) -> None:
    """Note what is wrong with a form element of `group`."""
    if not field.code.startswith(f"{group}."):
        table.fault("code", f"要素代码应以 {group}. 开头")
    elif not _COLUMN_KEY.fullmatch(field.code.removeprefix(f"{group}.")):
        table.fault("code", f"{group}. 之后应是小写英文、数字和 _")
    if field.type == "choice" and not field.choices:
        table.fault("choices", "选择类要素要有选项")
    _check_repeats(field.choices, table, "choices")
    if field.type == "table" and not field.columns:
        table.fault("columns", "表格类要素要有列")
    if field.type != "table" and (field.columns or field.min_rows):
        table.fault("columns" if field.columns else "min_rows", "只有表格类要素才有列和行")
    _check_repeats([column.key for column in field.columns], table, "columns")
    if field.type != "number" and (field.unit or field.at_least is not None or field.at_most is not None):
        table.fault("type", "只有数字类要素才有 unit、at_least、at_most")
    if field.at_least is not None and field.at_most is not None and field.at_least > field.at_most:
        table.fault("at_most", "最大值比最小值小")
    if field.earlier and field.type not in _CARRIED_OVER:
        table.fault("earlier", "上次办理的回答只能用在文字、证件、地址、电话上")
    if field.type == "file" and (field.choices or field.sources):
        table.fault("choices" if field.choices else "sources", "文件类要素由人附上，没有选项和来源")
    _check_card_keys(field.sources, table)


def check_column(column: Column, table: Table) -> None:
    """Note what is wrong with a column of a table element."""
    if not _COLUMN_KEY.fullmatch(column.key):
        table.fault("key", "列的键应是小写字母开头的英文")
    if column.type == "table":
        table.fault("type", "表格里不能再放表格")
    if column.type == "file":
        table.fault("type", "表格里不能放文件")
    if column.type == "choice" and not column.choices:
        table.fault("choices", "选择类要素要有选项")
    _check_card_keys(column.sources, table)


def check_situation(situation: Situation, known: Mapping[str, Situation], table: Table) -> None:
    """Note what is wrong with a situation; it may hang on other situations only."""
    if not _SITUATION_CODE.fullmatch(situation.code):
        table.fault("code", "情形代码应是 q. 加小写英文")
    if len(situation.choices) < 2:
        table.fault("choices", "情形至少要有两个选项")
    _check_repeats(situation.choices, table, "choices")
    if NOT_ASKED in situation.choices:
        table.fault("choices", f"“{NOT_ASKED}”是没有问到时的回答，不能当选项")
    check_condition(situation.when, {}, known, table, "when")


def check_matter(matter: Matter, table: Table) -> None:
    """Note what is wrong with a matter as a whole."""
    if table.file.name != f"matters/{matter.code}.toml" or not _MATTER_CODE.fullmatch(matter.code):
        table.fault("code", "应是 P 或 B 加两位以上数字，并与文件名一致")
    if not _IMPLEMENTATION_CODE.fullmatch(matter.implementation_code):
        table.fault("implementation_code", "实施编码应是 31 位：信用代码 18、行使层级 1、基本编码 12")
    _check_repeats([field.code for field in matter.fields], table, "groups")
    _check_repeats([need.code for need in matter.materials], table, "materials")
    _check_repeats([situation.code for situation in matter.situations], table, "situations")
    for key, condition in _conditions_of(matter):
        check_condition(
            condition,
            {field.code: field for field in matter.fields},
            {situation.code: situation for situation in matter.situations},
            table,
            key,
        )
    if matter.pickup_field is not None and matter.field(matter.pickup_field) is None:
        table.fault("pickup_field", f"表单里没有要素 {matter.pickup_field}")
    if matter.kind == "at_once" and matter.promised.days:
        table.fault("kind", "即办件的承诺时限应是 0")
    if matter.kind == "promised" and not matter.promised.days:
        table.fault("kind", "承诺件的承诺时限应大于 0")
    if matter.visits < 1:
        table.fault("visits", "至少要来一次")
    for need in matter.materials:
        if need.deferrable and not need.required:
            table.fault("materials", f"{need.code} 不是必要材料，不用容缺")
    _check_handle(matter.handle, table.table("handle"))


def check_condition(
    condition: Condition | None,
    elements: Mapping[str, Field],
    situations: Mapping[str, Situation],
    table: Table,
    key: str,
) -> None:
    """Note what is wrong with a condition that may ask for these elements and these situations."""
    for part in comparisons(condition):
        if part.field in situations:
            choices: tuple[str, ...] = situations[part.field].choices
            is_number = False
        elif part.field in elements:
            choices, is_number = elements[part.field].choices, elements[part.field].type == "number"
        elif part.field.startswith("q."):
            table.fault(key, f"条件所问的情形 {part.field} 没有列在 situations 里")
            continue
        else:
            table.fault(key, f"条件所问的要素 {part.field} 不在表单里")
            continue
        check_comparison(part, choices, table, key, is_number=is_number)


def check_comparison(part: Comparison, choices: Sequence[str], table: Table, key: str, *, is_number: bool) -> None:
    """Note a comparison with what cannot be the answer to its question."""
    if isinstance(part, OneOf) and (unknown := [value for value in part.values if value not in choices]):
        table.fault(key, f"{_word(part.field)} {part.field} 没有选项：{' '.join(unknown)}")
    if isinstance(part, AtLeast | AtMost) and not is_number:
        table.fault(key, f"{_word(part.field)} {part.field} 不是数字，不能比大小")


def check_computed(fields_by_code: Mapping[str, Field], table: Table, source: Source, key: str) -> None:
    """Note what is wrong with a computed source: its name, its arguments."""
    computation = COMPUTATIONS.get(source.of)
    if computation is None:
        table.fault(key, f"没有算法“{source.of}”，可用：{' '.join(sorted(COMPUTATIONS))}")
        return
    if not computation.takes(len(source.arguments)):
        table.fault(key, f"算法 {source.of} 的参数个数不对")
        return
    codes = computed_from(source)
    for code in codes:
        if code not in fields_by_code:
            table.fault(key, f"没有要素 {code}")
    if computation.names_column and not any(
        column.key == source.arguments[-1] for code in codes if code in fields_by_code
        for column in fields_by_code[code].columns
    ):  # fmt: skip
        table.fault(key, f"表格里没有列 {source.arguments[-1]}")


def _word(code: str) -> str:
    return "情形" if code.startswith("q.") else "要素" if code.startswith("g.") else "已知情况"


def comparisons(condition: Condition | None) -> Iterator[Comparison]:
    """Every comparison a condition is made of."""
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from comparisons(part)
    elif isinstance(condition, Not):
        yield from comparisons(condition.part)
    elif condition is not None:
        yield condition


def _conditions_of(matter: Matter) -> Iterator[tuple[str, Condition | None]]:
    for need in matter.materials:
        yield "materials", need.when
    for group in matter.groups:
        for field in group.fields:
            yield "groups", field.when
        for rule in group.rules:
            yield "groups", rule.when
    for rule in matter.rules:
        yield "rules", rule.when


def _check_card_keys(sources: Iterable[Source], table: Table) -> None:
    for source in sources:
        if source.origin == "card" and source.key not in CARD_KEYS:
            table.fault("source" if "source" in table.data else "sources", f"没有来源“{source.text}”")


def _check_handle(handle: HandleItem, table: Table) -> None:
    if _RANK[handle.offline_power] > _RANK[handle.window_power]:
        table.fault("offline_power", "离线权限不能大于窗口权限")
        return
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
            parts = [part for part in Formatter().parse(line) if part[1] is not None]
        except ValueError:
            table.fault("effects", "花括号不成对")
            return
        for name in sorted({str(name) for _, name, _, _ in parts} - PLACEHOLDERS):
            table.fault("effects", f"不认识的占位 {{{name}}}")
        # A width in a placeholder could ask for more blanks than there is memory.
        if any(style or conversion for _, name, style, conversion in parts if name in PLACEHOLDERS):
            table.fault("effects", "占位里只写名字，不写格式")


def _check_repeats(codes: Sequence[str], table: Table, key: str) -> None:
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        table.fault(key, f"{code} 重复")
