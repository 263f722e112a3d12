"""A backup holds one state and every blob it names; put back, the desks bring what has come since."""

from __future__ import annotations

import json
import shutil
import threading

import pytest

from clerk_app import failpoints
from clerk_app.errors import BackupDamaged, HubNotEmpty, NoHub, OtherHubsKeys, ProgramFailed
from clerk_app.seams import SystemDisk
from sync.engine import sync_once
from sync.hub.backup import back_up, put_back
from sync.hub.decide import Ruling, decide
from sync.hub.digest import digest
from sync.hub.keys import FILE_NAME
from sync.hub.verify import verify_hub
from tests.helpers.hub import clerk_hub, clerk_hub_json
from tests.helpers.postgresql import (
    DURABLE,
    PostgresqlServer,
    free_port,
    missing_reason,
    run_postgresql,
    running_postgresql,
)
from tests.helpers.source import failpoint_calls, product_files
from tests.sync.conftest import Database, Platform, open_platform_hub
from tests.sync.fakes import SeededRng
from tests.sync.work import case_number_of, scan, taken_in

POINTS = ("backup.database", "backup.blobs", "restore.blobs")
DISK = SystemDisk()


class Killed(BaseException):
    pass


def killed(name):
    raise Killed(name)


@pytest.fixture(autouse=True)
def no_failpoint_stays():
    yield
    failpoints.disarm()


def take_in(desk, counter):
    number = case_number_of(desk.enrolment.device, counter)
    blob = scan(desk.put_blob(f"scan {counter}".encode() * 1000))
    desk.append(f"case/{number}", "case.taken_in", taken_in(number, blob))
    return number


def take_in_and_sync(platform, desk, *counters):
    numbers = [take_in(desk, counter) for counter in counters]
    assert sync_once(platform.lane(desk)).state == "done"
    return numbers


def backed_up(platform, out):
    return back_up(platform.hub, platform.folder, platform.database.url, out, DISK)


def keys_alone(platform, folder):
    folder.mkdir()
    shutil.copy(platform.folder / FILE_NAME, folder)
    return folder


@pytest.fixture
def elsewhere(platform, tmp_path):
    """A folder with the keys alone, and an empty database."""
    folder = keys_alone(platform, tmp_path / "elsewhere")
    if platform.database.server is None:
        yield folder, Database()
        return
    with platform.database.server.database() as url:
        yield folder, Database(url, platform.database.server)


def put_back_at(platform, backup, elsewhere):
    folder, database = elsewhere
    put_back(backup, folder, database.url, clock=platform.clock, disk=DISK, rng=platform.rng)
    hub = open_platform_hub(folder, platform.clock, SeededRng("restored"), database.url)
    platform.opened.append(hub)
    return Platform(folder, platform.clock, platform.rng, hub, database, [hub])


def test_backup_work_restore_sync_ends_with_everything(platform, tmp_path, elsewhere):
    desk = platform.desk()
    early, _ = take_in_and_sync(platform, desk, 1, 2)
    decide(platform.hub, Ruling(early, "grant"))
    sync_once(platform.lane(desk))
    at_backup = digest(platform.hub)
    assert backed_up(platform, tmp_path / "backup").copied == 2
    take_in_and_sync(platform, desk, 3, 4)
    in_the_end = digest(platform.hub)
    restored = put_back_at(platform, tmp_path / "backup", elsewhere)
    assert digest(restored.hub) == at_backup
    assert verify_hub(restored.hub).first_fault is None
    assert sync_once(restored.lane(desk)).state == "done"
    assert digest(restored.hub) == in_the_end
    assert verify_hub(restored.hub).first_fault is None


def test_a_backup_made_while_desks_write_is_one_state_with_all_its_blobs(platform, tmp_path, elsewhere):
    desks = [platform.desk(f"{number} 号窗口") for number in range(3)]
    done = threading.Event()

    def work(desk, lane):
        counter = 0
        while not done.is_set() and counter < 200:
            counter += 1
            take_in(desk, counter)
            sync_once(lane)

    lanes = [platform.lane(desk) for desk in desks]
    for desk, lane in zip(desks, lanes, strict=True):
        lane.rng = SeededRng(desk.enrolment.device)
        desk.rng = SeededRng(f"desk {desk.enrolment.device}")
    threads = [threading.Thread(target=work, args=both) for both in zip(desks, lanes, strict=True)]
    for thread in threads:
        thread.start()
    while digest(platform.hub).entries < 6:
        assert any(thread.is_alive() for thread in threads)
    made = backed_up(platform, tmp_path / "backup")
    done.set()
    for thread in threads:
        thread.join(50)
    assert made.damaged == ()
    restored = put_back_at(platform, tmp_path / "backup", elsewhere)
    assert digest(restored.hub).entries >= 6
    assert verify_hub(restored.hub).first_fault is None
    for desk in desks:
        assert sync_once(restored.lane(desk)).state == "done"
    assert digest(restored.hub).chains == digest(platform.hub).chains


