"""The registry on real ports: how devices are, found, lost and found again by themselves."""

import threading
import time

import pytest

from clerk_app.errors import (
    BadPort,
    CardNotFound,
    ClerkError,
    DeviceBusy,
    DeviceNotFound,
    DeviceSilent,
    RatingOpen,
    ReaderSelfTestFailed,
)
from clerk_app.seams import SystemClock
from devices.lines import NoLine, serial_ports
from devices.registry import DevicePlan, DeviceRegistry
from devices.simulators import faults
from devices.simulators.base import ALWAYS
from devices.simulators.card_reader import SAMPLE, CardReaderSimulator
from devices.simulators.rating_pad import RatingPadSimulator
from devices.simulators.wires import PtyWire, TcpWire
from devices.slot import DeviceSlot
from devices.transport.serial_port import SerialSettings, open_serial
from devices.watch import DeviceWatch
from tests.helpers.memory_line import QuickClock

CLOCK = SystemClock()


class Heard:
    """What the registry said changed; waits without sleeping."""

    def __init__(self):
        self.statuses = []
        self._changed = threading.Condition()

    def __call__(self, status):
        with self._changed:
            self.statuses.append(status)
            self._changed.notify_all()

    def wait_for(self, kind, state, timeout_s=20):
        def came():
            of_kind = [status for status in self.statuses if status.kind == kind]
            return bool(of_kind) and of_kind[-1].state == state

        with self._changed:
            return self._changed.wait_for(came, timeout_s)

    def states_of(self, kind):
        return [status.state for status in self.statuses if status.kind == kind]


@pytest.fixture
def make_registry():
    made = []

    def make(plan, changed=lambda status: None, clock=CLOCK, **options):
        made.append(DeviceRegistry(plan, clock, changed, **options))
        return made[-1]

    yield make
    for registry in made:
        registry.close()


# ---- states -----------------------------------------------------------------------------------------------------


def test_before_anybody_looked_nothing_is_connected(make_registry):
    statuses = make_registry(DevicePlan()).statuses()
    assert [(status.kind, status.state, status.port, status.reason) for status in statuses] == [
        ("card_reader", "not_connected", None, "device_not_found"),
        ("rating_pad", "not_connected", None, "device_not_found"),
    ]


def test_a_look_finds_reader_and_pad_ready(make_registry):
    heard = Heard()
    with CardReaderSimulator() as reader, RatingPadSimulator() as pad:
        registry = make_registry(DevicePlan(reader.url, pad.url), heard)
        assert registry.check("card_reader").state == "ready"
        assert registry.check("rating_pad").state == "ready"
        assert [status.port for status in registry.statuses()] == [reader.url, pad.url]
        registry.check("card_reader")
        assert len(heard.statuses) == 2
        assert (0x30, 0x10) not in reader.commands


def test_a_card_is_read_through_the_registry_and_the_time_is_noted(make_registry):
    with CardReaderSimulator() as reader:
        reader.lay(SAMPLE)
        registry = make_registry(DevicePlan(reader.url))
        assert registry.card_reader().read_card(10).name == SAMPLE.name
        assert registry.card_reader().read_again(10).name == SAMPLE.name
        (status, _) = registry.statuses()
        assert (status.state, status.reason) == ("ready", None)
        assert status.last_used_ms is not None
        assert (0x30, 0x10) not in reader.commands


def test_a_failing_card_is_not_a_failing_reader(make_registry):
    with CardReaderSimulator() as reader:
        registry = make_registry(DevicePlan(reader.url))
        with pytest.raises(CardNotFound):
            registry.card_reader().read_card(0.1)
        assert registry.statuses()[0].state == "ready"


def test_a_failing_reader_says_why(make_registry):
    with CardReaderSimulator() as reader:
        registry = make_registry(DevicePlan(reader.url))
        reader.refuse("000060", times=ALWAYS)
        with pytest.raises(ReaderSelfTestFailed):
            registry.card_reader().read_card(0.1)
        status = registry.check("card_reader")
        assert (status.state, status.reason, status.port) == ("failed", "reader_self_test_failed", reader.url)


def test_a_silent_reader_has_failed_and_recovers(make_registry):
    with CardReaderSimulator() as reader:
        registry = make_registry(DevicePlan(reader.url))
        reader.fail(faults.silence())
        assert registry.check("card_reader").reason == "device_silent"
        assert registry.check("card_reader").state == "ready"


