"""Looking at a finished paper as a reader, a copier and a scanner do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import pypdfium2
import zxingcpp
from PIL import Image

from clerk_app.domain.notices import Notice
from clerk_app.domain.one_time_notice import OneTimeNotice
from printing.documents import lay_out
from printing.fonts import vendored
from printing.page import ASCENT, Box, DashedBox, Item, Line, Symbol, Text
from printing.preview import page_images
from printing.renderer import PdfRenderer


@dataclass(frozen=True)
class Letter:
    """One visible character of the text layer and its box in points from the lower left."""

    character: str
    left: float
    bottom: float
    right: float
    top: float


class Paper:
    """A rendered notice."""

    def __init__(self, notice: Notice | OneTimeNotice):
        self.notice = notice
        self.pdf = PdfRenderer().render(notice)

    @cached_property
    def texts(self) -> list[str]:
        """The text layer of each page, without the mark that lies across it."""
        document = pypdfium2.PdfDocument(self.pdf)
        try:
            return [page.get_textpage().get_text_range() for page in document]
        finally:
            document.close()

    @cached_property
    def properties(self) -> dict[str, str]:
        document = pypdfium2.PdfDocument(self.pdf)
        try:
            return {name: value for name, value in document.get_metadata_dict().items() if value}
        finally:
            document.close()

    @property
    def text(self) -> str:
        return "\n".join(self.texts)

    @property
    def plain(self) -> str:
        """The whole text layer without any white space."""
        return re.sub(r"\s", "", self.text)

    def letters(self) -> list[list[Letter]]:
        """The upright letters of each page; the mark is the only text that is not upright."""
        document = pypdfium2.PdfDocument(self.pdf)
        try:
            return [_letters(page.get_textpage()) for page in document]
        finally:
            document.close()

    def codes(self, dpi: int, change: Callable[[Image.Image], Image.Image] = lambda picture: picture):
        """What a scanner at `dpi` reads on all pages, (kind, content), from the grey picture after `change`."""
        found = []
        for page in page_images(self.pdf, dpi=dpi):
            picture = Image.frombytes("RGB", (page.width, page.height), page.pixels).convert("L")
            codes = zxingcpp.read_barcodes(change(picture), try_rotate=False, try_downscale=False, try_invert=False)
            found += [(code.format.name, code.text) for code in codes]
        return found


def _letters(textpage) -> list[Letter]:
    letters = []
    for index in range(textpage.count_chars()):
        character = textpage.get_text_range(index, 1)
        upright = pypdfium2.raw.FPDFText_GetCharAngle(textpage, index) == 0
        if upright and character.strip():
            letters.append(Letter(character, *textpage.get_charbox(index)))
    return letters


@dataclass(frozen=True)
class Area:
    """A rectangle on the sheet, from the upper left, and what lies in it."""

    left: float
    top: float
    right: float
    bottom: float
    what: str

    def meets(self, other: Area, slack: float = 0.05) -> bool:
        return (
            self.left < other.right - slack
            and other.left < self.right - slack
            and self.top < other.bottom - slack
            and other.top < self.bottom - slack
        )


@dataclass(frozen=True)
class PageRecord:
    """Where everything lies on one page."""

    texts: list[Area]
    symbols: list[Area]
    strokes: list[Area]


def records(notice: Notice | OneTimeNotice) -> list[PageRecord]:
    """The layout of each page as areas."""
    pages = []
    for page in lay_out(notice, vendored()):
        items = [(placed.y, item) for placed in page.placed for item in placed.block.items]
        pages.append(
            PageRecord(
                texts=[text_area(item, y) for y, item in items if isinstance(item, Text)],
                symbols=[symbol_area(item, y) for y, item in items if isinstance(item, Symbol)],
                strokes=[area for y, item in items for area in stroke_areas(item, y)],
            )
        )
    return pages


def text_area(text: Text, y: float) -> Area:
    face = vendored().face(text.style.weight)
    width = face.width(text.text, text.style.size) + text.spread * (len(text.text) - 1)
    top = y + text.y - ASCENT * text.style.size
    return Area(text.x, top, text.x + width, top + text.style.size, text.text)


def symbol_area(symbol: Symbol, y: float) -> Area:
    return Area(symbol.x, y + symbol.y, symbol.x + symbol.width, y + symbol.y + symbol.height, "symbol")


def stroke_areas(item: Item, y: float) -> list[Area]:
    """The ink of lines and outlines."""
    if isinstance(item, Line):
        return [Area(item.x1, y + item.y1, item.x2, y + item.y2, "line")]
    if isinstance(item, Box | DashedBox):
        left, top, right, bottom = item.x, y + item.y, item.x + item.width, y + item.y + item.height
        return [
            Area(left, top, right, top, "edge"),
            Area(left, bottom, right, bottom, "edge"),
            Area(left, top, left, bottom, "edge"),
            Area(right, top, right, bottom, "edge"),
        ]
    return []
