"""The vendored fonts as reportlab sees them: loaded when first used, one after the other per character.

reportlab has no fallback from font to font and draws a box for a character it lacks, so texts are split into runs here
and what no font holds is named by `missing`. Importing this module imports reportlab; `printing.renderer` does so late.
"""

from __future__ import annotations

import io
import struct
import threading
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

import assets
from clerk_app.errors import FontDamaged
from printing.page import Weight

_BFCHAR_LIMIT = 100
"""Most entries in one `beginbfchar` section (Adobe Technical Note 5411, CMap operators)."""


class EmbeddedFont(TTFont):  # type: ignore[misc]
    """A TrueType font whose text layer is right for every character.

    reportlab writes the Unicode value of a glyph with four hexadecimal digits at least, and five for a character above
    U+FFFF, where PDF wants UTF-16; readers take the first four, so that 𬱖 is copied as another character. The streams
    it made are replaced here, in the finished fonts of this document alone: nothing of reportlab is patched, and
    replacing twice gives the same.
    """

    def addObjects(self, doc: Any) -> None:
        subsets = list(self.state[doc].subsets)  # the base class forgets them
        names = [self.getSubsetInternalName(number, doc)[1:] for number in range(len(subsets))]
        super().addObjects(doc)
        fonts = doc.idToObject["BasicFonts"].dict
        for name, subset in zip(names, subsets, strict=True):
            stream = doc.idToObject[fonts[name].ToUnicode.name]
            stream.content = to_unicode_cmap(name, subset)


def to_unicode_cmap(name: str, subset: Sequence[int]) -> str:
    """The CMap that says which character each glyph code of a subset stands for (PDF 32000-1, 9.10.3).

    `subset[code]` is the character of the glyph `code`; code 0 is the missing glyph and stands for nothing.
    """
    entries = [
        f"<{code:02X}> <{chr(character).encode('utf-16-be').hex().upper()}>"
        for code, character in enumerate(subset)
        if character
    ]
    sections = [entries[start : start + _BFCHAR_LIMIT] for start in range(0, len(entries), _BFCHAR_LIMIT)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def",
            f"/CMapName /{name} def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<00> <FF>",
            "endcodespacerange",
            *(line for section in sections for line in (f"{len(section)} beginbfchar", *section, "endbfchar")),
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    )


_loading = threading.Lock()


@cache
def _font(path: Path) -> EmbeddedFont:
    """Load one file and make it known to reportlab under its file name; raise `FontDamaged`."""
    try:
        content = path.read_bytes()
        font = EmbeddedFont(path.stem, io.BytesIO(content), asciiReadable=0)
        end = max(table["offset"] + table["length"] for table in font.face.tables)
    except (OSError, TTFError, struct.error, LookupError, ValueError, AssertionError) as exc:
        raise FontDamaged(file=path.name) from exc
    if end > len(content):  # reportlab reads a cut file without a word and fails much later
        raise FontDamaged(file=path.name)
    pdfmetrics.registerFont(font)
    return font


def _load(path: Path) -> EmbeddedFont:
    with _loading:  # two threads must not parse the same 10 MB
        return _font(path)


class _FontOfCharacter(dict[str, EmbeddedFont | None]):
    """For each character asked so far the first font of the chain that draws it, or None."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__()
        self._paths = paths

    def __missing__(self, character: str) -> EmbeddedFont | None:
        fonts = map(_load, self._paths)  # a later font is not even read while the earlier ones suffice
        found = next((font for font in fonts if ord(character) in font.face.charToGlyph), None)
        self[character] = found
        return found


class _Advance(dict[str, float]):
    """For each character measured so far its width at size 1."""

    def __init__(self, font_of: _FontOfCharacter) -> None:
        super().__init__()
        self._font_of = font_of

    def __missing__(self, character: str) -> float:
        font = self._font_of[character]
        width = font.face.getCharWidth(ord(character)) / 1000 if font else 1.0
        self[character] = width
        return width


class Typeface:
    """One weight: a chain of font files, searched in order for each character."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)
        self._font_of = _FontOfCharacter(self._paths)
        self._advance = _Advance(self._font_of)

    @property
    def first(self) -> EmbeddedFont:
        """The font that draws nearly everything; raise `FontDamaged`."""
        return _load(self._paths[0])

    def width(self, text: str, size: float) -> float:
        """Width of `text` in points at `size`."""
        return size * sum(map(self._advance.__getitem__, text))

    def runs(self, text: str) -> Iterator[tuple[EmbeddedFont, str]]:
        """Split `text` where the font changes; a character no font draws is left to the first."""
        for font, characters in groupby(text, self._font_of.__getitem__):
            yield font or self.first, "".join(characters)

    def missing(self, text: str) -> str:
        """The characters of `text` that no font of the chain draws, each once, in order."""
        return "".join(character for character in dict.fromkeys(text) if self._font_of[character] is None)


class FontLibrary:
    """The typefaces of the papers, by weight. Safe to share between threads."""

    def __init__(self, regular: Path, bold: Path, rare: Path) -> None:
        self._faces = {Weight.REGULAR: Typeface((regular, rare)), Weight.BOLD: Typeface((bold, rare))}

    def face(self, weight: Weight) -> Typeface:
        """The typeface of a weight."""
        return self._faces[weight]

    def missing_glyphs(self, text: str) -> str:
        """The characters that cannot be drawn, each once, in order. Line breaks are layout, not characters."""
        return self.face(Weight.REGULAR).missing(text.replace("\n", ""))


@cache
def vendored() -> FontLibrary:
    """The library of the shipped fonts, one for the whole process. Nothing is read before it is used."""
    return FontLibrary(assets.NOTO_REGULAR, assets.NOTO_BOLD, assets.HANAMIN_B)
