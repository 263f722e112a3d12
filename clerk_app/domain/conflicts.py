"""A step without effect, told to the person who must decide: what happened, what stands, what can be done about it.

Nothing is ever lost by a conflict: both steps stay in the history, at the desk and on the platform, and the one that
came first by the platform's order has its effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from clerk_app.domain.fold import (
    SETTLED,
    Conflict,
    Fact,
    Folded,
    Handler,
    Settlement,
    SettlementChoice,
    StreamType,
    Unlawful,
    in_order,
    once_each,
    stream_type_of,
)
from clerk_app.domain.history import CHOICE_WORDS
from clerk_app.domain.kinds import STREAMS, fold_stream


@dataclass(frozen=True, slots=True)
class ChoiceWords:
    """One thing a person can do: its digit, a short name, and what then happens."""

    digit: int
    choice: SettlementChoice
    label: str
    effect: str


CHOICES: Mapping[SettlementChoice, ChoiceWords] = MappingProxyType(
    {
        "keep": ChoiceWords(1, "keep", CHOICE_WORDS["keep"], "办件不变；没有生效的这一步留在经过里，不再提示。"),
        "record_again": ChoiceWords(
            2, "record_again", CHOICE_WORDS["record_again"], "这一步按原来的内容重新记一次并生效，两次都留在经过里。"
        ),
        "ask_supervisor": ChoiceWords(
            3, "ask_supervisor", CHOICE_WORDS["ask_supervisor"], "办件不变，继续提示，直到主管定下来。"
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Dispute:
    """A conflict with both versions.

    `step` had no effect. `standing` is the step that made it unlawful; None if it never was lawful here (its body is
    out of form, say). `referred` is the last word that asked for a supervisor. `choices` are what can be done now.
    """

    conflict: Conflict
    step: Fact
    standing: Fact | None
    referred: Settlement | None
    choices: tuple[ChoiceWords, ...]


def disputes(stream: str, facts: Sequence[Fact]) -> tuple[Dispute, ...]:
    """Every open conflict of a stream, in the order of its steps."""
    family = STREAMS.get(stream_type_of(stream))
    folded = fold_stream(stream, facts)
    if family is None or not folded.conflicts:
        return ()
    ordered = list(once_each(in_order(facts)))
    steps = {(fact.act, fact.chain, fact.seq, fact.hub_seq): at for at, fact in enumerate(ordered)}
    return tuple(
        _dispute(
            family, folded, ordered, steps[(conflict.act, conflict.chain, conflict.seq, conflict.hub_seq)], conflict
        )
        for conflict in folded.conflicts
    )


def settled_body(act: bytes, choice: SettlementChoice, note: str) -> dict[str, Any]:
    """The body of `conflict.settled`."""
    return {"act": act.hex(), "choice": choice, "note": note.strip()}


def _dispute(family: StreamType, folded: Folded, ordered: Sequence[Fact], at: int, conflict: Conflict) -> Dispute:
    step = ordered[at]
    asked = [word for word in folded.settlements if word.act == conflict.act and word.choice == "ask_supervisor"]
    can_be_repeated = not step.by_hub and not folded.read_only and _is_lawful(family, folded.state, step)
    return Dispute(
        conflict,
        step,
        _standing(family, folded.stream, ordered[:at], step),
        asked[-1] if asked else None,
        tuple(words for words in CHOICES.values() if words.choice != "record_again" or can_be_repeated),
    )


def _standing(family: StreamType, stream: str, before: Sequence[Fact], step: Fact) -> Fact | None:
    """The last step before which `step` would have been lawful."""
    state = family.start(stream)
    standing: Fact | None = None
    for fact in before:
        handler = family.handlers.get(fact.kind)
        if handler is None:
            continue
        after = _applied(handler, state, fact)
        if after is not None:
            if _is_lawful(family, state, step):
                standing = fact
            state = after
    return standing


def _is_lawful(family: StreamType, state: Any, step: Fact) -> bool:
    handler = family.handlers.get(step.kind)
    return handler is not None and step.kind != SETTLED and _applied(handler, state, step) is not None


def _applied(handler: Handler, state: Any, fact: Fact) -> Any:
    """The state after a fact, None where it has no effect."""
    try:
        return handler(state, fact)
    except (Unlawful, KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
        return None
