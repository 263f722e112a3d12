"""Case numbers: digits only, made on the desk, the same on paper for ever.

    340399 031 261117 00037 91
    hall 6 │   │      │     └ check 2, ISO 7064 MOD 97-10 over the 20 digits before
           │   │      └ running counter 5 of the device: it never resets, 99999 is followed by 00000
           │   └ civil date of intake, yymmdd
           └ device 3

A number would repeat only after 100,000 cases of one device on one day. Children of a package add two digits (01–99).
"""

from __future__ import annotations

import unicodedata
from datetime import date
from functools import lru_cache

HALL, DEVICE, DAY, COUNTER, CHECK, CHILD = 6, 3, 6, 5, 2, 2
LENGTH = HALL + DEVICE + DAY + COUNTER + CHECK
COUNTER_SPAN = 100_000

_GROUPS = (HALL, DEVICE, DAY, COUNTER, CHECK, CHILD)


def make(hall: str, device: str, on: date, counter: int) -> str:
    """The 22 digits for the `counter`-th case (≥ 0, growing without end; only its last five digits are shown).

    Raises `ValueError` unless `hall` is six digits and `device` three.
    """
    if not (_digits(hall, HALL) and _digits(device, DEVICE)) or counter < 0:
        raise ValueError("a case number needs six digits of hall, three of device and a counter from 0")
    body = f"{hall}{device}{on:%y%m%d}{counter % COUNTER_SPAN:05d}"
    return body + check_digits(body)


def check_digits(body: str) -> str:
    """The two ISO 7064 MOD 97-10 check digits for `body`: with them the whole is 1 modulo 97."""
    return f"{98 - int(body + '00') % 97:02d}"


@lru_cache(maxsize=4096)
def check(number: str) -> bool:
    """Whether `number` is 22 digits (24 for a child) whose check digits are right. Spaces are not accepted here."""
    if _digits(number, LENGTH + CHILD):
        return number[LENGTH:] != "00" and check(number[:LENGTH])
    # Check digits 00, 01 and 99 never occur: they would pass the division, but no body yields them.
    return _digits(number, LENGTH) and number[-CHECK:] == check_digits(number[:-CHECK])


def count_of(number: str) -> int:
    """The running counter in a number: 0 to 99999, the last five digits of what the device has counted to."""
    start = HALL + DEVICE + DAY
    return int(number[start : start + COUNTER])


def parse(text: str) -> str | None:
    """The number in what was typed or read out: spaces, hyphens and full-width digits are fine. None if it is none."""
    plain = "".join(unicodedata.normalize("NFKC", text).replace("-", " ").split())
    return plain if check(plain) else None


def grouped(number: str) -> str:
    """As paper and screen show it: `340399 031 261117 00037 91`."""
    groups, start = [], 0
    for size in _GROUPS:
        groups.append(number[start : start + size])
        start += size
    return " ".join(group for group in groups if group)


def child(number: str, ordinal: int) -> str:
    """The number of the `ordinal`-th child (1–99) of a package."""
    if not check(number) or len(number) != LENGTH or not 1 <= ordinal <= 99:
        raise ValueError("a child needs its package's number and an ordinal from 1 to 99")
    return f"{number}{ordinal:02d}"


def package_of(number: str) -> str:
    """The number of the package a child belongs to; any other text as it is."""
    return number[:LENGTH] if len(number) == LENGTH + CHILD and check(number) else number


def _digits(text: str, size: int) -> bool:
    return len(text) == size and text.isascii() and text.isdigit()
