"""Requests over HTTP, with what a bad line needs: no redirects, bounded sizes, time-outs by progress, a pinned CA."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol
from urllib.parse import urlsplit

import httpx2

from clerk_app.errors import CaptivePortal, PlatformRefused, PlatformUnreachable
from sync.wire import MAX_BODY, Request, Response

CONNECT_S = 5.0
PROGRESS_S = 10.0
"""Seconds without a single byte moving after which a line counts as dead. There is no limit on the whole: a slow line
that moves is a line. Both together stay under the 15 s within which the screen must tell the truth."""
KEEP_ALIVE_S = 60.0
"""Shorter than the hub's 120 s, so that a request never meets a connection the hub is just closing."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Bytes of requests and answers so far, without what TLS and TCP add."""

    sent: int = 0
    received: int = 0


class Transport(Protocol):
    """Carries one request to the hub and its answer back."""

    def send(self, request: Request) -> Response:
        """Send and wait; raise `PlatformUnreachable`, or `CaptivePortal` where TLS shows that somebody else answers."""

    @property
    def traffic(self) -> Traffic:
        """What was carried so far."""


class HttpTransport:
    """A pool of connections to one hub. Use from one lane; close it."""

    def __init__(self, url: str, ca: str = "") -> None:
        """`ca`: PEM of the only authority trusted; empty trusts the system's. Plain HTTP goes to loopback only."""
        self._base = checked_url(url)
        self._sent = self._received = 0
        self._client = httpx2.Client(
            verify=_tls(ca) if self._base.startswith("https") else False,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx2.Timeout(PROGRESS_S, connect=CONNECT_S),
            limits=httpx2.Limits(max_connections=4, keepalive_expiry=KEEP_ALIVE_S),
        )

    def send(self, request: Request) -> Response:
        try:
            return self._exchange(request)
        except httpx2.ConnectError as error:
            if _is_certificate_fault(error):
                raise CaptivePortal("another certificate") from error
            raise PlatformUnreachable from error
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise PlatformUnreachable from error

    @property
    def traffic(self) -> Traffic:
        return Traffic(self._sent, self._received)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def __enter__(self) -> HttpTransport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _exchange(self, request: Request) -> Response:
        headers = {**request.headers, "user-agent": "window-clerk", "accept-encoding": "identity"}
        self._sent += _size(headers) + len(request.method) + len(request.path) + len(request.body) + 12
        with self._client.stream(
            request.method, self._base + request.path, headers=headers, content=request.body or None
        ) as answer:
            body = self._read(answer)
        found = {name.lower(): value for name, value in answer.headers.items()}
        self._received += _size(found) + 17
        return Response(answer.status_code, found, body)

    def _read(self, answer: httpx2.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in answer.iter_raw():
            size += len(part)
            self._received += len(part)
            if size > MAX_BODY:
                # Nothing the hub says is this large; a log-in page with a film on it might be.
                raise CaptivePortal("an answer without end")
            parts.append(part)
        return b"".join(parts)


def checked_url(url: str) -> str:
    """The hub's address without a trailing slash; raise `PlatformRefused` for plain HTTP beyond this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        parts.port  # noqa: B018 - raises for a port that is no number
    except ValueError:
        raise PlatformRefused(reason="bad_url") from None
    if parts.scheme == "https" and host:
        return url.rstrip("/")
    if parts.scheme == "http" and _is_loopback(host):
        return url.rstrip("/")
    raise PlatformRefused(reason="plain_http" if parts.scheme == "http" else "bad_url")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _tls(ca: str) -> ssl.SSLContext:
    if ca:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=ca)
    else:
        context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _is_certificate_fault(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _size(headers: dict[str, str]) -> int:
    return sum(len(name) + len(value) + 4 for name, value in headers.items())
