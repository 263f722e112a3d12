"""Finished pages drawn as one PDF: compressed, fonts embedded as subsets, the same bytes for the same pages."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Sequence
from typing import Any

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from printing.fonts import FontLibrary
from printing.page import SHEET_HEIGHT, SHEET_WIDTH, Box, DashedBox, Line, Page, Placed, Symbol, Text, TextStyle, Weight

_PRODUCER = "Window Clerk"

_MARK_SIZE = 190.0
_MARK_ANGLE = math.radians(52)
_MARK_GREY = 0.65
_MARK_LINE = 0.75
_MIDDLE = 0.38
"""From the baseline to the middle of a character, in its size."""

_one_document = threading.Lock()
"""reportlab's fonts keep a read position while they are cut into subsets, so documents are painted one at a time."""


def paint(pages: Sequence[Page], fonts: FontLibrary, *, title: str, mark: str) -> bytes:
    """Draw the pages; `mark` is a word written large and light across each, or empty. Raise `FontDamaged`."""
    with _one_document:
        sheet = _Sheet(fonts, title)
        for page in pages:
            sheet.draw_page(page, mark)
        return sheet.finished()


class _Canvas(Canvas):  # type: ignore[misc]
    """reportlab's canvas, with the document in which fonts look up their glyph codes."""

    @property
    def font_document(self) -> Any:
        return self._doc


class _Sheet:
    """Writes whole layers as literal operators: some ten times fewer steps than a canvas call per item."""

    def __init__(self, fonts: FontLibrary, title: str) -> None:
        rl_config.useA85 = 0  # streams stay binary; ASCII armour is a fifth longer and slow to write
        first = fonts.face(Weight.REGULAR).first.fontName  # else every page names Helvetica, which is not embedded
        self._canvas = _Canvas(
            "", pagesize=(SHEET_WIDTH, SHEET_HEIGHT), invariant=1, initialFontName=first, lang="zh-CN"
        )
        self._fonts = fonts
        self._canvas.setTitle(title)
        self._canvas.setAuthor("")
        self._canvas.setSubject("")
        self._canvas.setCreator(_PRODUCER)
        self._canvas.setProducer(_PRODUCER)

    def draw_page(self, page: Page, mark: str) -> None:
        """Draw one page: the mark lies below everything else."""
        if mark:
            self._mark(mark)
        for placed in page.placed:
            self._symbols(placed)
        self._outlines(page.placed)
        self._texts(page.placed)
        self._canvas.showPage()

    def finished(self) -> bytes:
        """The bytes of the whole document."""
        return bytes(self._canvas.getpdfdata())

    def _mark(self, mark: str) -> None:
        """Only the outer outline of the characters: no grey area that a dot-matrix printer would dot below the text.

        The strokes of a glyph overlap, so the outline is drawn twice as wide and its inner half painted over in white.
        """
        face, style = self._fonts.face(Weight.BOLD), TextStyle(_MARK_SIZE, _MARK_SIZE, Weight.BOLD)
        half = face.width(mark, _MARK_SIZE) / 2
        cos, sin = math.cos(_MARK_ANGLE), math.sin(_MARK_ANGLE)
        drop = _MARK_SIZE * _MIDDLE
        x = SHEET_WIDTH / 2 - half * cos + drop * sin
        y = SHEET_HEIGHT / 2 - half * sin - drop * cos
        shown = " ".join(self._shown(Text(0.0, 0.0, mark, style)))
        place = f"{cos:.5f} {sin:.5f} {-sin:.5f} {cos:.5f} {x:.2f} {y:.2f} Tm"
        self._canvas.addLiteral(f"q {_MARK_GREY} G 1 g {_MARK_LINE * 2} w BT")
        self._canvas.addLiteral(f"1 Tr {place} {shown} 0 Tr {place} {shown} ET Q")

    def _symbols(self, placed: Placed) -> None:
        """Drawn in modules under a scaled grid: exact, and short."""
        for item in placed.block.items:
            if isinstance(item, Symbol):
                corner = _point(item.x, placed.y + item.y)
                runs = " ".join([f"{column} {row} {length} 1 re" for column, row, length in item.runs])
                self._canvas.addLiteral(f"q {item.module_width:.5f} 0 0 {-item.module_height:.5f} {corner} cm")
                self._canvas.addLiteral(f"1 g 0 0 {item.columns} {item.rows} re f 0 g {runs} f Q")

    def _outlines(self, blocks: Iterable[Placed]) -> None:
        """All lines and boxes, one path per line width."""
        paths: dict[str, list[str]] = {}
        for placed in blocks:
            for item in placed.block.items:
                match item:
                    case Line(x1, y1, x2, y2, width):
                        start, end = _point(x1, placed.y + y1), _point(x2, placed.y + y2)
                        paths.setdefault(f"{width} w [] 0 d", []).append(f"{start} m {end} l")
                    case Box(x, y, width, height, line):
                        paths.setdefault(f"{line} w [] 0 d", []).append(_rectangle(x, placed.y + y, width, height))
                    case DashedBox(x, y, width, height):
                        paths.setdefault("0.75 w [4 3] 0 d", []).append(_rectangle(x, placed.y + y, width, height))
        for pen, path in paths.items():
            self._canvas.addLiteral(f"{pen} {' '.join(path)} S")

    def _texts(self, blocks: Iterable[Placed]) -> None:
        operators = ["BT"]
        spread = 0.0
        for placed in blocks:
            for item in placed.block.items:
                if isinstance(item, Text):
                    if item.spread != spread:
                        spread = item.spread
                        operators.append(f"{spread:.4f} Tc")
                    operators.append(f"1 0 0 1 {_point(item.x, placed.y + item.y)} Tm")
                    operators.extend(self._shown(item))
        self._canvas.addLiteral(" ".join([*operators, "0 Tc ET"]))

    def _shown(self, text: Text) -> Iterable[str]:
        """Operators that select fonts and show one line of text."""
        document = self._canvas.font_document
        for font, run in self._fonts.face(text.style.weight).runs(text.text):
            for subset, codes in font.splitString(run, document):
                name = font.getSubsetInternalName(subset, document)
                yield f"{name} {text.style.size} Tf <{codes.hex()}> Tj"


def _point(x: float, y: float) -> str:
    """PDF counts from the lower edge."""
    return f"{x:.2f} {SHEET_HEIGHT - y:.2f}"


def _rectangle(x: float, y: float, width: float, height: float) -> str:
    return f"{x:.3f} {SHEET_HEIGHT - y - height:.3f} {width:.3f} {height:.3f} re"
