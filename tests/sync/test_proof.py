"""Nothing is shown as uploaded without the hub's signature, whatever comes back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_app.errors import PlatformUnreachable
from clerk_app.journal.hub_facts import sign_ack
from sync import capabilities, wire
from sync.answer import answer_message
from sync.client import HubSession
from sync.engine import sync_once
from sync.pieces import Piece, encode_pieces
from sync.schemas import AckMessage, PushAnswer
from sync.wire import Request, Response
from tests.sync.conftest import DirectLine
from tests.sync.fakes import steady_paces
from tests.sync.work import case_number_of, logged_in, scan, taken_in

SAME_PLATFORM = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])


class ChangingLine(DirectLine):
    """Lets `change` alter the answers to one path."""

    def __init__(self, service, path, change):
        super().__init__(service)
        self._path, self._change = path, change

    def send(self, request):
        answer = super().send(request)
        return self._change(request, answer) if request.route == self._path else answer


def desk_with_work(platform):
    desk = platform.desk()
    for number in range(3):
        desk.append(f"session/{number}", "session.logged_in", logged_in())
    return desk


def sync_through(platform, desk, path, change, **parts):
    return sync_once(platform.lane(desk, ChangingLine(platform.service, path, change), **parts))


PATHS = ["/v1/hello", "/v1/register", "/v1/token", "/v1/state", "/v1/push", "/v1/feed"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "portal",
    [
        Response(200, {"content-type": "text/html"}, b"<html>log in</html>"),
        Response(302, {"location": "http://login.example/"}),
        Response(200, {"content-type": "application/json"}, b'{"acks": []}'),
        Response(200),
        Response(403, {}, b"forbidden"),
        Response(511),
    ],
    ids=["page", "redirect", "json", "empty", "forbidden", "network authentication"],
)
def test_a_portal_in_the_place_of_any_answer_is_named_and_changes_nothing(platform, path, portal):
    desk = desk_with_work(platform)
    report = sync_through(platform, desk, path, lambda _request, _answer: portal)
    assert report.state == "portal"
    if path != "/v1/feed":
        assert desk.uploaded() == set()
        assert report.pending == 3


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_without_its_hub_is_no_portal(platform, status):
    desk = desk_with_work(platform)
    report = sync_through(
        platform, desk, "/v1/hello", lambda _request, _answer: Response(status, {"retry-after": "30"}, b"bad gateway")
    )
    assert (report.state, report.retry_after_s, report.pending) == ("offline", 30, 3)


@pytest.mark.parametrize("path", ["/v1/push", "/v1/state", "/v1/token"])
@SAME_PLATFORM
@given(at=st.integers(0, 5000), bit=st.integers(0, 7))
def test_one_flipped_bit_of_an_answer_is_never_believed(platform, path, at, bit):
    def flip(_request, answer):
        body = bytearray(answer.body)
        body[at % len(body)] ^= 1 << bit
        return replace(answer, body=bytes(body))

    desk = desk_with_work(platform)
    report = sync_through(platform, desk, path, flip)
    assert report.state in ("offline", "partial", "portal")
    assert desk.uploaded() == set()


@SAME_PLATFORM
@given(size=st.integers(0, 5000))
def test_an_answer_cut_anywhere_is_never_believed(platform, size):
    desk = desk_with_work(platform)
    report = sync_through(
        platform,
        desk,
        "/v1/push",
        lambda _request, answer: replace(answer, body=answer.body[: size % len(answer.body)]),
    )
    assert report.state == "partial"
    assert desk.uploaded() == set()


def signed_again(platform, request, answer, content):
    """The answer with another body, properly signed by the hub: only the acks inside can tell."""
    changed = Response(answer.status, {wire.CONTENT_TYPE: wire.JSON}, json.dumps(content).encode())
    return platform.hub.keys.sign_answer(request, changed)


ACK_FIELDS = ["hub", "chain", "head", "signature", "first", "seq", "hub_seq", "blobs_complete"]


@pytest.mark.parametrize("key", ACK_FIELDS)
@SAME_PLATFORM
@given(place=st.integers(0, 127), bit=st.integers(0, 3))
def test_no_field_of_an_ack_can_be_changed_even_inside_a_signed_answer(platform, key, place, bit):
    def change(request, answer):
        content = json.loads(wire.json_content(answer))
        value = content["acks"][0][key]
        if isinstance(value, str):
            at = place % len(value)
            value = value[:at] + f"{int(value[at], 16) ^ (1 << bit):x}" + value[at + 1 :]
        elif isinstance(value, bool):
            value = not value
        else:
            value += 1 << bit
        content["acks"][0][key] = value
        return signed_again(platform, request, answer, content)

    desk = desk_with_work(platform)
    report = sync_through(platform, desk, "/v1/push", change)
    assert report.state == "refused"
    assert desk.uploaded() == set()


def test_an_ack_by_another_key_is_not_the_hubs(platform):
    def forge(request, answer):
        acks = [message.signed().ack for message in PushAnswer.model_validate_json(wire.json_content(answer)).acks]
        content = {"acks": [AckMessage.of(sign_ack(b"f" * 32, ack)).model_dump() for ack in acks]}
        return signed_again(platform, request, answer, content)

    desk = desk_with_work(platform)
    assert sync_through(platform, desk, "/v1/push", forge).state == "refused"
    assert desk.uploaded() == set()


def test_an_answer_to_another_request_is_not_an_answer_to_ours(platform):
    kept = []

    def yesterday(_request, answer):
        kept.append(answer)
        return kept[0]

    desk = desk_with_work(platform)
    line = ChangingLine(platform.service, "/v1/push", yesterday)
    lane = platform.lane(desk, line)
    sync_once(lane)
    desk.append("session/9", "session.logged_in", logged_in())
    report = sync_once(lane)
    assert (report.state, report.pending) == ("partial", 1)


@given(body=st.binary(max_size=60), cuts=st.lists(st.integers(0, 60), max_size=5).map(sorted))
def test_an_answer_is_signed_for_every_byte_of_the_request_however_it_was_parted_on_its_way(body, cuts):
    parts = tuple(body[begin:end] for begin, end in pairwise([0, *cuts, len(body)]))

    def signed(content):
        return answer_message(Request("PATCH", "/v1/blobs", {}, content), Response(200))

    assert signed(parts) == signed(body)
    assert signed((*parts, b"x")) != signed(body)


def signed_by_heads(*content):
    kind = {wire.CONTENT_TYPE: wire.PIECES_BY_HEADS}
    return answer_message(Request("PATCH", "/v1/blobs", kind, content), Response(200))


some_pieces = st.lists(
    st.builds(
        lambda content, before, after: Piece(
            hashlib.sha256(content).hexdigest(), before, before + len(content) + after, content
        ),
        st.binary(min_size=1, max_size=40),
        st.sampled_from([0, 0, 7]),
        st.sampled_from([0, 0, 5]),
    ),
    max_size=4,
)


@given(pieces=some_pieces, cuts=st.lists(st.integers(0, 400), max_size=6).map(sorted), at=st.integers(0, 400))
def test_an_answer_by_heads_is_signed_for_every_byte_that_no_id_vouches_for(pieces, cuts, at):
    body = b"".join(encode_pieces(pieces))
    parted = tuple(body[begin:end] for begin, end in pairwise([0, *(min(cut, len(body)) for cut in cuts), len(body)]))
    assert signed_by_heads(*parted) == signed_by_heads(body)
    # Cut anywhere it is another request; the last byte of a whole blob may be missing on the way as well.
    if at < len(body):
        assert signed_by_heads(body[:at]) != signed_by_heads(body)
        changed = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        assert (signed_by_heads(changed) == signed_by_heads(body)) == _vouched_for(pieces, at)


def _vouched_for(pieces, at):
    """Whether the byte at this place of the body belongs to a whole blob."""
    begin = len(encode_pieces(())[0])
    for piece in pieces:
        content = begin + len(encode_pieces([piece])[1])
        begin = content + len(piece.content)
        if content <= at < begin:
            return len(piece.content) == piece.length
    return False


@given(body=st.binary(max_size=80).filter(lambda body: not body.startswith(b"WCP1")))
def test_what_is_no_pieces_is_signed_for_as_it_is(body):
    asked = json.loads(signed_by_heads(body))[4]
    assert asked == hashlib.sha256(body).hexdigest()


def test_bytes_that_are_not_their_blobs_are_not_called_whole_whatever_was_signed(platform):
    """The id vouches for the bytes only because the hub looks."""
    desk, number = platform.desk(), case_number_of("001", 1)
    scans = [scan(desk.put_blob(b"sealed scan %d " % page * 100)) for page in range(3)]
    desk.append(f"case/{number}", "case.taken_in", taken_in(number, *scans))
    swapped = []

    class Swapping(DirectLine):
        def send(self, request):
            if request.headers.get(wire.CONTENT_TYPE) == wire.PIECES_BY_HEADS:
                swapped.append(request)
                request = replace(request, content=tuple(part.replace(b"scan", b"nacs") for part in request.parts))
            return super().send(request)

    report = sync_once(platform.lane(desk, Swapping(platform.service)))
    assert swapped
    assert (report.state, report.blobs_sent, desk.uploaded()) == ("partial", 0, set())
    assert sync_once(platform.lane(desk)).state == "done"


def test_a_hub_that_signs_over_every_byte_only_is_sent_its_pieces_so(platform, monkeypatch):
    earlier = tuple(name for name in capabilities.ALL if name != capabilities.SIGNS_BY_HEADS)
    monkeypatch.setattr(capabilities, "ALL", earlier)
    desk, number, kinds = platform.desk(), case_number_of("001", 1), []
    scans = [scan(desk.put_blob(b"sealed scan %d " % page * 100)) for page in range(3)]
    desk.append(f"case/{number}", "case.taken_in", taken_in(number, *scans))

    def seen(request, answer):
        kinds.append(request.headers.get(wire.CONTENT_TYPE))
        return answer

    assert sync_through(platform, desk, "/v1/blobs", seen).state == "done"
    assert set(kinds) == {wire.PIECES}


def test_keys_of_another_hub_are_not_believed(platform, tmp_path):
    from tests.sync.conftest import open_platform_hub
    from tests.sync.fakes import SeededRng

    other = open_platform_hub(tmp_path / "other", platform.clock, SeededRng("other"))
    desk = desk_with_work(platform)
    report = sync_once(platform.lane(desk, DirectLine(type(platform.service)(other))))
    other.close()
    assert report.state == "offline"
    assert desk.uploaded() == set()


def test_an_older_key_list_than_one_seen_is_refused(platform):
    desk = desk_with_work(platform)
    lane = platform.lane(desk)
    lane.session = HubSession(oldest_serial=platform.hub.key_list.serial + 1)
    report = sync_once(lane)
    assert report.state == "refused"
    assert report.problem is not None
    assert report.problem.data == {"reason": "old_keys"}


def test_a_line_that_breaks_half_way_keeps_what_was_confirmed_and_says_partial(platform):
    desk = desk_with_work(platform)

    def gone(_request, _answer):
        raise PlatformUnreachable

    report = sync_through(platform, desk, "/v1/feed", gone)
    assert (report.state, report.pushed, report.pending) == ("partial", 3, 0)
    assert len(desk.uploaded()) == 3


def test_two_percent_done_and_the_rest_timed_out_is_never_done(platform):
    desk = platform.desk()
    for number in range(50):
        desk.append(f"session/{number}", "session.logged_in", logged_in())
    pushed = []

    def after_the_first(_request, answer):
        pushed.append(answer)
        if len(pushed) > 1:
            raise PlatformUnreachable
        return answer

    report = sync_through(platform, desk, "/v1/push", after_the_first, paces=steady_paces(batch=1))
    assert (report.state, report.pushed, report.pending) == ("partial", 1, 49)
