"""A hub in a folder, desks enrolled with it, and a line between them without a network."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from clerk_app.seams import SystemDisk
from sync.engine import SyncLane
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.hub import Hub, HubSeams, open_hub
from sync.hub.service import HubService
from sync.transport import Traffic
from sync.wire import Request, Response
from tests.helpers.postgresql import PostgresqlServer, missing_reason, running_postgresql
from tests.sync.fakes import SeededRng, VirtualClock
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import HALL

URL = "http://127.0.0.1:1"


class DirectLine:
    """Calls the hub's one function; `changes` may alter or lose what passes."""

    def __init__(self, service: HubService) -> None:
        self.service = service
        self.requests: list[Request] = []
        self.traffic = Traffic()

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        response = self.service.handle(request)
        self.traffic = Traffic(self.traffic.sent + len(request.body), self.traffic.received + len(response.body))
        return response


@dataclass
class Platform:
    folder: Path
    clock: VirtualClock
    rng: SeededRng
    hub: Hub
    opened: list[Hub] = field(default_factory=list)

    @property
    def service(self) -> HubService:
        return HubService(self.hub)

    def enrol_content(self, name: str = "3 号窗口") -> bytes:
        return enrol(self.hub, EnrolmentWish(HALL, "例州区政务服务中心", name, URL, URL))

    def desk(self, name: str = "3 号窗口") -> MemoryDesk:
        return MemoryDesk.from_bytes(self.enrol_content(name), self.clock, self.rng)

    def lane(self, desk: MemoryDesk, line: DirectLine | None = None) -> SyncLane:
        return SyncLane(desk, line or DirectLine(self.service), self.clock, self.rng)

    def restart(self) -> None:
        self.hub.close()
        self.hub = open_platform_hub(self.folder, self.clock, self.rng)
        self.opened.append(self.hub)


def open_platform_hub(folder: Path, clock: VirtualClock, rng: SeededRng) -> Hub:
    return open_hub(folder, HubSeams(clock, SystemDisk(), rng))


@pytest.fixture
def platform(tmp_path):
    clock, rng = VirtualClock(), SeededRng(7)
    hub = open_platform_hub(tmp_path / "hub", clock, rng)
    platform = Platform(tmp_path / "hub", clock, rng, hub, [hub])
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


@pytest.fixture(params=["sqlite", "postgresql"])
def blank_database(request):
    """Nothing yet: None, which is SQLite in the hub's own folder, or the URL of an empty database."""
    if request.param == "sqlite":
        yield None
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    with server.database() as url:
        yield url
