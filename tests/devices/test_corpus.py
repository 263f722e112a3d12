"""Every stream kept under tests/golden gives exactly the messages written beside it, however it is cut into pieces."""

from pathlib import Path

import pytest

from devices.protocols.ff68 import FROM_PAD, PadParser
from devices.protocols.sam import AnswerParser

GOLDEN = Path(__file__).parent.parent / "golden"
SAM = sorted((GOLDEN / "sam").glob("*.txt"))
FF68 = sorted((GOLDEN / "ff68").glob("*.txt"))
SILENCE = None


def read(path):
    """Pieces (None is silence) and expected messages of one file."""
    pieces: list[bytes | None] = []
    expected = []
    for line in path.read_text("utf-8").splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "<":
            pieces.append(bytes.fromhex(rest))
        elif mark == "~":
            pieces.append(SILENCE)
        elif mark == ">":
            expected.append(rest)
        else:
            assert mark == "#"
    return pieces, expected


def byte_by_byte(pieces):
    for piece in pieces:
        if piece is SILENCE:
            yield piece
        else:
            yield from (bytes([byte]) for byte in piece)


def sam_messages(pieces):
    parser = AnswerParser()
    for piece in pieces:
        answers = parser.answers_after_silence() if piece is SILENCE else parser.answers(piece)
        yield from (f"{answer.status} {len(answer.data)}" for answer in answers)


def pad_messages(pieces):
    parser = PadParser(FROM_PAD)
    for piece in pieces:
        frames = parser.frames_after_silence() if piece is SILENCE else parser.frames(piece)
        yield from (str(frame.key) for frame in frames if frame.is_key and frame.address == 1)


@pytest.mark.parametrize("cut", [list, byte_by_byte], ids=["as it came", "byte by byte"])
@pytest.mark.parametrize("path", SAM, ids=[path.stem for path in SAM])
def test_answers_come_out_of_every_stream(path, cut):
    pieces, expected = read(path)
    assert list(sam_messages(cut(pieces))) == expected


@pytest.mark.parametrize("cut", [list, byte_by_byte], ids=["as it came", "byte by byte"])
@pytest.mark.parametrize("path", FF68, ids=[path.stem for path in FF68])
def test_keys_come_out_of_every_stream(path, cut):
    pieces, expected = read(path)
    assert list(pad_messages(cut(pieces))) == expected


def test_the_corpus_is_there():
    assert len(SAM) >= 20
    assert len(FF68) >= 15
