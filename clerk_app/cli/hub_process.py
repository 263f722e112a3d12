"""The reference platform as a process of its own, for the demo."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from clerk_app.errors import BadFile, PlatformUnreachable

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0


class HubProcess:
    """A hub on loopback with its own folder. It is only ever this program's own hub."""

    def __init__(self, data: Path, *, page_host: str = "127.0.0.1") -> None:
        self._data = data
        self._port = free_port(page_host)
        self._process: subprocess.Popen[str] | None = None
        self.url = f"http://{page_host}:{self._port}"

    def enrol(self, out: Path, *, hall: str, device: str) -> None:
        """Make the enrolment file of a new device; works before the hub is served."""
        self._run("enrol", "--device", device, "--hall", hall, "--out", str(out), "--url", self.url)

    def start(self) -> None:
        """Serve, and return once the hub has said where."""
        command = [*_HUB, "serve", "--data", str(self._data), "--port", str(self._port)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        assert self._process.stdout is not None
        if not self._process.stdout.readline().strip():
            raise PlatformUnreachable

    def stop(self) -> None:
        """End the process this object started."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None

    def digest(self) -> dict[str, Any]:
        """What the hub holds."""
        digest: dict[str, Any] = json.loads(self._run("digest", "--json"))
        return digest

    def decide(self, number: str, result: str, reason: str = "") -> None:
        """A department's decision."""
        self._run("decide", "--case", number, "--result", result, *(["--reason", reason] if reason else []))

    def _run(self, verb: str, *arguments: str) -> str:
        command = [*_HUB, verb, "--data", str(self._data), *arguments]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", check=False
        )
        if done.returncode:
            raise BadFile(reason=done.stderr.strip() or f"clerk-hub {verb}")
        return done.stdout


_HUB = (sys.executable, "-m", "sync.hub")


def free_port(host: str) -> int:
    """A port nobody listens on now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
