"""Fees (收费) of a matter."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Fee:
    """One fee: `amount` in yuan, 0 or more; `basis` is the rule it rests on; `reducible`: it can be lowered (减免)."""

    name: str
    amount: Decimal
    basis: str
    reducible: bool = False
