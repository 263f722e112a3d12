"""What is wrong with an answer: by the type and the bounds of its element, each told in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from clerk_app.domain import credit_code, id_number
from clerk_app.domain.conditions import number_of
from clerk_app.domain.elements import Column, Field, FieldType
from clerk_app.domain.form_tables import Row, read_rows, table_rows

FaultKind = Literal[
    "required",
    "not_a_choice",
    "not_a_date",
    "future_date",
    "not_a_phone",
    "not_an_id",
    "not_a_number",
    "out_of_bounds",
    "not_a_credit_code",
    "not_a_file",
    "not_a_table",
    "too_few_rows",
    "bad_cell",
    "too_long",
    "rule",
    "unexplained",
]

NO_PHONE = "无手机"
"""A good answer where a phone is asked: nobody has to have one."""
MAX_TEXT = 200
MAX_ROWS = 200

_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?|[48]00-?\d{3}-?\d{4}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_OTHER_ID = re.compile(r"[0-9A-Z]{6,17}")
_FILE = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the sentence that says so; an empty answer to a required element needs none."""

    kind: FaultKind
    message: str = ""


REQUIRED = Fault("required")
_NOT_A_CHOICE = Fault("not_a_choice", "请从选项中选一个")
_NOT_A_DATE = Fault("not_a_date", "日期不对，例：2026-11-17")
_FUTURE_DATE = Fault("future_date", "日期不能晚于今天")
_NOT_A_PHONE = Fault("not_a_phone", "号码不对，请再核对一遍")
_NOT_A_PHONE_NOR_NONE = Fault("not_a_phone", f"号码不对；没有手机请填“{NO_PHONE}”")
_NOT_AN_ID = Fault("not_an_id", "证件号码不对")
_NOT_A_NUMBER = Fault("not_a_number", "请填数字，例：120 或 36.5")
_NOT_A_CREDIT_CODE = Fault("not_a_credit_code", "统一社会信用代码不对，是执照上的 18 位")
NOT_A_FILE = Fault("not_a_file", "还没有附上文件")
_NOT_A_TABLE = Fault("not_a_table", "表格读不出来，请重新填写")
_TOO_LONG = Fault("too_long", f"太长，最多 {MAX_TEXT} 字")
_TOO_MANY_ROWS = Fault("too_long", f"太长，最多 {MAX_ROWS} 行")


def check_field(field: Field, value: str, today: date, said: str = "") -> Fault | None:
    """What is wrong with an answer, or None. An empty one is wrong only in a required element.

    `said` is what a lawful source said of a table: its cells are not for the form to judge.
    """
    if field.columns:
        return _check_table(field, value, today, table_rows(said))
    if not value:
        return REQUIRED if field.required else None
    return _check_text(_Asked(field.type, field.choices, field), value, today)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked by an element or by a column of one; a column has no bounds and may lie in the future."""

    type: FieldType
    choices: tuple[str, ...]
    field: Field | None = None


_Check = Callable[[_Asked, str, date], Fault | None]


def _check_text(asked: _Asked, value: str, today: date) -> Fault | None:
    if asked.type == "choice":
        return None if value in asked.choices else _NOT_A_CHOICE
    if value in asked.choices:
        return None
    if len(value) > MAX_TEXT:
        return _TOO_LONG
    check = _CHECKS.get(asked.type)
    return check(asked, value, today) if check else None


def _check_date(asked: _Asked, value: str, today: date) -> Fault | None:
    if not _DATE.fullmatch(value):
        return _NOT_A_DATE
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return _NOT_A_DATE
    in_future = asked.field is not None and day > today and not asked.field.may_be_future
    return _FUTURE_DATE if in_future else None


def _check_phone(asked: _Asked, value: str, _today: date) -> Fault | None:
    if _PHONE.fullmatch(value.replace(" ", "")):
        return None
    return _NOT_A_PHONE_NOR_NONE if NO_PHONE in asked.choices else _NOT_A_PHONE


def _check_id(_asked: _Asked, value: str, _today: date) -> Fault | None:
    """A citizen number with its right check character, or a shorter number of another make."""
    number = value.upper()
    good = id_number.is_valid(number) if len(number) == 18 else _OTHER_ID.fullmatch(number) is not None
    return None if good else _NOT_AN_ID


def _check_number(asked: _Asked, value: str, _today: date) -> Fault | None:
    number = number_of(value) if _NUMBER.fullmatch(value) else None
    if number is None:
        return _NOT_A_NUMBER
    field = asked.field
    if field is None:
        return None
    below = field.at_least is not None and number < field.at_least
    above = field.at_most is not None and number > field.at_most
    return Fault("out_of_bounds", _bounds(field)) if below or above else None


def _bounds(field: Field) -> str:
    """应在 1 到 10000 平方米之间, or with one bound 不能少于 1 人, 不能多于 100 %."""
    low, high = _plain(field.at_least), _plain(field.at_most)
    unit = f" {field.unit}" if field.unit else ""
    if low and high:
        return f"应在 {low} 到 {high}{unit}之间"
    return f"不能少于 {low}{unit}" if low else f"不能多于 {high}{unit}"


def _plain(bound: Decimal | None) -> str:
    return "" if bound is None else f"{bound:f}"


def _check_credit_code(_asked: _Asked, value: str, _today: date) -> Fault | None:
    return None if credit_code.is_valid(value.upper()) else _NOT_A_CREDIT_CODE


def _check_file(_asked: _Asked, value: str, _today: date) -> Fault | None:
    """A file is named by the SHA-256 of its sealed bytes."""
    return None if _FILE.fullmatch(value) else NOT_A_FILE


_CHECKS: Mapping[FieldType, _Check] = {
    "date": _check_date,
    "phone": _check_phone,
    "id": _check_id,
    "number": _check_number,
    "credit_code": _check_credit_code,
    "file": _check_file,
}


def _check_table(field: Field, value: str, today: date, said: Sequence[Row]) -> Fault | None:
    rows = read_rows(value)
    if rows is None:
        return _NOT_A_TABLE
    if not rows:
        return REQUIRED if field.required else None
    if len(rows) > MAX_ROWS:
        return _TOO_MANY_ROWS
    if len(rows) < field.min_rows:
        return Fault("too_few_rows", f"至少填 {field.min_rows} 行")
    for place, row in enumerate(rows):
        from_source = said[place] if place < len(said) else {}
        for column in field.columns:
            fault = _check_cell(column, row.get(column.key, ""), from_source.get(column.key, ""), today)
            if fault is not None:
                return Fault("bad_cell", f"第 {place + 1} 行 {column.label}：{fault.message or '还没有填'}")
    return None


def _check_cell(column: Column, cell: str, said: str, today: date) -> Fault | None:
    if not cell:
        return REQUIRED if column.required else None
    return None if cell == said else _check_text(_Asked(column.type, column.choices), cell, today)