def test_a_port_held_by_another_program_is_said_to_be_so(make_registry):
    with CardReaderSimulator(PtyWire()) as reader:
        holder = open_serial(SerialSettings(reader.url, 115200), CLOCK)
        registry = make_registry(DevicePlan(reader.url))
        status = registry.check("card_reader")
        assert (status.state, status.reason) == ("failed", "device_busy")
        holder.close()
        assert registry.check("card_reader").state == "ready"


def test_a_wrong_address_is_a_failure_with_its_reason(make_registry):
    registry = make_registry(DevicePlan("nonsense://x", "nonsense://y"))
    assert [registry.check(kind).reason for kind in ("card_reader", "rating_pad")] == ["bad_port"] * 2
    with pytest.raises(BadPort):
        registry.card_reader().read_card(1)


def test_without_a_port_there_is_no_pad(make_registry):
    registry = make_registry(DevicePlan())
    assert registry.check("rating_pad").state == "not_connected"
    assert registry.rating_pad().ask(1).state == "device_failed"
    assert registry.is_pad_limited


# ---- plugs ------------------------------------------------------------------------------------------------------


def wires(tmp_path):
    return {"pty": lambda: PtyWire(tmp_path / "reader"), "tcp": TcpWire}


@pytest.mark.parametrize("kind_of_wire", ["pty", "tcp"])
def test_a_reader_pulled_out_and_plugged_in_again_is_ready_by_itself_within_three_seconds(
    kind_of_wire, tmp_path, make_registry
):
    heard = Heard()
    with CardReaderSimulator(wires(tmp_path)[kind_of_wire]()) as reader:
        reader.lay(SAMPLE)
        registry = make_registry(DevicePlan(reader.url), heard)
        watch = DeviceWatch(registry, period_s=0.2)
        watch.start()
        try:
            assert heard.wait_for("card_reader", "ready")
            reader.vanish()
            assert heard.wait_for("card_reader", "not_connected")
            reader.plug_in()
            plugged_in = time.monotonic()
            assert heard.wait_for("card_reader", "ready")
            assert time.monotonic() - plugged_in < 3
            assert registry.card_reader().read_card(10).name == SAMPLE.name
        finally:
            watch.stop()


def test_a_pad_pulled_out_and_plugged_in_again_is_ready_by_itself(tmp_path, make_registry):
    heard = Heard()
    with RatingPadSimulator(PtyWire(tmp_path / "pad")) as pad:
        registry = make_registry(DevicePlan(pad_port=pad.url), heard)
        watch = DeviceWatch(registry, period_s=0.2)
        watch.start()
        try:
            assert heard.wait_for("rating_pad", "ready")
            pad.vanish()
            assert heard.wait_for("rating_pad", "not_connected")
            pad.plug_in()
            assert heard.wait_for("rating_pad", "ready")
        finally:
            watch.stop()


def test_a_missing_pad_does_not_flicker_when_it_is_asked(make_registry):
    heard = Heard()
    registry = make_registry(DevicePlan(pad_port="/dev/ttyNONE0"), heard)
    assert registry.rating_pad().ask(1).state == "device_failed"
    assert registry.rating_pad().invite(1, lambda grade: b"").state == "device_failed"
    assert heard.states_of("rating_pad") == []


def test_a_watch_that_never_started_may_be_stopped(make_registry):
    DeviceWatch(make_registry(DevicePlan())).stop()


# ---- turns ------------------------------------------------------------------------------------------------------


def test_a_look_does_not_wait_for_a_device_in_use_and_a_test_is_refused(make_registry):
    with RatingPadSimulator() as pad:
        registry = make_registry(DevicePlan(pad_port=pad.url))
        answers = []
        inviting = threading.Thread(
            target=lambda: answers.append(registry.rating_pad().invite(20, lambda grade: b"sealed"))
        )
        inviting.start()
        assert pad.wait_for("prompt")
        started = time.monotonic()
        registry.check("rating_pad")
        with pytest.raises(RatingOpen):
            registry.rating_pad().ask(1)
        assert time.monotonic() - started < 5
        pad.press(2)
        inviting.join()
        assert (answers[0].state, answers[0].sealed) == ("answered", b"sealed")
        assert pad.prompts == 1


