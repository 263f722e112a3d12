"""Sticks that are plugged in, as the system mounted them.

On Linux and macOS a desktop mounts what a person plugs in below folders of its own; on Windows a drive says itself
whether it can be taken out. A disk in a case of its own counts as built in there: it is chosen as a folder by hand.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from clerk_app.seams import Disk
from clerk_app.services.handover import Stick

MOUNTS = Path("/proc/self/mounts")
_PLUGGED_IN = ("/media/", "/run/media/", "/Volumes/")
_OCTAL = re.compile(r"\\([0-7]{3})")
_REMOVABLE = 2
"""DRIVE_REMOVABLE of GetDriveTypeW."""


def find_sticks(disk: Disk) -> Sequence[Stick]:
    """Every stick that can be looked at, by name; none where the system does not say."""
    if sys.platform == "win32":
        places = [(path, False) for path in _removable_drives()]
    elif sys.platform == "darwin":
        places = [(path, False) for path in Path("/Volumes").iterdir() if not path.is_symlink()]
    else:
        places = []
        with suppress(OSError):
            places = list(mounted_by_hand(disk.read(MOUNTS).decode("utf-8", "replace")))
    return sorted(_sticks(places), key=lambda stick: (stick.name, stick.path))


def mounted_by_hand(mounts: str) -> Iterator[tuple[Path, bool]]:
    """Where a table of mounts (`/proc/self/mounts`, proc(5)) shows sticks, and whether each is read-only."""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 4:
            continue
        path = _OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[1])
        if path.startswith(_PLUGGED_IN):
            # Each byte of a name beyond ASCII may be written as three octal digits.
            with suppress(UnicodeError):
                path = path.encode("latin-1").decode("utf-8")
            yield Path(path), "ro" in fields[3].split(",")


def _sticks(places: Sequence[tuple[Path, bool]]) -> Iterator[Stick]:
    for path, read_only in places:
        with suppress(OSError):  # pulled out meanwhile
            yield Stick(path.name or str(path), path, shutil.disk_usage(path).free, read_only)


def _removable_drives() -> list[Path]:
    import ctypes

    kernel: Any = vars(ctypes)["windll"].kernel32
    present = kernel.GetLogicalDrives()
    letters = [chr(ord("A") + place) for place in range(26) if present >> place & 1]
    return [Path(f"{letter}:\\") for letter in letters if kernel.GetDriveTypeW(f"{letter}:\\") == _REMOVABLE]
