"""Drivers on real ports (a pty, a TCP port) through pyserial, against a peer of literal bytes."""

import errno
import os
import socket
import termios
import threading

import pytest
import serial

from clerk_app.errors import (
    BadPort,
    CardNotFound,
    ClerkError,
    DeviceBusy,
    DeviceGone,
    DeviceNotFound,
    DeviceNotPermitted,
    DeviceSilent,
)
from clerk_app.seams import SystemClock
from devices.drivers.ff68_pad import Ff68Pad, RatingPadPort
from devices.drivers.pad_profile import FF68
from devices.drivers.sam_reader import SamReader
from devices.transport import serial_port
from devices.transport.serial_port import SerialSettings, SerialTransport, open_serial
from tests.helpers import sam_bytes as table
from tests.helpers.literal_reader import LiteralReader
from tests.helpers.memory_line import QuickClock
from tests.helpers.peer_ports import PtyPeer, TcpPeer

CLOCK = SystemClock()
PROMPT = bytes.fromhex("FF 68 03 03 68 01 01 0B 0D 16")
KEY_3 = bytes.fromhex("FF 68 03 03 68 01 11 03 15 16")
ACK_3 = bytes.fromhex("FF 68 03 03 68 01 01 03 05 16")

DELIVERIES = {
    "clean": lambda answer: [answer],
    "byte by byte": lambda answer: [bytes([byte]) for byte in answer],
    "leading garbage": lambda answer: [b"\xff\x02\x00\xaa", answer],
    "repeated preamble": lambda answer: [b"\xaa\xaa\xaa\x96\x69", b"\xaa\xaa\xaa\x96\x69" + answer],
    "all in odd pieces": lambda answer: [answer[at : at + 7] for at in range(0, len(answer), 7)],
}
PEERS = {"pty": PtyPeer, "tcp": TcpPeer}
both = pytest.mark.parametrize("peer", PEERS.values(), ids=PEERS.keys())


def line_to(url, baud=115200):
    return lambda: open_serial(SerialSettings(url, baud), CLOCK)


@pytest.fixture
def drivers():
    opened: list[SamReader | Ff68Pad] = []
    yield opened.append
    for driver in opened:
        driver.close()


def reader_at(url, drivers):
    driver = SamReader(line_to(url), CLOCK)
    drivers(driver)
    return driver


@both
@pytest.mark.parametrize("deliver", DELIVERIES.values(), ids=DELIVERIES.keys())
def test_a_card_is_read_over_a_real_port(peer, deliver, drivers):
    literal = LiteralReader()
    with peer(lambda chunk: [piece for answer in literal.receive(chunk) for piece in deliver(answer)]) as port:
        document = reader_at(port.url, drivers).read_card(10)
    assert (document.name, document.number, document.sam_id) == ("周例安", "999999199202160010", table.SAM_ID)
    assert literal.seen == [table.READ_SAM_ID, table.FIND, table.SELECT, table.READ_BASE, table.READ_NEWEST]


@both
def test_a_rating_is_taken_over_a_real_port(peer, drivers):
    heard = bytearray()
    acknowledged = threading.Event()

    def receive(chunk):
        heard.extend(chunk)
        if heard == PROMPT + ACK_3:
            acknowledged.set()
        return [bytes([byte]) for byte in KEY_3] if heard == PROMPT else []

    with peer(receive) as port:
        pad = Ff68Pad(FF68, line_to(port.url, 9600), CLOCK)
        drivers(pad)
        answer = RatingPadPort(pad).ask(10)
        assert acknowledged.wait(5)
    assert (answer.state, answer.grade) == ("answered", "very_satisfied")


@both
def test_no_card_on_a_real_port_ends_in_time(peer, drivers):
    literal = LiteralReader({table.FIND: [table.FIND_NONE]})
    with peer(literal.receive) as port:
        started = CLOCK.monotonic()
        with pytest.raises(CardNotFound):
            reader_at(port.url, drivers).read_card(0.5)
        assert CLOCK.monotonic() - started < 5


@both
def test_a_silent_real_port_is_a_timeout_not_a_hang(peer, drivers):
    quick = QuickClock()
    with peer(lambda chunk: []) as port:
        driver = SamReader(lambda: open_serial(SerialSettings(port.url, 115200), quick), quick)
        drivers(driver)
        with pytest.raises(DeviceSilent):
            driver.read_card(5)


@both
def test_a_port_that_vanishes_while_a_card_is_read_is_device_gone(peer, drivers):
    whole = table.base_frame(table.RESIDENT)
    literal = LiteralReader({table.READ_BASE: [whole[:300]]})
    half_sent = threading.Event()

    def receive(chunk):
        answers = literal.receive(chunk)
        if table.READ_BASE in literal.seen:
            half_sent.set()
        return answers

    with peer(receive) as port:
        driver = reader_at(port.url, drivers)

        def pull():
            assert half_sent.wait(10)
            port.vanish()

        puller = threading.Thread(target=pull)
        puller.start()
        with pytest.raises(DeviceGone):
            driver.read_card(10)
        puller.join()
        with pytest.raises(DeviceNotFound):
            driver.read_card(1)


