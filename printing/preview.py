"""PDF pages as pixels, for the preview on the screen and for tests. pdfium loads with the first page."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Any

from clerk_app.errors import PrintError
from clerk_app.pdf import PDFIUM

SCREEN_DPI = 110


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page on white: rows of `width` RGB pixels from the top, three bytes each, without padding."""

    width: int
    height: int
    pixels: bytes

    def png(self) -> bytes:
        """The same picture as a PNG file."""
        row = self.width * 3
        lines = b"".join(b"\0" + self.pixels[start : start + row] for start in range(0, row * self.height, row))
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)  # 8 bits, RGB
        chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(lines, 6)), _chunk(b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def page_images(pdf: bytes, *, dpi: int = SCREEN_DPI) -> list[PageImage]:
    """Every page of `pdf` at `dpi` dots per inch; raise `PrintError` if it is no PDF."""
    import pypdfium2

    with PDFIUM:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as exc:
            raise PrintError("not a PDF document") from exc
        try:
            return [_image(page, dpi / 72) for page in document]
        finally:
            document.close()


def _image(page: Any, scale: float) -> PageImage:
    bitmap = page.render(scale=scale, fill_color=(255, 255, 255, 255), rev_byteorder=True)
    try:
        pixels, row = bytes(bitmap.buffer), bitmap.width * bitmap.n_channels
        packed = b"".join(
            pixels[start : start + row] for start in range(0, bitmap.stride * bitmap.height, bitmap.stride)
        )
        return PageImage(bitmap.width, bitmap.height, packed)
    finally:
        bitmap.close()


def _chunk(kind: bytes, content: bytes) -> bytes:
    """One PNG chunk: length, kind, content, CRC."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
