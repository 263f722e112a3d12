"""一次性告知书: what to bring comes first, with a box to tick before each; ordinary or large print.

In ordinary print what is said of one thing runs on as one paragraph; in large print every sentence has its own line.
"""

from __future__ import annotations

from collections.abc import Sequence

from clerk_app.domain.one_time_notice import NoticeItem, NoticePart, OneTimeNotice
from printing.documents.closing import contacts, legal_basis, signing
from printing.documents.head import head, page_count, running_foot, running_head
from printing.layout import Flow
from printing.page import (
    BOTTOM,
    CONTENT_WIDTH,
    LEFT,
    RIGHT,
    TOP,
    Block,
    Box,
    Item,
    Line,
    Page,
    Placed,
    Text,
    TextStyle,
    beside,
    stack,
)
from printing.styles import LARGE, ORDINARY, Styles
from printing.typeset import Align, Cell, Typesetter

_GAP = 8.0
"""White between two parts."""

_SMALL_GAP = 3.0
_BOX = 0.85
"""Side of the box to tick, in the size of the text."""

_HOW_GAP = 12.0
"""Least white between a name and the few words on its line."""

_BASIS_TORN = 5
"""From this many lines on, the legal basis may run over two pages; its end stays with the signatures."""

_WHOLE = 0.4
"""Share of a page's height up to which an entry is never torn."""


def lay_out(notice: OneTimeNotice, setter: Typesetter) -> list[Page]:
    """The pages of a one-time notice."""
    sheet = _Sheet(notice, setter, LARGE if notice.kind == "one_time_notice_large" else ORDINARY)
    return sheet.finished()


