"""`clerk-hub` as a person or a script uses it."""

from __future__ import annotations

import json
import socket
import sqlite3
from pathlib import Path

import pytest

from clerk_app.catalogue.loader import SHIPPED
from clerk_app.seams import SystemClock, SystemRng
from clerk_app.security.enrolment_file import EnrolmentFile
from sync.engine import sync_once
from sync.hub.__main__ import main
from sync.lane import SyncLane
from sync.transport import HttpTransport
from tests.helpers.hub import RunningHub, clerk_hub, clerk_hub_json
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import case_number_of, scan, taken_in

URL = "http://127.0.0.1:9"


def run(capsys, *arguments: str | Path):
    """One command in this process: exit code, standard output, standard error."""
    try:
        code = main([str(argument) for argument in arguments])
    except SystemExit as stop:
        code = int(str(stop.code))
    said = capsys.readouterr()
    return code, said.out, said.err


def enrolled(capsys, folder: Path, *more: str):
    out = folder.parent / "enrolment.json"
    arguments = ("--device", "3 号窗口", "--hall", "999999", "--url", URL, *more)
    code, _out, error = run(capsys, "enrol", "--data", folder, "--out", out, *arguments)
    assert code == 0, error
    return out


def one_sentence(text: str) -> bool:
    return len(text.strip().splitlines()) == 1 and "Traceback" not in text and text.strip().endswith(("。", "）"))


def test_enrol_works_before_the_hub_was_ever_served(capsys, tmp_path):
    out = enrolled(
        capsys, tmp_path / "hub", "--hall-name", "例州区政务服务中心", "--page-base", "https://page.example/"
    )
    file = EnrolmentFile.from_bytes(out.read_bytes())
    assert (file.hall, file.device, file.device_name, file.hall_name) == (
        "999999",
        "001",
        "3 号窗口",
        "例州区政务服务中心",
    )
    assert (file.url, file.page_base, file.ca) == (URL, "https://page.example", "")


def test_the_recovery_key_leaves_the_hub_and_is_announced_once(capsys, tmp_path):
    folder = tmp_path / "hub"
    arguments = ("--device", "x", "--hall", "999999", "--out", tmp_path / "f", "--url", URL)
    _code, _out, first = run(capsys, "enrol", "--data", folder, *arguments)
    assert "恢复私钥" in first
    [offline] = folder.glob("recovery-key-*-KEEP-OFFLINE.json")
    offline.unlink()
    code, _out, again = run(capsys, "enrol", "--data", folder, *arguments)
    assert (code, again) == (0, "")


def test_keys_and_enrolment_files_are_readable_by_their_owner_alone(capsys, tmp_path):
    out = enrolled(capsys, tmp_path / "hub")
    secret = [out, tmp_path / "hub", *(tmp_path / "hub").glob("*key*")]
    assert len(secret) == 4
    assert [path for path in secret if path.stat().st_mode & 0o077] == []


def test_without_an_address_nothing_is_enrolled(capsys, tmp_path):
    arguments = ("--device", "x", "--hall", "999999", "--out", tmp_path / "f")
    code, out, error = run(capsys, "enrol", "--data", tmp_path / "hub", *arguments)
    assert (code, out) == (1, "")
    assert "还不知道平台的地址" in error
    assert not (tmp_path / "f").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("digest", "--data", "nowhere"), 1),
        (("verify", "--data", "nowhere"), 1),
        (("decide", "--data", "hub", "--case", "12", "--result", "grant"), 1),
        (("decide", "--data", "hub", "--case", case_number_of("001", 1), "--result", "grant"), 1),
        (("enrol", "--data", "hub", "--device", "x", "--hall", "12", "--out", "f", "--url", URL), 1),
        (("enrol", "--data", "hub", "--device", "x", "--hall", "999999", "--out", "no/such/f", "--url", URL), 1),
        (("revoke", "--data", "hub"), 2),
        (("revoke", "--data", "hub", "--device", "9 号窗口"), 1),
        (("revoke", "--data", "hub", "--device", "999999009"), 1),
        (("quarantine", "release", "--data", "hub"), 1),
        (("quarantine", "release", "--data", "hub", "--device", "999999001"), 1),
        (("quarantine", "keep", "--data", "hub", "--device", "999999001", "--case", "12"), 1),
        (("quarantine", "drafts", "--data", "hub"), 1),
        (("quarantine", "burn", "--data", "hub"), 2),
        (("publish", "--data", "hub"), 2),
        (("publish", "nowhere", "--data", "hub"), 1),
        (("publish", str(SHIPPED), "--data", "nowhere"), 1),
        (("publish", str(SHIPPED), "--data", "hub", "--hall", "12"), 1),
        (("serve", "--data", "hub", "--host", "999.0.0.1"), 1),
        (("serve", "--data", "hub", "--port", "99999"), 1),
        (("digest", "--data", "hub", "--db", "postgresql+psycopg://nobody@127.0.0.1:1/none"), 1),
        (("decide", "--data", "hub", "--case", "12", "--result", "perhaps"), 2),
        (("decide", "--data", "hub", "--case", "12", "--result", "grant", "--brings", "number"), 2),
        (("decide", "--data", "hub", "--case", "12", "--result", "grant", "--brings", "Number=1"), 2),
        (("serve",), 2),
        ((), 2),
        (("fly",), 2),
    ],
)
def test_every_failure_is_one_sentence(capsys, tmp_path, monkeypatch, arguments, code):
    enrolled(capsys, tmp_path / "hub")
    monkeypatch.chdir(tmp_path)
    found, out, error = run(capsys, *arguments)
    assert (found, out) == (code, "")
    assert one_sentence(error), error


