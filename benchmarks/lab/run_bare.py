"""The bare limit over a line: one compressed POST, one transaction; both ends as processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.lab import memory
from benchmarks.lab.places import bare_python
from benchmarks.lab.transfer import AnyLink, Cost, NotProven, Transfer, last_figures

PORT = 7000
KEEP_ALIVE_S = "120"


@dataclass(frozen=True, slots=True)
class Tls:
    """The hub's certificate, which the client trusts alone, and its key."""

    certificate: Path
    key: Path


def push(
    link: AnyLink, port: int, work: Path, data: Path, *, batch: Sequence[str] = (), tls: Tls | None = None
) -> Transfer:
    """Send the data set `data` to a fresh hub in `work`; raise `NotProven` unless every case arrived once."""
    serve = ["--factory", "benchmarks.lab.bare_hub:make", "--host", link.hub, "--port", str(port)]
    secured = ["--ssl-certfile", str(tls.certificate), "--ssl-keyfile", str(tls.key)] if tls else []
    trusted = ["--certificate", str(tls.certificate)] if tls else []
    quiet = ["--log-level", "warning", "--no-access-log", "--timeout-keep-alive", KEEP_ALIVE_S]
    python = bare_python()
    hub = link.start("hub", ["env", f"BARE_DIR={work}", python, "-m", "uvicorn", *serve, *secured, *quiet])
    link.wait_port(port, process=hub)
    held = memory.begin(hub.pid)
    link.mark()
    url = f"{'https' if tls else 'http'}://{link.hub}:{port}"
    client: list[str | Path] = [python, "-m", "benchmarks.lab.bare_client", url, data, *batch, *trusted]
    figures = last_figures(link.run("client", client, capture_output=True))
    traffic = link.bytes()
    if figures["there"] != {"cases": figures["cases"], "blobs": figures["blobs"]}:
        raise NotProven(f"the bare hub holds {figures['there']}")
    return Transfer(Cost(figures["seconds"], traffic), hub_memory=memory.growth(hub.pid, held))
