"""PostgreSQL for tests: the machine's own binaries, a folder of our own, loopback only."""

from __future__ import annotations

import getpass
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_SERVER_USER = "postgres"
_DEBIAN = Path("/usr/lib/postgresql")
QUICK: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Settings of a server whose durability is not what the test is about."""
DURABLE: Mapping[str, str] = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def program(name: str) -> str | None:
    """Where one of PostgreSQL's programs is; Debian keeps most of them off the path."""
    beside = sorted(_DEBIAN.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3].partition(".")[0]))
    return shutil.which(name) or (str(beside[-1]) if beside else None)


def missing_reason() -> str:
    """Why PostgreSQL cannot be run here; empty if it can."""
    if not (program("initdb") and program("pg_ctl")):
        return "initdb and pg_ctl are not installed"
    if os.geteuid() == 0 and (shutil.which("setpriv") is None or not _has_user()):
        return "PostgreSQL refuses to run as root, and there is no user postgres to run it"
    return ""


@dataclass
class PostgresqlServer:
    """A running server. `url` is the SQLAlchemy URL up to the database's name."""

    folder: Path
    port: int
    settings: Mapping[str, str]
    data_name: str = "data"
    _names: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://hub@127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        return self.folder / self.data_name

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        options += " -c max_connections=200"
        options += "".join(f" -c {name}={value}" for name, value in self.settings.items())
        run_postgresql(
            "pg_ctl", "-D", self.data, "-w", "-o", options, "-l", self.folder / f"{self.data_name}.log", "start"
        )

    def stop(self, mode: str = "immediate") -> None:
        """`immediate` is what a power loss of the server's process is: no checkpoint, nothing written any more."""
        run_postgresql("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def execute(self, *statements: str) -> None:
        """Run statements on the server's own database, each by itself."""
        import psycopg

        with psycopg.connect(
            f"host=127.0.0.1 port={self.port} user=hub dbname=postgres", autocommit=True
        ) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def create_database(self, template: str = "template0") -> str:
        """A database of its own; returns its name."""
        name = f"hub{next(self._names)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """A database until the block ends; yields its URL."""
        name = self.create_database(template)
        try:
            yield f"{self.url}/{name}"
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running_postgresql(settings: Mapping[str, str] = QUICK) -> Iterator[PostgresqlServer]:
    """A server until the block ends.

    Its folder is not one of pytest's, which nobody but the test's own user may enter.
    """
    with tempfile.TemporaryDirectory(prefix="clerk-postgresql-") as name:
        if os.geteuid() == 0:
            shutil.chown(name, _SERVER_USER)
        server = PostgresqlServer(Path(name), free_port(), settings)
        encoding = ("-E", "UTF8", "--locale=C.UTF-8")
        run_postgresql("initdb", "-D", server.data, "-A", "trust", "-U", "hub", *encoding, "--no-sync")
        server.start()
        try:
            with _stopped_if_we_die(server):
                yield server
        finally:
            server.stop()


@contextmanager
def _stopped_if_we_die(server: PostgresqlServer) -> Iterator[None]:
    """A test that is killed must not leave its server behind: a shell waits for the end of our end of a pipe."""
    stop = command_of("pg_ctl", "-D", server.data, "-m", "immediate", "stop")
    watcher = subprocess.Popen(
        ["/bin/sh", "-c", 'read -r _ && exit; exec "$@"', "sh", *stop],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )
    try:
        yield
    finally:
        watcher.communicate(b"over\n")


def free_port() -> int:
    """A port of loopback that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_postgresql(name: str, *arguments: str | Path) -> str:
    """Run one of PostgreSQL's programs as the user that may; return what it printed."""
    command = command_of(name, *arguments)
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", timeout=50)
    assert done.returncode == 0, f"{name} as {getpass.getuser()}: {done.stdout}{done.stderr}"
    return done.stdout


def command_of(name: str, *arguments: str | Path) -> list[str]:
    """The command line of one of PostgreSQL's programs, as the user that may run it."""
    path = program(name)
    assert path is not None, f"{name} is not installed"
    prefix = []
    if os.geteuid() == 0:
        prefix = ["setpriv", f"--reuid={_SERVER_USER}", f"--regid={_SERVER_USER}", "--clear-groups"]
    return [*prefix, path, *map(str, arguments)]


def _has_user() -> bool:
    import pwd

    try:
        pwd.getpwnam(_SERVER_USER)
    except KeyError:
        return False
    return True
