"""The power fails, and everything that a person was told is safe must be there.

1. Record: a process takes in cases (the hub: entries and blobs) under strace; every write, fsync and rename is kept
   with its bytes, and so is the moment it says that something is safe.
2. Cut: at many points of the record the power fails, each time in four ways (benchmarks.lab.crash_disk).
3. Check: what is left is opened by the real engine, and every promise is asked for.

`ours` is the project's own store under its own services, `hub` its hub; the others are the bare engines. That the check
can see is shown by `--sync NORMAL`, for the bare engines `--files nofsync`, and by `--forget-fsync`, which drops every
fsync from the record.

Run: python -m benchmarks.lab.powerloss ours|hub|sqlite3|sqlcipher [--points 250] [--acts 40] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Protocol

from benchmarks.lab.crash_disk import CrashDisk, How, Operation, Sync, Told
from benchmarks.lab.powerloss_hub import OurHub
from benchmarks.lab.powerloss_ours import OurStore
from benchmarks.lab.powerloss_raw import RawStore
from benchmarks.lab.recording import record

WAYS: tuple[How, ...] = ("none", "all", "some", "some")


class Subject(Protocol):
    """Something that takes in cases and says when one is safe."""

    def prepare(self, folder: Path) -> None:
        """Make what lies there durably before the record begins."""

    def command(self, folder: Path, acts: int) -> list[str]:
        """The process to record; it prints `TOLD id` for each act."""

    def broken(self, folder: Path, told: frozenset[str]) -> set[str]:
        """Which promises the files in `folder` break."""


def crash_states(
    operations: list[Operation], durable: Mapping[str, bytes], random: Random, points: int
) -> Iterator[tuple[dict[str, bytes], frozenset[str]]]:
    """What may be left after each of `points` power failures, and what had been told by then."""
    first = next(position for position, operation in enumerate(operations) if isinstance(operation, Told)) // 2
    cuts = set(random.sample(range(first, len(operations)), min(points, len(operations) - first)))
    disk, told = CrashDisk(durable), set[str]()
    for position, operation in enumerate(operations):
        if isinstance(operation, Told):
            told.add(operation.what)
        else:
            disk.apply(operation)
        if position in cuts:
            for how in WAYS:
                yield disk.crash(random, how), frozenset(told)


def measure(
    subject: Subject, work: Path, *, acts: int, points: int, seed: int, forget: tuple[type[Operation], ...] = ()
) -> dict[str, object]:
    """Record, cut and check; how many crash states broke which promise. Operations of kinds in `forget` are dropped."""
    live, after = work / "live", work / "after"
    live.mkdir()
    subject.prepare(live)
    durable = {str(file): file.read_bytes() for file in sorted(live.rglob("*")) if file.is_file()}
    recorded = record(subject.command(live, acts), live, work / "log")
    operations = [operation for operation in recorded if not isinstance(operation, forget)]
    faults: Counter[str] = Counter()
    states = broken = 0
    for files, told in crash_states(operations, durable, Random(seed), points):
        _lay_out(files, live, after)
        found = subject.broken(after, told)
        states, broken = states + 1, broken + bool(found)
        faults.update(found)
    return {"operations": len(operations), "states": states, "broken": broken, "faults": dict(faults), "seed": seed}


def _lay_out(files: Mapping[str, bytes], live: Path, after: Path) -> None:
    shutil.rmtree(after, ignore_errors=True)
    for name, content in files.items():
        if not name.endswith("-shm"):  # shared memory never reaches the disk in any order
            file = after / Path(name).relative_to(live)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def main() -> int:
    """Print one JSON object; exit 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description="Power loss, simulated.")
    parser.add_argument("subject", choices=("ours", "hub", "sqlite3", "sqlcipher"))
    parser.add_argument("--sync", choices=("FULL", "NORMAL"), default="FULL")
    parser.add_argument("--files", choices=("safe", "nofsync"), default="safe")
    parser.add_argument("--forget-fsync", action="store_const", const=(Sync,), default=())
    parser.add_argument("--acts", type=int, default=40)
    parser.add_argument("--points", type=int, default=250)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    own: dict[str, Subject] = {"ours": OurStore(args.sync), "hub": OurHub(args.sync)}
    subject = own.get(args.subject) or RawStore(args.subject, args.sync, args.files)
    with tempfile.TemporaryDirectory(prefix="window-clerk-powerloss-") as work:
        found = measure(
            subject, Path(work), acts=args.acts, points=args.points, seed=args.seed, forget=args.forget_fsync
        )
    print(json.dumps({"subject": args.subject, "sync": args.sync, "files": args.files, **found}))
    return 1 if found["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
