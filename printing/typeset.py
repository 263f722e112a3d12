"""Texts set as blocks: paragraphs, lists, single lines and table cells."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from printing.fonts import FontLibrary
from printing.linebreak import break_lines
from printing.page import HAIRLINE, Block, Box, Item, Line, Text, TextStyle, Weight

BODY = TextStyle(10.5, 16)
STRONG = TextStyle(10.5, 16, Weight.BOLD)
NOTE = TextStyle(9, 14)
CELL = TextStyle(10, 14.5)
CELL_STRONG = TextStyle(10, 14.5, Weight.BOLD)

_INDENT = 2.0
"""First-line indent of a paragraph, in characters."""

_MOST_SPREAD = 0.08
"""Most space added after a character to fill a line, in its size; a line that needs more stays ragged."""

_STUMP = 2
_CLOSER = 1.035
"""How much wider lines may be broken, and then set closer, to save a last line of up to `_STUMP` characters."""

CELL_PAD_X = 5.0
CELL_PAD_Y = 2.2


class Align(Enum):
    """Where a text stands between two edges."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table row; `x` and `width` include its padding."""

    text: str
    x: float
    width: float
    style: TextStyle = CELL
    align: Align = Align.LEFT


class Typesetter:
    """Measures with one font library and sets texts as blocks."""

    def __init__(self, fonts: FontLibrary) -> None:
        self._fonts = fonts

    def width(self, text: str, style: TextStyle) -> float:
        """Width of one line in points."""
        return self._fonts.face(style.weight).width(text, style.size)

    def broken(self, text: str, style: TextStyle, width: float, first: float | None = None) -> list[str]:
        """The lines of `text` within `width` points; the first within `first`."""
        face = self._fonts.face(style.weight)
        return break_lines(text, lambda part: face.width(part, style.size), width=width, first=first)

    def text(self, text: str, style: TextStyle, *, x: float, width: float, align: Align = Align.LEFT) -> Block:
        """A ragged text between `x` and `x + width`, as many lines as it needs."""
        lines = self.broken(text, style, width)
        items = [
            Text(self._start(line, style, x, width, align), number * style.leading + style.baseline, line, style)
            for number, line in enumerate(lines)
        ]
        return Block(len(lines) * style.leading, tuple(items))

    def paragraph(self, text: str, style: TextStyle, *, x: float, width: float) -> list[Block]:
        """A paragraph with its first line indented and both edges even: one block per line."""
        return self._even(text, style, x=x, width=width, indent=_INDENT * style.size)

    def labelled(self, label: str, text: str, style: TextStyle, *, x: float, width: float) -> list[Block]:
        """A text hanging to the right of its label, both edges even: one block per line."""
        hang = self.width(label, style)
        first, *rest = self._even(text, style, x=x + hang, width=width - hang, indent=0.0)
        return [Block(first.height, (Text(x, style.baseline, label, style), *first.items)), *rest]

    def row(self, cells: list[Cell], *, most_lines: int) -> list[Block]:
        """A table row with its outline as one block; more only if a cell has over `most_lines` lines."""
        broken = [self.broken(cell.text, cell.style, cell.width - 2 * CELL_PAD_X) for cell in cells]
        tallest = max(len(lines) for lines in broken)
        return [
            self._row_part(cells, [lines[start : start + most_lines] for lines in broken])
            for start in range(0, max(1, tallest), most_lines)
        ]

    def _row_part(self, cells: list[Cell], broken: list[list[str]]) -> Block:
        height = max(len(lines) * cell.style.leading for cell, lines in zip(cells, broken, strict=True))
        height = max(height, CELL.leading) + 2 * CELL_PAD_Y
        items: list[Item] = [Box(cells[0].x, 0.0, cells[-1].x + cells[-1].width - cells[0].x, height)]
        items.extend(Line(cell.x, 0.0, cell.x, height, HAIRLINE) for cell in cells[1:])
        for cell, lines in zip(cells, broken, strict=True):
            top = (height - len(lines) * cell.style.leading) / 2
            items.extend(self._cell_lines(cell, lines, top))
        return Block(height, tuple(items))

    def _cell_lines(self, cell: Cell, lines: list[str], top: float) -> list[Item]:
        style, inner = cell.style, cell.width - 2 * CELL_PAD_X
        return [
            Text(
                self._start(line, style, cell.x + CELL_PAD_X, inner, cell.align),
                top + number * style.leading + style.baseline,
                line,
                style,
            )
            for number, line in enumerate(lines)
        ]

    def _even(self, text: str, style: TextStyle, *, x: float, width: float, indent: float) -> list[Block]:
        *full, last = self._without_stump(text, style, width, indent) or [""]
        starts = [indent, *[0.0] * len(full)]
        spreads = [self._spread(line, style, width - start) for line, start in zip(full, starts, strict=False)]
        spreads.append(min(0.0, self._spread(last, style, width - starts[len(full)])))
        return [
            Block(style.leading, (Text(x + start, style.baseline, line, style, spread),))
            for line, start, spread in zip([*full, last], starts, spreads, strict=True)
        ]

    def _without_stump(self, text: str, style: TextStyle, width: float, indent: float) -> list[str]:
        """The lines of a text, set a little closer if that saves a last line of one or two characters."""
        lines = self.broken(text, style, width, first=width - indent)
        if len(lines) < 2 or len(lines[-1]) > _STUMP:
            return lines
        wider = width * _CLOSER
        closer = self.broken(text, style, wider, first=wider - indent)
        return closer if len(closer) < len(lines) else lines

    def _spread(self, line: str, style: TextStyle, width: float) -> float:
        """What to add after each character to fill `width`; negative if the line is wider."""
        needed = (width - self.width(line, style)) / max(1, len(line) - 1)
        return needed if needed <= _MOST_SPREAD * style.size else 0.0

    def _start(self, line: str, style: TextStyle, x: float, width: float, align: Align) -> float:
        if align is Align.LEFT:
            return x
        free = width - self.width(line, style)
        return x + (free / 2 if align is Align.CENTRE else free)
