"""The real workplace: light until somebody signs in, so that the first window need not wait for its libraries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from clerk_app.errors import NotSignedIn

if TYPE_CHECKING:
    from clerk_app.cli.seat import Seat
    from clerk_app.domain.identity import IdentityDocument
    from clerk_app.domain.ratings import Grade, SealedAnswer
    from clerk_app.services.desk import Desk
    from clerk_app.services.handover import Handovers, Stick
    from clerk_app.services.ports import Printer
    from clerk_app.services.rows import Recovered
    from clerk_app.services.workplace import DeviceLine, SyncLine
    from clerk_app.settings import Settings
    from clerk_app.store.folder import DataFolder


class LocalWorkplace:
    """Implements `services.workplace.Workplace` on this machine. `make_seat` joins its parts at the first log-in."""

    def __init__(self, folder: DataFolder, make_seat: Callable[[], Seat]) -> None:
        self._folder = folder
        self._make_seat = make_seat
        self._seat: Seat | None = None
        self._changed: Callable[[], None] = _nothing

    def clerks(self) -> Mapping[str, str]:
        from clerk_app import bootstrap

        return bootstrap.clerks(self._folder)

    def settings(self) -> Settings:
        from clerk_app import bootstrap

        return bootstrap.desk_settings(self._folder)

    def open(self, clerk: str, password: str) -> Desk:
        seat = self._make_seat()
        seat.watch(self._changed)
        desk = seat.open(clerk, password)
        self._seat = seat
        return desk

    def recover(self, clerk: str, password: str) -> Recovered:
        from clerk_app import bootstrap

        return bootstrap.recover_store(self._folder, clerk, password)

    def check_password(self, clerk: str, password: str) -> None:
        from clerk_app import bootstrap

        bootstrap.check_password(self._folder, clerk, password)

    def start(self) -> None:
        self.seat.start()

    def close(self) -> None:
        if self._seat is not None:
            self._seat.close()
            self._seat = None

    def read_card(self, timeout_s: float) -> IdentityDocument:
        return self.seat.read_card(timeout_s)

    def ask_rating(self, timeout_s: float, seal: Callable[[Grade], bytes]) -> SealedAnswer:
        return self.seat.ask_rating(timeout_s, seal)

    @property
    def is_pad_limited(self) -> bool:
        return self.seat.is_pad_limited

    def printer(self) -> Printer:
        return self.seat.printer()

    def devices(self) -> Sequence[DeviceLine]:
        return self._seat.devices() if self._seat else ()

    def sync_line(self) -> SyncLine:
        from clerk_app.services.workplace import SyncLine

        return self._seat.sync_line() if self._seat else SyncLine()

    def sticks(self) -> Sequence[Stick]:
        return self.seat.sticks()

    def handovers(self) -> Handovers:
        return self.seat.handovers()

    def sync_now(self) -> None:
        if self._seat is not None:
            self._seat.sync_now()

    def watch(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        if self._seat is not None:
            self._seat.watch(changed)

    @property
    def seat(self) -> Seat:
        """The joined parts; raise `NotSignedIn` before the first log-in."""
        if self._seat is None:
            raise NotSignedIn
        return self._seat


def _nothing() -> None:
    pass
