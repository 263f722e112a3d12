"""The SAM_V codec: literal bytes in, messages out; any bytes at all in, and it stays small, ends and stays silent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.protocols import sam
from devices.protocols.frames import FrameError
from devices.protocols.sam import AnswerParser, Command, RequestParser, SamAnswer, SamRequest
from tests.helpers import sam_bytes

REQUESTS = {
    Command.RESET: sam_bytes.RESET,
    Command.CHECK_STATUS: sam_bytes.CHECK_STATUS,
    Command.READ_SAM_ID: sam_bytes.READ_SAM_ID,
    Command.FIND_CARD: sam_bytes.FIND,
    Command.SELECT_CARD: sam_bytes.SELECT,
    Command.READ_BASE: sam_bytes.READ_BASE,
    Command.READ_NEWEST_ADDRESS: sam_bytes.READ_NEWEST,
}
MOST_HELD = 7 + 4096

answers = st.builds(SamAnswer, st.integers(0, 255), st.integers(0, 255), st.integers(0, 255), st.binary(max_size=300))
noise = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([b"\xaa", b"\xaa\xaa\xaa\x96\x69", b"\xaa\xaa\xaa\x96\x69\x0f\xff", sam_bytes.FIND_OK[:9]]),
)


@pytest.mark.parametrize("command", Command)
def test_every_command_has_the_bytes_of_the_table(command):
    assert sam.encode_command(command) == REQUESTS[command]


def test_fingerprints_are_no_command_of_ours():
    assert (0x30, 0x10) not in [command.value for command in Command]


@pytest.mark.parametrize(("parameter", "check"), [(0x00, 0x63), (0x01, 0x62), (0x02, 0x61), (0x03, 0x60), (0x04, 0x67)])
def test_the_baud_rate_commands_have_the_check_bytes_of_the_table(parameter, check):
    assert sam.encode(0x60, parameter) == bytes.fromhex("AA AA AA 96 69 00 03 60") + bytes((parameter, check))


@pytest.mark.parametrize("name", sam_bytes.ANSWERS)
def test_every_answer_of_the_table_is_read(name):
    frame, status, size = sam_bytes.ANSWERS[name]
    (answer,) = AnswerParser().answers(frame)
    assert (answer.status, len(answer.data)) == (status, size)
    assert sam.encode_answer(answer) == frame


def test_a_whole_card_is_one_frame_of_1295_bytes():
    frame = sam_bytes.base_frame(sam_bytes.RESIDENT)
    assert len(frame) == 1295
    (answer,) = AnswerParser().answers(frame)
    assert answer.data[4:260] == sam_bytes.RESIDENT


@pytest.mark.parametrize("frame", sam_bytes.REQUESTS)
def test_the_reader_s_end_reads_requests(frame):
    (request,) = RequestParser().requests(frame)
    assert sam.encode(request.command, request.parameter) == frame


def test_a_request_may_carry_data():
    frame = sam.encode(0x30, 0x05, b"\x01\x02")
    assert frame == bytes.fromhex("AA AA AA 96 69 00 05 30 05 01 02 33")
    assert RequestParser().requests(frame) == [SamRequest(0x30, 0x05, b"\x01\x02")]


def test_the_largest_frame_fits_and_one_byte_more_is_refused():
    largest = sam.encode_answer(SamAnswer(0, 0, 0x90, bytes(4092)))
    assert len(AnswerParser().answers(largest)) == 1
    with pytest.raises(FrameError):
        sam.encode_answer(SamAnswer(0, 0, 0x90, bytes(4093)))
    with pytest.raises(FrameError):
        sam.encode(0x30, 0x01, bytes(4094))


def test_asking_for_what_is_wanted_reads_exactly_one_frame():
    stream = b"\x00\xaa" + sam_bytes.base_frame(sam_bytes.RESIDENT) + sam_bytes.FIND_NONE
    parser, at = AnswerParser(), 0
    found: list[SamAnswer] = []
    while not found:
        size = parser.wanted
        found = parser.answers(stream[at : at + size])
        at += size
    assert stream[at:] == sam_bytes.FIND_NONE


def test_data_never_shows_in_a_repr():
    assert "41" not in repr(SamAnswer(0, 0, 0x90, b"AAAA"))


@given(st.lists(st.tuples(noise, answers), max_size=6), st.integers(1, 64))
def test_answers_survive_noise_between_them(parts, piece):
    """Noise without a hidden start never costs an answer, however the stream is cut."""
    stream = b"".join(rubbish.replace(b"\x69", b"\x00") + sam.encode_answer(answer) for rubbish, answer in parts)
    parser = AnswerParser()
    found = [answer for at in range(0, len(stream), piece) for answer in parser.answers(stream[at : at + piece])]
    assert found == [answer for _, answer in parts]


@given(st.lists(st.tuples(noise, answers), max_size=6))
def test_after_silence_no_whole_answer_stays_hidden(parts):
    """Whatever false starts the noise holds, an answer behind the last of them comes out once the line is silent."""
    parser = AnswerParser()
    last = sam_bytes.FIND_NONE
    stream = b"".join(rubbish + sam.encode_answer(answer) for rubbish, answer in parts) + last
    found = parser.answers(stream) + parser.answers_after_silence()
    assert found[-1].status == "000080"


def test_what_is_no_beginning_is_not_kept():
    parser = AnswerParser()
    parser.answers(b"\x00\x96\x69")
    assert not parser.has_begun
    assert parser.wanted == 7


def test_a_reset_forgets_what_had_begun():
    parser = AnswerParser()
    parser.answers(sam_bytes.FIND_OK[:12])
    parser.reset()
    assert not parser.has_begun
    assert parser.wanted == 7
    assert parser.answers(sam_bytes.FIND_OK[12:]) == []


@given(st.lists(st.one_of(st.binary(max_size=300), noise, answers.map(sam.encode_answer)), max_size=12))
def test_any_bytes_leave_the_parser_small_and_quiet(pieces):
    parser = AnswerParser()
    for piece in pieces:
        parser.answers(piece)
        assert len(parser._held) < MOST_HELD
        assert 1 <= parser.wanted <= MOST_HELD
    parser.answers_after_silence()
    assert len(parser._held) < len(sam.PREAMBLE)
    parser.reset()
    assert not parser.has_begun
    assert parser.wanted == 7


def test_a_flood_of_false_starts_is_worked_off():
    flood = bytes.fromhex("AA AA AA 96 69 0F FF") * 2000
    parser = AnswerParser()
    assert parser.answers(flood) == []
    assert parser.answers_after_silence() == []
    assert [answer.status for answer in parser.answers(sam_bytes.FIND_OK)] == ["00009F"]
