"""Numbers of one-time notices (一次性告知书): digits only, made on the desk, told from a case number by their length.

    340399 031 261117 037 52
    hall 6 │   │      │   └ check 2, ISO 7064 MOD 97-10 over the 18 digits before
           │   │      └ the last three digits of the device's running counter, which it shares with its cases
           │   └ civil date of the notice, yymmdd
           └ device 3

A number would repeat only after 1,000 notices and cases of one device on one day. The counter is the one that the
witness guards, so that a store that was put back gives no number twice.
"""

from __future__ import annotations

import unicodedata
from datetime import date

from clerk_app.domain.case_number import CHECK, DAY, DEVICE, HALL, check_digits

COUNTER = 3
LENGTH = HALL + DEVICE + DAY + COUNTER + CHECK
COUNTER_SPAN = 1_000

_GROUPS = (HALL, DEVICE, DAY, COUNTER, CHECK)


def make(hall: str, device: str, on: date, counter: int) -> str:
    """The 20 digits for the running `counter` (≥ 0; only its last three digits are shown).

    Raises `ValueError` unless `hall` is six digits and `device` three.
    """
    if not (_digits(hall, HALL) and _digits(device, DEVICE)) or counter < 0:
        raise ValueError("a notice number needs six digits of hall, three of device and a counter from 0")
    body = f"{hall}{device}{on:%y%m%d}{counter % COUNTER_SPAN:03d}"
    return body + check_digits(body)


def check(number: str) -> bool:
    """Whether `number` is 20 digits whose check digits are right. Spaces are not accepted here."""
    return _digits(number, LENGTH) and number[-CHECK:] == check_digits(number[:-CHECK])


def count_of(number: str) -> int:
    """The last three digits of what the device had counted to: 0 to 999."""
    start = HALL + DEVICE + DAY
    return int(number[start : start + COUNTER])


def parse(text: str) -> str | None:
    """The number in what was typed or scanned: spaces, hyphens and full-width digits are fine. None if it is none."""
    plain = "".join(unicodedata.normalize("NFKC", text).replace("-", " ").split())
    return plain if check(plain) else None


def grouped(number: str) -> str:
    """As paper and screen show it: `340399 031 261117 037 52`."""
    groups, start = [], 0
    for size in _GROUPS:
        groups.append(number[start : start + size])
        start += size
    return " ".join(groups)


def _digits(text: str, size: int) -> bool:
    return len(text) == size and text.isascii() and text.isdigit()
