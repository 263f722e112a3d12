"""The papers, one module each: a notice in, PDF bytes out."""

from __future__ import annotations

from dataclasses import fields

from clerk_app.domain.notices import Notice
from clerk_app.domain.one_time_notice import OneTimeNotice
from clerk_app.errors import MissingGlyph
from printing.documents import acceptance_notice, one_time_notice, promise, receipt
from printing.fonts import FontLibrary
from printing.page import Page
from printing.paint import paint
from printing.typeset import Typesetter

_LAYOUTS = {
    "receipt": receipt.lay_out,
    "acceptance_notice": acceptance_notice.lay_out,
    "deferral_notice": acceptance_notice.lay_out,
    "deferral_promise": promise.lay_out,
    "promise_letter": promise.lay_out,
    "appeal_form": promise.lay_out,
}


def render(notice: Notice | OneTimeNotice, fonts: FontLibrary) -> bytes:
    """The finished PDF of a notice; raise `MissingGlyph` or `FontDamaged`.

    The title is all that stands in the document's properties: they travel with the file and name nobody.
    """
    return paint(lay_out(notice, fonts), fonts, title=notice.title, mark=notice.mark)


def lay_out(notice: Notice | OneTimeNotice, fonts: FontLibrary) -> list[Page]:
    """The pages of a notice before they are drawn."""
    missing = fonts.missing_glyphs("".join(_texts(notice)))
    if missing:
        codes = " ".join(f"U+{ord(character):04X}" for character in missing)
        raise MissingGlyph(codes, characters=missing)
    if isinstance(notice, OneTimeNotice):
        return one_time_notice.lay_out(notice, Typesetter(fonts))
    return _LAYOUTS[notice.kind](notice, Typesetter(fonts))


def _texts(value: object) -> list[str]:
    """Every text a notice holds."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, bool):
        return []
    if isinstance(value, tuple):
        return [text for part in value for text in _texts(part)]
    return [text for field in fields(value) for text in _texts(getattr(value, field.name))]  # type: ignore[arg-type]
