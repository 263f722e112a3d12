"""How much memory a process holds, by the kernel's account (Linux only)."""

from __future__ import annotations

import sys
from pathlib import Path

KNOWN = sys.platform == "linux"


def begin(pid: int) -> int:
    """Forget the process's peak so far; return what it holds now, in bytes."""
    if not KNOWN:
        return 0
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return _field(pid, "VmRSS")


def growth(pid: int, held: int) -> int:
    """Bytes by which the peak since `begin` exceeds what was held then."""
    return max(0, _field(pid, "VmHWM") - held) if KNOWN else 0


def _field(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    return 0