def test_closing_ends_an_open_invitation_at_once():
    heard = Heard()
    with RatingPadSimulator() as pad:
        registry = DeviceRegistry(DevicePlan(pad_port=pad.url), CLOCK, heard)
        answers = []
        inviting = threading.Thread(target=lambda: answers.append(registry.rating_pad().invite(600, lambda grade: b"")))
        inviting.start()
        assert pad.wait_for("prompt")
        registry.close()
        inviting.join(10)
        assert [answer.state for answer in answers] == ["device_failed"]
        assert registry.rating_pad().ask(600).state == "device_failed"
        assert heard.states_of("rating_pad") == []


def test_closing_ends_a_reading_at_once():
    with CardReaderSimulator() as reader:
        registry = DeviceRegistry(DevicePlan(reader.url), CLOCK)
        codes = []

        def read():
            try:
                registry.card_reader().read_card(600)
            except ClerkError as error:
                codes.append(error.code)

        reading = threading.Thread(target=read)
        reading.start()
        assert reader.wait_for("find", count=2)
        registry.close()
        reading.join(10)
        assert codes == ["device_gone"]


def test_two_readings_take_turns(make_registry):
    with CardReaderSimulator() as reader:
        reader.lay(SAMPLE)
        registry = make_registry(DevicePlan(reader.url))
        names = []
        threads = [
            threading.Thread(target=lambda: names.append(registry.card_reader().read_again(10).name)) for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert names == [SAMPLE.name] * 3


def test_a_turn_that_never_comes_is_told_as_busy():
    class Idle:
        def check(self):
            raise AssertionError("a device in use is not looked at")

        def stop(self):
            pass

        def close(self):
            pass

    slot = DeviceSlot("rating_pad", Idle(), NoLine(), CLOCK, lambda status: None, longest_wait_s=0.01)
    with slot.turn():
        slot.check()
        with pytest.raises(DeviceBusy), slot.turn():
            pass


# ---- looking for the reader -------------------------------------------------------------------------------------


def test_a_reader_is_found_among_other_ports(make_registry):
    with CardReaderSimulator() as reader, RatingPadSimulator() as other, RatingPadSimulator() as pad:
        registry = make_registry(
            DevicePlan(pad_port=pad.url), list_ports=lambda: [pad.url, "/dev/ttyNONE0", other.url, reader.url]
        )
        assert registry.check("card_reader").port == reader.url
        reader.lay(SAMPLE)
        assert registry.card_reader().read_card(10).name == SAMPLE.name


def test_a_reader_that_moved_to_another_port_is_found_there(make_registry):
    with CardReaderSimulator() as first, CardReaderSimulator() as second:
        registry = make_registry(DevicePlan(), list_ports=lambda: [first.url, second.url])
        found = first if registry.check("card_reader").port == first.url else second
        found.vanish()
        assert registry.check("card_reader").state == "not_connected"
        other = second if found is first else first
        assert registry.check("card_reader").port == other.url


def test_a_port_without_a_reader_is_asked_three_times_and_then_left_alone(make_registry):
    heard = bytearray()
    asked = threading.Condition()

    class Printer(RatingPadSimulator):
        def _receive(self, chunk):
            with asked:
                heard.extend(chunk)
                asked.notify_all()

    with Printer() as printer:
        registry = make_registry(DevicePlan(), clock=QuickClock(), list_ports=lambda: [printer.url])
        for _ in range(4):
            registry.check("card_reader")
        assert bytes(heard) == bytes.fromhex("AA AA AA 96 69 00 03 11 FF ED") * 3
        with pytest.raises(DeviceNotFound):
            registry.card_reader().read_card(0.1)
        with asked:
            assert asked.wait_for(lambda: len(heard) == 40, 10)


def test_a_port_plugged_in_anew_is_asked_anew(make_registry):
    with CardReaderSimulator() as reader:
        ports = [reader.url]
        registry = make_registry(DevicePlan(), list_ports=lambda: ports)
        reader.fail(faults.silence(), times=3)
        for _ in range(4):
            assert registry.check("card_reader").state == "not_connected"
        ports.clear()
        registry.check("card_reader")
        ports.append(reader.url)
        assert registry.check("card_reader").state == "ready"


def test_this_machine_s_ports_can_be_listed():
    assert isinstance(serial_ports(), list)


def test_every_failure_is_one_of_ours(make_registry):
    with CardReaderSimulator() as reader:
        registry = make_registry(DevicePlan(reader.url), clock=QuickClock())
        reader.fail(faults.silence(), times=ALWAYS)
        with pytest.raises(ClerkError) as error:
            registry.card_reader().read_card(0.1)
        assert error.type is DeviceSilent
