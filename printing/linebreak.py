"""Breaking Chinese text into lines (the rules of GB/T 15834-2011, 5: where punctuation may not stand).

A line never begins with a closing mark and never ends with an opening one; Latin words, numbers and a number with its
unit stay whole. The marks push their neighbour to the next line with them; a word wider than a whole line is cut, since
nothing may leave the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_OPENING = "（〔［｛《〈「『【“‘"
_CLOSING = "，。、；：？！）〕］｝》〉」』】”’…—～·‧・％‰℃"
_UNITS = "年月日时分秒号条款项个份页元天张人次"
_LATIN = "!-~\u00a1-\u00b6\u00b8-\u024f"  # visible ASCII and Latin letters, but not the dot within names

_UNIT = re.compile(rf"\s|[{_OPENING}]*(?:[{_LATIN}]+(?: ?[{_UNITS}])?|[^\s{_OPENING}{_CLOSING}{_LATIN}])?[{_CLOSING}]*")


def break_lines(text: str, width_of: Callable[[str], float], *, width: float, first: float | None = None) -> list[str]:
    """Break `text` into lines no wider than `width` points (`first` for the first one).

    Line breaks in the text are kept; spaces at the ends of lines are dropped. An empty text gives no line.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        limit = width if lines or first is None else first
        lines.extend(_fill(paragraph.strip(), width_of, limit, width))
    return lines


def _fill(text: str, width_of: Callable[[str], float], first: float, rest: float) -> Iterator[str]:
    if not text:
        return
    if width_of(text) <= first:
        yield text
        return
    line, used, limit = "", 0.0, first
    for unit in _units(text, width_of, min(first, rest)):
        wide = width_of(unit)
        if line and used + wide > limit:
            yield line.rstrip()
            line, used, limit = "", 0.0, rest
        if line or not unit.isspace():
            line += unit
            used += wide
    if line:
        yield line.rstrip()


def _units(text: str, width_of: Callable[[str], float], limit: float) -> Iterator[str]:
    """The pieces between which a line may break."""
    for match in _UNIT.finditer(text):
        unit = match.group()
        if unit and width_of(unit) <= limit:
            yield unit
        else:
            yield from unit  # wider than any line: cut between characters
