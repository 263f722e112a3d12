"""What one engine took to bring all cases to its hub, in the same words for every engine."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any

from benchmarks.lab.netlab import Link, Loopback, Traffic

AnyLink = Link | Loopback


class NotProven(Exception):
    """A run that did not end with everything at the hub, once each; its times count for nothing."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall seconds in the client's process; IP bytes (None where they are not counted); round trips, if known."""

    seconds: float
    traffic: Traffic | None
    trips: int | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """One run: everything pushed, and then once more with nothing changed.

    `warm` is that on the same connection, `again` by a new process; a bare client remembers nothing and has neither.
    Memory is the growth of the process above what it held before the push, in bytes; None where unknown.
    """

    push: Cost
    again: Cost | None = None
    warm: Cost | None = None
    client_memory: int | None = None
    hub_memory: int | None = None


def read_figures(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The next JSON object that a client prints; raise `NotProven` if it ended without one."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise NotProven(f"the client ended with {process.wait()}")
    return _object(line)


def last_figures(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The JSON object a finished process printed last; raise `NotProven` if there is none."""
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        raise NotProven((done.stderr or done.stdout).strip()[-300:] or f"ended with {done.returncode}")
    return _object(lines[-1])


def _object(line: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(line)
    except ValueError:
        raise NotProven(line.strip()[-300:]) from None
    return found
