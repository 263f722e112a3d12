"""What lies on a page: texts, lines, boxes and symbols with places and sizes, nothing drawn yet.

All lengths are PDF points (1/72 inch); x grows to the right from the left edge of the sheet, y downwards. A `Block` is
laid out once with y counted from its own top and then placed on a page, so that layout is plain data: the painter
walks over it, and a test can look for overlaps.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

MM = 72 / 25.4
"""Points in a millimetre."""

SHEET_WIDTH = 210 * MM
SHEET_HEIGHT = 297 * MM

LEFT = 20 * MM
"""Left margin; wide enough for a file's punch holes."""

RIGHT = SHEET_WIDTH - 20 * MM
TOP = 13 * MM
BOTTOM = SHEET_HEIGHT - 12 * MM
"""The lowest point anything may reach: office printers leave up to 6 mm white, dot-matrix ones up to 12 mm."""

CONTENT_WIDTH = RIGHT - LEFT

HAIRLINE = 0.5
"""The thinnest line used: thinner ones break up on a dot-matrix printer."""

ASCENT = 0.88
"""Height of a Chinese character's body above the baseline, in its size; the rest lies below."""


class Weight(Enum):
    """The two weights of the vendored face."""

    REGULAR = "regular"
    BOLD = "bold"


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How a text is set: character size and height of a line in points, and the weight."""

    size: float
    leading: float
    weight: Weight = Weight.REGULAR

    @property
    def baseline(self) -> float:
        """From the top of a line to its baseline, the characters standing in the middle of the line."""
        return (self.leading - self.size) / 2 + ASCENT * self.size


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text. `spread` is added after every character, in points."""

    x: float
    y: float
    text: str
    style: TextStyle
    spread: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """A straight black line."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float = HAIRLINE


@dataclass(frozen=True, slots=True)
class Box:
    """A black outline, never filled."""

    x: float
    y: float
    width: float
    height: float
    line: float = HAIRLINE


@dataclass(frozen=True, slots=True)
class DashedBox:
    """The place of a seal."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Symbol:
    """A barcode or QR code: dark runs of modules on a white ground of `columns` by `rows`, quiet zones included.

    A run is (column, row, length) in modules; a module is `module_width` by `module_height` points.
    """

    x: float
    y: float
    columns: int
    rows: int
    module_width: float
    module_height: float
    runs: tuple[tuple[int, int, int], ...]

    @property
    def width(self) -> float:
        """Of the whole ground."""
        return self.columns * self.module_width

    @property
    def height(self) -> float:
        """Of the whole ground."""
        return self.rows * self.module_height


Item = Text | Line | Box | DashedBox | Symbol


@dataclass(frozen=True, slots=True)
class Block:
    """Items that stay together; x is final, y counts from the block's top."""

    height: float
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """A block at its place: `y` is the block's top on the page."""

    y: float
    block: Block


@dataclass(slots=True)
class Page:
    """The blocks of one page in reading order."""

    placed: list[Placed] = field(default_factory=list)


def stack(blocks: list[Block], gap: float = 0.0) -> Block:
    """One block of several, each below the other with `gap` points between."""
    items: list[Item] = []
    y = 0.0
    for block in blocks:
        items.extend(moved(item, y) for item in block.items)
        y += block.height + gap
    return Block(max(0.0, y - gap), tuple(items))


def beside(*blocks: Block) -> Block:
    """One block of several that start at the same height; their x places must not meet."""
    return Block(max(block.height for block in blocks), tuple(item for block in blocks for item in block.items))


def moved(item: Item, down: float) -> Item:
    """The same item `down` points lower."""
    match item:
        case Text(x, y, text, style, spread):
            return Text(x, y + down, text, style, spread)
        case Line(x1, y1, x2, y2, width):
            return Line(x1, y1 + down, x2, y2 + down, width)
        case Box(x, y, width, height, line):
            return Box(x, y + down, width, height, line)
        case DashedBox(x, y, width, height):
            return DashedBox(x, y + down, width, height)
        case Symbol(x, y):
            return replace(item, y=y + down)
