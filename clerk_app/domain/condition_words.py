"""Conditions in plain Chinese: under which answers something is needed, as far as that is still open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from clerk_app.domain.conditions import (
    AllOf,
    Answers,
    AnyOf,
    AtLeast,
    AtMost,
    Condition,
    Filled,
    Not,
    OneOf,
)
from clerk_app.domain.elements import Field
from clerk_app.domain.situations import Situation

_TRIED = 512


@dataclass(frozen=True, slots=True)
class Wording:
    """How the codes in conditions are called: questions by their text, form elements by their label."""

    questions: Mapping[str, str]
    labels: Mapping[str, str]
    units: Mapping[str, str]
    choices: Mapping[str, tuple[str, ...]]

    def name(self, code: str) -> str:
        """The question without its mark, or the label; the code itself if nobody knows it."""
        return self.questions.get(code, self.labels.get(code, code)).rstrip("？?")


def wording(situations: Iterable[Situation], fields: Iterable[Field]) -> Wording:
    """The names of these questions and elements."""
    asked = {situation.code: situation for situation in situations}
    elements = {field.code: field for field in fields}
    return Wording(
        {code: situation.question for code, situation in asked.items()},
        {code: field.label for code, field in elements.items()},
        {code: field.unit for code, field in elements.items() if field.unit},
        {code: situation.choices for code, situation in asked.items()},
    )


def open_part(condition: Condition | None, answers: Answers) -> Condition | None:
    """What of a condition is still open: None where it is decided. Parts that hold or fail already are left out."""
    if condition is None or condition.holds(answers) is not None:
        return None
    if isinstance(condition, AllOf | AnyOf):
        parts = tuple(part for part in (open_part(part, answers) for part in condition.parts) if part is not None)
        return parts[0] if len(parts) == 1 else type(condition)(parts)
    if isinstance(condition, Not):
        inner = open_part(condition.part, answers)
        return Not(inner) if inner is not None else None
    return condition


def holds_whatever(alternatives: Sequence[Condition], situations: Iterable[Situation]) -> bool:
    """Whether one of these holds however the questions are answered: the choices between them leave nothing out.

    Only questions that are asked in any case and have choices are tried out, `_TRIED` combinations at most.
    """
    choices = {situation.code: situation.choices for situation in situations if situation.when is None}
    asked = sorted(frozenset[str]().union(*(condition.asked for condition in alternatives)))
    if not asked or not choices.keys() >= set(asked) or prod(len(choices[code]) for code in asked) > _TRIED:
        return False
    combinations = product(*(choices[code] for code in asked))
    tried = (dict(zip(asked, answers, strict=True)) for answers in combinations)
    return all(any(condition.holds(answers) for condition in alternatives) for answers in tried)


def words(condition: Condition, names: Wording) -> str:
    """The condition as the middle of a sentence: “以什么主体开办”答“公司”."""
    match condition:
        case OneOf(field, values):
            return f"“{names.name(field)}”答" + "或".join(f"“{value}”" for value in values)
        case AtLeast(field, bound):
            return f"“{names.name(field)}”是 {bound} {names.units.get(field, '')}或更多".replace(" 或", "或")
        case AtMost(field, bound):
            return f"“{names.name(field)}”是 {bound} {names.units.get(field, '')}或更少".replace(" 或", "或")
        case Filled(field):
            return f"有“{names.name(field)}”"
        case AllOf(parts):
            return "，并且".join(words(part, names) for part in parts)
        case AnyOf(parts):
            return "，或者".join(words(part, names) for part in parts)
        case Not(part):
            return denied_words(part, names)


def denied_words(condition: Condition, names: Wording) -> str:
    """The opposite of a condition in the same words: the other choices of a question, where they are known."""
    match condition:
        case OneOf(field, values):
            others = tuple(choice for choice in names.choices.get(field, ()) if choice not in values)
            if others:
                return words(OneOf(field, others), names)
            return f"“{names.name(field)}”答的不是" + "或".join(f"“{value}”" for value in values)
        case Filled(field):
            return f"没有“{names.name(field)}”"
        case Not(part):
            return words(part, names)
        case AllOf(parts):
            return "，或者".join(denied_words(part, names) for part in parts)
        case AnyOf(parts):
            return "，并且".join(denied_words(part, names) for part in parts)
        case _:
            return f"不是这样：{words(condition, names)}"
