"""Both shelves keep the same promises: a folder, and a bucket of a real object store."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import boto3
import pytest

from clerk_app.errors import BlobPlaceUnknown
from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from sync.engine import sync_once
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.digest import digest
from sync.hub.folder_shelf import FolderShelf
from sync.hub.hub import HubSeams, open_hub
from sync.hub.s3_shelf import S3Shelf
from sync.hub.shelf import open_shelf
from sync.hub.verify import verify_hub
from sync.lane import SyncLane
from sync.transport import HttpTransport
from tests.helpers.hub import RunningHub, clerk_hub
from tests.helpers.object_store import BUCKET, running_object_store
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import case_number_of, scan, taken_in

KILLED = -9
SYSTEM = HubSeams(SystemClock(), SystemDisk(), SystemRng())
CONTENT = bytes(range(256)) * 1200
BLOB = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(scope="module")
def object_store():
    with running_object_store() as environment:
        yield environment


@pytest.fixture
def in_bucket(object_store, monkeypatch, tmp_path):
    """The place of a shelf in the bucket, of this test alone."""
    for name, value in object_store.items():
        monkeypatch.setenv(name, value)
    return f"s3://{BUCKET}/{tmp_path.name}"


@pytest.fixture(params=["folder", "bucket"])
def shelf(request, tmp_path):
    if request.param == "folder":
        return FolderShelf(tmp_path / "blobs")
    return open_shelf(tmp_path, request.getfixturevalue("in_bucket"))


def put(shelf, content=CONTENT, blob=BLOB, size=100_000):
    for offset in range(0, len(content), size):
        assert shelf.append(blob, offset, content[offset : offset + size])
    return shelf.finish(blob)


def test_pieces_become_a_blob_and_the_beginning_is_gone(shelf):
    shelf.check()
    assert not shelf.has(BLOB)
    assert put(shelf)
    assert shelf.has(BLOB)
    assert shelf.is_whole(BLOB)
    assert shelf.size(BLOB) == len(CONTENT)
    assert shelf.offset(BLOB) == 0


def test_a_beginning_resumes_at_its_offset(shelf):
    assert shelf.append(BLOB, 0, CONTENT[:1000])
    assert shelf.offset(BLOB) == 1000
    assert shelf.append(BLOB, 1000, CONTENT[1000:])
    assert shelf.finish(BLOB)
    assert shelf.is_whole(BLOB)


def test_a_whole_blob_is_put_at_once_over_whatever_had_begun(shelf):
    shelf.append(BLOB, 0, b"something else")
    assert shelf.put(BLOB, CONTENT)
    assert shelf.put(BLOB, CONTENT)
    shelf.make_durable([BLOB])
    assert (shelf.is_whole(BLOB), shelf.offset(BLOB)) == (True, 0)


def test_what_is_put_and_is_another_blob_leaves_nothing_behind(shelf):
    shelf.append(BLOB, 0, CONTENT[:1000])
    assert not shelf.put(BLOB, CONTENT[:-1] + b"x")
    assert (shelf.has(BLOB), shelf.offset(BLOB)) == (False, 0)


@pytest.mark.parametrize("offset", [0, 999, 1001])
def test_a_piece_for_another_place_is_not_taken(shelf, offset):
    shelf.append(BLOB, 0, CONTENT[:1000])
    assert not shelf.append(BLOB, offset, b"x")
    assert shelf.offset(BLOB) == 1000


def test_bytes_that_are_not_the_blob_are_thrown_away(shelf):
    assert not put(shelf, content=CONTENT[:-1] + b"x")
    assert not shelf.has(BLOB)
    assert shelf.offset(BLOB) == 0
    assert put(shelf)


def test_a_dropped_beginning_begins_again(shelf):
    shelf.append(BLOB, 0, b"something else")
    shelf.drop(BLOB)
    assert shelf.offset(BLOB) == 0
    assert put(shelf)


def test_a_whole_blob_can_be_read_from_any_place(shelf):
    put(shelf)
    with shelf.open(BLOB) as file:
        assert file.seek(0, os.SEEK_END) == len(CONTENT)
        assert file.read(5) == b""
        file.seek(100_001)
        assert file.read(70_000) == CONTENT[100_001:170_001]
        file.seek(0)
        assert file.read() == CONTENT


def test_what_is_removed_is_gone_whole_or_begun(shelf):
    put(shelf)
    shelf.remove(BLOB)
    assert not shelf.has(BLOB)
    with pytest.raises(FileNotFoundError):
        shelf.open(BLOB)
    shelf.append(BLOB, 0, CONTENT[:1000])
    shelf.remove(BLOB)
    assert shelf.offset(BLOB) == 0
    shelf.remove(BLOB)
    assert put(shelf)


def test_what_is_not_here_is_said(shelf):
    assert not shelf.is_whole(BLOB)
    assert not shelf.finish(BLOB)
    with pytest.raises(FileNotFoundError):
        shelf.size(BLOB)


def test_finishing_twice_is_finishing_once(shelf):
    assert put(shelf)
    assert shelf.finish(BLOB)
    assert shelf.is_whole(BLOB)


def test_the_same_piece_from_two_processes_at_once_is_one_piece(shelf):
    def race(offset):
        return shelf.append(BLOB, offset, CONTENT[offset : offset + 100_000])

    with ThreadPoolExecutor(2) as two:
        for offset in range(0, len(CONTENT), 100_000):
            taken = list(two.map(race, [offset, offset]))
            assert any(taken)
    assert shelf.finish(BLOB)
    assert shelf.is_whole(BLOB)


# ---- the bucket alone ---------------------------------------------------------------------------------------------


class LateShelf(S3Shelf):
    """It looked before the others had come."""

    def offset(self, blob):
        return 0


def test_a_shorter_piece_that_came_late_is_overlapped_not_spliced(tmp_path, in_bucket):
    shelf = open_shelf(tmp_path, in_bucket)
    shelf.append(BLOB, 0, CONTENT[:2000])
    shelf.append(BLOB, 2000, CONTENT[2000:4000])
    assert LateShelf(BUCKET, tmp_path.name).append(BLOB, 0, CONTENT[:500])
    at = shelf.offset(BLOB)
    assert at == 500
    shelf.append(BLOB, at, CONTENT[at:2500])
    assert shelf.offset(BLOB) == 4000
    shelf.append(BLOB, 4000, CONTENT[4000:])
    assert shelf.finish(BLOB)
    assert shelf.is_whole(BLOB)


def test_an_object_that_changed_is_found(tmp_path, in_bucket):
    shelf = open_shelf(tmp_path, in_bucket)
    put(shelf)
    key = f"{tmp_path.name}/blobs/{BLOB[:2]}/{BLOB}"
    boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=b"changed")
    assert not shelf.is_whole(BLOB)


def test_a_store_that_cannot_be_reached_is_an_error_of_the_system(tmp_path, in_bucket, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    shelf = open_shelf(tmp_path, in_bucket)
    for act in (shelf.check, lambda: shelf.has(BLOB), lambda: shelf.append(BLOB, 0, b"x")):
        with pytest.raises(OSError, match="Input/output"):
            act()


@pytest.mark.parametrize("place", ["s3://", "ftp://somewhere", "bucket", "s3://bucket/x?y=z"])
def test_another_place_is_refused_in_one_sentence(tmp_path, place):
    with pytest.raises(BlobPlaceUnknown):
        open_shelf(tmp_path, place)


# ---- a whole hub --------------------------------------------------------------------------------------------------


def test_a_hub_of_two_processes_keeps_its_blobs_in_the_bucket(tmp_path, in_bucket):
    folder = tmp_path / "hub"
    # The place is said once; the second process and every command remember it.
    with RunningHub(folder, "--blobs", in_bucket) as first, RunningHub(folder) as second:
        with open_at(folder) as hub:
            content = enrol(hub, EnrolmentWish("999999", "", "窗口", first.url, first.url))
        desk = MemoryDesk.from_bytes(content, SystemClock(), SystemRng())
        for number, url in ((1, first.url), (2, second.url)):
            blob = desk.put_blob(os.urandom(600_000))
            case = case_number_of(desk.enrolment.device, number)
            desk.append(f"case/{case}", "case.taken_in", taken_in(case, scan(blob)))
            with HttpTransport(url) as line:
                report = sync_once(SyncLane(desk, line, SystemClock(), SystemRng()))
            assert (report.state, report.pending, report.blobs_sent) == ("done", 0, 1)
    assert not (folder / "blobs").exists()
    with open_at(folder) as hub:
        assert digest(hub).blobs == 2
        assert verify_hub(hub).first_fault is None


@pytest.mark.parametrize("point", ["hub.blob.synced", "hub.blob.renamed"])
def test_a_hub_killed_while_a_blob_is_put_goes_on(tmp_path, in_bucket, point):
    folder = tmp_path / "hub"
    with RunningHub(folder, "--blobs", in_bucket, failpoint=point) as dying:
        with open_at(folder) as hub:
            content = enrol(hub, EnrolmentWish("999999", "", "窗口", dying.url, dying.url))
        desk = MemoryDesk.from_bytes(content, SystemClock(), SystemRng())
        case = case_number_of(desk.enrolment.device, 1)
        desk.append(f"case/{case}", "case.taken_in", taken_in(case, scan(desk.put_blob(os.urandom(300_000)))))
        with HttpTransport(dying.url) as line:
            assert sync_once(SyncLane(desk, line, SystemClock(), SystemRng())).state != "done"
        assert dying.wait_killed() == KILLED
        port = dying.port
    with RunningHub(folder, port=port) as hub_again, HttpTransport(hub_again.url) as line:
        assert sync_once(SyncLane(desk, line, SystemClock(), SystemRng())).pending == 0
    with open_at(folder) as hub:
        assert verify_hub(hub).first_fault is None


def test_a_command_with_a_wrong_place_ends_in_one_sentence(tmp_path):
    done = clerk_hub("digest", "--data", str(tmp_path), "--json")
    assert '"no_hub"' in done.stdout
    with RunningHub(tmp_path / "hub"):
        pass
    done = clerk_hub("digest", "--data", tmp_path / "hub", "--blobs", "ftp://x", "--json")
    assert (done.returncode, '"blob_place_unknown"' in done.stdout) == (1, True)


@contextmanager
def open_at(folder):
    """The hub of a folder, opened beside whoever serves it."""
    hub = open_hub(folder, SYSTEM)
    yield hub
    hub.close()
