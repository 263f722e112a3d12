"""500 cases, 50 of them with five scans of 200 KB each: whole, and with the client killed half-way."""

from __future__ import annotations

from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.lab import run_bare, run_ours, run_pouch, workload
from benchmarks.lab.netlab import free_port
from benchmarks.lab.places import has_pouch
from benchmarks.lab.run_ours import Template
from benchmarks.lab.transfer import AnyLink, NotProven, Transfer
from benchmarks.report import Line, Section
from benchmarks.sync500 import MEMORY_BYTES, NO_POUCH, POUCH
from benchmarks.turns import (
    OURS,
    Engine,
    Figure,
    Results,
    against,
    carried,
    memory,
    memory_line,
    seconds,
    take_turns,
    within,
)

SECTION = "scans"
TITLE = "Sync of 500 cases and 250 scans"
CASES, WITH_SCANS, SCANS_EACH = 500, 50, 5
ROUNDS = 3
BARE, KILLED = "bare, 4 connections", "ours, killed half-way"
BARE_TLS = "bare, 4 connections, over TLS as ours"
BARE_TIME, BARE_BYTES, KILLED_BYTES = 1.5, 1.02, 1.05
PROFILE = "lan"


def run(bench: Bench) -> Section:
    """Measure on the clean line."""
    work = bench.folder(SECTION)
    workload.write_out(work / "data", CASES, with_attachments=WITH_SCANS, attachments_each=SCANS_EACH)
    template = run_ours.prepare(work / "ours", CASES, bench.bytecode, with_scans=WITH_SCANS, scans_each=SCANS_EACH)
    ours, tls = _Ours(template), run_bare.Tls(template.certificate, template.key)
    engines: dict[str, Engine[Transfer]] = {
        BARE: lambda link, port, folder: run_bare.push(link, port, folder, work / "data"),
        BARE_TLS: lambda link, port, folder: run_bare.push(link, port, folder, work / "data", tls=tls),
        OURS: ours.whole,
    }
    if bench.has_links:
        engines[KILLED] = ours.killed
    if has_pouch():
        engines[POUCH] = lambda link, port, folder: run_pouch.push(link, port, folder, work / "data")
    results = take_turns(bench, PROFILE, engines, rounds=ROUNDS, port=free_port)
    if POUCH not in engines:
        results.fail(POUCH, NO_POUCH)
    if KILLED not in engines:
        results.fail(KILLED, "killing half-way needs bytes to be counted: root and network namespaces")
    return Section(SECTION, TITLE, _lines(PROFILE if bench.has_links else "loopback", results), _remarks(results))


class _Ours:
    """Our two runs of a round: half of what the whole one took is where the other is killed."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._up = 0

    def whole(self, link: AnyLink, port: int, folder: Path) -> Transfer:
        """The whole."""
        done = run_ours.push(link, port, folder, self._template)
        self._up = done.push.traffic.up if done.push.traffic else 0
        return done

    def killed(self, link: AnyLink, port: int, folder: Path) -> Transfer:
        """Both tries together."""
        if not self._up:
            raise NotProven("there was no whole run to halve")
        return Transfer(run_ours.push_killed(link, port, folder, self._template, after=self._up // 2))


def _lines(place: str, results: Results[Transfer]) -> list[Line]:
    job = f"{CASES} cases, {WITH_SCANS * SCANS_EACH} scans on {place}"
    cut = f"{job}, killed half-way"
    time, size = f"{job}: time", f"{job}: bytes"
    grown: Figure[Transfer] = Figure(f"{job}: client's memory", "bytes", memory)
    to_bare = [Figure(time, "s", seconds, BARE_TIME), Figure(size, "bytes", carried, BARE_BYTES)]
    to_pouch = [Figure(time, "s", seconds), Figure(size, "bytes", carried), grown]
    twice: Figure[Transfer] = Figure(f"{cut}: bytes of both tries", "bytes", carried, KILLED_BYTES)
    return [
        *against(BARE, job, to_bare, results),
        *against(BARE_TLS, job, [Figure(time, "s", seconds)], results),
        *against(POUCH, job, to_pouch, results),
        within(MEMORY_BYTES, job, grown, results),
        *against(OURS, cut, [twice], results, ours=KILLED),
    ]


def _remarks(results: Results[Transfer]) -> list[str]:
    ours, pouch = results.rounds.get(OURS), results.rounds.get(POUCH)
    if not ours or ours[0].client_memory is None:
        return []
    grown = [memory_line(OURS, ours), *([memory_line(POUCH, pouch)] if pouch else [])]
    return [f"memory grew by {'; '.join(grown)}"]
