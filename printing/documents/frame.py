"""The frame every notice shares: its parts, in the look of one office, poured onto pages.

A document module only says in which order the parts follow one another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clerk_app.domain.notices import Notice, NoticeChild, NoticeMaterial
from printing.documents.closing import contacts, legal_basis, signing
from printing.documents.head import head, page_count, running_foot, running_head
from printing.layout import Flow
from printing.page import BOTTOM, CONTENT_WIDTH, LEFT, TOP, Block, Box, Page, Placed, TextStyle, beside, stack
from printing.typeset import BODY, CELL, CELL_PAD_X, CELL_STRONG, STRONG, Align, Cell, Typesetter

_GAP = 8.0
"""White between two parts."""

_PARAGRAPH_GAP = 3.0
_LABEL_WIDTH = 76.0
_HEAVY = 1.25
_TALLEST_ROW = 0.6
"""Share of a page's height a table row may fill before it is cut in two."""

_BASIS_TORN = 5
"""From this many lines on, the legal basis may run over two pages."""


def compose(notice: Notice, setter: Typesetter, body: Callable[[Sheaf], None]) -> list[Page]:
    """Lay out a whole notice: head, then what `body` adds, then the lines that run on every page."""
    sheaf = Sheaf(notice, setter)
    body(sheaf)
    return sheaf.finished()


