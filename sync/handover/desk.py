"""What a hand-over needs of a desk's store, beyond what a sync needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from clerk_app.journal.hub_keys import KeyList
from sync.desk import Desk

Reach = Sequence[tuple[str, int]]
"""How far each chain went in a hand-over."""


class HandoverDesk(Desk, Protocol):
    """One enrolled device that may have no line at all."""

    def handover_key(self) -> bytes:
        """The hub's X25519 key that hand-overs are sealed to: the newest one known."""

    def hub_keys(self) -> KeyList | None:
        """The newest key list seen; None before the first."""

    def answer_key(self) -> bytes:
        """This device's own X25519 private key, which opens the hub's returns and nothing else."""

    def note_export(self, made_at: int, reach: Reach) -> None:
        """Remember the last hand-over that was written: when (UTC ms), and how far. It marks nothing as uploaded."""

    def last_export(self) -> tuple[int | None, Reach]:
        """When the last hand-over was written, and how far it reached; None before the first."""
