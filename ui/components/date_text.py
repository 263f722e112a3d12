"""Dates as clerks type them."""

from __future__ import annotations

import re
from datetime import date

_WRITTEN = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")


def iso_date(text: str) -> str | None:
    """The ISO date that `text` means (20260401, 2026-4-1, 2026.4.1, 2026年4月1日), or None if it is no real date."""
    written = text.strip()
    match = _DIGITS.fullmatch(written) or _WRITTEN.fullmatch(written)
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
