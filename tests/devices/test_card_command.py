"""`clerk card read` and `clerk pad test` as the contract of the commands says, on real ports."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest

from clerk_app.cli.main import main
from clerk_app.seams import SystemClock
from devices.simulators import faults
from devices.simulators.base import ALWAYS
from devices.simulators.card_reader import SAMPLE, CardReaderSimulator
from devices.simulators.rating_pad import RatingPadSimulator
from devices.simulators.wires import PtyWire, TcpWire
from devices.transport.serial_port import SerialSettings, open_serial
from tests.helpers import sam_bytes as table
from tests.helpers.literal_reader import LiteralReader
from tests.helpers.peer_ports import PtyPeer, TcpPeer

ROOT = Path(__file__).parent.parent.parent
WHOLE_CARD: dict[str, Any] = {
    "document": "resident_id",
    "name": "周例安",
    "english_name": None,
    "sex": "male",
    "ethnicity_code": "01",
    "ethnicity": "汉",
    "birth_date": "1992-02-16",
    "address": "例省例州市甲县乙镇丙村12号",
    "newest_address": None,
    "number": "999999199202160010",
    "number_valid": True,
    "issuer": "例州市公安局甲县分局",
    "valid_from": "2014-05-08",
    "valid_until": "2034-05-08",
    "nationality": None,
    "permit_number": None,
    "issue_count": None,
    "sam_id": table.SAM_ID,
    "truncated": [],
}


CARD_KEYS = list(WHOLE_CARD)


def no_window(*_: Any) -> NoReturn:
    raise AssertionError("no command of a device opens the window")


@pytest.fixture
def clerk(capsys):
    """Run `clerk …` in this process; gives exit code, standard output, standard error."""

    def run(*argv):
        try:
            code: Any = main(no_window, [str(each) for each in argv])
        except SystemExit as stopped:
            code = stopped.code
        out, err = capsys.readouterr()
        return code, out, err

    return run


def in_a_process(*argv):
    done = subprocess.run(
        [sys.executable, "-m", "clerk_app", *argv], cwd=ROOT, capture_output=True, text=True, timeout=50, check=False
    )
    return done.returncode, done.stdout, done.stderr


# ---- card read --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("peer", [PtyPeer, TcpPeer], ids=["pty", "tcp"])
def test_a_card_on_a_foreign_reader_is_one_json_object_with_every_key(peer):
    with peer(LiteralReader().receive) as port:
        code, out, err = in_a_process("card", "read", "--port", port.url, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == WHOLE_CARD
    assert list(json.loads(out)) == CARD_KEYS
    assert out.count("\n") == 1


def test_an_unknown_card_gives_nothing_but_its_kind_and_its_reader(clerk):
    block = table.text_block(*table.RESIDENT_ITEMS, (248, "Z"))
    with PtyPeer(LiteralReader({table.READ_BASE: [table.base_frame(block)]}).receive) as port:
        code, out, _ = clerk("card", "read", "--port", port.url, "--json")
    nothing = dict.fromkeys(CARD_KEYS) | {"document": "unknown", "sam_id": table.SAM_ID, "truncated": []}
    assert (code, json.loads(out)) == (0, nothing)


def test_people_see_labels_and_a_masked_number(clerk):
    with CardReaderSimulator() as reader:
        reader.lay(SAMPLE)
        code, out, err = clerk("card", "read", "--port", reader.url)
    assert (code, err) == (0, "")
    assert "姓名：周例安" in out
    assert "性别：男" in out
    assert "999999********0010" in out
    assert SAMPLE.number not in out
    assert "None" not in out


def test_people_are_told_of_a_wrong_number_and_of_cut_items(clerk):
    items = [item for item in table.RESIDENT_ITEMS if item[0] not in (0, 122, 204)]
    block = table.text_block(*items, (0, "例" * 14 + "\ud842"), (122, "999999199202160011"), (204, "长期"))
    with PtyPeer(LiteralReader({table.READ_BASE: [table.base_frame(block)]}).receive) as port:
        _, out, _ = clerk("card", "read", "--port", port.url)
    assert "校验不对" in out
    assert "芯片中有截断：姓名" in out
    assert "有效期止：长期" in out


def test_a_document_without_number_is_shown_without_one(clerk):
    with CardReaderSimulator() as reader:
        reader.lay(table.text_block((0, "周例安")))
        code, out, _ = clerk("card", "read", "--port", reader.url)
    assert code == 0
    assert "证件号码" not in out


def test_no_card_in_time_is_exit_1_with_its_code(clerk):
    with CardReaderSimulator() as reader:
        code, out, err = clerk("card", "read", "--port", reader.url, "--timeout", "0.2", "--json")
    error = json.loads(out)["error"]
    assert (code, err) == (1, "")
    assert set(error) == {"code", "message", "next_step"}
    assert error["code"] == "card_not_found"


def test_without_json_a_failure_is_one_sentence_on_standard_error(clerk):
    with CardReaderSimulator() as reader:
        code, out, err = clerk("card", "read", "--port", reader.url, "--timeout", "0.2")
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("000032", "card_not_genuine"),
        ("000040", "wrong_card"),
        ("000041", "card_not_read"),
        ("000060", "reader_self_test_failed"),
        ("000066", "reader_not_licensed"),
        ("000081", "card_not_read"),
        ("0000EE", "device_failed"),
    ],
)
def test_every_failure_of_a_reader_has_its_code(clerk, status, code):
    with CardReaderSimulator() as reader:
        reader.lay(SAMPLE)
        reader.refuse(status, (0x20, 0x01), ALWAYS)
        exit_code, out, _ = clerk("card", "read", "--port", reader.url, "--timeout", "1", "--json")
    assert (exit_code, json.loads(out)["error"]["code"]) == (1, code)


def test_a_silent_reader_is_told_as_silent(clerk):
    with CardReaderSimulator() as reader:
        reader.fail(faults.silence(), times=ALWAYS)
        code, out, _ = clerk("card", "read", "--port", reader.url, "--timeout", "0.2", "--json")
    assert (code, json.loads(out)["error"]["code"]) == (1, "device_silent")


def test_a_reader_pulled_out_while_reading_is_told_as_gone(clerk):
    with CardReaderSimulator(TcpWire()) as reader:
        reader.lay(SAMPLE)
        reader.fail(faults.cut_short(10), times=ALWAYS)
        reader.play_on("find", reader.vanish)
        code, out, _ = clerk("card", "read", "--port", reader.url, "--json")
    assert (code, json.loads(out)["error"]["code"]) == (1, "device_gone")


@pytest.mark.parametrize(
    ("port", "error"),
    [
        ("/dev/ttyNONE0", "device_not_found"),
        ("socket://127.0.0.1", "bad_port"),
        ("what://x", "bad_port"),
        ("", "bad_port"),
    ],
)
def test_a_port_that_cannot_be_opened_is_told(clerk, port, error):
    for command in (("card", "read"), ("pad", "test")):
        code, out, _ = clerk(*command, "--port", port, "--json")
        if command == ("pad", "test") and error == "device_not_found":
            assert (code, json.loads(out)) == (0, {"state": "device_failed", "grade": None})
        else:
            assert (code, json.loads(out)["error"]["code"]) == (1, error)


@pytest.mark.parametrize(
    "argv",
    [
        ("card",),
        ("card", "read"),
        ("card", "eat"),
        ("card", "read", "--port", "x", "--timeout", "soon"),
        ("card", "read", "--port", "x", "--timeout", "0"),
        ("card", "read", "--port", "x", "--timeout", "nan"),
        ("card", "read", "--port", "x", "--timeout", "-1"),
        ("card", "read", "--port", "x", "--baud", "fast"),
        ("pad",),
        ("pad", "test"),
        ("pad", "test", "--port"),
    ],
)
def test_wrong_usage_is_exit_2(clerk, argv):
    code, out, err = clerk(*argv)
    assert (code, out) == (2, "")
    assert "Traceback" not in err


# ---- pad test ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wire", [PtyWire, TcpWire], ids=["pty", "tcp"])
def test_a_key_on_the_pad_is_its_grade(wire):
    with RatingPadSimulator(wire(), answers=[0]) as pad:
        code, out, err = in_a_process("pad", "test", "--port", pad.url, "--profile", "ff68", "--json")
        assert pad.wait_for("acknowledged")
    assert (code, err) == (0, "")
    assert json.loads(out) == {"state": "answered", "grade": "dissatisfied"}
    assert pad.acknowledged == [0]


@pytest.mark.parametrize(
    ("key", "grade", "words"),
    [
        (0, "dissatisfied", "不满意"),
        (1, "basically_satisfied", "基本满意"),
        (2, "satisfied", "满意"),
        (3, "very_satisfied", "非常满意"),
    ],
)
def test_the_four_keys_of_the_common_profile(clerk, key, grade, words):
    with RatingPadSimulator(answers=[key, key]) as pad:
        code, out, _ = clerk("pad", "test", "--port", pad.url, "--profile", "ff68", "--json")
        assert (code, json.loads(out)) == (0, {"state": "answered", "grade": grade})
        code, out, _ = clerk("pad", "test", "--port", pad.url)
        assert code == 0
        assert words in out


def test_nobody_presses_is_a_state_not_an_error(clerk):
    with RatingPadSimulator() as pad:
        code, out, _ = clerk("pad", "test", "--port", pad.url, "--profile", "ff68", "--timeout", "0.2", "--json")
        assert (code, json.loads(out)) == (0, {"state": "timed_out", "grade": None})
        code, out, err = clerk("pad", "test", "--port", pad.url, "--timeout", "0.2")
        assert (code, err) == (0, "")
        assert "没有人按键" in out


def test_a_pad_pulled_out_is_a_state_not_an_error(clerk):
    with RatingPadSimulator() as pad:
        pad.play_on("prompt", pad.vanish)
        code, out, _ = clerk("pad", "test", "--port", pad.url, "--profile", "ff68", "--json")
    assert (code, json.loads(out)) == (0, {"state": "device_failed", "grade": None})


def test_people_are_told_what_failed(clerk):
    code, out, err = clerk("pad", "test", "--port", "/dev/ttyNONE0")
    assert code == 0
    assert "没有测成" in out
    assert "没有找到设备" in err


def test_a_pad_in_use_is_refused(clerk):
    with RatingPadSimulator(PtyWire()) as pad:
        holder = open_serial(SerialSettings(pad.url, 9600), SystemClock())
        code, out, _ = clerk("pad", "test", "--port", pad.url, "--json")
        holder.close()
    assert (code, json.loads(out)["error"]["code"]) == (1, "device_busy")
    assert pad.prompts == 0


def test_a_profile_of_one_s_own_is_a_file(clerk, tmp_path):
    path = tmp_path / "five.toml"
    path.write_text('[keys]\n5 = "very_dissatisfied"\n', "utf-8")
    with RatingPadSimulator(answers=[5]) as pad:
        code, out, _ = clerk("pad", "test", "--port", pad.url, "--profile", path, "--json")
    assert (code, json.loads(out)["grade"]) == (0, "very_dissatisfied")


def test_an_unknown_profile_is_refused(clerk):
    code, out, _ = clerk("pad", "test", "--port", "/dev/ttyNONE0", "--profile", "ff99", "--json")
    assert (code, json.loads(out)["error"]["code"]) == (1, "bad_profile")
