"""Ours over a line: the desk's store, the sync engine, the hub; both ends as processes, TLS between them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.lab import memory
from benchmarks.lab.certificate import make_certificate
from benchmarks.lab.netlab import Loopback, Traffic, free_port
from benchmarks.lab.our_desk import Workshop, append_workload, make_workshop, opened
from benchmarks.lab.places import ROOT
from benchmarks.lab.transfer import AnyLink, Cost, NotProven, Transfer, read_figures
from sync.hub.folder_shelf import FolderShelf

ADDRESSES = ("127.0.0.1", "10.77.0.2")


@dataclass(frozen=True, slots=True)
class Template:
    """A workshop whose desk is registered and has cases and scans waiting, and the certificate its hub is known by."""

    made: Workshop
    certificate: Path
    key: Path
    cases: int
    scans: int = 0


def prepare(root: Path, cases: int, bytecode: Path, *, with_scans: int = 0, scans_each: int = 5) -> Template:
    """Make the template once.

    The desk is registered first: that happens once in a device's life, and is no part of a run. It is done by the
    very processes that are measured later, which then find their bytecode compiled.
    """
    root.mkdir(parents=True)
    certificate, key = make_certificate(root, *ADDRESSES)
    port = free_port()
    made = make_workshop(root / "template", f"https://127.0.0.1:{port}")
    template = Template(made, certificate, key, cases, with_scans * scans_each)
    with Loopback(bytecode) as link, _served(link, port, template, template.made):
        client = _Client(link, port, template, template.made, syncs=1)
        figures, _cost = client.sync()
        client.end()
    if figures["state"] != "done":
        raise NotProven(f"the desk could not be registered: {figures['state']}")
    with opened(template.made) as store:
        append_workload(store, cases, with_scans=with_scans, scans_each=scans_each)
    return template


def push(link: AnyLink, port: int, work: Path, template: Template) -> Transfer:
    """Sync a copy of the template; raise `NotProven` unless both ends hold the same chains, nothing lost or doubled."""
    shutil.copytree(template.made.root, work)
    made = Workshop(work)
    with _served(link, port, template, made) as hub:
        held = memory.begin(hub.pid)
        client = _Client(link, port, template, made, syncs=2)
        first, cost = client.sync()
        _prove(first, made, template)
        warm = _nothing_new(client)
        client.end()
        hub_memory = memory.growth(hub.pid, held)
        client = _Client(link, port, template, made, syncs=1)
        again = _nothing_new(client)
        client.end()
    return Transfer(cost, again, warm, first["memory"], hub_memory)


def push_killed(link: AnyLink, port: int, work: Path, template: Template, *, after: int) -> Cost:
    """The same with the client killed (-9) once `after` bytes went up; both tries together, proven as ever."""
    shutil.copytree(template.made.root, work)
    made = Workshop(work)
    with _served(link, port, template, made):
        client = _Client(link, port, template, made, syncs=1)
        before = client.kill(after=after)
        client = _Client(link, port, template, made, syncs=1)
        figures, cost = client.sync()
        _prove(figures, made, template)
        client.end()
    assert cost.traffic is not None
    both = Traffic(before.up + cost.traffic.up, before.down + cost.traffic.down)
    return Cost(cost.seconds, both, cost.trips)


def urgent(link: AnyLink, port: int, work: Path, template: Template, *, backlog: bool) -> Cost:
    """From taking in an urgent case with two scans until the desk holds the hub's ack for all of it.

    `backlog`: while the scans of the template are on their way; else by a desk that has nothing else to send. Either
    way connections are open and the token is good.
    """
    shutil.copytree(template.made.root, work)
    made = Workshop(work)
    with _served(link, port, template, made):
        program = [sys.executable, "-m", "benchmarks.lab.our_urgent"]
        words: list[str | Path] = [
            made.root,
            f"https://{link.hub}:{port}",
            template.certificate,
            "behind" if backlog else "alone",
        ]
        client = link.start("client", [*program, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        figures = read_figures(client)
        client.kill()
        client.wait()
    shelf = FolderShelf(made.hub / "blobs")
    if not (figures["scans"] and all(shelf.is_whole(blob) for blob in figures["scans"])):
        raise NotProven("a scan of the urgent case is not on the hub")
    if backlog and not figures["left"]:
        raise NotProven("the backlog was gone before the urgent case was")
    return Cost(figures["seconds"], None)


class _Client:
    """A client's process, told when to sync."""

    def __init__(self, link: AnyLink, port: int, template: Template, made: Workshop, *, syncs: int) -> None:
        url = f"https://{link.hub}:{port}"
        program = [sys.executable, "-m", "benchmarks.lab.our_client"]
        command: list[str | Path] = [*program, made.root, url, template.certificate, str(syncs)]
        self._link = link
        link.mark()
        self._process = link.start("client", command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def sync(self) -> tuple[dict[str, Any], Cost]:
        """Its next sync, and the bytes since the one before."""
        figures = read_figures(self._process)
        cost = Cost(figures["seconds"], self._link.bytes(), figures["trips"])
        self._link.mark()
        self._go_on()
        return figures, cost

    def kill(self, *, after: int) -> Traffic:
        """Kill it once so many bytes went up; return what was carried."""
        while (carried := self._link.bytes()) is not None and carried.up < after:
            if self._process.poll() is not None:
                raise NotProven("the client ended before it could be killed")
        self._process.kill()
        self._process.wait()
        if carried is None:
            raise NotProven("bytes are not counted here")
        return self._link.bytes() or carried

    def end(self) -> None:
        """Wait until it has closed its store."""
        self._process.wait()

    def _go_on(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()


def _nothing_new(client: _Client) -> Cost:
    figures, cost = client.sync()
    if figures["state"] != "done" or figures["pushed"]:
        raise NotProven(f"with nothing changed a sync ended {figures['state']} and pushed {figures['pushed']}")
    return cost


def _prove(first: dict[str, Any], made: Workshop, template: Template) -> None:
    """Equal heads stand for every byte of every entry before them, in their order."""
    if (first["state"], first["pending"], first["parked"]) != ("done", 0, 0):
        raise NotProven(f"the sync ended {first['state']}, {first['pending']} pending, {first['parked']} parked")
    command = [sys.executable, "-m", "sync.hub", "digest", "--data", str(made.hub), "--json"]
    digest = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout)
    there = {chain["chain"]: [chain["entries"], chain["head"]] for chain in digest["chains"]}
    if there != first["heads"] or (digest["cases"], digest["blobs"], digest["parked"]) != (
        template.cases,
        template.scans,
        0,
    ):
        raise NotProven("the digests of desk and hub differ")


@contextmanager
def _served(link: AnyLink, port: int, template: Template, made: Workshop) -> Iterator[subprocess.Popen[str]]:
    keys = ["--certificate", str(template.certificate), "--key", str(template.key)]
    address = ["--host", link.hub, "--port", str(port)]
    program = [sys.executable, "-m", "benchmarks.lab.our_hub"]
    command: list[str | Path] = [*program, made.hub, *address, *keys]
    hub = link.start("hub", command, stdout=subprocess.PIPE)
    assert hub.stdout is not None
    # It listens before all of it is loaded; a bare hub does not, and neither is timed while it starts.
    if not hub.stdout.readline():
        raise NotProven("the hub did not start")
    yield hub
    hub.terminate()
    hub.wait()
    hub.stdout.close()
