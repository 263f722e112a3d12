"""A desk in memory: the port of `sync.desk` with a real journal and nothing else. Passes the store's contract test."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from clerk_app.domain.civil import civil_date
from clerk_app.domain.fold import Fact
from clerk_app.errors import BlobDamaged, DeviceRevoked, DiskFull, ProtocolMismatch
from clerk_app.journal.body import readable_body
from clerk_app.journal.chain import check_chain, check_entry
from clerk_app.journal.entry import NO_HEAD, Entry, Header, link, make_entry
from clerk_app.journal.exchange import (
    CaseAnswer,
    FeedPage,
    FeedPlace,
    GivenEntry,
    NamedBlob,
    OwnChain,
    Reappended,
    ReceivedEntry,
    ReceivedFact,
    Registration,
    SyncBacklog,
    WaitingEntry,
    WantedCase,
)
from clerk_app.journal.hub_facts import SignedAck
from clerk_app.journal.hub_keys import KeyList
from clerk_app.journal.orders import SignedOrder
from clerk_app.journal.signature import public_of, sign
from clerk_app.seams import Clock, Rng
from clerk_app.security.enrolment_file import EnrolmentFile
from sync.blobs import named_blobs
from sync.hub.judge import entry_fact, hub_fact

_NOT_ON_DISK = ("clock", "rng", "enrolment")
header_of = lru_cache(1 << 14)(Header.from_bytes)
"""Headers never change, and a desk without tables reads all of them whenever it looks for one."""


@dataclass
class MemoryChain:
    chain: str
    cites: bytes
    entries: list[Entry] = field(default_factory=list)
    acked: dict[int, SignedAck] = field(default_factory=dict)
    stopped: str = ""
    by_repair: bool = False

    @property
    def head(self) -> bytes:
        return self.entries[-1].hash if self.entries else self.cites


@dataclass
class Wish:
    number: str
    clerk: str
    stream: str = ""
    shown: bool = False
    refused: str = ""

    @property
    def is_open(self) -> bool:
        return not self.shown and not self.refused


class MemoryDesk:
    def __init__(self, enrolment: EnrolmentFile, clock: Clock, rng: Rng) -> None:
        self.enrolment = enrolment
        self.clock = clock
        self.rng = rng
        self.private = rng.token(32)
        self.chains: list[MemoryChain] = []
        self.blobs: dict[str, bytes] = {}
        self.facts: dict[bytes, ReceivedFact] = {}
        self.seen: dict[bytes, int] = {}
        self.readings = 0
        self.repaired_at = 0
        self.damaged: list[Entry] = []
        self.moved: dict[tuple[str, int], tuple[str, int]] = {}
        self.entries: dict[bytes, ReceivedEntry] = {}
        self.entry_seen: dict[bytes, int] = {}
        self.held_back: set[bytes] = set()
        self.wishes: dict[str, Wish] = {}
        self._parked: dict[tuple[str, int], str] = {}
        self.applied: set[tuple[str, int]] = set()
        self.unknown: dict[int, bytes] = {}
        self.place = FeedPlace()
        self.keys: KeyList | None = None
        self.commits_left: int | None = None
        self.order: SignedOrder | None = None
        self.begin_chain()

    @classmethod
    def from_bytes(cls, content: bytes, clock: Clock, rng: Rng) -> MemoryDesk:
        return cls(EnrolmentFile.from_bytes(content), clock, rng)

    # ---- its disk -----------------------------------------------------------------------------------------------

    def _commit(self) -> None:
        """Every transaction passes here before anything of it is kept; it fails once `commits_left` are done."""
        if self.commits_left is not None:
            self.commits_left -= 1
            if self.commits_left < 0:
                raise DiskFull

    # ---- work ---------------------------------------------------------------------------------------------------

    def begin_chain(self) -> str:
        cites = self.chains[-1].head if self.chains else NO_HEAD
        self.chains.append(MemoryChain(self.rng.token(16).hex(), cites))
        return self.chains[-1].chain

    def append(self, stream: str, kind: str, body: Mapping[str, Any], clerk: str = "0312") -> Entry:
        if self.order is not None:
            raise DeviceRevoked(reason="sealing")
        self._commit()
        if self.chains[-1].stopped:
            self.begin_chain()
        chain = self.chains[-1]
        header = Header(chain.chain, len(chain.entries) + 1, self.clock.now_ms(), "ok", clerk, stream, kind)
        entry = make_entry(header, body, prev=chain.head, salt=self.rng.token(16))
        chain.entries.append(entry)
        return entry

    def look_up(self, number: str, clerk: str = "0312") -> None:
        self._commit()
        known = self.wishes.get(number)
        self.wishes[number] = Wish(number, clerk, known.stream if known else "")

    def facts_of(self, stream: str) -> list[Fact]:
        hub = [hub_fact(received.fact) for received in self.facts.values() if received.fact.stream == stream]
        others = [
            fact_of(received.attested.entry, received.attested.hub_seq)
            for hash_, received in self.entries.items()
            if header_of(received.attested.entry.header).stream == stream
            and hash_ not in self.held_back
            and not self._is_own(received)
        ]
        own = [
            fact_of(entry, number_of(chain.acked.get(seq), seq))
            for chain in self.chains
            for seq, entry in enumerate(chain.entries, 1)
            if header_of(entry.header).stream == stream
        ]
        damaged = [fact_of(entry, None) for entry in self.damaged if header_of(entry.header).stream == stream]
        return [*hub, *others, *own, *damaged]

    def shown(self) -> set[bytes]:
        return {received.attested.entry.body_hash for received in self.entries.values()}

    def _is_own(self, received: ReceivedEntry) -> bool:
        """Whether the own journal has it."""
        header = header_of(received.attested.entry.header)
        return self.hash_at(header.chain, header.seq) == received.attested.entry.hash

    def put_blob(self, content: bytes) -> NamedBlob:
        self._commit()
        blob = hashlib.sha256(content).hexdigest()
        self.blobs[blob] = content
        return NamedBlob(blob, len(content))

    def uploaded(self) -> set[tuple[str, int]]:
        """What is shown as uploaded: the hub has signed for the entry and for all its blobs."""
        return {
            (chain.chain, seq)
            for chain in self.chains
            for seq, signed in chain.acked.items()
            if signed.ack.blobs_complete
        }

    def hashes(self) -> dict[tuple[str, int], bytes]:
        return {(chain.chain, seq): entry.hash for chain in self.chains for seq, entry in enumerate(chain.entries, 1)}

    def parked(self) -> dict[tuple[str, int], str]:
        return dict(self._parked)

    def fact_digests(self) -> list[bytes]:
        return sorted(self.facts)

    def image(self) -> object:
        """A copy of all that is durable, as of a disk."""
        return deepcopy({name: value for name, value in vars(self).items() if name not in _NOT_ON_DISK})

    def put_back(self, image: object) -> None:
        """Put such a copy over what is there; scans made since stay, as files that the copy does not know."""
        assert isinstance(image, dict)
        scans = self.blobs
        vars(self).update(deepcopy(image))
        self.blobs |= scans

    def restart(self) -> None:
        """Nothing is kept beside what is durable."""

    def close(self) -> None:
        pass

    # ---- the port -----------------------------------------------------------------------------------------------

    def registration(self) -> Registration:
        enrolment = self.enrolment
        return Registration(
            enrolment.hub,
            enrolment.hall,
            enrolment.device,
            public_of(self.private),
            enrolment.secret,
            enrolment.url,
            enrolment.ca,
        )

    def sign(self, purpose: str, message: bytes) -> bytes:
        return sign(self.private, purpose, message)

    def own_chains(self) -> Sequence[OwnChain]:
        return [
            OwnChain(chain.chain, len(chain.entries), chain.head, self._acked(chain), bool(chain.stopped))
            for chain in self.chains
            if chain.entries
        ]

    def _acked(self, chain: MemoryChain) -> int:
        seq = 0
        while seq + 1 in chain.acked:
            seq += 1
        return seq

    def _chain(self, name: str) -> MemoryChain | None:
        return next((chain for chain in self.chains if chain.chain == name), None)

    def hash_at(self, chain: str, seq: int) -> bytes | None:
        found = self._chain(chain)
        if found is None or not 0 <= seq <= len(found.entries):
            return None
        return found.entries[seq - 1].hash if seq else found.cites

    def entries_after(self, chain: str, seq: int, *, max_bytes: int) -> Sequence[Entry]:
        found = self._chain(chain)
        assert found is not None
        taken: list[Entry] = []
        size = 0
        for entry in found.entries[seq:]:
            size += len(entry.header) + len(entry.body or b"")
            if taken and size > max_bytes:
                break
            taken.append(entry)
        return taken

    def take_acks(self, acks: Sequence[SignedAck]) -> None:
        self._commit()
        for signed in acks:
            chain = self._chain(signed.ack.chain)
            assert chain is not None
            for seq in range(signed.ack.first, signed.ack.seq + 1):
                chain.acked[seq] = signed
                place, number = (chain.chain, seq), number_of(signed, seq)
                if place not in self._parked and place not in self.applied and (number or 0) <= self.place.hub_seq:
                    self._restart_feed()

    def waiting(self) -> Sequence[WaitingEntry]:
        return [
            WaitingEntry(
                chain.chain, seq, named_blobs(chain.entries[seq - 1].content), self._is_urgent(chain.entries[seq - 1])
            )
            for chain in self.chains
            for seq, signed in sorted(chain.acked.items())
            if not signed.ack.blobs_complete and named_blobs(chain.entries[seq - 1].content)
        ]

    def _is_urgent(self, entry: Entry) -> bool:
        due_on = entry.content.get("due_on") if entry.head.kind == "case.taken_in" else None
        return due_on is not None and date.fromisoformat(due_on) <= civil_date(self.clock.now_ms()) + timedelta(days=1)

    def blob_size(self, blob: str) -> int:
        return len(self._blob(blob))

    def read_blob(self, blob: str, offset: int, size: int) -> bytes:
        content = self._blob(blob)
        if hashlib.sha256(content).hexdigest() != blob:
            raise BlobDamaged(blob=blob)
        return content[offset : offset + size]

    def _blob(self, blob: str) -> bytes:
        if blob not in self.blobs:
            raise BlobDamaged(blob=blob)
        return self.blobs[blob]

    def feed_place(self) -> FeedPlace:
        return self.place

    def take_feed(self, page: FeedPage) -> None:
        self._commit()
        for verdict in page.verdicts:
            for seq in range(verdict.first, verdict.seq + 1):
                place = (verdict.chain, seq)
                if self.hash_at(*place) is None:
                    continue
                self._parked.pop(place, None)
                self.applied.discard(place)
                if verdict.verdict == "parked":
                    self._parked[place] = verdict.reason
                else:
                    self.applied.add(place)
                chain = self._chain(verdict.chain)
                assert chain is not None
                if number_of(chain.acked.get(seq), seq) != verdict.hub_seq - (verdict.seq - seq):
                    chain.acked.pop(seq, None)
        for received in page.facts:
            self._take_fact(received)
        self.unknown |= dict(page.unknown)
        for entry in page.entries:
            hash_ = entry.attested.entry.hash
            self.entries[hash_], self.entry_seen[hash_] = entry, self.readings
            self.held_back.discard(hash_)
        for wish in self.wishes.values():
            wish.shown |= wish.stream in {followed.stream for followed in page.followed}
        self.place = page.place

    def restart_feed(self) -> None:
        self._commit()
        self._restart_feed()

    def _restart_feed(self) -> None:
        self.place = FeedPlace()
        self.readings += 1
        for wish in self.wishes.values():
            wish.shown = False

    def wanted(self) -> Sequence[WantedCase]:
        return [WantedCase(wish.number, wish.clerk, wish.stream) for wish in self.wishes.values() if wish.is_open]

    def take_answer(self, answer: CaseAnswer) -> None:
        self._commit()
        wish = self.wishes[answer.number]
        wish.stream, wish.refused = answer.stream, answer.refused
        wish.shown = not answer.refused and answer.hub_seq <= self.place.hub_seq

    def take_order(self, order: SignedOrder) -> None:
        self._commit()
        self.order = order

    def cut_chain(self, chain: str, reason: str, kept: Mapping[str, int]) -> Reappended:
        self._commit()
        self._stop(chain, reason)
        cut = [one for one in self.chains if one.chain in kept and len(one.entries) > kept[one.chain]]
        found = self._chain(chain)
        assert found is not None
        off = [entry for one in cut for entry in one.entries[kept[one.chain] :]]
        damaged = [entry for entry in off if not is_sound(entry)]
        now = self.clock.now_ms()
        hopeless = found.by_repair and not kept.get(chain) and not damaged and now - self.repaired_at < 86_400_000
        if not off or hopeless:
            return Reappended()
        self.repaired_at = now
        for one in cut:
            self._stop(one.chain, reason)
            for seq in range(kept[one.chain] + 1, len(one.entries) + 1):
                one.acked.pop(seq, None)
                self._parked.pop((one.chain, seq), None)
            del one.entries[kept[one.chain] :]
        self.begin_chain()
        self.chains[-1].by_repair = True
        for entry in off:
            if entry in damaged:
                self.damaged.append(entry)
                continue
            new = self.chains[-1]
            header = replace(entry.head, chain=new.chain, seq=len(new.entries) + 1).to_bytes()
            hash_ = link(new.head, header, entry.body_hash)
            new.entries.append(replace(entry, header=header, prev=new.head, hash=hash_))
            self.moved[new.chain, len(new.entries)] = (entry.head.chain, entry.head.seq)
        return Reappended(len(off) - len(damaged), len(damaged))

    def _stop(self, chain: str, reason: str) -> None:
        found = self._chain(chain)
        assert found is not None
        found.stopped = found.stopped or reason

    def take_back(self, chain: str, found: Sequence[Entry]) -> None:
        self._commit()
        first = found[0].head.seq
        if self._chain(chain) is None and first == 1:
            self.chains.insert(0, MemoryChain(chain, found[0].prev))
        mine = self._chain(chain)
        here = self.hash_at(chain, first - 1)
        if mine is None or here is None or check_chain(found, chain=chain, prev=here, after=first - 1)[2]:
            raise ProtocolMismatch
        self._stop(chain, "rolled_back")
        mine.entries += found[len(mine.entries) - first + 1 :]

    def lost_facts(self) -> Sequence[ReceivedFact]:
        return [received for digest, received in self.facts.items() if self.seen[digest] < self.readings]

    def lost_entries(self) -> Sequence[bytes]:
        lost = [
            (received.attested.hub_seq, hash_)
            for hash_, received in self.entries.items()
            if self.entry_seen[hash_] < self.readings and not self._is_own(received)
        ]
        return [hash_ for _, hash_ in sorted(lost)]

    def received_entry(self, hash_: bytes) -> ReceivedEntry:
        return self.entries[hash_]

    def take_standings(self, given: Sequence[GivenEntry]) -> None:
        self._commit()
        for one in given:
            self.entry_seen[one.hash] = self.readings
            (self.held_back.add if one.standing == "quarantined" else self.held_back.discard)(one.hash)

    def take_facts(self, facts: Sequence[ReceivedFact]) -> None:
        self._commit()
        for received in facts:
            self._take_fact(received)

    def _take_fact(self, received: ReceivedFact) -> None:
        self.facts[received.fact.digest] = received
        self.seen[received.fact.digest] = self.readings

    def key_serial(self) -> int:
        return self.keys.serial if self.keys else 0

    def keep_keys(self, keys: KeyList, signature: bytes) -> None:
        self._commit()
        self.keys = keys

    def backlog(self) -> SyncBacklog:
        unacked = [
            entry.head.recorded_at
            for chain in self.chains
            for seq, entry in enumerate(chain.entries, 1)
            if seq not in chain.acked
        ]
        return SyncBacklog(
            pending=len(unacked) + len(self.waiting()),
            oldest_at=min(unacked, default=None),
            parked=len(self._parked),
            conflicts=0,
            damaged=len(self.damaged),
        )


def is_sound(entry: Entry) -> bool:
    """Whether it fits its own hash, whatever stands before it."""
    return check_entry(entry, chain=entry.head.chain, seq=entry.head.seq, prev=entry.prev) is None


def number_of(signed: SignedAck | None, seq: int) -> int | None:
    return signed.ack.hub_seq - (signed.ack.seq - seq) if signed else None


def fact_of(entry: Entry, hub_seq: int | None) -> Fact:
    return entry_fact(header_of(entry.header), readable_body(entry.body), entry.body_hash, hub_seq)
