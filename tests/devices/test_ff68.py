"""The FF 68 codec of rating pads: the table's bytes, and any bytes at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.protocols import ff68
from devices.protocols.ff68 import FROM_PAD, TO_PAD, PadFrame, PadParser
from devices.protocols.frames import FrameError

KEYS = {
    n: (
        bytes.fromhex(f"FF 68 03 03 68 01 11 0{n} 1{2 + n} 16"),
        bytes.fromhex(f"FF 68 03 03 68 01 01 0{n} 0{2 + n} 16"),
    )
    for n in range(4)
}

frames_from_pad = st.builds(PadFrame, st.integers(0, 255), st.integers(0, 255), st.binary(min_size=1, max_size=3))
noise = st.one_of(st.binary(max_size=20), st.sampled_from([b"\xff", b"\xff\x68", bytes.fromhex("FF 68 05 05 68 01")]))


@pytest.mark.parametrize("n", KEYS)
def test_a_key_is_read_and_acknowledged_with_the_bytes_of_the_table(n):
    pressed, acknowledged = KEYS[n]
    (frame,) = PadParser(FROM_PAD).frames(pressed)
    assert frame.is_key
    assert frame.key == n
    assert ff68.encode(ff68.acknowledgement(frame)) == acknowledged


def test_the_prompt_has_the_bytes_of_the_table():
    assert ff68.encode(ff68.prompt(1)) == bytes.fromhex("FF 68 03 03 68 01 01 0B 0D 16")


@pytest.mark.parametrize(
    ("frame", "raw"),
    [
        (PadFrame(1, 0x02, b"\x05"), "FF 68 03 03 68 01 02 05 08 16"),
        (PadFrame(1, 0x03), "FF 68 02 02 68 01 03 04 16"),
        (PadFrame(1, 0x02, b"\x01\x02\x03\x0a\x0a\x0a"), "FF 68 08 08 68 01 02 01 02 03 0A 0A 0A 27 16"),
    ],
)
def test_the_pad_s_end_reads_what_the_host_may_send(frame, raw):
    assert ff68.encode(frame) == bytes.fromhex(raw)
    assert PadParser(TO_PAD).frames(bytes.fromhex(raw)) == [frame]


def test_the_host_s_end_drops_what_only_the_host_may_send():
    beep = bytes.fromhex("FF 68 02 02 68 01 03 04 16")
    digits = bytes.fromhex("FF 68 08 08 68 01 02 01 02 03 0A 0A 0A 27 16")
    assert PadParser(FROM_PAD).frames(beep + digits + KEYS[3][0]) == [PadFrame(1, 0x11, b"\x03")]


def test_a_frame_without_data_is_no_key():
    assert not PadFrame(1, 0x11).is_key


def test_a_frame_no_pad_accepts_is_refused():
    with pytest.raises(FrameError):
        ff68.encode(PadFrame(1, 0x02, bytes(7)))


def test_the_sum_wraps():
    frame = PadFrame(0xFF, 0xFF, b"\xff")
    assert ff68.encode(frame)[-2] == 0xFD
    assert PadParser(FROM_PAD).frames(ff68.encode(frame)) == [frame]


def test_no_grade_shows_in_a_repr():
    assert "3" not in repr(PadFrame(1, 0x11, b"\x03"))


@given(st.lists(st.tuples(noise, frames_from_pad), max_size=6), st.integers(1, 16))
def test_frames_survive_noise_between_them(parts, piece):
    stream = b"".join(rubbish.replace(b"\x68", b"\x00") + ff68.encode(frame) for rubbish, frame in parts)
    parser = PadParser(FROM_PAD)
    found = [frame for at in range(0, len(stream), piece) for frame in parser.frames(stream[at : at + piece])]
    assert found == [frame for _, frame in parts]


@given(st.lists(st.one_of(st.binary(max_size=80), noise, frames_from_pad.map(ff68.encode)), max_size=12))
def test_any_bytes_leave_the_parser_small_and_quiet(pieces):
    parser = PadParser(FROM_PAD)
    for piece in pieces:
        parser.frames(piece)
        assert len(parser._held) < 5 + 5 + 2
        assert 1 <= parser.wanted <= 12
    parser.frames_after_silence()
    assert len(parser._held) < 2
