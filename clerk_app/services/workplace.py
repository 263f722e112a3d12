"""The workplace as the window drives it: one laptop with its store, devices, printer and line.

`clerk_app.workplace` implements it; the window and its tests see only this. Calls that take time are made in lanes:
`db` for the desk, one lane per device, `paper` for printing, `sync` for the line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from clerk_app.domain.identity import IdentityDocument
    from clerk_app.domain.ratings import Grade, SealedAnswer
    from clerk_app.messages import Message
    from clerk_app.services.desk import Desk
    from clerk_app.services.handover import Handovers, Stick
    from clerk_app.services.ports import Printer
    from clerk_app.services.rows import Recovered
    from clerk_app.settings import Settings

DeviceName = Literal["card_reader", "rating_pad", "printer"]
Readiness = Literal["ready", "not_connected", "failed", "paper_waiting"]


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """How one device is. `reason` is an error code for `clerk_app.messages`, None while it is ready.

    `port` is where it was found; `last_used_ms` when it last did its work (UTC milliseconds).
    """

    name: DeviceName
    state: Readiness
    port: str | None = None
    reason: str | None = None
    last_used_ms: int | None = None


SyncPhase = Literal["never", "idle", "syncing", "offline", "portal", "refused"]


@dataclass(frozen=True, slots=True)
class SyncLine:
    """How the line to the platform is; everything shown as uploaded has the platform's signature.

    `is_online`: the platform answered at the last sync that ended. `pending` entries without a signature,
    `pending_cases` the cases among them, the oldest from `oldest_ms`; `offline_since_ms` while there is no line;
    `last_sync_ms` the last complete sync; `done` of `total` entries and files of a running upload (total 0: nothing to
    show); `problem` what is wrong with the line (`device_revoked`: this device has left, and every act raises
    `DeviceRevoked`); `conflicts` streams a person must look at, `rechecks` cases
    with a re-check that differs. `exported_ms`: when a hand-over was last written, while
    any of its entries has no signature yet; `carried` hand-overs of other devices still to be delivered;
    `clock_offset_ms` this machine's clock minus the platform's at the last sync, where it is known.
    """

    phase: SyncPhase = "never"
    is_online: bool = False
    pending: int = 0
    pending_cases: int = 0
    oldest_ms: int | None = None
    offline_since_ms: int | None = None
    last_sync_ms: int | None = None
    done: int = 0
    total: int = 0
    parked: int = 0
    conflicts: int = 0
    rechecks: int = 0
    problem: Message | None = None
    exported_ms: int | None = None
    carried: int = 0
    clock_offset_ms: int | None = None


class Workplace(Protocol):
    """One laptop at a counter."""

    def clerks(self) -> Mapping[str, str]:
        """Numbers and names of the clerks who can sign in here.

        Raises `DeviceRevoked` where the platform has revoked this device: the page then shows that, and nothing opens.
        """

    def settings(self) -> Settings:
        """The settings kept with the store; raise `BadFile` if they cannot be read."""

    def open(self, clerk: str, password: str) -> Desk:
        """Open the store with a clerk's password (about a third of a second); raises what `Store.open` raises."""

    def recover(self, clerk: str, password: str) -> Recovered:
        """Let a store that was put back to an older copy go on, so that `open` takes it; harmless for any other.

        Raises what `open` raises, but neither `StoreRolledBack` nor `WitnessDamaged`.
        """

    def check_password(self, clerk: str, password: str) -> None:
        """Whether the password is right, to unlock; throttled like a log-in."""

    def start(self) -> None:
        """Begin watching devices and the line; callbacks come from other threads."""

    def close(self) -> None:
        """Stop everything and let go of the folder."""

    def read_card(self, timeout_s: float) -> IdentityDocument:
        """Wait for a card on the reader that is connected now; raises `DeviceError`."""

    def ask_rating(self, timeout_s: float, seal: Callable[[Grade], bytes]) -> SealedAnswer:
        """Ask the pad that is connected now; without one the answer is `device_failed`."""

    @property
    def is_pad_limited(self) -> bool:
        """Whether the pad has fewer keys than there are grades; goes into the sealed answer."""

    def printer(self) -> Printer:
        """Where paper comes out."""

    def devices(self) -> Sequence[DeviceLine]:
        """How the devices are now."""

    def sync_line(self) -> SyncLine:
        """How the line is now."""

    def sticks(self) -> Sequence[Stick]:
        """Sticks that are plugged in."""

    def handovers(self) -> Handovers:
        """Hand-overs by stick; its calls take their time. Raises `NotSignedIn`."""

    def sync_now(self) -> None:
        """Sync as soon as possible, without waiting for it."""

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed`, from any thread, when devices or the line are not as they were."""
