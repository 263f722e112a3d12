"""Serving the hub over HTTP, from one process or from several that share a socket."""

from __future__ import annotations

import gc
import os
import signal
import socket
import ssl
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from clerk_app.errors import HubPortTaken
from sync.hub import health
from sync.hub.allocator import keep_freed_memory
from sync.hub.hub import Hub
from sync.hub.licences.recheck import recheck_all
from sync.hub.processes import COUNTED_TOGETHER, as_many_as_cores, share_work
from sync.hub.reconsider import index_persons, reconsider

KEEP_ALIVE_S = 120
"""Longer than any client keeps an idle connection, so that it is never closed under a request on its way."""
URL = "url"
"""Named value: where this hub was served last."""
Application = Callable[..., Awaitable[None]]
"""An ASGI application."""
_LAST_PORT = 65535
_BACKLOG = 512
_YOUNG_OBJECTS = 20_000
"""Objects made between two looks for rings of garbage: a batch makes thousands that all die with its request."""


class Tls(Protocol):
    """Encrypted connections; `sync.hub.tls.ServerTls`."""

    @property
    def context(self) -> ssl.SSLContext:
        """For a listening socket."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen. `name` is what desks call the host, where that is another name; `tls` None for plain HTTP."""

    host: str = "127.0.0.1"
    port: int = 0
    name: str = ""
    tls: Tls | None = None


def serve(hub: Hub, place: Place, announce: Callable[[str], None], processes: int | None = None) -> None:
    """Serve until told to stop; `announce` hears the URL once connections are taken.

    `processes`: how many share the work, None for one on each core.
    """
    listener = _listen(place.host, place.port)
    url = _url(place, listener)
    reconsider(hub)
    index_persons(hub)
    recheck_all(hub)
    hub.store.put_value(URL, url)
    count = as_many_as_cores() if processes is None else processes
    if count > 1:
        _serve_from_several(count, hub, place, listener, lambda: announce(url))
        return
    app = _load(hub)
    announce(url)
    _serve_here(app, place, listener)


def _serve_from_several(count: int, hub: Hub, place: Place, listener: socket.socket, ready: Callable[[], None]) -> None:
    with tempfile.TemporaryDirectory(prefix="clerk-hub-") as counted:
        # Said before the library is loaded: it asks no later.
        os.environ[COUNTED_TOGETHER] = counted
        app = _load(hub)
        hub.close()  # a child opens connections of its own
        ready()
        told = share_work(count, lambda: _serve_here(app, place, listener), _no_longer_counted)
    # As a single process ends.
    signal.raise_signal(told)


def _load(hub: Hub) -> Application:
    """The application, and with it what lives as long as the process; processes share what was loaded before a fork."""
    import uvicorn.protocols.http.auto  # noqa: F401 - which protocol there is

    from sync.hub.app import make_app

    app = make_app(hub)
    keep_freed_memory()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)
    return app


def _serve_here(app: Application, place: Place, listener: socket.socket) -> None:
    import anyio
    import uvicorn

    anyio.run(_ask_for_health, app)
    config = uvicorn.Config(
        app,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=5,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        ssl_context_factory=_given(place.tls),
    )
    uvicorn.Server(config).run(sockets=[listener])


async def _ask_for_health(app: Application) -> None:
    """Ask once ourselves, so that no desk waits for what a process does at its first request."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Any) -> None:
        pass

    shared = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "query_string": b""}
    path = {"method": "GET", "path": health.ROUTE, "raw_path": health.ROUTE.encode(), "root_path": "", "headers": []}
    await app({**shared, **path, "client": None, "server": None}, receive, send)


def _no_longer_counted(process: int) -> None:
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(process)  # type: ignore[no-untyped-call]


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket; raise `HubPortTaken` where there can be none."""
    try:
        if not 0 <= port <= _LAST_PORT:
            raise OSError(f"no port {port}")
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        return _bound(found[0][0], found[0][4])
    except OSError as error:
        raise HubPortTaken(host=host, port=port) from error


def _bound(family: int, address: tuple[Any, ...]) -> socket.socket:
    # The protocol must be named: only then does asyncio switch Nagle's algorithm off.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _given(tls: Tls | None) -> Callable[..., ssl.SSLContext] | None:
    return None if tls is None else lambda *_of_the_server: tls.context


def _url(place: Place, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - shown, not bound
    name = place.name or shown.get(place.host, place.host)
    host = f"[{name}]" if ":" in name and not name.startswith("[") else name
    return f"{'https' if place.tls else 'http'}://{host}:{port}"
