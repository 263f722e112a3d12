"""Citizen numbers of 18 characters (GB 11643) and how every number of a person is masked.

    999999 19920216 001 0
    area   birth    seq └ check character, ISO 7064 MOD 11-2 over the 17 digits before
                     └ odd: male, even: female

The residence permit for Hong Kong, Macau and Taiwan residents and the foreigner's card of 2023 carry numbers of the
same make. The area is never judged: abolished area codes are still on valid cards.
"""

from __future__ import annotations

import re
from datetime import date

from clerk_app.domain.identity import Sex

_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_SHAPE_2017 = re.compile(r"[A-Z<]{3}[0-9]{12}")
_WEIGHTS_2017 = (7, 3, 1)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"

_HEAD, _TAIL = 6, 4
_SHORTEST_WITH_HEAD = 12
"""Below this length, head and tail together would show most of the number."""


def check_character(first_17: str) -> str:
    """The character that completes 17 digits; raises `ValueError` for anything else."""
    if re.fullmatch(r"[0-9]{17}", first_17) is None:
        raise ValueError("the check character is computed over 17 digits")
    total = sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def is_valid(number: str) -> bool:
    """Whether `number` has the right shape, a real date of birth and the right check character (a capital X)."""
    return birth_date(number) is not None and check_character(number[:17]) == number[17]


def birth_date(number: str) -> date | None:
    """The date of birth inside the number; None where there is no such date. The check character is not looked at."""
    if _SHAPE.fullmatch(number) is None:
        return None
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex(number: str) -> Sex | None:
    """The sex inside the number (17th digit odd: male); None if this is no citizen number."""
    if birth_date(number) is None:
        return None
    return "male" if int(number[16]) % 2 else "female"


def is_valid_2017(number: str) -> bool:
    """Whether `number` is right for a foreigner's card of 2017: nationality 3, digits 11, check digit (7 3 1)."""
    if _SHAPE_2017.fullmatch(number) is None:
        return False
    total = sum(_value_2017(character) * _WEIGHTS_2017[at % 3] for at, character in enumerate(number[:-1]))
    return total % 10 == int(number[-1])


def is_valid_2023(number: str) -> bool:
    """Whether `number` is right for a foreigner's card of 2023: as a citizen number, and its first digit is 9."""
    return number.startswith("9") and is_valid(number)


def mask(number: str) -> str:
    """The first 6 and the last 4 characters, stars between; of short numbers (under 12) only the last 2."""
    if len(number) < _SHORTEST_WITH_HEAD:
        return "*" * (len(number) - 2) + number[-2:]
    return number[:_HEAD] + "*" * (len(number) - _HEAD - _TAIL) + number[-_TAIL:]


def _value_2017(character: str) -> int:
    # A is 10 … Z is 35, as in base 36; the filler of short nationality codes counts nothing.
    return 0 if character == "<" else int(character, 36)
