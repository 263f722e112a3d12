"""The hub over HTTP: an ASGI application around one function, one thread for each request that is being answered."""

from __future__ import annotations

from typing import Protocol

from fastapi import FastAPI
from fastapi import Request as HttpRequest
from fastapi import Response as HttpResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from sync import wire
from sync.hub.openapi import TITLE, VERSION, describe

_METHODS = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"]


class Service(Protocol):
    """What answers: `HubService`, or one that follows its changing keys."""

    def handle(self, request: wire.Request) -> wire.Response:
        """The answer to any request whatever; called from several threads at once."""


def make_app(service: Service) -> FastAPI:
    """The application; every path goes to the service, which knows them."""
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
        made = await run_in_threadpool(service.handle, found)
        return HttpResponse(made.body, made.status, dict(made.headers))

    app.add_api_route("/{path:path}", answer, methods=_METHODS, include_in_schema=False)
    app.openapi = describe  # type: ignore[method-assign]
    return app


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
