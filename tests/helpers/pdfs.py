"""Small real PDF files."""

from __future__ import annotations

from io import BytesIO

from reportlab.pdfgen.canvas import Canvas


def pdf_of(pages: int) -> bytes:
    """A PDF of so many empty pages."""
    content = BytesIO()
    canvas = Canvas(content, invariant=True)
    for _ in range(pages):
        canvas.showPage()
    canvas.save()
    return content.getvalue()
