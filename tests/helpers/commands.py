"""Running the commands as a user does: a process, its output, its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TIMEOUT_S = 120


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on standard output."""
        result: dict[str, Any] = json.loads(self.out)
        return result


def clerk(*arguments: str | Path, env: dict[str, str] | None = None) -> Ran:
    """Run `clerk`."""
    return _run("clerk_app", arguments, env)


def clerk_hub(*arguments: str | Path) -> Ran:
    """Run `clerk-hub`."""
    return _run("sync.hub", arguments, None)


def _run(module: str, arguments: tuple[str | Path, ...], env: dict[str, str] | None) -> Ran:
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=TIMEOUT_S,
        check=False,
        env={**os.environ, **(env or {})},
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)
