"""What was told, and what must therefore hold: the ledger of a simulation and the checks of both ends against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import select

from clerk_app.domain.fold import Fact
from clerk_app.domain.kinds import fold_stream
from clerk_app.journal.entry import Entry
from clerk_app.journal.exchange import NamedBlob
from sync.blobs import named_blobs
from sync.desk import Desk
from sync.hub.digest import digest
from sync.hub.hub import Hub
from sync.hub.judge import load_facts
from sync.hub.schema import entries as hub_entries
from sync.hub.verify import verify_hub
from tests.sync.work import HALL

Place = tuple[str, int]
"""An entry: its chain and seq."""
_ALL = 1 << 40


class WorkingDesk(Desk, Protocol):
    """A desk at which a test can work."""

    def append(self, stream: str, kind: str, body: dict[str, object], clerk: str = ...) -> Entry: ...
    def put_blob(self, content: bytes) -> NamedBlob: ...
    def uploaded(self) -> set[Place]: ...
    def parked(self) -> dict[Place, str]: ...
    def fact_digests(self) -> list[bytes]: ...
    def facts_of(self, stream: str) -> list[Fact]: ...
    def received(self) -> set[bytes]: ...
    def look_up(self, number: str) -> None: ...
    def restart(self) -> None: ...
    def close(self) -> None: ...


class Broken(AssertionError):
    """A promise was broken; the message names it."""


@dataclass
class Ledger:
    """Everything that was told: what lies in a journal, the numbers on paper, the decisions of departments."""

    written: dict[Place, Entry] = field(default_factory=dict)
    blobs: dict[Place, tuple[str, ...]] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)
    decided: dict[str, bytes] = field(default_factory=dict)
    _known: dict[str, int] = field(default_factory=dict)

    def look_at(self, desk: Desk) -> list[Entry]:
        """Take down what a journal holds since it was looked at last; return it."""
        found: list[Entry] = []
        for chain in desk.own_chains():
            known = self._known.get(chain.chain, 0)
            if chain.seq > known:
                found += desk.entries_after(chain.chain, known, max_bytes=_ALL)
                self._known[chain.chain] = chain.seq
        for entry in found:
            place = (entry.head.chain, entry.head.seq)
            self.written[place] = entry
            self.blobs[place] = tuple(blob.id for blob in named_blobs(entry.content))
        return found

    @property
    def streams(self) -> set[str]:
        """The streams somebody wrote to."""
        return {entry.head.stream for entry in self.written.values()}

    @property
    def all_blobs(self) -> set[str]:
        """The blobs somebody named."""
        return {blob for named in self.blobs.values() for blob in named}


@dataclass
class Oracle:
    """Compares what desks and hub show with the ledger."""

    ledger: Ledger
    _whole: set[str] = field(default_factory=set)

    def nothing_told_is_untrue(self, hub: Hub, desks: Sequence[WorkingDesk]) -> None:
        """Whatever a desk shows as uploaded lies on the hub, byte for byte, with all its blobs."""
        stored = _stored(hub)
        for desk in desks:
            for place in sorted(desk.uploaded()):
                if place not in self.ledger.written:
                    raise Broken(f"{place} is shown as uploaded and was never written")
                if stored.get(place) != self.ledger.written[place].hash:
                    raise Broken(f"{place} is shown as uploaded and is not on the hub")
                if not all(self._is_whole(hub, blob) for blob in self.ledger.blobs[place]):
                    raise Broken(f"{place} is shown as uploaded without its blobs")

    def both_ends_are_equal(self, hub: Hub, desks: Sequence[WorkingDesk]) -> None:
        """After the last fault: the same chains, cases, blobs, verdicts and decisions, each once."""
        self._whole.clear()
        found, ledger = digest(hub), self.ledger
        heads = {chain.chain: chain.head for chain in found.chains}
        own = {chain.chain: chain.head.hex() for desk in desks for chain in desk.own_chains()}
        _expect("heads", heads, own)
        _expect("entries", found.entries, len(ledger.written))
        _expect("numbers told and not in a journal", {f"case/{one}" for one in ledger.numbers} - ledger.streams, set())
        _expect("cases", found.cases, len(_lawful_cases(ledger)))
        _expect("blobs", found.blobs, len(ledger.all_blobs))
        _expect("facts", found.hub_facts, len({told for desk in desks for told in desk.fact_digests()}))
        parked = {place: reason for desk in desks for place, reason in desk.parked().items()}
        _expect("parked", found.parked, len(parked))
        told = {told for desk in desks for told in desk.fact_digests()}
        _expect("decisions that never came back", set(ledger.decided.values()) - told, set())
        _expect("first fault", verify_hub(hub).first_fault, None)
        for desk in desks:
            _expect("cases looked up and not shown", list(desk.wanted()), [])
            self._sees_what_the_hub_sees(hub, desk)
        shown = {place for desk in desks for place in desk.uploaded()}
        _expect("entries not shown as uploaded", ledger.written.keys() - shown, set())
        self.nothing_told_is_untrue(hub, desks)

    def _sees_what_the_hub_sees(self, hub: Hub, desk: WorkingDesk) -> None:
        """Every stream a desk has part of, it has whole, and it folds to what the hub folds it to."""
        with hub.store.reading() as connection:
            known = load_facts(connection, HALL, sorted(self.ledger.streams))
        for stream, facts in known.items():
            here = desk.facts_of(stream)
            if here:
                _expect(f"entries and facts of {stream}", Counter(map(_kept, here)), Counter(map(_kept, facts)))
                _expect(f"state of {stream}", fold_stream(stream, here), fold_stream(stream, facts))

    def _is_whole(self, hub: Hub, blob: str) -> bool:
        """Whether the hub has a blob's very bytes. What was seen whole once is hashed again only at the end."""
        if blob not in self._whole and hub.shelf.is_whole(blob):
            self._whole.add(blob)
        return blob in self._whole and hub.shelf.has(blob)


def _kept(fact: Fact) -> tuple[str, int, bytes]:
    return fact.chain, fact.seq, fact.act


def _stored(hub: Hub) -> dict[Place, bytes]:
    with hub.store.reading() as connection:
        rows = connection.execute(select(hub_entries.c.chain, hub_entries.c.seq, hub_entries.c.hash)).fetchall()
    return {(row.chain, row.seq): row.hash for row in rows}


def _lawful_cases(ledger: Ledger) -> set[str]:
    """The cases that some entry takes in; a second or odd one in the same stream makes no other."""
    return {
        entry.head.stream
        for entry in ledger.written.values()
        if entry.head.kind == "case.taken_in" and entry.head.stream == f"case/{entry.content.get('number')}"
    }


def _expect(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise Broken(f"{what}: {found!r}, not {wanted!r}")
