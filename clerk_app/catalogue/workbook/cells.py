"""What a cell may hold, and what it becomes in a catalogue's file; the same both ways.

A cell reaches this module as text, a whole number or a truth: whatever else a sheet can hold was refused before.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Value = str | int | bool
Parse = Callable[[Value], Any]
Show = Callable[[Any], Value]

_YES, _NO = (
    frozenset({"是", "有", "可", "1", "true", "y", "√"}),
    frozenset({"否", "无", "不可", "0", "false", "n", "×"}),
)
_BETWEEN = re.compile(r"(?<!\\)[、;；]")
_ESCAPED = re.compile(r"\\([、;；])")
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")
_CODE_WHEN = re.compile(r"(\S+?)\s*(\{.*\})", re.DOTALL)


class BadCell(ValueError):
    """A cell cannot be what its column says; the text is the reason."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of cell: how it is read, how it is written, and what the template says of it."""

    parse: Parse
    show: Show
    told: str = ""


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


def _whole(value: Value) -> int:
    if isinstance(value, bool):
        raise BadCell("应是整数")
    if isinstance(value, int):
        return value
    if not re.fullmatch(r"-?[0-9]{1,9}", value):
        raise BadCell("应是整数")
    return int(value)


def _flag(value: Value) -> bool:
    if isinstance(value, bool):
        return value
    said = str(value).casefold()
    if said not in _YES | _NO:
        raise BadCell("应是“是”或“否”")
    return said in _YES


def _texts(value: Value) -> list[str]:
    text = _text(value)
    items = text.splitlines() if "\n" in text else _BETWEEN.split(text)
    return [_ESCAPED.sub(r"\1", item.strip()) for item in items if item.strip()]


def _show_texts(items: list[str]) -> str:
    if len(items) > 1 and any(_BETWEEN.search(item) for item in items):
        return "\n".join(items)
    return "、".join(_BETWEEN.sub(lambda mark: "\\" + mark[0], item) for item in items)


def _lines(value: Value) -> list[str]:
    return [line.strip() for line in _text(value).splitlines() if line.strip()]


def parse_condition(value: Value) -> dict[str, Any]:
    """A condition as the catalogue's files write it: `{ field = "q.sign", values = ["有"] }`."""
    text = " ".join(_text(value).split())
    try:
        found = tomllib.loads(f"when = {text}")
    except (ValueError, RecursionError):
        raise BadCell('应是一个条件，例：{ field = "q.sign", values = ["有"] }') from None
    if found.keys() != {"when"} or not isinstance(found["when"], dict):
        raise BadCell('应是一个条件，例：{ field = "q.sign", values = ["有"] }')
    return dict(found["when"])


def show_toml(value: Any) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, Mapping):
        pairs = [(key if _PLAIN_KEY.fullmatch(key) else show_toml(key), show_toml(item)) for key, item in value.items()]
        return f"{{ {', '.join(f'{key} = {item}' for key, item in pairs)} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(show_toml(item) for item in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    quoted = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + quoted.replace("\n", "\\n").replace("\t", "\\t") + '"'


def _groups(value: Value) -> list[str | dict[str, Any]]:
    found: list[str | dict[str, Any]] = []
    for line in _lines(value):
        if conditional := _CODE_WHEN.fullmatch(line):
            found.append({"group": conditional[1], "when": parse_condition(conditional[2])})
        else:
            found.extend(_texts(line))
    return found


def _show_groups(value: list[str | dict[str, Any]]) -> str:
    return "\n".join(item if isinstance(item, str) else f"{item['group']} {show_toml(item['when'])}" for item in value)


def _sources(value: Value) -> list[str]:
    return _lines(value)


def _licence_use(value: Value) -> bool | str:
    return "partly" if value == "部分" else _flag(value)


def _show_flag(value: bool) -> str:
    return "是" if value else "否"


def words(**names: str) -> Kind:
    """One of some Chinese words: `words(at_once="即办件/1")`; what follows a bar is understood too."""
    by_word = {word: key.strip("_") for key, spelled in names.items() for word in (*spelled.split("/"), key.strip("_"))}
    shown = {key.strip("_"): spelled.split("/")[0] for key, spelled in names.items()}

    def parse(value: Value) -> str:
        word = _text(value)
        if word not in by_word:
            raise BadCell(f"“{word[:20]}”不行：应是 {' '.join(shown.values())} 之一")
        return by_word[word]

    def show(key: Any) -> Value:
        return shown.get(key, str(key))

    return Kind(parse, show, "、".join(shown.values()) + " 之一")


def several(kind: Kind) -> Kind:
    """Some of these words."""

    def parse(value: Value) -> list[Any]:
        return [kind.parse(item) for item in _texts(value)]

    return Kind(parse, lambda keys: "、".join(_text(kind.show(key)) for key in keys), f"{kind.told}，用顿号隔开")


TEXT = Kind(_text, str)
WHOLE = Kind(_whole, int, "整数")
FLAG = Kind(_flag, _show_flag, "是 或 否")
TEXTS = Kind(_texts, _show_texts, "用顿号或换行隔开")
LINES = Kind(_lines, "\n".join, "一行一项")
SOURCES = Kind(_sources, "\n".join, "一行一个，例：card:name")
CONDITION = Kind(parse_condition, show_toml, '例：{ field = "q.sign", values = ["有"] }')
GROUPS = Kind(_groups, _show_groups, '一行一组；有条件的在代码后写条件，例：g.K1 { field = "q.sign", values = ["有"] }')
LICENCE_USE = Kind(_licence_use, lambda value: "部分" if value == "partly" else _show_flag(value), "是、否 或 部分")
PRINTED = Kind(lambda value: "printed" if _flag(value) else "", lambda value: _show_flag(bool(value)), "是 或 否")
