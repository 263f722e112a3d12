"""A catalogue the hub publishes reaches its desks whole, signed and once; a bad one leaves the old one in force."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import update

from clerk_app import failpoints
from clerk_app.catalogue.download import CatalogueDownload
from clerk_app.catalogue.files import DataFiles, FolderFiles
from clerk_app.catalogue.loader import SHIPPED, read_files
from clerk_app.catalogue.packed import pack, unpack
from clerk_app.catalogue.shelf import FOLDER, Shelf
from clerk_app.errors import BadPublished, NoSuchHall, VersionTaken
from clerk_app.journal.published import read_published
from clerk_app.journal.signature import CATALOGUE, sign
from clerk_app.messages import describe
from clerk_app.seams import SystemDisk
from clerk_app.services.packing import packed
from clerk_app.services.shipped import shipped_catalogue
from sync import capabilities
from sync.engine import sync_once
from sync.hub import publish as publishing
from sync.hub.schema import catalogues
from sync.plan import BlobView, Knowledge, ReadFeed, TakeCatalogue, WaitingView, plan
from sync.wire import Response
from tests.helpers.catalogues import FILES, write_catalogue
from tests.helpers.failpoints import names_of
from tests.helpers.hub import clerk_hub, clerk_hub_json
from tests.sync.conftest import DirectLine, Platform
from tests.sync.work import HALL, logged_in


def reading(folder: Path, version: str, name: str = "例事项B05"):
    files = {path: text.replace("2026-11-21", version).replace("例事项B05", name) for path, text in FILES.items()}
    return read_files(FolderFiles(write_catalogue(folder / f"{version}-{name}", files)))


def publish(hub, found, hall=publishing.EVERY_HALL):
    return publishing.publish(hub, packed(found), hall)


@dataclass
class CatalogueDesk:
    """A desk with a shelf of its own, and its line to the hub."""

    platform: Platform
    folder: Path
    line: DirectLine

    def __post_init__(self):
        self.folder.mkdir()
        self.desk = self.platform.desk()
        self.desk.append("session/1", "session.logged_in", logged_in())
        self.lane = self.platform.lane(self.desk, self.line, catalogues=self.download)

    @property
    def shelf(self):
        return Shelf(self.folder, SystemDisk(), shipped_catalogue)

    @property
    def download(self):
        return CatalogueDownload(self.shelf, self.folder, SystemDisk())

    def sync(self):
        return sync_once(self.lane)

    def asked_for(self, path="/v1/catalogue"):
        return [request.path for request in self.line.requests if request.route == path]


@pytest.fixture
def at(platform, tmp_path):
    return CatalogueDesk(platform, tmp_path / "desk", DirectLine(platform.service))


def test_a_published_catalogue_is_in_force_after_one_sync(platform, at, tmp_path):
    publish(platform.hub, reading(tmp_path, "1"))
    report = at.sync()
    assert (report.state, report.problem) == ("done", None)
    assert (at.shelf.current().version, at.shelf.in_force.origin) == ("1", "published")
    assert at.shelf.current().matter("B05").name == "例事项B05"
    assert list((at.folder / FOLDER).glob("*.part")) == []


def test_a_newer_one_takes_its_place_and_the_older_one_is_kept(platform, at, tmp_path):
    for version in ("1", "2"):
        publish(platform.hub, reading(tmp_path, version, f"例事项{version}"))
        at.sync()
    assert [at.shelf.version(version).matter("B05").name for version in ("1", "2")] == ["例事项1", "例事项2"]
    assert at.shelf.current().version == "2"


def test_a_desk_that_has_it_downloads_nothing_and_needs_one_round_trip(platform, at, tmp_path):
    publish(platform.hub, reading(tmp_path, "1"))
    at.sync()
    at.line.requests.clear()
    before = at.line.traffic
    at.sync()
    assert [request.route for request in at.line.requests] == ["/v1/state"]
    used = at.line.traffic.sent + at.line.traffic.received - before.sent - before.received
    assert used < 2300


def test_publishing_the_same_again_changes_nothing_and_another_content_is_refused(platform, at, tmp_path):
    first = publish(platform.hub, reading(tmp_path, "1"))
    assert publish(platform.hub, reading(tmp_path, "1")) == first
    with pytest.raises(VersionTaken):
        publish(platform.hub, reading(tmp_path, "1", "例另事项"))


def test_the_shipped_catalogue_itself_may_be_published(platform, at):
    publish(platform.hub, read_files(FolderFiles(SHIPPED)))
    assert at.sync().problem is None
    assert at.shelf.in_force.version == shipped_catalogue().version


def test_a_catalogue_may_be_for_one_hall_alone(platform, at, tmp_path):
    platform.desk_in("999998")
    publish(platform.hub, reading(tmp_path, "1"), "999998")
    at.sync()
    assert at.shelf.in_force is None
    publish(platform.hub, reading(tmp_path, "2"), HALL)
    at.sync()
    assert at.shelf.current().version == "2"
    with pytest.raises(NoSuchHall):
        publish(platform.hub, reading(tmp_path, "3"), "123456")


def test_a_catalogue_imported_here_stays_until_the_platform_publishes_another(platform, at, tmp_path):
    publish(platform.hub, reading(tmp_path, "1"))
    at.sync()
    at.shelf.put(reading(tmp_path, "own"), "imported")
    at.sync()
    assert at.shelf.current().version == "own"
    platform.clock.advance(1)
    publish(platform.hub, reading(tmp_path, "2"))
    at.sync()
    assert at.shelf.current().version == "2"


def test_a_damaged_one_is_fetched_again(platform, at, tmp_path):
    publish(platform.hub, reading(tmp_path, "1"))
    at.sync()
    (path,) = (at.folder / FOLDER).glob("*.catalogue")
    path.write_bytes(b"")
    assert not at.shelf.is_whole()
    at.lane = platform.lane(at.desk, at.line, catalogues=at.download)
    at.sync()
    assert at.shelf.current().version == "1"


def test_a_download_that_was_cut_goes_on_where_it_was(platform, at, tmp_path, monkeypatch):
    monkeypatch.setattr(publishing, "PIECE_BYTES", 400)
    published = publish(platform.hub, reading(tmp_path, "1"))

    class Cut(DirectLine):
        def send(self, request):
            response = super().send(request)
            if request.path.endswith("offset=800"):
                return Response(502, {})
            return response

    at.lane.transport = Cut(platform.service)
    assert at.sync().state == "partial"
    assert at.shelf.in_force is None
    at.lane.transport = at.line
    assert at.sync().state == "done"
    offsets = [int(path.rpartition("=")[2]) for path in at.asked_for()]
    assert offsets == list(range(800, published.size, 400))
    assert at.shelf.current().version == "1"


def test_what_came_whole_before_a_kill_is_not_downloaded_again(platform, at, tmp_path):
    published = publish(platform.hub, reading(tmp_path, "1"))
    at.download.add(published, 0, pack(reading(tmp_path, "1").data))
    at.sync()
    assert at.asked_for() == []
    assert at.shelf.current().version == "1"


# ---- what no desk takes -----------------------------------------------------------------------------------------


def refused(at, reason):
    """The sync tells one sentence, and the old catalogue stays in force, now and at the next sync."""
    before = at.shelf.current().version
    for _ in range(2):
        report = at.sync()
        assert (report.state, report.settled) == ("partial", True)
        assert isinstance(report.problem, BadPublished)
        line = describe(report.problem).line()
        assert reason in line
        assert "现在用的目录没有变" in line
    assert at.shelf.current().version == before


def tamper(platform, **values):
    with platform.hub.store.writing() as connection:
        connection.execute(update(catalogues).values(**values))


def test_an_unsigned_catalogue_is_refused_before_it_is_downloaded(platform, at, tmp_path):
    publish(platform.hub, reading(tmp_path, "1"))
    tamper(platform, signature=bytes(64))
    refused(at, "没有平台的签名，或签名不对")
    assert at.asked_for() == []


@pytest.mark.parametrize("key", ["fact", "order", "ack"])
def test_a_catalogue_signed_with_another_working_key_is_refused(platform, at, tmp_path, key):
    published = publish(platform.hub, reading(tmp_path, "1"))
    tamper(platform, signature=sign(getattr(platform.hub.keys, key), CATALOGUE, published.message()))
    refused(at, "没有平台的签名，或签名不对")


def test_a_statement_that_was_changed_is_refused(platform, at, tmp_path):
    published = publish(platform.hub, reading(tmp_path, "1"))
    tamper(platform, statement=published.message().replace(b'"1"', b'"2"'))
    refused(at, "没有平台的签名，或签名不对")


def test_other_bytes_than_were_signed_are_refused(platform, at, tmp_path):
    published = publish(platform.hub, reading(tmp_path, "1"))
    tamper(platform, packed=bytes(published.size))
    refused(at, "下载的内容不完整")
    assert list((at.folder / FOLDER).glob("*.part")) == []


def broken(data):
    """What no sound hub signs: that of another version of this program, or of a hub that was taken over."""
    found = json.loads(json.dumps(data))
    found["matters/B05.toml"]["limits"]["promised"] = 99
    return found


def test_a_broken_catalogue_is_refused_once_and_not_downloaded_again(platform, at, tmp_path):
    whole = reading(tmp_path, "1")
    publish(platform.hub, whole)
    content = pack(broken(whole.data))
    with platform.hub.store.reading() as connection:
        published = read_published(connection.execute(catalogues.select()).one().statement)
    other = replace(published, content=hashlib.sha256(content).digest(), size=len(content))
    tamper(
        platform, packed=content, content=other.content.hex(), statement=other.message(),
        signature=platform.hub.keys.sign_catalogue(other),
    )  # fmt: skip
    refused(at, "matters/B05.toml limits.promised：承诺时限比法定时限长")
    assert len(at.asked_for()) == 1
    platform.clock.advance(1)
    publish(platform.hub, reading(tmp_path, "2"))
    assert at.sync().problem is None
    assert at.shelf.current().version == "2"


@pytest.mark.parametrize("content", [b"", b"no frame", pack({})[:-3], b"\x28\xb5\x2f\xfd" + b"\xff" * 20])
def test_what_is_no_packed_catalogue_is_refused(content):
    with pytest.raises(ValueError):
        unpack(content)


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b'["catalogue-1",true]', b"[" * 9000])
def test_what_is_no_statement_is_refused(content):
    with pytest.raises(ValueError):
        read_published(content)


def test_an_older_hub_or_desk_says_nothing_of_catalogues(platform, tmp_path):
    publish(platform.hub, reading(tmp_path, "1"))
    desk = platform.desk()
    line = DirectLine(platform.service)
    assert sync_once(platform.lane(desk, line)).problem is None
    assert [request for request in line.requests if request.route == "/v1/catalogue"] == []
    assert capabilities.PUBLISHES in capabilities.ALL


# ---- the order of a sync ----------------------------------------------------------------------------------------


def test_a_catalogue_comes_after_the_feed_and_before_blobs():
    blob = BlobView("a" * 64, 10, 0)
    waiting = (WaitingView("c", 0, (blob.id,)),)
    known = Knowledge(authenticated=True, met=True, catalogue=0, feed="behind", blobs=(blob,), waiting=waiting)
    kinds = [type(operation).__name__ for operation in plan(known)]
    assert kinds == ["ReadFeed", "TakeCatalogue", "SendPiece"]
    assert TakeCatalogue(0) not in plan(replace(known, under_way=(ReadFeed(),)))
    assert plan(replace(known, feed="current", blobs=(), under_way=(TakeCatalogue(0),))) == ()


# ---- kills ------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process ended here."""


