"""The simulators answer literal bytes with literal bytes: nothing of our codec stands between them and this test."""

import contextlib
import dataclasses
import os
import select
import socket
import time
import tty

import pytest

from clerk_app.domain.identity import IdentityDocument
from clerk_app.seams import SystemClock
from devices.drivers.sam_reader import SamReader
from devices.protocols import id_card
from devices.simulators import faults
from devices.simulators.base import ALWAYS, Step
from devices.simulators.card_block import newest_address, text_block
from devices.simulators.card_reader import (
    SAMPLE,
    CardReaderSimulator,
    SimulatedCard,
    repeated_preamble,
    wrong_check,
)
from devices.simulators.rating_pad import RatingPadSimulator, repeated_start, wrong_sum
from devices.simulators.wires import PtyWire, TcpWire
from devices.transport.serial_port import SerialSettings, open_serial
from tests.helpers import sam_bytes as table

PROMPT = bytes.fromhex("FF 68 03 03 68 01 01 0B 0D 16")
KEY = {n: bytes.fromhex(f"FF 68 03 03 68 01 11 0{n} 1{2 + n} 16") for n in range(4)}
ACK = {n: bytes.fromhex(f"FF 68 03 03 68 01 01 0{n} 0{2 + n} 16") for n in range(4)}
CYCLE = (table.FIND, table.SELECT, table.READ_BASE)


