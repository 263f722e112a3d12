"""The reader driver against literal bytes, on a line in memory: every status word, every fault, every wait."""

import dataclasses
import itertools

import pytest

from clerk_app.domain.identity import IdentityDocument
from clerk_app.errors import (
    CardNotFound,
    CardNotLifted,
    CardNotRead,
    ClerkError,
    DeviceError,
    DeviceGarbled,
    DeviceGone,
    DeviceNotFound,
    DeviceSilent,
    ReaderNotLicensed,
    ReaderSelfTestFailed,
)
from devices.drivers.sam_reader import SamReader
from tests.helpers import sam_bytes as table
from tests.helpers.literal_reader import LiteralReader
from tests.helpers.memory_line import MemoryLine, VirtualClock

CYCLE = [table.FIND, table.SELECT, table.READ_BASE, table.READ_NEWEST]
ALL_SILENT = {request: [None] for request in table.REQUESTS}
GOOD = {
    table.FIND: table.FIND_OK,
    table.SELECT: table.SELECT_OK,
    table.READ_BASE: table.base_frame(table.RESIDENT),
    table.READ_NEWEST: table.NO_ADDRESS,
}
NAME = "周例安"


def at_once(answer):
    return [(0.001, answer)]


class Bench:
    """A driver, the line it opens, and the literal reader at the other end."""

    def __init__(self, replies=None, deliver=at_once):
        self.clock = VirtualClock()
        self.reader = LiteralReader(replies)
        self.lines: list[MemoryLine] = []
        self.deliver = deliver
        self.is_plugged_in = True
        self.pull_at = b""
        self.driver = SamReader(self._open, self.clock)

    def _open(self):
        if not self.is_plugged_in:
            raise DeviceNotFound
        self.lines.append(MemoryLine(self.clock, self._answer))
        return self.lines[-1]

    def _answer(self, chunk):
        if chunk == self.pull_at:
            self.line.pull()
        return [piece for answer in self.reader.receive(chunk) for piece in self.deliver(answer)]

    @property
    def line(self):
        return self.lines[-1]

    def times_of(self, request):
        return [at for line in self.lines for at, chunk in line.written if chunk == request]


def code_of(error):
    return error.value.code


# ---- the cycle --------------------------------------------------------------------------------------------------


def test_a_card_is_found_selected_and_read_with_exactly_the_bytes_of_the_table():
    bench = Bench()
    document = bench.driver.read_card(10)
    assert bench.reader.seen == [table.READ_SAM_ID, *CYCLE]
    assert document == IdentityDocument(
        "resident_id",
        name=NAME,
        sex="male",
        ethnicity_code="01",
        ethnicity="汉",
        birth_date="1992-02-16",
        address="例省例州市甲县乙镇丙村12号",
        number="999999199202160010",
        number_valid=True,
        issuer="例州市公安局甲县分局",
        valid_from="2014-05-08",
        valid_until="2034-05-08",
        sam_id=table.SAM_ID,
    )


def test_the_newest_address_is_read_where_there_is_one():
    address = "例州市戊区己街1号".ljust(35).encode("utf-16-le")
    bench = Bench({table.READ_NEWEST: [table.data_frame(address)]})
    assert bench.driver.read_card(10).newest_address == "例州市戊区己街1号"


def test_the_reader_s_own_number_is_asked_once_per_connection():
    bench = Bench({table.READ_NEWEST: [table.NO_ADDRESS, table.READ_FAIL, table.NO_ADDRESS]})
    bench.driver.read_card(10)
    assert bench.driver.read_card(10).sam_id == table.SAM_ID
    assert bench.reader.seen.count(table.READ_SAM_ID) == 1


@pytest.mark.parametrize("reply", [table.status_frame("000021"), table.data_frame(b"short"), None])
def test_a_reader_that_does_not_tell_its_number_still_reads_cards(reply):
    document = Bench({table.READ_SAM_ID: [reply]}).driver.read_card(10)
    assert (document.name, document.sam_id) == (NAME, None)


