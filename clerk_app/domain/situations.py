"""Situations (情形): questions whose answers decide which matters, papers and elements apply."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clerk_app.domain.conditions import Answers, Condition, applies


@dataclass(frozen=True, slots=True)
class Situation:
    """A question with its choices. `code` (`q.sign`) is global, so that matters and packages share one answer.

    `when`: asked only once that holds. `why` is the reason told to who asks.
    """

    code: str
    question: str
    choices: tuple[str, ...]
    why: str = ""
    when: Condition | None = None


def asked_now(situations: Iterable[Situation], answers: Answers) -> tuple[Situation, ...]:
    """The situations to ask, in the order given."""
    return tuple(situation for situation in situations if applies(situation.when, answers))


def standing(situations: Sequence[Situation], answers: Answers) -> dict[str, str]:
    """The answers that still count: one to a question that is not asked any more falls away, and what hung on it."""
    kept = {code: answer for code, answer in answers.items() if answer}
    while stale := [
        situation.code
        for situation in situations
        if situation.code in kept and not applies(situation.when, kept)
    ]:  # fmt: skip
        for code in stale:
            del kept[code]
    return kept
