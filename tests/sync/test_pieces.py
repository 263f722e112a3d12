"""Pieces of several blobs in one request: cut anywhere, damaged, doubled; what is told of a blob is durable."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from clerk_app import failpoints
from clerk_app.errors import PlatformUnreachable
from sync.engine import sync_once
from sync.hub import blobs as hub_blobs
from sync.hub import folder_shelf
from sync.hub.blobs import MAX_BLOB, take_piece
from sync.hub.devices import Device
from sync.hub.folder_shelf import FolderShelf
from sync.hub.schema import blobs, entries
from sync.hub.verify import verify_hub
from sync.pace import Paces
from sync.pieces import MAX_PIECES, Piece, decode_pieces, encode_pieces
from sync.schemas import BlobsAnswer, ErrorAnswer, read_message
from sync.wire import Malformed, Request
from tests.sync.conftest import DirectLine
from tests.sync.work import case_number_of, scan, taken_in

NOBODYS = "0" * 64
CONTENTS = (b"first scan", b"second scan", b"third scan")


class NoBlobs(DirectLine):
    """Lets no blob through."""

    def send(self, request):
        if request.method == "PATCH":
            raise PlatformUnreachable
        return super().send(request)


class Upload:
    """A case with three scans that is stored, and a line with a token."""

    def __init__(self, platform):
        self.platform, self.desk = platform, platform.desk()
        self.ids = [self.desk.put_blob(content).id for content in CONTENTS]
        number = case_number_of("001", 1)
        named = [scan(self.desk.put_blob(content)) for content in CONTENTS]
        self.desk.append(f"case/{number}", "case.taken_in", taken_in(number, *named))
        self.line = NoBlobs(platform.service)
        lane = platform.lane(self.desk, self.line)
        sync_once(lane)
        self.token = {"authorization": f"Bearer {lane.session.token}"}
        self.device = Device("999999", "001", self.desk.registration().device_public)

    def whole(self, number):
        content = CONTENTS[number]
        return Piece(self.ids[number], 0, len(content), content)

    def send(self, *pieces):
        return self.send_body(encode_pieces(pieces))

    def send_body(self, body):
        answer = self.platform.service.handle(Request("PATCH", "/v1/blobs", self.token, body))
        if answer.status != 200:
            return answer.status, read_message(ErrorAnswer, answer).error.code
        return [(found.id, found.offset, found.complete) for found in read_message(BlobsAnswer, answer).blobs]

    def is_complete(self):
        with self.platform.hub.store.reading() as connection:
            return connection.execute(select(entries.c.blobs_complete)).scalar_one()


@pytest.fixture
def upload(platform):
    return Upload(platform)


def test_several_blobs_in_one_request_complete_their_entry_in_one_commit(upload, monkeypatch):
    commits: list[str] = []
    monkeypatch.setattr(hub_blobs, "failpoint", commits.append)
    answers = upload.send(*(upload.whole(number) for number in range(3)))
    assert answers == [(blob, len(content), True) for blob, content in zip(upload.ids, CONTENTS, strict=True)]
    assert upload.is_complete()
    assert commits.count("hub.blob.before_commit") == 1
    assert verify_hub(upload.platform.hub).first_fault is None


def test_pieces_and_whole_blobs_go_together(upload):
    first, second = (upload.whole(number) for number in (0, 1))
    beginning = replace(first, content=first.content[:4])
    rest = replace(first, offset=4, content=first.content[4:])
    assert upload.send(beginning, second) == [(first.blob, 4, False), (second.blob, second.length, True)]
    assert not upload.is_complete()
    assert [complete for *_, complete in upload.send(rest, upload.whole(2))] == [True, True]
    assert upload.is_complete()


def test_a_piece_for_another_offset_is_left_out_and_the_others_are_taken(upload):
    first, second = (upload.whole(number) for number in (0, 1))
    ahead = replace(first, offset=3, content=first.content[3:])
    assert upload.send(ahead, second) == [(first.blob, 0, False), (second.blob, second.length, True)]


def test_a_blob_that_is_another_begins_again_and_the_others_are_taken(upload):
    first, second = (upload.whole(number) for number in (0, 1))
    spoilt = replace(first, content=b"X" + first.content[1:])
    assert upload.send(spoilt, second) == [(first.blob, 0, False), (second.blob, second.length, True)]
    assert upload.send(first, upload.whole(2))[0] == (first.blob, first.length, True)


def test_whole_content_wins_over_a_beginning(upload):
    first = upload.whole(0)
    upload.send(replace(first, content=b"garbage"))
    assert upload.send(first) == [(first.blob, first.length, True)]


def test_what_came_twice_is_told_alike(upload):
    pieces = [upload.whole(number) for number in range(3)]
    assert upload.send(*pieces) == upload.send(
        *pieces,
    )
    assert upload.send(pieces[0], pieces[0])[1] == (pieces[0].blob, pieces[0].length, True)


def test_a_blob_nobody_named_is_refused_with_all_its_company(upload):
    other = Piece(NOBODYS, 0, 3, b"abc")
    assert upload.send(upload.whole(0), other) == (404, "unknown_blob")
    assert not upload.platform.hub.shelf.has(upload.ids[0])


def test_pieces_that_cannot_be_are_refused_with_all_their_company(upload):
    first = upload.whole(0)
    for wrong, refusal in (
        (replace(first, length=0), (400, "malformed")),
        (replace(first, offset=1), (400, "malformed")),
        (replace(first, length=MAX_BLOB + 1), (413, "too_large")),
    ):
        assert upload.send(upload.whole(1), wrong) == refusal
    assert not upload.platform.hub.shelf.has(upload.ids[1])


@pytest.mark.parametrize("body", [b"", b"WCP1", b"WCP2" + bytes(60), b"WCP1" + bytes(51)])
def test_a_body_without_pieces_is_refused(upload, body):
    assert upload.send_body(body) == (400, "malformed")


def test_of_a_cut_body_everything_counts_as_far_as_it_came(upload):
    body = b"".join(encode_pieces([upload.whole(0), upload.whole(1)]))
    cut = len(body) - 3
    assert upload.send_body(body[:cut]) == [
        (upload.ids[0], len(CONTENTS[0]), True),
        (upload.ids[1], len(CONTENTS[1]) - 3, False),
    ]


PIECES = st.lists(
    st.builds(
        Piece,
        blob=st.binary(min_size=32, max_size=32).map(bytes.hex),
        offset=st.integers(0, 2**40),
        length=st.integers(0, 2**40),
        content=st.binary(max_size=40),
    ),
    min_size=1,
    max_size=5,
)


@given(PIECES, st.data())
def test_a_cut_body_is_a_beginning_of_the_same_pieces(pieces, data):
    body = b"".join(encode_pieces(pieces))
    cut = data.draw(st.integers(0, len(body)))
    try:
        found = decode_pieces([body[:cut]])
    except Malformed:
        return
    for came, sent in zip(found, pieces, strict=False):
        assert (came.blob, came.offset, came.length) == (sent.blob, sent.offset, sent.length)
        assert sent.content.startswith(came.content)
    assert [piece.content for piece in found[:-1]] == [piece.content for piece in pieces[: len(found) - 1]]


@given(PIECES, st.data())
def test_however_a_body_is_parted_on_its_way_the_pieces_are_the_same(pieces, data):
    body = b"".join(encode_pieces(pieces))
    cuts = data.draw(st.lists(st.integers(0, len(body)), max_size=9).map(sorted))
    parts = [body[begin:end] for begin, end in pairwise([0, *cuts, len(body)])]
    assert decode_pieces(parts) == tuple(pieces)


def test_more_pieces_than_one_body_may_hold_are_no_body():
    one = Piece(NOBODYS, 0, 1, b"x")
    assert len(decode_pieces(encode_pieces([one] * MAX_PIECES))) == MAX_PIECES
    with pytest.raises(Malformed):
        decode_pieces(encode_pieces([one] * (MAX_PIECES + 1)))


# ---- what is told is durable --------------------------------------------------------------------------------------


class Died(Exception):
    """A process that came as far as a failpoint and no further."""


def test_a_duplicate_of_a_last_piece_tells_of_nothing_that_a_power_loss_could_take_back(upload, monkeypatch):
    """The first of two comes as far as the rename; the second must see to the folder before it answers."""
    hub, piece = upload.platform.hub, upload.whole(0)
    synced = []
    monkeypatch.setattr(folder_shelf, "fsync_folder", lambda folder: synced.append(os.fspath(folder)))

    def die(name):
        if name == "hub.blob.renamed":
            raise Died

    monkeypatch.setattr(folder_shelf, "failpoint", die)
    with pytest.raises(Died):
        take_piece(hub, upload.device, piece)
    assert (hub.shelf.has(piece.blob), synced) == (True, [])
    monkeypatch.setattr(folder_shelf, "failpoint", failpoints.failpoint)
    folder = os.fspath(hub.shelf.path(piece.blob).parent)

    def told(name):
        # Before the row says so, and so before anybody is told.
        if name == "hub.blob.before_commit":
            assert folder in synced

    monkeypatch.setattr(hub_blobs, "failpoint", told)
    assert take_piece(hub, upload.device, piece).complete
    assert folder in synced


def test_folders_are_synced_once_for_all_the_blobs_in_them(tmp_path, monkeypatch):
    synced: list[Path] = []
    shelf = FolderShelf(tmp_path)
    monkeypatch.setattr(folder_shelf, "fsync_folder", synced.append)
    ids = ["ab" + f"{number:062x}" for number in range(5)]
    shelf.make_durable(ids)
    assert synced == [tmp_path / "a", tmp_path]
    shelf.make_durable(ids)
    assert synced == [tmp_path / "a", tmp_path, tmp_path / "a"]


def test_blobs_found_whole_by_asking_are_noted_in_one_commit(upload, monkeypatch):
    commits: list[str] = []
    shelf = upload.platform.hub.shelf
    for number in range(3):
        shelf.put(upload.ids[number], CONTENTS[number])
    monkeypatch.setattr(hub_blobs, "failpoint", commits.append)
    sync_once(upload.platform.lane(upload.desk, DirectLine(upload.platform.service)))
    assert upload.is_complete()
    assert commits == ["hub.blob.durable", "hub.blob.before_commit", "hub.blob.after_commit"]
    with upload.platform.hub.store.reading() as connection:
        sizes = connection.execute(select(blobs.c.size)).scalars().all()
    assert sorted(sizes) == sorted(map(len, CONTENTS))


# ---- a whole sync -------------------------------------------------------------------------------------------------


def case_with(desk, contents):
    number = case_number_of("001", 1)
    named = [desk.put_blob(content) for content in contents]
    desk.append(f"case/{number}", "case.taken_in", taken_in(number, *map(scan, named)))
    return named


def blob_requests(line):
    return [request for request in line.requests if request.method == "PATCH"]


def test_small_scans_go_in_one_request(platform):
    desk = platform.desk()
    case_with(desk, [bytes([n]) * 3000 for n in range(20)])
    line = DirectLine(platform.service)
    report = sync_once(platform.lane(desk, line))
    assert (report.state, report.pending, report.blobs_sent) == ("done", 0, 20)
    assert len(blob_requests(line)) == 1


def test_on_a_quick_line_the_first_request_feels_its_way_and_the_second_carries_as_much_as_any(platform):
    desk, paces = platform.desk(), Paces()
    begun = paces.piece
    case_with(desk, [bytes([n]) * (begun.size // 2) for n in range(150)])
    line = DirectLine(platform.service)
    assert sync_once(platform.lane(desk, line, paces=paces)).state == "done"
    first, second, *_rest = [request.size for request in blob_requests(line)]
    assert first < 1.1 * begun.size
    assert second > begun.most / 2


def test_a_damaged_scan_is_left_out_of_its_company(platform):
    desk = platform.desk()
    damaged, *others = case_with(desk, [bytes([n]) * 3000 for n in range(5)])
    desk.blobs[damaged.id] = b"!" * 3000
    line = DirectLine(platform.service)
    report = sync_once(platform.lane(desk, line))
    assert (report.state, report.pending, report.blobs_sent) == ("partial", 1, 4)
    assert all(platform.hub.shelf.is_whole(blob.id) for blob in others)
    assert not platform.hub.shelf.has(damaged.id)


def test_a_scan_that_is_always_spoilt_on_its_way_does_not_keep_a_sync_going(platform):
    """By a broken proxy that also mends every check sum on its way back."""
    desk = platform.desk()
    case_with(desk, [bytes([n]) * 3000 for n in range(4)])

    class Spoils(DirectLine):
        def send(self, request):
            if request.method != "PATCH":
                return super().send(request)
            answer = super().send(replace(request, content=request.body[:-1] + b"?"))
            return platform.hub.keys.sign_answer(request, answer)

    line = Spoils(platform.service)
    assert sync_once(platform.lane(desk, line)).state == "partial"
    assert len(blob_requests(line)) < 10
    assert sync_once(platform.lane(desk)).state == "done"
