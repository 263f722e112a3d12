"""Policy hints (免申即享、惠企): what a person or a firm is likely entitled to, with the reason why.

A rule speaks only where its condition holds over what is known; while a question is open it is silent. It is silent,
too, about what is had already or is being dealt with. A sensitive hint stays closed: until somebody opens it, and that
is recorded, nothing of it is told but that there is one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from clerk_app.domain.conditions import Answers, Condition
from clerk_app.domain.known import HELD, held, with_computed

LeadKind = Literal["matter", "package", "benefit"]
"""What a hint leads to: 事项, 一件事, or something that needs no application here (惠企、免申即享)."""


@dataclass(frozen=True, slots=True)
class Lead:
    """What a hint leads to. `code` of a matter or package, empty of a benefit; `where` says where a benefit is had.

    `children` are the matters of a package; `brings` the kinds of electronic licence that the result is.
    """

    kind: LeadKind
    code: str
    name: str
    where: str = ""
    children: tuple[str, ...] = ()
    brings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HintRule:
    """A rule of the catalogue. `reason` is told with the hint; `unless`: it is had already, or makes no sense.

    `sensitive`: what it rests on must not be seen by whoever stands beside (disability, income, penalties). `sources`
    are the policies it rests on, as they are cited.
    """

    code: str
    text: str
    lead: Lead
    when: Condition
    reason: str
    unless: Condition | None = None
    sensitive: bool = False
    sources: tuple[str, ...] = ()

    @property
    def asked(self) -> frozenset[str]:
        """The codes it looks at."""
        return self.when.asked | (self.unless.asked if self.unless else frozenset())


@dataclass(frozen=True, slots=True)
class Hint:
    """A hint to this person or firm. `grounds` are the codes known on which it rests, with what they say."""

    code: str
    text: str
    lead: Lead
    reason: str
    sources: tuple[str, ...] = ()
    sensitive: bool = False
    grounds: tuple[tuple[str, str], ...] = field(default=())

    def __repr__(self) -> str:
        # That somebody is hinted at a benefit says something about them.
        return "Hint(masked)"


@dataclass(frozen=True, slots=True)
class Told:
    """What may be shown: the open hints, and how many are closed."""

    open: tuple[Hint, ...] = ()
    closed: int = 0


def hints(
    known: Answers, rules: Iterable[HintRule], today: date, *, taken_up: Collection[str] = ()
) -> tuple[Hint, ...]:
    """The hints that hold, in the order of the rules; `taken_up` are the matters and packages dealt with."""
    rules = tuple(rules)
    asked = frozenset().union(*(rule.asked for rule in rules))
    everything = with_computed(known, asked, today)
    return tuple(
        _hint(rule, everything) for rule in rules if _speaks(rule, everything) and not _is_settled(rule.lead, taken_up)
    )


def told(found: Iterable[Hint], opened: Collection[str] = ()) -> Told:
    """What of `found` may be shown when the hints of these codes were opened."""
    found = tuple(found)
    is_open = tuple(hint for hint in found if not hint.sensitive or hint.code in opened)
    return Told(is_open, len(found) - len(is_open))


def _speaks(rule: HintRule, known: Answers) -> bool:
    has_it = any(known.get(held(kind)) == HELD for kind in rule.lead.brings)
    ruled_out = rule.unless is not None and rule.unless.holds(known) is True
    return not has_it and not ruled_out and rule.when.holds(known) is True


def _is_settled(lead: Lead, taken_up: Collection[str]) -> bool:
    whole = bool(lead.children) and all(code in taken_up for code in lead.children)
    return whole or lead.code in taken_up


def _hint(rule: HintRule, known: Answers) -> Hint:
    grounds = tuple((code, known[code]) for code in sorted(rule.when.asked) if known.get(code))
    return Hint(rule.code, rule.text, rule.lead, rule.reason, rule.sources, rule.sensitive, grounds)
