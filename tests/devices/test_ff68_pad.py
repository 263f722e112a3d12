"""The rating pad driver against literal bytes: which key counts, and that every key is acknowledged."""

import pytest

from clerk_app.errors import BadProfile, DeviceGone, DeviceNotFound, RatingOpen
from clerk_app.seams import SystemDisk
from devices.drivers.ff68_pad import Ff68Pad, RatingPadPort
from devices.drivers.pad_profile import FF68, load_profile, parse_profile
from tests.helpers.memory_line import MemoryLine, VirtualClock

PROMPT = bytes.fromhex("FF 68 03 03 68 01 01 0B 0D 16")
KEY = {n: bytes.fromhex(f"FF 68 03 03 68 01 11 0{n} 1{2 + n} 16") for n in range(5)}
ACK = {n: bytes.fromhex(f"FF 68 03 03 68 01 01 0{n} 0{2 + n} 16") for n in range(5)}
GRADE = {0: "dissatisfied", 1: "basically_satisfied", 2: "satisfied", 3: "very_satisfied"}


class Bench:
    """A driver and the line it opens; `after_prompt` arrives so many seconds after each prompt."""

    def __init__(self, *after_prompt, profile=FF68):
        self.clock = VirtualClock()
        self.after_prompt = list(after_prompt)
        self.before = []
        self.pull_at = b""
        self.lines: list[MemoryLine] = []
        self.is_plugged_in = True
        self.pad = Ff68Pad(profile, self._open, self.clock)
        self.port = RatingPadPort(self.pad)

    def _open(self):
        if not self.is_plugged_in:
            raise DeviceNotFound
        line = MemoryLine(self.clock, self._answer)
        for in_s, chunk in self.before:
            line.arrive(chunk, in_s)
        self.lines.append(line)
        return line

    def _answer(self, chunk):
        if chunk == self.pull_at:
            self.lines[-1].pull()
        return self.after_prompt if chunk == PROMPT else []

    @property
    def sent(self):
        return [chunk for line in self.lines for _, chunk in line.written]


def answer_of(bench, timeout_s=60):
    answer = bench.port.ask(timeout_s)
    return answer.state, answer.grade


# ---- one key ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", GRADE)
def test_a_pressed_key_is_its_grade_and_is_acknowledged(n):
    bench = Bench((5.0, KEY[n]))
    assert answer_of(bench) == ("answered", GRADE[n])
    assert bench.sent == [PROMPT, ACK[n]]


def test_nobody_presses():
    bench = Bench()
    started = bench.clock.now
    assert answer_of(bench, 60) == ("timed_out", None)
    assert 60 <= bench.clock.now - started < 62
    assert bench.sent == [PROMPT]


def test_a_four_key_pad_says_that_it_is_limited():
    assert Bench((1, KEY[2])).port.ask(60).device_limited
    assert Bench().port.invite(60, lambda grade: b"").device_limited


def test_a_key_without_a_grade_is_acknowledged_and_waited_past():
    bench = Bench((1.0, KEY[4]), (2.0, KEY[1]))
    assert answer_of(bench) == ("answered", "basically_satisfied")
    assert bench.sent == [PROMPT, ACK[4], ACK[1]]


LINE_FAULTS = {
    "byte by byte": [(1 + 0.01 * at, bytes([byte])) for at, byte in enumerate(KEY[3])],
    "slowly": [(1 + 0.4 * at, bytes([byte])) for at, byte in enumerate(KEY[3])],
    "leading garbage": [(1, b"\xff\x02\x00\x16" + KEY[3])],
    "repeated start": [(1, b"\xff\x68\xff\x68" + KEY[3])],
    "a false start that promises more": [(1, bytes.fromhex("FF 68 05 05 68 01")), (1.1, KEY[3])],
    "a false start that only silence ends": [(1, bytes.fromhex("FF 68 05 05 68") + KEY[3][:-1]), (1.1, KEY[3][-1:])],
    "wrong sum, then sent again": [(1, KEY[3][:-2] + b"\x00\x16"), (1.5, KEY[3])],
    "wrong lengths, then sent again": [(1, bytes.fromhex("FF 68 03 04 68 01 11 00 12 16")), (1.5, KEY[3])],
    "cut, then sent again": [(1, KEY[3][:6]), (3, KEY[3])],
    "garbage behind": [(1, KEY[3] + b"\xff\x68\x03")],
    "five bytes long": [(1, bytes.fromhex("FF 68 05 05 68 01 11 00 00 03 15 16"))],
}


