"""Reading TOML with a schema: every wrong, missing or unknown key becomes a fault, and reading goes on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Any, TypeVar

from clerk_app.catalogue.characters import unsound
from clerk_app.catalogue.faults import Faults
from clerk_app.catalogue.toml_lines import Path, explain_toml, line_of
from clerk_app.domain.conditions import number_of

Word = TypeVar("Word", bound=str)

MOST_BYTES = 4 << 20
"""A file above this is no file that a person keeps."""

MOST = 9_999
"""The largest whole number: a hundred years of limits would end after the last date there is."""

LONGEST = 4_000
"""Characters in one text."""

_PLAIN_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,4})?")


Place = tuple[str, int | None, str]
"""File, line and key of a fault as they are shown; of a workbook the sheet, the row and the column."""

_NOWHERE: Place = ("", None, "")


@dataclass(slots=True)
class TomlFile:
    """One file being read: its shown name, its text (for line numbers) and where faults go.

    `places` says where each key was written, if the file was made from something else, such as a workbook.
    `proved`: what its values hold was looked at with the text; escapes hide characters from that look.
    """

    name: str
    text: str
    faults: Faults
    proved: bool = False
    places: Mapping[Path, Place] | None = None


@dataclass(slots=True)
class Table:
    """A TOML table, read key by key.

    Each method takes one key; a fault is noted and a neutral value returned, so that one run finds every fault.
    `close` notes the keys nobody asked for. A hollow table stands where there is none, which was noted: that it lacks
    everything is no further fault.
    """

    file: TomlFile
    path: Path
    data: Mapping[str, Any]
    asked: set[str] = field(default_factory=set)
    wrong: set[str] = field(default_factory=set)
    hollow: bool = False

    def text(self, key: str, default: str | None = None) -> str:
        """A text, not blank unless it has a default, of at most `LONGEST` characters that a paper can hold."""
        value = self._take(key, str, "文字", default)
        if isinstance(value, str):
            self._check_text(key, value)
        if default is None and isinstance(value, str) and not value.strip() and key in self.data:
            self.fault(key, "不能为空")
        return str(value or "")

    def code(self, key: str, shape: re.Pattern[str], told: str) -> str:
        """A text of this shape; `told` says what the shape is."""
        value = self.text(key)
        if value.strip() and not shape.fullmatch(value):
            self.fault(key, f"“{value[:40]}”不行：应是{told}")
        return value

    def optional_text(self, key: str) -> str | None:
        """A text, or None where the key is absent."""
        return self.text(key) if key in self.data else None

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number from 0 to `MOST`."""
        value = self._take(key, int, "整数", default)
        if isinstance(value, int) and value < 0:
            self.fault(key, "不能小于 0")
        elif isinstance(value, int) and value > MOST:
            self.fault(key, f"不能大于 {MOST}")
        return min(value, MOST) if isinstance(value, int) else 0

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
        for item in items:
            self._check_text(key, item)
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
        number = number_of(value) if isinstance(value, str) and _PLAIN_NUMBER.fullmatch(value) else None
        if isinstance(value, str) and number is None:
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
        if not isinstance(value, dict):
            return Table(self.file, (*self.path, key), {}, hollow=True)
        return Table(self.file, (*self.path, key), value)

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

    def is_sound(self, *keys: str) -> bool:
        """Whether nothing was wrong with these keys: what follows from a fault should not be told as another."""
        return not self.wrong.intersection(keys)

    def fault(self, key: str, reason: str) -> None:
        """Note a fault at `key` of this table; an empty key means the table itself."""
        self.wrong.add(key)
        self.file.faults.add(*self._place(key), reason)

    def warn(self, key: str, reason: str) -> None:
        """Note a warning at `key` of this table; an empty key means the table itself."""
        self.file.faults.warn(*self._place(key), reason)

    def _check_text(self, key: str, text: str) -> None:
        if len(text) > LONGEST:
            self.fault(key, f"太长（{len(text)} 字），最多 {LONGEST} 字")
        elif not self.file.proved and (found := unsound(text)):
            self.fault(key, f"第 {found[0] + 1} 个字：{found[1]}")

    def _place(self, key: str) -> tuple[str, int | None, str]:
        path = (*self.path, key) if key else self.path
        if self.file.places is not None:
            lengths = range(len(path), -1, -1)
            return next((place for length in lengths if (place := self.file.places.get(path[:length]))), _NOWHERE)
        shown = ".".join(str(step) for step in path if isinstance(step, str))
        return self.file.name, line_of(self.file.text, path), shown

    def _take(self, key: str, kind: type, name: str, default: object) -> object:
        self.asked.add(key)
        if key not in self.data:
            if default is None and not self.hollow:
                self.fault(key, "缺这一项")
            return default
        value = self.data[key]
        # bool is an int to Python, not to whoever wrote the file.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.fault(key, f"应是{name}")
            return None
        return value


def read_toml(folder: FilePath, name: str, faults: Faults) -> Table | None:
    """The top table of `folder`/`name`; None, with one fault noted, if the file cannot be read as TOML in UTF-8."""
    path = folder / name
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError:
        faults.add(name, None, "", "打不开这个文件")
        return None
    if size > MOST_BYTES:
        faults.add(name, None, "", f"文件太大（{size >> 20} MB），最多 {MOST_BYTES >> 20} MB：请分成几个文件")
        return None
    return parse_toml(name, content, faults)


def parse_toml(name: str, content: bytes, faults: Faults) -> Table | None:
    """The top table of a file's bytes; None, with one fault noted, if they are no TOML in UTF-8."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.add(name, content.count(b"\n", 0, error.start) + 1, "", f"不是 UTF-8 文字{_guess(content)}")
        return None
    if b"\0" in content:
        faults.add(name, None, "", f"不是 UTF-8 文字{_guess(content)}")
        return None
    if found := unsound(text):
        at, reason = found
        faults.add(name, text.count("\n", 0, at) + 1, "", f"第 {at - text.rfind(chr(10), 0, at)} 列{reason}")
        return None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        faults.add(name, *explain_toml(str(error), text))
    except (ValueError, RecursionError) as error:
        # A number of thousands of digits, brackets thousands deep: no mistake of grammar, and no catalogue either.
        deep = isinstance(error, RecursionError)
        faults.add(name, None, "", "不是 TOML：括号套得太深" if deep else "不是 TOML：有一个数太长")
    else:
        return Table(TomlFile(name, text, faults, proved="\\" not in text), (), data)
    return None


def _guess(content: bytes) -> str:
    """What the bytes may be instead, with what to do about it."""
    if b"\0" in content[:4096] or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "，像是 UTF-16：请另存为 UTF-8"
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return "：文件坏了或被截断，请重新导出"
    return "，像是 GB18030：请另存为 UTF-8" if unsound(text) is None else "：请另存为 UTF-8"
