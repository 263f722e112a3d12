"""Scripts of simulated devices, and `clerk-sim` as a process: what docs/devices.md promises."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from clerk_app.errors import BadFile, ClerkError, DeviceError
from clerk_app.seams import SystemClock
from devices.drivers.ff68_pad import Ff68Pad
from devices.drivers.pad_profile import FF68
from devices.drivers.sam_reader import SamReader
from devices.simulators.card_reader import SAMPLE, CardReaderSimulator
from devices.simulators.rating_pad import RatingPadSimulator
from devices.simulators.script import pad_actions, pad_script, reader_actions, reader_script
from devices.transport.serial_port import SerialSettings, open_serial
from tests.helpers import sam_bytes as table

ROOT = Path(__file__).parent.parent.parent
CLOCK = SystemClock()
DOCUMENT = '{"document": "hmt_permit", "name": "陈例港", "permit_number": "H99999999"}'


def reader_at(url):
    return SamReader(lambda: open_serial(SerialSettings(url, 115200), CLOCK), CLOCK)


def pad_at(url):
    return Ff68Pad(FF68, lambda: open_serial(SerialSettings(url, 9600), CLOCK), CLOCK)


def code_of_reading(reader, timeout_s=0.2):
    try:
        return reader.read_again(timeout_s).name
    except ClerkError as error:
        return error.code
    finally:
        reader.close()


READER_LINES = {
    '{"action": "lay"}': "周例安",
    '{"action": "lay", "card": ' + DOCUMENT + "}": "陈例港",
    '{"action": "lay", "block": "' + table.RESIDENT.hex() + '"}': "周例安",
    '{"action": "lift"}': "card_not_found",
    '{"action": "status", "status": "000040", "command": "2002"}': "wrong_card",
    '{"action": "status", "status": "6F0041", "command": "30 01"}': "card_not_read",
    '{"action": "status", "status": "000060", "times": "always"}': "reader_self_test_failed",
    '{"action": "silence", "times": "always"}': "device_silent",
    '{"action": "checksum", "times": "always"}': "device_garbled",
    '{"action": "cut", "size": 9, "times": "always"}': "device_garbled",
    '{"action": "garbage"}': "周例安",
    '{"action": "garbage", "bytes": "AA AA", "times": "always"}': "周例安",
    '{"action": "preamble", "count": 3, "times": "always"}': "周例安",
    '{"action": "split", "at": [3, 9], "pause": 0.01, "times": "always"}': "周例安",
    '{"action": "slow", "pause": 0, "times": "always"}': "周例安",
    '{"action": "twice", "times": "always"}': "周例安",
    '{"action": "vanish"}': "device_not_found",
}


@pytest.mark.parametrize(
    ("line", "outcome"), READER_LINES.items(), ids=[json.loads(line)["action"] for line in READER_LINES]
)
def test_every_action_of_a_reader_s_script_does_what_it_says(line, outcome):
    with CardReaderSimulator() as simulator:
        simulator.lay(SAMPLE)
        (step,) = reader_script(line, simulator)
        step.act()
        assert code_of_reading(reader_at(simulator.url)) == outcome


PAD_LINES = {
    '{"on": "prompt", "action": "press", "key": 3}': ("very_satisfied", [3]),
    '{"on": "prompt", "action": "press", "key": 3, "then": 0}': ("very_satisfied", [3, 0]),
    '{"on": "prompt", "after": 0.01, "action": "press", "key": 0}': ("dissatisfied", [0]),
    '{"action": "garbage"}\n{"on": "prompt", "action": "press", "key": 2}': ("satisfied", [2]),
    '{"action": "preamble"}\n{"on": "prompt", "action": "press", "key": 1}': ("basically_satisfied", [1]),
    '{"action": "checksum"}\n{"on": "prompt", "action": "press", "key": 1}\n{"action": "press", "key": 2}': (
        "satisfied",
        [2],
    ),
    '{"action": "twice"}\n{"on": "prompt", "action": "press", "key": 1}': ("basically_satisfied", [1, 1]),
    '{"on": "prompt", "action": "vanish"}': ("device_gone", []),
}


@pytest.mark.parametrize(("lines", "outcome"), PAD_LINES.items(), ids=[str(number) for number in range(len(PAD_LINES))])
def test_every_action_of_a_pad_s_script_does_what_it_says(lines, outcome):
    with RatingPadSimulator() as simulator:
        simulator.play(pad_script(lines, simulator))
        pad = pad_at(simulator.url)
        try:
            result = pad.take_grade(5)
        except DeviceError as error:
            result = error.code
        pad.close()
        assert simulator.wait_for("acknowledged", count=len(outcome[1]))
        assert (result, simulator.acknowledged) == outcome


BAD_READER_LINES = [
    "nonsense",
    "[]",
    "{}",
    '{"action": "dance"}',
    '{"action": 3}',
    '{"action": "press", "key": 1}',
    '{"action": "lift", "colour": "red"}',
    '{"action": "lift", "after": -1}',
    '{"action": "lift", "after": true}',
    '{"action": "lift", "after": "soon"}',
    '{"action": "lift", "on": "prompt"}',
    '{"action": "status"}',
    '{"action": "status", "status": "0000"}',
    '{"action": "status", "status": "zz"}',
    '{"action": "status", "status": "000040", "command": "20"}',
    '{"action": "status", "status": "000040", "times": 0}',
    '{"action": "status", "status": "000040", "times": "often"}',
    '{"action": "preamble", "count": 300}',
    '{"action": "split", "at": 3}',
    '{"action": "split", "at": [true]}',
    '{"action": "lay", "card": "周例安"}',
    '{"action": "lay", "card": {"colour": "red"}}',
    '{"action": "lay", "card": {"name": 3}}',
    '{"action": "lay", "card": {"document": "passport"}}',
]


@pytest.mark.parametrize("line", BAD_READER_LINES)
def test_a_faulty_line_is_named_with_its_number(line):
    with CardReaderSimulator() as simulator, pytest.raises(BadFile) as error:
        reader_script('{"action": "lift"}\n\n' + line, simulator)
    assert "第 3 行" in error.value.data["reason"]


@pytest.mark.parametrize("line", ['{"action": "press"}', '{"action": "press", "key": 256}', '{"action": "lay"}'])
def test_a_pad_knows_its_own_actions(line):
    with RatingPadSimulator() as simulator, pytest.raises(BadFile):
        pad_script(line, simulator)


# ---- the process ------------------------------------------------------------------------------------------------


class Process:
    """`clerk-sim` as a process; its first line is the URL."""

    def __init__(self, *arguments):
        popen: Any = subprocess.Popen(
            [sys.executable, "-m", "devices.simulators", *map(str, arguments)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, text=True,
        )  # fmt: skip
        self.popen: Any = popen
        self.url = self.popen.stdout.readline().strip()

    def tell(self, line):
        self.popen.stdin.write(line + "\n")
        self.popen.stdin.flush()

    def finish(self):
        """Exit code, and what was printed after the first line."""
        code = self.popen.wait(20)
        return code, self.popen.stdout.read(), self.popen.stderr.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.popen.kill()
        self.popen.__exit__(None, None, None)  # closes the pipes and waits


@pytest.mark.parametrize("how", [[], ["--tcp"]], ids=["pty", "tcp"])
def test_clerk_sim_prints_its_port_and_has_a_sample_card_lying_there(how):
    with Process("card-reader", *how) as process:
        assert process.url.startswith("socket://127.0.0.1:" if how else "/dev/")
        assert code_of_reading(reader_at(process.url), 10) == "周例安"
        process.popen.send_signal(signal.SIGTERM)
        assert process.finish() == (0, "", "")


def test_clerk_sim_answers_every_prompt_without_a_script():
    with Process("rating-pad") as process:
        pad = pad_at(process.url)
        assert [pad.take_grade(10), pad.take_grade(10)] == ["satisfied", "satisfied"]
        pad.close()


def test_clerk_sim_plays_a_script(tmp_path):
    script = tmp_path / "day.jsonl"
    script.write_text('{"after": 0.05, "action": "lay", "card": ' + DOCUMENT + "}\n", "utf-8")
    with Process("card-reader", "--script", script) as process:
        assert code_of_reading(reader_at(process.url), 10) == "陈例港"


def test_clerk_sim_obeys_its_input_and_ends_with_it():
    with Process("card-reader", "--stdin") as process:
        assert code_of_reading(reader_at(process.url)) == "card_not_found"
        process.tell("nonsense")
        process.tell('{"action": "lay"}')
        assert code_of_reading(reader_at(process.url), 10) == "周例安"
        process.popen.stdin.close()
        code, _, err = process.finish()
        assert code == 0
        assert "JSON" in err


def test_clerk_sim_keeps_its_link_and_tells_a_new_port(tmp_path):
    link = tmp_path / "reader"
    with Process("card-reader", "--stdin", "--link", link) as process:
        assert process.url == str(link)
        for action in ("vanish", "return", "lay"):
            process.tell(json.dumps({"action": action}))
        deadline = time.monotonic() + 20
        while (outcome := code_of_reading(reader_at(process.url), 1)) != "周例安" and time.monotonic() < deadline:
            pass
        assert outcome == "周例安"


def test_clerk_sim_stops_by_itself():
    with Process("card-reader", "--for", "0.05") as process:
        assert process.finish() == (0, "", "")


@pytest.mark.parametrize("device", ["receipt-printer", "scanner"])
def test_devices_to_come_say_so(device):
    with Process(device) as process:
        code, _, err = process.finish()
        assert code == 1
        assert err.startswith("本版还没有")


def test_a_faulty_script_is_one_sentence(tmp_path):
    script = tmp_path / "bad.jsonl"
    script.write_text('{"action": "dance"}\n', "utf-8")
    for path in (script, tmp_path / "none.jsonl", tmp_path):
        with Process("card-reader", "--script", path) as process:
            code, out, err = process.finish()
            assert (code, out, process.url) == (1, "", "")
            assert "Traceback" not in err
            assert err.count("\n") == 1


def test_wrong_usage_is_exit_2():
    with Process("toaster") as process:
        assert process.finish()[0] == 2


def test_no_descriptor_is_left_open_by_a_simulator():
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        with CardReaderSimulator() as simulator:
            code_of_reading(reader_at(simulator.url))
    assert len(os.listdir("/proc/self/fd")) == before


def test_the_guide_names_every_action_and_no_other():
    with CardReaderSimulator() as reader, RatingPadSimulator() as pad:
        known = set(reader_actions(reader)) | set(pad_actions(pad))
    section = (ROOT / "docs" / "devices.md").read_text("utf-8").split("| action | fields |")[1].split("\n\n")[0]
    rows = [row.split("|")[1] for row in section.splitlines() if row.startswith("| `")]
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == known


def test_the_guide_s_example_plays():
    text = (ROOT / "docs" / "devices.md").read_text("utf-8").split("```json\n")[1].split("```")[0]
    with CardReaderSimulator() as reader:
        assert len(reader_script(text, reader)) == 3
