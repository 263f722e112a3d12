"""`python3 dev.py bench`: how long things take, as ratios to what the bare libraries or other engines take.

Only ratios of one run mean anything: machines differ, and one machine differs from minute to minute.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import commit, herd, load, merge, notice, scans, search, start, sync500, urgent
from benchmarks.bench import Bench
from benchmarks.lab import noise
from benchmarks.lab.install_peers import CannotInstall, install_peers
from benchmarks.lab.netlab import PROFILES, can_make_links
from benchmarks.report import Section, as_json, as_table

SECTIONS: Mapping[str, Callable[[Bench], Section]] = {
    commit.SECTION: commit.run,
    commit.SECTION: commit.run,
    start.SECTION: start.run,
    notice.SECTION: notice.run,
    search.SECTION: search.run,
    load.SECTION: load.run,
    merge.SECTION: merge.run,
    sync500.SECTION: sync500.run,
    scans.SECTION: scans.run,
    urgent.SECTION: urgent.run,
    herd.SECTION: herd.run,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and perhaps keep."""
    args = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))  # so that everything started here ends too
    if args.install_peers:
        try:
            install_peers()
        except CannotInstall as reason:
            print(reason, file=sys.stderr)
            return 1
    before, began = noise.measure(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="window-clerk-bench-") as work:
        bench = Bench(Path(work), args.rounds, tuple(args.link), can_make_links())
        sections = [_told(name, SECTIONS[name], bench) for name in args.only]
    seconds = time.monotonic() - began
    print(f"\n{as_table(sections)}\n{_machine()}\n{_noise_line(before, noise.measure())}\n{seconds:.0f} s in all")
    if args.json:
        found = {"machine": _machine(), "noise": [_noise_object(one) for one in before], "sections": as_json(sections)}
        args.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0


def _told(name: str, section: Callable[[Bench], Section], bench: Bench) -> Section:
    print(f"measuring {name} …", file=sys.stderr, flush=True)
    return section(bench)


def _machine() -> str:
    """The class of this machine; no name of it."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {python}"


def _noise_line(before: Sequence[noise.Noise], after: Sequence[noise.Noise]) -> str:
    jobs = (f"{early.job} {early}, then {late}" for early, late in zip(before, after, strict=True))
    return f"machine noise, before and after: {'; '.join(jobs)}"


def _noise_object(one: noise.Noise) -> dict[str, Any]:
    return {"job": one.job, "median_ms": one.median_ms, "spread": one.spread}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 dev.py bench", description="Measures, as ratios of one run.")
    parser.add_argument("--install-peers", action="store_true", help="first install what is compared with")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), metavar="NAME")
    parser.add_argument("--link", nargs="+", choices=PROFILES, default=["lan"], help="lines for sync")
    parser.add_argument("--rounds", type=int, metavar="N", help="more rounds, for quieter figures")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
