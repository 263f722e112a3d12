"""`clerk handover` and `clerk-hub import` as people use them: two laptops, a stick, a hub process, plain sentences."""

from __future__ import annotations

import json

import pytest

from clerk_app.bootstrap import create_store, enrol_store
from clerk_app.cli.main import main
from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from clerk_app.store.folder import DataFolder
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.digest import digest
from sync.hub.hub import HubSeams, open_hub
from tests.helpers.hub import RunningHub, clerk_hub, clerk_hub_json
from tests.helpers.intake import CHEAP, CLERK, PASSWORD
from tests.sync.work import case_number_of, taken_in

CARGO = {"id", "device", "made_at", "size", "taken_at", "state", "reason", "settled_at"}


@pytest.fixture
def beside(tmp_path):
    hub = open_hub(tmp_path / "hub", HubSeams(SystemClock(), SystemDisk(), SystemRng()))
    yield hub
    hub.close()


@pytest.fixture
def laptops(tmp_path, beside, monkeypatch):
    """The team's laptop with one case, and the one of the hall; the address in their enrolment is nobody's."""
    monkeypatch.setenv("CLERK_PASSWORD", PASSWORD)
    monkeypatch.setenv("CLERK_STATE_DIR", str(tmp_path / "state"))
    folders = []
    for name in ("team", "hall"):
        file = tmp_path / f"{name}.enrolment"
        file.write_bytes(enrol(beside, EnrolmentWish("999999", "", name, "http://127.0.0.1:9", "http://x")))
        folder = DataFolder(tmp_path / name, tmp_path / "state")
        with create_store(folder, clerk=CLERK, name="王例", password=PASSWORD, practice=False, cost=CHEAP) as store:
            enrol_store(store, file, clerk=CLERK)
            if name == "team":
                number = case_number_of("001", 1)
                with store.write(CLERK) as unit:
                    unit.append(f"case/{number}", "case.taken_in", taken_in(number))
                    unit.commit()
        folders.append(folder.path)
    return folders


@pytest.fixture
def clerk(capsys):
    """Runs a command in this process: its code, the JSON it printed, or its sentence."""

    def run(folder, *arguments, as_json=True):
        code = main(
            lambda *_: 0,
            [*map(str, arguments), "--data", str(folder), "--clerk", CLERK, *(["--json"] if as_json else [])],
        )
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, json.loads(said.out) if as_json else said.out + said.err

    return run


def test_the_whole_way_of_a_stick_by_commands(tmp_path, laptops, clerk, beside):
    team, hall = laptops
    stick = tmp_path / "stick"
    stick.mkdir()
    code, exported = clerk(team, "handover", "export", stick / "a")
    assert (code, exported["entries"], exported["blobs"], exported["damaged"]) == (0, 1, 0, 0)
    assert set(exported) == {"file", "id", "made_at", "entries", "blobs", "damaged", "size"}
    code, found = clerk(team, "handover", "list")
    assert (found["exported_at"], found["exported_pending"], found["carried"]) == (exported["made_at"], 1, [])

    code, taken = clerk(hall, "handover", "import", stick / "a")
    assert (code, taken["kind"], taken["new"], taken["state"], taken["device"]) == (
        0,
        "handover",
        True,
        "waiting",
        "999999001",
    )
    assert set(taken) == {*CARGO, "kind", "new"}
    with RunningHub(tmp_path / "hub") as hub:
        code, synced = clerk(hall, "sync", "--once", "--hub", hub.url)
    assert (code, synced["state"], synced["cargo"]) == (0, "done", 0)
    assert digest(beside).cases == 1

    code, returned = clerk(hall, "handover", "return", stick / "b")
    assert (code, returned["state"], set(returned)) == (0, "delivered", {*CARGO, "file"})
    code, answer = clerk(team, "handover", "import", stick / "b")
    assert (code, answer) == (
        0,
        {"kind": "return", "acked": 1, "facts": 0, "stopped": 0, "missing": 0, "pending": 0},
    )
    assert clerk(team, "handover", "list")[1]["exported_pending"] == 0
    assert clerk(hall, "handover", "drop", returned["id"][:6])[0] == 0
    assert clerk(hall, "handover", "list")[1]["carried"] == []


