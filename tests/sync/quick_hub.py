"""Hubs that are opened again and again in one process, without doing again what comes out the same every time."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from clerk_app.seams import SystemDisk
from sync.hub.hub import Hub, HubSeams, open_hub
from tests.sync.fakes import SeededRng, VirtualClock

_shared: list[Any] = []


@cache
def _made() -> Path:
    """A hub that was just made, once in each process: the steps of its database take longer than a sync."""
    folder = Path(tempfile.mkdtemp(prefix="window-clerk-hub-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    open_hub(folder / "hub", HubSeams(VirtualClock(), SystemDisk(), SeededRng("hub"))).close()
    return folder / "hub"


def quick_hub(folder: Path, seams: HubSeams) -> Hub:
    """The hub in `folder`, a copy of a ready one where there is none, with the statements compiled for earlier ones."""
    if not folder.exists():
        shutil.copytree(_made(), folder)
    hub = open_hub(folder, seams)
    engine: Any = hub.store._engine
    if not _shared:
        _shared.extend((engine.dialect, engine._compiled_cache))
    engine.dialect, engine._compiled_cache = _shared
    return hub
