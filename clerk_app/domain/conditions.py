"""Conditions (条件) as data: what must have been answered for a question, a paper or a matter to apply.

Three-valued: a condition over a question without an answer neither holds nor fails. Codes are those of form elements
(`g.P4.phone`) and of situations (`q.sign`); both share one space of answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

Answers = Mapping[str, str]
"""Answers by the code of a form element or a situation; absent or empty: not answered."""

NOT_ASKED = "不适用"
"""The answer to a question that earlier answers have ruled out; no choice of any question."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """Holds when the answer to `field` is one of `values`."""

    field: str
    values: tuple[str, ...]

    def holds(self, answers: Answers) -> bool | None:
        """Whether it holds; None while the question has no answer."""
        answer = answers.get(self.field, "")
        return answer in self.values if answer else None

    @property
    def asked(self) -> frozenset[str]:
        """The codes it looks at."""
        return frozenset((self.field,))


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Holds when the number answered to `field` is `bound` or more."""

    field: str
    bound: Decimal

    def holds(self, answers: Answers) -> bool | None:
        """Whether it holds; None while there is no number to compare."""
        number = number_of(answers.get(self.field, ""))
        return None if number is None else number >= self.bound

    @property
    def asked(self) -> frozenset[str]:
        """The codes it looks at."""
        return frozenset((self.field,))


@dataclass(frozen=True, slots=True)
class AtMost:
    """Holds when the number answered to `field` is `bound` or less."""

    field: str
    bound: Decimal

    def holds(self, answers: Answers) -> bool | None:
        """Whether it holds; None while there is no number to compare."""
        number = number_of(answers.get(self.field, ""))
        return None if number is None else number <= self.bound

    @property
    def asked(self) -> frozenset[str]:
        """The codes it looks at."""
        return frozenset((self.field,))


@dataclass(frozen=True, slots=True)
class Filled:
    """Holds once `field` has any answer. An empty one may still be filled: it fails only when ruled out."""

    field: str

    def holds(self, answers: Answers) -> bool | None:
        """Whether it holds; None while the question has no answer."""
        answer = answers.get(self.field)
        return answer != NOT_ASKED if answer else None

    @property
    def asked(self) -> frozenset[str]:
        """The codes it looks at."""
        return frozenset((self.field,))


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds when every part does; fails when one does."""

    parts: tuple[Condition, ...]

    def holds(self, answers: Answers) -> bool | None:
        """Whether it holds; None while no part fails and one is open."""
        found = [part.holds(answers) for part in self.parts]
        return False if False in found else None if None in found else True

    @property
    def asked(self) -> frozenset[str]:
        """The codes it looks at."""
        return frozenset().union(*(part.asked for part in self.parts))


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds when one part does; fails when all do."""

    parts: tuple[Condition, ...]

    def holds(self, answers: Answers) -> bool | None:
        """Whether it holds; None while no part holds and one is open."""
        found = [part.holds(answers) for part in self.parts]
        return True if True in found else None if None in found else False

    @property
    def asked(self) -> frozenset[str]:
        """The codes it looks at."""
        return frozenset().union(*(part.asked for part in self.parts))


@dataclass(frozen=True, slots=True)
class Not:
    """Holds when `part` fails."""

    part: Condition

    def holds(self, answers: Answers) -> bool | None:
        """Whether it holds; None while the part is open."""
        found = self.part.holds(answers)
        return None if found is None else not found

    @property
    def asked(self) -> frozenset[str]:
        """The codes it looks at."""
        return self.part.asked


Condition = OneOf | AtLeast | AtMost | Filled | AllOf | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Rule:
    """A check over several answers (勾稽): while `when` holds, `message` says what is wrong."""

    when: Condition
    message: str


def may_apply(condition: Condition | None, answers: Answers) -> bool:
    """Whether what hangs on the condition counts: always without one, and as long as it does not fail.

    An open question counts as needed, so that the citizen hears of everything at once.
    """
    return condition is None or condition.holds(answers) is not False


def applies(condition: Condition | None, answers: Answers) -> bool:
    """Whether what hangs on the condition is there now: always without one, else once it holds."""
    return condition is None or condition.holds(answers) is True


def both(first: Condition | None, second: Condition | None) -> Condition | None:
    """The condition that holds when both do; None stands for one that always holds."""
    if first is None or second is None:
        return first or second
    return first if first == second else AllOf((first, second))


def any_of(conditions: Sequence[Condition | None]) -> Condition | None:
    """The condition that holds when one of them does, in the order given and each once; None if one always holds."""
    parts = [condition for condition in conditions if condition is not None]
    if len(parts) < len(conditions):
        return None
    different = tuple(dict.fromkeys(parts))
    return different[0] if len(different) == 1 else AnyOf(different)


def number_of(text: str) -> Decimal | None:
    """The number a person wrote, or None; infinities are none."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
