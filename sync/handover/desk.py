"""What a hand-over needs of a desk's store, beyond what a sync needs."""

from __future__ import annotations

from typing import Protocol

from clerk_app.journal.hub_keys import KeyList
from sync.desk import Desk


class HandoverDesk(Desk, Protocol):
    """One enrolled device that may have no line at all."""

    def handover_key(self) -> bytes:
        """The hub's X25519 key that hand-overs are sealed to: the newest one known."""

    def hub_keys(self) -> KeyList | None:
        """The newest key list seen; None before the first."""

    def answer_key(self) -> bytes:
        """This device's own X25519 private key, which opens the hub's returns and nothing else."""
