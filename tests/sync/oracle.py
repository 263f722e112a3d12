"""What was told, and what must therefore hold: the ledger of a simulation and the checks of both ends against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import select

from clerk_app.domain.case import TAKEN_IN
from clerk_app.domain.fold import Fact, Folded
from clerk_app.domain.kinds import fold_stream
from clerk_app.journal.attested import read_attested_entry
from clerk_app.journal.entry import Entry
from clerk_app.journal.exchange import NamedBlob
from clerk_app.journal.hub_facts import read_hub_fact
from sync.blobs import named_blobs
from sync.desk import Desk
from sync.hub.digest import digest
from sync.hub.hub import Hub
from sync.hub.judge import QUARANTINED, load_facts
from sync.hub.schema import chains, copies, devices, hub_facts
from sync.hub.schema import entries as hub_entries
from sync.hub.verify import verify_hub
from tests.sync.memory_desk import header_of
from tests.sync.work import HALL

Place = tuple[str, int]
"""An entry: its chain and seq."""
_ALL = 1 << 40


class WorkingDesk(Desk, Protocol):
    """A desk at which a test can work."""

    def append(self, stream: str, kind: str, body: dict[str, object], clerk: str = ...) -> Entry: ...
    def put_blob(self, content: bytes) -> NamedBlob: ...
    def uploaded(self) -> set[Place]: ...
    def hashes(self) -> dict[Place, bytes]: ...
    def parked(self) -> dict[Place, str]: ...
    def fact_digests(self) -> list[bytes]: ...
    def facts_of(self, stream: str) -> list[Fact]: ...
    def shown(self) -> set[bytes]: ...
    def look_up(self, number: str) -> None: ...
    def image(self) -> object: ...
    def put_back(self, image: object) -> None: ...
    def restart(self) -> None: ...
    def close(self) -> None: ...


class Broken(AssertionError):
    """A promise was broken; the message names it."""


Act = bytes
"""An act: the body hash of its entry, which stays when the entry is written again at another place."""


@dataclass
class Ledger:
    """Everything that was told: the acts in journals, the numbers on paper, the decisions of departments.

    `has_packages`: people come for packages too; `packages` are the numbers that stand for one. `lost` are acts that
    went down with a disk before they were uploaded; nobody can be held to those. `revoked` are devices by their three
    digits, `let_in` those of their acts that took part before that, or that a supervisor has released.
    """

    acts: dict[Act, Entry] = field(default_factory=dict)
    lost: set[Act] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    has_packages: bool = False
    packages: set[str] = field(default_factory=set)
    decided: dict[str, bytes] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    let_in: set[Act] = field(default_factory=set)
    _known: dict[tuple[int, str], int] = field(default_factory=dict)

    def look_at(self, desk: WorkingDesk, number: int) -> list[Entry]:
        """Take down what the journal of desk `number` holds since it was looked at last; return what is new."""
        found: list[Entry] = []
        for chain in desk.own_chains():
            known = self._known.get((number, chain.chain), 0)
            if chain.seq > known:
                found += desk.entries_after(chain.chain, known, max_bytes=_ALL)
            self._known[number, chain.chain] = chain.seq
        fresh = [entry for entry in found if entry.body_hash not in self.acts]
        self.acts.update({entry.body_hash: entry for entry in fresh})
        self.lost -= {entry.body_hash for entry in found}
        return fresh

    def acts_of(self, desk: WorkingDesk) -> set[Act]:
        """The acts in a desk's journal now."""
        return {
            entry.body_hash
            for chain in desk.own_chains()
            for entry in desk.entries_after(chain.chain, 0, max_bytes=_ALL)
        }

    def forget_places(self, number: int) -> None:
        """Look at all of desk `number` again: its journal is another one now."""
        self._known = {place: seq for place, seq in self._known.items() if place[0] != number}

    @property
    def streams(self) -> set[str]:
        """The streams somebody wrote to."""
        return {header_of(entry.header).stream for entry in self.acts.values()}

    @property
    def kept(self) -> list[Entry]:
        """The acts that must still be there."""
        return [entry for act, entry in self.acts.items() if act not in self.lost]


