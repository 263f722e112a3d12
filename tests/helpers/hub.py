"""The hub as a process of its own, on loopback."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

START_S = 40


class RunningHub:
    """`clerk-hub serve` until stopped or killed. With one process it is that one which is killed."""

    def __init__(self, folder: Path, *more: str, port: int = 0, failpoint: str = "", processes: int = 1) -> None:
        self.folder = folder
        more = ("--processes", str(processes), *more)
        environment = {**os.environ, **({"CLERK_FAILPOINT": failpoint} if failpoint else {})}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sync.hub", "serve", "--data", str(folder), "--port", str(port), *more],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.url = self._first_line()
        self.port = int(self.url.rpartition(":")[2])

    def _first_line(self) -> str:
        """The first line, by a deadline; a process that ends before it fails with what it said."""
        out = self.process.stdout
        assert out is not None
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if select.select([out], [], [], 0.2)[0]:
                line = out.readline().strip()
                if line:
                    return line
                break
        self.process.kill()
        _out, error = self.process.communicate()
        raise AssertionError(f"the hub did not start: {error}")

    def wait_killed(self, within_s: float = 20) -> int:
        """The exit code of a hub that is about to die by itself."""
        code = self.process.wait(within_s)
        self._close()
        return code

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._close()

    def _close(self) -> None:
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def __enter__(self) -> RunningHub:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()


def clerk_hub(*arguments: str | Path, failpoint: str = "") -> subprocess.CompletedProcess[str]:
    """Run one command of `clerk-hub` to its end."""
    environment = {**os.environ, **({"CLERK_FAILPOINT": failpoint} if failpoint else {})}
    return subprocess.run(
        [sys.executable, "-m", "sync.hub", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=50,
        check=False,
    )


def clerk_hub_json(*arguments: str | Path) -> dict[str, Any]:
    """The JSON object that a command prints."""
    done = clerk_hub(*arguments, "--json")
    result: dict[str, Any] = json.loads(done.stdout)
    return result
