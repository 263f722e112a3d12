"""Situations (情形): questions whose answers decide which matters, papers and elements apply."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clerk_app.domain.conditions import NOT_ASKED, Answers, Condition, applies
from clerk_app.domain.graph import in_order


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
    """The answers that count, empty ones left out.

    An answer to a question that is not asked yet falls away. A question that will not be asked any more is answered
    `NOT_ASKED`, so that whatever hangs on one of its choices fails. The situations hang on one another in no circle.
    """
    kept = {code: answer for code, answer in answers.items() if answer}
    known = {situation.code: situation for situation in situations}
    hangs_on = {
        code: situation.when.asked & known.keys() if situation.when else frozenset[str]()
        for code, situation in known.items()
    }
    for code in in_order(hangs_on):
        when = known[code].when
        holds = True if when is None else when.holds(kept)
        if holds is False:
            kept[code] = NOT_ASKED
        elif holds is None:
            kept.pop(code, None)
    return kept
