"""PostgreSQL for tests: the machine's own binaries, a folder of our own, loopback only."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SERVER_USER = "postgres"


def missing_reason() -> str:
    """Why PostgreSQL cannot be run here; empty if it can."""
    if not (shutil.which("initdb") and shutil.which("pg_ctl")):
        return "initdb and pg_ctl are not installed"
    if os.geteuid() == 0 and (shutil.which("setpriv") is None or not _has_user()):
        return "PostgreSQL refuses to run as root, and there is no user postgres to run it"
    return ""


@contextmanager
def running_postgresql() -> Iterator[str]:
    """A server until the block ends; yields the SQLAlchemy URL up to the database's name.

    Its folder is not one of pytest's, which nobody but the test's own user may enter.
    """
    with tempfile.TemporaryDirectory(prefix="clerk-postgresql-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, _SERVER_USER)
        with _served(Path(folder), _free_port()) as url:
            yield url


@contextmanager
def _served(folder: Path, port: int) -> Iterator[str]:
    data = folder / "data"
    _run("initdb", "-D", str(data), "-A", "trust", "-U", "hub", "-E", "UTF8", "--locale=C.UTF-8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    _run("pg_ctl", "-D", str(data), "-w", "-o", options, "-l", str(folder / "log"), "start")
    try:
        yield f"postgresql+psycopg://hub@127.0.0.1:{port}"
    finally:
        _run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(*command: str) -> None:
    prefix = []
    if os.geteuid() == 0:
        prefix = ["setpriv", f"--reuid={_SERVER_USER}", f"--regid={_SERVER_USER}", "--clear-groups"]
    done = subprocess.run([*prefix, *command], capture_output=True, text=True, check=False, cwd="/", timeout=50)
    assert done.returncode == 0, f"{command[0]} as {getpass.getuser()}: {done.stdout}{done.stderr}"


def _has_user() -> bool:
    import pwd

    try:
        pwd.getpwnam(_SERVER_USER)
    except KeyError:
        return False
    return True
