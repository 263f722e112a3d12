"""How much memory a process and its children hold, by the kernel's account (Linux only)."""

from __future__ import annotations

import sys
from pathlib import Path

_KNOWN = sys.platform == "linux"


def begin(pid: int) -> int | None:
    """Forget the peak so far; return what is held now, in bytes; None where nobody can know."""
    if not _KNOWN:
        return None
    for one in _family(pid):
        Path(f"/proc/{one}/clear_refs").write_text("5")
    return sum(_field(one, "VmRSS") for one in _family(pid))


def growth(pid: int, held: int | None) -> int | None:
    """Bytes by which the peak since `begin` exceeds what was held then."""
    return None if held is None else max(0, sum(_field(one, "VmHWM") for one in _family(pid)) - held)


def _family(pid: int) -> list[int]:
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split())]


def _field(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    return 0