@pytest.mark.parametrize("layout", ["X", "?", "0"])
def test_an_unknown_card_is_read_as_unknown(layout):
    block = table.text_block(*table.RESIDENT_ITEMS, (248, layout))
    document = Bench({table.READ_BASE: [table.base_frame(block)]}).driver.read_card(10)
    assert dataclasses.replace(document, sam_id=None) == IdentityDocument("unknown")


def test_a_card_without_photo_is_read_by_its_length_fields():
    bench = Bench({table.READ_BASE: [table.base_frame(table.RESIDENT, photo=b"")]})
    assert bench.driver.read_card(10).name == NAME


# ---- waiting for a card -----------------------------------------------------------------------------------------


def test_no_card_in_time_is_card_not_found():
    bench = Bench({table.FIND: [table.FIND_NONE]})
    started = bench.clock.now
    with pytest.raises(CardNotFound):
        bench.driver.read_card(10)
    assert 10 <= bench.clock.now - started < 11


def test_the_search_leaves_the_reader_its_pause():
    bench = Bench({table.FIND: [table.FIND_NONE]})
    with pytest.raises(CardNotFound):
        bench.driver.read_card(5)
    times = bench.times_of(table.FIND)
    assert len(times) >= 15
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert min(pauses[:-1]) >= 0.3


def test_a_card_laid_down_while_waiting_is_read():
    bench = Bench({table.FIND: [table.FIND_NONE] * 20 + [table.FIND_OK]})
    assert bench.driver.read_card(10).name == NAME


def test_a_card_found_in_the_last_moment_is_read_to_its_end():
    bench = Bench({table.FIND: [table.FIND_NONE, table.FIND_OK]}, deliver=lambda answer: [(0.4, answer)])
    assert bench.driver.read_card(1.0).name == NAME


@pytest.mark.parametrize("step", [table.SELECT, table.READ_BASE, table.READ_NEWEST])
def test_a_card_taken_away_too_early_is_waited_for_again(step):
    bench = Bench({step: [table.FIND_NONE, GOOD[step]]})
    assert bench.driver.read_card(10).name == NAME
    assert bench.reader.seen.count(table.FIND) == 2


# ---- the same card ----------------------------------------------------------------------------------------------


def test_the_card_just_read_must_be_lifted_before_the_next_reading():
    bench = Bench()
    bench.driver.read_card(10)
    finds = bench.reader.seen.count(table.FIND)
    with pytest.raises(CardNotLifted):
        bench.driver.read_card(2)
    assert bench.reader.seen.count(table.FIND) == finds


def test_a_card_with_a_newest_address_left_lying_is_noticed_too():
    bench = Bench({table.READ_NEWEST: [table.data_frame("例".ljust(35).encode("utf-16-le"))]})
    bench.driver.read_card(10)
    with pytest.raises(CardNotLifted):
        bench.driver.read_card(2)


def test_after_lifting_the_next_card_is_read():
    bench = Bench({table.READ_NEWEST: [table.NO_ADDRESS] * 4 + [table.READ_FAIL, table.NO_ADDRESS]})
    bench.driver.read_card(10)
    assert bench.driver.read_card(10).name == NAME


def test_the_clerk_may_ask_for_the_same_card_again():
    bench = Bench()
    bench.driver.read_card(10)
    assert bench.driver.read_again(10).name == NAME


def test_a_bad_line_is_not_taken_for_a_lifted_card():
    bench = Bench({table.READ_NEWEST: [table.NO_ADDRESS, table.status_frame("000010")]})
    bench.driver.read_card(10)
    with pytest.raises(DeviceGarbled):
        bench.driver.read_card(2)


def test_a_line_lost_in_between_does_not_forget_the_card_left_lying():
    bench = Bench()
    bench.driver.read_card(10)
    bench.line.pull()
    with pytest.raises(DeviceGone):
        bench.driver.read_card(2)
    with pytest.raises(CardNotLifted):
        bench.driver.read_card(2)


