"""The vendored fonts: the same characters on every machine, whatever is installed there."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

from ui import tokens

logger = logging.getLogger(__name__)

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "fonts"

TEXT_FILES = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")
RARE_FILES = ("HanaMinB.ttf",)

TEXT_FAMILY = "Noto Sans SC"
RARE_FAMILY = "HanaMinB"
FAMILIES = (TEXT_FAMILY, RARE_FAMILY)
"""Families in the order in which a character is looked for; the second holds the rare ones (Ext B to F)."""


def load_text_fonts() -> tuple[str, ...]:
    """Load the two files the first paint needs; return the families found. A missing file is logged, never raised."""
    return _load(TEXT_FILES)


def load_rare_fonts() -> tuple[str, ...]:
    """Load the 30 MB of rare characters; called after the first paint."""
    return _load(RARE_FILES)


def base_font() -> QFont:
    """The application's font at base size."""
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPixelSize(tokens.TYPE_BASE)
    return font


def _load(files: tuple[str, ...]) -> tuple[str, ...]:
    families: list[str] = []
    for name in files:
        font_id = QFontDatabase.addApplicationFont(str(FOLDER / name))
        if font_id < 0:
            logger.warning("font %s cannot be loaded", name)
            continue
        families += QFontDatabase.applicationFontFamilies(font_id)
    return tuple(dict.fromkeys(families))