@pytest.mark.parametrize("verb", ["digest", "verify"])
def test_failures_with_json_are_one_object(capsys, tmp_path, verb):
    code, out, error = run(capsys, verb, "--data", tmp_path / "nowhere", "--json")
    assert (code, error) == (1, "")
    assert json.loads(out)["error"]["code"] == "no_hub"


def test_keys_that_are_gone_are_named(capsys, tmp_path):
    enrolled(capsys, tmp_path / "hub")
    (tmp_path / "hub" / "hub-keys.json").write_text("{}")
    code, _out, error = run(capsys, "digest", "--data", tmp_path / "hub")
    assert code == 1
    assert "密钥文件" in error


def test_a_database_that_is_none_is_named(capsys, tmp_path):
    enrolled(capsys, tmp_path / "hub")
    for file in (tmp_path / "hub").glob("hub.db*"):
        file.unlink()
    (tmp_path / "hub" / "hub.db").write_text("not a database at all, but long enough to be read as one" * 20)
    code, _out, error = run(capsys, "digest", "--data", tmp_path / "hub")
    assert code == 1
    assert one_sentence(error)


def test_a_database_of_a_newer_version_is_left_alone(capsys, tmp_path):
    enrolled(capsys, tmp_path / "hub")
    with sqlite3.connect(tmp_path / "hub" / "hub.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    code, _out, error = run(capsys, "digest", "--data", tmp_path / "hub")
    assert code == 1
    assert "更新的版本" in error


def test_a_port_in_use_is_named(capsys, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        code, out, error = run(capsys, "serve", "--data", tmp_path / "hub", "--port", str(port))
    assert (code, out) == (1, "")
    assert str(port) in error


def test_a_day_beside_serve(tmp_path):
    """Enrol, sync, decide, digest and verify as processes of their own while the hub serves."""
    with RunningHub(tmp_path / "hub") as hub:
        out = tmp_path / "file"
        done = clerk_hub("enrol", "--data", hub.folder, "--device", "x", "--hall", "999999", "--out", out)
        assert done.returncode == 0, done.stderr
        desk = MemoryDesk.from_bytes(out.read_bytes(), SystemClock(), SystemRng())
        assert desk.registration().url == hub.url
        number = case_number_of("001", 1)
        desk.append(f"case/{number}", "case.taken_in", taken_in(number, scan(desk.put_blob(b"a scan"))))
        with HttpTransport(hub.url) as line:
            lane = SyncLane(desk, line, SystemClock(), SystemRng())
            assert sync_once(lane).state == "done"
            spaced = f"{number[:6]} {number[6:9]} {number[9:]}"
            done = clerk_hub("decide", "--data", hub.folder, "--case", spaced, "--result", "refuse", "--reason", "例由")
            assert (done.returncode, done.stderr) == (0, "")
            assert sync_once(lane).pulled == 1
        again = clerk_hub("decide", "--data", hub.folder, "--case", number, "--result", "grant")
        assert again.returncode == 1
        assert one_sentence(again.stderr)
        found = clerk_hub_json("digest", "--data", hub.folder)
        assert found == {
            "chains": [{"chain": desk.chains[0].chain, "entries": 1, "head": desk.chains[0].head.hex()}],
            "cases": 1,
            "entries": 1,
            "hub_facts": 1,
            "blobs": 1,
            "parked": 0,
            "quarantined": 0,
        }
        checked = clerk_hub_json("verify", "--data", hub.folder)
        assert checked == {
            "entries": 1,
            "chain_ok": True,
            "signatures_ok": True,
            "blobs_ok": True,
            "projections_ok": True,
            "first_fault": None,
        }


def test_serve_comes_back_at_the_same_port_with_everything(tmp_path):
    with RunningHub(tmp_path / "hub") as hub:
        port = hub.port
    with RunningHub(tmp_path / "hub", port=port) as hub:
        assert hub.url == f"http://127.0.0.1:{port}"
