"""A piece of a blob that is cut on its way counts as far as it came; anything else that is cut counts for nothing."""

from __future__ import annotations

import asyncio

from clerk_app.errors import PlatformUnreachable
from sync.engine import sync_once
from sync.hub.app import make_app
from sync.hub.digest import digest
from tests.sync.conftest import DirectLine
from tests.sync.work import case_number_of, scan, taken_in

WHOLE = 500_000


def deliver(hub, request, *parts):
    """Send the head of a request and these parts of its body to the server, and hang up."""
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages.append({"type": "http.disconnect"})

    async def receive():
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message):
        pass

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in request.headers.items()],
    }
    asyncio.run(make_app(hub)(scope, receive, send))


class CutLine(DirectLine):
    """Cuts the first request to `method` and `path` after `length` bytes of its body."""

    def __init__(self, platform, method, path, length):
        super().__init__(platform.service)
        self._hub = platform.hub
        self._cut, self._length, self._left = (method, path), length, 1

    def send(self, request):
        method, path = self._cut
        if self._left and request.method == method and request.path.startswith(path):
            self._left -= 1
            body = request.body[: self._length]
            deliver(self._hub, request, body[: len(body) // 2], body[len(body) // 2 :])
            raise PlatformUnreachable
        return super().send(request)


def desk_with_a_scan(platform):
    desk = platform.desk()
    number = case_number_of("001", 1)
    blob = desk.put_blob(b"x" * WHOLE)
    desk.append(f"case/{number}", "case.taken_in", taken_in(number, scan(blob)))
    return desk, blob


def test_of_a_cut_piece_nothing_that_arrived_is_sent_again(platform):
    desk, blob = desk_with_a_scan(platform)
    line = CutLine(platform, "PATCH", "/v1/blobs/", 100_001)
    lane = platform.lane(desk, line)
    assert sync_once(lane).state == "partial"
    assert platform.hub.shelf.offset(blob.id) == 100_001
    assert sync_once(lane).state == "done"
    assert sum(len(request.body) for request in line.requests if request.method == "PATCH") == WHOLE - 100_001
    assert platform.hub.shelf.is_whole(blob.id)


def test_of_a_cut_batch_nothing_is_taken_in(platform):
    desk, _blob = desk_with_a_scan(platform)
    lane = platform.lane(desk, CutLine(platform, "POST", "/v1/push", 300))
    assert sync_once(lane).state == "partial"
    assert digest(platform.hub).entries == 0
    assert sync_once(lane).state == "done"
    assert digest(platform.hub).entries == 1