@dataclass
class Oracle:
    """Compares what desks and hub show with the ledger."""

    ledger: Ledger
    _whole: set[str] = field(default_factory=set)
    _blobs: dict[Act, tuple[str, ...]] = field(default_factory=dict)

    def nothing_told_is_untrue(self, hub: Hub, desks: Sequence[WorkingDesk]) -> None:
        """Whatever a desk shows as uploaded lies on the hub, byte for byte, with all its blobs."""
        stored = _stored(hub)
        for desk in desks:
            own = desk.hashes()
            for place in sorted(desk.uploaded()):
                hash_ = own.get(place)
                if hash_ is None or stored.get(place, _NOWHERE).hash != hash_:
                    raise Broken(f"{place} is shown as uploaded and is not on the hub")
                act = stored[place].body_hash
                if act not in self.ledger.acts:
                    raise Broken(f"{place} is shown as uploaded and was never written")
                if not all(self._is_whole(hub, blob) for blob in self._blobs_of(act)):
                    raise Broken(f"{place} is shown as uploaded without its blobs")

    def both_ends_are_equal(self, hub: Hub, desks: Sequence[WorkingDesk], revoked: Sequence[WorkingDesk] = ()) -> None:
        """After the last fault: the same chains, cases, blobs, verdicts and decisions, each once.

        Of `revoked` desks everything has arrived, and takes part or not; they are told nothing.
        """
        self._whole.clear()
        found, ledger, stored = digest(hub), self.ledger, _stored(hub)
        active = {place: one for place, one in stored.items() if one.device not in ledger.revoked}
        heads = {chain.chain: chain.head for chain in found.chains if (chain.chain, 1) in active}
        own = {chain.chain: chain.head.hex() for desk in desks for chain in desk.own_chains()}
        _expect("heads", heads, own)
        arrived = acts_on(hub)
        left = {act for desk in revoked for act in _left_in_the_file(hub, desk)}
        _expect("acts that never arrived", {entry.body_hash for entry in ledger.kept} - arrived - left, set())
        _expect("acts that nobody wrote", arrived - ledger.acts.keys(), set())
        here = [ledger.acts[act] for act in sorted(arrived - _in_quarantine(hub))]
        _expect("cases", found.cases, len(_lawful_cases(here)))
        # Of what another desk gave back nobody may have the scans any more, nor of what a revoked one has lost.
        named = {blob for one in active.values() for blob in self._blobs_of(one.body_hash)}
        others = {blob for one in stored.values() for blob in self._blobs_of(one.body_hash)} - named
        there = {act for desk in revoked for act in ledger.acts_of(desk)}
        kept = {blob for act in there & arrived for blob in self._blobs_of(act)}
        _expect("blobs missing", {blob for blob in named | (others & kept) if not self._is_whole(hub, blob)}, set())
        _expect("blobs", found.blobs, len(named) + sum(self._is_whole(hub, blob) for blob in others))
        parked = {place: reason for desk in desks for place, reason in desk.parked().items()}
        _expect("parked", {place for place, one in active.items() if one.verdict == "parked"}, parked.keys())
        told = {told for desk in desks for told in desk.fact_digests()}
        said = facts_on(hub)
        # What is said of the cases of a revoked desk alone, nobody else is told.
        _expect("facts", told - said if revoked else told ^ said, set())
        _expect("decisions that never came back", set(ledger.decided.values()) - said, set())
        _expect("first fault", verify_hub(hub).first_fault, None)
        with hub.store.reading() as connection:
            known = load_facts(connection, HALL, sorted(ledger.streams))
        folded = {stream: fold_stream(stream, facts) for stream, facts in known.items()}
        for desk in desks:
            _expect("cases looked up and not shown", list(desk.wanted()), [])
            _sees_what_the_hub_sees(desk, known, folded)
        shown = {place for desk in desks for place in desk.uploaded()}
        _expect("entries not shown as uploaded", active.keys() - shown, set())
        self.nothing_told_is_untrue(hub, desks)

    def nothing_of_a_revoked_desk_takes_part(self, hub: Hub) -> None:
        """What came of a device after it was revoked is in quarantine until a supervisor lets it in."""
        for device in sorted(self.ledger.revoked):
            taking_part = acts_of_device(hub, HALL + device)
            _expect(f"acts of {device} that take part", taking_part - self.ledger.let_in, set())

    def numbers_are_in_a_journal(self) -> None:
        """Every number told lies in a journal, unless its act went down with a disk."""
        told = {f"case/{number}" for number in self.ledger.numbers}
        _expect("numbers told and not written", told - self.ledger.streams, set())

    def _blobs_of(self, act: Act) -> tuple[str, ...]:
        """The blobs that an act names; a body never changes, so it is parsed once."""
        if act not in self._blobs:
            self._blobs[act] = tuple(blob.id for blob in named_blobs(self.ledger.acts[act].content))
        return self._blobs[act]

    def _is_whole(self, hub: Hub, blob: str) -> bool:
        """Whether the hub has a blob's very bytes. What was seen whole once is hashed again only at the end."""
        if blob not in self._whole and hub.shelf.is_whole(blob):
            self._whole.add(blob)
        return blob in self._whole and hub.shelf.has(blob)


