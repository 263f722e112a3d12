"""The store as a hand-over sees it: the keys to seal to and to open with, and what was exported when."""

from __future__ import annotations

import json
from collections.abc import Sequence

from clerk_app.errors import NotEnrolled
from clerk_app.journal.hub_keys import HANDOVER_USE, KeyList
from clerk_app.security.derivation import subkey
from clerk_app.security.enrolment_file import EnrolmentFile
from clerk_app.store import meta
from clerk_app.store.sync_state import StoreSyncState

_NOBODY = ""
"""No clerk stands behind what is no entry."""


class StoreHandoverState(StoreSyncState):
    """Implements the port `sync.handover.desk.HandoverDesk` on an open store."""

    def handover_key(self) -> bytes:
        """The hub's X25519 key that hand-overs are sealed to: of the newest key list, else of the enrolment file."""
        keys = self.hub_keys()
        newest = keys.present(HANDOVER_USE) if keys else None
        return newest or self._enrolment().handover

    def hub_keys(self) -> KeyList | None:
        """The newest key list seen; None before the first."""
        content = self._store.reads.value(meta.HUB_KEYS)
        return KeyList.from_bytes(content) if content else None

    def recovery_key(self) -> bytes:
        """The hub's X25519 recovery key, whose private half is kept without a line."""
        return self._enrolment().recovery

    def answer_key(self) -> bytes:
        """This device's own X25519 private key, which opens the hub's returns and nothing else."""
        return subkey(self._store.device_private, "handover answer")

    def note_export(self, made_at: int, reach: Sequence[tuple[str, int]]) -> None:
        """Remember the last hand-over that was written. It marks nothing as uploaded."""
        with self._store.write(_NOBODY) as unit:
            unit.put_value(meta.LAST_EXPORT, json.dumps([made_at, [list(one) for one in reach]]).encode())
            unit.commit()

    def last_export(self) -> tuple[int | None, Sequence[tuple[str, int]]]:
        """When the last hand-over was written (UTC ms), and how far each chain went in it."""
        content = self._store.reads.value(meta.LAST_EXPORT)
        if not content:
            return None, ()
        made_at, reach = json.loads(content)
        return made_at, [(chain, seq) for chain, seq in reach]

    def _enrolment(self) -> EnrolmentFile:
        content = self._store.reads.value(meta.ENROLMENT)
        if not content:
            raise NotEnrolled
        return EnrolmentFile.from_bytes(content)
