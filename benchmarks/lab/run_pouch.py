"""PouchDB over a line: LevelDB to express-pouchdb on LevelDB, both ends as processes."""

from __future__ import annotations

from pathlib import Path

from benchmarks.lab import memory
from benchmarks.lab.places import LAB, node_modules
from benchmarks.lab.transfer import AnyLink, Cost, NotProven, Transfer, last_figures


def push(link: AnyLink, port: int, work: Path, data: Path) -> Transfer:
    """Replicate the data set `data` to a fresh hub in `work`; raise `NotProven` unless every case arrived once."""
    database, url = work / "client" / "cases", f"http://{link.hub}:{port}/cases"
    client: list[str | Path] = ["node", LAB / "pouch_client.js", node_modules()]
    work.mkdir(parents=True)
    last_figures(link.run("client", [*client, "load", database, data], capture_output=True))
    with (work / "hub.log").open("wb") as log:
        server: list[str | Path] = ["node", LAB / "pouch_server.js", node_modules(), link.hub, str(port), work / "hub"]
        hub = link.start("hub", server, stdout=log, stderr=log)
    link.wait_port(port, process=hub)
    held = memory.begin(hub.pid)
    costs, growth = [], []
    for _ in range(2):
        link.mark()
        figures = last_figures(link.run("client", [*client, "push", database, url], capture_output=True))
        costs.append(Cost(figures["seconds"], link.bytes()))
        growth.append(figures["memory"])
    hub_growth = memory.growth(hub.pid, held)
    there = last_figures(link.run("hub", [*client, "verify", url, data], capture_output=True))
    if there["wrong"] or there["held"] != there["cases"]:
        raise NotProven(f"PouchDB's hub holds {there['held']} cases, {there['wrong']} of them wrong")
    return Transfer(costs[0], costs[1], client_memory=growth[0], hub_memory=hub_growth)
