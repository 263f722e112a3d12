"""Requests over HTTP, with what a bad line needs: no redirects, bounded sizes, time-outs by progress, a pinned CA."""

from __future__ import annotations

import ssl
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

import httpx2

from clerk_app.errors import CaptivePortal, CertificateOutOfTime, PlatformError, PlatformUnreachable
from sync.address import checked_url
from sync.wire import CONTENT_LENGTH, MAX_BODY, Request, Response

CONNECT_S = 5.0
PROGRESS_S = 10.0
"""Seconds without a single byte moving after which a line counts as dead. There is no limit on the whole: a slow line
that moves is a line. Both together stay under the 15 s within which the screen must tell the truth."""
KEEP_ALIVE_S = 60.0
"""Shorter than the hub's 120 s, so that a request never meets a connection the hub is just closing."""
CONNECTIONS = 6
"""Connections at most: four for what is large, so that one loss does not hold up everything, and two for the rest."""
_OUT_OF_TIME = {9: "not_yet", 10: "no_longer"}
"""X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED of OpenSSL."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Bytes of requests and answers so far, without what TLS and TCP add."""

    sent: int = 0
    received: int = 0


class Transport(Protocol):
    """Carries one request to the hub and its answer back."""

    def send(self, request: Request) -> Response:
        """Send and wait for the answer.

        Raises `PlatformUnreachable`, `CaptivePortal` where TLS shows that somebody else answers, or
        `CertificateOutOfTime` where it is the hub, but not by this machine's clock.
        """

    @property
    def traffic(self) -> Traffic:
        """What was carried so far."""


class HttpTransport:
    """A pool of connections to one hub, for up to `CONNECTIONS` threads at once; close it."""

    def __init__(self, url: str, ca: str = "") -> None:
        """`ca`: PEM of the only authority trusted; empty trusts the system's. Plain HTTP goes to loopback only."""
        self._base = checked_url(url)
        self._sent = self._received = 0
        self._counting = threading.Lock()
        self._client = httpx2.Client(
            verify=_tls(ca) if self._base.startswith("https") else False,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx2.Timeout(PROGRESS_S, connect=CONNECT_S),
            limits=httpx2.Limits(max_connections=CONNECTIONS, keepalive_expiry=KEEP_ALIVE_S),
        )

    def send(self, request: Request) -> Response:
        try:
            return self._exchange(request)
        except httpx2.ConnectError as error:
            raise _meaning_of(error) from error
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
        self._count(sent=_size(headers) + len(request.method) + len(request.path) + request.size + 12)
        parts = request.parts
        if parts:
            headers[CONTENT_LENGTH] = str(request.size)
        with self._client.stream(
            request.method, self._base + request.path, headers=headers, content=iter(parts) if parts else None
        ) as answer:
            body = self._read(answer)
        found = {name.lower(): value for name, value in answer.headers.items()}
        self._count(received=_size(found) + 17)
        return Response(answer.status_code, found, body)

    def _read(self, answer: httpx2.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in answer.iter_raw():
            size += len(part)
            self._count(received=len(part))
            if size > MAX_BODY:
                # Nothing the hub says is this large; a log-in page with a film on it might be.
                raise CaptivePortal("an answer without end")
            parts.append(part)
        return b"".join(parts)

    def _count(self, *, sent: int = 0, received: int = 0) -> None:
        with self._counting:
            self._sent += sent
            self._received += received


def _tls(ca: str) -> ssl.SSLContext:
    if ca:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=ca)
    else:
        context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _meaning_of(error: httpx2.ConnectError) -> PlatformError:
    """What a connection that was not made says about who is at the other end."""
    fault = _certificate_fault(error)
    if fault is None:
        return PlatformUnreachable()
    # The times are looked at last: authority and name were right, so this is the hub and one of the clocks is wrong.
    if fault.verify_code in _OUT_OF_TIME:
        return CertificateOutOfTime(reason=_OUT_OF_TIME[fault.verify_code])
    return CaptivePortal("another certificate")


def _certificate_fault(error: BaseException) -> ssl.SSLCertVerificationError | None:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None


def _size(headers: dict[str, str]) -> int:
    return sum(len(name) + len(value) + 4 for name, value in headers.items())
