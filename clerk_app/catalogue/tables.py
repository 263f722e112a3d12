"""Reading TOML with a schema: every wrong, missing or unknown key becomes a fault, and reading goes on."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Any, TypeVar

from clerk_app.catalogue.faults import Faults
from clerk_app.catalogue.toml_lines import Path, line_of
from clerk_app.domain.conditions import number_of

Word = TypeVar("Word", bound=str)

_AT_LINE = "at line "


@dataclass(slots=True)
class TomlFile:
    """One file being read: its shown name, its text (for line numbers) and where faults go."""

    name: str
    text: str
    faults: Faults


@dataclass(slots=True)
class Table:
    """A TOML table, read key by key.

    Each method takes one key; a fault is noted and a neutral value returned, so that one run finds every fault.
    `close` notes the keys nobody asked for.
    """

    file: TomlFile
    path: Path
    data: Mapping[str, Any]
    asked: set[str] = field(default_factory=set)

    def text(self, key: str, default: str | None = None) -> str:
        """A text, not blank unless it has a default."""
        value = self._take(key, str, "文字", default)
        if default is None and isinstance(value, str) and not value.strip() and key in self.data:
            self.fault(key, "不能为空")
        return str(value or "")

    def optional_text(self, key: str) -> str | None:
        """A text, or None where the key is absent."""
        return self.text(key) if key in self.data else None

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number from 0."""
        value = self._take(key, int, "整数", default)
        if isinstance(value, int) and value < 0:
            self.fault(key, "不能小于 0")
        return value if isinstance(value, int) else 0

    def flag(self, key: str, default: bool | None = None) -> bool:
        """True or false."""
        return self._take(key, bool, "true 或 false", default) is True

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts."""
        value = self._take(key, list, "文字列表", list(default) if default is not None else None)
        items = value if isinstance(value, list) else []
        if not all(isinstance(item, str) and item.strip() for item in items):
            self.fault(key, "应是文字列表，且不能有空项")
            return ()
        return tuple(items)

    def dates(self, key: str) -> tuple[date, ...]:
        """A list of dates."""
        value = self._take(key, list, "日期列表", None)
        items = value if isinstance(value, list) else []
        if not all(type(item) is date for item in items):
            self.fault(key, "应是日期列表")
            return ()
        return tuple(items)

    def word(self, key: str, words: Collection[Word], default: Word | None = None) -> Word:
        """One of `words`."""
        value = self._take(key, str, "文字", default)
        for word in words:
            if value == word:
                return word
        if value is not None:
            self.fault(key, f"“{value}”不在可选值里：{' '.join(words)}")
        return next(iter(words))

    def decimal(self, key: str) -> Decimal:
        """A number of 0 or more, written as a text so that no digit is lost: "300", "12.50"."""
        value = self._take(key, str, "写成文字的数", None)
        number = number_of(value) if isinstance(value, str) else None
        if isinstance(value, str) and (number is None or number < 0):
            self.fault(key, '应是写成文字的数，不小于 0，例："300"')
        return number or Decimal(0)

    def optional_decimal(self, key: str) -> Decimal | None:
        """Such a number, or None where the key is absent."""
        return self.decimal(key) if key in self.data else None

    def words(self, key: str, words: Collection[Word], *, optional: bool = False) -> tuple[Word, ...]:
        """A list of some of `words`, at least one; with `optional` the key may be absent, which is none."""
        if optional and key not in self.data:
            return ()
        given = self.texts(key)
        for value in given:
            if value not in words:
                self.fault(key, f"“{value}”不在可选值里：{' '.join(words)}")
        if key in self.data and not given:
            self.fault(key, "至少要有一个")
        return tuple(word for word in words if word in given)

    def table(self, key: str) -> Table:
        """A table inside this one."""
        value = self._take(key, dict, "表", None)
        return Table(self.file, (*self.path, key), value if isinstance(value, dict) else {})

    def optional_table(self, key: str) -> Table | None:
        """A table inside this one, or None where the key is absent."""
        return self.table(key) if key in self.data else None

    def texts_or_tables(self, key: str) -> tuple[str | Table, ...]:
        """A list in which each item is a text or a table."""
        value = self._take(key, list, "列表", None)
        items = value if isinstance(value, list) else []
        if not all((isinstance(item, str) and item.strip()) or isinstance(item, dict) for item in items):
            self.fault(key, "每一项应是文字或表，且不能有空项")
            return ()
        return tuple(
            Table(self.file, (*self.path, key, position), item) if isinstance(item, dict) else item
            for position, item in enumerate(items)
        )

    def tables(self, key: str, *, optional: bool = False) -> tuple[Table, ...]:
        """A list of at least one table; with `optional` the key may be absent, which is none."""
        if optional and key not in self.data:
            return ()
        value = self._take(key, list, "表的列表", None)
        items = value if isinstance(value, list) else []
        if key in self.data and not (items and all(isinstance(item, dict) for item in items)):
            self.fault(key, "应是一个或几个表")
            return ()
        return tuple(Table(self.file, (*self.path, key, position), item) for position, item in enumerate(items))

    def close(self) -> None:
        """Note every key that nobody asked for."""
        for key in self.data:
            if key not in self.asked:
                self.fault(key, "不认识的键")

    def fault(self, key: str, reason: str) -> None:
        """Note a fault at `key` of this table; an empty key means the table itself."""
        self.file.faults.add(*self._place(key), reason)

    def warn(self, key: str, reason: str) -> None:
        """Note a warning at `key` of this table; an empty key means the table itself."""
        self.file.faults.warn(*self._place(key), reason)

    def _place(self, key: str) -> tuple[str, int | None, str]:
        path = (*self.path, key) if key else self.path
        shown = ".".join(str(step) for step in path if isinstance(step, str))
        return self.file.name, line_of(self.file.text, path), shown

    def _take(self, key: str, kind: type, name: str, default: object) -> object:
        self.asked.add(key)
        if key not in self.data:
            if default is None:
                self.fault(key, "缺这一项")
            return default
        value = self.data[key]
        # bool is an int to Python, not to whoever wrote the file.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.fault(key, f"应是{name}")
            return None
        return value


def read_optional(folder: FilePath, name: str, faults: Faults) -> Table | None:
    """As `read_toml`, of a file that a catalogue need not have."""
    return read_toml(folder, name, faults) if (folder / name).exists() else None


def read_toml(folder: FilePath, name: str, faults: Faults) -> Table | None:
    """The top table of `folder`/`name`; None, with a fault noted, if the file is missing or no TOML in UTF-8."""
    try:
        text = (folder / name).read_bytes().decode("utf-8")
        data = tomllib.loads(text)
    except OSError:
        faults.add(name, None, "", "打不开这个文件")
    except UnicodeDecodeError:
        faults.add(name, None, "", "不是 UTF-8 文字")
    except tomllib.TOMLDecodeError as error:
        faults.add(name, _line_in(str(error)), "", f"不是 TOML：{error}")
    else:
        return Table(TomlFile(name, text, faults), (), data)
    return None


def _line_in(message: str) -> int | None:
    """The line that `tomllib` names in its message."""
    digits = message.partition(_AT_LINE)[2].partition(",")[0]
    return int(digits) if digits.isdigit() else None
