"""Hand-overs without a line, as command line and window use them: export, import, carry, bring back.

`sync.handover.counter` implements `Handovers`; calls read and write a stick and take their time: make them in a lane.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

CargoState = Literal["waiting", "delivered", "refused"]
ParcelKind = Literal["handover", "return"]

PARCEL_SUFFIX = ".parcel"


def parcel_name(kind: ParcelKind, device: str) -> str:
    """What a file on a stick is called: one of each kind for each device, so that a newer one takes its place."""
    return f"{kind}-{device}{PARCEL_SUFFIX}"


@dataclass(frozen=True, slots=True)
class Stick:
    """A stick that is plugged in: its name, where it is mounted, whether it is protected, and bytes free if known."""

    name: str
    path: Path
    free: int | None = None
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class ParcelFile:
    """A file of ours that lies on a stick, by what anybody may read of it; whether it is whole shows when it is used.

    `kind` and `device` (nine digits, whose it is) are None for one that cannot be read, for `reason` (of `BadParcel`).
    `is_ours`: it is this device's.
    """

    path: Path
    size: int
    kind: ParcelKind | None = None
    device: str | None = None
    made_at: int = 0
    is_ours: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """A hand-over that was written: its id, when, and what is in it.

    `damaged` counts scans that are missing or changed here and were left out; `size` is that of the file in bytes.
    """

    id: str
    made_at: int
    entries: int
    blobs: int
    damaged: int
    size: int


@dataclass(frozen=True, slots=True)
class Carried:
    """The hand-over of another device that this one carries. Times are UTC milliseconds.

    `waiting` for a line, `delivered` (the return lies here until it is brought back) or `refused` for `reason`.
    """

    id: str
    device: str
    made_at: int
    size: int
    taken_at: int
    state: CargoState = "waiting"
    reason: str = ""
    settled_at: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a return brought: entries that count as stored now, facts of the platform, and what it could not store.

    `stopped` chains are no more taken by the platform; `missing` entries must be handed over again as a whole.
    """

    acked: int
    facts: int
    stopped: int
    missing: int
    pending: int


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What an imported file was: cargo of another device (`is_new`: not here before), or the answer to our own."""

    carried: Carried | None = None
    answer: Answer | None = None
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """How hand-overs stand: the last export, how many of its entries still have no signature, and what is carried."""

    exported_at: int | None = None
    exported_pending: int = 0
    carried: tuple[Carried, ...] = ()

    @property
    def waiting(self) -> int:
        """Hand-overs that wait to be delivered."""
        return sum(one.state == "waiting" for one in self.carried)


Progress = Callable[[int, int], None]
"""Told while a hand-over is written: scans written, of how many. It is called by whoever writes, on their thread."""


class Handovers(Protocol):
    """Hand-overs of one open store. Every call raises `StickError` for the stick and store errors for this machine."""

    @property
    def device(self) -> str:
        """The nine digits of this device; raise `NotEnrolled` or `PracticeStore` where nothing can be handed over."""

    def look(self, folder: Path) -> Sequence[ParcelFile]:
        """What of ours lies in a folder, by name."""

    def export(self, path: Path, *, whole: bool = False, progress: Progress | None = None) -> Export:
        """Write a hand-over of what has no signature yet (`whole`: of everything), and read it back to check it.

        Nothing half is left at `path`.
        """

    def take_in(self, path: Path) -> TakenIn:
        """Take in a file: another device's hand-over as cargo, or the return of our own. Raises `BadParcel`."""

    def write_return(self, path: Path, handover: str | None = None) -> Carried:
        """Write the return of a delivered hand-over (default: of the only, else the last one); raise `NoReturn`."""

    def drop(self, handover: str) -> Carried:
        """Forget a hand-over that is carried here; raise `NoSuchCargo`."""

    def standing(self) -> Standing:
        """How hand-overs stand."""
