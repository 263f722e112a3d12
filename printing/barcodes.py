"""The two symbols of a paper as black cells: Code 128 set C for the case number, a QR code for the progress page.

Both are drawn as vectors. Module sizes are chosen so that a sheet still reads after a fax-quality scan (150 dpi) and
lands on whole dots of the common printers.
"""

from __future__ import annotations

import re
from functools import lru_cache

from printing.page import MM, Symbol

BAR_MODULE = 72 * 4 / 300
"""Width of the narrowest bar: 4 dots at 300 dpi, 8 at 600 (0.339 mm; below 0.33 mm low-resolution scans fail)."""

BAR_HEIGHT = 12 * MM
BAR_QUIET_MODULES = 10
"""White to be kept on either side (ISO/IEC 15417)."""

QR_SIDE = 26 * MM
"""The side the QR code fills, if its modules do not become smaller than `QR_MODULE`."""

QR_MODULE = 0.5 * MM
QR_MODULE_MOST = 0.9 * MM
QR_QUIET_MODULES = 4
"""White to be kept around (ISO/IEC 18004)."""

_QR_MASK = 3
"""One of the eight masks, fixed: choosing the best means drawing all eight (four fifths of the time), and the signed
token behind the address is random enough for any. A reader tells the mask from the symbol."""


_DARK = re.compile(rb"\x01+")


@lru_cache(maxsize=8)
def _bar_modules(number: str) -> bytes:
    """Start C, the pairs, the check value and the stop, from python-barcode's table of patterns.

    Its own encoder is not used: it takes a first pair 99 for the code "change to set C" and drops it.
    """
    from barcode.charsets import code128 as table

    values = [table.START_CODES["C"], *(int(number[at : at + 2]) for at in range(0, len(number), 2))]
    check = (values[0] + sum(place * value for place, value in enumerate(values))) % 103
    patterns = "".join(table.CODES[value] for value in [*values, check]) + table.STOP + "11"
    return bytes(map(int, patterns))


@lru_cache(maxsize=8)  # the copies of a paper bear the same code
def _qr_modules(address: str) -> tuple[bytes, ...]:
    import segno

    code = segno.make_qr(address, error="m", boost_error=False, mask=_QR_MASK)
    return tuple(bytes(row) for row in code.matrix)


def bar_symbol_width(number: str) -> float:
    """Width in points of the bars of `number`, without the quiet zones."""
    return len(_bar_modules(number)) * BAR_MODULE


def code128(number: str, *, x: float, y: float) -> Symbol:
    """Code 128 of an even number of digits, all in set C; `x`, `y` is the upper left corner of the bars."""
    if not (number.isascii() and number.isdigit() and len(number) % 2 == 0):
        raise ValueError("Code 128 set C holds pairs of digits")
    modules = _bar_modules(number)
    quiet = BAR_QUIET_MODULES
    runs = tuple((quiet + start, 0, length) for start, length in _dark_runs(modules))
    return Symbol(x - quiet * BAR_MODULE, y, len(modules) + 2 * quiet, 1, BAR_MODULE, BAR_HEIGHT, runs)


def qr_code(address: str, *, right: float, y: float) -> Symbol:
    """QR code with error correction M: the ground begins at `y`, the dark modules end at `right`."""
    matrix = _qr_modules(address)
    module = min(QR_MODULE_MOST, max(QR_MODULE, QR_SIDE / len(matrix)))
    quiet = QR_QUIET_MODULES
    side = len(matrix) + 2 * quiet
    runs = tuple(
        (quiet + start, quiet + row, length)
        for row, modules in enumerate(matrix)
        for start, length in _dark_runs(modules)
    )
    return Symbol(right - (side - quiet) * module, y, side, side, module, module, runs)


def _dark_runs(modules: bytes) -> list[tuple[int, int]]:
    """Start and length of each run of dark modules, which are ones."""
    return [(run.start(), run.end() - run.start()) for run in _DARK.finditer(modules)]