def _sees_what_the_hub_sees(desk: WorkingDesk, known: Mapping[str, list[Fact]], folded: Mapping[str, Folded]) -> None:
    """Every stream a desk has part of, it has whole, and it folds to what the hub folds it to."""
    for stream, facts in known.items():
        here = desk.facts_of(stream)
        if here:
            _expect(f"entries and facts of {stream}", Counter(map(_kept, here)), Counter(map(_kept, facts)))
            _expect(f"state of {stream}", fold_stream(stream, here), folded[stream])


def _kept(fact: Fact) -> tuple[str, int, bytes]:
    return fact.chain, fact.seq, fact.act


def _left_in_the_file(hub: Hub, desk: WorkingDesk) -> set[Act]:
    """What a revoked desk has written to chains that the hub has stopped: its hand-over alone holds it."""
    with hub.store.reading() as connection:
        stopped = set(connection.execute(select(chains.c.chain).where(chains.c.stopped != "")).scalars())
    return {
        entry.body_hash
        for chain in desk.own_chains()
        if chain.chain in stopped
        for entry in desk.entries_after(chain.chain, 0, max_bytes=_ALL)
    }


def acts_of_device(hub: Hub, code: str, *, in_quarantine: bool = False) -> set[Act]:
    """The acts of a device, nine digits, that take part; or those that do not."""
    here = (chains.c.region + chains.c.device == code, (hub_entries.c.verdict == QUARANTINED).is_(in_quarantine))
    of_chains = select(hub_entries.c.body_hash).join(
        chains, (chains.c.region == hub_entries.c.region) & (chains.c.chain == hub_entries.c.chain)
    )
    given = select(copies.c.content).where(copies.c.chain != "", copies.c.quarantined.is_(in_quarantine))
    with hub.store.reading() as connection:
        found = {bytes(act) for act in connection.execute(of_chains.where(*here)).scalars()}
        items = [read_attested_entry(content) for content in connection.execute(given).scalars()]
    return found | {item.entry.body_hash for item in items if item.device == code}


def _in_quarantine(hub: Hub) -> set[Act]:
    """The acts that take part nowhere, since they came from a revoked device."""
    with hub.store.reading() as connection:
        codes = connection.execute(select(devices.c.region + devices.c.device)).scalars().all()
    return {act for code in codes for act in acts_of_device(hub, code, in_quarantine=True)} - {
        act for code in codes for act in acts_of_device(hub, code)
    }


@dataclass(frozen=True)
class _Stored:
    """One entry on the hub; `device` has three digits."""

    hash: bytes
    body_hash: bytes
    device: str = ""
    verdict: str = ""


_NOWHERE = _Stored(b"", b"")


def acts_on(hub: Hub) -> set[Act]:
    """The acts that lie on the hub, in chains or given back without their chain."""
    with hub.store.reading() as connection:
        given = connection.execute(select(copies.c.body_hash).where(copies.c.chain != "")).scalars().all()
    return {one.body_hash for one in _stored(hub).values()} | {bytes(act) for act in given}


def facts_on(hub: Hub) -> set[bytes]:
    """The digests of the facts that the hub itself holds."""
    with hub.store.reading() as connection:
        return {read_hub_fact(found).digest for found in connection.execute(select(hub_facts.c.content)).scalars()}


def _stored(hub: Hub) -> dict[Place, _Stored]:
    columns = (hub_entries.c.chain, hub_entries.c.seq, hub_entries.c.hash, hub_entries.c.body_hash)
    statement = select(*columns, hub_entries.c.verdict, chains.c.device).join(
        chains, (chains.c.region == hub_entries.c.region) & (chains.c.chain == hub_entries.c.chain)
    )
    with hub.store.reading() as connection:
        rows = connection.execute(statement).fetchall()
    return {
        (row.chain, row.seq): _Stored(bytes(row.hash), bytes(row.body_hash), row.device, row.verdict) for row in rows
    }


def _lawful_cases(entries: Sequence[Entry]) -> set[str]:
    """The cases that some entry takes in; a second or odd one in the same stream makes no other."""
    taken_in = [(header_of(entry.header), entry) for entry in entries if header_of(entry.header).kind in TAKEN_IN]
    return {header.stream for header, entry in taken_in if header.stream == f"case/{entry.content.get('number')}"}


def _expect(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise Broken(f"{what}: {found!r}, not {wanted!r}")