class Sheaf:
    """The parts of one notice, each added below the last. A part without content adds nothing."""

    def __init__(self, notice: Notice, setter: Typesetter) -> None:
        self._notice = notice
        self._setter = setter
        self._foot = running_foot(notice, setter)
        self._foot_top = BOTTOM - self._foot.height
        self._flow = Flow(top=TOP, bottom=self._foot_top - _GAP, next_head=running_head(notice, setter))
        self._flow.place(head(notice, setter))

    def facts(self) -> None:
        """The head table: label and value, two pairs side by side where both are short."""
        rows = [row for pairs in self._paired(self._notice.facts) for row in self._fact_row(pairs)]
        if rows:
            self._flow.space(_GAP)
        for row in rows:
            self._flow.place(row)

    def paragraphs(self) -> None:
        """The sentences of the body."""
        for number, text in enumerate(self._notice.paragraphs):
            self._flow.space(_PARAGRAPH_GAP if number else _GAP)
            self._flow.place_lines(self._setter.paragraph(text, BODY, x=LEFT, width=CONTENT_WIDTH))

    def materials(self, heading: str) -> None:
        """The list of materials below its heading."""
        materials = self._notice.materials
        if not materials:
            return
        self._flow.space(_GAP)
        words = self._setter.text(f"{heading}（共 {len(materials)} 项）", STRONG, x=LEFT, width=CONTENT_WIDTH)
        shared = any(material.used_by for material in materials)
        rows = [
            part
            for number, material in enumerate(materials, start=1)
            for part in self._row(_material_cells(number, material, shared=shared))
        ]
        head = _SHARED_MATERIAL_HEAD if shared else _MATERIAL_HEAD
        self._flow.place_table([words, Block(2.0)], self._row(head)[0], rows)

    def children(self, heading: str) -> None:
        """The children of a package, each with its department and its own clock."""
        children = self._notice.children
        if not children:
            return
        self._flow.space(_GAP)
        words = self._setter.text(f"{heading}（共 {len(children)} 项）", STRONG, x=LEFT, width=CONTENT_WIDTH)
        rows = [part for child in children for part in self._row(_child_cells(child))]
        self._flow.place_table([words, Block(2.0)], self._row(_CHILD_HEAD)[0], rows)

    def effect(self) -> None:
        """What is in force now and what is not yet, in a heavier box so that nobody overlooks it."""
        lines = [("现已生效", self._notice.in_force), ("尚未生效", self._notice.not_yet)]
        rows = [part for label, text in lines if text for part in self._fact_row([(label, text)])]
        if rows:
            table = stack(rows)
            self._flow.space(_GAP)
            self._flow.place(Block(table.height, (*table.items, Box(LEFT, 0.0, CONTENT_WIDTH, table.height, _HEAVY))))

    def remarks(self) -> None:
        """Numbered remarks; the heading stays with the first."""
        remarks = self._notice.remarks
        if not remarks:
            return
        self._flow.space(_GAP)
        heading = self._setter.text("备注", STRONG, x=LEFT, width=CONTENT_WIDTH)
        first, *rest = [
            self._setter.labelled(f"{number}．", remark, BODY, x=LEFT, width=CONTENT_WIDTH)
            for number, remark in enumerate(remarks, start=1)
        ]
        self._flow.place_lines([stack([heading, first[0]]), *first[1:]])
        for lines in rest:
            self._flow.place_lines(lines)

    def closing(self) -> None:
        """Legal basis, signatures, seal, QR code and contacts on one page, so that no page holds signatures alone."""
        basis = legal_basis(self._notice, self._setter)
        self._flow.space(_GAP)
        if len(basis) >= _BASIS_TORN:
            self._flow.place_lines(basis[:-2])
            basis = basis[-2:]
        parts = [stack(basis), signing(self._notice, self._setter), contacts(self._notice, self._setter)]
        self._flow.place_together([part for part in parts if part.height], gap=_GAP)

    def finished(self) -> list[Page]:
        """All pages, with their foot."""
        self._flow.place_on_every_page(self._foot_of)
        return self._flow.pages

    def _foot_of(self, number: int, count: int) -> Placed:
        return Placed(self._foot_top, beside(self._foot, page_count(number, count, self._setter)))

    def _paired(self, facts: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
        """Rows of one pair, or of two that fit into half the width each: a short one fills the last half-empty row."""
        rows: list[list[tuple[str, str]]] = []
        half_empty: list[tuple[str, str]] | None = None
        for fact in facts:
            if not self._is_short(fact):
                rows.append([fact])
            elif half_empty is not None:
                half_empty.append(fact)
                half_empty = None
            else:
                half_empty = [fact]
                rows.append(half_empty)
        return rows

    def _is_short(self, fact: tuple[str, str]) -> bool:
        return self._setter.width(fact[1], BODY) <= CONTENT_WIDTH / 2 - _LABEL_WIDTH - 2 * CELL_PAD_X

    def _fact_row(self, pairs: Sequence[tuple[str, str]]) -> list[Block]:
        share = CONTENT_WIDTH / len(pairs)
        cells: list[Cell] = []
        for number, (label, value) in enumerate(pairs):
            x = LEFT + number * share
            cells.append(Cell(label, x, _LABEL_WIDTH, CELL_STRONG, Align.CENTRE))
            cells.append(Cell(value, x + _LABEL_WIDTH, share - _LABEL_WIDTH, BODY))
        return self._row(cells)

    def _row(self, cells: list[Cell]) -> list[Block]:
        return self._setter.row(cells, most_lines=int(self._flow.page_height * _TALLEST_ROW / BODY.leading))


def _columns(texts: Sequence[str], aligns: Sequence[Align], style: TextStyle, widths: Sequence[float]) -> list[Cell]:
    x, cells = LEFT, []
    for text, width, align in zip(texts, widths, aligns, strict=True):
        cells.append(Cell(text, x, width, style, align))
        x += width
    return cells


_NUMBER = 34.0
_MATERIAL_WIDTHS = (_NUMBER, CONTENT_WIDTH - _NUMBER - 104.0 - 66.0 - 66.0, 104.0, 66.0, 66.0)
_MATERIAL_ALIGNS = (Align.CENTRE, Align.LEFT, Align.CENTRE, Align.CENTRE, Align.CENTRE)
_MATERIAL_NAMES = ("序号", "材料名称", "形式", "份数", "状态")
_MATERIAL_HEAD = _columns(_MATERIAL_NAMES, (Align.CENTRE,) * 5, CELL_STRONG, _MATERIAL_WIDTHS)

_USED_BY = 92.0
_SHARED_WIDTHS = (_NUMBER, CONTENT_WIDTH - _NUMBER - _USED_BY - 76.0 - 66.0 - 60.0, _USED_BY, 76.0, 66.0, 60.0)
_SHARED_ALIGNS = (Align.CENTRE, Align.LEFT, Align.LEFT, Align.CENTRE, Align.CENTRE, Align.CENTRE)
_SHARED_NAMES = ("序号", "材料名称", "用于", "形式", "份数", "状态")
_SHARED_MATERIAL_HEAD = _columns(_SHARED_NAMES, (Align.CENTRE,) * 6, CELL_STRONG, _SHARED_WIDTHS)

_CHILD_WIDTHS = (_NUMBER, 140.0, 110.0, 58.0, CONTENT_WIDTH - _NUMBER - 140.0 - 110.0 - 58.0)
_CHILD_ALIGNS = (Align.CENTRE, Align.LEFT, Align.LEFT, Align.CENTRE, Align.LEFT)
_CHILD_HEAD = _columns(("子号", "事项", "承办部门", "现在", "时限"), (Align.CENTRE,) * 5, CELL_STRONG, _CHILD_WIDTHS)


def _material_cells(number: int, material: NoticeMaterial, *, shared: bool) -> list[Cell]:
    """A row of the list; of a package with the departments that use it."""
    handed_in = (material.form, material.copies, material.state)
    if shared:
        return _columns(
            (str(number), material.name, material.used_by, *handed_in), _SHARED_ALIGNS, CELL, _SHARED_WIDTHS
        )
    return _columns((str(number), material.name, *handed_in), _MATERIAL_ALIGNS, CELL, _MATERIAL_WIDTHS)


def _child_cells(child: NoticeChild) -> list[Cell]:
    texts = (child.number, child.name, child.department, child.standing, child.until)
    return _columns(texts, _CHILD_ALIGNS, CELL, _CHILD_WIDTHS)
