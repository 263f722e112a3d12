"""How many pages a PDF has. pdfium loads with the first file."""

from __future__ import annotations

import threading

from clerk_app.errors import BadFile

PDFIUM = threading.Lock()
"""pdfium is not thread-safe, not even for different documents."""


def page_count(pdf: bytes, name: str) -> int:
    """The pages of the PDF called `name`, at least one; raise `BadFile` if it cannot be opened."""
    import pypdfium2

    with PDFIUM:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError:
            raise BadFile(reason=f"{name} 打不开，不是完好的 PDF") from None
        try:
            pages = len(document)
        finally:
            document.close()
    if not pages:
        raise BadFile(reason=f"{name} 一页也没有")
    return pages