def test_a_second_backup_copies_what_is_new_alone(platform, tmp_path):
    desk = platform.desk()
    take_in_and_sync(platform, desk, 1, 2)
    assert backed_up(platform, tmp_path / "backup").copied == 2
    platform.clock.advance(3600)
    take_in_and_sync(platform, desk, 3)
    again = backed_up(platform, tmp_path / "backup")
    assert (again.copied, again.blobs) == (1, 3)
    assert len(list((tmp_path / "backup").glob("database-*"))) == 1


def test_no_key_gets_into_a_backup(platform, tmp_path):
    take_in_and_sync(platform, platform.desk(), 1)
    backed_up(platform, tmp_path / "backup")
    keys = json.loads((platform.folder / FILE_NAME).read_text())
    secret = [bytes.fromhex(keys[name]) for name in ("identity", "ack", "fact", "rating", "token")]
    for file in (path for path in (tmp_path / "backup").rglob("*") if path.is_file()):
        content = file.read_bytes()
        assert [key for key in secret if key in content or key.hex().encode() in content] == [], file


@pytest.mark.parametrize("point", ["backup.database", "backup.blobs"])
def test_a_backup_that_was_cut_short_leaves_the_earlier_one_whole(platform, tmp_path, elsewhere, point):
    desk = platform.desk()
    take_in_and_sync(platform, desk, 1)
    backed_up(platform, tmp_path / "backup")
    earlier = digest(platform.hub)
    platform.clock.advance(60)
    take_in_and_sync(platform, desk, 2)
    failpoints.arm(point, 1, killed)
    with pytest.raises(Killed):
        backed_up(platform, tmp_path / "backup")
    restored = put_back_at(platform, tmp_path / "backup", elsewhere)
    assert digest(restored.hub) == earlier
    assert verify_hub(restored.hub).first_fault is None


def test_a_restore_that_was_cut_short_is_begun_again(platform, tmp_path, elsewhere):
    take_in_and_sync(platform, platform.desk(), 1, 2)
    backed_up(platform, tmp_path / "backup")
    failpoints.arm("restore.blobs", 1, killed)
    with pytest.raises(Killed):
        put_back_at(platform, tmp_path / "backup", elsewhere)
    restored = put_back_at(platform, tmp_path / "backup", elsewhere)
    assert digest(restored.hub) == digest(platform.hub)


def test_every_failpoint_of_backups_is_met_here():
    named = {name for file in product_files() for _line, name in failpoint_calls(file.read_text(encoding="utf-8"))}
    assert {name for name in named if name and name.startswith(("backup.", "restore."))} == set(POINTS)


# ---- what is refused ----------------------------------------------------------------------------------------------


def test_a_hub_that_holds_something_is_never_written_over(platform, tmp_path):
    take_in_and_sync(platform, platform.desk(), 1)
    backed_up(platform, tmp_path / "backup")
    with pytest.raises(HubNotEmpty):
        put_back(
            tmp_path / "backup",
            platform.folder,
            platform.database.url,
            clock=platform.clock,
            disk=DISK,
            rng=platform.rng,
        )
    assert verify_hub(platform.hub).first_fault is None


def test_without_the_keys_of_that_hub_nothing_is_put_back(platform, tmp_path, elsewhere):
    backed_up(platform, tmp_path / "backup")
    folder, database = elsewhere
    (folder / FILE_NAME).unlink()
    with pytest.raises(NoHub):
        put_back_at(platform, tmp_path / "backup", elsewhere)
    other = open_platform_hub(tmp_path / "other", platform.clock, SeededRng("other"))
    other.close()
    shutil.copy(tmp_path / "other" / FILE_NAME, folder)
    with pytest.raises(OtherHubsKeys):
        put_back_at(platform, tmp_path / "backup", (folder, database))


def change_database(backup):
    [database] = backup.glob("database-*")
    database.write_bytes(database.read_bytes()[:-1] + b"x")