def test_every_step_says_one_plain_sentence(tmp_path, laptops, clerk):
    team, hall = laptops
    file, back = tmp_path / "a", tmp_path / "b"
    said = [
        clerk(team, "handover", "list", as_json=False),
        clerk(team, "handover", "export", file, as_json=False),
        clerk(team, "handover", "list", as_json=False),
        clerk(hall, "handover", "import", file, as_json=False),
        clerk(hall, "handover", "import", file, as_json=False),
        clerk(hall, "handover", "list", as_json=False),
    ]
    assert clerk_hub("import", "--data", tmp_path / "hub", file, "--return", back).returncode == 0
    said.append(clerk(team, "handover", "import", back, as_json=False))
    words = ("没有导出过", "仍算待上传", "还没有签收", "已收下", "早已收下", "等待送达", "新签收 1 条")
    for (code, text), word in zip(said, words, strict=True):
        assert (code, len(text.strip().splitlines())) == (0, 1)
        assert word in text


@pytest.mark.parametrize(
    ("verb", "name", "code", "word"),
    [
        ("import", "absent", "stick_gone", "U 盘"),
        ("import", "pictures", "bad_parcel", "不是窗口通的交接文件"),
        ("export", "pictures", "bad_file", "没有覆盖"),
        ("export", "no/such/folder", "stick_gone", "U 盘"),
        ("return", "b", "no_return", "还没有可以带回的回执"),
        ("drop", "0000", "no_such_cargo", "没有这份代送"),
    ],
)
def test_what_a_person_can_get_wrong_is_one_sentence_and_changes_nothing(
    tmp_path, laptops, clerk, verb, name, code, word
):
    (tmp_path / "pictures").write_bytes(b"holiday")
    before = clerk(laptops[0], "handover", "list")
    exit_code, said = clerk(laptops[0], "handover", verb, name if verb == "drop" else tmp_path / name)
    assert (exit_code, said["error"]["code"]) == (1, code)
    assert word in said["error"]["message"]
    assert said["error"]["next_step"]
    assert clerk(laptops[0], "handover", "list") == before
    assert (tmp_path / "pictures").read_bytes() == b"holiday"


def test_a_practice_store_hands_nothing_over(tmp_path, clerk, monkeypatch):
    monkeypatch.setenv("CLERK_PASSWORD", PASSWORD)
    monkeypatch.setenv("CLERK_STATE_DIR", str(tmp_path / "state"))
    folder = DataFolder(tmp_path / "practice", tmp_path / "state")
    with create_store(folder, clerk=CLERK, name="王例", password=PASSWORD, practice=True, cost=CHEAP):
        pass
    code, said = clerk(folder.path, "handover", "export", tmp_path / "a")
    assert (code, said["error"]["code"]) == (1, "practice_store")
    assert not (tmp_path / "a").exists()


# ---- at the platform itself -------------------------------------------------------------------------------------


def test_the_platform_imports_a_file_twice_without_harm_and_writes_the_return(tmp_path, laptops, clerk, beside):
    team, _hall = laptops
    exported = clerk(team, "handover", "export", tmp_path / "a")[1]
    arguments = ("import", "--data", tmp_path / "hub", tmp_path / "a")
    first = clerk_hub_json(*arguments, "--return", tmp_path / "b")
    assert first == {
        "id": exported["id"],
        "device": "999999001",
        "made_at": exported["made_at"],
        "entries": 1,
        "blobs": 0,
        "stopped": 0,
        "missing": 0,
        "return": str(tmp_path / "b"),
    }
    before = digest(beside)
    assert clerk_hub_json(*arguments) == {**first, "return": None}
    assert digest(beside) == before
    assert clerk(team, "handover", "import", tmp_path / "b")[1]["acked"] == 1


@pytest.mark.parametrize(
    ("kind", "word"), [("foreign", "不是窗口通的"), ("damaged", "不完整或被改动"), ("absent", "读不出来")]
)
def test_the_platform_refuses_other_files_in_one_sentence(tmp_path, laptops, clerk, beside, kind, word):
    file = tmp_path / "a"
    if kind != "absent":
        clerk(laptops[0], "handover", "export", file)
        content = bytearray(file.read_bytes())
        content[-100 if kind == "damaged" else 0] ^= 1
        file.write_bytes(content)
    done = clerk_hub("import", "--data", tmp_path / "hub", file)
    assert (done.returncode, len(done.stderr.strip().splitlines()), done.stdout) == (1, 1, "")
    assert word in done.stderr
    assert digest(beside).entries == 0


def test_the_platform_refuses_a_device_it_does_not_know(tmp_path, laptops, clerk):
    clerk(laptops[0], "handover", "export", tmp_path / "a")
    other = open_hub(tmp_path / "other", HubSeams(SystemClock(), SystemDisk(), SystemRng()))
    other.close()
    done = clerk_hub("import", "--data", tmp_path / "other", tmp_path / "a")
    assert done.returncode == 1
    assert "另一个平台" in done.stderr
