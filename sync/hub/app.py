"""The hub over HTTP: an ASGI application around one function, one thread for each request that is being answered.

How many are, and who is next, `admission` says. Bodies that are read or wait are bounded too; who would go beyond that
is told so without our signature, for which the whole body would have to be read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from fastapi import FastAPI
from fastapi import Request as HttpRequest
from fastapi import Response as HttpResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from sync import wire
from sync.address import is_loopback
from sync.hub import health, metrics
from sync.hub.admission import Admission, Busy, Visitor
from sync.hub.current_service import CurrentService
from sync.hub.hub import Hub
from sync.hub.metrics import HubMetrics
from sync.hub.openapi import TITLE, VERSION, describe
from sync.hub.watch import Watch

_FORWARDED = ("forwarded", "x-forwarded-for", "via")
"""Headers that tell of a proxy in between."""
_RESUMABLE = ("PATCH",)
"""Cut, these count as far as they came: a shorter piece of a blob is a piece, and the whole is checked at its end."""
_PUSH = ("POST", "/v1/push")
_METHODS = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"]
MAX_HELD = 256 * 1024 * 1024
"""Bytes of bodies in memory at once: being read, waiting, or worked on."""
_RETRY_FULL_S = 5


class Service(Protocol):
    """What answers; called from several threads at once."""

    def handle(self, request: wire.Request) -> wire.Response:
        """The answer to any request whatever."""

    def busy(self, request: wire.Request, retry_after_s: int) -> wire.Response:
        """The answer when there is no room."""

    def device_code(self, request: wire.Request) -> str:
        """The nine digits of the device whose token the request carries; empty if it carries none that is good."""


def make_app(hub: Hub) -> FastAPI:
    """The application of a hub, with its line and its metrics."""
    counted = HubMetrics(hub)
    admission = Admission(hub.clock, on_line=counted.waiting)
    watch = Watch(CurrentService(hub), counted, hub.clock.monotonic)
    return app_with(Door(watch, admission, counted.page))


def app_with(door: Door) -> FastAPI:
    """An application whose every path goes through `door`."""
    app = FastAPI(title=TITLE, version=VERSION, docs_url=None, redoc_url=None, openapi_url="/openapi.json")
    app.add_api_route("/{path:path}", door.answer, methods=_METHODS, include_in_schema=False)
    app.openapi = describe  # type: ignore[method-assign]
    return app


class Door:
    """From an HTTP request to an HTTP answer. `metrics_page` is for this machine alone.

    A request from elsewhere, or one that came through a proxy, finds no metrics.
    """

    def __init__(self, service: Service, admission: Admission, metrics_page: Callable[[], wire.Response]) -> None:
        self._service = service
        self._admission = admission
        self._metrics_page = metrics_page
        self._held = 0

    async def answer(self, request: HttpRequest) -> HttpResponse:
        """Read, wait, answer."""
        parts: list[bytes] = []
        try:
            problem = await self._read(request, parts)
            if problem is not None:
                return problem
            path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            found = wire.Request(request.method, path, dict(request.headers), tuple(parts))
            made = await self._made(found, from_here=_is_from_here(request))
        except ClientDisconnect:
            # Cut while it was being sent: nothing was taken in, and nobody is there to be told.
            return HttpResponse(status_code=400)
        finally:
            self._held -= sum(map(len, parts))
        return HttpResponse(made.body, made.status, dict(made.headers))

    async def _read(self, request: HttpRequest, parts: list[bytes]) -> HttpResponse | None:
        """Read the body into `parts`; what stands in the way of it, if anything does."""
        size = 0
        try:
            async for part in request.stream():
                size += len(part)
                if size > wire.MAX_BODY:
                    return HttpResponse(status_code=413)
                if self._held + len(part) > MAX_HELD:
                    return HttpResponse(status_code=503, headers={wire.RETRY_AFTER: str(_RETRY_FULL_S)})
                parts.append(part)
                self._held += len(part)
        except ClientDisconnect:
            if request.method not in _RESUMABLE:
                raise
        return None

    async def _made(self, request: wire.Request, *, from_here: bool) -> wire.Response:
        if request.route == metrics.ROUTE and from_here:
            return await run_in_threadpool(self._metrics_page)
        if request.route == health.ROUTE:
            # Never waits: a proxy that hears nothing from a busy hub takes it for a dead one.
            return await run_in_threadpool(self._service.handle, request)
        device, kind = self._service.device_code(request), (request.method, request.route)
        visitor = Visitor(device, request.size, blob=kind[0] == "PATCH", batch=kind == _PUSH)
        try:
            async with self._admission.turn(visitor):
                return await run_in_threadpool(self._service.handle, request)
        except Busy as busy:
            return self._service.busy(request, busy.retry_after_s)


def _is_from_here(request: HttpRequest) -> bool:
    host = request.client.host if request.client else ""
    return is_loopback(host) and not any(name in request.headers for name in _FORWARDED)
