"""What earlier cases of the same person say: the answers of earlier visits (前), and the data of results (果)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clerk_app.domain.results import results_of

if TYPE_CHECKING:
    from clerk_app.domain.case import Case


@dataclass(frozen=True, slots=True)
class Earlier:
    """What one person's earlier cases say: `answers` by element, the newest; `results` by matter."""

    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    results: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)


NOTHING_EARLIER = Earlier()
"""Of whoever was never here, or does not stand here."""


def earlier_of(cases: Sequence[Case]) -> Earlier:
    """What these cases of one person say, the newest case first."""
    answers: dict[str, str] = {}
    for case in cases:
        for code, value in (case.intake.fields if case.intake else {}).items():
            answers.setdefault(code, value.value)
    return Earlier(answers, results_of(cases))