# ---- every status word ------------------------------------------------------------------------------------------

FAILURES = {
    "000010": "device_garbled",
    "000011": "device_garbled",
    "000021": "device_failed",
    "000024": "device_failed",
    "698831": "card_not_read",
    "000032": "card_not_genuine",
    "000033": "card_not_genuine",
    "000040": "wrong_card",
    "6F0041": "card_not_read",
    "6F0047": "card_not_read",
    "000060": "reader_self_test_failed",
    "000066": "reader_not_licensed",
    "000080": "card_not_found",
    "6A8281": "card_not_read",
    "000055": "device_failed",
    "0000FF": "device_failed",
    "000000": "device_failed",
}


@pytest.mark.parametrize("step", CYCLE, ids=["find", "select", "read", "newest"])
@pytest.mark.parametrize("status", FAILURES)
def test_every_status_word_ends_in_its_own_failure(status, step):
    bench = Bench({step: [table.status_frame(status)]})
    with pytest.raises(DeviceError) as error:
        bench.driver.read_card(5)
    assert code_of(error) == FAILURES[status]
    assert error.value.data["status"] == status


@pytest.mark.parametrize("step", CYCLE[:3], ids=["find", "select", "read"])
def test_no_such_item_is_an_answer_only_to_the_newest_address(step):
    with pytest.raises(DeviceError) as error:
        Bench({step: [table.NO_ADDRESS]}).driver.read_card(5)
    assert code_of(error) == "device_failed"


@pytest.mark.parametrize("step", CYCLE, ids=["find", "select", "read", "newest"])
@pytest.mark.parametrize("status", ["000010", "000011", "000024", "000047"])
def test_what_repeating_cures_is_repeated_three_times(status, step):
    bench = Bench({step: [table.status_frame(status)] * 3 + [GOOD[step]]})
    assert bench.driver.read_card(10).name == NAME
    assert bench.reader.seen.count(step) == 4
    assert table.RESET not in bench.reader.seen


@pytest.mark.parametrize("step", CYCLE, ids=["find", "select", "read", "newest"])
@pytest.mark.parametrize(("status", "tries"), [("000024", 4), ("000047", 4), ("000021", 1)])
def test_what_only_a_reset_cures_is_reset_once(status, tries, step):
    bench = Bench({step: [table.status_frame(status)] * tries + [GOOD[step]]})
    assert bench.driver.read_card(10).name == NAME
    assert bench.reader.seen.count(table.RESET) == 1


def test_a_reset_that_is_not_answered_changes_nothing():
    bench = Bench({table.FIND: [table.status_frame("000021"), table.FIND_OK], table.RESET: [None]})
    assert bench.driver.read_card(10).name == NAME


def test_comes_the_trouble_back_after_the_reset_it_is_told():
    bench = Bench({table.FIND: [table.status_frame("000024")]})
    with pytest.raises(DeviceError):
        bench.driver.read_card(10)
    assert bench.reader.seen.count(table.RESET) == 1
    assert bench.reader.seen.count(table.FIND) == 8


@pytest.mark.parametrize(("status", "error"), [("000060", ReaderSelfTestFailed), ("000066", ReaderNotLicensed)])
def test_a_reader_that_refuses_every_command_says_why_at_the_first(status, error):
    bench = Bench({table.READ_SAM_ID: [table.status_frame(status)], table.FIND: [None]})
    with pytest.raises(error):
        bench.driver.read_card(10)


# ---- bad lines --------------------------------------------------------------------------------------------------


def bytewise(answer):
    return [(0.0005 * at, bytes([byte])) for at, byte in enumerate(answer)]


def once_broken():
    state = {"left": 1}

    def deliver(answer):
        if len(answer) > 1000 and state["left"]:
            state["left"] -= 1
            return [(0.001, answer[:-1] + bytes([answer[-1] ^ 1]))]
        return at_once(answer)

    return deliver


