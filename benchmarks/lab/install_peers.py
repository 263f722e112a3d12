"""Installs what is compared with: PouchDB with its server by npm, and the fast libraries of the bare limits by pip.

Everything goes into `PEERS_HOME` (else the user's cache folder) and nothing into the project. Run as
`python3 dev.py bench --install-peers`, or python -m benchmarks.lab.install_peers
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.lab.places import peers_home, peers_python

NPM_PACKAGES = (
    "pouchdb-node@9.0.0",
    "pouchdb-adapter-leveldb@9.0.0",
    "pouchdb-adapter-http@9.0.0",
    "express@4",
    "express-pouchdb@4.2.0",
)
PIP_PACKAGES = ("uvicorn==0.54.0", "httpx2==2.16.2", "zstandard==0.25.0", "orjson>=3.11", "httptools", "uvloop")


class CannotInstall(Exception):
    """Nothing more can be done; the text is one sentence that ends in the next step."""


def install_peers() -> None:
    """Install everything, or raise `CannotInstall`; what is there already stays."""
    if shutil.which("npm") is None:
        raise CannotInstall(
            "npm is missing, and PouchDB comes by it: install Node.js 20 or later with npm and run the command again."
        )
    home = peers_home()
    _install_by_pip(home)
    _install_by_npm(home / "node")
    print(f"The peers are in {home}.", flush=True)


def _install_by_pip(home: Path) -> None:
    print("Installing the bare limits' libraries …", flush=True)
    home.mkdir(parents=True, exist_ok=True)
    if not peers_python().exists():
        _run([sys.executable, "-m", "venv", str(home / "venv")], "The peers' environment could not be made")
    pip = [str(peers_python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([*pip, *PIP_PACKAGES], "The bare limits' libraries could not be installed")


def _install_by_npm(folder: Path) -> None:
    print("Installing PouchDB …", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    manifest = folder / "package.json"
    if not manifest.exists():
        manifest.write_text('{"name": "peers", "private": true}\n', "utf-8")
    npm = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(folder)]
    _run([*npm, *NPM_PACKAGES], "PouchDB could not be installed")


def _run(command: Sequence[str], if_it_fails: str) -> None:
    if subprocess.run(command, check=False).returncode != 0:
        raise CannotInstall(f"{if_it_fails}: see the reason above, mend the connection and run the command again.")


def main() -> int:
    """Install; a failure is one sentence."""
    try:
        install_peers()
    except CannotInstall as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
