"""Text files with rows (CSV, TXT with tabs) in the encodings that Chinese offices use."""

from __future__ import annotations

import codecs
import csv
from io import StringIO

from clerk_app.catalogue.characters import unsound
from clerk_app.catalogue.faults import Faults

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LONGEST_CELL = 32_767


def decode(content: bytes) -> tuple[str, str] | None:
    """The text and its encoding: what the byte order mark says, else the one of UTF-8, UTF-16 and GB18030 that fits.

    None where no encoding gives a text. A text that was spoiled before it was saved still decodes; `unsound` tells.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(content, encoding)
    # Only UTF-16 has NULs in a text, and rows have commas and line ends, so that it always has some.
    # Whether the empty half of a comma comes first or second tells which UTF-16 it is.
    first, second = content[::2].count(0), content[1::2].count(0)
    wide = ("utf-16-be",) if first > second else ("utf-16-le",)
    for encoding in wide if first or second else ("utf-8", "gb18030"):
        if (found := _decoded(content, encoding)) and "\0" not in found[0]:
            return found
    return None


def read_rows(name: str, content: bytes, faults: Faults) -> list[list[str]]:
    """The rows of a text file; none, with one fault noted, if it cannot be read."""
    found = decode(content)
    if found is None:
        faults.add(name, None, "", "认不出文字编码：请另存为 UTF-8、GB18030 或 UTF-16 文本")
        return []
    text, encoding = found
    if spoiled := unsound(text):
        at, reason = spoiled
        faults.add(
            name,
            text.count("\n", 0, at) + 1,
            "",
            f"第 {at - text.rfind(chr(10), 0, at)} 个字（按 {encoding} 读）{reason}",
        )
        return []
    try:
        return list(csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True))
    except csv.Error as error:
        quoted = "quote" in str(error) or "unexpected end" in str(error) or "expected after" in str(error)
        faults.add(name, None, "", "引号没有配对" if quoted else f"有一格太长，最多 {_LONGEST_CELL} 字")
        return []


def _decoded(content: bytes, encoding: str) -> tuple[str, str] | None:
    try:
        return content.decode(encoding), encoding.removesuffix("-sig")
    except UnicodeDecodeError:
        return None


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(("\t", ",", ";"), key=first.count)