LINE_FAULTS = {
    "clean": at_once,
    "byte by byte": bytewise,
    "slowly, 1.2 s a card": lambda answer: [(0.00096 * at, bytes([byte])) for at, byte in enumerate(answer)],
    "in two pieces with a pause": lambda answer: [(0.01, answer[:8]), (0.9, answer[8:])],
    "split inside the preamble": lambda answer: [(0.01, answer[:3]), (0.3, answer[3:])],
    "leading garbage": lambda answer: [(0.01, b"\xff\x02\x00\x69\x96" + answer)],
    "garbage in its own piece": lambda answer: [(0.01, b"\x00" * 40), (0.02, answer)],
    "repeated preamble": lambda answer: [(0.01, b"\xaa\xaa\xaa\x96\x69" * 3 + answer)],
    "extra AA": lambda answer: [(0.01, b"\xaa\xaa\xaa\xaa" + answer)],
    "a false start with a wrong length": lambda answer: [(0.01, b"\xaa\xaa\xaa\x96\x69\xff\xff" + answer)],
    "a false start that promises much": lambda answer: [(0.01, b"\xaa\xaa\xaa\x96\x69\x0f\xff" + answer)],
    "garbage behind": lambda answer: [(0.01, answer + b"\xaa\xaa\x00\x13")],
    "every answer twice": lambda answer: [(0.01, answer), (0.01, answer)],
    "one wrong check byte": once_broken(),
}


@pytest.mark.parametrize("deliver", LINE_FAULTS.values(), ids=LINE_FAULTS.keys())
def test_reading_survives(deliver):
    bench = Bench(deliver=deliver)
    document = bench.driver.read_card(10)
    assert (document.name, document.sam_id) == (NAME, table.SAM_ID)


def test_a_card_that_comes_as_slowly_as_a_byte_in_seven_milliseconds_is_read():
    bench = Bench(deliver=lambda answer: [(0.007 * at, bytes([byte])) for at, byte in enumerate(answer)])
    assert bench.driver.read_card(10).name == NAME


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_one():
    """The first search is answered after 1.1 s; by then the driver has asked again, and must not be one behind."""
    delays = iter([0.001, 1.35])
    bench = Bench(deliver=lambda answer: [(next(delays, 0.001), answer)])
    assert bench.driver.read_card(10).name == NAME


def test_an_answer_to_another_command_is_rubbish():
    bench = Bench({table.FIND: [table.SELECT_OK]})
    with pytest.raises(DeviceGarbled):
        bench.driver.read_card(10)
    assert bench.reader.seen.count(table.FIND) == 3


@pytest.mark.parametrize(
    "reply",
    [
        table.data_frame(b""),
        table.data_frame(b"\x01\x00\x04"),
        table.data_frame(bytes((1, 0, 4, 0)) + table.RESIDENT),
    ],
)
def test_a_card_that_is_shorter_than_it_says_is_rubbish(reply):
    with pytest.raises(DeviceGarbled):
        Bench({table.READ_BASE: [reply]}).driver.read_card(10)


def test_half_a_card_and_then_silence_is_read_again():
    whole = table.base_frame(table.RESIDENT)
    assert Bench({table.READ_BASE: [whole[:700], whole]}).driver.read_card(10).name == NAME


def test_silence_is_a_timeout_not_a_hang():
    bench = Bench(ALL_SILENT)
    started = bench.clock.now
    with pytest.raises(DeviceSilent):
        bench.driver.read_card(10)
    assert bench.clock.now - started < 6


@pytest.mark.parametrize("step", CYCLE, ids=["find", "select", "read", "newest"])
def test_silence_at_any_step_is_told_as_such(step):
    bench = Bench({step: [None]})
    started = bench.clock.now
    with pytest.raises(DeviceSilent):
        bench.driver.read_card(10)
    assert bench.clock.now - started < 15


