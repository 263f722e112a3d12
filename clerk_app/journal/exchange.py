"""What desk and sync hand one another: plain values between the store and the engine."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from clerk_app.journal.attested import AttestedEntry
from clerk_app.journal.hub_facts import HubFact
from clerk_app.journal.orders import SignedOrder

NO_MARK = bytes(32)
BlobId = str
"""SHA-256 of a blob's sealed bytes, 64 hex digits."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What the enrolment file said and the device's own public key (raw Ed25519). Keys and secret are 32 bytes."""

    hub: bytes
    hall: str
    device: str
    device_public: bytes
    secret: bytes
    url: str
    ca: str

    @property
    def code(self) -> str:
        """Nine digits: hall and device."""
        return self.hall + self.device

    def __repr__(self) -> str:
        # The secret must not reach a log.
        return f"Registration({self.code}, masked)"


@dataclass(frozen=True, slots=True)
class OwnChain:
    """One chain of this device.

    `acked`: every entry up to this seq has the hub's ack. `stopped`: the hub takes no more of it.
    """

    chain: str
    seq: int
    head: bytes
    acked: int
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class FeedPlace:
    """How far the feed was read: `mark` is the running hash over everything read up to `hub_seq`."""

    hub_seq: int = 0
    mark: bytes = NO_MARK

    def after(self, hub_seq: int, line: bytes) -> FeedPlace:
        """The place after one more item whose hashed line is `line`."""
        return FeedPlace(hub_seq, hashlib.sha256(self.mark + hashlib.sha256(line).digest()).digest())


VerdictName = Literal["applied", "parked"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The hub's second word on entries `first`..`seq` of a chain: applied, or parked with a reason (stable code)."""

    chain: str
    first: int
    seq: int
    hub_seq: int
    verdict: VerdictName
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReceivedFact:
    """A fact of the hub whose signature was verified."""

    fact: HubFact
    signature: bytes


@dataclass(frozen=True, slots=True)
class ReceivedEntry:
    """An entry of another device, and the hub's verified signature that it has stored it."""

    attested: AttestedEntry
    signature: bytes


GivenStanding = Literal["lost", "known", "quarantined"]


@dataclass(frozen=True, slots=True)
class GivenEntry:
    """An entry of another device that was offered to the hub, by its hash: whether the hub had lost it.

    `quarantined`: a supervisor keeps it there, so it takes part in nothing.
    """

    hash: bytes
    standing: GivenStanding


@dataclass(frozen=True, slots=True)
class Followed:
    """From the place `hub_seq` of its feed on this device holds all there was of `stream`, and sees what comes."""

    stream: str
    hub_seq: int


@dataclass(frozen=True, slots=True)
class WantedCase:
    """A case that a clerk looked up by its number; `stream`: the hub showed it once, and may have lost it since."""

    number: str
    clerk: str
    stream: str = ""


Refusal = Literal["", "unknown_case", "other_region"]


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    """The hub's answer to a wanted case.

    All there was of `stream` is shown up to the place `hub_seq` of the feed (0: this device has it all). `refused` says
    why there is nothing to show: the hub does not hold such a case, or it does not serve that hall.
    """

    number: str
    stream: str = ""
    hub_seq: int = 0
    refused: Refusal = ""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One page of the feed, verified: what it brings, and the place after it. Taken whole or not at all.

    `unknown` holds items of a newer hub, byte for byte, so that a newer version of this program can read them.
    `orders` were verified too; they are obeyed before anything else of the page is taken.
    """

    verdicts: tuple[Verdict, ...]
    facts: tuple[ReceivedFact, ...]
    unknown: tuple[tuple[int, bytes], ...]
    place: FeedPlace
    orders: tuple[SignedOrder, ...] = ()
    entries: tuple[ReceivedEntry, ...] = ()
    followed: tuple[Followed, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedBlob:
    """A blob that an entry names. `size` is that of its sealed bytes, 0 where unknown."""

    id: BlobId
    size: int


@dataclass(frozen=True, slots=True)
class WaitingEntry:
    """An entry the hub has stored but not all of whose blobs it holds yet.

    `urgent`: it belongs to a case whose statutory date is tomorrow or earlier; its blobs go before all others.
    """

    chain: str
    seq: int
    blobs: tuple[NamedBlob, ...]
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Reappended:
    """What came of cutting a chain: entries appended again to a new one, and entries left out because damaged."""

    entries: int = 0
    damaged: int = 0


@dataclass(frozen=True, slots=True)
class SyncBacklog:
    """What a person asks about.

    Entries without a full ack and the oldest time among them (UTC ms), entries the hub parked, streams with a step that
    a person must look at, and entries of a cut chain that do not fit their own hash, so that they cannot be sent.
    """

    pending: int
    oldest_at: int | None
    parked: int
    conflicts: int
    damaged: int = 0
