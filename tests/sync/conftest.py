"""A hub in a folder, desks enrolled with it, and a line between them without a network."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from clerk_app.seams import SystemDisk
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.hub import Hub, HubSeams, open_hub
from sync.hub.service import HubService
from sync.hub.store import HubStore
from sync.hub.watch import Service
from sync.lane import SyncLane
from sync.transport import Traffic
from sync.wire import Request, Response
from tests.helpers.postgresql import PostgresqlServer, missing_reason, running_postgresql
from tests.sync.fakes import SeededRng, VirtualClock, steady_paces
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import HALL

URL = "http://127.0.0.1:1"


class DirectLine:
    """Calls the hub's one function; `changes` may alter or lose what passes."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.requests: list[Request] = []
        self.traffic = Traffic()

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        response = self.service.handle(request)
        self.traffic = Traffic(self.traffic.sent + len(request.body), self.traffic.received + len(response.body))
        return response


@dataclass(frozen=True)
class Database:
    """Where a hub keeps its rows: in its folder, or on PostgreSQL under this URL."""

    url: str | None = None
    server: PostgresqlServer | None = None

    @property
    def name(self) -> str:
        """Its name on the server."""
        return str(self.url).rpartition("/")[2]


class Backup:
    """A copy of a hub's folder and database, taken and put back while nobody serves it."""

    def __init__(self, platform: Platform, folder: Path) -> None:
        self._platform, self._folder = platform, folder
        self._database = platform.database
        platform.hub.close()
        shutil.copytree(platform.folder, folder)
        if self._database.server is not None:
            self._copy = self._database.server.create_database(self._database.name)
        platform.restart()

    def restore(self) -> None:
        self._platform.hub.close()
        shutil.rmtree(self._platform.folder)
        shutil.copytree(self._folder, self._platform.folder)
        if self._database.server is not None:
            name = self._database.name
            self._database.server.execute(f"DROP DATABASE {name}", f"CREATE DATABASE {name} TEMPLATE {self._copy}")
        self._platform.restart()


@dataclass
class Platform:
    folder: Path
    clock: VirtualClock
    rng: SeededRng
    hub: Hub
    database: Database
    opened: list[Hub] = field(default_factory=list)

    @property
    def service(self) -> HubService:
        return HubService(self.hub)

    def enrol_content(self, name: str = "3 号窗口") -> bytes:
        return enrol(self.hub, EnrolmentWish(HALL, "例州区政务服务中心", name, URL, URL))

    def desk(self, name: str = "3 号窗口") -> MemoryDesk:
        return MemoryDesk.from_bytes(self.enrol_content(name), self.clock, self.rng)

    def desk_in(self, hall: str, name: str = "1 号窗口") -> MemoryDesk:
        """A desk of another region."""
        content = enrol(self.hub, EnrolmentWish(hall, "例邻区政务服务中心", name, URL, URL))
        return MemoryDesk.from_bytes(content, self.clock, self.rng)

    def lane(self, desk: MemoryDesk, line: DirectLine | None = None, **parts: Any) -> SyncLane:
        given = {"paces": steady_paces(), **parts}
        return SyncLane(desk, line or DirectLine(self.service), self.clock, self.rng, **given)

    def restart(self) -> None:
        self.hub.close()
        self.hub = self.open_another(self.rng)

    def open_another(self, rng: SeededRng) -> Hub:
        """The same hub as another process would open it."""
        another = open_platform_hub(self.folder, self.clock, rng, self.database.url)
        self.opened.append(another)
        return another


def open_platform_hub(folder: Path, clock: VirtualClock, rng: SeededRng, database: str | None = None) -> Hub:
    return open_hub(folder, HubSeams(clock, SystemDisk(), rng), database)


@pytest.fixture
def platform(tmp_path, database):
    """A hub on each of the two databases."""
    clock, rng = VirtualClock(), SeededRng(7)
    hub = open_platform_hub(tmp_path / "hub", clock, rng, database.url)
    platform = Platform(tmp_path / "hub", clock, rng, hub, database, [hub])
    yield platform
    for opened in platform.opened:
        opened.close()


@pytest.fixture(scope="session")
def postgresql_server():
    """A PostgreSQL server for this run, or a visible skip."""
    reason = missing_reason()
    if reason:
        pytest.skip(reason)
    with running_postgresql() as server:
        yield server


DATABASES = ("sqlite", "postgresql")


@pytest.fixture(params=DATABASES)
def blank_database(request):
    """Nothing yet: None, which is SQLite in the hub's own folder, or the URL of an empty database."""
    if request.param == "sqlite":
        yield None
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    with server.database() as url:
        yield url


@pytest.fixture(params=DATABASES)
def database(request):
    """A database with the hub's tables; on PostgreSQL they are copied from ones that were made once."""
    if request.param == "sqlite":
        yield Database()
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    with server.database(request.getfixturevalue("postgresql_tables")) as url:
        yield Database(url, server)


@pytest.fixture(scope="session")
def postgresql_tables(postgresql_server, tmp_path_factory):
    """The name of a database to copy."""
    name = postgresql_server.create_database()
    HubStore.open(tmp_path_factory.mktemp("tables"), f"{postgresql_server.url}/{name}").close()
    return name
