"""What a desk does once the platform has revoked it, in an order that bears a power cut at any point.

    1  the order is kept in the store (`StoreSyncState.take_order`): nothing more is written in a clerk's name
    2  what the platform has not signed for, and every draft, is sealed to its recovery key: `handover-DEVICE.parcel`
    3  a note for whoever opens this folder next: `revoked.json`
    4  `keys.json` is destroyed: the store opens no more

Killed before 3, the next opening begins again at 2; killed before 4, the next start goes on there, without a password.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO

from clerk_app.errors import BugError, DeviceRevoked
from clerk_app.failpoints import failpoint
from clerk_app.journal.handover import Draft
from clerk_app.security.files import KEYS_FILE
from clerk_app.store.faults import storage_faults
from clerk_app.store.revoked_note import Sealed, make_note, read_note, revoked
from clerk_app.store.store import Store

Seal = Callable[[BinaryIO, Sequence[Draft]], Sealed]
"""Writes the hand-over with these drafts into a file; returns what it holds."""


def leave(store: Store, seal: Seal) -> DeviceRevoked:
    """Carry out the order this store holds; return what to tell. Harmless to repeat.

    Raises `DiskFull`, `DiskFailed` or another `StoreError`: then the keys are still there, and it is done again later.
    """
    signed = store.revocation
    if signed is None:
        raise BugError("nobody ordered this device to leave")
    folder, disk = store.folder, store.disk
    if not (folder.path / KEYS_FILE).exists() and (done := read_note(folder, disk)) is not None:
        return done
    drafts = [Draft(row.id, row.visit, row.owner, row.updated_at, row.content) for row in store.reads.all_drafts()]
    file = folder.path / f"handover-{signed.order.code}.parcel"
    with storage_faults(folder.path):
        sealed = disk.compose(file, lambda out: seal(out, drafts))
        failpoint("leaving.sealed")
        disk.replace(folder.revoked, make_note(signed.order, file, sealed))
        failpoint("leaving.noted")
        disk.destroy(folder.path / KEYS_FILE)
        failpoint("leaving.destroyed")
    told = revoked(file, signed.order.reason, sealed)
    store.refuse(told)
    return told
