"""The closing part: legal basis, signatures with the place of the seal and the QR code, contacts."""

from __future__ import annotations

from clerk_app.domain.notices import Notice
from printing.barcodes import qr_code
from printing.page import CONTENT_WIDTH, LEFT, MM, RIGHT, Block, DashedBox, Line, Symbol, Text, beside, stack
from printing.typeset import BODY, NOTE, Align, Typesetter

_SEAL_SIDE = 42 * MM
"""The size of a reception seal."""

_SEAL_PAD = 8.0
_SIGNATURE_HEIGHT = 32.0
_SIGNATURE_ROOM = 70.0
"""The least width to sign in."""

_COLUMN_GAP = 14.0


def legal_basis(notice: Notice, setter: Typesetter) -> list[Block]:
    """One block per line."""
    if not notice.legal_basis:
        return []
    return setter.labelled("依据：", notice.legal_basis, BODY, x=LEFT, width=CONTENT_WIDTH)


def signing(notice: Notice, setter: Typesetter) -> Block:
    """From left to right: a line to sign for each person, the place of the seal, the QR code."""
    blocks: list[Block] = []
    right = RIGHT
    if notice.progress_url:
        code = qr_code(notice.progress_url, right=RIGHT, y=0.0)
        blocks.append(_captioned(code, setter))
        right = code.x - _COLUMN_GAP
    if notice.seal:
        blocks.append(_seal(notice.seal, setter, right=right))
        right -= _SEAL_SIDE + _COLUMN_GAP
    blocks.append(stack([_signature(text, setter, right=right) for text in notice.signatures]))
    return beside(*blocks)


def contacts(notice: Notice, setter: Typesetter) -> Block:
    """Whom to ask or complain to, side by side as far as they fit."""
    if not notice.contacts:
        return Block(0.0)
    line = "　　".join(f"{label}：{value}" for label, value in notice.contacts)
    rule = Block(6.0, (Line(LEFT, 0.0, RIGHT, 0.0),))
    return stack([rule, setter.text(line, NOTE, x=LEFT, width=CONTENT_WIDTH)])


def _captioned(code: Symbol, setter: Typesetter) -> Block:
    caption = setter.text("扫码看进度", NOTE, x=code.x, width=code.width, align=Align.CENTRE)
    return stack([Block(code.height, (code,)), caption])


def _seal(text: str, setter: Typesetter, *, right: float) -> Block:
    left = right - _SEAL_SIDE
    words = setter.text(text, NOTE, x=left + _SEAL_PAD, width=_SEAL_SIDE - 2 * _SEAL_PAD, align=Align.CENTRE)
    middle = stack([Block((_SEAL_SIDE - words.height) / 2), words])
    return beside(Block(_SEAL_SIDE, (DashedBox(left, 0.0, _SEAL_SIDE, _SEAL_SIDE),)), middle)


def _signature(label: str, setter: Typesetter, *, right: float) -> Block:
    """The label with a line behind its last words, high enough for a hand."""
    room = right - LEFT - _SIGNATURE_ROOM
    lines = setter.broken(f"{label}：", BODY, room)
    above = max(0.0, _SIGNATURE_HEIGHT - 3.0 - len(lines) * BODY.leading)
    texts = [Text(LEFT, above + number * BODY.leading + BODY.baseline, line, BODY) for number, line in enumerate(lines)]
    base = above + len(lines) * BODY.leading
    return Block(base + 3.0, (*texts, Line(LEFT + setter.width(lines[-1], BODY) + 2.0, base, right, base)))