@pytest.mark.parametrize(
    "damage",
    [
        change_database,
        lambda backup: next(backup.glob("database-*")).unlink(),
        lambda backup: (backup / "backup.json").unlink(),
        lambda backup: (backup / "backup.json").write_text("[]"),
        lambda backup: (backup / "backup.json").write_text('{"format": "of another time"}'),
    ],
)
def test_a_damaged_backup_is_refused_before_anything_is_written(platform, tmp_path, elsewhere, damage):
    backed_up(platform, tmp_path / "backup")
    damage(tmp_path / "backup")
    with pytest.raises(BackupDamaged):
        put_back_at(platform, tmp_path / "backup", elsewhere)
    assert sorted(path.name for path in elsewhere[0].iterdir()) == [FILE_NAME]


def test_a_damaged_blob_in_a_backup_is_found_when_it_is_put_back(platform, tmp_path, elsewhere):
    desk = platform.desk()
    take_in_and_sync(platform, desk, 1, 2)
    backed_up(platform, tmp_path / "backup")
    blob = next(path for path in (tmp_path / "backup" / "blobs").glob("?/*") if len(path.name) == 64)
    blob.write_bytes(b"not what its name says")
    restored = put_back_at(platform, tmp_path / "backup", elsewhere)
    assert verify_hub(restored.hub).first_fault == f"blob {blob.name}"


def test_a_blob_the_hub_has_lost_is_named_and_the_rest_is_saved(platform, tmp_path):
    take_in_and_sync(platform, platform.desk(), 1, 2)
    lost = next(path for path in (platform.folder / "blobs").glob("?/*") if len(path.name) == 64)
    lost.unlink()
    made = backed_up(platform, tmp_path / "backup")
    assert (made.damaged, made.blobs) == ((lost.name,), 1)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_backup_without_the_databases_tools_says_which(platform, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProgramFailed) as failed:
        backed_up(platform, tmp_path / "backup")
    assert failed.value.data["program"] == "pg_dump"
    assert not list((tmp_path / "backup").glob("database-*"))


# ---- as an administrator does it ----------------------------------------------------------------------------------


def test_the_two_commands(tmp_path, database, elsewhere_for_commands):
    data, backup = tmp_path / "hub", tmp_path / "backup"
    more = ("--db", database.url) if database.url else ()
    out = ("--device", "x", "--hall", "999999", "--url", "http://127.0.0.1:9", "--out", tmp_path / "file")
    assert clerk_hub("enrol", "--data", data, *out, *more).returncode == 0
    assert clerk_hub("backup", "--data", data, "--out", backup, *more).returncode == 0
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    shutil.copy(data / FILE_NAME, folder)
    there = ("--db", elsewhere_for_commands) if elsewhere_for_commands else ()
    assert clerk_hub("restore", "--data", folder, "--from", backup, *there).returncode == 0
    again = clerk_hub("restore", "--data", folder, "--from", backup, *there)
    assert (again.returncode, len(again.stderr.splitlines())) == (1, 1)
    assert "已经有平台的数据" in again.stderr
    assert clerk_hub_json("digest", "--data", folder, *there)["entries"] == 0


@pytest.fixture
def elsewhere_for_commands(database):
    if database.server is None:
        yield None
        return
    with database.server.database() as url:
        yield url


def test_a_base_backup_of_a_running_server_verifies_and_goes_on(tmp_path):
    """The way for large databases, by PostgreSQL's own tools (docs/hub.md)."""
    if missing_reason():
        pytest.skip(missing_reason())
    from tests.sync.fakes import VirtualClock

    with running_postgresql(DURABLE) as server:
        clock, rng = VirtualClock(), SeededRng(7)
        url = f"{server.url}/{server.create_database()}"
        hub = open_platform_hub(tmp_path / "hub", clock, rng, url)
        platform = Platform(tmp_path / "hub", clock, rng, hub, Database(url, server), [hub])
        desk = platform.desk()
        take_in_and_sync(platform, desk, 1, 2)
        where = ("-h", "127.0.0.1", "-p", str(server.port), "-U", "hub")
        run_postgresql("pg_basebackup", "--checkpoint=fast", "-D", server.folder / "base", *where)
        take_in_and_sync(platform, desk, 3)
        hub.close()
        copy = PostgresqlServer(server.folder, free_port(), DURABLE, data_name="base")
        copy.start()
        try:
            restored = open_platform_hub(tmp_path / "hub", clock, rng, url.replace(str(server.port), str(copy.port)))
            assert digest(restored).entries == 2
            assert verify_hub(restored).first_fault is None
            platform.hub = restored
            assert sync_once(platform.lane(desk)).state == "done"
            assert digest(restored).entries == 3
            restored.close()
        finally:
            copy.stop()
