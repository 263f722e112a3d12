"""Values that the sign-in page shows too; apart, because every class made before the first paint delays it."""

from __future__ import annotations

from dataclasses import dataclass

from ui.tokens import Tone


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: `code` is what is told, `label` what is read."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class ProblemView:
    """What happened and what to press next; `next_step` is never empty."""

    sentence: str
    next_step: str
    tone: Tone = Tone.BAD
