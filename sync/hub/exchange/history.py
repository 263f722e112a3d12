"""Reading what the exchange needs from the hub: which streams changed, and the histories of the cases among them."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from clerk_app.domain.case import Intake
from clerk_app.domain.fold import Fact, Folded, in_order, once_each
from clerk_app.domain.kinds import fold_stream
from clerk_app.domain.session import Session
from clerk_app.domain.visit import Visit
from clerk_app.journal.attested import AttestedEntry
from clerk_app.journal.body import storable
from clerk_app.journal.hub_facts import read_hub_fact
from sync.hub.exchange.mapping import CaseHistory, Rating
from sync.hub.grades import open_grade
from sync.hub.hub import Hub
from sync.hub.judge import load_facts, read_item
from sync.hub.schema import copies, entries, hub_facts, verdicts
from sync.hub.sharing import home_of
from sync.hub.store import parts_of

CASE, VISIT, SESSION = "case/", "visit/", "session/"


@dataclass(frozen=True, slots=True)
class Standing:
    """One case as it stands. `history` is None for one that was never lawfully taken in.

    `frozen` says why its records must be left as they are: a body was erased, or a newer version wrote into it.
    `problem` says what of it cannot be sent though the rest can: a grade that was not sealed for this hub.
    """

    number: str
    visit: str = ""
    history: CaseHistory | None = None
    frozen: str = ""
    problem: str = ""


def changed_streams(connection: Connection, region: str, after: int, upto: int) -> set[str]:
    """Streams of which something took a number of the region's order in (`after`, `upto`].

    A case of another region is left to its home, where everything of it is too.
    """
    of_desks = select(entries.c.stream).where(entries.c.region == region, entries.c.hub_seq.between(after + 1, upto))
    of_hub = select(hub_facts.c.stream).where(
        hub_facts.c.region == region, hub_facts.c.hub_seq.between(after + 1, upto)
    )
    copied = select(copies.c.stream).where(copies.c.region == region, copies.c.hub_seq.between(after + 1, upto))
    same = (verdicts.c.region == entries.c.region) & (verdicts.c.chain == entries.c.chain)
    again = (
        select(entries.c.stream)
        .join(verdicts, same & (verdicts.c.seq == entries.c.seq))
        .where(entries.c.region == region, verdicts.c.hub_seq.between(after + 1, upto))
    )
    return {
        stream
        for statement in (of_desks, of_hub, copied, again)
        for stream in connection.execute(statement.distinct()).scalars()
        if home_of(stream, region) == region
    }


def standings(hub: Hub, connection: Connection, region: str, numbers: Iterable[str]) -> list[Standing]:
    """The cases with these numbers, each with its visit's rating and its clerk's name."""
    loaded = _Loaded(connection, region)
    cases = loaded.fold(CASE + number for number in numbers)
    intakes = {stream: folded.state.intake for stream, folded in cases.items() if folded.state.intake is not None}
    loaded.fold({_visit(intake) for intake in intakes.values()})
    loaded.fold({_session(intake) for intake in intakes.values()})
    return [_standing(hub, loaded, folded, intakes.get(stream)) for stream, folded in cases.items()]


def _standing(hub: Hub, loaded: _Loaded, case: Folded, intake: Intake | None) -> Standing:
    number = case.stream.removeprefix(CASE)
    if intake is None:
        return Standing(number, frozen=loaded.frozen(case))
    visit = loaded.folded[_visit(intake)]
    frozen = loaded.frozen(case) or loaded.frozen(visit)
    if frozen:
        return Standing(number, intake.visit, frozen=frozen)
    rating, problem = _rating(hub, visit, loaded.facts[visit.stream])
    name = _clerk_name(loaded.folded[_session(intake)], intake.clerk)
    history = CaseHistory(loaded.region, case.state, _applied(case, loaded.facts[case.stream]), name, rating)
    return Standing(number, intake.visit, history, problem=problem)


def _visit(intake: Intake) -> str:
    return storable(VISIT + intake.visit)


def _session(intake: Intake) -> str:
    return storable(SESSION + intake.session)


class _Loaded:
    """Facts of a region's streams, loaded as they are asked for, and which of them were erased."""

    def __init__(self, connection: Connection, region: str) -> None:
        self._connection = connection
        self.region = region
        self.facts: dict[str, list[Fact]] = {}
        self.folded: dict[str, Folded] = {}
        self._erased: set[str] = set()

    def fold(self, streams: Iterable[str]) -> Mapping[str, Folded]:
        """The streams folded, in the order of their names."""
        wanted = sorted(streams)
        self.facts |= load_facts(self._connection, self.region, wanted)
        self._erased |= set(self._erased_among(wanted))
        folded = {stream: fold_stream(stream, self.facts[stream]) for stream in wanted}
        self.folded |= folded
        return folded

    def frozen(self, folded: Folded) -> str:
        """Why nothing may be concluded from a stream any more, or nothing."""
        return "erased" if folded.stream in self._erased else "newer_version" if folded.read_only else ""

    def _erased_among(self, streams: list[str]) -> Iterator[str]:
        for part in parts_of(streams):
            of_desks = select(entries.c.stream).where(
                entries.c.region == self.region, entries.c.stream.in_(part), entries.c.body.is_(None)
            )
            yield from self._connection.execute(of_desks).scalars()
            of_hub = select(hub_facts.c.content).where(hub_facts.c.region == self.region, hub_facts.c.stream.in_(part))
            for content in self._connection.execute(of_hub).scalars():
                fact = read_hub_fact(content)
                if fact.body_content is None:
                    yield fact.stream
            copied = select(copies.c.content).where(copies.c.region == self.region, copies.c.stream.in_(part))
            for content in self._connection.execute(copied).scalars():
                item = read_item(content)
                if isinstance(item, AttestedEntry) and item.entry.body is None:
                    yield item.header.stream


def _applied(folded: Folded, facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts that had their effect, each once, in the order of the region."""
    without = {(conflict.chain, conflict.seq, conflict.hub_seq) for conflict in folded.without_effect}
    once = once_each(in_order(facts))
    return tuple(fact for fact in once if (fact.chain, fact.seq, fact.hub_seq) not in without)


def _clerk_name(folded: Folded, clerk: str) -> str:
    """The clerk's name by the log-in of the session, else the number."""
    session: Session = folded.state
    return session.clerk_name if session.clerk == clerk and session.clerk_name else clerk


def _rating(hub: Hub, folded: Folded, facts: Sequence[Fact]) -> tuple[Rating | None, str]:
    """The opened grade that settled the visit's invitation, if somebody answered; else why it cannot be opened."""
    visit: Visit = folded.state
    if visit.rating.state != "answered":
        return None, ""
    settled = next(fact for fact in _applied(folded, facts) if fact.kind == "visit.rating_settled")
    try:
        sealed = base64.b64decode(settled.body["sealed"], validate=True)
        grade = open_grade(hub.keys.rating, sealed, visit.rating.id).grade
    except (KeyError, TypeError, ValueError):
        return None, "grade_not_ours"
    return Rating(visit.rating.id, grade, settled.recorded_at), ""