class _Sheet:
    def __init__(self, notice: OneTimeNotice, setter: Typesetter, styles: Styles) -> None:
        self._notice, self._setter, self._styles = notice, setter, styles
        self._large = styles is LARGE
        self._foot = running_foot(notice, setter, styles)
        self._foot_top = BOTTOM - self._foot.height
        next_head = running_head(notice, setter, styles)
        self._flow = Flow(top=TOP, bottom=self._foot_top - _GAP, next_head=next_head)

    def finished(self) -> list[Page]:
        """All pages."""
        self._flow.place(head(self._notice, self._setter, self._styles))
        self._sentences(self._notice.opening)
        self._flow.space(_GAP)
        for label, value in self._notice.facts:
            self._rows([(label, value)])
        for part in self._notice.parts:
            self._part(part)
        self._closing()
        self._flow.place_on_every_page(self._foot_of)
        return self._flow.pages

    # ---- parts --------------------------------------------------------------------------------------------------

    def _part(self, part: NoticePart) -> None:
        self._flow.space(_GAP * 1.5)
        heading = self._heading(part.heading)
        if part.head:
            self._table(heading, part)
            return
        lead = [self._lines(sentence) for sentence in part.sentences]
        entries = [self._entry(item) for item in part.items]
        rows = [[row] for texts in part.rows for row in self._row(texts)]
        # The heading stays with what follows it.
        first, *rest = [*lead, *entries, *rows]
        self._flow.place_together([heading, first[0]], gap=_SMALL_GAP)
        self._flow.place_lines(first[1:])
        for blocks in rest:
            if blocks not in rows:
                self._flow.space(_GAP if self._large and blocks not in lead else _SMALL_GAP)
            self._flow.place_lines(blocks)

    def _heading(self, text: str) -> Block:
        words = self._setter.text(text, self._styles.strong, x=LEFT, width=CONTENT_WIDTH)
        return stack([words, Block(2.0, (Line(LEFT, 1.0, RIGHT, 1.0, 1.0),))])

    def _table(self, heading: Block, part: NoticePart) -> None:
        rows = [block for row in part.rows for block in self._row(row)]
        self._flow.place_table([heading, Block(_SMALL_GAP)], self._row(part.head, strong=True)[0], rows)

    def _rows(self, rows: Sequence[tuple[str, ...]]) -> None:
        for row in rows:
            for block in self._row(row):
                self._flow.place(block)

    def _row(self, texts: Sequence[str], *, strong: bool = False) -> list[Block]:
        """A row whose first cell is a label; the others share what is left."""
        cell, label = self._styles.cell, self._styles.cell_strong
        first = cell.size * 6.2
        share = (CONTENT_WIDTH - first) / (len(texts) - 1)
        cells = [Cell(texts[0], LEFT, first, label, Align.LEFT)]
        cells += [
            Cell(text, LEFT + first + place * share, share, label if strong else cell)
            for place, text in enumerate(texts[1:])
        ]
        return self._setter.row(cells, most_lines=int(self._flow.page_height * _WHOLE / cell.leading))

    # ---- entries ------------------------------------------------------------------------------------------------

    def _entry(self, item: NoticeItem) -> list[Block]:
        """An entry as one block, or line by line where it is too tall for that; never none."""
        body = self._styles.body
        hang = body.size * 1.5 + (self._setter.width("88．", self._strong) if item.number else 0.0)
        title = self._title(item, hang)
        texts = item.lines if self._large else (tuple(item.lines) and ("".join(item.lines),))
        lines = [
            self._setter.text(line, body, x=LEFT + hang, width=CONTENT_WIDTH - hang)
            for text in texts
            for line in self._setter.broken(text, body, CONTENT_WIDTH - hang)
        ]
        whole = stack([*title, *lines])
        return [whole] if whole.height <= self._flow.page_height * _WHOLE else [*title, *lines]

    @property
    def _strong(self) -> TextStyle:
        return self._styles.cell_strong

    def _title(self, item: NoticeItem, hang: float) -> list[Block]:
        """The box, the number, the name, and at the right, or below where it does not fit, the few words."""
        strong, width = self._strong, CONTENT_WIDTH - hang
        marks: list[Item] = []
        if item.tick:
            side = strong.size * _BOX
            marks.append(Box(LEFT, (strong.leading - side) / 2, side, side, 0.75))
        if item.number:
            marks.append(Text(LEFT + strong.size * 1.4, strong.baseline, f"{item.number}．", strong))
        name = self._setter.broken(item.name, strong, width)
        first, *rest = [self._setter.text(line, strong, x=LEFT + hang, width=width) for line in name]
        first = beside(Block(first.height, tuple(marks)), first)
        if not item.how:
            return [first, *rest]
        used = self._setter.width(name[0], strong) + _HOW_GAP + self._setter.width(item.how, strong)
        if not rest and used <= width:
            how = self._setter.text(item.how, strong, x=LEFT, width=CONTENT_WIDTH, align=Align.RIGHT)
            return [beside(first, how)]
        below = self._setter.broken(item.how, strong, width)
        return [first, *rest, *(self._setter.text(line, strong, x=LEFT + hang, width=width) for line in below)]

    def _lines(self, text: str) -> list[Block]:
        """A sentence, line by line."""
        body = self._styles.body
        broken = self._setter.broken(text, body, CONTENT_WIDTH)
        return [self._setter.text(line, body, x=LEFT, width=CONTENT_WIDTH) for line in broken]

    def _sentences(self, sentences: Sequence[str]) -> None:
        for number, sentence in enumerate(sentences):
            self._flow.space(_SMALL_GAP if number else _GAP)
            self._flow.place_lines(self._setter.paragraph(sentence, self._styles.body, x=LEFT, width=CONTENT_WIDTH))

    # ---- closing ------------------------------------------------------------------------------------------------

    def _closing(self) -> None:
        self._flow.space(_GAP)
        self._sentences(self._notice.closing)
        self._flow.space(_GAP)
        basis = legal_basis(self._notice, self._setter, self._styles)
        if len(basis) >= _BASIS_TORN:
            self._flow.place_lines(basis[:-2])
            basis = basis[-2:]
        parts = [
            stack(basis),
            signing(self._notice, self._setter, self._styles),
            contacts(self._notice, self._setter, self._styles),
        ]
        self._flow.place_together([part for part in parts if part.height], gap=_GAP)

    def _foot_of(self, number: int, count: int) -> Placed:
        counted = page_count(number, count, self._setter, self._styles)
        return Placed(self._foot_top, beside(self._foot, counted))
