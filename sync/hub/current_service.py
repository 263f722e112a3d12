"""The service of a hub whose working keys may be changed while it is served, by any process on its database."""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError

from clerk_app.errors import ClerkError
from sync.hub.hub import Hub
from sync.hub.service import HubService
from sync.wire import Request, Response

logger = logging.getLogger(__name__)

LOOK_S = 1.0
"""How long other answers may still be signed with keys that were just retired; the list still vouches for those."""
_BRINGS_THE_LIST = ("/v1/hello", "/v1/state")
"""A desk that was told the new list by one process must never be told the old one by another."""


class CurrentService:
    """Answers with the keys of the moment: each answer is made and signed with one set of them."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._service = HubService(hub)
        self._looked_at = hub.clock.monotonic()

    def handle(self, request: Request) -> Response:
        """The answer to any request whatever."""
        now = self._hub.clock.monotonic()
        if request.route in _BRINGS_THE_LIST or now - self._looked_at >= LOOK_S:
            self._look(now)
        return self._service.handle(request)

    def device_code(self, request: Request) -> str:
        """The nine digits of the device whose token the request carries; empty if it carries none that is good."""
        return self._service.device_code(request)

    def busy(self, request: Request, retry_after_s: int) -> Response:
        """The answer when there is no room."""
        return self._service.busy(request, retry_after_s)

    def _look(self, now: float) -> None:
        try:
            hub = self._hub.with_newest_keys()
        except (SQLAlchemyError, OSError):
            # The service meets the same trouble and refuses in the words of the protocol.
            return
        except ClerkError:
            logger.exception("the keys in the database cannot be used")
            return
        self._looked_at = now
        if hub is not self._hub:
            self._hub, self._service = hub, HubService(hub)
