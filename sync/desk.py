"""What the engine needs of a desk's store. The store implements it; a fake in memory passes the same contract test.

Every `take_…` is one transaction: it happened when it returns, or it did not happen. Taking the same again is harmless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from clerk_app.journal.entry import Entry
from clerk_app.journal.exchange import (
    BlobId,
    CaseAnswer,
    FeedPage,
    FeedPlace,
    GivenEntry,
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


class Desk(Protocol):
    """One enrolled device with its journal."""

    def registration(self) -> Registration:
        """What the enrolment said; raise `NotEnrolled` or `PracticeStore` if there is nothing to sync with."""

    def sign(self, purpose: str, message: bytes) -> bytes:
        """Sign with the device's Ed25519 key, which never leaves the store."""

    def own_chains(self) -> Sequence[OwnChain]:
        """Every chain of this device, oldest first; empty ones are left out."""

    def hash_at(self, chain: str, seq: int) -> bytes | None:
        """The hash of one entry (at 0: what the chain cites), or None if the desk has no such entry."""

    def entries_after(self, chain: str, seq: int, *, max_bytes: int) -> Sequence[Entry]:
        """Entries that follow `seq`, about `max_bytes` of headers and bodies, at least one if there is any."""

    def take_acks(self, acks: Sequence[SignedAck]) -> None:
        """Mark what verified acks cover as uploaded, with its place in the hub's order; fold anew what that moves."""

    def waiting(self) -> Sequence[WaitingEntry]:
        """Acked entries some of whose blobs the hub did not have yet."""

    def read_blob(self, blob: BlobId, offset: int, size: int) -> bytes:
        """At most `size` sealed bytes from `offset`; raise `BlobDamaged` if the file is missing or was changed.

        The one call that may come from several threads at once.
        """

    def blob_size(self, blob: BlobId) -> int:
        """Sealed bytes of a blob; raise `BlobDamaged` if the file is missing."""

    def feed_place(self) -> FeedPlace:
        """How far the feed was read."""

    def take_feed(self, page: FeedPage) -> None:
        """Keep what a page brings, fold the streams it touches, and move to its place.

        A fact or entry already held is held once, whatever its `hub_seq` was then. An entry of this device that its own
        journal has is folded from there; one that it has lost counts as another device's, and numbers of cases go on
        above it.
        """

    def restart_feed(self) -> None:
        """Forget the place in the feed (never what was read), so that the next page is the first."""

    def wanted(self) -> Sequence[WantedCase]:
        """Cases taken up here of which the feed has not yet brought everything, the newest wish first."""

    def take_answer(self, answer: CaseAnswer) -> None:
        """Note what the hub said to a wish; it is fulfilled once the feed was read up to the place it names."""

    def take_order(self, order: SignedOrder) -> None:
        """Keep a verified order to leave; from now on nothing more is written in a clerk's name."""

    def cut_chain(self, chain: str, reason: str, kept: Mapping[str, int]) -> Reappended:
        """Write no more into `chain`, later acts go to a new one.

        `kept`: how far the hub has stored the chain and those after it. What is beyond is appended to the new chain, in
        order and as it was but for its place; entries that do not fit their own hash are left out and kept.
        """

    def take_back(self, chain: str, found: Sequence[Entry]) -> None:
        """Take entries of this device that only the hub had, without a gap; numbers of cases go on above theirs.

        Raises `ProtocolMismatch` if they do not continue what is here of the chain.
        """

    def lost_facts(self) -> Sequence[ReceivedFact]:
        """Facts that the feed, read again from its beginning, no longer brings; call once it was read to its end."""

    def take_facts(self, facts: Sequence[ReceivedFact]) -> None:
        """Keep facts that were given back at the place the hub gives them now, and fold their streams."""

    def lost_entries(self) -> Sequence[bytes]:
        """Hashes of entries that the hub showed, and that its feed, read again from its beginning, no longer brings.

        In the order they had; call once the feed was read to its end. Those in this desk's own journal are left out.
        """

    def received_entry(self, hash_: bytes) -> ReceivedEntry:
        """An entry that the hub showed, by its hash."""

    def take_standings(self, given: Sequence[GivenEntry]) -> None:
        """Note how entries that were offered stand: lost no longer; in quarantine they take part in no fold.

        How many the hub had lost is written down for whoever asks what was put right. The feed, when it shows an entry,
        has the newer word.
        """

    def key_serial(self) -> int:
        """The serial of the newest key list seen; 0 before the first."""

    def keep_keys(self, keys: KeyList, signature: bytes) -> None:
        """Keep a verified key list, so that acks and facts can be verified without a line."""

    def backlog(self) -> SyncBacklog:
        """What still waits, and what needs a person."""
