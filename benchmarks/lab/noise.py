"""How noisy is this machine now? Three fixed jobs, repeated: what their times scatter by, ratios scatter by too.

Run: python -m benchmarks.lab.noise [REPEATS]
"""

from __future__ import annotations

import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

REPEATS = 7
_BLOCK = bytes(range(256)) * 4096  # 1 MiB


@dataclass(frozen=True, slots=True)
class Noise:
    """One job: median in ms, and the distance between the quartiles as a share of it."""

    job: str
    median_ms: float
    spread: float

    def __str__(self) -> str:
        return f"{self.median_ms:.3g} ms ±{self.spread / 2:.0%}"


def measure(repeats: int = REPEATS) -> tuple[Noise, ...]:
    """Repeat the jobs now."""
    with tempfile.TemporaryDirectory(prefix="window-clerk-noise-") as folder:
        jobs: dict[str, Callable[[], None]] = {
            "cpu": _count_and_hash,
            "50 x append+fsync": lambda: _append_and_sync(Path(folder) / "file"),
            "python start": _start_python,
        }
        return tuple(_repeat(name, job, repeats) for name, job in jobs.items())


def _repeat(name: str, job: Callable[[], None], repeats: int) -> Noise:
    job()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        job()
        times.append((time.perf_counter() - began) * 1000)
    low, median, high = statistics.quantiles(times, n=4)
    return Noise(name, median, (high - low) / median)


def _count_and_hash() -> None:
    value = 0
    for number in range(300_000):
        value = (value * 31 + number) & 0xFFFFFFFF
    hashlib.sha256(_BLOCK * 4).digest()


def _append_and_sync(path: Path) -> None:
    with path.open("wb") as file:
        for _ in range(50):
            file.write(_BLOCK[:8192])
            file.flush()
            os.fsync(file.fileno())


def _start_python() -> None:
    subprocess.run([sys.executable, "-S", "-c", "import json"], check=True)


def main() -> None:
    """Print one line a job."""
    for noise in measure(int(sys.argv[1]) if len(sys.argv) > 1 else REPEATS):
        print(f"{noise.job:20} {noise}")


if __name__ == "__main__":
    main()
