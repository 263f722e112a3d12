"""Addresses of a hub: TLS everywhere, plain HTTP on this machine only."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from clerk_app.errors import PlatformRefused


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
    if parts.scheme == "http" and is_loopback(host):
        return url.rstrip("/")
    raise PlatformRefused(reason="plain_http" if parts.scheme == "http" else "bad_url")


def is_loopback(host: str) -> bool:
    """Whether only this machine itself can reach `host`, a name or an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
