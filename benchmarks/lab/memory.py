"""How much memory a process holds, by the kernel's account (Linux only)."""

from __future__ import annotations

import sys
from pathlib import Path

_KNOWN = sys.platform == "linux"


def begin(pid: int) -> int | None:
    """Forget the process's peak so far; return what it holds now, in bytes; None where nobody can know."""
    if not _KNOWN:
        return None
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return _field(pid, "VmRSS")


def growth(pid: int, held: int | None) -> int | None:
    """Bytes by which the peak since `begin` exceeds what was held then."""
    return None if held is None else max(0, _field(pid, "VmHWM") - held)


def _field(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    return 0
