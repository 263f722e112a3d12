"""State is the fold of facts: pure, total, the same code on the desk and on the hub.

A fact counts once, wherever it is found: what a desk had to append again to a new chain, or the hub took back from a
desk, is the same fact at another place.

An unlawful step is no error: the fact stays, the step has no effect, and the stream gets a `Conflict` for a person.
A kind this version does not know makes the stream read-only (`Folded.unknown`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact as the fold sees it.

    A desk's fact has `chain` and `seq`; a hub's fact has neither (`chain` is empty) but always a `hub_seq`.
    `recorded_at` is UTC in milliseconds by the clock of whoever wrote it. `act` is the hash of salt and body, which no
    other fact shares; empty where it is not known.
    """

    stream: str
    kind: str
    body: Mapping[str, Any]
    recorded_at: int
    clerk: str = ""
    clock: str = "ok"
    chain: str = ""
    seq: int = 0
    hub_seq: int | None = None
    act: bytes = b""

    def __repr__(self) -> str:
        # A body holds personal data, which must not reach a log.
        return f"Fact({self.stream}, {self.kind}, masked)"

    @property
    def by_hub(self) -> bool:
        """Whether the platform wrote it."""
        return not self.chain

    @property
    def identity(self) -> tuple[str, int, str, str, bytes] | None:
        """What stays the same at whatever place the fact is found; None where that is not known.

        The hash alone would do for honest writers; with the header's words a copy whose time or author was altered is
        another fact, and a person sees it.
        """
        return (self.kind, self.recorded_at, self.clerk, self.clock, self.act) if self.act else None


class Unlawful(Exception):
    """Raised by a handler for a step that the present state does not allow; `reason` is a stable code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Conflict:
    """A step without effect that a person must look at."""

    kind: str
    reason: str
    recorded_at: int
    chain: str
    seq: int
    hub_seq: int | None
    act: bytes = b""


SETTLED = "conflict.settled"
"""The kind, in any stream, of a person's word on a step without effect: `{"act", "choice", "note"}`, act as hex."""
SettlementChoice = Literal["keep", "record_again", "ask_supervisor"]
"""What stands stays; the step was recorded once more, on top of what stands; a supervisor is to decide."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """A person's word on the step `act`, recorded at `recorded_at` (UTC ms) by a clerk."""

    act: bytes
    choice: SettlementChoice
    note: str
    recorded_at: int
    clerk: str


@dataclass(frozen=True, slots=True)
class Folded:
    """The state of one stream, with what could not be applied and what is not known.

    `conflicts` wait for a person; `settled` were steps without effect, too, and somebody has decided. `settlements` are
    all words on either, in order: one that asks a supervisor leaves its conflict open.
    """

    stream: str
    state: Any
    conflicts: tuple[Conflict, ...] = ()
    unknown: tuple[str, ...] = ()
    settled: tuple[Conflict, ...] = ()
    settlements: tuple[Settlement, ...] = ()

    @property
    def without_effect(self) -> tuple[Conflict, ...]:
        """Every step without effect, settled or not."""
        return (*self.conflicts, *self.settled)

    @property
    def read_only(self) -> bool:
        """Whether a newer version wrote into this stream."""
        return bool(self.unknown)


Handler = Callable[[Any, Fact], Any]
MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class StreamType:
    """The kinds of one family of streams. `start` makes the state before the first fact from the stream's name."""

    name: str
    start: Callable[[str], Any]
    handlers: Mapping[str, Handler] = field(default_factory=dict)


def stream_type_of(stream: str) -> str:
    """The family of a stream: `case` for `case/3403990312611170003791`."""
    return stream.partition("/")[0]


def in_order(facts: Sequence[Fact]) -> list[Fact]:
    """Facts in fold order: by `hub_seq` where known, then this desk's unacknowledged ones in the order given."""
    known = sorted((fact for fact in facts if fact.hub_seq is not None), key=lambda fact: fact.hub_seq or 0)
    return known + [fact for fact in facts if fact.hub_seq is None]


def once_each(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Each fact at the first of its places."""
    seen: set[tuple[str, int, str, str, bytes]] = set()
    for fact in facts:
        identity = fact.identity
        if identity is not None:
            if identity in seen:
                continue
            seen.add(identity)
        yield fact


def fold(stream: str, facts: Sequence[Fact], types: Mapping[str, StreamType]) -> Folded:
    """Fold `facts` (in journal order) of one stream.

    A settlement names the step it settles, and holds wherever in the order it stands: had the step come to stand at
    another place since (a platform put back to an older copy gives new numbers), it would still be settled.
    """
    family = types.get(stream_type_of(stream))
    if family is None:
        return Folded(stream, None, (), tuple(dict.fromkeys(fact.kind for fact in facts)))
    state = family.start(stream)
    conflicts: list[Conflict] = []
    settlements: list[Settlement] = []
    unknown: dict[str, None] = {}
    for fact in once_each(in_order(facts)):
        handler = family.handlers.get(fact.kind)
        if handler is None and fact.kind != SETTLED:
            unknown[fact.kind] = None
            continue
        try:
            if handler is None:
                settlements.append(_settlement(fact))
            else:
                state = handler(state, fact)
        except Unlawful as refusal:
            conflicts.append(_conflict(fact, refusal.reason))
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
            # A body that lacks what its kind needs comes from a broken or foreign writer: kept, shown, without effect.
            conflicts.append(_conflict(fact, MALFORMED))
    decided = {settlement.act for settlement in settlements if settlement.choice != "ask_supervisor"}
    return Folded(
        stream,
        state,
        tuple(conflict for conflict in conflicts if conflict.act not in decided),
        tuple(unknown),
        tuple(conflict for conflict in conflicts if conflict.act in decided),
        tuple(settlements),
    )


def _conflict(fact: Fact, reason: str) -> Conflict:
    return Conflict(fact.kind, reason, fact.recorded_at, fact.chain, fact.seq, fact.hub_seq, fact.act)


def _settlement(fact: Fact) -> Settlement:
    act, choice = bytes.fromhex(fact.body["act"]), fact.body["choice"]
    if not act or choice not in get_args(SettlementChoice):
        raise ValueError(choice)
    return Settlement(act, choice, str(fact.body["note"]), fact.recorded_at, fact.clerk)
