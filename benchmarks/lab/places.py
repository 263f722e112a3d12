"""Where the lab keeps what it installs and makes, and which Python runs what."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import platformdirs

ROOT = Path(__file__).resolve().parents[2]
LAB = Path(__file__).resolve().parent


def peers_home() -> Path:
    """Where peers are installed: `PEERS_HOME`, else a folder of the user's cache."""
    given = os.environ.get("PEERS_HOME")
    return Path(given) if given else platformdirs.user_cache_path("window-clerk-peers", appauthor=False)


def peers_python() -> Path:
    """The interpreter of the peers' own environment."""
    return peers_home() / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def bare_python() -> Path:
    """What the bare limits run with: the peers' environment, where everything is as fast as it can be, else this one.

    The peers' environment has uvloop, httptools and orjson, which the program itself does without.
    """
    installed = peers_python()
    return installed if installed.exists() else Path(sys.executable)


def has_fast_bare() -> bool:
    """Whether the bare limits run with the faster libraries."""
    return peers_python().exists()


def node_modules() -> Path:
    """Where npm put the peers."""
    return peers_home() / "node" / "node_modules"


def has_pouch() -> bool:
    """Whether PouchDB and its server are installed."""
    return all((node_modules() / name).exists() for name in ("pouchdb-node", "express-pouchdb"))


def environment(bytecode: Path, **more: str) -> Mapping[str, str]:
    """What measured processes run with: compiled code kept in `bytecode`, as an installed program has it.

    Where writing bytecode is switched off, a checkout would be compiled anew at every start.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(bytecode), "PYTHONUTF8": "1", "QT_QPA_PLATFORM": "offscreen", **more}
