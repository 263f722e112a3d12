"""What setting a notice costs, against a bare reportlab page with the same fonts and the same texts (warm).

The bare page draws every text of the notice at the same place with `drawString`, and nothing else: no line breaking,
no tables, no barcode, no QR code. Goal: at most 1.3 times as long. Run: python -m benchmarks.paper
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, replace

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

_BARE_FONTS = {Weight.REGULAR: "BareRegular", Weight.BOLD: "BareBold"}


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


def measure(notice: Notice, rounds: int = ROUNDS) -> PaperCost:
    """Set `notice` and draw its bare counterpart in turn; every round has a QR code of its own, as at the counter."""
    pdfmetrics.registerFont(TTFont(_BARE_FONTS[Weight.REGULAR], str(assets.NOTO_REGULAR)))
    pdfmetrics.registerFont(TTFont(_BARE_FONTS[Weight.BOLD], str(assets.NOTO_BOLD)))
    pages = lay_out(notice, vendored())
    renderer = PdfRenderer()
    ours: list[float] = []
    bare: list[float] = []
    for number in range(-3, rounds):  # the first three warm up
        own = replace(notice, progress_url=f"{notice.progress_url[:-3]}{number % 1000:03d}")
        started = time.perf_counter()
        renderer.render(own)
        between = time.perf_counter()
        _bare(pages)
        ended = time.perf_counter()
        if number >= 0:
            ours.append((between - started) * 1000)
            bare.append((ended - between) * 1000)
    return PaperCost(tuple(ours), tuple(bare))


def _bare(pages: list[Page]) -> bytes:
    canvas = Canvas("", pageCompression=1, invariant=1)
    for page in pages:
        for placed in page.placed:
            _bare_texts(canvas, placed)
        canvas.showPage()
    return bytes(canvas.getpdfdata())


def _bare_texts(canvas: Canvas, placed: Placed) -> None:
    for item in placed.block.items:
        if isinstance(item, Text):
            canvas.setFont(_BARE_FONTS[item.style.weight], item.style.size)
            canvas.drawString(item.x, SHEET_HEIGHT - placed.y - item.y, item.text)


def main() -> None:
    """Print the ratio for a notice of the usual length."""
    from tests.unit.printing.samples import acceptance_notice

    cost = measure(acceptance_notice())
    print(f"notice {cost.notice_ms:.1f} ms, bare page {cost.bare_ms:.1f} ms, {cost.ratio:.2f}x (goal {GOAL}x)")


if __name__ == "__main__":
    main()
