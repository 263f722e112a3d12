"""The head of the first page, and the lines that run at the top and bottom of every page."""

from __future__ import annotations

from printing.barcodes import BAR_MODULE, BAR_QUIET_MODULES, bar_symbol_width, code128
from printing.documents.framed import Framed
from printing.page import CONTENT_WIDTH, HAIRLINE, LEFT, RIGHT, Block, Box, Line, Text, beside, stack
from printing.styles import ORDINARY, Styles
from printing.typeset import Align, Typesetter

_MARK_PAD = 7.0
_MARK_GAP = 10.0
_RULE_GAP = 7.0
_FOOTER_RULE = 4.0
_ROOM = 14.0
"""White between what stands at the left of a running line and what stands at its right."""


def head(notice: Framed, setter: Typesetter, styles: Styles = ORDINARY) -> Block:
    """Hall, mark and copy on the left, the barcode on the right, the title below a double rule."""
    top = beside(_sender(notice, setter, styles), _number_code(notice, setter, styles))
    rule = Block(4.0, (Line(LEFT, 0.0, RIGHT, 0.0, 1.5), Line(LEFT, 3.0, RIGHT, 3.0, HAIRLINE)))
    title = setter.text(notice.title, styles.title, x=LEFT, width=CONTENT_WIDTH, align=Align.CENTRE)
    label = f"文书编号：{notice.document_number}" if notice.document_number else ""
    number = setter.text(label, styles.note, x=LEFT, width=CONTENT_WIDTH, align=Align.CENTRE)
    return stack([top, Block(_RULE_GAP), rule, Block(_RULE_GAP), title, number])


def _sender(notice: Framed, setter: Typesetter, styles: Styles) -> Block:
    quiet = BAR_QUIET_MODULES * BAR_MODULE
    width = CONTENT_WIDTH - _code_width(notice, setter, styles) - quiet - 6.0
    heading = setter.text(notice.heading, styles.heading, x=LEFT, width=width)
    mark, used = _mark_word(notice.mark, setter, styles)
    copy = setter.text(notice.copy_label, styles.body, x=LEFT + used, width=width - used)
    above = max(0.0, (styles.mark.leading - styles.body.leading) / 2)
    copy = stack([Block(above), copy])  # on the middle of the mark
    return stack([heading, beside(mark, copy)], gap=4.0)


def _mark_word(mark: str, setter: Typesetter, styles: Styles) -> tuple[Block, float]:
    """Black in a black frame: it survives every printer and copier, which the large mark may not. With its width."""
    if not mark:
        return Block(0.0), 0.0
    width = setter.width(mark, styles.mark) + 2 * _MARK_PAD
    frame = Box(LEFT, 0.0, width, styles.mark.leading, 1.0)
    words = Text(LEFT + _MARK_PAD, styles.mark.baseline, mark, styles.mark)
    return Block(styles.mark.leading, (frame, words)), width + _MARK_GAP


def _code_width(notice: Framed, setter: Typesetter, styles: Styles) -> float:
    """The barcode, or the number below it where that is set larger."""
    return max(bar_symbol_width(notice.number), setter.width(notice.number_text, styles.body))


def _number_code(notice: Framed, setter: Typesetter, styles: Styles) -> Block:
    """The barcode, and below it the number in groups, as it is read out by phone."""
    width = _code_width(notice, setter, styles)
    bars = code128(notice.number, x=RIGHT - (width + bar_symbol_width(notice.number)) / 2, y=0.0)
    number = setter.text(notice.number_text, styles.body, x=RIGHT - width, width=width, align=Align.CENTRE)
    return stack([Block(bars.height, (bars,)), number], gap=2.0)


def running_head(notice: Framed, setter: Typesetter, styles: Styles = ORDINARY) -> Block:
    """What tells a loose second page: title, mark and number."""
    left = f"{notice.title}（续）　{notice.mark}"
    right = f"{notice.number_name} {notice.number_text}"
    room = setter.width(right, styles.running) + _ROOM
    words = beside(
        setter.text(left, styles.running, x=LEFT, width=CONTENT_WIDTH - room),
        setter.text(right, styles.running, x=LEFT, width=CONTENT_WIDTH, align=Align.RIGHT),
    )
    return stack([words, Block(8.0, (Line(LEFT, 2.0, RIGHT, 2.0),))])


def running_foot(notice: Framed, setter: Typesetter, styles: Styles = ORDINARY) -> Block:
    """When and where it was printed; below it the plain number, for search and copying, and the check code."""
    number, check = f"{notice.number_name} {notice.number}", f"校验码 {notice.digest}"
    rule = Block(_FOOTER_RULE, (Line(LEFT, 0.0, RIGHT, 0.0),))
    room = setter.width(_counted(88, 88), styles.running) + _ROOM
    joined = f"{number}　{check}"
    fits = setter.width(joined, styles.running) <= CONTENT_WIDTH - room
    lines = ["　".join(notice.footer), *((joined,) if fits else (number, check))]
    texts = [setter.text(line, styles.running, x=LEFT, width=CONTENT_WIDTH - room) for line in lines]
    return stack([rule, *texts])


def page_count(number: int, count: int, setter: Typesetter, styles: Styles = ORDINARY) -> Block:
    """Set beside the foot's first line."""
    words = setter.text(_counted(number, count), styles.running, x=LEFT, width=CONTENT_WIDTH, align=Align.RIGHT)
    return stack([Block(_FOOTER_RULE), words])


def _counted(number: int, count: int) -> str:
    return f"第 {number} 页 共 {count} 页"
