"""Scans over a bad line: resumed, checked, and never called sent before every hash is confirmed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.errors import BlobDamaged, PlatformUnreachable
from sync.blobs import may_name_blobs, named_blobs
from sync.engine import sync_once
from sync.hub.blobs import MAX_BLOB
from sync.hub.digest import digest
from sync.hub.verify import verify_hub
from sync.wire import UPLOAD_LENGTH, UPLOAD_OFFSET, Request
from tests.sync.conftest import DirectLine
from tests.sync.fakes import PIECE_BYTES
from tests.sync.work import case_number_of, scan, taken_in


class CutLine(DirectLine):
    """Carries `pieces` pieces of blobs, then breaks."""

    def __init__(self, service, pieces):
        super().__init__(service)
        self.pieces = pieces

    def send(self, request):
        if request.method == "PATCH":
            if not self.pieces:
                raise PlatformUnreachable
            self.pieces -= 1
        return super().send(request)


def take_in(desk, *contents, counter=1):
    number = case_number_of("001", counter)
    blobs = [desk.put_blob(content) for content in contents]
    desk.append(f"case/{number}", "case.taken_in", taken_in(number, *map(scan, blobs)))
    return blobs


def sent_bytes(line):
    return sum(len(request.body) for request in line.requests if request.method == "PATCH")


def test_a_case_with_twenty_scans_cut_at_37_percent_resumes_and_is_never_called_sent_before(platform):
    desk = platform.desk()
    contents = [bytes([n]) * (PIECE_BYTES * 2 + n) for n in range(20)]
    take_in(desk, *contents)
    whole = sum(len(content) for content in contents)
    line = CutLine(platform.service, pieces=22)
    lane = platform.lane(desk, line)
    report = sync_once(lane)
    assert (report.state, report.pending) == ("partial", 1)
    assert desk.uploaded() == set()
    line.pieces = 10**6
    report = sync_once(lane)
    assert (report.state, report.pending) == ("done", 0)
    assert len(desk.uploaded()) == 1
    assert digest(platform.hub).blobs == 20
    assert sent_bytes(line) == whole
    assert verify_hub(platform.hub).first_fault is None


def test_a_lost_answer_to_a_piece_costs_no_bytes_twice_but_that_piece(platform):
    desk = platform.desk()
    take_in(desk, b"x" * (PIECE_BYTES * 4))

    class LosesOneAnswer(CutLine):
        lost = False

        def send(self, request):
            answer = super().send(request)
            if request.method == "PATCH" and not self.lost:
                self.lost = True
                raise PlatformUnreachable
            return answer

    line = LosesOneAnswer(platform.service, 10**6)
    lane = platform.lane(desk, line)
    sync_once(lane)
    assert sync_once(lane).state == "done"
    assert sent_bytes(line) == PIECE_BYTES * 4


def test_a_piece_that_comes_twice_is_taken_once(platform):
    desk = platform.desk()
    [blob] = take_in(desk, b"x" * (PIECE_BYTES * 2 + 9))

    class Doubles(DirectLine):
        def send(self, request):
            if request.method == "PATCH":
                super().send(request)
            return super().send(request)

    report = sync_once(platform.lane(desk, Doubles(platform.service)))
    assert report.state == "done"
    assert platform.hub.shelf.is_whole(blob.id)


def test_small_blobs_go_first(platform):
    desk = platform.desk()
    large, small, middle = take_in(desk, b"l" * 900_000, b"s" * 100, b"m" * 300_000)
    line = DirectLine(platform.service)
    sync_once(platform.lane(desk, line))
    order = [request.route.rpartition("/")[2] for request in line.requests if request.method == "PATCH"]
    assert list(dict.fromkeys(order)) == [small.id, middle.id, large.id]


def test_a_scan_two_cases_share_is_sent_once(platform):
    desk = platform.desk()
    take_in(desk, b"shared" * 100, counter=1)
    take_in(desk, b"shared" * 100, counter=2)
    line = DirectLine(platform.service)
    assert sync_once(platform.lane(desk, line)).state == "done"
    assert len([request for request in line.requests if request.method == "PATCH"]) == 1
    take_in(desk, b"shared" * 100, counter=3)
    line.requests.clear()
    assert sync_once(platform.lane(desk, line)).pending == 0
    assert not [request for request in line.requests if request.method == "PATCH"]


def test_a_changed_piece_is_noticed_at_the_end_and_the_blob_begins_again(platform):
    desk = platform.desk()
    [blob] = take_in(desk, b"x" * (PIECE_BYTES + 5))

    class ChangesOnce(DirectLine):
        changed = False

        def send(self, request):
            if request.method == "PATCH" and not self.changed:
                self.changed = True
                # A broken proxy that also mends every check sum on its way back.
                answer = super().send(replace(request, content=b"y" + request.body[1:]))
                return platform.hub.keys.sign_answer(request, answer)
            return super().send(request)

    report = sync_once(platform.lane(desk, ChangesOnce(platform.service)))
    assert report.state == "done"
    assert platform.hub.shelf.is_whole(blob.id)


@pytest.mark.parametrize("sizes", [[PIECE_BYTES * 4], [100, 200, 300]], ids=["in pieces", "together"])
def test_a_beginning_on_the_hub_that_is_longer_than_the_scan_is_begun_again(platform, sizes):
    desk = platform.desk()
    blobs = take_in(desk, *(b"x" * size for size in sizes))
    assert sync_once(platform.lane(desk, CutLine(platform.service, pieces=0))).state == "partial"
    for blob in blobs:
        platform.hub.shelf.append(blob.id, 0, b"y" * PIECE_BYTES * 5)
    report = sync_once(platform.lane(desk))
    assert (report.state, report.pending) == ("done", 0)
    assert verify_hub(platform.hub).first_fault is None


def test_a_damaged_scan_is_named_and_holds_up_nothing_else(platform):
    desk = platform.desk()
    [lost] = take_in(desk, b"gone" * 10, counter=1)
    take_in(desk, b"fine" * 10, counter=2)
    del desk.blobs[lost.id]
    report = sync_once(platform.lane(desk))
    assert (report.state, report.pushed, report.pending, report.blobs_sent) == ("partial", 2, 1, 1)
    assert isinstance(report.problem, BlobDamaged)


def test_a_scan_changed_on_disk_is_never_sent(platform):
    desk = platform.desk()
    [blob] = take_in(desk, b"a scan" * 10)
    desk.blobs[blob.id] = b"another" * 10
    report = sync_once(platform.lane(desk))
    assert report.state == "partial"
    assert digest(platform.hub).blobs == 0


# ---- the hub's side alone -----------------------------------------------------------------------------------------


@pytest.fixture
def upload(platform):
    """A line with a token, and a blob named by a stored entry that is not sent yet."""
    desk = platform.desk()
    [blob] = take_in(desk, b"0123456789")
    line = CutLine(platform.service, pieces=0)
    lane = platform.lane(desk, line)
    sync_once(lane)
    line.pieces = 10**6
    token = {"authorization": f"Bearer {lane.session.token}"}

    def patch(offset, length, content, name=blob.id):
        headers = {**token, UPLOAD_OFFSET: str(offset), UPLOAD_LENGTH: str(length)}
        return line.send(Request("PATCH", f"/v1/blobs/{name}", headers, content))

    def head(name=blob.id):
        return line.send(Request("HEAD", f"/v1/blobs/{name}", token))

    return patch, head


def test_head_tells_the_offset(upload):
    patch, head = upload
    assert head().headers[UPLOAD_OFFSET] == "0"
    patch(0, 10, b"0123")
    assert (head().headers[UPLOAD_OFFSET], head().body) == ("4", b"")
    patch(4, 10, b"456789")
    assert head().headers[UPLOAD_OFFSET] == "10"


@pytest.mark.parametrize("offset", [1, 3, 9])
def test_a_piece_at_another_offset_is_refused_with_the_right_one(upload, offset):
    patch, head = upload
    answer = patch(offset, 10, b"x")
    assert (answer.status, answer.headers[UPLOAD_OFFSET], head().headers[UPLOAD_OFFSET]) == (409, "0", "0")


def test_wrong_content_is_thrown_away_at_the_end(upload):
    patch, head = upload
    assert patch(0, 10, b"0123456780").status == 422
    assert head().headers[UPLOAD_OFFSET] == "0"
    assert patch(0, 10, b"0123456789").status == 200


def test_a_beginning_of_another_length_is_thrown_away(upload):
    patch, head = upload
    patch(0, 50, b"0123456789abcdef")
    assert patch(0, 10, b"0123456789").status == 200
    assert head().headers[UPLOAD_OFFSET] == "10"


def test_an_upload_that_stopped_after_its_last_byte_can_be_finished(upload):
    patch, _head = upload
    patch(0, 11, b"0123456789")
    assert patch(10, 10, b"").status == 200


@pytest.mark.parametrize(
    ("offset", "length", "content", "status"),
    [(0, 5, b"0123456789", 400), (0, 0, b"", 400), (5, 3, b"", 400), (0, MAX_BLOB + 1, b"0", 413)],
)
def test_pieces_that_cannot_be_are_refused(upload, offset, length, content, status):
    patch, _head = upload
    assert patch(offset, length, content).status == status


def test_a_blob_nobody_named_is_not_taken(upload):
    patch, head = upload
    assert patch(0, 10, b"0123456789", name="0" * 64).status == 404
    assert head("0" * 64).headers[UPLOAD_OFFSET] == "0"


def test_a_crash_between_file_and_database_is_mended_by_asking(platform, upload):
    _patch, head = upload
    shelf = platform.hub.shelf
    blob = shelf.path("84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882")
    blob.parent.mkdir()
    blob.write_bytes(b"0123456789")
    assert head().headers[UPLOAD_OFFSET] == "10"
    assert digest(platform.hub).blobs == 1


# ---- naming -------------------------------------------------------------------------------------------------------


def test_blobs_are_found_at_any_depth_each_once_in_order():
    a, b = "a" * 64, "b" * 64
    body = {"materials": [{"blobs": [{"id": b, "size": 3}, {"id": a}]}, {"blobs": [{"id": b}]}], "id": "c" * 64}
    assert [(blob.id, blob.size) for blob in named_blobs(body)] == [(b, 3), (a, 0)]


@pytest.mark.parametrize(
    "body", [None, [], 3, {"blobs": None}, {"blobs": {"id": "a" * 64}}, {"blobs": [{"id": "A" * 64}, {"id": 3}, 7]}]
)
def test_anything_else_names_none(body):
    assert named_blobs(body) == ()


KEYS = st.sampled_from(["blobs", "id", "size", "other", '"blobs":[{'])
VALUES = st.recursive(
    st.one_of(st.none(), st.integers(), st.sampled_from(["a" * 64, "例", "\u0062lobs"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
)


@given(VALUES, st.sampled_from([None, 1]), st.sampled_from(["utf-8", "utf-16", "utf-32-le"]), st.booleans())
def test_no_body_that_names_a_blob_is_passed_over(body, indent, encoding, escaped):
    text = json.dumps(body, indent=indent)
    if escaped:
        text = text.replace('"blobs"', '"\\u0062lobs"')
    content = text.encode(encoding)
    assert named_blobs(json.loads(content)) == named_blobs(body)
    assert may_name_blobs(content) or not named_blobs(body)


def test_a_body_with_empty_lists_only_is_passed_over():
    assert not may_name_blobs(b'{"materials":[{"blobs":[]},{"blobs": [ ]}],"note":"blobs"}')
