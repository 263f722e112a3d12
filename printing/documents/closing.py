"""The closing part: legal basis, signatures with the place of the seal and the QR code, contacts."""

from __future__ import annotations

from printing.barcodes import qr_code
from printing.documents.framed import Framed
from printing.page import CONTENT_WIDTH, LEFT, MM, RIGHT, Block, DashedBox, Line, Symbol, Text, beside, stack
from printing.styles import ORDINARY, Styles
from printing.typeset import Align, Typesetter

_SEAL_SIDE = 42 * MM
"""The size of a reception seal."""

_SEAL_PAD = 8.0
_SIGNATURE_HEIGHT = 32.0
_SIGNATURE_ROOM = 70.0
"""The least width to sign in."""

_COLUMN_GAP = 14.0


def legal_basis(notice: Framed, setter: Typesetter, styles: Styles = ORDINARY) -> list[Block]:
    """One block per line."""
    if not notice.legal_basis:
        return []
    return setter.labelled("依据：", notice.legal_basis, styles.body, x=LEFT, width=CONTENT_WIDTH)


def signing(notice: Framed, setter: Typesetter, styles: Styles = ORDINARY) -> Block:
    """From left to right: a line to sign for each person, the place of the seal, the QR code."""
    blocks: list[Block] = []
    right = RIGHT
    if notice.progress_url:
        code = qr_code(notice.progress_url, right=RIGHT, y=0.0)
        blocks.append(_captioned(code, notice.caption, setter, styles))
        right = code.x - _COLUMN_GAP
    if notice.seal:
        blocks.append(_seal(notice.seal, setter, styles, right=right))
        right -= _SEAL_SIDE + _COLUMN_GAP
    blocks.append(stack([_signature(text, setter, styles, right=right) for text in notice.signatures]))
    return beside(*blocks)


def contacts(notice: Framed, setter: Typesetter, styles: Styles = ORDINARY) -> Block:
    """Whom to ask or complain to, side by side as far as they fit."""
    if not notice.contacts:
        return Block(0.0)
    rule = Block(6.0, (Line(LEFT, 0.0, RIGHT, 0.0),))
    lines: list[str] = []
    for label, value in notice.contacts:
        contact = f"{label}：{value}"
        joined = f"{lines[-1]}　　{contact}" if lines else contact
        if lines and setter.width(joined, styles.note) <= CONTENT_WIDTH:
            lines[-1] = joined
        else:
            lines.append(contact)
    return stack([rule, *(setter.text(line, styles.note, x=LEFT, width=CONTENT_WIDTH) for line in lines)])


def _captioned(code: Symbol, words: str, setter: Typesetter, styles: Styles) -> Block:
    caption = setter.text(words, styles.note, x=code.x, width=code.width, align=Align.CENTRE)
    return stack([Block(code.height, (code,)), caption])


def _seal(text: str, setter: Typesetter, styles: Styles, *, right: float) -> Block:
    left = right - _SEAL_SIDE
    words = setter.text(text, styles.note, x=left + _SEAL_PAD, width=_SEAL_SIDE - 2 * _SEAL_PAD, align=Align.CENTRE)
    middle = stack([Block((_SEAL_SIDE - words.height) / 2), words])
    return beside(Block(_SEAL_SIDE, (DashedBox(left, 0.0, _SEAL_SIDE, _SEAL_SIDE),)), middle)


def _signature(label: str, setter: Typesetter, styles: Styles, *, right: float) -> Block:
    """The label with a line behind its last words, high enough for a hand."""
    body = styles.body
    room = right - LEFT - _SIGNATURE_ROOM
    lines = setter.broken(f"{label}：", body, room)
    above = max(0.0, _SIGNATURE_HEIGHT - 3.0 - len(lines) * body.leading)
    texts = [Text(LEFT, above + number * body.leading + body.baseline, line, body) for number, line in enumerate(lines)]
    base = above + len(lines) * body.leading
    return Block(base + 3.0, (*texts, Line(LEFT + setter.width(lines[-1], body) + 2.0, base, right, base)))
