"""The frame every notice shares: head, tables, boxes, closing part and the running lines of each page.

A document module only says in which order the parts follow one another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clerk_app.domain.case_number import grouped
from clerk_app.domain.notices import Notice, NoticeMaterial
from printing.barcodes import BAR_MODULE, BAR_QUIET_MODULES, bar_symbol_width, code128, qr_code
from printing.layout import Flow
from printing.page import (
    BOTTOM,
    CONTENT_WIDTH,
    HAIRLINE,
    LEFT,
    RIGHT,
    TOP,
    Block,
    Box,
    DashedBox,
    Line,
    Page,
    Placed,
    Symbol,
    Text,
    TextStyle,
    Weight,
    beside,
    stack,
)
from printing.typeset import BODY, CELL, CELL_STRONG, NOTE, STRONG, Align, Cell, Typesetter

HEADING = TextStyle(14, 20, Weight.BOLD)
TITLE = TextStyle(22, 30, Weight.BOLD)
MARK = TextStyle(12, 18, Weight.BOLD)
RUNNING = TextStyle(8.5, 12)

_SECTION_GAP = 9.0
_LABEL_WIDTH = 76.0
_SEAL_SIDE = 119.0
"""42 mm, the size of a reception seal."""

_SIGNATURE_HEIGHT = 32.0
_FOOTER_GAP = 9.0
_FOOTER_RULE = 4.0
_RUNNING_HEAD_HEIGHT = 20.0
_COLUMN_GAP = 14.0


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
        head = _head(notice, setter)
        self._footer = _footer(notice, setter)
        self._flow = Flow(
            first_top=TOP,
            next_top=TOP + _RUNNING_HEAD_HEIGHT,
            bottom=BOTTOM - self._footer.height - _FOOTER_GAP,
        )
        self._flow.place(head)

    def facts(self) -> None:
        """The head table: label and value, two pairs side by side where both are short."""
        rows = [row for pairs in self._paired(self._notice.facts) for row in self._fact_row(pairs)]
        if rows:
            self._flow.space(_SECTION_GAP)
            for row in rows:
                self._flow.place(row)

    def paragraphs(self) -> None:
        """The sentences of the body."""
        for number, text in enumerate(self._notice.paragraphs):
            self._flow.space(3.0 if number else _SECTION_GAP)
            self._flow.place_lines(self._setter.paragraph(text, BODY, x=LEFT, width=CONTENT_WIDTH))

    def materials(self, heading: str) -> None:
        """The list of materials below its heading."""
        materials = self._notice.materials
        if not materials:
            return
        self._flow.space(_SECTION_GAP)
        heading_block = self._setter.text(f"{heading}（共 {len(materials)} 项）", STRONG, x=LEFT, width=CONTENT_WIDTH)
        rows = [
            part
            for number, material in enumerate(materials, start=1)
            for part in self._row(_material_cells(number, material))
        ]
        self._flow.place_table([heading_block, Block(2.0)], self._row(_MATERIAL_HEAD)[0], rows)

    def effect(self) -> None:
        """What is in force now and what is not yet, in a heavier box so that nobody overlooks it."""
        lines = [("现已生效", self._notice.in_force), ("尚未生效", self._notice.not_yet)]
        rows = [part for label, text in lines if text for part in self._labelled_row(label, text)]
        if not rows:
            return
        table = stack(rows)
        self._flow.space(_SECTION_GAP)
        self._flow.place(Block(table.height, (*table.items, Box(LEFT, 0.0, CONTENT_WIDTH, table.height, 1.25))))

    def remarks(self) -> None:
        """Numbered remarks below their heading; the heading stays with the first."""
        remarks = self._notice.remarks
        if not remarks:
            return
        self._flow.space(_SECTION_GAP)
        heading = self._setter.text("备注", STRONG, x=LEFT, width=CONTENT_WIDTH)
        first, *rest = [
            self._setter.labelled(f"{number}．", remark, BODY, x=LEFT, width=CONTENT_WIDTH)
            for number, remark in enumerate(remarks, start=1)
        ]
        self._flow.place_lines([stack([heading, first[0]]), *first[1:]])
        for lines in rest:
            self._flow.place_lines(lines)

    def closing(self) -> None:
        """Legal basis, signatures with the seal's place and the QR code, contacts: all on one page."""
        notice, setter = self._notice, self._setter
        parts = [_legal_basis(notice, setter), _signing(notice, setter), _contacts(notice, setter)]
        self._flow.space(_SECTION_GAP)
        self._flow.place_together([part for part in parts if part.height], gap=_SECTION_GAP)

    def finished(self) -> list[Page]:
        """All pages, with their running head and foot."""
        self._flow.place_on_every_page(self._running)
        return self._flow.pages

    def _running(self, number: int, count: int) -> list[Placed]:
        place = BOTTOM - self._footer.height
        page = self._setter.text(
            f"第 {number} 页 共 {count} 页", RUNNING, x=LEFT, width=CONTENT_WIDTH, align=Align.RIGHT
        )
        foot = [Placed(place, self._footer), Placed(place + _FOOTER_RULE, page)]
        return foot if number == 1 else [Placed(TOP, _running_head(self._notice, self._setter)), *foot]

    def _paired(self, facts: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
        rows: list[list[tuple[str, str]]] = []
        room = CONTENT_WIDTH / 2 - _LABEL_WIDTH - 10.0
        for fact in facts:
            short = self._setter.width(fact[1], BODY) <= room
            mate = rows[-1] if rows else []
            if short and len(mate) == 1 and self._setter.width(mate[0][1], BODY) <= room:
                mate.append(fact)
            else:
                rows.append([fact])
        return rows

    def _fact_row(self, pairs: Sequence[tuple[str, str]]) -> list[Block]:
        share = CONTENT_WIDTH / len(pairs)
        cells: list[Cell] = []
        for number, (label, value) in enumerate(pairs):
            x = LEFT + number * share
            cells.append(Cell(label, x, _LABEL_WIDTH, CELL_STRONG, Align.CENTRE))
            cells.append(Cell(value, x + _LABEL_WIDTH, share - _LABEL_WIDTH, BODY))
        return self._row(cells)

    def _labelled_row(self, label: str, text: str) -> list[Block]:
        return self._row(
            [
                Cell(label, LEFT, _LABEL_WIDTH, CELL_STRONG, Align.CENTRE),
                Cell(text, LEFT + _LABEL_WIDTH, CONTENT_WIDTH - _LABEL_WIDTH, BODY),
            ]
        )

    def _row(self, cells: list[Cell]) -> list[Block]:
        return self._setter.row(cells, most_lines=int(self._flow.page_height * 0.6 / BODY.leading))


def _columns(texts: Sequence[str], aligns: Sequence[Align], style: TextStyle) -> list[Cell]:
    x, cells = LEFT, []
    for text, width, align in zip(texts, _MATERIAL_WIDTHS, aligns, strict=True):
        cells.append(Cell(text, x, width, style, align))
        x += width
    return cells


_MATERIAL_WIDTHS = (34.0, CONTENT_WIDTH - 34.0 - 104.0 - 66.0 - 66.0, 104.0, 66.0, 66.0)
_MATERIAL_ALIGNS = (Align.CENTRE, Align.LEFT, Align.CENTRE, Align.CENTRE, Align.CENTRE)
_MATERIAL_HEAD = _columns(("序号", "材料名称", "形式", "份数", "状态"), (Align.CENTRE,) * 5, CELL_STRONG)


def _material_cells(number: int, material: NoticeMaterial) -> list[Cell]:
    texts = (str(number), material.name, material.form, material.copies, material.state)
    return _columns(texts, _MATERIAL_ALIGNS, CELL)


def _head(notice: Notice, setter: Typesetter) -> Block:
    """Hall, copy and mark on the left, the barcode on the right, the title below a double rule."""
    top = beside(_sender(notice, setter), _case_code(notice, setter))
    rule = Block(4.0, (Line(LEFT, 0.0, RIGHT, 0.0, 1.5), Line(LEFT, 3.0, RIGHT, 3.0, HAIRLINE)))
    title = setter.text(notice.title, TITLE, x=LEFT, width=CONTENT_WIDTH, align=Align.CENTRE)
    number = setter.text(
        f"文书编号：{notice.document_number}" if notice.document_number else "",
        NOTE,
        x=LEFT,
        width=CONTENT_WIDTH,
        align=Align.CENTRE,
    )
    return stack([top, Block(7.0), rule, Block(7.0), title, number])


def _sender(notice: Notice, setter: Typesetter) -> Block:
    quiet = BAR_QUIET_MODULES * BAR_MODULE
    width = CONTENT_WIDTH - bar_symbol_width(notice.case_number) - quiet - 6.0
    parts = [setter.text(notice.heading, HEADING, x=LEFT, width=width)]
    if notice.mark:
        parts.append(_mark_word(notice.mark, setter))
    parts.append(setter.text(notice.copy_label, BODY, x=LEFT, width=width))
    return stack([part for part in parts if part.height], gap=3.0)


def _mark_word(mark: str, setter: Typesetter) -> Block:
    width = setter.width(mark, MARK) + 14.0
    return Block(MARK.leading, (Box(LEFT, 0.0, width, MARK.leading, 1.0), Text(LEFT + 7.0, MARK.baseline, mark, MARK)))


def _case_code(notice: Notice, setter: Typesetter) -> Block:
    """Barcode with the number below it, as it is read out by phone."""
    width = bar_symbol_width(notice.case_number)
    bars = code128(notice.case_number, x=RIGHT - width, y=0.0)
    number = setter.text(grouped(notice.case_number), BODY, x=RIGHT - width, width=width, align=Align.CENTRE)
    return stack([Block(bars.height, (bars,)), number], gap=2.0)


def _running_head(notice: Notice, setter: Typesetter) -> Block:
    left = f"{notice.title}（续）" + (f"　{notice.mark}" if notice.mark else "")
    right = f"办件编号 {grouped(notice.case_number)}"
    return beside(
        setter.text(left, RUNNING, x=LEFT, width=CONTENT_WIDTH / 2),
        setter.text(right, RUNNING, x=LEFT, width=CONTENT_WIDTH, align=Align.RIGHT),
        Block(RUNNING.leading, (Line(LEFT, RUNNING.leading + 2.0, RIGHT, RUNNING.leading + 2.0),)),
    )


def _footer(notice: Notice, setter: Typesetter) -> Block:
    """When and where it was printed; below it the check code and the plain case number, for search and copying."""
    lines = ["　".join(notice.footer), f"办件编号 {notice.case_number}　校验码 {notice.digest}"]
    rule = Block(_FOOTER_RULE, (Line(LEFT, 0.0, RIGHT, 0.0),))
    return stack([rule, *(setter.text(line, RUNNING, x=LEFT, width=CONTENT_WIDTH - 84.0) for line in lines)])


def _legal_basis(notice: Notice, setter: Typesetter) -> Block:
    if not notice.legal_basis:
        return Block(0.0)
    return stack(setter.labelled("依据：", notice.legal_basis, BODY, x=LEFT, width=CONTENT_WIDTH))


def _signing(notice: Notice, setter: Typesetter) -> Block:
    """From left to right: a line to sign for each person, the place of the seal, the QR code."""
    blocks: list[Block] = []
    right = RIGHT
    if notice.progress_url:
        code = _progress_code(notice.progress_url, setter)
        blocks.append(code)
        right = min(item.x for item in code.items if isinstance(item, Symbol)) - _COLUMN_GAP
    if notice.seal:
        blocks.append(_seal(notice.seal, setter, right=right))
        right -= _SEAL_SIDE + _COLUMN_GAP
    blocks.append(stack([_signature(text, setter, right=right) for text in notice.signatures]))
    return beside(*blocks)


def _signature(label: str, setter: Typesetter, *, right: float) -> Block:
    text = f"{label}："
    line = _SIGNATURE_HEIGHT - 3.0
    start = LEFT + setter.width(text, BODY) + 2.0
    items = (
        Text(LEFT, line - BODY.leading + BODY.baseline, text, BODY),
        Line(start, line, right, line),
    )
    return Block(_SIGNATURE_HEIGHT, items)


def _seal(text: str, setter: Typesetter, *, right: float) -> Block:
    left = right - _SEAL_SIDE
    words = setter.text(text, NOTE, x=left + 8.0, width=_SEAL_SIDE - 16.0, align=Align.CENTRE)
    middle = stack([Block((_SEAL_SIDE - words.height) / 2), words])
    return beside(Block(_SEAL_SIDE, (DashedBox(left, 0.0, _SEAL_SIDE, _SEAL_SIDE),)), middle)


def _progress_code(address: str, setter: Typesetter) -> Block:
    code = qr_code(address, right=RIGHT, y=0.0)
    caption = setter.text("扫码看进度", NOTE, x=code.x, width=code.width, align=Align.CENTRE)
    return stack([Block(code.height, (code,)), caption])


def _contacts(notice: Notice, setter: Typesetter) -> Block:
    """Whom to ask or complain to, side by side as far as they fit."""
    if not notice.contacts:
        return Block(0.0)
    line = "　　".join(f"{label}：{value}" for label, value in notice.contacts)
    rule = Block(6.0, (Line(LEFT, 0.0, RIGHT, 0.0),))
    return stack([rule, setter.text(line, NOTE, x=LEFT, width=CONTENT_WIDTH)])
