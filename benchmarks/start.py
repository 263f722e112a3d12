"""Starting the window against the least PySide6 window, in turns, each a process of its own.

Both run from compiled code (as an installed program does), offscreen, from the moment the process is started by the
kernel's monotonic clock. The password field takes keys when a key posted to it after the first paint is in it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.lab.our_desk import CHEAP, CLERK, NAME, PASSWORD
from benchmarks.lab.places import LAB, ROOT, environment
from benchmarks.report import Line, NotRun, Section, compare
from clerk_app import bootstrap
from clerk_app.store.folder import DataFolder

SECTION, TITLE = "start", "Starting the window"
ROUNDS = 8
FIRST_PAINT_AIM, TAKES_KEYS_AIM = 1.5, 2.0
AGAINST = "bare PySide6 window's first paint"
TIMEOUT_S = 60


class NoWindow(Exception):
    """A window did not come up; the text is the last line it said."""


def run(bench: Bench) -> Section:
    """Start both windows in turn."""
    folder = bench.folder(SECTION)
    desk = DataFolder(folder / "desk", folder / "state")
    with bootstrap.create_store(desk, clerk=CLERK, name=NAME, password=PASSWORD, practice=True, cost=CHEAP):
        pass
    try:
        lines = _measure(bench, desk)
    except (NoWindow, subprocess.TimeoutExpired) as reason:
        lines = [NotRun("cold start to first paint", str(reason)), NotRun("cold start to taking keys", str(reason))]
    return Section(SECTION, TITLE, lines)


def _measure(bench: Bench, desk: DataFolder) -> list[Line]:
    bare: list[list[float]] = []
    painted: list[list[float]] = []
    takes_keys: list[list[float]] = []
    for number in range(-1, bench.rounds_or(ROUNDS)):  # the first compiles the code
        least = _start(bench, desk, LAB / "bare_window.py")
        ours = _start(bench, desk, LAB / "our_window.py", str(desk.path))
        if number >= 0:
            bare.append([least["first_paint_ms"]])
            painted.append([ours["first_paint_ms"]])
            takes_keys.append([ours["takes_keys_ms"]])
    return [
        compare("cold start to first paint", AGAINST, "ms", painted, bare, aim=FIRST_PAINT_AIM),
        compare("cold start to a password field that takes keys", AGAINST, "ms", takes_keys, bare, aim=TAKES_KEYS_AIM),
    ]


def _start(bench: Bench, desk: DataFolder, script: Path, *arguments: str) -> dict[str, float]:
    variables = environment(bench.bytecode, CLERK_STATE_DIR=str(desk.state))
    started_ns = str(time.monotonic_ns())
    done = subprocess.run(
        [sys.executable, "-P", str(script), started_ns, *arguments],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0 or not done.stdout.strip():
        raise NoWindow((done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1])
    moments: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return moments
