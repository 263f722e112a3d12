"""Blocks poured onto pages from top to bottom.

The flow knows only heights. What must not be torn apart is placed together; a table repeats its head on each page; a
paragraph leaves no single line behind or ahead; a heading stays with what follows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from printing.page import Block, Page, Placed, stack

_FEWEST_LINES = 2
"""Fewest lines of a paragraph on either side of a page break."""


class Flow:
    """A cursor over the pages of one document.

    Pages reach from `top` to `bottom`, in points from the sheet's top; each but the first begins with `next_head`.
    """

    def __init__(self, *, top: float, bottom: float, next_head: Block) -> None:
        self.pages = [Page()]
        self._sheet_top = self._top = self._y = top
        self._bottom = bottom
        self._next_head = next_head

    @property
    def page_height(self) -> float:
        """Height of the body on a page other than the first."""
        return self._bottom - self._sheet_top - self._next_head.height

    def space(self, height: float) -> None:
        """Leave white below the last block; nothing at the top of a page."""
        if self._y > self._top:
            self._y += height

    def place(self, block: Block) -> None:
        """Put one block below the last, on a new page if it does not fit on this one."""
        if not self._fits(block.height):
            self._turn()
        self.pages[-1].placed.append(Placed(self._y, block))
        self._y += block.height

    def place_together(self, blocks: Sequence[Block], *, gap: float = 0.0) -> None:
        """Put several blocks on the same page."""
        self.place(stack(list(blocks), gap))

    def place_lines(self, lines: Sequence[Block]) -> None:
        """Put the lines of a paragraph, breaking over pages without widows and orphans."""
        rest = list(lines)
        while rest:
            count = self._lines_here(rest)
            for line in rest[:count]:
                self.place(line)
            rest = rest[count:]
            if rest:
                self._turn()

    def place_table(self, heading: Sequence[Block], head: Block, rows: Sequence[Block]) -> None:
        """Put a table: `heading` and `head` stay with the first row, `head` is repeated on every further page."""
        self.place_together([*heading, head, *rows[:1]])
        for row in rows[1:]:
            if not self._fits(row.height):
                self._turn()
                self.place(head)
            self.place(row)

    def place_on_every_page(self, make: Callable[[int, int], Placed]) -> None:
        """Add what `make(page number, page count)` gives to the end of each page. Call once, after everything else."""
        count = len(self.pages)
        for number, page in enumerate(self.pages, start=1):
            page.placed.append(make(number, count))

    def _fits(self, height: float) -> bool:
        return self._y == self._top or self._y + height <= self._bottom

    def _turn(self) -> None:
        self.pages.append(Page([Placed(self._sheet_top, self._next_head)]))
        self._y = self._top = self._sheet_top + self._next_head.height

    def _lines_here(self, lines: Sequence[Block]) -> int:
        """How many of the remaining lines belong on this page."""
        fitting, used = 0, self._y
        for line in lines:
            used += line.height
            if used > self._bottom:
                break
            fitting += 1
        if fitting == len(lines):
            return fitting
        fitting = min(fitting, len(lines) - _FEWEST_LINES)
        if fitting >= _FEWEST_LINES:
            return fitting
        return 0 if self._y > self._top else max(1, fitting)
