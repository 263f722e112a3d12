"""Opening a catalogue of 20,000 matters, against reading the same tables whole."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bench import Bench
from benchmarks.report import Section, compare
from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.catalogue.compiled import canonical, compile_catalogue, open_compiled
from clerk_app.catalogue.files import FolderFiles
from clerk_app.catalogue.loader import SHIPPED, Reading, read_files
from clerk_app.catalogue.readings import read_readings

SECTION, TITLE = "load", "Opening a catalogue of 20,000 matters"
MATTERS = 20_000
ROUNDS = 3
BARE = "json.loads of the same tables"


def run(bench: Bench) -> Section:
    """From a file nobody has opened yet to its first matter in hand."""
    reading, sounds = large_catalogue()
    content, plain = compile_catalogue(reading, sounds), canonical(reading.data)
    ours, bare = [], []
    with TemporaryDirectory() as folder:
        path = Path(folder) / "large.catalogue"
        path.write_bytes(content)
        for _ in range(bench.rounds_or(ROUNDS)):
            ours.append([_timed(lambda: _open(path))])
            bare.append([_timed(lambda: json.loads(plain))])
    line = compare("opened, checked, first matter made", BARE, "ms", ours, bare, aim=1.0)
    return Section(SECTION, TITLE, [line])


def large_catalogue() -> tuple[Reading, dict[str, str]]:
    """The sample, its matters again and again under other codes and names, with how these sound.

    Sound, since each of them is.
    """
    sample, sounds = read_files(FolderFiles(SHIPPED)), dict(read_readings(SHIPPED))
    data, listed = dict(sample.data), list(sample.catalogue.listed())
    matters = [item for item in listed if item.kind == "matter"]
    for number in range(MATTERS - len(matters)):
        like = matters[number % len(matters)]
        again = replace(like, code=f"{like.code[0]}{10_000 + number}", name=f"{like.name}{number}")
        listed.append(again)
        sounds[again.name] = f"{sounds[like.name]} {number}"
        table = sample.data[f"matters/{like.code}.toml"]
        data[f"matters/{again.code}.toml"] = {**table, "code": again.code, "name": again.name}
    head = sample.catalogue
    return Reading(Catalogue(head.version, head.label, (), listing=lambda: listed), (), data), sounds


def _open(path: Path) -> object:
    hashlib.sha256(path.read_bytes()).digest()
    return open_compiled(path).matter("P31")


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000
