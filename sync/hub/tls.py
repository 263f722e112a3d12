"""Serving over TLS with a certificate that is renewed, and taken into use, without a restart.

At each new connection the certificate file is looked at: one that another process or `clerk-hub certificate --renew`
put there is used from that connection on, and one that is due is made again first. What goes wrong with that is logged
and the certificate in use goes on being used: no connection is ever refused because of a renewal.
"""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from clerk_app.errors import ClerkError
from clerk_app.seams import Clock, Disk, Rng
from sync.hub.authority import (
    SERVER_FILE,
    Credential,
    checked_name,
    is_due,
    issue_server,
    load_or_make_authority,
    load_server,
)

logger = logging.getLogger(__name__)

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_EVERY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104 - compared, not bound


class ServerTls:
    """The TLS side of one serving process."""

    def __init__(self, folder: Path, names: Iterable[str], *, clock: Clock, disk: Disk, rng: Rng) -> None:
        """`names`: what the certificate must stand for; raise `HubAuthorityDamaged` or `OSError`."""
        self._folder, self._names = folder, frozenset(names)
        self._clock, self._disk, self._rng = clock, disk, rng
        self._authority = load_or_make_authority(folder, disk, rng)
        self._seen: tuple[int, int] | None = None
        self._server = self._renewed()
        self._context = self._load()

    @property
    def context(self) -> ssl.SSLContext:
        """For a listening socket; it hands each new connection the certificate of that moment."""
        return self._context

    def _on_hello(self, connection: ssl.SSLObject | ssl.SSLSocket, _name: str | None, _at: ssl.SSLContext) -> None:
        try:
            if self._is_stale():
                self._server = self._renewed()
                self._context = self._load()
        except (ClerkError, OSError, ValueError):
            logger.exception("the server certificate could not be renewed")
        connection.context = self._context

    def _is_stale(self) -> bool:
        return self._file_state() != self._seen or is_due(self._server, self._authority, self._names, self._now())

    def _renewed(self) -> Credential:
        """The certificate of the file, made again if it is due."""
        found = load_server(self._folder, self._disk)
        if found is not None and not is_due(found, self._authority, self._names, self._now()):
            return found
        # Two processes may serve one folder at different addresses: names that were there stay.
        names = self._names | (found.names if found is not None else frozenset())
        return issue_server(self._folder, self._authority, names, now=self._now(), disk=self._disk, rng=self._rng)

    def _load(self) -> ssl.SSLContext:
        seen = self._file_state()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._folder / SERVER_FILE)
        context.sni_callback = self._on_hello
        # Looked at before it was read: a file that came in between is taken up by the next connection.
        self._seen = seen
        return context

    def _file_state(self) -> tuple[int, int]:
        state = (self._folder / SERVER_FILE).stat()
        return state.st_mtime_ns, state.st_ino

    def _now(self) -> datetime:
        return utc(self._clock.now_ms())


def utc(ms: int) -> datetime:
    """UTC milliseconds as the certificate library wants them."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def names_for(host: str, given: Iterable[str]) -> frozenset[str]:
    """What a certificate must stand for if the hub listens at `host`; raise `BadHubAddress`.

    Those that an administrator gave, the host itself or (where it listens everywhere) this machine's own name and
    addresses, and loopback.
    """
    own = _own_names() if host in _EVERY_ADDRESS else [host]
    return frozenset((*LOOPBACK, *(checked_name(name) for name in (*given, *own))))


def _own_names() -> list[str]:
    name = socket.gethostname()
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except OSError:
        found = []
    # A link-local address carries the name of its interface, which means nothing to anybody else.
    addresses = (str(address[0]).partition("%")[0] for *_, address in found)
    return [*addresses, *_usable(name)]


def _usable(name: str) -> list[str]:
    """A machine may be called what no certificate can hold."""
    try:
        return [checked_name(name)]
    except ClerkError:
        return []
