"""The simulations for longer than a test may take: `python -m tests.soak [--minutes M] [--runs N] [--log FILE]`.

Every second run has a real encrypted store at each desk, every second two have new keys and sticks as well, and the
time of healing is measured against a clean sync in all. Runs on all cores until the time is up or N runs are done. A
broken promise is printed and kept with its seed in `tests/seeds/simulation.toml`, where every test run repeats it; the
other runs go on, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from tests.sync.losses import simulation
from tests.sync.seeds import keep_seed
from tests.sync.simulation import Broken, DeskKind

FIRST_SEED = 100_000
KINDS: tuple[DeskKind, ...] = ("memory", "store")
IN_MEMORY = Path("/dev/shm")
REPORT_EVERY_S = 60.0


@dataclass(frozen=True)
class Outcome:
    """What became of one run. `trace` is its hash; `broken` the promise that did not hold, or nothing."""

    seed: int
    desk: DeskKind
    is_eventful: bool
    trace: str
    faults: dict[str, int]
    seconds: float
    broken: str = ""
    story: str = ""


def main() -> int:
    """Run until the time is up; 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python3 dev.py soak")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long at most")
    parser.add_argument("--runs", type=int, default=sys.maxsize, help="how many at most")
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="the first seed")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="how many at once")
    parser.add_argument("--log", type=Path, help="a file that gets one line of JSON for each run")
    parser.add_argument("--pairs", action="store_true", help="instead: kill desk and hub at every pair of failpoints")
    arguments = parser.parse_args()
    if arguments.pairs:
        return kill_all_pairs()
    began = time.monotonic()
    print(f"commit {_commit()}, seeds from {arguments.first}, {arguments.workers} at once", flush=True)
    seeds = iter(range(arguments.first, arguments.first + arguments.runs))
    tally = _Tally(began, arguments.log.open("a", encoding="utf-8") if arguments.log else None)
    # Each worker is a fresh interpreter: nothing of this one, and no fork of a thread.
    with ProcessPoolExecutor(arguments.workers, multiprocessing.get_context("spawn")) as pool:
        running = {pool.submit(run_one, seed) for seed in islice(seeds, arguments.workers)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for one in done:
                tally.take(one.result())
            if time.monotonic() < began + arguments.minutes * 60:
                running |= {pool.submit(run_one, seed) for seed in islice(seeds, len(done))}
    return tally.end()


def kill_all_pairs() -> int:
    """Every pair of failpoints over real processes, of which a test run tries a few."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "tests/faults/test_kill_pairs.py"]
    return subprocess.call(command, env={**os.environ, "CLERK_KILL_PAIRS": "all"})


def run_one(seed: int) -> Outcome:
    """One run, with whatever it comes to."""
    logging.disable(logging.CRITICAL)  # the troubles are made on purpose; what counts is what they do
    desk, is_eventful = KINDS[seed % len(KINDS)], seed // len(KINDS) % 2 == 1
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        run = simulation(seed, Path(folder), desk=desk, is_eventful=is_eventful)
        try:
            trace, broken, story = run.run(), "", ""
        except Exception as error:  # the border: also a traceback is a broken promise, and the other runs go on
            trace, broken = "", f"{'' if isinstance(error, Broken) else type(error).__name__ + ': '}{error}"
            story = "\n".join(getattr(error, "__notes__", ()))
    return Outcome(seed, desk, is_eventful, trace, dict(run.faults), round(time.monotonic() - began, 3), broken, story)


class _Tally:
    """What the runs came to so far."""

    def __init__(self, began: float, log: TextIO | None) -> None:
        self._began, self._log, self._said = began, log, began
        self._runs: Counter[str] = Counter()
        self._faults: Counter[str] = Counter()
        self._broken: list[Outcome] = []

    def take(self, outcome: Outcome) -> None:
        """Count one run."""
        self._runs[outcome.desk] += 1
        self._faults.update(outcome.faults)
        if self._log:
            self._log.write(json.dumps(asdict(outcome), sort_keys=True, ensure_ascii=False) + "\n")
            self._log.flush()
        if outcome.broken:
            self._broken.append(outcome)
            kind = f"desk={outcome.desk!r}, is_eventful={outcome.is_eventful}"
            print(f"seed {outcome.seed} with {kind}: {outcome.broken}\n{outcome.story}", flush=True)
            keep_seed(outcome.seed, outcome.desk, outcome.broken, is_eventful=outcome.is_eventful)
        if time.monotonic() - self._said > REPORT_EVERY_S:
            self._said = time.monotonic()
            print(self._line(), flush=True)

    def end(self) -> int:
        """Say what it came to; return the exit code."""
        faults = ", ".join(f"{name} {times}" for name, times in sorted(self._faults.items()))
        print(f"{self._line()}\nfaults: {faults}")
        if self._log:
            self._log.write(json.dumps({"commit": _commit(), "summary": self._line(), "faults": self._faults}) + "\n")
            self._log.close()
        return 1 if self._broken else 0

    def _line(self) -> str:
        total, minutes = self._runs.total(), max((time.monotonic() - self._began) / 60, 1e-9)
        kinds = ", ".join(f"{self._runs[kind]} {kind}" for kind in KINDS)
        broken = f"{len(self._broken)} broke a promise" if self._broken else "every promise held"
        return f"{total} simulations ({kinds}) in {minutes:.1f} min, {total / minutes:.0f} a minute: {broken}."


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
