"""Characters that have no place in a catalogue: what another encoding left behind, and what nobody sees.

A text that was read in the wrong encoding once is spoiled for good; it must not reach a paper. What is found here is
told with the first such place; it is never mended by guessing.
"""

from __future__ import annotations

import re

from clerk_app.domain.private_use import to_standard

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters but for tab and line end
    "\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufdd0-\ufdef\ufff9-\uffff"  # unseen, turned about, no characters
    "\ue000-\uf8ff\U000f0000-\U0010ffff]"  # private use
)
_REPLACEMENT = "\ufffd"

# What UTF-8 becomes when it is read as GBK, and what follows from that: common enough to betray any longer text, and
# no word that anybody writes. (锛, 銆 and 鈥 are 全角标点; 锟斤拷 is U+FFFD; 烫 and 屯 are unset memory.)
_TELLING = re.compile("锟斤拷|锛|銆|鈥|烫烫烫|屯屯屯")
_FOREIGN_RUN = re.compile("[\u0080-\u024f\u02c0-\u02df\u2010-\u203a\u20ac\u2122]{4,}")
_RUN = re.compile("[^\x00-\x7f]{2,}")
_IDEOGRAPHS = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]{2,}")


def unsound(text: str) -> tuple[int, str] | None:
    """Where the first character stands that may not, and why; None for a sound text."""
    if found := _FORBIDDEN.search(text):
        return found.start(), _why(found[0])
    if found := _TELLING.search(text):
        return found.start(), f"“{found[0]}”是乱码：原文件的编码认错了，请用正确的编码重新导出"
    for run in _FOREIGN_RUN.finditer(text):
        if (read := _as_read(run[0], "cp1252")) or (read := _as_read(run[0], "latin-1")):
            return run.start(), f"“{run[0][:8]}”是乱码，原文像是“{read[:8]}”：请用正确的编码重新导出"
    for run in _RUN.finditer(text):
        if read := _as_read(run[0], "gb18030", ("utf-8",)):
            return run.start(), f"“{run[0][:8]}”是乱码，原文像是“{read[:8]}”：请用正确的编码重新导出"
    return None


def _as_read(run: str, wrong: str, right: tuple[str, ...] = ("utf-8", "gb18030")) -> str | None:
    """What `run` was before it was read in the encoding `wrong`; None if nothing Chinese comes of it."""
    try:
        raw = run.encode(wrong)
    except UnicodeEncodeError:
        return None
    for encoding in right:
        try:
            read = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _IDEOGRAPHS.fullmatch(read):
            return read
    return None


def _why(character: str) -> str:
    name = f"U+{ord(character):04X}"
    if character == _REPLACEMENT:
        return f"有替换符 {name}：原来的字已经丢了，请从原文件重新导出"
    if (standard := to_standard(character)) != character:
        return f"有私用区字符 {name}：应写成 {standard}"
    if 0xE000 <= ord(character) <= 0xF8FF or ord(character) >= 0xF0000:
        return f"有私用区字符 {name}：换一台电脑就看不到，请改用标准汉字"
    if 0x80 <= ord(character) <= 0x9F:
        return f"有控制字符 {name}，多半是乱码：请用正确的编码重新导出"
    return f"有看不见的字符 {name}：请删掉"
