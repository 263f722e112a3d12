"""The bare limit over a line: one compressed POST, one transaction; both ends as processes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.lab import memory
from benchmarks.lab.places import bare_python
from benchmarks.lab.transfer import AnyLink, Cost, NotProven, Transfer, last_figures

PORT = 7000
KEEP_ALIVE_S = "120"


def push(link: AnyLink, port: int, work: Path, data: Path, *, batch: Sequence[str] = ()) -> Transfer:
    """Send the data set `data` to a fresh hub in `work`; raise `NotProven` unless every case arrived once."""
    serve = ["--factory", "benchmarks.lab.bare_hub:make", "--host", link.hub, "--port", str(port)]
    quiet = ["--log-level", "warning", "--no-access-log", "--timeout-keep-alive", KEEP_ALIVE_S]
    python = bare_python()
    hub = link.start("hub", ["env", f"BARE_DIR={work}", python, "-m", "uvicorn", *serve, *quiet])
    link.wait_port(port, process=hub)
    held = memory.begin(hub.pid)
    link.mark()
    client: list[str | Path] = [python, "-m", "benchmarks.lab.bare_client", f"http://{link.hub}:{port}", data, *batch]
    figures = last_figures(link.run("client", client, capture_output=True))
    traffic = link.bytes()
    if figures["there"] != {"cases": figures["cases"], "blobs": figures["blobs"]}:
        raise NotProven(f"the bare hub holds {figures['there']}")
    return Transfer(Cost(figures["seconds"], traffic), hub_memory=memory.growth(hub.pid, held))
