"""Where a key stands in a TOML file, so that a fault can name its line: `tomllib` keeps no positions."""

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
    """Every header and every key at the start of a line. Headers are dotted bare keys, as the catalogue writes them."""
    found: dict[Path, int] = {}
    counts: Counter[Path] = Counter()
    prefix: Path = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            prefix = _enter(header[2].split("."), counts, is_list=header[1] == "[[")
            found.setdefault(prefix, number)
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
