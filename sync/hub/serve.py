"""Serving the hub over HTTP from one process."""

from __future__ import annotations

import gc
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from clerk_app.errors import HubPortTaken
from sync.hub.allocator import keep_freed_memory
from sync.hub.hub import Hub
from sync.hub.licences.recheck import recheck_all
from sync.hub.reconsider import index_persons, reconsider

KEEP_ALIVE_S = 120
"""Longer than any client keeps an idle connection, so that it is never closed under a request on its way."""
URL = "url"
"""Named value: where this hub was served last."""
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


def serve(hub: Hub, place: Place, announce: Callable[[str], None]) -> None:
    """Serve until told to stop; `announce` hears the URL once connections are taken."""
    import uvicorn

    from sync.hub.app import make_app

    listener = _listen(place.host, place.port)
    url = _url(place, listener)
    reconsider(hub)
    index_persons(hub)
    recheck_all(hub)
    hub.store.put_value(URL, url)
    config = uvicorn.Config(
        make_app(hub),
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=5,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        ssl_context_factory=_given(place.tls),
    )
    _prepare()
    announce(url)
    uvicorn.Server(config).run(sockets=[listener])


def _prepare() -> None:
    """Do once what the first request would otherwise wait for, and what lives as long as the process."""
    import anyio

    anyio.run(anyio.sleep, 0)  # loads what hands work to threads
    keep_freed_memory()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)


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