@pytest.mark.parametrize("arrivals", LINE_FAULTS.values(), ids=LINE_FAULTS.keys())
def test_a_rating_survives(arrivals):
    assert answer_of(Bench(*arrivals)) == ("answered", "very_satisfied")


def test_rubbish_alone_is_no_answer():
    bench = Bench((1, b"\xff\x68\x00\x13" * 20))
    assert answer_of(bench, 10) == ("timed_out", None)


def test_chatter_does_not_outlast_the_invitation():
    bench = Bench()
    bench.pad.check()
    bench.lines[0].chatter = b"\xff"
    started = bench.clock.now
    assert answer_of(bench, 10) == ("timed_out", None)
    assert bench.clock.now - started < 13


# ---- which key counts -------------------------------------------------------------------------------------------


def test_of_a_double_press_the_first_key_counts_and_both_are_acknowledged():
    bench = Bench((1, KEY[3] + KEY[0]))
    assert answer_of(bench) == ("answered", "very_satisfied")
    assert bench.sent == [PROMPT, ACK[3], ACK[0]]


def test_a_second_key_shortly_after_is_acknowledged_and_not_counted():
    bench = Bench((1, KEY[3]), (1.2, KEY[0]))
    assert answer_of(bench) == ("answered", "very_satisfied")
    assert bench.sent == [PROMPT, ACK[3], ACK[0]]


def test_a_key_pressed_before_the_invitation_does_not_count():
    bench = Bench()
    bench.before = [(0, KEY[0])]
    assert answer_of(bench, 5) == ("timed_out", None)
    assert bench.sent == [ACK[0], PROMPT]


def test_a_key_half_arrived_before_the_invitation_does_not_count_either():
    bench = Bench((1, KEY[3]))
    bench.before = [(0, KEY[0][:5]), (0.3, KEY[0][5:])]
    assert answer_of(bench, 5) == ("answered", "very_satisfied")
    assert bench.sent == [ACK[0], PROMPT, ACK[3]]


def test_a_key_after_the_time_is_acknowledged_at_the_next_look_and_not_counted():
    bench = Bench((6, KEY[0]))
    assert answer_of(bench, 5) == ("timed_out", None)
    bench.clock.now += 2
    bench.pad.check()
    assert bench.sent == [PROMPT, ACK[0]]
    bench.after_prompt = []
    assert answer_of(bench, 5) == ("timed_out", None)


def test_another_pad_s_keys_are_neither_counted_nor_acknowledged():
    bench = Bench((1, bytes.fromhex("FF 68 03 03 68 02 11 03 16 16")), (2, KEY[2]))
    assert answer_of(bench) == ("answered", "satisfied")
    assert bench.sent == [PROMPT, ACK[2]]


def test_a_caller_s_key_is_no_rating():
    bench = Bench((1, bytes.fromhex("FF 68 03 03 68 01 02 0C 0F 16")))
    assert answer_of(bench, 5) == ("timed_out", None)
    assert bench.sent == [PROMPT]


# ---- the border -------------------------------------------------------------------------------------------------


def test_a_real_rating_leaves_the_driver_only_sealed():
    given = []

    def seal(grade):
        given.append(grade)
        return b"sealed"

    answer = Bench((1, KEY[0])).port.invite(60, seal)
    assert (answer.state, answer.sealed) == ("answered", b"sealed")
    assert given == ["dissatisfied"]


def test_without_an_answer_nothing_is_sealed():
    answer = Bench().port.invite(5, lambda grade: pytest.fail("nobody answered"))
    assert (answer.state, answer.sealed) == ("timed_out", None)


