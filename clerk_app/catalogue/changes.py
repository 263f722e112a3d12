"""What a new catalogue changes of an old one, thing by thing and key by key, to be looked at before it is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

ChangeKind = Literal["added", "changed", "removed"]

_THINGS = {"licences": "电子证照", "materials": "材料", "situations": "情形", "groups": "要素组", "hints": "提示"}
_ROOMS = {"matters/": "事项", "packages/": "套餐"}
_IDENTIFYING = ("code", "matter", "key", "group", "name")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One key of a thing: what it was and what it becomes; None where it is not there."""

    key: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing (a matter, a material …) that comes, goes, or becomes another."""

    kind: ChangeKind
    thing: str
    code: str
    name: str
    fields: tuple[FieldChange, ...] = ()

    @property
    def body(self) -> dict[str, Any]:
        """As it is written into JSON."""
        fields = [{"key": item.key, "before": item.before, "after": item.after} for item in self.fields]
        return {"kind": self.kind, "thing": self.thing, "code": self.code, "name": self.name, "fields": fields}

    @property
    def text(self) -> str:
        """As it is shown: one line, and one more for each key."""
        sign = {"added": "新增", "changed": "修改", "removed": "删除"}[self.kind]
        lines = [f"{sign} {self.thing} {self.code} {self.name}".rstrip()]
        lines += [f"    {item.key}：{_shown(item.before)} → {_shown(item.after)}" for item in self.fields]
        return "\n".join(lines)


def changes(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> tuple[Change, ...]:
    """What is added, changed and removed between the files of two catalogues, in the order of the files."""
    before, after = dict(_things(old)), dict(_things(new))
    found = []
    for place in [*after, *(place for place in before if place not in after)]:
        was, is_now = before.get(place), after.get(place)
        thing, code = place
        table = is_now if is_now is not None else was
        name = str((table or {}).get("name") or (table or {}).get("label") or (table or {}).get("question") or "")
        if was is None:
            found.append(Change("added", thing, code, name))
        elif is_now is None:
            found.append(Change("removed", thing, code, name))
        elif fields := _fields(was, is_now):
            found.append(Change("changed", thing, code, name, fields))
    return tuple(found)


def _things(files: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    for name, table in files.items():
        room = next((thing for prefix, thing in _ROOMS.items() if name.startswith(prefix)), None)
        if room is not None:
            yield (room, str(table.get("code"))), table
        elif name == "catalogue.toml":
            yield ("目录", ""), table
        else:
            yield from _listed(table)


def _listed(table: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    for key, items in table.items():
        for item in items if isinstance(items, list) else ():
            yield (_THINGS.get(key, key), str(item.get("code"))), {k: v for k, v in item.items() if k != "fields"}
            for field in item.get("fields", ()) if key == "groups" else ():
                yield ("要素", str(field.get("code"))), field


def _fields(was: Mapping[str, Any], is_now: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    before, after = dict(_flat(was)), dict(_flat(is_now))
    keys = [*after, *(key for key in before if key not in after)]
    return tuple(FieldChange(key, before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key))


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every value under a table with its dotted key; an entry of a list goes by its code, not by its place."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list | tuple) and value and all(isinstance(item, Mapping) for item in value):
        for at, item in enumerate(value, start=1):
            by = next((str(item[key]) for key in _IDENTIFYING if isinstance(item.get(key), str)), str(at))
            yield from _flat(item, f"{path}[{by}]")
    elif isinstance(value, list | tuple):
        yield path, "、".join(str(item) for item in value)
    else:
        yield path, {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


def _shown(text: str | None) -> str:
    return "（无）" if text is None else f"“{text}”"
