"""`clerk sync --once`: one sync of a real store from the command line."""

from __future__ import annotations

import io
import json

import pytest

from clerk_app.bootstrap import create_store, enrol_store
from clerk_app.cli.main import main
from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from clerk_app.store.folder import DataFolder
from sync.engine import sync_once
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.digest import digest
from sync.hub.hub import HubSeams, open_hub
from sync.hub.service import HubService
from sync.lane import SyncLane
from tests.helpers.hub import RunningHub
from tests.helpers.intake import CHEAP, CLERK, PASSWORD
from tests.helpers.network import Portal, free_port, http_answer
from tests.sync.conftest import DirectLine
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import APPLICANT, case_number_of, taken_in

KEYS = {
    "pushed",
    "pulled",
    "blobs_sent",
    "bytes_sent",
    "bytes_received",
    "pending",
    "parked",
    "conflicts",
    "state",
    "seconds",
}


@pytest.fixture
def beside(tmp_path):
    hub = open_hub(tmp_path / "hub", HubSeams(SystemClock(), SystemDisk(), SystemRng()))
    yield hub
    hub.close()


@pytest.fixture
def place(tmp_path, beside, monkeypatch):
    """An enrolled store with one case; the address in its enrolment is nobody's."""
    monkeypatch.setenv("CLERK_PASSWORD", PASSWORD)
    monkeypatch.setenv("CLERK_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "file").write_bytes(enrol(beside, EnrolmentWish("999999", "", "x", "http://127.0.0.1:9", "http://x")))
    folder = DataFolder(tmp_path / "data", tmp_path / "state")
    with create_store(folder, clerk=CLERK, name="王例", password=PASSWORD, practice=False, cost=CHEAP) as store:
        enrol_store(store, tmp_path / "file", clerk=CLERK)
        number = case_number_of("001", 1)
        with store.write(CLERK) as unit:
            unit.append(f"case/{number}", "case.taken_in", taken_in(number))
            unit.commit()
    return tmp_path / "data"


def clerk_sync(capsys, place, *more):
    code = main(lambda *_: 0, ["sync", "--once", "--data", str(place), "--clerk", CLERK, "--json", *more])
    said = capsys.readouterr()
    assert said.err == ""
    return code, json.loads(said.out)


def test_one_sync_brings_the_case_over_and_says_so(capsys, tmp_path, place, beside):
    with RunningHub(tmp_path / "hub") as hub:
        code, found = clerk_sync(capsys, place, "--hub", hub.url)
        assert set(found) >= KEYS
        assert (code, found["state"], found["pushed"], found["pending"]) == (0, "done", 1, 0)
        code, found = clerk_sync(capsys, place, "--hub", hub.url)
        assert (code, found["state"], found["pushed"]) == (0, "done", 0)
    assert digest(beside).cases == 1


def test_offline_and_portal_are_states_with_a_next_step(capsys, place):
    with free_port() as port:
        _code, found = clerk_sync(capsys, place, "--hub", f"http://127.0.0.1:{port}")
    assert (found["state"], found["pending"]) == ("offline", 1)
    assert "自动上传" in found["problem"]
    with Portal(http_answer("302 Found", b"", "Location: http://127.0.0.1:9/")) as portal:
        _code, found = clerk_sync(capsys, place, "--hub", portal.url)
    assert (found["state"], found["pending"]) == ("portal", 1)
    assert "登录网络" in found["problem"]


def test_an_address_that_is_not_safe_is_refused_before_anything_is_sent(capsys, place):
    code, found = clerk_sync(capsys, place, "--hub", "http://192.0.2.1:8080")
    assert code == 1
    assert found["error"]["code"] == "platform_refused"
    assert "没有加密" in found["error"]["message"]


def test_a_store_that_was_never_enrolled_says_so(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("CLERK_PASSWORD", PASSWORD)
    monkeypatch.setenv("CLERK_STATE_DIR", str(tmp_path / "state"))
    folder = DataFolder(tmp_path / "data", tmp_path / "state")
    with create_store(folder, clerk=CLERK, name="王例", password=PASSWORD, practice=False, cost=CHEAP):
        pass
    code, found = clerk_sync(capsys, tmp_path / "data")
    assert (code, found["error"]["code"]) == (1, "not_enrolled")


def test_a_practice_store_is_never_synced(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("CLERK_PASSWORD", PASSWORD)
    monkeypatch.setenv("CLERK_STATE_DIR", str(tmp_path / "state"))
    folder = DataFolder(tmp_path / "data", tmp_path / "state")
    with create_store(folder, clerk=CLERK, name="王例", password=PASSWORD, practice=True, cost=CHEAP):
        pass
    code, found = clerk_sync(capsys, tmp_path / "data")
    assert (code, found["error"]["code"]) == (1, "practice_store")


def test_a_case_of_another_desk_is_fetched_by_its_number_and_marked_in_the_list(tmp_path, beside, monkeypatch, capsys):
    monkeypatch.setenv("CLERK_PASSWORD", PASSWORD)
    monkeypatch.setenv("CLERK_STATE_DIR", str(tmp_path / "state"))
    with free_port() as port:
        url = f"http://127.0.0.1:{port}"
    (tmp_path / "file").write_bytes(enrol(beside, EnrolmentWish("999999", "", "x", url, url)))
    folder = DataFolder(tmp_path / "data", tmp_path / "state")
    with create_store(folder, clerk=CLERK, name="王例", password=PASSWORD, practice=False, cost=CHEAP) as store:
        enrol_store(store, tmp_path / "file", clerk=CLERK)
    other = MemoryDesk.from_bytes(enrol(beside, EnrolmentWish("999999", "", "y", url, url)), SystemClock(), SystemRng())
    number = case_number_of("002", 1)
    other.append(f"case/{number}", "case.taken_in", taken_in(number))
    sync_once(SyncLane(other, DirectLine(HubService(beside)), SystemClock(), SystemRng()))

    def clerk_case(*arguments):
        code = main(lambda *_: 0, ["case", *arguments, "--data", str(folder.path), "--clerk", CLERK])
        return code, capsys.readouterr().out

    code, said = clerk_case("show", number, "--fetch", "--json")
    assert (code, json.loads(said)["error"]["code"]) == (1, "case_elsewhere")
    with RunningHub(tmp_path / "hub", port=port):
        code, said = clerk_case("show", number, "--fetch", "--json")
        assert (code, json.loads(said)["number"]) == (0, number)
        monkeypatch.setattr("sys.stdin", io.StringIO(APPLICANT["number"] + "\n"))
        code, said = clerk_case("find", "--json")
        assert (code, [case["number"] for case in json.loads(said)["cases"]]) == (0, [number])
        code, said = clerk_case("find", "--json")
        assert (code, json.loads(said)["error"]["code"]) == (1, "no_document_number")
    code, said = clerk_case("list")
    assert (code, said.strip().endswith("已上传  设备 002")) == (0, True)
