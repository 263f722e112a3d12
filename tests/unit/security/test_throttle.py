"""Five wrong passwords lock for a quarter of an hour, whatever happens to the clock, the program or the machine."""

import hashlib
import json

import pytest

from clerk_app.errors import LockedOut
from clerk_app.seams import SystemDisk
from clerk_app.security.files import THROTTLE_FILE
from clerk_app.security.throttle import LOCK_SECONDS, MAX_FAILURES, begin_try, failed_tries_left, succeed
from tests.helpers.stores import SetClock

DISK = SystemDisk()
DAY = 24 * 60 * 60


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def folder(tmp_path):
    succeed(tmp_path, DISK)
    return tmp_path


def fail(folder, clock, times=MAX_FAILURES):
    for _ in range(times):
        begin_try(folder, clock, DISK)


def seconds_left(folder, clock):
    with pytest.raises(LockedOut) as locked:
        begin_try(folder, clock, DISK)
    return locked.value.data["seconds"]


def test_five_tries_are_allowed_and_the_sixth_is_not(folder, clock):
    assert failed_tries_left(folder, DISK) == 5
    fail(folder, clock)
    assert failed_tries_left(folder, DISK) == 0
    assert seconds_left(folder, clock) == LOCK_SECONDS


def test_a_right_password_forgets_the_wrong_ones_before_it(folder, clock):
    fail(folder, clock, 4)
    succeed(folder, DISK)
    fail(folder, clock, 5)
    assert seconds_left(folder, clock) == LOCK_SECONDS


def test_a_try_is_counted_before_it_is_made(folder, clock):
    fail(folder, clock, 4)  # the program was killed each time before it could say 'wrong'
    begin_try(folder, clock, DISK)
    assert seconds_left(folder, clock) > 0


def test_after_the_period_there_are_five_new_tries(folder, clock):
    fail(folder, clock)
    clock.wait(LOCK_SECONDS - 1)
    assert seconds_left(folder, clock) == 1
    clock.wait(1)
    fail(folder, clock)
    assert seconds_left(folder, clock) == LOCK_SECONDS


def test_asking_again_and_again_neither_lengthens_nor_shortens_the_period(folder, clock):
    fail(folder, clock)
    for waited in range(1, 10):
        clock.wait(60)
        assert seconds_left(folder, clock) == LOCK_SECONDS - waited * 60


def test_setting_the_clock_changes_nothing(folder, clock):
    fail(folder, clock)
    for jump in (365 * DAY, -700 * DAY):
        clock.now += jump * 1000
        assert seconds_left(folder, clock) == LOCK_SECONDS


def test_restarting_the_machine_neither_shortens_the_period_nor_begins_it_again(folder, clock):
    fail(folder, clock)
    clock.wait(300)
    assert seconds_left(folder, clock) == 600
    clock.running = 20  # booted 20 seconds ago
    assert seconds_left(folder, clock) == 580
    clock.running = 5  # and once more
    assert seconds_left(folder, clock) == 575
    clock.wait(575)
    begin_try(folder, clock, DISK)


def test_a_restart_counts_only_the_time_since(folder, clock):
    fail(folder, clock)
    clock.now += DAY * 1000
    clock.running = 60
    assert seconds_left(folder, clock) == LOCK_SECONDS - 60


def test_a_missing_file_counts_as_locked_for_the_full_period_which_then_runs(folder, clock):
    (folder / THROTTLE_FILE).unlink()
    assert failed_tries_left(folder, DISK) == 0
    assert seconds_left(folder, clock) == LOCK_SECONDS
    clock.wait(LOCK_SECONDS - 10)
    assert seconds_left(folder, clock) == 10
    clock.wait(10)
    begin_try(folder, clock, DISK)


def written(values):
    payload = json.dumps(values).encode()
    return payload + b"\n" + hashlib.sha256(payload).hexdigest().encode() + b"\n"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[0, 0.0, 0.0]",
        b"\n\n",
        written([0, 0.0]),
        written({"failures": 0}),
        written(["zero", 0, 0]),
        written([0, float("nan"), 0]),
        written([0, float("inf"), 0]),
        written([0, -5.0, 0]),
        written([-100, 0.0, 0]),
        written([0, 0.0, 0.0])[:-1],
    ],
)
def test_a_damaged_file_counts_as_locked_for_the_full_period(folder, clock, content):
    (folder / THROTTLE_FILE).write_bytes(content)
    assert seconds_left(folder, clock) == LOCK_SECONDS


def test_every_flipped_byte_counts_as_damage(folder, clock):
    path = folder / THROTTLE_FILE
    content = path.read_bytes()
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x40]) + content[place + 1 :])
        assert seconds_left(folder, clock) == LOCK_SECONDS
