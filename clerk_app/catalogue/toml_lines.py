"""Where a key stands in a TOML file, and what is wrong with a file that is none, in Chinese.

`tomllib` keeps no positions, and a fault should name its line.
"""

from __future__ import annotations

import re
from collections import Counter

Path = tuple[str | int, ...]
"""Keys and list positions, e.g. ("groups", 2, "fields", 0, "type")."""

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")


def line_of(text: str, path: Path) -> int | None:
    """The line (from 1) of the longest beginning of `path` that the file spells out, or None."""
    lines = _lines_by_path(text)
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _lines_by_path(text: str) -> dict[Path, int]:
    """Every header and every key at the start of a line; a list stands where its first table does.

    Headers are dotted bare keys, as the catalogue writes them.
    """
    found: dict[Path, int] = {}
    counts: Counter[Path] = Counter()
    prefix: Path = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            prefix = _enter(header[2].split("."), counts, is_list=header[1] == "[[")
            found.setdefault(prefix, number)
            if header[1] == "[[":
                found.setdefault(prefix[:-1], number)
        elif key := _KEY.match(line):
            found.setdefault((*prefix, key[1]), number)
    return found


def _enter(keys: list[str], counts: Counter[Path], *, is_list: bool) -> Path:
    """The path of a header: each list of tables on the way stands for its newest table."""
    path: Path = ()
    for position, key in enumerate(keys):
        path = (*path, key.strip())
        if is_list and position == len(keys) - 1:
            counts[path] += 1
        if counts[path]:
            path = (*path, counts[path] - 1)
    return path


_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_MEANINGS = (
    ("Cannot declare", "同一个表写了两次"),
    ("Cannot overwrite", "同一个键写了两次"),
    ("Cannot mutate", "这个表前面已经写完，不能再加"),
    ("Duplicate inline table key", "同一个键写了两次"),
    ("Expected '='", "键后面缺等号"),
    ("Expected newline", "一行里写完后还有多余的字"),
    ("Expected ']", "方括号没有配对"),
    ("Expected '\"", "引号没有配对"),
    ("Expected \"'", "引号没有配对"),
    ("Illegal character '\\n'", "引号没有配对"),
    ("Illegal character", "有不该有的字符"),
    ("Invalid initial character", "键的写法不对：只能是英文字母、数字、- 和 _"),
    ("Invalid statement", "这一行既不是键也不是表头"),
    ("Invalid value", "值的写法不对：文字要加引号"),
    ("Unclosed array", "方括号没有配对"),
    ("Unclosed inline table", "花括号没有配对"),
    ("Unescaped '\\'", "反斜杠要写两个"),
    ("Unterminated string", "引号没有配对"),
)


def explain_toml(message: str, text: str) -> tuple[int | None, str, str]:
    """Line, key (none) and reason of what `tomllib` says about `text`."""
    place = _PLACE.search(message)
    said = message[: place.start()] if place else message
    meaning = next((meaning for begin, meaning in _MEANINGS if said.startswith(begin)), "写法不对")
    if place and place[1]:
        return int(place[1]), "", f"不是 TOML：第 {place[2]} 列{meaning}"
    return len(text.splitlines()) or None, "", f"不是 TOML：到文件末尾{meaning}"