class RawClient:
    """Opens a port with nothing but the operating system."""

    def __init__(self, url):
        if url.startswith("socket://"):
            host, port = url.removeprefix("socket://").split(":")
            self.fd = socket.create_connection((host, int(port))).detach()
        else:
            self.fd = os.open(url, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(self.fd)

    def send(self, chunk):
        os.write(self.fd, chunk)

    def receive(self, size, patience_s=5.0):
        received = b""
        while len(received) < size and select.select([self.fd], [], [], patience_s)[0]:
            chunk = os.read(self.fd, size - len(received))
            if not chunk:
                break
            received += chunk
        return received

    def ask(self, request, size):
        self.send(request)
        return self.receive(size)

    def close(self):
        os.close(self.fd)


@contextlib.contextmanager
def connected(simulator):
    with simulator:
        client = RawClient(simulator.url)
        try:
            yield client
        finally:
            client.close()


wires = pytest.mark.parametrize("wire", [PtyWire, TcpWire], ids=["pty", "tcp"])


# ---- the reader -------------------------------------------------------------------------------------------------


@wires
def test_a_simulated_reader_answers_with_the_bytes_of_the_table(wire):
    reader = CardReaderSimulator(wire())
    with connected(reader) as client:
        assert client.ask(table.CHECK_STATUS, 11) == table.STATUS_OK
        assert client.ask(table.RESET, 11) == table.STATUS_OK
        sam_id = client.ask(table.READ_SAM_ID, 27)
        assert sam_id[:10] == bytes.fromhex("AA AA AA 96 69 00 14 00 00 90")
        assert client.ask(table.FIND, 11) == table.FIND_NONE
        reader.lay(SAMPLE)
        assert client.ask(table.FIND, 15) == table.FIND_OK
        assert client.ask(table.SELECT, 19) == table.SELECT_OK
        base = client.ask(table.READ_BASE, 1295)
        assert base == table.base_frame(table.RESIDENT, photo=bytes(1024))
        assert client.ask(table.READ_NEWEST, 11) == table.NO_ADDRESS
        reader.lift()
        assert client.ask(table.FIND, 11) == table.FIND_NONE
    assert reader.commands[:3] == [(0x11, 0xFF), (0x10, 0xFF), (0x12, 0xFF)]


def test_skipping_find_or_select_fails_as_on_a_real_reader():
    reader = CardReaderSimulator()
    reader.lay(SAMPLE)
    with connected(reader) as client:
        assert client.ask(table.SELECT, 11) == table.SELECT_FAIL
        assert client.ask(table.READ_BASE, 11) == table.READ_FAIL
        assert client.ask(table.READ_NEWEST, 11) == table.READ_FAIL
        client.ask(table.FIND, 15)
        assert client.ask(table.READ_BASE, 11) == table.READ_FAIL
        client.ask(table.SELECT, 19)
        client.ask(table.READ_BASE, 1295)
        assert client.ask(table.READ_BASE, 11) == table.READ_FAIL


def test_a_newest_address_comes_in_70_bytes():
    reader = CardReaderSimulator()
    reader.lay(dataclasses.replace(SAMPLE, newest_address="例州市戊区"))
    with connected(reader) as client:
        for request, size in zip(CYCLE, (15, 19, 1295), strict=True):
            client.ask(request, size)
        assert client.ask(table.READ_NEWEST, 81) == table.data_frame("例州市戊区".ljust(35).encode("utf-16-le"))


def test_fingerprints_are_refused_and_the_request_is_on_record():
    reader = CardReaderSimulator()
    with connected(reader) as client:
        assert client.ask(table.READ_FINGERPRINT, 11) == table.status_frame("000021")
    assert reader.commands == [(0x30, 0x10)]


def test_a_reader_that_needs_lifting_finds_a_card_once():
    reader = CardReaderSimulator(needs_lift=True)
    reader.lay(SAMPLE)
    with connected(reader) as client:
        for request, size in zip(CYCLE, (15, 19, 1295), strict=True):
            client.ask(request, size)
        assert client.ask(table.FIND, 11) == table.FIND_NONE
        reader.lift()
        reader.lay(SAMPLE)
        assert client.ask(table.FIND, 15) == table.FIND_OK


def test_a_pile_gives_one_card_after_the_other():
    names = ["周例安", "林例秀", "陈例远"]
    reader = CardReaderSimulator(cards=[dataclasses.replace(SAMPLE, name=name) for name in names])
    clock = SystemClock()
    with reader:
        driver = SamReader(lambda: open_serial(SerialSettings(reader.url, 115200), clock), clock)
        assert [driver.read_card(10).name for _ in names] == names
        driver.close()


def test_a_status_word_is_answered_as_often_as_asked():
    reader = CardReaderSimulator()
    reader.lay(SAMPLE)
    reader.refuse("000024", times=2)
    reader.refuse("6F0041", command=(0x20, 0x02), times=ALWAYS)
    with connected(reader) as client:
        assert client.ask(table.FIND, 11) == table.status_frame("000024")
        assert client.ask(table.FIND, 11) == table.status_frame("000024")
        assert client.ask(table.FIND, 15) == table.FIND_OK
        for _ in range(3):
            assert client.ask(table.SELECT, 11) == table.status_frame("6F0041")


READER_FAULTS = {
    "garbage": (faults.garbage_before(b"\xff\x02"), b"\xff\x02" + table.STATUS_OK),
    "preamble": (repeated_preamble(2), b"\xaa\xaa\xaa\x96\x69" * 2 + table.STATUS_OK),
    "wrong check": (wrong_check(), table.STATUS_OK[:-1] + b"\x6b"),
    "twice": (faults.twice(), table.STATUS_OK * 2),
    "cut": (faults.cut_short(6), table.STATUS_OK[:6]),
    "split": (faults.split([99, 7, 3], 0.001), table.STATUS_OK),
    "slow": (faults.slow(0.001), table.STATUS_OK),
}


@pytest.mark.parametrize(("fault", "expected"), READER_FAULTS.values(), ids=READER_FAULTS.keys())
def test_a_fault_happens_to_one_answer_and_no_more(fault, expected):
    reader = CardReaderSimulator()
    reader.fail(fault)
    with connected(reader) as client:
        assert client.ask(table.CHECK_STATUS, len(expected)) == expected
        assert client.ask(table.CHECK_STATUS, 11) == table.STATUS_OK


def test_silence_swallows_as_many_answers_as_asked():
    reader = CardReaderSimulator()
    reader.fail(faults.silence(), times=2)
    with connected(reader) as client:
        client.send(table.CHECK_STATUS * 2)
        assert client.ask(table.READ_SAM_ID, 7)[6] == 0x14


def test_faults_add_up():
    reader = CardReaderSimulator()
    reader.fail(faults.garbage_before(b"\x00"), times=ALWAYS)
    reader.fail(faults.twice())
    with connected(reader) as client:
        assert client.ask(table.CHECK_STATUS, 24) == (b"\x00" + table.STATUS_OK) * 2
        assert client.ask(table.CHECK_STATUS, 12) == b"\x00" + table.STATUS_OK


def test_an_empty_message_has_no_byte_to_spoil():
    assert faults.wrong_byte(-1)([]) == [faults.Piece(b"")]


def test_manipulate_has_the_last_word():
    reader = CardReaderSimulator(manipulate=lambda answer: [b"\x01", answer])
    with connected(reader) as client:
        assert client.ask(table.CHECK_STATUS, 12) == b"\x01" + table.STATUS_OK


@wires
def test_a_plug_is_pulled_and_put_back(wire):
    reader = CardReaderSimulator(wire())
    with reader:
        client = RawClient(reader.url)
        assert client.ask(table.CHECK_STATUS, 11) == table.STATUS_OK
        reader.vanish()
        reader.vanish()
        with pytest.raises(OSError):
            RawClient(reader.url)
        client.close()
        reader.plug_in()
        reader.plug_in()
        client = RawClient(reader.url)
        assert client.ask(table.CHECK_STATUS, 11) == table.STATUS_OK
        client.close()


def test_a_link_leads_to_the_port_also_after_a_new_plug_in(tmp_path):
    link = tmp_path / "reader"
    with CardReaderSimulator(PtyWire(link)) as reader:
        assert reader.url == str(link)
        reader.vanish()
        assert not link.is_symlink()
        reader.plug_in()
        client = RawClient(reader.url)
        assert client.ask(table.CHECK_STATUS, 11) == table.STATUS_OK
        client.close()


def test_a_port_taken_meanwhile_is_told_to_who_plugs_in_and_only_noted_in_a_script(caplog):
    with CardReaderSimulator(TcpWire()) as reader:
        reader.vanish()
        host, port = reader.url.removeprefix("socket://").split(":")
        with socket.create_server((host, int(port))):
            with pytest.raises(OSError):
                reader.plug_in()
            reader.play([Step(0.0, reader.plug_in), Step(0.0, lambda: reader._happen("status"))])
            assert reader.wait_for("status")
        assert "script" in caplog.text
        reader.plug_in()
        client = RawClient(reader.url)
        assert client.ask(table.CHECK_STATUS, 11) == table.STATUS_OK
        client.close()


def test_a_tcp_port_serves_the_newest_connection():
    with CardReaderSimulator(TcpWire()) as reader:
        first, second = RawClient(reader.url), RawClient(reader.url)
        assert second.ask(table.CHECK_STATUS, 11) == table.STATUS_OK
        first.close()
        second.close()
        third = RawClient(reader.url)
        assert third.ask(table.CHECK_STATUS, 11) == table.STATUS_OK
        third.close()


def test_stopping_twice_is_harmless_and_nothing_is_left():
    reader = CardReaderSimulator().start()
    url = reader.url
    reader.stop()
    reader.stop()
    with pytest.raises(OSError):
        RawClient(url)


# ---- scripts in time --------------------------------------------------------------------------------------------


def test_steps_run_after_their_time_and_their_event():
    reader = CardReaderSimulator()
    done: list[str] = []
    with connected(reader) as client:
        reader.play(
            [
                Step(0.0, lambda: done.append("first")),
                Step(0.01, lambda: reader.lay(SAMPLE)),
                Step(0.0, reader.lift, on="find"),
                Step(0.0, lambda: done.append("last"), on="status"),
            ]
        )
        deadline = time.monotonic() + 10
        while client.ask(table.FIND, 11) == table.FIND_NONE and time.monotonic() < deadline:
            pass
        client.receive(4)
        assert client.ask(table.FIND, 11) == table.FIND_NONE
        assert done == ["first"]
        assert client.ask(table.CHECK_STATUS, 11) == table.STATUS_OK
        reader.lift()
        assert done == ["first", "last"]


def test_events_can_be_waited_for():
    reader = CardReaderSimulator()
    with connected(reader) as client:
        assert not reader.wait_for("status", timeout_s=0.01)
        client.send(table.CHECK_STATUS * 2)
        assert reader.wait_for("status", count=2)


# ---- the pad ----------------------------------------------------------------------------------------------------


@wires
def test_a_simulated_pad_sends_and_hears_the_bytes_of_the_table(wire):
    pad = RatingPadSimulator(wire())
    with connected(pad) as client:
        client.send(PROMPT)
        assert pad.wait_for("prompt")
        pad.press(3)
        assert client.receive(10) == KEY[3]
        client.send(ACK[3])
        assert pad.wait_for("acknowledged")
    assert pad.prompts == 1
    assert pad.acknowledged == [3]


def test_a_pad_answers_prompts_in_the_order_given():
    pad = RatingPadSimulator(answers=[2])
    pad.answer_next(0)
    with connected(pad) as client:
        assert client.ask(PROMPT, 10) == KEY[2]
        assert client.ask(PROMPT, 10) == KEY[0]
        client.send(PROMPT)
        assert pad.wait_for("prompt", count=3)


def test_a_double_press_is_two_keys_at_once():
    pad = RatingPadSimulator()
    with connected(pad) as client:
        pad.press_twice(3)
        pad.press_twice(3, then=0)
        assert client.receive(40) == KEY[3] * 3 + KEY[0]


def test_a_pad_s_frames_break_as_asked():
    pad = RatingPadSimulator()
    pad.fail(repeated_start(1))
    with connected(pad) as client:
        pad.press(1)
        assert client.receive(12) == b"\xff\x68" + KEY[1]
        pad.fail(wrong_sum())
        pad.press(1)
        assert client.receive(10) == bytes.fromhex("FF 68 03 03 68 01 11 01 EC 16")


def test_a_pad_hears_only_its_own_address_and_what_the_host_says():
    pad = RatingPadSimulator(address=2, answers=[1])
    with connected(pad) as client:
        client.send(PROMPT + bytes.fromhex("FF 68 02 02 68 02 03 05 16"))
        client.send(bytes.fromhex("FF 68 03 03 68 02 01 0B 0E 16"))
        assert client.receive(10) == bytes.fromhex("FF 68 03 03 68 02 11 01 14 16")
    assert pad.prompts == 1


# ---- chips ------------------------------------------------------------------------------------------------------

DOCUMENTS = [
    SAMPLE,
    IdentityDocument(
        "hmt_permit",
        name="陈例港",
        sex="female",
        birth_date="1985-01-01",
        address="例省例州市",
        number="999999198501010026",
        issuer="例州市公安局",
        valid_from="2019-09-01",
        valid_until="2024-09-01",
        permit_number="H99999999",
        issue_count="02",
    ),
    IdentityDocument(
        "foreign_permanent_2017",
        name="例安娜",
        english_name="EXAMPLE, ANNA",
        sex="not_stated",
        birth_date="1985-01-01",
        number="EXA999999920211",
        valid_from="2018-03-01",
        valid_until="2028-02-29",
        nationality="EXA",
    ),
    IdentityDocument(
        "foreign_permanent_2023",
        name="例约翰",
        english_name="EXAMPLE, JOHN MAXIMILIAN ALEXANDER FITZGERALD",
        sex="unknown",
        birth_date="1985-01-01",
        number="932682198501010017",
        issuer="国家移民管理局",
        valid_from="2024-01-01",
        valid_until="long_term",
        nationality="EXA",
        issue_count="01",
    ),
    IdentityDocument("unknown"),
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=[document.document for document in DOCUMENTS])
def test_what_is_written_onto_a_chip_is_read_from_it(document):
    block = text_block(document)
    assert len(block) == 256
    read = id_card.parse_text(block)
    for field in dataclasses.fields(document):
        if getattr(document, field.name) is not None:
            assert getattr(read, field.name) == getattr(document, field.name)


def test_a_long_name_is_cut_inside_a_character_as_on_real_cards():
    document = dataclasses.replace(SAMPLE, name="例" * 14 + "𠮷")
    read = id_card.parse_text(text_block(document))
    assert (read.name, read.truncated) == ("例" * 14, ("name",))


def test_a_long_english_name_goes_on_in_the_middle_of_a_character():
    document = IdentityDocument("foreign_permanent_2023", english_name="A" * 34 + "𠮷" + "B" * 9)
    read = id_card.parse_text(text_block(document))
    assert (read.english_name, read.truncated) == (document.english_name, ())


def test_a_long_newest_address_is_cut():
    address = newest_address("例" * 34 + "𠮷")
    assert len(address) == 70
    assert id_card.with_newest_address(SAMPLE, address).truncated == ("newest_address",)


def test_a_raw_block_can_be_laid():
    reader = CardReaderSimulator()
    reader.lay(SimulatedCard(table.RESIDENT, newest_address("例州市")))
    reader.lay(table.RESIDENT)
    with connected(reader) as client:
        assert client.ask(table.FIND, 15) == table.FIND_OK
