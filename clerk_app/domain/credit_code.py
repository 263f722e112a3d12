"""Unified social credit codes (统一社会信用代码, GB 32100-2015): 18 characters, the last one a check character.

9  1  999999  MA0000001  N
│  │  area    body       └ check character, modulo 31 over the 17 before
│  └ kind of organisation
└ registering authority
"""

from __future__ import annotations

import re

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Without I, O, S, V and Z, which are read as digits."""
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_FIRST_17 = re.compile(f"[{_ALPHABET}]{{2}}[0-9]{{6}}[{_ALPHABET}]{{9}}")


def check_character(first_17: str) -> str:
    """The character that completes 17; raises `ValueError` for what begins no credit code."""
    if _FIRST_17.fullmatch(first_17) is None:
        raise ValueError("the check character is computed over the 17 characters before it")
    total = sum(_ALPHABET.index(char) * weight for char, weight in zip(first_17, _WEIGHTS, strict=True))
    return _ALPHABET[-total % 31]


def is_valid(code: str) -> bool:
    """Whether `code` has the right shape and the right check character (capital letters)."""
    return len(code) == 18 and _FIRST_17.fullmatch(code[:17]) is not None and check_character(code[:17]) == code[17]
