"""Colours, spacing, radii and type sizes: the one place where the look is written down.

Sizes are logical pixels at 100 %. Colours are `#rrggbb`. `TEXT_PAIRS` lists every pair of text and background that a
stylesheet or painter may use; a test computes the contrast of each, and that the stylesheet uses no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

INK = "#1a2230"
SECONDARY = "#566273"
LINE = "#e2e7ee"
SURFACE = "#ffffff"
CANVAS = "#f3f5f8"

BRAND = "#1d5bd6"
BRAND_HOVER = "#1748ad"
BRAND_TINT = "#eaf1ff"

OK = "#117050"
OK_TINT = "#e6f5ee"
WARN = "#8f5407"
WARN_TINT = "#fff4de"
BAD = "#c2352b"
BAD_TINT = "#fdecea"
OFFLINE = "#4a3b85"
OFFLINE_TINT = "#efecfb"

# Lines and fills that carry no text.
FIELD_LINE = "#cfd7e2"
BUTTON_LINE = "#c9d2de"
HAIRLINE = "#eef1f5"
TRACK = "#e7ebf1"
MARK = "#8fa3bd"
PHOTO = "#dfe5ee"
FILLED = "#f6f7f9"
OFFLINE_BAR = "#fbfaff"
CITIZEN_CANVAS = "#eef3fb"
CITIZEN_LINE = "#d9e3f3"
FACE = "#ffd65c"
FACE_INK = "#5b3d00"

FOCUS_RING_WIDTH = 3
"""Inputs and buttons keep this margin free around their visible box; the ring is painted there."""

FOCUS_RING_ALPHA = 0.13

SPACE_1, SPACE_2, SPACE_3, SPACE_4, SPACE_5 = 4, 8, 12, 16, 24

RADIUS_FIELD = 6
RADIUS_BUTTON = 8
RADIUS_CARD = 10

TYPE_NOTE = 12
TYPE_BASE = 14
TYPE_TITLE = 16
TYPE_FIGURE = 20

# The second screen is read from a metre away, standing, often without glasses.
CITIZEN_NOTE = 20
CITIZEN_BASE = 24
CITIZEN_TITLE = 30
CITIZEN_FIGURE = 44

TOP_BAR_HEIGHT = 48
NAV_RAIL_WIDTH = 76
STATUS_BAR_HEIGHT = 30
FIELD_HEIGHT = 32
BUTTON_HEIGHT = 36

NARROW_WIDTH = 1100
"""Below this width of the window (150 % on 1366×768) the right column folds away."""


class Tone(Enum):
    """What a chip or message means; never the only carrier of the meaning, a word always stands beside it."""

    NEUTRAL = "neutral"
    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    INFO = "info"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class TextPair:
    """One colour of text on one background."""

    text: str
    background: str


CHIP_PAIRS: dict[Tone, TextPair] = {
    Tone.NEUTRAL: TextPair(SECONDARY, CANVAS),
    Tone.OK: TextPair(OK, OK_TINT),
    Tone.WARN: TextPair(WARN, WARN_TINT),
    Tone.BAD: TextPair(BAD, BAD_TINT),
    Tone.INFO: TextPair(BRAND_HOVER, BRAND_TINT),
    Tone.OFFLINE: TextPair(OFFLINE, OFFLINE_TINT),
}

TEXT_PAIRS: tuple[TextPair, ...] = (
    *CHIP_PAIRS.values(),
    *(TextPair(INK, background) for background in (SURFACE, CANVAS, FILLED, BRAND_TINT, CITIZEN_CANVAS)),
    *(TextPair(INK, background) for background in (OK_TINT, WARN_TINT, BAD_TINT, OFFLINE_TINT)),
    *(TextPair(SECONDARY, background) for background in (SURFACE, CANVAS, FILLED, BRAND_TINT, OFFLINE_BAR)),
    *(TextPair(SECONDARY, background) for background in (CITIZEN_CANVAS, PHOTO)),
    *(TextPair(BRAND_HOVER, background) for background in (SURFACE, BRAND_TINT, OFFLINE_BAR, CANVAS)),
    *(TextPair(SURFACE, background) for background in (BRAND, BRAND_HOVER, BAD, SECONDARY, INK)),
    *(TextPair(BAD, background) for background in (SURFACE, FILLED)),
    TextPair(LINE, INK),
    TextPair(OK, SURFACE),
    TextPair(WARN, SURFACE),
    TextPair(OFFLINE, SURFACE),
    TextPair(BRAND, SURFACE),
)


def contrast(text: str, background: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, 1.4.3)."""
    lighter, darker = sorted((_luminance(text), _luminance(background)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
