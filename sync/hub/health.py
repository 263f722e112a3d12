"""Whether this process can serve: what a proxy asks before it sends a desk here."""

from __future__ import annotations

import json
import logging
from importlib.metadata import PackageNotFoundError, version

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from sync import wire
from sync.hub.hub import Hub
from sync.hub.schema import meta
from sync.wire import Response

logger = logging.getLogger(__name__)

ROUTE = "/health"
PACKAGE = "window-clerk"


def health(hub: Hub) -> Response:
    """200 if database and blobs answer, else 503 with what does not; unsigned, for machines, not for desks."""
    parts = {"database": _database(hub), "blobs": _blobs(hub)}
    ok = set(parts.values()) == {"ok"}
    body = json.dumps({"ok": ok, **parts, "version": _version()})
    return Response(200 if ok else 503, {wire.CONTENT_TYPE: wire.JSON}, body.encode())


def _database(hub: Hub) -> str:
    try:
        with hub.store.reading() as connection:
            connection.execute(select(meta.c.name).limit(1)).first()
    except SQLAlchemyError as error:
        logger.warning("the database does not answer", exc_info=error)
        return "failed"
    return "ok"


def _blobs(hub: Hub) -> str:
    try:
        hub.shelf.check()
    except OSError as error:
        logger.warning("the blobs cannot be reached", exc_info=error)
        return "failed"
    return "ok"


def _version() -> str:
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return ""