@pytest.mark.parametrize("step", CYCLE, ids=["find", "select", "read", "newest"])
def test_silence_once_is_forgiven(step):
    assert Bench({step: [None, GOOD[step]]}).driver.read_card(10).name == NAME


def test_a_line_that_fails_now_and_then_does_not_end_the_waiting():
    bench = Bench({table.FIND: [None, table.FIND_NONE] * 4 + [table.FIND_OK]})
    assert bench.driver.read_card(60).name == NAME


def test_two_failures_before_the_first_answer_are_forgiven_and_the_third_is_told():
    assert Bench({table.FIND: [None, None, table.FIND_OK]}).driver.read_card(60).name == NAME
    bench = Bench({table.FIND: [None, None, None, table.FIND_OK]})
    with pytest.raises(DeviceSilent):
        bench.driver.read_card(60)


@pytest.mark.parametrize("chatter", [b"\x00", b"\xaa", b"\xaa\xaa\xaa\x96\x69\x0f\xff", b"\xff\x68"])
def test_a_line_that_never_stops_chattering_ends_as_garbled(chatter):
    bench = Bench(ALL_SILENT)
    open_line = bench._open

    def open_chattering():
        line = open_line()
        line.chatter = chatter
        return line

    bench.driver = SamReader(open_chattering, bench.clock)
    started = bench.clock.now
    with pytest.raises(DeviceGarbled):
        bench.driver.read_card(10)
    assert bench.clock.now - started < 60


# ---- plugs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [table.READ_SAM_ID, *CYCLE], ids=["sam id", "find", "select", "read", "newest"])
def test_a_plug_pulled_during_any_step_is_device_gone_and_the_next_call_opens_again(step):
    bench = Bench()
    bench.pull_at = step
    with pytest.raises(DeviceGone):
        bench.driver.read_card(10)
    assert bench.lines[0].is_closed
    bench.pull_at = b""
    bench.driver.read_again(10)
    assert len(bench.lines) == 2


def test_while_nothing_is_plugged_in_each_call_says_so():
    bench = Bench()
    bench.is_plugged_in = False
    for _ in range(2):
        with pytest.raises(DeviceNotFound):
            bench.driver.read_card(10)
    bench.is_plugged_in = True
    assert bench.driver.read_card(10).name == NAME


def test_after_silence_the_line_is_opened_anew():
    bench = Bench({table.FIND: [None, None, None, table.FIND_OK]})
    with pytest.raises(DeviceSilent):
        bench.driver.read_card(10)
    assert bench.driver.read_card(10).name == NAME
    assert [line.is_closed for line in bench.lines] == [True, False]


def test_closing_closes_the_line_and_twice_is_harmless():
    bench = Bench()
    bench.driver.read_card(10)
    bench.driver.close()
    bench.driver.close()
    assert bench.line.is_closed


# ---- the check --------------------------------------------------------------------------------------------------


def test_a_reader_in_order_passes_its_check():
    bench = Bench()
    bench.driver.check()
    assert bench.reader.seen == [table.CHECK_STATUS]


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (table.STATUS_BAD, "reader_self_test_failed"),
        (table.NOT_LICENSED, "reader_not_licensed"),
        (table.status_frame("000077"), "device_failed"),
        (None, "device_silent"),
    ],
)
def test_a_check_says_what_is_wrong(reply, code):
    with pytest.raises(ClerkError) as error:
        Bench({table.CHECK_STATUS: [reply]}).driver.check()
    assert code_of(error) == code


def test_nothing_of_a_person_is_logged(caplog):
    caplog.set_level("DEBUG")
    Bench().driver.read_card(10)
    with pytest.raises(CardNotRead):
        Bench({table.READ_NEWEST: [table.READ_FAIL]}).driver.read_card(10)
    assert caplog.records
    for secret in (NAME, "999999199202160010", "例州市", "19920216"):
        assert secret not in caplog.text
