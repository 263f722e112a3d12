"""HAProxy before several hub processes, as docs/hub.md sets it up."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.helpers.source import ROOT

_START_S = 20


def missing_reason() -> str:
    """Why there can be no proxy here; empty if there can."""
    return "" if _program() else "haproxy is not installed"


def _program() -> str | None:
    return shutil.which("haproxy", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))


def documented_configuration() -> str:
    """The configuration that the documentation tells an administrator to use."""
    page = (ROOT / "docs" / "hub.md").read_text(encoding="utf-8")
    [configuration] = re.findall(r"^```haproxy\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    return str(configuration)


@contextmanager
def running_proxy(folder: Path, ports: Sequence[int]) -> Iterator[str]:
    """The documented proxy before hubs on these ports of loopback; yields its URL."""
    port = _free_port()
    configuration = documented_configuration()
    configuration = re.sub(r"^( +bind ).*$", rf"\g<1>127.0.0.1:{port}", configuration, flags=re.MULTILINE)
    configuration = re.sub(r"^ +server .*\n", "", configuration, flags=re.MULTILINE)
    servers = [f"    server hub{number} 127.0.0.1:{port} check inter 200ms\n" for number, port in enumerate(ports)]
    path = folder / "haproxy.cfg"
    path.write_text(configuration + "".join(servers), encoding="utf-8")
    process = subprocess.Popen([str(_program()), "-q", "-db", "-f", str(path)], stderr=subprocess.PIPE, text=True)
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=15)


def _wait_for(port: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            continue
        return
    process.kill()
    raise AssertionError(f"the proxy did not start: {process.communicate()[1]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
