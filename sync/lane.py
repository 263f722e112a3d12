"""What one sync needs, and what is kept between two: the lane of a desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from clerk_app.errors import ClerkError, PlatformRefused
from clerk_app.seams import Clock, Rng
from sync.catalogues import Catalogues, NoCatalogues
from sync.client import HubSession
from sync.crew import Crew, OneHand
from sync.desk import Desk
from sync.handover.carry import Cargo, NoCargo
from sync.pace import Paces
from sync.report import SyncProgress
from sync.transport import Transport


def _ignore(_progress: SyncProgress) -> None:
    pass


def _only_told() -> ClerkError:
    return PlatformRefused(reason="revoked")


@dataclass(slots=True)
class SyncLane:
    """Everything one sync needs; lives as long as the lane, so that token, keys and pace are kept between syncs.

    `make_crew` is called for each sync; the transport must bear as many calls at once as the crew has hands.
    `obey` is called once the desk holds an order to leave; it carries it out and returns what a person is told.
    """

    desk: Desk
    transport: Transport
    clock: Clock
    rng: Rng
    session: HubSession = field(default_factory=HubSession)
    on_progress: Callable[[SyncProgress], None] = _ignore
    make_crew: Callable[[Clock], Crew] = OneHand
    obey: Callable[[], ClerkError] = _only_told
    paces: Paces = field(default_factory=Paces)
    cargo: Cargo = field(default_factory=NoCargo)
    catalogues: Catalogues = field(default_factory=NoCatalogues)

    def clock_offset_ms(self) -> int | None:
        """How far this desk's clock is before the hub's; None before the hub was ever asked for its time.

        Measured afresh at every sync, though the hub is asked only with a new token: this machine's running time tells
        how late it is at the hub by now.
        """
        hub_zero_ms = self.session.hub_zero_ms
        if hub_zero_ms is None:
            return None
        return self.clock.now_ms() - hub_zero_ms - int(self.clock.running_s() * 1000)