def write_often(transport):
    for _ in range(100):  # a TCP peer's absence shows only at the second write
        transport.write(b"x")


@both
def test_a_port_that_vanished_between_two_uses_is_device_gone_in_every_call(peer):
    with peer(lambda chunk: [chunk]) as port:
        transport = line_to(port.url)()
        transport.write(b"x")
        assert transport.read(1, 5) == b"x"
        port.vanish()
        with pytest.raises(DeviceGone):
            transport.read(1, 5)
        with pytest.raises(DeviceGone):
            transport.discard_input()
        with pytest.raises(DeviceGone):
            write_often(transport)
        transport.close()
        transport.close()


def test_reading_takes_no_more_than_it_was_asked_for():
    with PtyPeer(lambda chunk: []) as port:
        transport = line_to(port.url)()
        port.send(b"abcdef")
        assert transport.read(4, 5) == b"abcd"
        assert transport.read(4, 5) == b"ef"
        assert transport.read(4, 0.05) == b""
        transport.close()


@both
def test_old_input_is_let_go(peer):
    with peer(lambda chunk: [chunk]) as port:
        transport = line_to(port.url)()
        transport.write(b"old")
        assert transport.read(1, 5) == b"o"
        transport.discard_input()
        assert transport.read(1, 0.05) == b""
        transport.close()


def test_letting_go_ends_though_the_device_never_stops():
    class Flood:
        timeout = 0

        def read(self, size):
            return b"\x00" * 512

        def close(self):
            raise OSError(errno.EIO, "gone")

    transport = SerialTransport(Flood(), CLOCK)
    transport.discard_input()
    transport.close()


def test_a_line_that_takes_nothing_is_silent():
    class Stuck:
        def write(self, chunk):
            raise serial.SerialTimeoutException("Write timeout")

    with pytest.raises(DeviceSilent):
        SerialTransport(Stuck(), CLOCK).write(b"x")


@pytest.mark.parametrize("fault", [serial.SerialException("x"), OSError(5, "x"), TypeError("x"), termios.error(5, "x")])
def test_whatever_pyserial_raises_on_a_dead_line_is_device_gone(fault):
    class Dead:
        def read(self, size):
            raise fault

        write = read

    for use in (lambda line: line.read(1, 1), lambda line: line.write(b"x"), lambda line: line.discard_input()):
        with pytest.raises(DeviceGone):
            use(SerialTransport(Dead(), CLOCK))


# ---- opening ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "port",
    [
        "",
        " ",
        "\0",
        "nonsense://x",
        "socket://",
        "socket://127.0.0.1",
        "socket://127.0.0.1:port",
        "socket://127.0.0.1:99999",
        "socket://:5",
        "rfc2217://nowhere",
        "socket://[::1",
    ],
)
def test_an_address_that_cannot_be_one_is_a_bad_port(port):
    with pytest.raises(BadPort):
        line_to(port)()


def test_a_bad_speed_is_a_bad_port():
    with PtyPeer(lambda chunk: []) as port, pytest.raises(BadPort):
        line_to(port.url, -1)()


@pytest.mark.parametrize("port", ["/dev/ttyNONE0", "COM99", "/", "/dev/null"])
def test_nothing_at_the_port_is_device_not_found(port):
    with pytest.raises(DeviceNotFound):
        line_to(port)()


def test_nobody_listening_is_device_not_found():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number = listener.getsockname()[1]
    with pytest.raises(DeviceNotFound):
        line_to(f"socket://127.0.0.1:{number}")()


def test_a_port_in_use_is_device_busy():
    with PtyPeer(lambda chunk: []) as port:
        first = line_to(port.url)()
        with pytest.raises(DeviceBusy):
            line_to(port.url)()
        first.close()
        line_to(port.url)().close()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (serial.SerialException(errno.EACCES, "denied"), DeviceNotPermitted),
        (serial.SerialException(errno.EBUSY, "busy"), DeviceBusy),
        (serial.SerialException("could not open port 'COM3': PermissionError(13, '', None, 5)"), DeviceBusy),
        (serial.SerialException("could not open port 'COM3': FileNotFoundError(2, '', None, 2)"), DeviceNotFound),
    ],
)
def test_the_reasons_a_system_gives_are_told_apart(fault, error):
    assert type(serial_port._opening_error(fault)) is error


def test_every_url_pyserial_knows_is_accepted():
    transport = line_to("loop://")()
    transport.write(b"x")
    assert transport.read(1, 1) == b"x"
    transport.close()


def test_closing_leaks_no_descriptor():
    with TcpPeer(lambda chunk: []) as port:
        line_to(port.url)().close()
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(5):
            line_to(port.url)().close()
        after = len(os.listdir("/proc/self/fd"))
    assert after - before <= 5  # the peer's ends, until it has noticed


def test_every_opening_error_is_one_of_ours():
    for port in ("/dev/ttyNONE0", "", "socket://127.0.0.1:1", "x://y"):
        with pytest.raises(ClerkError):
            line_to(port)()