def _die(name):
    raise Killed(name)


@pytest.mark.parametrize("point", [*names_of("download"), "catalogue.kept", "catalogue.in_force"])
def test_a_desk_that_dies_on_the_way_has_the_old_or_the_new_one_and_takes_it_then(platform, at, tmp_path, point):
    at.shelf.put(reading(tmp_path, "0"), "imported")
    publish(platform.hub, reading(tmp_path, "1"))
    failpoints.arm(point, act=_die)
    try:
        with pytest.raises(Killed):
            at.sync()
    finally:
        failpoints.disarm()
    assert at.shelf.current().version in ("0", "1")
    at.lane = platform.lane(at.desk, at.line, catalogues=at.download)
    assert at.sync().problem is None
    assert at.shelf.current().version == "1"


@pytest.mark.parametrize("point", names_of("publish"))
def test_a_hub_that_dies_while_publishing_has_published_or_not(platform, at, tmp_path, point):
    failpoints.arm(point, act=_die)
    try:
        with pytest.raises(Killed):
            publish(platform.hub, reading(tmp_path, "1"))
    finally:
        failpoints.disarm()
    at.sync()
    assert (at.shelf.in_force is not None) == (point == "publish.after_commit")
    publish(platform.hub, reading(tmp_path, "1"))
    at.sync()
    assert at.shelf.current().version == "1"


# ---- the command ------------------------------------------------------------------------------------------------


def test_the_command_publishes_a_folder_and_refuses_a_broken_one(tmp_path):
    folder = write_catalogue(tmp_path / "source")
    assert clerk_hub("enrol", "--data", tmp_path / "hub", "--device", "x", "--hall", HALL, "--out", tmp_path / "f",
                     "--url", "http://127.0.0.1:1").returncode == 0  # fmt: skip
    told = clerk_hub_json("publish", folder, "--data", tmp_path / "hub")
    assert (told["version"], told["hall"], told["warnings"]) == ("2026-11-21", "", [])
    (folder / "matters" / "B05.toml").write_text("code = 1", encoding="utf-8")
    refusal = clerk_hub("publish", folder, "--data", tmp_path / "hub", "--json")
    assert (refusal.returncode, json.loads(refusal.stdout)["error"]["code"]) == (1, "bad_catalogue")


def test_a_packed_catalogue_is_unpacked_alike(tmp_path):
    whole = reading(tmp_path, "1")
    assert read_files(unpack(pack(whole.data))).catalogue == whole.catalogue
    assert pack(whole.data) == pack(dict(reversed(whole.data.items())))
    assert read_files(DataFiles(whole.data)).catalogue == whole.catalogue
