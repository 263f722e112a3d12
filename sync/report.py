"""What a sync tells: how far it is, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clerk_app.errors import ClerkError

SyncState = Literal["done", "offline", "portal", "refused", "partial"]


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a sync put right: entries appended again to a new chain, and entries taken back.

    `given_back`: what the hub had shown and lost, facts of its own and entries of other desks.
    """

    reappended: int = 0
    taken_back: int = 0
    given_back: int = 0


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What came of one sync. Counts are of this sync but `pending`, `parked` and `conflicts`, which are of the desk.

    `state`: `done` both ends are equal; `offline` nobody answered; `portal` somebody else answered; `refused` the
    platform does not want this device; `partial` it began and did not finish. `problem` is the error behind any other
    state than `done`, `retry_after_s` what the platform asked for. `settled`: it came to its end; what is still left
    (a stopped chain, a damaged scan) waits for a person, and trying again sooner would not help. `cargo`: hand-overs of
    other devices that still wait to be delivered. `clock_offset_ms`: this machine's clock minus the hub's, in
    milliseconds; None while the hub has not told its time to this process.
    """

    pushed: int = 0
    pulled: int = 0
    blobs_sent: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    pending: int = 0
    parked: int = 0
    conflicts: int = 0
    state: SyncState = "done"
    seconds: float = 0.0
    problem: ClerkError | None = None
    retry_after_s: int = 0
    settled: bool = False
    cargo: int = 0
    repaired: Repaired = Repaired()
    clock_offset_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a running sync is: entries and blobs confirmed so far, and how many still wait."""

    entries_done: int
    blobs_done: int
    pending: int
