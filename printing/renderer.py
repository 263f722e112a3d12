"""The renderer of notices as the services see it. reportlab, the fonts and the codes load with the first notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clerk_app.domain.notices import Notice
    from clerk_app.domain.one_time_notice import OneTimeNotice


class PdfRenderer:
    """Sets notices as A4 PDF in the vendored fonts. Keeps nothing; may be used from any thread."""

    def render(self, notice: Notice | OneTimeNotice) -> bytes:
        """The finished PDF, the same bytes for the same notice; raise `MissingGlyph` or `FontDamaged`."""
        from printing.documents import render
        from printing.fonts import vendored

        return render(notice, vendored())

    def missing_glyphs(self, text: str) -> str:
        """The characters of `text` that no vendored font can draw, each once, in order; raise `FontDamaged`."""
        from printing.fonts import vendored

        return vendored().missing_glyphs(text)
