"""What setting a notice costs, against a bare reportlab page with the same fonts and the same texts (warm).

The bare page draws every text of the notice at the same place with `drawString`, and nothing else: no line breaking,
no tables, no barcode, no QR code. There are two of them, since reportlab's own font settings keep a place for every
ASCII character in each subset and so embed one subset more than is needed: the page as reportlab sets it, and the
cheapest page it can set. Goal: at most 1.3 times as long. Run: python -m benchmarks.paper
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

import assets
from clerk_app.domain.notices import Notice
from printing.documents import lay_out
from printing.fonts import vendored
from printing.page import SHEET_HEIGHT, Page, Placed, Text, Weight
from printing.renderer import PdfRenderer

GOAL = 1.3
ROUNDS = 40


class BarePage(Enum):
    """How the fonts of the bare page are set; the value is reportlab's `asciiReadable`."""

    AS_REPORTLAB_SETS_IT = 1
    CHEAPEST = 0


@dataclass(frozen=True, slots=True)
class PaperCost:
    """Milliseconds of each round in one process; the two sides take turns."""

    notice_times: tuple[float, ...]
    bare_times: tuple[float, ...]

    @property
    def notice_ms(self) -> float:
        """Median of a notice."""
        return statistics.median(self.notice_times)

    @property
    def bare_ms(self) -> float:
        """Median of a bare page."""
        return statistics.median(self.bare_times)

    @property
    def ratio(self) -> float:
        """How many times as long a notice takes."""
        return self.notice_ms / self.bare_ms


def measure(notice: Notice, bare_page: BarePage, rounds: int = ROUNDS) -> PaperCost:
    """Set `notice` and draw its bare counterpart in turn; every round has a QR code of its own, as at the counter."""
    pages = lay_out(notice, vendored())
    fonts = {
        Weight.REGULAR: _bare_font(bare_page, assets.NOTO_REGULAR),
        Weight.BOLD: _bare_font(bare_page, assets.NOTO_BOLD),
    }
    renderer = PdfRenderer()
    ours: list[float] = []
    bare: list[float] = []
    for number in range(-3, rounds):  # the first three warm up
        own = replace(notice, progress_url=f"{notice.progress_url[:-3]}{number % 1000:03d}")
        started = time.perf_counter()
        renderer.render(own)
        between = time.perf_counter()
        _bare(pages, fonts)
        ended = time.perf_counter()
        if number >= 0:
            ours.append((between - started) * 1000)
            bare.append((ended - between) * 1000)
    return PaperCost(tuple(ours), tuple(bare))


def _bare_font(bare_page: BarePage, file: Path) -> str:
    """Register a font of the bare page; return its name.

    reportlab quietly takes a font it knows already for a second one with the same face name, whatever its settings;
    so the face gets a name of its own, else whichever side came first would set for both.
    """
    name = f"{file.stem}-{bare_page.name}"
    font = TTFont(name, str(file), asciiReadable=bare_page.value)
    font.face.name = name.encode("ascii")
    pdfmetrics.registerFont(font)
    return name


def _bare(pages: list[Page], fonts: Mapping[Weight, str]) -> bytes:
    canvas = Canvas("", pageCompression=1, invariant=1)
    for page in pages:
        for placed in page.placed:
            _bare_texts(canvas, placed, fonts)
        canvas.showPage()
    return bytes(canvas.getpdfdata())


def _bare_texts(canvas: Canvas, placed: Placed, fonts: Mapping[Weight, str]) -> None:
    for item in placed.block.items:
        if isinstance(item, Text):
            canvas.setFont(fonts[item.style.weight], item.style.size)
            canvas.drawString(item.x, SHEET_HEIGHT - placed.y - item.y, item.text)


def main() -> None:
    """Print the ratio for a notice of the usual length."""
    from tests.unit.printing.samples import acceptance_notice

    for bare_page in BarePage:
        cost = measure(acceptance_notice(), bare_page)
        sides = f"notice {cost.notice_ms:.1f} ms, bare page {cost.bare_ms:.1f} ms"
        print(f"{bare_page.name}: {sides}, {cost.ratio:.2f}x (goal {GOAL}x)")


if __name__ == "__main__":
    main()
