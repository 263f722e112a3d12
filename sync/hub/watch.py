"""Looks on while requests are answered, and tells the log and the metrics.

A route is told as its pattern: the token of a citizen's page and whatever a stranger types into an address never get
into a log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from sync import wire
from sync.blobs import is_blob_id
from sync.hub import health, metrics
from sync.hub.log import FIELDS
from sync.hub.metrics import HubMetrics
from sync.hub.service import BLOB_ROUTE, ROUTES
from sync.schemas import ErrorAnswer
from sync.wire import Request, Response

logger = logging.getLogger(__name__)

OTHER = "other"
_PATHS = {path for _method, path in ROUTES} | {health.ROUTE, metrics.ROUTE}
_METHODS = {"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"}


class Service(Protocol):
    """What answers: `HubService`, or one that follows its changing keys."""

    def handle(self, request: Request) -> Response:
        """The answer to any request whatever; called from several threads at once."""

    def busy(self, request: Request, retry_after_s: int) -> Response:
        """The answer when there is no room."""

    def device_code(self, request: Request) -> str:
        """The nine digits of the device whose token the request carries; empty if it carries none that is good."""


class Watch:
    """Hands requests to the service and notes what became of them. `monotonic` is the time to measure by, seconds."""

    def __init__(self, service: Service, counted: HubMetrics, monotonic: Callable[[], float]) -> None:
        self._service = service
        self._metrics = counted
        self._monotonic = monotonic

    def handle(self, request: Request) -> Response:
        """The service's answer."""
        began = self._monotonic()
        self._metrics.begun()
        answer = Response(500)
        try:
            answer = self._service.handle(request)
        finally:
            self._note(request, answer, self._monotonic() - began)
        return answer

    def busy(self, request: Request, retry_after_s: int) -> Response:
        """The service's answer when there is no room."""
        self._metrics.begun()
        answer = self._service.busy(request, retry_after_s)
        self._note(request, answer, 0.0)
        return answer

    def device_code(self, request: Request) -> str:
        """The device by its token."""
        return self._service.device_code(request)

    def _note(self, request: Request, answer: Response, seconds: float) -> None:
        method = request.method if request.method in _METHODS else OTHER
        route, code = pattern_of(request.route), _code(answer)
        self._metrics.ended(method, route, answer.status, code, seconds)
        self._metrics.moved(request.size, len(answer.body))
        told = {
            "request": request.headers.get(wire.REQUEST_ID, "")[:32],
            "device": self._service.device_code(request),
            "method": method,
            "route": route,
            "status": answer.status,
            "code": code,
            "ms": round(seconds * 1000, 1),
            "received": request.size,
            "sent": len(answer.body),
        }
        logger.info("request", extra={FIELDS: told})


def pattern_of(route: str) -> str:
    """The pattern of a path: one of a dozen, whatever was asked."""
    if route in _PATHS:
        return route
    if route.startswith("/p/"):
        return "/p/{token}"
    kind, _, blob = route.rpartition("/")
    return f"{BLOB_ROUTE}/{{id}}" if kind == BLOB_ROUTE and is_blob_id(blob) else OTHER


def _code(answer: Response) -> str:
    """The code of a refusal, empty for anything else."""
    if answer.status < 400 or not answer.headers.get(wire.CONTENT_TYPE, "").startswith(wire.JSON):
        return ""
    try:
        return ErrorAnswer.model_validate_json(wire.json_content(answer)).error.code
    except ValueError:
        return ""