def test_the_pad_cannot_be_tested_while_an_invitation_is_open():
    bench = Bench((1, KEY[2]))

    def seal(grade):
        with pytest.raises(RatingOpen):
            bench.port.ask(1)
        return b"sealed"

    assert bench.port.invite(60, seal).state == "answered"
    assert answer_of(bench) == ("answered", "satisfied")


def test_no_grade_is_logged_or_shown(caplog):
    caplog.set_level("DEBUG")
    bench = Bench((1, KEY[0]))
    answer = bench.port.ask(60)
    assert "dissatisfied" not in caplog.text + repr(answer)


# ---- plugs ------------------------------------------------------------------------------------------------------


def test_a_pad_that_is_not_there_is_an_answer_not_an_exception():
    bench = Bench()
    bench.is_plugged_in = False
    assert answer_of(bench) == ("device_failed", None)
    assert bench.port.invite(60, lambda grade: b"").state == "device_failed"


def test_a_pad_pulled_out_while_asking_failed_and_is_opened_again_the_next_time():
    bench = Bench((1, KEY[2]))
    bench.pad.check()
    bench.lines[0].pull()
    assert answer_of(bench) == ("device_failed", None)
    assert bench.lines[0].is_closed
    assert answer_of(bench) == ("answered", "satisfied")


def test_a_pad_pulled_out_right_after_the_key_has_answered_all_the_same():
    bench = Bench((1, KEY[3]))
    bench.pad.check()
    bench.pull_at = ACK[3]
    assert answer_of(bench) == ("answered", "very_satisfied")
    assert bench.lines[0].is_closed


def test_a_check_says_that_the_pad_is_gone():
    bench = Bench()
    bench.pad.check()
    bench.lines[0].pull()
    with pytest.raises(DeviceGone):
        bench.pad.check()
    bench.pad.check()
    assert len(bench.lines) == 2


# ---- profiles ---------------------------------------------------------------------------------------------------

FIVE_KEYS = """
address = 7
baud = 19200
[keys]
1 = "very_satisfied"
2 = "satisfied"
3 = "basically_satisfied"
4 = "dissatisfied"
5 = "very_dissatisfied"
"""


def test_a_profile_of_one_s_own_maps_its_own_keys_at_its_own_address(tmp_path):
    path = tmp_path / "hall.toml"
    path.write_text(FIVE_KEYS, "utf-8")
    profile = load_profile(str(path), SystemDisk())
    assert (profile.address, profile.baud, profile.is_limited) == (7, 19200, False)
    bench = Bench(profile=profile)
    prompt = bytes.fromhex("FF 68 03 03 68 07 01 0B 13 16")
    line = MemoryLine(
        bench.clock,
        lambda chunk: [(1, bytes.fromhex("FF 68 03 03 68 07 11 05 1D 16"))] if chunk == prompt else [],
    )
    answer = RatingPadPort(Ff68Pad(profile, lambda: line, bench.clock)).ask(60)
    assert (answer.state, answer.grade, answer.device_limited) == ("answered", "very_dissatisfied", False)


def test_the_built_in_profile_is_known_by_its_name():
    assert load_profile("ff68", SystemDisk()) is FF68


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[keys]",
        "keys = 3",
        "[keys]\n1 = 'splendid'",
        "[keys]\n1 = 5",
        "[keys]\n256 = 'satisfied'",
        "[keys]\nx = 'satisfied'",
        "[keys]\n1 = 'satisfied'\n01 = 'dissatisfied'",
        "address = 256\n[keys]\n1 = 'satisfied'",
        "address = true\n[keys]\n1 = 'satisfied'",
        "baud = 0\n[keys]\n1 = 'satisfied'",
        "colour = 'red'\n[keys]\n1 = 'satisfied'",
        "[keys\n",
    ],
)
def test_a_damaged_profile_is_refused(text):
    with pytest.raises(BadProfile):
        parse_profile(text, "mine.toml")


def test_an_unknown_profile_is_refused(tmp_path):
    for name in ("ff69", str(tmp_path), str(tmp_path / "none.toml"), "\0"):
        with pytest.raises(BadProfile):
            load_profile(name, SystemDisk())


def test_a_profile_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadProfile):
        load_profile(str(path), SystemDisk())
