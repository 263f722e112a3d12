"""`revoked.json`: what a device that the platform revoked tells whoever opens its folder. It holds nothing secret."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from clerk_app.errors import DeviceRevoked
from clerk_app.journal.orders import Order
from clerk_app.seams import Disk
from clerk_app.security.files import KEYS_FILE
from clerk_app.store.faults import storage_faults
from clerk_app.store.folder import DataFolder

_FORMAT = "window-clerk-revoked-1"


@dataclass(frozen=True, slots=True)
class Sealed:
    """How much a hand-over holds: entries, scans and drafts."""

    entries: int
    blobs: int
    drafts: int


def make_note(order: Order, file: Path, sealed: Sealed) -> bytes:
    """The note's bytes: the order obeyed, and what `file` holds."""
    note = {
        "format": _FORMAT,
        "device": order.code,
        "issued_at": order.issued_at,
        "reason": order.reason,
        "file": file.name,
        **asdict(sealed),
    }
    return json.dumps(note, ensure_ascii=False, indent=2).encode()


def read_note(folder: DataFolder, disk: Disk) -> DeviceRevoked | None:
    """What the folder's note tells; None if there is none, or not one that was written by this program."""
    with storage_faults(folder.path):
        if not folder.revoked.exists():
            return None
        try:
            note = json.loads(disk.read(folder.revoked))
            if note["format"] != _FORMAT or Path(note["file"]).name != note["file"]:
                return None
            sealed = Sealed(int(note["entries"]), int(note["blobs"]), int(note["drafts"]))
            return revoked(folder.path / note["file"], str(note["reason"]), sealed)
        except (ValueError, KeyError, TypeError):
            return None


def revoked(file: Path, why: str, sealed: Sealed) -> DeviceRevoked:
    """What is told: why the platform said so, if it did, and what lies in `file`."""
    counts = asdict(sealed)
    empty = {} if any(counts.values()) else {"reason": "nothing_unsent"}
    return DeviceRevoked(file=str(file), why=f"（{why}）" if why else "", **counts, **empty)


def refuse_if_revoked(folder: DataFolder, disk: Disk) -> None:
    """Raise `DeviceRevoked` if this folder's device was revoked, after making sure that its keys are gone."""
    told = read_note(folder, disk)
    if told is None:
        return
    with storage_faults(folder.path):
        keys = folder.path / KEYS_FILE
        if keys.exists():
            if not Path(told.data["file"]).exists():
                # Nothing is destroyed that is not sealed: the store opens once more, and seals again.
                return
            disk.destroy(keys)
    raise told
