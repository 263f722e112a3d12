"""The hub over HTTP: an ASGI application around one function, one thread for each request that is being answered."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi import Request as HttpRequest
from fastapi import Response as HttpResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from sync import wire
from sync.address import is_loopback
from sync.hub import metrics
from sync.hub.current_service import CurrentService
from sync.hub.hub import Hub
from sync.hub.metrics import HubMetrics
from sync.hub.openapi import TITLE, VERSION, describe
from sync.hub.watch import Watch

_FORWARDED = ("forwarded", "x-forwarded-for", "via")
"""Headers that tell of a proxy in between."""
_METHODS = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"]


def make_app(hub: Hub) -> FastAPI:
    """The application; every path goes to the service, which knows them, but that of the metrics.

    Metrics are for this machine alone: a request from elsewhere, or one that came through a proxy, finds nothing there.
    """
    counted = HubMetrics(hub)
    watch = Watch(CurrentService(hub), counted, hub.clock.monotonic)
    app = FastAPI(title=TITLE, version=VERSION, docs_url=None, redoc_url=None, openapi_url="/openapi.json")

    async def answer(request: HttpRequest) -> HttpResponse:
        try:
            body = await _body(request)
        except ClientDisconnect:
            # Cut while it was being sent: nothing was taken in, and nobody is there to be told.
            return HttpResponse(status_code=400)
        if body is None:
            return HttpResponse(status_code=413)
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        found = wire.Request(request.method, path, dict(request.headers), body)
        if found.route == metrics.ROUTE and _is_from_here(request):
            made = await run_in_threadpool(counted.page)
        else:
            made = await run_in_threadpool(watch.handle, found)
        return HttpResponse(made.body, made.status, dict(made.headers))

    app.add_api_route("/{path:path}", answer, methods=_METHODS, include_in_schema=False)
    app.openapi = describe  # type: ignore[method-assign]
    return app


def _is_from_here(request: HttpRequest) -> bool:
    host = request.client.host if request.client else ""
    return is_loopback(host) and not any(name in request.headers for name in _FORWARDED)


async def _body(request: HttpRequest) -> bytes | None:
    """The body, or None if it is larger than any of the protocol."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > wire.MAX_BODY:
            return None
        parts.append(part)
    return b"".join(parts)
