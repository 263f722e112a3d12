"""Whatever a device sends and however it sends it, a driver ends in time, with a result or an error of ours."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.identity import IdentityDocument
from clerk_app.errors import DeviceError
from devices.drivers.ff68_pad import Ff68Pad, RatingPadPort
from devices.drivers.pad_profile import FF68
from devices.drivers.sam_reader import SamReader
from tests.helpers import sam_bytes as table
from tests.helpers.literal_reader import LiteralReader
from tests.helpers.memory_line import MemoryLine, VirtualClock

statuses = st.binary(min_size=3, max_size=3).map(lambda word: table.status_frame(word.hex()))
blocks = st.binary(min_size=256, max_size=256)
answers = st.one_of(
    st.none(),
    st.binary(max_size=60),
    statuses,
    st.binary(max_size=80).map(table.data_frame),
    st.sampled_from([table.FIND_OK, table.SELECT_OK, table.NO_ADDRESS, table.SAM_ID_OK, table.FIND_OK[:9]]),
    blocks.map(table.base_frame),
)
fitting = {
    table.FIND: st.just(table.FIND_OK),
    table.SELECT: st.just(table.SELECT_OK),
    table.READ_BASE: blocks.map(table.base_frame),
    table.READ_NEWEST: st.binary(min_size=70, max_size=70).map(table.data_frame),
    table.READ_SAM_ID: st.just(table.SAM_ID_OK),
    table.RESET: st.just(table.STATUS_OK),
}
scripts = st.fixed_dictionaries(
    {request: st.lists(st.one_of(answers, right), min_size=1, max_size=5) for request, right in fitting.items()}
)
delays = st.sampled_from([0.0, 0.001, 0.4, 0.99, 1.01, 2.5])


@given(scripts, st.lists(delays, min_size=1, max_size=4), st.integers(1, 400))
def test_a_reading_always_ends(script, pauses, piece):
    clock = VirtualClock()
    reader = LiteralReader(script)

    def answer(chunk):
        pieces, at = [], 0.0
        for reply in reader.receive(chunk):
            for start in range(0, len(reply), piece):
                at += pauses[start // piece % len(pauses)]
                pieces.append((at, reply[start : start + piece]))
        return pieces

    driver = SamReader(lambda: MemoryLine(clock, answer), clock)
    started = clock.now
    with contextlib.suppress(DeviceError):
        assert isinstance(driver.read_card(10), IdentityDocument)
    assert clock.now - started < 300
    assert table.READ_FINGERPRINT not in reader.seen


@given(st.lists(st.tuples(st.floats(0, 3), st.binary(max_size=40)), max_size=12))
def test_an_invitation_always_ends(arrivals):
    clock = VirtualClock()
    port = RatingPadPort(Ff68Pad(FF68, lambda: MemoryLine(clock, lambda chunk: sorted(arrivals)), clock))
    started = clock.now
    answer = port.invite(10, lambda grade: b"sealed")
    assert answer.state in ("answered", "timed_out")
    assert clock.now - started < 15
