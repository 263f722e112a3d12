"""Rare characters that older systems wrote as private codes, brought back to their Unicode code points.

Before Unicode had them, GBK placed 80 ideographs and radicals (FE50–FEA0) at U+E815–U+E864 of the private use area.
Cards and registers filled in those years still carry such codes (䶮 as U+E863), and no font can draw them. GB 18030
assigns each of the 80 its real code point; the 14 it moved only in 2005 and 2022 are missing from Python's codec.
"""

from __future__ import annotations

_FIRST = 0xE815
_LEAD = 0xFE
_TRAILS = (*range(0x50, 0x7F), *range(0x80, 0xA1))

_MOVED_LATER = {
    0xE816: "\U00020087",
    0xE817: "\U00020089",
    0xE818: "\U000200cc",
    0xE81E: "\u9fb4",
    0xE826: "\u9fb5",
    0xE82B: "\u9fb6",
    0xE82C: "\u9fb7",
    0xE831: "\U000215d7",
    0xE832: "\u9fb8",
    0xE83B: "\U0002298f",
    0xE843: "\u9fb9",
    0xE854: "\u9fba",
    0xE855: "\U000241fe",
    0xE864: "\u9fbb",
}

_STANDARD = {
    **{_FIRST + index: bytes((_LEAD, trail)).decode("gb18030") for index, trail in enumerate(_TRAILS)},
    **_MOVED_LATER,
}


def to_standard(text: str) -> str:
    """`text` with those private codes replaced; every other character, private or not, stays as it is."""
    return text.translate(_STANDARD)
