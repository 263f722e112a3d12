"""The citizen's page behind the QR code on every paper: one small page, nothing loaded from anywhere."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from sqlalchemy import select

from clerk_app.domain import notice_number
from clerk_app.domain.case import Case
from clerk_app.domain.fold import Folded
from clerk_app.domain.given_notice import GivenNotice
from clerk_app.domain.kinds import fold_stream
from clerk_app.security.progress_token import ProgressToken, parse_progress_token
from sync import wire
from sync.hub.hub import Hub
from sync.hub.judge import load_facts
from sync.hub.progress_words import (
    NOT_FOUND,
    ProgressPage,
    page_before_arrival,
    page_for,
    page_of_notice,
    page_of_silent_device,
)
from sync.hub.schema import devices
from sync.wire import Request, Response

_BODY_METHODS = ("GET", "HEAD")


def progress_page(hub: Hub, request: Request) -> Response:
    """The page for a token; 404 with a page for anything else."""
    if request.method not in _BODY_METHODS:
        return Response(405, {"allow": "GET, HEAD"})
    page = _page(hub, request.route.removeprefix("/p/"))
    status = 404 if page is NOT_FOUND else 200
    body = b"" if request.method == "HEAD" else _render(page)
    return Response(status, _headers(), body)


def _page(hub: Hub, text: str) -> ProgressPage:
    try:
        token = parse_progress_token(text)
    except ValueError:
        return NOT_FOUND
    now = hub.clock.now_ms()
    with hub.store.reading() as connection:
        statement = select(devices.c.public_key).where(devices.c.region == token.hall, devices.c.device == token.device)
        device = connection.execute(statement).one_or_none()
        if device is None:
            return NOT_FOUND
        if device.public_key is None:
            return page_of_silent_device(token.number, now)
        if not token.is_signed_by(device.public_key):
            return NOT_FOUND
        stream = f"{'notice' if notice_number.check(token.number) else 'case'}/{token.number}"
        folded = fold_stream(stream, load_facts(connection, token.hall, [stream])[stream])
    return _page_of(folded, token, now)


def _page_of(folded: Folded, token: ProgressToken, now_ms: int) -> ProgressPage:
    case = folded.state
    if isinstance(case, GivenNotice):
        return page_of_notice(case, now_ms)
    if not isinstance(case, Case) or case.intake is None:
        return page_before_arrival(token.number, now_ms)
    return page_for(folded, now_ms)


def _render(page: ProgressPage) -> bytes:
    from jinja2 import Environment

    template = Environment(autoescape=True, trim_blocks=True).from_string(_source("progress.html"))
    # The style is ours and goes in as it is: its hash in the policy must fit its very bytes.
    from markupsafe import Markup

    return template.render(page=page, style=Markup(_source("progress.css"))).encode("utf-8", "replace")  # noqa: S704


@cache
def _source(name: str) -> str:
    return files("sync.hub").joinpath(name).read_text("utf-8")


def _headers() -> dict[str, str]:
    style = base64.b64encode(hashlib.sha256(_source("progress.css").encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        wire.CONTENT_TYPE: wire.HTML,
        "content-security-policy": policy,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex",
        "cache-control": "no-store",
    }
