"""The head of the first page, and the lines that run at the top and bottom of every page."""

from __future__ import annotations

from clerk_app.domain.case_number import grouped
from clerk_app.domain.notices import Notice
from printing.barcodes import BAR_MODULE, BAR_QUIET_MODULES, bar_symbol_width, code128
from printing.page import CONTENT_WIDTH, HAIRLINE, LEFT, RIGHT, Block, Box, Line, Text, TextStyle, Weight, beside, stack
from printing.typeset import BODY, NOTE, Align, Typesetter

HEADING = TextStyle(14, 20, Weight.BOLD)
TITLE = TextStyle(22, 30, Weight.BOLD)
MARK = TextStyle(12, 18, Weight.BOLD)
RUNNING = TextStyle(8.5, 12)

_MARK_PAD = 7.0
_MARK_GAP = 10.0
_RULE_GAP = 7.0
_FOOTER_RULE = 4.0
_PAGE_COUNT_ROOM = 84.0
_CASE_NUMBER_ROOM = 180.0


def head(notice: Notice, setter: Typesetter) -> Block:
    """Hall, mark and copy on the left, the barcode on the right, the title below a double rule."""
    top = beside(_sender(notice, setter), _case_code(notice, setter))
    rule = Block(4.0, (Line(LEFT, 0.0, RIGHT, 0.0, 1.5), Line(LEFT, 3.0, RIGHT, 3.0, HAIRLINE)))
    title = setter.text(notice.title, TITLE, x=LEFT, width=CONTENT_WIDTH, align=Align.CENTRE)
    label = f"文书编号：{notice.document_number}" if notice.document_number else ""
    number = setter.text(label, NOTE, x=LEFT, width=CONTENT_WIDTH, align=Align.CENTRE)
    return stack([top, Block(_RULE_GAP), rule, Block(_RULE_GAP), title, number])


def _sender(notice: Notice, setter: Typesetter) -> Block:
    quiet = BAR_QUIET_MODULES * BAR_MODULE
    width = CONTENT_WIDTH - bar_symbol_width(notice.case_number) - quiet - 6.0
    heading = setter.text(notice.heading, HEADING, x=LEFT, width=width)
    mark, used = _mark_word(notice.mark, setter)
    copy = setter.text(notice.copy_label, BODY, x=LEFT + used, width=width - used)
    copy = stack([Block((MARK.leading - BODY.leading) / 2), copy])  # on the middle of the mark
    return stack([heading, beside(mark, copy)], gap=4.0)


def _mark_word(mark: str, setter: Typesetter) -> tuple[Block, float]:
    """Black in a black frame: it survives every printer and copier, which the large mark may not. With its width."""
    if not mark:
        return Block(0.0), 0.0
    width = setter.width(mark, MARK) + 2 * _MARK_PAD
    frame = Box(LEFT, 0.0, width, MARK.leading, 1.0)
    words = Text(LEFT + _MARK_PAD, MARK.baseline, mark, MARK)
    return Block(MARK.leading, (frame, words)), width + _MARK_GAP


def _case_code(notice: Notice, setter: Typesetter) -> Block:
    """The barcode, and below it the number in groups, as it is read out by phone."""
    width = bar_symbol_width(notice.case_number)
    bars = code128(notice.case_number, x=RIGHT - width, y=0.0)
    number = setter.text(grouped(notice.case_number), BODY, x=RIGHT - width, width=width, align=Align.CENTRE)
    return stack([Block(bars.height, (bars,)), number], gap=2.0)


def running_head(notice: Notice, setter: Typesetter) -> Block:
    """What tells a loose second page: title, mark and case number."""
    left = f"{notice.title}（续）　{notice.mark}"
    right = f"办件编号 {grouped(notice.case_number)}"
    words = beside(
        setter.text(left, RUNNING, x=LEFT, width=CONTENT_WIDTH - _CASE_NUMBER_ROOM),
        setter.text(right, RUNNING, x=LEFT, width=CONTENT_WIDTH, align=Align.RIGHT),
    )
    return stack([words, Block(8.0, (Line(LEFT, 2.0, RIGHT, 2.0),))])


def running_foot(notice: Notice, setter: Typesetter) -> Block:
    """When and where it was printed; below it the plain case number, for search and copying, and the check code."""
    lines = ["　".join(notice.footer), f"办件编号 {notice.case_number}　校验码 {notice.digest}"]
    rule = Block(_FOOTER_RULE, (Line(LEFT, 0.0, RIGHT, 0.0),))
    texts = [setter.text(line, RUNNING, x=LEFT, width=CONTENT_WIDTH - _PAGE_COUNT_ROOM) for line in lines]
    return stack([rule, *texts])


def page_count(number: int, count: int, setter: Typesetter) -> Block:
    """Set beside the foot's first line."""
    words = setter.text(f"第 {number} 页 共 {count} 页", RUNNING, x=LEFT, width=CONTENT_WIDTH, align=Align.RIGHT)
    return stack([Block(_FOOTER_RULE), words])
