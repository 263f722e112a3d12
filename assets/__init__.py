"""Files shipped with the program: the same path from a checkout and from an installed wheel."""

from __future__ import annotations

from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
"""The folder of the vendored fonts (README.md there: sources, licences, coverage)."""

NOTO_REGULAR = FONTS / "NotoSansSC-Regular.ttf"
NOTO_BOLD = FONTS / "NotoSansSC-Bold.ttf"
HANAMIN_B = FONTS / "HanaMinB.ttf"

FONT_FILES = (NOTO_REGULAR, NOTO_BOLD, HANAMIN_B)
"""Every font file, in the order in which a character is looked for."""

FONT_FAMILIES = ("Noto Sans SC", "HanaMinB")
"""The families of these files, in the same order, for `QFont.setFamilies`."""
